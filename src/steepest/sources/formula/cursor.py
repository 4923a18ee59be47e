"""Where reading stands in a formula: the token at hand, and the pieces made so far."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from steepest.errors import FormulaError
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.declared import Declared
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.notes import Notes
from steepest.sources.formula.syntax import Apply, Exact, Name, Number, Syntax
from steepest.sources.formula.tokens import SIGN, Token

__all__ = ["AROUND", "CLOSING", "INFIX", "Cursor", "Reading"]

# The reading of one part of a formula: it yields the parts it needs, and returns what it read.
Reading: TypeAlias = Generator["Reading", Syntax, Syntax]
Counted = TypeVar("Counted", bound=Syntax)

INFIX = {
    "or": "logical_or",
    "and": "logical_and",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "=": "equal",
    "==": "equal",
    "!=": "not_equal",
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "^": "power",
}
CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "⌊": "⌋", "⌈": "⌉"}
AROUND = {"|": "absolute", "⌊": "floor", "⌈": "ceil"}  # brackets that mean an operation


class Cursor:
    """Walks over the tokens of one formula and makes the pieces of its syntax tree.

    Afterwards `names_used` gives every variable and parameter with its places, and `euler` every
    bare e that was taken for Euler's number.
    """

    def __init__(
        self, text: str, tokens: Sequence[Token], declared: Declared, limits: Limits, notes: Notes
    ) -> None:
        self.text, self.tokens, self.declared, self.limits = text, tokens, declared, limits
        self.notes = notes
        self.at = 0
        self.depth = 0
        self.nodes = 0
        self.opened: list[Token] = []
        self.names: dict[str, list[Name]] = {}  # every place of every variable and parameter
        self.bases: set[int] = set()  # the names among them that turned out to be Euler's number
        self.euler: list[Syntax] = []  # every bare e that was taken for Euler's number
        self.bare_argument_ended = -1  # the token after an argument without brackets

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.at]

    def take(self) -> Token:
        """The token at hand; the next one takes its place."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def sees(self, *signs: str) -> bool:
        """Whether the token at hand is one of these signs."""
        token = self.tokens[self.at]
        return token.kind == SIGN and token.text in signs

    def wrong(self, where: Token | Syntax, why: str, remedy: str = "") -> FormulaError:
        """The error for a place in the formula; raise it."""
        return complaint(self.text, where.start, where.end, why, remedy)

    def apply(
        self, row: str, *args: Syntax, start: int | None = None, end: int | None = None
    ) -> Apply:
        """An operation; unless told otherwise it reaches from its first argument to its last."""
        start = args[0].start if start is None else start
        end = args[-1].end if end is None else end
        varies = False
        for a in args:
            if a.varies:
                varies = True
                break
        return self.counted(Apply(start, end, varies, row, args))

    def number(self, value: Exact, token: Token) -> Number:
        """A number."""
        return self.counted(Number(token.start, token.end, False, value))

    def counted(self, piece: Counted) -> Counted:
        """The piece itself, unless it is one too many."""
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            why = f"This formula has more than {self.limits.nodes:,} numbers, names and operations."
            raise self.wrong(piece, why, "For something that large write a Python function.")
        return piece

    def name(self, token: Token) -> Name:
        """A variable or a parameter."""
        varies = token.text not in self.declared.parameters
        piece = self.counted(Name(token.start, token.end, varies, token.text))
        self.names.setdefault(token.text, []).append(piece)
        return piece

    def power(self, base: Syntax, exponent: Syntax, end: int | None = None) -> Apply:
        """A power; an undeclared e below an exponent with a variable is Euler's number: e^(-t)."""
        undeclared = self.declared.variables is None and not self.declared.has("e")
        if isinstance(base, Name) and base.name == "e" and undeclared and exponent.varies:
            self.bases.add(id(base))
            base = Apply(base.start, base.end, False, "euler", ())
            self.euler.append(base)
        return self.apply("power", base, exponent, end=end)

    def names_used(self) -> dict[str, list[Name]]:
        """Every variable and parameter in the order of first appearance, with its places."""
        used = {n: [p for p in ps if id(p) not in self.bases] for n, ps in self.names.items()}
        return {name: places for name, places in used.items() if places}
