"""The syntax tree of a typed formula, as it was read: numbers, names, and operations applied to
them.

Trees of long sums are deep, so nothing here recurses, and a tree is compared by identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = [
    "Apply", "Exact", "Name", "Number", "Syntax", "bracketed", "decimal", "postorder", "ratio",
]  # fmt: skip

Exact: TypeAlias = "int | Fraction"  # numbers as typed: whole ones are ints


def ratio(top: int, bottom: int) -> Exact:
    """top/bottom, an int where it is whole."""
    if top % bottom == 0:
        return top // bottom
    from fractions import Fraction

    return Fraction(top, bottom)


class Syntax:
    """A piece of a formula, from character `start` up to `end`.

    `varies` when a variable occurs in it.
    """

    __slots__ = ("end", "start", "varies")

    def __init__(self, start: int, end: int, varies: bool) -> None:
        self.start, self.end, self.varies = start, end, varies


class Number(Syntax):
    """A number as typed, with the exact value of its decimals."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, varies: bool, value: Exact) -> None:
        self.start, self.end, self.varies, self.value = start, end, varies, value


class Name(Syntax):
    """A variable or a parameter."""

    __slots__ = ("name",)

    def __init__(self, start: int, end: int, varies: bool, name: str) -> None:
        self.start, self.end, self.varies, self.name = start, end, varies, name


class Apply(Syntax):
    """The operation called `row` applied to arguments; a named constant has none."""

    __slots__ = ("args", "row")

    def __init__(
        self, start: int, end: int, varies: bool, row: str, args: tuple[Syntax, ...]
    ) -> None:
        self.start, self.end, self.varies, self.row, self.args = start, end, varies, row, args

    def __repr__(self) -> str:
        return f"<{self.row} of {len(self.args)} at {self.start}:{self.end}>"


def postorder(roots: Iterable[Syntax]) -> list[Syntax]:
    """Every piece once, each after its arguments, from left to right."""
    order: list[Syntax] = []
    entered: set[Syntax] = set()
    waiting: list[Syntax] = []  # for their arguments to be listed
    ahead = [iter(roots)]  # what is still to be entered, of each piece that waits
    while ahead:
        for piece in ahead[-1]:
            if piece not in entered:
                entered.add(piece)
                if isinstance(piece, Apply):
                    waiting.append(piece)
                    ahead.append(iter(piece.args))
                    break
                order.append(piece)
        else:
            ahead.pop()
            if waiting:
                order.append(waiting.pop())
    return order


# How operations are written in the bracketed reading; every other one is a call of its function.
INFIX = {
    "add": " + ",
    "subtract": " - ",
    "multiply": "*",
    "divide": "/",
    "power": "^",
    "less": " < ",
    "less_equal": " <= ",
    "greater": " > ",
    "greater_equal": " >= ",
    "equal": " == ",
    "not_equal": " != ",
    "logical_and": " and ",
    "logical_or": " or ",
}
PREFIX = {"negative": "-", "logical_not": "not "}
CONSTANTS = {"euler": "ℯ"}


def bracketed(root: Syntax, spelling: Callable[[str], str] = lambda row: row) -> str:
    """The formula with every operation in brackets, so that nothing is left to precedence: 2n + 1
    is (2*n) + 1.

    `spelling` gives the name under which a row's function is typed.
    """
    pieces: list[str] = []
    stack: list[str | tuple[Syntax, bool]] = [(root, True)]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            pieces.append(top)
            continue
        piece, outermost = top
        if isinstance(piece, Number):
            pieces.append(decimal(piece.value))
        elif isinstance(piece, Name):
            pieces.append(piece.name)
        elif isinstance(piece, Apply):
            stack += reversed(_parts(piece, outermost, spelling))
    return "".join(pieces)


def _parts(
    piece: Apply, outermost: bool, spelling: Callable[[str], str]
) -> list[str | tuple[Syntax, bool]]:
    parts: list[str | tuple[Syntax, bool]]
    if piece.row in INFIX:
        first, second = piece.args
        parts = [(first, False), INFIX[piece.row], (second, False)]
    elif piece.row in PREFIX:
        parts = [PREFIX[piece.row], (piece.args[0], False)]
    elif not piece.args:
        return [CONSTANTS.get(piece.row) or spelling(piece.row)]
    else:
        parts = [spelling(piece.row), "("]
        for i, argument in enumerate(piece.args):
            parts += [", ", (argument, True)] if i else [(argument, True)]
        return [*parts, ")"]
    return parts if outermost else ["(", *parts, ")"]


def decimal(value: Exact) -> str:
    """A number in decimals, exactly; with a power of ten where long; ⅓ and its kind as typed."""
    tens, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        tens = max(tens, power)
    if rest != 1:
        return FRACTIONS[value.numerator, value.denominator]
    digits = str(value.numerator * 10**tens // value.denominator)
    if tens == 0 and len(digits) <= 21:
        return digits
    if 0 < tens <= 21:
        digits = digits.rjust(tens + 1, "0")
        return f"{digits[:-tens]}.{digits[-tens:]}"
    bare = digits.rstrip("0")
    return f"{bare}E{len(digits) - len(bare) - tens}"


FRACTIONS = {(1, 3): "⅓", (2, 3): "⅔", (1, 6): "⅙", (5, 6): "⅚", (1, 7): "⅐", (1, 9): "⅑"}
