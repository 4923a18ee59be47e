"""A formula that has been read, and the function that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steepest.errors import FormulaError, VariableError
from steepest.graph.node import Node, variable
from steepest.record import each, record
from steepest.sources.formula.characters import look_alikes
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.declared import Declared, declare, read_header
from steepest.sources.formula.euler import settle_euler, settle_scientific
from steepest.sources.formula.grammar import Grammar
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.nodes import Span, nodes_of
from steepest.sources.formula.notes import Notes
from steepest.sources.formula.spelling import spelling
from steepest.sources.formula.syntax import Exact, Name, Syntax, bracketed
from steepest.sources.formula.tokens import tokenise
from steepest.sources.formula.vocabulary import Vocabulary

__all__ = ["Formula", "parse"]

_STANDARD = Limits()


@record()
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
    parameters: Mapping[str, Exact]
    outputs: tuple[Node, ...]
    vector: bool
    notes: tuple[str, ...]
    spans: Mapping[Node, Span] = each(factory=dict)
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
        kind = type(text).__name__
        raise FormulaError(f'A formula is text, such as "n^2 + 3e^2"; this is of type {kind}.')
    tokens = tokenise(text, limits)
    header = read_header(text, tokens)
    declared = declare(header, variables, parameters, limits)
    body = tokens[header.body :]
    notes = Notes(text)
    vocabulary = Vocabulary(text, body, declared)
    grammar = Grammar(text, vocabulary.resolve(body), declared, limits, notes)
    notes.found += vocabulary.notes
    outputs, vector = grammar.outputs()
    names = grammar.names_used()
    _check_names(text, names, declared)
    settle_euler(text, names.get("e", []), grammar.euler, declared, notes)
    settle_scientific(text, notes.scientific, list(names), declared, notes)
    order = declared.variables
    if order is None:
        order = tuple(name for name in names if name not in declared.parameters)
    nodes, spans = nodes_of(text, outputs, declared.parameters)
    return Formula(
        text, header.name, order, declared.parameters, nodes, vector, notes.listed(), spans, outputs
    )


def _check_names(text: str, names: Mapping[str, Sequence[Name]], declared: Declared) -> None:
    """What concerns all names at once: parameters that do nothing, and look-alikes."""
    for name in declared.parameters:
        if name not in names:
            raise VariableError(
                f"the parameter {name!r} does not occur in {text[:60]!r}; leave it out"
            )
    if pair := look_alikes(names):
        place = names[pair[1]][0]
        why = f"{pair[0]} and {pair[1]} are one letter, but would be two variables."
        raise complaint(text, place.start, place.end, why, "Spell it in one way.")
