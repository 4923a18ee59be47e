"""What is said before the formula begins: f(n, e) = ..., y = ..., f(x) := ..., or nothing; and
what is known of names then: variables, parameters, the function's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Rational, Real

from steepest.errors import FormulaError, VariableError
from steepest.record import record
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.spelling import reserved
from steepest.sources.formula.syntax import Exact, ratio
from steepest.sources.formula.tokens import END, NAME, SIGN, Token, tokenise

__all__ = ["Declared", "Header", "declare", "equation", "read_header"]


@record()
class Header:
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


@record()
class Declared:
    """The variables in order (None: nothing was said), the parameters, and the function's name."""

    variables: tuple[str, ...] | None
    parameters: Mapping[str, Exact]
    own: str | None = None

    def has(self, name: str) -> bool:
        """Whether `name` was declared, as a variable or as a parameter."""
        return name in self.parameters or (self.variables is not None and name in self.variables)

    def header(self, *more: str) -> str:
        """The definition that would declare `more` names as well."""
        return f"{self.own or 'f'}({', '.join([*(self.variables or ()), *more])})"


def declare(
    header: Header,
    variables: Sequence[str] | None,
    parameters: Mapping[str, float] | None,
    limits: Limits,
) -> Declared:
    """Put together what the header, `variables` and `parameters` say.

    Raises VariableError where a name cannot be declared, or the three contradict each other.
    """
    chosen = None if variables is None else _names(variables, limits)
    listed = header.variables
    if listed is not None and chosen is not None and listed != chosen:
        raise VariableError(
            f"the formula declares the variables ({', '.join(listed)}), but variables={chosen!r} "
            "was given; declare them in one place"
        )
    listed = chosen if listed is None else listed
    given = _values(parameters or {}, limits)
    for name in listed or ():
        if name in given:
            raise VariableError(
                f"{name!r} is declared as a variable and given a value; it can be one of them only"
            )
    return Declared(listed, given, header.name)


def _names(variables: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """Each name as the formula spells it (x₁ is x_1); one text "n, e" is taken apart."""
    if isinstance(variables, str):
        variables = [v for v in re.split(r"[\s,]+", variables) if v]
    found = tuple(_name(v, limits) for v in variables)
    for name in found:
        if found.count(name) > 1:
            raise VariableError(
                f"variables={tuple(variables)!r} names {name!r} twice; give each variable once"
            )
    return found


def _name(given: object, limits: Limits) -> str:
    try:
        tokens = tokenise(given, limits) if isinstance(given, str) else []
    except FormulaError:
        tokens = []
    if [t.kind for t in tokens] != [NAME, END]:
        raise VariableError(
            f"{given!r} cannot be the name of a variable: a name is one Latin or Greek letter, or "
            "several, with digits or an index after them, such as n, θ, x_1 or speed"
        )
    if reserved(tokens[0].text):
        raise VariableError(
            f"{given!r} has a meaning of its own and cannot name a variable; choose another name"
        )
    return tokens[0].text


def _values(parameters: Mapping[str, float], limits: Limits) -> dict[str, Exact]:
    values: dict[str, Exact] = {}
    for key, value in parameters.items():
        name = _name(key, limits)
        if not isinstance(value, Real) or not math.isfinite(value):
            raise VariableError(
                f"the parameter {name} = {value!r} is not a finite number; give one such as "
                f"{name}=2"
            )
        if not isinstance(value, Rational):
            from fractions import Fraction

            value = Fraction(repr(float(value)))
        values[name] = ratio(value.numerator, value.denominator)
    return values
