"""Formulas as LaTeX that KaTeX and matplotlib's mathtext both set: fractions upright, brackets that
grow, few dots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, ClassVar

import numpy as np

from steepest.graph.node import CONSTANT, INPUT, Node, constant, make
from steepest.graph.operation import ATOM, MULTIPLICATION, NEGATION, POWER, ROWS, Operation
from steepest.printing.layout import (
    Piece,
    Place,
    Style,
    decimal,
    is_leaf,
    line,
    number_precedence,
    parameters,
)

__all__ = ["LaTeX", "latex", "name_latex"]

# In the order of the Greek letters below.
_NAMES = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Upsilon",
    "Phi",
    "Psi",
    "Omega",
]
GREEK = frozenset(_NAMES)
LETTERS = dict(zip("αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _NAMES, strict=True))
_DELIMITER = re.compile(r"(\\left\S+|\\lfloor|\\lceil) ?$")


def latex(
    nodes: Node | Sequence[Node], *, shape: tuple[int, ...] = (), limit: int | None = None
) -> str:
    r"""One formula, or several as a column (or a matrix, when `shape` has two axes), without dollar
    signs.

    Longer text than `limit` characters, for each formula, is cut and ends with an ellipsis; what
    was cut may not balance
    its brackets, so show it as text.

    >>> from steepest.graph.node import constant, make, variable
    >>> from steepest.graph.operation import ROWS
    >>> import steepest.operations
    >>> print(latex(make(ROWS["divide"], (constant(1), make(ROWS["sqrt"], (variable("x"),))))))
    \frac{1}{\sqrt{x}}
    """
    alone = isinstance(nodes, Node)
    listed = [nodes] if isinstance(nodes, Node) else list(nodes)
    style = LaTeX()
    found = [line(n, style, limit) for n in listed]
    if alone or (shape == () and len(found) == 1):
        return found[0]
    columns = shape[-1] if len(shape) > 1 else 1
    rows = [" & ".join(found[i : i + columns]) for i in range(0, len(found), columns)]
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def name_latex(name: str) -> str:
    r"""A variable's name: x, x_{1}, \alpha, \mathrm{rate}."""
    head, _, index = name.partition("_")
    digits = re.fullmatch(r"([^\W\d_]+?)(\d+)", head)
    if digits and not index:
        head, index = digits[1], digits[2]
    if head in GREEK or head in LETTERS:
        shown = "\\" + LETTERS.get(head, head)
    elif len(head) == 1:
        shown = head
    else:
        shown = rf"\mathrm{{{escaped(head)}}}"
    if not index:
        return shown
    return (
        rf"{shown}_{{{index}}}"
        if index.isdigit() or len(index) == 1
        else rf"{shown}_{{\mathrm{{{escaped(index)}}}}}"
    )


def escaped(words: str) -> str:
    """Text in which no character means anything to LaTeX."""
    return re.sub(r"([_%#&$])", r"\\\1", words).replace("[", "{[}").replace("]", "{]}")


class LaTeX(Style):
    """Mathematics for KaTeX and mathtext."""

    opening: ClassVar[str] = r"\left("
    closing: ClassVar[str] = r"\right)"

    def __init__(self, names: Mapping[Node, str] | None = None) -> None:
        self.names = names or {}

    def template(self, row: Operation) -> str:
        """How a row stands around its arguments."""
        if row.latex:
            return row.latex
        head = row.spellings[0] if row.spellings else row.name
        return rf"\operatorname{{{escaped(head)}}}"

    def precedence(self, node: Node) -> int:
        """How tightly a node binds, as it is written here."""
        row = node.op
        if row is CONSTANT:
            return number_precedence(node.exact)
        if row.name in ("sqrt", "cbrt"):
            return ATOM
        if row.name == "exp":
            return POWER
        if row.name in ("broadcast_to", "positive") or (
            row.name == "cast" and node.dtype.kind == "f"
        ):
            return self.precedence(node.args[0])
        return row.precedence

    def leads(self, node: Node) -> bool:
        """Whether a factor may stand first, before a number or letter."""
        return node.op.name != "divide" or without_sign(node.args[0]) is not None

    def pieces(self, node: Node) -> Sequence[Piece]:  # noqa: C901  (one case a form)
        """A node as texts and arguments in turn."""
        row = node.op
        if row is CONSTANT:
            return [number(node)]
        if row is INPUT:
            return [name_latex(node.name)]
        if row.arity == 0 and not node.params:
            return [row.latex]
        if row.name == "exp":
            return [r"\mathrm{e}^{", Place(node.args[0]), "}"]
        if row.name == "power":
            return self.raised(*node.args)
        if row.name == "divide" and (top := without_sign(node.args[0])) is not None:
            return ["-", Place(make(row, (top, node.args[1])))]
        if row.name == "multiply":
            return self.product(*node.args)
        if row.name == "index":
            return self.indexed(node)
        if row.name in ("broadcast_to", "positive") or (
            row.name == "cast" and node.dtype.kind == "f"
        ):
            return [Place(node.args[0])]
        template = self.template(row)
        if "{0}" in template:
            return self.filled(template, node)
        found: list[Piece] = [template, r"\left("]
        for i, a in enumerate(node.args):
            found += [", " if i else "", Place(a)]
        for i, shown in enumerate(parameters(node)):
            found += [", " if i or node.args else "", rf"\mathrm{{{escaped(shown)}}}"]
        return [*found, r"\right)"]

    def product(self, a: Node, b: Node) -> Sequence[Piece]:
        """Factors side by side; a dot before a digit, and after a function."""
        left = Place(a, MULTIPLICATION if a.op.name != "divide" else NEGATION)
        right = Place(
            b, MULTIPLICATION + 1 if b.op.name != "divide" else MULTIPLICATION, unsigned=True
        )
        return [
            left,
            r" \cdot " if self.needs_dot(a, b) else r" \, " if self.named(b) else " ",
            right,
        ]

    def needs_dot(self, a: Node, b: Node) -> bool:
        """Whether two factors side by side would read as something else."""
        if b.op.name == "power":
            return self.needs_dot(a, b.args[0]) and self.precedence(b.args[0]) > POWER
        if b.op is CONSTANT or b.op.name == "divide":
            return True
        last = a.args[1] if a.op.name == "multiply" else a
        return last.op is CONSTANT and last.shape != ()

    def named(self, b: Node) -> bool:
        """Whether a factor starts with a name of several letters, which needs a little space before
        it.
        """
        while b.op.name == "power":
            b = b.args[0]
        return (
            b.op.arity == 1
            and r"\frac" not in b.op.latex
            and "{" not in b.op.latex
            and b.op.name != "exp"
        )

    def raised(self, base: Node, exponent: Node) -> Sequence[Piece]:
        r"""x^{2}, and \cos^{2}\left(x\right) for powers of functions."""
        row = base.op
        head = row.latex
        q = exponent.exact if exponent.op is CONSTANT else None
        if (
            row.arity == 1
            and head.startswith("\\")
            and "{0}" not in head
            and q is not None
            and q > 1
            and row.name != "exp"
            and "_" not in head
        ):
            return [head, "^{", Place(exponent), r"}\left(", Place(base.args[0]), r"\right)"]
        return (
            ["{", Place(base, POWER + 1), "}^{", Place(exponent), "}"]
            if not is_leaf(base)
            else [Place(base), "^{", Place(exponent), "}"]
        )

    def filled(self, template: str, node: Node) -> Sequence[Piece]:
        r"""A template with its arguments: \frac{…}{…} and |…| enclose theirs, other places take
        brackets.
        """
        named, row = dict(node.params), node.op
        for often in ("order", "times"):  # f⁽ⁿ⁾, where a row has been differentiated n times
            if often not in named:
                template = template.replace(f"^{{{{({{{often}}})}}}}", "")
        found: list[Piece] = []
        parsed = fields(template)
        for i, (before, field) in enumerate(parsed):
            found.append(before)
            if not field:
                continue
            if not field.isdigit():
                value = named.get(field, "")
                found.append(f"{value:g}" if isinstance(value, float) else str(value))
                continue
            after = parsed[i + 1][0] if i + 1 < len(parsed) else ""
            braces = before.endswith("{") and not after.startswith("}^")
            enclosed = (
                braces
                or bool(_DELIMITER.search(before))
                or "cases" in template
                or template == "{0}"
            )
            if row.name == "negative":
                place = Place(node.args[0], MULTIPLICATION, unsigned=True)
            elif enclosed:
                place = Place(node.args[int(field)])
            elif field == "0" and row.infix:
                place = Place(node.args[0], row.precedence)
            else:
                place = Place(node.args[int(field)], min(row.precedence, POWER) + 1, unsigned=True)
            found.append(place)
        return found

    def indexed(self, node: Node) -> Sequence[Piece]:
        """An array with its index below."""
        from steepest.printing.text import slice_text

        x, arrays = node.args[0], node.args[1:]
        found: list[Piece] = ["{", Place(x, ATOM), "}_{"]
        axis = 0
        for i, k in enumerate(node.param("key")):
            found.append(", " if i else "")
            if k is None:
                continue
            if hasattr(k, "start"):
                found.append(slice_text(k, x.shape[axis]))
            else:
                found.append(Place(arrays[k.number]) if hasattr(k, "number") else str(k))
            axis += 1
        return [*found, "}"]


def without_sign(node: Node) -> Node | None:
    """What follows the minus sign that a product starts with; None where it starts with none."""
    factors: list[Node] = []
    while node.op.name == "multiply":
        factors.append(node.args[1])
        node = node.args[0]
    if node.op.name == "negative":
        node = node.args[0]
    elif node.op is CONSTANT and node.exact is not None and node.exact < 0 and node.shape == ():
        node = constant(-node.exact)
    else:
        return None
    for factor in reversed(factors):
        node = make(ROWS["multiply"], (node, factor))
    return node


@lru_cache(maxsize=256)
def fields(template: str) -> list[tuple[str, str]]:
    """A template as pieces of text, each with the name of the field after it ("" at the end)."""
    found, before = [], ""
    for literal, field, _, _ in Formatter().parse(template):
        before += literal
        if field is not None:
            found.append((before, field))
            before = ""
    return [*found, (before, "")]


def number(node: Node) -> str:
    """A constant."""
    q = node.exact
    if q is not None:
        shown = decimal(abs(q), r" \cdot 10^")
        if shown is None:
            shown = rf"\frac{{{abs(q.numerator)}}}{{{q.denominator}}}"
        elif "^" in shown:
            head, _, power = shown.rpartition("^")
            shown = f"{head}^{{{power}}}".removeprefix(r"\cdot ").removeprefix(r" \cdot ")
        return f"-{shown}" if q < 0 else shown
    value = np.asarray(node.value)
    if value.ndim == 1 and value.size <= 6:
        return r"\left[" + ", ".join(_entry(v) for v in value.tolist()) + r"\right]"
    if value.ndim == 0:
        return _entry(value.item())
    return r"\mathrm{array}_{" + r" \times ".join(str(n) for n in value.shape) + "}"


def _entry(value: Any) -> str:
    shown = repr(value)
    return shown.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
