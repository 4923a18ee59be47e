"""The part before the equals sign: f(n, e) = ..., y = ..., f(x) := ..., or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from steepest.errors import FormulaError
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.spelling import reserved
from steepest.sources.formula.tokens import END, NAME, SIGN, Token

__all__ = ["Header", "equation", "read_header"]


class Header(NamedTuple):
    """The function's name, its declared variables, and the token at which its formula begins.

    `variables` is None where none are declared.
    """

    name: str | None
    variables: tuple[str, ...] | None
    body: int


def read_header(text: str, tokens: Sequence[Token]) -> Header:
    """Read `f(n, e) =` or `y =` from the front of the tokens, if it is there.

    Raises FormulaError for an equals sign anywhere else outside brackets, and for names that cannot
    be declared.
    """
    equals = _equals_sign(tokens)
    if equals is None:
        return Header(None, None, 0)
    head = tokens[:equals]
    sign = tokens[equals]
    names = _declared(head)
    if names is None:
        raise equation(text, sign)
    _check(text, head, names)
    if tokens[equals + 1].kind == END:
        raise complaint(
            text,
            sign.start,
            sign.end,
            "Nothing follows the equals sign.",
            f"Write {text.strip()} x^2.",
        )
    variables = tuple(t.text for t in names) if len(head) > 1 else None
    return Header(head[0].text, variables, equals + 1)


def equation(text: str, sign: Token) -> FormulaError:
    """The error for an equals sign that defines nothing."""
    why = "An equals sign stands after a function's name only."
    remedy = (
        "A definition is f(x) = x^2 or y = x^2. For an equation, bring everything to one side: "
        "x^2 - 4 instead of x^2 = 4. For a condition write ==, as in where(x == 0, 1, 2)."
    )
    return complaint(text, sign.start, sign.end, why, remedy)


def _equals_sign(tokens: Sequence[Token]) -> int | None:
    depth = 0
    for i, token in enumerate(tokens):
        if token.kind == SIGN:
            depth += (token.text in "([{") - (token.text in ")]}")
            if token.text == ":=" or (token.text == "=" and depth == 0):
                return i
    return None


def _declared(head: Sequence[Token]) -> list[Token] | None:
    """The variables between the brackets; None where this is no header."""
    if not head or head[0].kind != NAME:
        return None
    if len(head) == 1:
        return []
    inside = head[2:-1]
    if len(head) < 3 or head[1].text != "(" or head[-1].text != ")":
        return None
    names, commas = inside[::2], inside[1::2]
    if any(t.kind != NAME for t in names) or any(t.text != "," for t in commas):
        return None
    return list(names) if not inside or len(inside) % 2 else None


def _check(text: str, head: Sequence[Token], names: Sequence[Token]) -> None:
    seen: set[str] = set()
    for token in (head[0], *names):
        if reserved(token.text):
            raise complaint(
                text,
                token.start,
                token.end,
                f"{token.text} has a meaning of its own and cannot be declared.",
                "Choose another name.",
            )
        if token.text in seen:
            raise complaint(
                text,
                token.start,
                token.end,
                f"{token.text} is declared twice.",
                "Give every variable, and the function, a name of its own.",
            )
        seen.add(token.text)
