"""Formulas as a line of text that reads like mathematics and can be typed again: 2n + 3e·cos(3n),
1/(2√x), e^(−x²/2).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.operation import ATOM, MULTIPLICATION, POWER, Operation
from steepest.graph.traverse import inputs_of
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

__all__ = ["Text", "subscripted", "superscript", "text"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def text(
    nodes: Node | Sequence[Node],
    *,
    variables: Collection[str] = (),
    shape: tuple[int, ...] = (),
    limit: int | None = None,
) -> str:
    """One formula, or several as [a, b] (or rows of them, when `shape` has two axes).

    What is shown, typed as a formula, has the same value. Longer text than `limit` characters is
    cut and ends with …;
    `variables` are names that mean something although they do not occur (where e is a variable,
    exp(x) is not eˣ).

    >>> from steepest.graph.node import constant, make, variable
    >>> from steepest.graph.operation import ROWS
    >>> import steepest.operations
    >>> x = variable("x")
    >>> text(
    ...     make(
    ...         ROWS["divide"],
    ...         (constant(1), make(ROWS["multiply"], (constant(2), make(ROWS["sqrt"], (x,))))),
    ...     )
    ... )
    '1/(2√x)'
    """
    alone = isinstance(nodes, Node)
    listed = [nodes] if isinstance(nodes, Node) else list(nodes)
    style = Text({*variables, *(n.name for n in inputs_of(listed))})
    found = [line(n, style, limit) for n in listed]
    if alone or (shape == () and len(found) == 1):
        return found[0]
    return cut(bracketed(found, shape), limit)


def bracketed(items: Sequence[str], shape: tuple[int, ...]) -> str:
    """[a, b] or [[a, b], [c, d]]."""
    if len(shape) > 1 and shape[0]:
        width = len(items) // shape[0]
        rows = [bracketed(items[i : i + width], shape[1:]) for i in range(0, len(items), width)]
        return f"[{', '.join(rows)}]"
    return f"[{', '.join(items)}]"


def cut(shown: str, limit: int | None) -> str:
    """At most `limit` characters."""
    return shown if limit is None or len(shown) <= limit else shown[: max(limit - 1, 0)] + "…"


def superscript(n: int) -> str:
    """A whole number, raised."""
    return str(n).translate(_RAISED)


def subscripted(name: str) -> str:
    """x_1 as x₁; other names as they are."""
    found = re.fullmatch(r"([^\W\d_])_(\d+)", name)
    return found[1] + found[2].translate(_LOWERED) if found else name


class Text(Style):
    """Plain text with real minus signs, middle dots and superscripts."""

    opening: ClassVar[str] = "("
    closing: ClassVar[str] = ")"

    def __init__(self, variables: Collection[str], names: Mapping[Node, str] | None = None) -> None:
        self.e_is_free = "e" not in variables
        self.names = names or {}

    def template(self, row: Operation) -> str:
        """How a row stands around its arguments."""
        if row.text:
            return row.text
        return row.spellings[0] if row.spellings else row.name

    def precedence(self, node: Node) -> int:
        """How tightly a node binds, as it is written here."""
        row = node.op
        if row is CONSTANT:
            return number_precedence(node.exact)
        if row.name == "exp":
            return POWER if self.as_power_of_e(node) else ATOM
        if row.name in _TRANSPARENT and _transparent(node):
            return self.precedence(node.args[0])
        if row.name == "absolute" and not self.bars(node):
            return ATOM
        return row.precedence

    def pieces(self, node: Node) -> Sequence[Piece]:
        """A node as texts and arguments in turn."""
        row = node.op
        if row is CONSTANT:
            return [number(node)]
        if row is INPUT:
            return [subscripted(node.name)]
        if row.arity == 0 and not node.params:
            return [{"euler": "ℯ", "pi": "π"}.get(row.name, self.template(row))]
        if row.name == "exp" and self.as_power_of_e(node):
            return self.power("e", node.args[0])
        if row.name == "power" and node.args[0].op.name == "euler" and self.as_power_of_e(node):
            return self.power("e", node.args[1])
        if row.name == "power":
            return self.raised(*node.args)
        if row.name == "multiply":
            return self.product(*node.args)
        if row.name == "index":
            return self.indexed(node)
        if row.name in _TRANSPARENT and _transparent(node):
            return [Place(node.args[0])]
        if row.infix and len(node.args) == 2:
            a, b = node.args
            return [
                Place(a, row.precedence),
                row.infix,
                Place(b, row.precedence + 1, unsigned=True),
            ]
        template = self.template(row)
        if "{" in template and not (row.name == "absolute" and not self.bars(node)):
            return self.filled(template, node)
        return self.called(template if "{" not in template else row.spellings[0], node)

    # ---- products and powers ---------------------------------------------------------------------

    def product(self, a: Node, b: Node) -> Sequence[Piece]:
        """2n, 2√x without a dot; all other products with one."""
        left, right = Place(a, MULTIPLICATION), Place(b, MULTIPLICATION + 1, unsigned=True)
        if a.op.name == "divide" or (a.op is CONSTANT and "/" in number(a)):
            left = Place(a, MULTIPLICATION + 1)
        if a.op is CONSTANT and a.shape == () and a.exact is not None and self.follows_a_number(b):
            shown = number(a)
            if (
                shown[-1].isdecimal()
                and "·" not in shown
                and "/" not in shown
                and shown not in ("0", "1")
            ):
                return [left, right]
        return [left, "·", right]

    def follows_a_number(self, b: Node) -> bool:
        """Whether no dot is needed between a number and this: a letter comes next, and no second
        reading.
        """
        if b.op.name == "sqrt":
            return True
        while b.op.name == "power" and self.precedence(b.args[0]) > POWER:
            b = b.args[0]
        if b.op.name == "exp":
            return self.as_power_of_e(b)
        if b.op is INPUT:
            return len(b.name) == 1 or bool(re.fullmatch(r"[^\W\d_]_\d+", b.name))
        return b.op.name == "pi"

    def raised(self, base: Node, exponent: Node) -> Sequence[Piece]:
        """x², x⁻¹, x^n, cos²(x)."""
        whole = whole_number(exponent)
        if whole is not None and whole > 1 and self.is_called(base):
            return [self.template(base.op), superscript(whole), "(", Place(base.args[0]), ")"]
        return [Place(base, POWER + 1), *self.power("", exponent)]

    def is_called(self, base: Node) -> bool:
        """Whether a power of it is written on the name: sin²(x)."""
        row = base.op
        return (
            row.arity == 1
            and row.elementwise
            and bool(row.spellings)
            and not base.params
            and "{" not in self.template(row)
            and self.template(row).isalpha()
            and not (row.name == "exp" and self.as_power_of_e(base))
        )

    def power(self, base: str, exponent: Node) -> Sequence[Piece]:
        """A base with its exponent, raised where it is a small whole number."""
        whole = whole_number(exponent)
        if whole is not None and not base:
            return [superscript(whole)]
        if is_leaf(exponent):
            return [base, "^", Place(exponent)]
        return [base, "^(", Place(exponent), ")"]

    def as_power_of_e(self, node: Node) -> bool:
        """e^(−x) is read back as the exponential function only where e is no variable and the
        exponent has one.
        """
        return self.e_is_free and node.shape == () and varies(node.args[-1])

    # ---- functions -------------------------------------------------------------------------------

    def called(self, head: str, node: Node) -> Sequence[Piece]:
        """A function's name with its arguments in brackets."""
        found: list[Piece] = [head, "("]
        for i, a in enumerate(node.args):
            found += [", " if i else "", Place(a)]
        for i, shown in enumerate(parameters(node)):
            found += [", " if i or node.args else "", shown]
        return [*found, ")"]

    def filled(self, template: str, node: Node) -> Sequence[Piece]:
        """A template with its arguments: bracketed unless the template itself encloses them."""
        found: list[Piece] = []
        parts = re.split(r"\{(\d)\}", template)
        for i, part in enumerate(parts):
            if i % 2 == 0:
                found.append(part)
                continue
            argument = node.args[int(part)]
            enclosed = bool(parts[i - 1]) and parts[i - 1][-1] in "|⌊⌈(" and bool(parts[i + 1])
            if enclosed or template == "{0}":
                found.append(Place(argument))
            elif node.op.name == "negative":
                found.append(Place(argument, MULTIPLICATION, unsigned=True))
            elif parts[i - 1].endswith(("√", "∛")):
                found += [Place(argument)] if is_leaf(argument) else ["(", Place(argument), ")"]
            else:
                found.append(Place(argument, POWER + 1))
        return found

    def bars(self, node: Node) -> bool:
        """Bars only around what holds no other bars: |a|b|c| has two readings."""
        stack, seen = list(node.args), 0
        while stack:
            n = stack.pop()
            seen += 1
            if n.op.name == "absolute" or seen > 200:
                return False
            stack += n.args
        return True

    # ---- arrays ----------------------------------------------------------------------------------

    def indexed(self, node: Node) -> Sequence[Piece]:
        """x[0], x[1:], x[:, k]."""
        x, arrays = node.args[0], node.args[1:]
        found: list[Piece] = [Place(x, ATOM), "["]
        axis = 0
        for i, k in enumerate(node.param("key")):
            found.append(", " if i else "")
            if k is None:
                found.append("None")
                continue
            if hasattr(k, "start"):
                found.append(slice_text(k, x.shape[axis]))
            elif hasattr(k, "number"):
                found.append(Place(arrays[k.number]))
            else:
                found.append(str(k))
            axis += 1
        return [*found, "]"]


_TRANSPARENT = {"broadcast_to", "cast", "positive"}


def _transparent(node: Node) -> bool:
    """Movements that change no number a reader sees."""
    a = node.args[0]
    if node.op.name == "cast":
        return node.dtype.kind == "f" and a.dtype.kind in "fiu"
    return True


def slice_text(k: Any, length: int) -> str:
    """A slice as it is typed."""
    start = "" if k.start == (0 if k.step > 0 else length - 1) else str(k.start)
    stop = "" if k.stop is None or (k.step > 0 and k.stop >= length) else str(k.stop)
    return f"{start}:{stop}" + (f":{k.step}" if k.step != 1 else "")


def whole_number(node: Node) -> int | None:
    """The value of a small whole number, with its sign."""
    sign = 1
    if node.op.name == "negative":
        sign, node = -1, node.args[0]
    q = node.exact if node.op is CONSTANT and node.shape == () else None
    return sign * int(q) if q is not None and q.denominator == 1 and abs(q) < 1000 else None


def varies(node: Node) -> bool:
    """Whether an input occurs in a node."""
    return any(n.op is INPUT for n in inputs_of([node]))


def number(node: Node) -> str:
    """A constant: exactly, in decimals where these end; arrays by their numbers or, when long, by
    their shape.
    """
    q = node.exact
    if q is not None:
        shown = decimal(abs(q))
        if shown is None:
            shown = f"{abs(q.numerator)}/{q.denominator}"
        elif "^" in shown:
            head, _, power = shown.rpartition("^")
            shown = head + superscript(int(power))
        return f"−{shown}" if q < 0 else shown
    value = np.asarray(node.value)
    if value.size <= 6:
        return array_text(value.tolist())
    return f"array({'×'.join(str(n) for n in value.shape)})"


def array_text(value: Any) -> str:
    """Nested lists of numbers, with real minus signs."""
    if isinstance(value, list):
        return f"[{', '.join(array_text(v) for v in value)}]"
    shown = repr(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        shown = str(int(value))
    return shown.replace("-", "−").replace("inf", "∞")
