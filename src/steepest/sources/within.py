"""Operators inside a function that is being followed: the inner function joins the trace around it.

The inner function runs in the outer trace, on inputs of its own. Its derivative is a graph over
these inputs and over
whatever it took from around it; then the inputs are exchanged for what they are in the outer trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.expression import Expression
from steepest.graph.graph import Guard
from steepest.graph.node import Node, constant, fresh, make
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import Program
from steepest.graph.traverse import replace as exchange
from steepest.sources.capture.arguments import titles_of
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, plain
from steepest.sources.capture.memory import Buffer
from steepest.sources.capture.scalars import ScalarHandle
from steepest.sources.capture.seam import Seam
from steepest.sources.capture.trace import Trace
from steepest.sources.piece import Piece
from steepest.sources.structure import flatten, promoted

__all__ = ["cast", "follow", "handed", "joined", "place"]


def follow(
    trace: Trace,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    argnums: Sequence[int | str],
) -> Piece:
    """Run the function in the trace, and give back its graph over inputs of its own."""
    leaves, structure = flatten((tuple(args), dict(kwargs)))
    positional, named = structure.children
    titles = tuple(titles_of(function, len(args), list(kwargs)))
    chosen = {a % len(args) if isinstance(a, int) else titles.index(a) for a in argnums}
    owners = [
        k for k, part in enumerate((*positional.children, *named.children)) for _ in part.leaves()
    ]
    inputs, values, kept, around = [], [], [], {}
    handles: list[Any] = []
    for owner, leaf in zip(owners, leaves, strict=True):
        if not isinstance(leaf, Handle) and isinstance(leaf, int) and owner not in chosen:
            handles.append(leaf)
            continue
        value = promoted(plain(leaf))
        node = fresh("inner", np.shape(value), np.result_type(value))
        trace.inputs[node] = value  # for operators further in
        around[node] = as_node(trace.lift(leaf) if isinstance(leaf, Handle) else value)
        handles.append(_handle(trace, node, value))
        inputs.append(node)
        values.append(value)
        kept.append(owner)
    before = len(trace.guards)
    inner_args, inner_kwargs = structure.unflatten(handles)
    outputs, output_structure = flatten(Seam(trace).call(function, *inner_args, **inner_kwargs))
    nodes = tuple(as_node(trace.lift(o)) for o in outputs)
    guards = exchange([g.node for g in trace.guards[before:]], around)
    trace.guards[before:] = [
        Guard(n, g.expected, g.origin, g.reason)
        for n, g in zip(guards, trace.guards[before:], strict=True)
    ]
    return Piece(
        tuple(inputs),
        tuple(values),
        tuple(kept),
        structure,
        titles,
        nodes,
        output_structure,
        around=around,
    )


def _handle(trace: Trace, node: Node, value: Any) -> Handle:
    if not isinstance(value, np.ndarray):
        return ScalarHandle(trace, value, node)
    block = value.copy()
    buffer = trace.buffers[id(block)] = Buffer(block, node)
    return ArrayHandle(trace, block, buffer)


def place(trace: Trace, expression: Expression, values: Sequence[Any]) -> Piece:
    """A formula's graph at values from inside a trace."""
    around = {
        node: as_node(trace.lift(v) if isinstance(v, Handle) else constant(float(v)))
        for node, v in zip(expression.inputs, values, strict=True)
    }
    numbers = tuple(promoted(plain(v)) for v in values)
    structure = flatten((tuple(float(v) for v in numbers), {}))[1]
    owners = tuple(range(len(numbers)))
    return Piece(
        expression.inputs,
        numbers,
        owners,
        structure,
        tuple(n.name for n in expression.inputs),
        expression.outputs,
        flatten(1.0)[1],
        around=around,
    )


def joined(
    trace: Trace, nodes: Sequence[Node], leaves: Sequence[Any]
) -> tuple[list[Any], dict[Node, Node]]:
    """More inputs of a piece in a trace: their values, and what they are around it."""
    values, around = [], {}
    for node, leaf in zip(nodes, leaves, strict=True):
        value = trace.inputs[node] = cast(plain(leaf), node.dtype)
        values.append(value)
        given = as_node(trace.lift(leaf) if isinstance(leaf, Handle) else value)
        wanted = given.dtype == node.dtype
        around[node] = given if wanted else make(ROWS["cast"], (given,), dtype=node.dtype.str)
    return values, around


def cast(leaf: Any, dtype: np.dtype[Any]) -> Any:
    """A leaf in another precision: an array, or a NumPy scalar."""
    return np.asarray(leaf, dtype=dtype)[()]


def handed(trace: Trace, piece: Piece) -> Any:
    """What a piece gives, as handles, in the structure of its result."""
    values, made = _numbers(trace, piece), _placed(piece)
    handles = [trace.result(v, Traced(n)) for v, n in zip(values, made, strict=True)]
    return piece.output_structure.unflatten(handles)


def _placed(piece: Piece) -> list[Node]:
    """The outputs in the trace around them."""
    return exchange(piece.outputs, dict(piece.around))


def _numbers(trace: Trace, piece: Piece) -> list[Any]:
    """The values of the outputs, worked out from what the trace began with."""
    nodes = _placed(piece)
    if any(b.written for b in trace.buffers.values() if b.captured is not None):
        raise NotDifferentiableError(
            "an array outside the function was changed before a derivative was taken in it"
        )
    known = {**trace.inputs, **dict(trace.captured)}
    return [np.array(v)[()] for v in Program(tuple(known), nodes)(*known.values())]
