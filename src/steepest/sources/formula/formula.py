"""A formula that has been read, and the function that reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Rational, Real

from steepest.errors import FormulaError, VariableError
from steepest.graph.node import Node, variable
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.grammar import Grammar
from steepest.sources.formula.header import read_header
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.nodes import Span, nodes_of
from steepest.sources.formula.notes import Notes
from steepest.sources.formula.syntax import Syntax, bracketed
from steepest.sources.formula.tokens import END, NAME, Token, tokenise
from steepest.sources.formula.vocabulary import Declared, Vocabulary, clash, reserved, spelling

__all__ = ["Formula", "parse"]

_STANDARD = Limits()


@dataclass(frozen=True, eq=False, repr=False)
class Formula:
    """What a typed formula says.

    `variables` are in the declared order, otherwise in that of their first appearance. `outputs`
    are nodes over `inputs`, as typed; `vector` tells [x] from x. `notes` say what was taken where
    another reading was possible. `spans` gives for every node the stretch of `text` where it was
    first written.
    """

    text: str
    name: str | None
    variables: tuple[str, ...]
    parameters: Mapping[str, Fraction]
    outputs: tuple[Node, ...]
    vector: bool
    notes: tuple[str, ...]
    spans: Mapping[Node, Span] = field(default_factory=dict)
    syntax: tuple[Syntax, ...] = ()

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The variables as nodes: real numbers, in order."""
        return tuple(variable(name) for name in self.variables)

    @property
    def reading(self) -> str:
        """The formula with every operation in brackets, as it was understood."""
        parts = ", ".join(bracketed(s, spelling) for s in self.syntax)
        return f"[{parts}]" if self.vector else parts

    def __repr__(self) -> str:
        shown = self.text if len(self.text) <= 60 else self.text[:59] + "…"
        return f"Formula({shown!r}, variables={self.variables})"


def parse(
    text: str,
    variables: Sequence[str] | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    limits: Limits = _STANDARD,
) -> Formula:
    """Read a typed formula. The text is data: nothing in it is ever executed.

    `variables` declares the variables and their order, as `f(n, e) = ...` in the text does; without
    either, every name of one letter is a variable, in the order of first appearance. `parameters`
    gives names a value; they are no variables. The value of a float is the shortest decimal that
    gives it: a = 0.1 is one tenth.

    Raises FormulaError, pointing at the characters, for text that cannot be read; VariableError for
    `variables` or `parameters` that cannot be.

    >>> formula = parse("f(n, e) = n^2 + 3e^2 + sin 3n · e")
    >>> formula.name, formula.variables
    ('f', ('n', 'e'))
    >>> formula.reading
    '((n^2) + (3*(e^2))) + (sin(3*n)*e)'
    >>> parse("a x^2 + b", parameters={"a": 2, "b": 1}).variables
    ('x',)
    >>> parse("sin(90)").notes
    ('sin(90) is in radians: sin(90) = 0.893997; for degrees write sin(90°)',)
    """
    if not isinstance(text, str):
        raise FormulaError(
            f'A formula is text, such as "n^2 + 3e^2"; this is {type(text).__name__}.'
        )
    given = _values(parameters or {}, limits)
    chosen = None if variables is None else _names(variables, limits)
    tokens = tokenise(text, limits)
    header = read_header(text, tokens)
    declared = Declared(_agreed(header.variables, chosen), given, header.name)
    _check_overlap(declared)
    body = tokens[header.body :]
    vocabulary = Vocabulary(text, body, declared)
    notes = Notes(text)
    grammar = Grammar(text, vocabulary.resolve(body), declared, limits, notes)
    outputs, vector = grammar.outputs()
    names = {name: pieces[0].start for name, pieces in grammar.names.items()}
    order = declared.variables or tuple(n for n in names if n not in given)
    _check_names(text, grammar, declared, notes)
    notes.found += vocabulary.notes
    nodes, spans = nodes_of(text, outputs, given)
    return Formula(text, header.name, order, given, nodes, vector, notes.listed(), spans, outputs)


def _names(variables: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """Declared variables, each spelled as the formula spells it (x₁ is x_1); "n, e" is taken
    apart."""
    if isinstance(variables, str):
        variables = re.split(r"[\s,]+", variables.strip(" ,"))
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
            "several, with digits "
            "or an index after them, such as n, θ, x_1 or speed"
        )
    if reserved(tokens[0].text):
        raise VariableError(
            f"{given!r} has a meaning of its own and cannot name a variable; choose another name"
        )
    return tokens[0].text


def _values(parameters: Mapping[str, float], limits: Limits) -> dict[str, Fraction]:
    values: dict[str, Fraction] = {}
    for key, value in parameters.items():
        name = _name(key, limits)
        if not isinstance(value, Real) or not math.isfinite(value):
            raise VariableError(
                f"the parameter {name} = {value!r} is not a finite number; give one such as "
                f"{name}=2"
            )
        values[name] = (
            Fraction(value) if isinstance(value, Rational) else Fraction(repr(float(value)))
        )
    return values


def _agreed(
    header: tuple[str, ...] | None, chosen: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if header is not None and chosen is not None and header != chosen:
        raise VariableError(
            f"the formula declares the variables ({', '.join(header)}), but variables={chosen!r} "
            "was given; declare "
            "them in one place"
        )
    return chosen if header is None else header


def _check_overlap(declared: Declared) -> None:
    both = [name for name in declared.variables or () if name in declared.parameters]
    if both:
        raise VariableError(
            f"{both[0]!r} is declared as a variable and given a value; it can be one of them only"
        )


def _check_names(text: str, grammar: Grammar, declared: Declared, notes: Notes) -> None:
    """What concerns all names at once: parameters that do nothing, look-alikes, and what e
    means."""
    for name in declared.parameters:
        if name not in grammar.names:
            raise VariableError(
                f"the parameter {name!r} was given, but does not occur in {text[:60]!r}; leave it "
                "out"
            )
    pair = clash({name: pieces[0].start for name, pieces in grammar.names.items()})
    if pair:
        first = grammar.names[pair[1]][0]
        raise complaint(
            text,
            first.start,
            first.end,
            f"{pair[0]} and {pair[1]} are one letter, but would be two variables.",
            "Spell it in one way.",
        )
    _check_euler(text, grammar, declared, notes)
    _check_scientific(text, grammar, declared, notes)


def _check_euler(text: str, grammar: Grammar, declared: Declared, notes: Notes) -> None:
    """A bare e has one meaning in a formula, and a note says which; see "Conventions decided",
    docs/architecture.md."""
    letters = grammar.names.get("e", [])
    if "e" in declared.parameters or (declared.variables is not None and "e" in declared.variables):
        return
    if letters and grammar.euler:
        number, letter = grammar.euler[0], letters[0]
        later = max(number, letter, key=lambda piece: piece.start)
        raise complaint(
            text,
            later.start,
            later.end,
            f"e is Euler's number at character {number.start + 1} and a variable at character "
            f"{letter.start + 1}.",
            "Write exp(x) or ℯ^x where the number is meant, or declare the variables: f(x) = … "
            "without e, "
            "f(x, e) = … with a variable e.",
        )
    if letters:
        notes.add(letters[0].start, "e is read as a variable; for Euler's number write exp(1) or ℯ")
    elif grammar.euler:
        why = (
            f", since {declared.header()} does not declare it"
            if declared.variables is not None
            else ""
        )
        notes.add(grammar.euler[0].start, f"e is read as Euler's number 2.718…{why}")


def _check_scientific(text: str, grammar: Grammar, declared: Declared, notes: Notes) -> None:
    """3e2 is 300, unless e is a variable: then it could be either, and is refused."""
    known = {*grammar.names, *(declared.variables or ())}
    for token in notes.scientific:
        if token.mark in known:
            raise _ambiguous(text, token)
        if token.mark == "e" and declared.variables is None:
            notes.scientific_number(token)


def _ambiguous(text: str, token: Token) -> FormulaError:
    mark, other = token.mark, "E" if token.mark == "e" else "e"
    number, power = token.text.split(mark)
    if power[0] in "+-−":
        product = f"{number}*{mark} {power[0].replace('−', '-')} {power[1:]}"
    else:
        product = f"{number}*{mark}^{power} or {number}*{mark}*{power}"
    return complaint(
        text,
        token.start,
        token.end,
        f"{token.text} could be a number or a product: {mark} is a variable here.",
        f"For the number write {number}{other}{power}, for the product {product}.",
    )
