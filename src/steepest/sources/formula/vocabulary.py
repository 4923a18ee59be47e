"""What each name in a formula means: a function, a named number, variables, their product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from steepest.sources.formula.characters import GREEK_WORDS, is_differential, letters_in
from steepest.sources.formula.declared import Declared
from steepest.sources.formula.spelling import constant, function, functions, greek_name
from steepest.sources.formula.tokens import NAME, SIGN, Token

__all__ = ["CONSTANT", "FUNCTION", "VARIABLE", "Vocabulary"]

CONSTANT, FUNCTION, VARIABLE = "constant", "function", "variable"
_MAP_WORDS = {"north", "east"}  # the map's directions, which give a slope its bearing
_OPENING = {"(", "[", "{"}
_FUNCTION_LETTERS = {"f", "g", "h"}  # f(x) is hardly ever f times x


class Vocabulary:
    """Gives each name token of one formula its meaning."""

    def __init__(self, text: str, tokens: Sequence[Token], declared: Declared) -> None:
        self.text = text
        self.declared = declared
        self.notes: list[tuple[int, str]] = []
        self.known = {*(declared.variables or ()), *declared.parameters}
        self.names = {t.text for t in tokens if t.kind == NAME}

    def resolve(self, tokens: Sequence[Token]) -> list[Token]:
        """The same tokens, every name replaced by what it means."""
        out: list[Token] = []
        for i, token in enumerate(tokens):
            if token.kind == NAME:
                following = tokens[i + 1]
                called = following.kind == SIGN and following.text in _OPENING
                out += self.meaning(token, called)
            else:
                out.append(token)
        return out

    def meaning(self, token: Token, called: bool) -> list[Token]:
        """What a name is; `called` when a bracket follows it. Raises FormulaError for nothing."""
        name = token.text
        if name in self.known:
            return [token.meaning(VARIABLE)]
        number = constant(name)
        if number is not None:
            return [token.meaning(CONSTANT, number)]
        row = function(_without_index(name)) if called or not greek_name(name) else None
        if row is not None:
            if greek_name(name):
                self.notes.append((token.start, f"{name}(…) is read as the function {row}"))
            return [token.meaning(FUNCTION, row)]
        plain = self.declared.variables is None and _plainly_a_variable(name)
        like_a_function = called and name in _FUNCTION_LETTERS
        if plain and not like_a_function and name != self.declared.own:
            return [token.meaning(VARIABLE)]
        return self.product_or_none(token, called, plain)

    def product_or_none(self, token: Token, called: bool, plain: bool) -> list[Token]:
        """What a name that is no single variable means; raises FormulaError for nothing."""
        from steepest.sources.formula import suggestion

        name = token.text
        if name == self.declared.own:
            raise suggestion.calls_itself(self.text, token)
        if plain:
            raise suggestion.no_such_function(self.text, token)
        if name == "e":  # the variables are declared, and e is none of them
            return [token.meaning(CONSTANT, "euler")]
        pieces = self.product(name)
        whole = suggestion.run_together(name, functions()) or self.below_a_bar(token)
        if pieces and not whole:
            self.notes.append((token.start, f"{name} is read as {'*'.join(pieces)}"))
            return _split(token, pieces)
        raise suggestion.unknown_name(self.text, token, called, functions(), self.declared)

    @cached_property
    def letters(self) -> set[str]:
        """What a product such as xy may be made of."""
        if self.declared.variables is not None:
            return self.known
        # In x^2 + xy + y^2 the letters x and y stand alone somewhere: xy is their product.
        return self.known | {n for n in self.names if letters_in(n) == [n]} | {"e"}

    def product(self, name: str) -> list[str]:
        """The known letters that a name is made of, or nothing; beside a parameter any letter."""
        pieces = letters_in(name)
        if len(pieces) < 2 or "".join(pieces) != name:
            return []
        if all(p in self.letters for p in pieces):
            return pieces
        if self.declared.variables is None and any(p in self.declared.parameters for p in pieces):
            return pieces if all(p in self.letters or p.isalpha() for p in pieces) else []
        return []

    def below_a_bar(self, token: Token) -> bool:
        """Whether dx stands below a fraction bar, as in d/dx, and nobody has declared d."""
        before = self.text[max(0, token.start - 10) : token.start].rstrip()
        differential = is_differential(token.text) and "d" not in self.known
        return differential and before.endswith(("/", "÷", "∕", "⁄"))


def _without_index(name: str) -> str:
    """log_2 and log₂ are log2."""
    return name.replace("_", "") if name.startswith("log_") else name


def _plainly_a_variable(name: str) -> bool:
    """A name that needs no declaration: a letter, digits, an index; Greek words; north, east."""
    if len(name) == 1:
        return True
    if "_" in name:
        return not name.startswith("log_")
    letters = name.rstrip("0123456789")
    if not letters.isascii():  # accents are no letters of their own
        letters = "".join(c for c in letters if not "\u0300" <= c <= "\u036f")
    return len(letters) == 1 or letters in GREEK_WORDS or letters in _MAP_WORDS or name[0] == "Δ"


def _split(token: Token, pieces: Sequence[str]) -> list[Token]:
    """One token a variable; a product written together stands as it was written."""
    out, start = [], token.start
    for i, piece in enumerate(pieces):
        end = token.end if i == len(pieces) - 1 else start + len(piece)
        out.append(Token(VARIABLE, piece, start, end, token.spaced and i == 0))
        start = end
    return out
