"""Derivations: complete, in order, true at every step, and readable."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings

from steepest.calculus.derivation import derivation
from steepest.calculus.derive import partial
from steepest.calculus.reading import reading
from steepest.errors import ShapeError, VariableError
from steepest.graph.node import Node, make, variable
from steepest.graph.operation import ROWS
from steepest.printing.text import text
from steepest.sources.formula import parse

from .compositions import POINTS, X, compositions, same, value

LESSONS = {
    ("n**2 + 3e**2 + e*sin(3n)", "n"): """
1. Sum rule: ∂/∂n (n² + 3e² + e·sin(3n)) = ∂/∂n n² + ∂/∂n 3e² + ∂/∂n (e·sin(3n))
   2. Power rule: ∂/∂n n² = 2n
   3. Constant rule (n does not occur): ∂/∂n 3e² = 0
   4. Constant-multiple rule: ∂/∂n (e·sin(3n)) = e·(∂/∂n sin(3n))
      5. Chain rule, sin(u) with u = 3n: ∂/∂n sin(3n) = cos(3n)·(∂/∂n 3n)
         6. Constant-multiple rule: ∂/∂n 3n = 3
Put together: ∂/∂n (n² + 3e² + e·sin(3n)) = 2n + 0 + e·(cos(3n)·3)
Simplified:   ∂/∂n (n² + 3e² + e·sin(3n)) = 2n + 3e·cos(3n)
""",
    ("x/(x^2 + 1)", "x"): """
1. Quotient rule: d/dx (x/(x² + 1)) = (x² + 1 − x·(d/dx (x² + 1)))/(x² + 1)²
   2. Sum rule: d/dx (x² + 1) = d/dx x² + d/dx 1
      3. Power rule: d/dx x² = 2x
      4. Constant rule (x does not occur): d/dx 1 = 0
Put together: d/dx (x/(x² + 1)) = (x² + 1 − x·(2x + 0))/(x² + 1)²
Simplified:   d/dx (x/(x² + 1)) = (1 − x²)/(x² + 1)²
""",
    ("x^2*e^(-x)", "x"): """
1. Product rule: d/dx (x²·e^(−x)) = (d/dx x²)·e^(−x) + x²·(d/dx e^(−x))
   2. Power rule: d/dx x² = 2x
   3. Chain rule, e^u with u = −x: d/dx e^(−x) = e^(−x)·(d/dx (−x))
      4. Constant-multiple rule: d/dx (−x) = −1
Put together: d/dx (x²·e^(−x)) = 2x·e^(−x) + x²·(e^(−x)·(−1))
Simplified:   d/dx (x²·e^(−x)) = x·(2 − x)·e^(−x)
""",
    ("2^(3x)", "x"): """
1. Exponential rule and chain rule, 2^u with u = 3x: d/dx 2^(3x) = 2^(3x)·ln(2)·(d/dx 3x)
   2. Constant-multiple rule: d/dx 3x = 3
Put together: d/dx 2^(3x) = 2^(3x)·ln(2)·3
Simplified:   d/dx 2^(3x) = 3·2^(3x)·ln(2)
""",
    ("3x", "x"): "1. Constant-multiple rule: d/dx 3x = 3",
    ("x", "x"): "1. The variable itself: d/dx x = 1",
}


def lesson(formula: str, by: str):
    f = parse(formula)
    return derivation(f.outputs[0], next(n for n in f.inputs if n.name == by))


@pytest.mark.parametrize(("formula", "by"), LESSONS, ids=[f for f, _ in LESSONS])
def test_a_lesson_reads_like_one(formula: str, by: str) -> None:
    assert str(lesson(formula, by)) == LESSONS[formula, by].strip()


@pytest.mark.parametrize(
    ("formula", "rules"),
    [
        ("sin(x)*cos(x)", ["product rule", "derivative of sin(u)", "derivative of cos(u)"]),
        (
            "x*y*sin(x)",
            [
                "constant-multiple rule",
                "product rule",
                "the variable itself",
                "derivative of sin(u)",
            ],
        ),
        ("(2x - 1)^5", ["power rule and chain rule", "straight line"]),
        ("5x^3/2", ["constant-multiple and power rule"]),
        ("ln(sqrt(x))", ["chain rule", "derivative of √u"]),
        ("x^2 - sin(x)", ["difference rule", "power rule", "derivative of sin(u)"]),
        ("where(x > 0, x^2, sin(x))", ["case by case", "power rule", "derivative of sin(u)"]),
        ("floor(x)", ["derivative of floor(u)"]),
        ("x^x", ["general power rule"]),
    ],
)  # fmt: skip
def test_each_rule_is_named_in_order(formula: str, rules: list[str]) -> None:
    assert [s.rule for s in lesson(formula, "x").steps] == rules


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(compositions(8))
def test_every_step_is_true(f: Node) -> None:
    found = derivation(f, X)
    assert found.answer is reading([partial(f, X)], found_inputs(f))[0]
    for point in POINTS:
        expected = value(partial(f, X), point, largest=1e12)
        if expected is None:
            continue
        assert same(expected, value(found.answer, point))
        assert same(expected, value(found.assembled, point))
        for step in found.steps:
            running = value(partial(step.expression, X), point, largest=1e12)
            if running is not None:
                assert same(running, value(step.result, point)), step.sentence


def found_inputs(f: Node) -> list[Node]:
    from steepest.graph.traverse import inputs_of

    return inputs_of([f])


def test_a_step_leaves_to_do_what_later_steps_do() -> None:
    found = lesson("x*sin(x^2)/(1 + e^x)", "x")
    done = [s.expression for s in found.steps]
    assert len(set(done)) == len(done), "no expression is derived twice"
    for i, step in enumerate(found.steps):
        for part in step.pending.values():
            assert part in done
            assert done.index(part) > i or found.steps[done.index(part)].depth <= step.depth


def test_the_rule_of_a_new_row_is_read_from_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table of derivatives hides here: change the row's rule, and the lesson changes."""
    import numpy as np

    from steepest.record import replaced

    wrong = replaced(ROWS["sin"], partials=(lambda x, y: 7 * np.exp(x),))
    x = variable("x")
    node = make(wrong, (make(ROWS["multiply"], (x, x)),))
    first = derivation(node, x).steps[0]
    assert first.rule == "chain rule"
    assert text(first.result) == "7e^(x·x)·(1·x + x·1)"


def test_a_lesson_as_data_goes_through_json() -> None:
    found = lesson("n**2 + 3e**2 + e*sin(3n)", "n")
    data = json.loads(json.dumps(found.as_data()))
    assert data["answer"] == "2n + 3e·cos(3n)"
    assert data["by"] == "n"
    assert [s["rule"] for s in data["steps"]] == [s.rule for s in found.steps]
    assert data["steps"][4]["latex"] == (
        r"\frac{\partial}{\partial n} \sin\left(3 n\right) = "
        r"\cos\left(3 n\right) \left(\frac{\partial}{\partial n} 3 n\right)"
    )


def test_a_lesson_in_latex_is_aligned_and_balanced() -> None:
    shown = lesson("x^2*e^(-x)", "x").latex
    assert shown.startswith("\\begin{aligned}\n") and shown.endswith("\n\\end{aligned}")
    assert shown.count("{") == shown.count("}")
    assert shown.count(r"\left(") == shown.count(r"\right)")
    lines = shown.splitlines()[1:-1]
    assert len(lines) == 6
    assert all(line.count("&=") == 1 for line in lines)
    assert r"&= x \left(2 - x\right) \mathrm{e}^{-x} && \text{simplified}" in lines[-1]


def test_a_long_sum_gives_a_long_lesson_without_recursion() -> None:
    x = variable("x")
    total = make(ROWS["sin"], (x,))
    for i in range(3000):
        y = variable(f"y_{i}")
        total = make(ROWS["add"], (total, make(ROWS["multiply"], (y, x))))
    found = derivation(total, x)
    assert len(found.steps) == 3002
    assert all(len(line) < 5000 for line in str(found).splitlines())


def test_arrays_are_refused_with_a_way_out() -> None:
    x = variable("x", (3,))
    with pytest.raises(ShapeError, match="one element"):
        derivation(x, x)
    f = parse("x^2")
    with pytest.raises(VariableError, match="not one"):
        derivation(f.outputs[0], f.outputs[0])


def test_no_line_of_a_lesson_is_without_its_number() -> None:
    lines = str(lesson("sin(x)^2 + ln(x)*x", "x")).splitlines()
    numbers = [int(m[1]) for line in lines if (m := re.match(r" *(\d+)\. ", line))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= len(lines) - 2
