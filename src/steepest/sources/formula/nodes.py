"""From the syntax tree to the graph: every piece becomes one node, as typed, unsimplified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steepest.errors import FormulaError
from steepest.graph.node import Node, Origin, exactly, make, variable
from steepest.graph.operation import ROWS
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.syntax import Apply, Exact, Name, Number, Syntax, postorder

__all__ = ["Span", "nodes_of"]

Span = tuple[int, int]
_LOGIC = {"logical_and", "logical_or", "logical_xor", "logical_not"}
_CONDITIONS = {*_LOGIC, "where"}
_QUOTED = 60  # characters of the formula kept in a node's origin


def nodes_of(
    text: str, outputs: Sequence[Syntax], parameters: Mapping[str, Exact]
) -> tuple[tuple[Node, ...], dict[Node, Span]]:
    """The outputs as nodes, and for every node the stretch of text where it was first written.

    Raises FormulaError where a condition stands in place of a number, or a number in place of a
    condition.
    """
    built: dict[int, Node] = {}
    spans: dict[Node, Span] = {}
    leaves: dict[Exact | str, Node] = {}
    lines = "\n" in text
    for piece in postorder(outputs):
        start, end = piece.start, piece.end
        line = text.count("\n", 0, start) + 1 if lines else 1
        quoted = text[start : end if end - start < _QUOTED else start + _QUOTED]
        origin = Origin("formula", line, quoted)
        if isinstance(piece, Number):
            node = leaves.get(piece.value) or exactly(piece.value, origin)
            leaves[piece.value] = node
        elif isinstance(piece, Name):
            node = leaves.get(piece.name) or _named(piece.name, parameters, origin)
            leaves[piece.name] = node
        else:
            assert isinstance(piece, Apply), "a piece is a number, a name or an operation"
            args = [built[id(a)] for a in piece.args]
            conditions = piece.row in _CONDITIONS
            for a in args:
                if a.dtype.kind == "b":
                    conditions = True
            if conditions:
                _check_conditions(text, piece, args)
            node = make(ROWS[piece.row], args, origin)
        built[id(piece)] = node
        spans.setdefault(node, (start, end))
    for output in outputs:
        if _condition(built[id(output)]):
            raise _not_a_number(text, output)
    return tuple(built[id(output)] for output in outputs), spans


def _named(name: str, parameters: Mapping[str, Exact], origin: Origin) -> Node:
    given = parameters.get(name)
    return variable(name, origin=origin) if given is None else exactly(given, origin)


def _condition(node: Node) -> bool:
    return node.dtype.kind == "b"


def _check_conditions(text: str, piece: Apply, args: Sequence[Node]) -> None:
    """Refuse conditions (true or false) as numbers: only where, and, or and not take them."""
    for i, (argument, node) in enumerate(zip(piece.args, args, strict=True)):
        wanted = piece.row in _LOGIC or (piece.row == "where" and i == 0)
        if wanted and not _condition(node):
            raise complaint(
                text,
                argument.start,
                argument.end,
                f"{_quoted(text, argument)} is a number where a condition is needed.",
                "A condition compares: x > 0, x <= 1, x != 0.",
            )
        if not wanted and _condition(node):
            raise _not_a_number(text, argument)


def _not_a_number(text: str, piece: Syntax) -> FormulaError:
    shown = _quoted(text, piece)
    return complaint(
        text,
        piece.start,
        piece.end,
        f"{shown} is a condition, true or false, where a number is needed.",
        f"For 1 where it holds and 0 elsewhere write where({shown}, 1, 0).",
    )


def _quoted(text: str, piece: Syntax) -> str:
    return text[piece.start : piece.end] if piece.end - piece.start <= _QUOTED else "This"
