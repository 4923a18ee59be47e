"""Where a tangent is zero by structure: what stands still, whatever the numbers are.

`np.sqrt(np.maximum(x, 0))` is 0 for all x < 0, but at such an x the root is infinitely steep and
infinity times 0 is not a number. That the maximum stands still there is a fact of structure: its
tangent is `where(x > 0, dx, where(x < 0, 0, ...))`. Reverse mode carries such facts as masks; this
is the same for forward mode, worked out only where an operation asks because it may be infinitely
steep.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from steepest.graph.node import Node, constant, make
from steepest.graph.operation import EACH, JOINTLY, ROWS
from steepest.graph.traverse import topological

__all__ = ["Stillness"]

Moving = Node | bool  # a mask of where something moves; True: everywhere; False: nowhere


class Stillness:
    """What is known so far about the tangents of one pass. `sources` are the tangents that were
    given.
    """

    def __init__(self, sources: Collection[Node]) -> None:
        self._known: dict[Node, Moving] = dict.fromkeys(sources, True)

    def where_moving(self, tangent: Node) -> Moving:
        """Where a tangent can be anything but zero."""
        for node in topological([tangent], stop=self._known):
            if node not in self._known:
                self._known[node] = self._moving(node)
        return self._known[tangent]

    def _moving(self, node: Node) -> Moving:
        """A tangent is linear in the sources, so that a part which does not depend on them must
        be zero.
        """
        row, parts = node.op, [self._known[a] for a in node.args]
        if not any(parts):
            return False
        if row.selects:
            return _either(node.args[0], parts[1], parts[2] if len(parts) > 2 else False)
        if row.elementwise:
            joint = row.linear == JOINTLY
            return _any(parts if joint or row.linear == EACH else parts[:1])
        if row.moves:
            count = len(parts) if row.values is None else row.values
            if all(p is True for p in parts[:count]) and row.name != "scatter_add":
                return True
            weights = [_weights(p, a) for p, a in zip(parts[:count], node.args, strict=False)]
            moved = make(row, (*weights, *node.args[count:]), **dict(node.params))
            return make(ROWS["greater"], (moved, constant(0.0)))
        return True


def _any(parts: Sequence[Moving]) -> Moving:
    found: Moving = False
    for part in parts:
        found = _or(found, part)
    return found


def _or(a: Moving, b: Moving) -> Moving:
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    return a if a is b else make(ROWS["logical_or"], (a, b))


def _and(a: Moving, b: Moving) -> Moving:
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return make(ROWS["logical_and"], (a, b))


def _either(condition: Node, first: Moving, second: Moving) -> Moving:
    """What moves of `where(condition, first, second)`."""
    if first is second:
        return first
    other = make(ROWS["logical_not"], (condition,))
    return _or(_and(condition, first), _and(other, second))


def _weights(moving: Moving, like: Node) -> Node:
    """A mask as ones and zeros in the shape of the tangent it belongs to."""
    if isinstance(moving, bool):
        weights = constant(np.ones(()) if moving else np.zeros(()))
    else:
        weights = make(ROWS["where"], (moving, constant(1.0), constant(0.0)))
    return (
        weights
        if weights.shape == like.shape
        else make(ROWS["broadcast_to"], (weights,), shape=like.shape)
    )
