"""Any text at all is a Formula or a FormulaError; and what random formulas mean, told by Python."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steepest.errors import FormulaError
from steepest.graph.traverse import evaluate
from steepest.sources.formula import Formula, Limits, parse

from .test_formula_table import PAIRS

SMALL = Limits(length=2_000, depth=60, nodes=1_000)
PIECES = [
    *"xyzneabfgdtEiπθαℯ0123456789.,;+-−*·×/÷^()[]{}|<>=≤≥≠!%'°√∛½⅓²³⁻⁺¹ⁿˣ⁽⁾₁₂ₓ⌊⌋⌈⌉_",
    *" \n\t\u200b\u0304\\\"$#@&~?:",
    *("**", "sin ", "cos(", "log", "log_", "ln", "exp", "where(", "max(", "min", "sqrt", "pi"),
    *(" and ", " or ", " not ", "==", ":=", "f(x) = ", "f(n, e) =", "e^", "3e-2", "1/2", "d/dx"),
    *("arctan2", "mod(", "σ(", "psi", "x_1", "alpha", "north", "__class__", "1e309", "1E-5"),
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def attempt(text: str) -> Formula | None:
    """A formula, or None for text that is refused properly."""
    try:
        return parse(text, limits=SMALL)
    except FormulaError as error:
        check_refusal(error, text)
        return None


def check_refusal(error: FormulaError, text: str) -> None:
    message = str(error)
    assert message and error.text == text
    assert 0 <= error.position <= len(text) and error.length >= 1
    assert all(c.isprintable() or c == "\n" for c in message)


def check_again(formula: Formula) -> None:
    """The bracketed reading is a formula, and the same one; what is said can be printed."""
    assert all(note.isprintable() for note in formula.notes)
    again = parse(formula.reading, formula.variables)
    assert again.outputs == formula.outputs
    assert again.reading == formula.reading
    assert again.vector == formula.vector


@given(TEXTS)
@example("e^e^e")
@example("x<\tx")
@example("1/2\nn")
@example("|x|²|")
@example("x⁽²")
@example("²")
@example("f(")
@example("=")
@example("(,)")
@example("[,]")
@example("Δ")
@example("Δ_")
@example("x__")
@example("sin^")
@example("-")
def test_any_text_is_read_or_refused(text: str) -> None:
    formula = attempt(text)
    if formula is not None:
        check_again(formula)


@given(st.text(max_size=30))
def test_any_unicode_is_read_or_refused(text: str) -> None:
    formula = attempt(text)
    if formula is not None:
        check_again(formula)


@given(
    st.sampled_from([p.typed for p in PAIRS]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.sampled_from(PIECES)), max_size=4),
)
def test_formulas_with_typing_mistakes(text: str, edits: list[tuple[int, int, str]]) -> None:
    for place, removed, inserted in edits:
        text = text[:place] + inserted + text[place + removed :]
    formula = attempt(text)
    if formula is not None:
        check_again(formula)


# ---- meaning -------------------------------------------------------------------------------------

# A random formula as a tree: ("number", "2"), ("name", "x"), ("+", a, b), ("sin", a) ...
LEAVES = st.one_of(
    st.sampled_from("xyz").map(lambda c: ("name", c)),
    st.sampled_from(["2", "3", "0.5", "10"]).map(lambda c: ("number", c)),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner),
        st.tuples(st.just("^"), inner, st.sampled_from([("number", "2"), ("number", "3")])),
        st.tuples(st.sampled_from(["neg", "sin", "cos", "exp", "abs"]), inner),
    ),
    max_leaves=12,
)
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}
HIGH = {"2": "²", "3": "³"}


def python(tree: Any, place: int = 0) -> str:
    """The tree in Python, with no bracket that Python's precedence makes needless."""
    kind, *args = tree
    if kind in ("name", "number"):
        return str(args[0])
    if kind in ("sin", "cos", "exp", "abs"):
        return f"{kind}({python(args[0])})"
    binds = BINDS[kind]
    if kind == "neg":
        text = f"-{python(args[0], binds)}"
    elif kind == "^":
        text = f"{python(args[0], binds + 1)}**{python(args[1], binds)}"
    else:
        text = f"{python(args[0], binds)} {kind} {python(args[1], binds + 1)}"
    return f"({text})" if binds < place else text


def school(tree: Any, place: int = 0) -> str:
    """The tree as written on paper: products without signs, raised exponents, bars."""
    kind, *args = tree
    if kind in ("name", "number"):
        return str(args[0])
    if kind == "abs":
        return f"|{school(args[0])}|"
    if kind in ("sin", "cos", "exp"):
        bare = args[0][0] in ("name", "number")
        return f"({kind} {school(args[0])})" if bare else f"{kind}({school(args[0])})"
    binds = BINDS[kind]
    if kind == "neg":
        text = f"−{school(args[0], binds)}"
    elif kind == "^":
        text = f"{school(args[0], binds + 1)}{HIGH[args[1][1]]}"
    elif kind == "*":
        left, right = school(args[0], binds), school(args[1], binds + 1)
        sign = " · " if right[0].isdigit() or right[0] in "−|" or "|" in left else " "
        text = f"{left}{sign}{right}"
    else:
        text = f"{school(args[0], binds)} {kind} {school(args[1], binds + 1)}"
    return f"({text})" if binds < place else text


@given(TREES)
def test_python_spelling_means_what_it_means_in_python(tree: Any) -> None:
    text = python(tree)
    formula = parse(text)
    values = {"x": np.float64(0.7), "y": np.float64(1.9), "z": np.float64(-1.3)}
    scope: dict[str, Any] = {
        "sin": np.sin,
        "cos": np.cos,
        "exp": np.exp,
        "abs": np.abs,
        "__builtins__": {},
    }
    scope["double"] = np.float64  # Python's own 10**3**3 is exact, and its 1/0 an exception
    with np.errstate(all="ignore"):
        expected = eval(re.sub(r"[0-9.]+", r"double(\g<0>)", text), scope, values)
        (found,) = evaluate(list(formula.outputs), {n: values[n.name] for n in formula.inputs})
    if math.isfinite(expected):
        assert found == pytest.approx(expected, rel=1e-12, abs=0)


@given(TREES)
def test_school_spelling_is_the_same_formula(tree: Any) -> None:
    written, typed = parse(school(tree)), parse(python(tree))
    assert written.outputs == typed.outputs, (written.reading, typed.reading)
