"""What is known of names before the formula begins: variables, parameters, its own name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Rational, Real
from typing import NamedTuple

from steepest.errors import FormulaError, VariableError
from steepest.sources.formula.header import Header
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.spelling import reserved
from steepest.sources.formula.syntax import Exact, ratio
from steepest.sources.formula.tokens import END, NAME, tokenise

__all__ = ["Declared", "declare"]


class Declared(NamedTuple):
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
