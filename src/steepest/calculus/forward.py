"""Forward mode: how a small change of the inputs passes through each row. The one place where rules
are applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.calculus.rewrite import is_number, running
from steepest.calculus.still import Stillness
from steepest.errors import NotDifferentiableError
from steepest.graph.node import CONSTANT, INPUT, Node, constant, fresh, make, set_origin
from steepest.graph.operation import EACH, JOINTLY, ROWS, Operation, Zero
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import topological

if TYPE_CHECKING:
    from steepest.graph.graph import Graph

__all__ = ["push_forward"]


def push_forward(
    outputs: Sequence[Node],
    tangents: Mapping[Node, Node],
    nudges: Mapping[Node, Node] | None = None,
    apart: bool = False,
    order: Sequence[Node] | None = None,
) -> list[Node | None]:
    """The tangent of each output, given a tangent for some nodes (usually inputs); None stands for
    zero.

    For y = f(x) this is dy = J(x)·dx, row by row, with nothing simplified. A tangent has its node's
    shape and dtype. `nudges` are added to the tangents of nodes on the way: what would happen if
    that node alone came out a little different. The transpose then tells for each of them how much
    the outputs answer to it. `apart`: where a given tangent is 0 nothing moves, and what does not
    move stays 0 even beside an infinite slope. `order` is what the outputs depend on, where that is
    known.
    """
    known: dict[Node, Node | None] = dict(tangents)
    still = Stillness({*tangents.values(), *(nudges or {}).values()}, apart)
    try:
        for node in order or topological(outputs, stop=frozenset(tangents)):
            if node not in known:
                known[node] = _tangent(node, known, still)
                if nudges is not None and node in nudges:
                    change, own = known[node], nudges[node]
                    known[node] = own if change is None else make(ROWS["add"], (change, own))
    finally:
        set_origin(None)
    return [known[n] for n in outputs]


def _tangent(node: Node, known: Mapping[Node, Node | None], still: Stillness) -> Node | None:
    row = node.op
    if row is INPUT or row is CONSTANT or row.flat or not node.real:
        return None
    moving = [known[a] for a in node.args]
    if not any(moving):
        return None
    set_origin(node.origin)
    params = dict(node.params)
    if row.linear == JOINTLY:
        change = _jointly(row, node, moving, params)
    elif row.linear == EACH:
        change = _each(row, node, _promoted(node), moving, params, still)
    elif row.partials is not None:
        change = _by_partials(row, node, _promoted(node), moving, params, still)
    elif row.inside:
        change = _inside(row, node, moving, params["graph"], params["which"])
    elif row.tangent is not None:
        handles = [None if t is None else Traced(t) for t in moving]
        result = row.tangent(handles, [Traced(a) for a in node.args], Traced(node), **params)
        change = None if result is None else as_node(result)
    else:
        raise NotDifferentiableError(
            f"operation {row.name!r} has no derivative rule; see CONTRIBUTING.md"
        )
    if change is None or (change.sort is node.sort and change.sort is not None):
        return change
    return shaped_like(change, node)


def _promoted(node: Node) -> list[Node]:
    """The arguments in the precision of the result, as NumPy computes it: float32 beside float64
    counts as float64.
    """
    return [
        a
        if a.weak or a.dtype == node.dtype or not a.real
        else make(ROWS["cast"], (a,), dtype=node.dtype.str)
        for a in node.args
    ]


def _by_partials(
    row: Operation,
    node: Node,
    values: Sequence[Node],
    moving: Sequence[Node | None],
    params: dict[str, Any],
    still: Stillness,
) -> Node | None:
    """The sum over the arguments of (dy/darg)·darg; what stands still by structure adds nothing."""
    args = [Traced(a) for a in (*values, node)]
    assert row.partials is not None
    total: Node | None = None
    for rule, t in zip(row.partials, moving, strict=True):
        if t is None or isinstance(rule, Zero):
            continue
        moves = still.where_moving(t) if row.steep or still.apart else True
        if moves is False:
            continue
        slope = as_node(rule(*args, **params))
        minus = slope.op.name == "negative"
        part = _times(slope.args[0] if minus else slope, t)
        if not isinstance(moves, bool):
            part = make(ROWS["where_moving"], (moves, part))
        if total is not None:
            total = make(ROWS["subtract" if minus else "add"], (total, part))
        else:
            total = make(ROWS["negative"], (part,)) if minus else part
    return total


def _times(slope: Node, t: Node) -> Node:
    """A slope times a tangent; a slope of 1/q divides, which rounds once and not twice."""
    if slope.op.name == "divide" and is_number(slope.args[0], 1.0):
        found = make(ROWS["divide"], (t, slope.args[1]))
        if found.dtype == slope.dtype:
            return found
    return make(ROWS["multiply"], (slope, t))


def _each(
    row: Operation,
    node: Node,
    args: list[Node],
    moving: Sequence[Node | None],
    params: dict[str, Any],
    still: Stillness,
) -> Node | None:
    """Dy = f(da, b) + f(a, db)."""
    total: Node | None = None
    for i, t in enumerate(moving):
        if t is None:
            continue
        args[i], kept = t, args[i]
        part = make(row, args, **params)
        args[i] = kept
        if still.apart and row.elementwise:
            moves = still.where_moving(t)
            if moves is False:
                continue
            if moves is not True:
                part = make(ROWS["where_moving"], (moves, part))
        total = part if total is None else make(ROWS["add"], (shaped_like(total, node), part))
    return total


def _jointly(
    row: Operation, node: Node, moving: Sequence[Node | None], params: dict[str, Any]
) -> Node | None:
    """Dy = f(da, db); what does not change contributes nothing, and is left out where the row
    allows it.
    """
    if row.name in ("add", "subtract"):
        first, second = moving
        if second is None:
            assert first is not None
            return first
        if first is None:
            return second if row.name == "add" else make(ROWS["negative"], (second,))
    if row.selects and all(t is None for t in moving[1:]):
        return None
    still = (
        {0}
        if row.selects
        else range(len(node.args) if row.values is None else row.values, len(node.args))
    )
    full = [
        a
        if i in still
        else t
        if t is not None
        else _zero(a, node)  # a condition and positions do not move
        for i, (a, t) in enumerate(zip(node.args, moving, strict=True))
    ]
    return make(row, full, **params)


def _inside(
    row: Operation, node: Node, moving: Sequence[Node | None], graph: Graph, which: int
) -> Node | None:
    """The tangent of a call: a call of the graph that computes the tangent, with the tangents as
    further arguments.
    """
    moves = tuple(i for i, t in enumerate(moving) if t is not None)
    from steepest.graph.graph import Graph

    key = ("tangent", which, moves)
    if key not in graph.made:
        inputs = [graph.inputs[i] for i in moves]
        tangents = [fresh(f"d{n.name}", n.shape, n.dtype) for n in inputs]
        (pushed,) = push_forward([graph.outputs[which]], dict(zip(inputs, tangents, strict=True)))
        made = (
            None if pushed is None else Graph((*graph.inputs, *tangents), tuple(running([pushed])))
        )
        graph.made.setdefault(key, made)
    set_origin(node.origin)
    derived = graph.made[key]
    if derived is None:
        return None
    return make(row, (*node.args, *(t for t in moving if t is not None)), graph=derived, which=0)


def _zero(argument: Node, node: Node) -> Node:
    """A zero tangent for an argument that does not move, whole numbers included: one number that
    broadcasts.
    """
    zero = constant(np.zeros((), argument.dtype if argument.real else node.dtype))
    return shaped_like(zero, argument) if argument.real else _broadcast(zero, argument.shape)


def _broadcast(node: Node, shape: tuple[int, ...]) -> Node:
    return node if node.shape == shape else make(ROWS["broadcast_to"], (node,), shape=shape)


def shaped_like(change: Node, node: Node) -> Node:
    """A tangent at its node's own shape and dtype: constants and broadcast arguments give smaller
    ones.
    """
    change = _broadcast(change, node.shape)
    if change.dtype != node.dtype and not change.weak:
        change = make(ROWS["cast"], (change,), dtype=node.dtype.str)
    return change
