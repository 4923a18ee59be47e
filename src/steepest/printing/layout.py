"""From nodes to one line, left to right: brackets where precedence needs them, cut where it gets
too long.

A style says what each node is made of: strings, and places for its arguments. The walk keeps its
own stack, so depth costs no recursion, and stops at the limit, so that shared parts of a graph,
shown again and again, cost no time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.operation import ADDITION, ATOM, MULTIPLICATION, NEGATION, Operation

__all__ = [
    "LONGEST",
    "Piece",
    "Place",
    "Style",
    "decimal",
    "is_leaf",
    "line",
    "number_precedence",
    "parameters",
]

NAMED = ADDITION + 5  # how a name given to a part binds: like the d/dx in front of it
LONGEST = 200_000  # characters; what is longer ends with …, whatever was asked for


class Place(NamedTuple):
    """Where an argument stands: bracketed if it binds less tightly than `minimum`, or starts with a
    sign it must not.
    """

    node: Node
    minimum: int = 0
    unsigned: bool = False


Piece = str | Place


def line(node: Node, style: Style, limit: int | None = None) -> str:
    """The text of one node."""
    most = LONGEST if limit is None else min(limit, LONGEST)
    out: list[str] = []
    length = 0
    stack: list[Piece] = [Place(node)]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            out.append(top)
            length += len(top)
            if length > most:
                return "".join(out)[: max(most - 1, 0)] + "…"
            continue
        named = style.names.get(top.node)
        pieces = style.pieces(top.node) if named is None else [named]
        binds = NAMED if named is not None else style.precedence(top.node)
        if binds < top.minimum or (named is None and top.unsigned and style.signed(top.node)):
            pieces = [style.opening, *pieces, style.closing]
        stack += reversed(pieces)
    return "".join(out)


class Style(ABC):
    """How rows look; the two styles are text and LaTeX."""

    opening: ClassVar[str]
    closing: ClassVar[str]
    names: Mapping[Node, str] = MappingProxyType({})  # parts that are shown by a name instead

    @abstractmethod
    def pieces(self, node: Node) -> Sequence[Piece]:
        """What a node is made of, left to right."""

    @abstractmethod
    def template(self, row: Operation) -> str:
        """The row's own way to be written in this style: a head or a template; "" for its name."""

    def precedence(self, node: Node) -> int:
        """How tightly what is shown binds."""
        if node.op is CONSTANT:
            return number_precedence(node.exact)
        return node.op.precedence

    def signed(self, node: Node) -> bool:
        """Whether what is shown starts with a minus sign."""
        while True:
            if node.op is CONSTANT:
                return node.exact is not None and node.exact < 0
            if node.op.name == "negative":
                return True
            if not (node.op.infix and len(node.args) == 2 and self.leads(node)):
                return False
            left = node.args[0]
            if self.precedence(left) < node.op.precedence:
                return False
            node = left

    def leads(self, node: Node) -> bool:
        """Whether what is shown of an infix row starts with its first argument."""
        return True


def number_precedence(q: Fraction | None) -> int:
    """A negative number binds like a sign, a fraction like a division."""
    if q is None:
        return ATOM
    shown = decimal(abs(q))
    if shown is None or "·" in shown:
        return MULTIPLICATION
    return NEGATION if q < 0 else ATOM


def decimal(q: Fraction, times: str = "·10^") -> str | None:
    """A number that is not negative, exactly: 42, 0.1, 2.5·10^-9; None where it has no finite
    decimal expansion.
    """
    if q.denominator == 1 and q < 10**16:
        return str(q.numerator)
    twos = fives = 0
    d = q.denominator
    while d % 2 == 0:
        d, twos = d // 2, twos + 1
    while d % 5 == 0:
        d, fives = d // 5, fives + 1
    if d != 1:
        return None
    places = max(twos, fives)
    digits = str(q.numerator * 10**places // q.denominator)
    stripped = digits.rstrip("0") or "0"
    power = len(digits) - 1 - places  # of the first digit
    if -5 <= power < 16:
        if places == 0:
            return digits
        padded = digits.rjust(places + 1, "0")
        return f"{padded[:-places]}.{padded[-places:]}"
    first = stripped[0] + ("." + stripped[1:] if len(stripped) > 1 else "")
    return f"{first}{times}{power}" if first != "1" else f"{times.lstrip('·')}{power}"


def parameters(node: Node) -> list[str]:
    """The parameters that say something, as name=value: an axis, an order; not what every reader
    takes for granted.
    """
    shown = []
    for name, value in node.params:
        if name == "axis" and node.args and value == tuple(range(len(node.args[0].shape))):
            continue
        if (name == "keepdims" and not value) or not plain(value):
            continue
        shown.append(f"{name}={value}")
    return shown


def plain(value: Any) -> bool:
    """Whether a parameter reads as itself."""
    if type(value) is tuple:
        return all(plain(v) for v in value)
    return isinstance(value, (int, float, str))


def is_leaf(node: Node) -> bool:
    """Whether a node is shown as one name or one number without a sign."""
    if node.op is CONSTANT:
        return number_precedence(node.exact) == ATOM and node.shape == ()
    return node.op is INPUT or (node.op.arity == 0 and not node.params)
