"""Where a tangent is zero by structure: what stands still, whatever the numbers are.

`np.sqrt(np.maximum(x, 0))` is 0 for all x < 0, but at such an x the root is infinitely steep and
infinity times 0 is not a number. That the maximum stands still there is a fact of structure: its
tangent is `where(x > 0, dx, where(x < 0, 0, ...))`. Reverse mode carries such facts as masks; this
is the same for forward mode, worked out only where an operation asks because it may be infinitely
steep.
"""

from __future__ import annotations

from collections.abc import Collection

from steepest.calculus.masks import (
    Mask,
    both,
    carried_forward,
    condition,
    either,
    negated,
)
from steepest.graph.node import Node
from steepest.graph.operation import EACH, JOINTLY
from steepest.graph.traverse import topological

__all__ = ["Stillness"]


class Stillness:
    """What is known so far about the tangents of one pass. `sources` are the tangents that were
    given.

    `apart`: elements of these that are 0 are taken to stand still, and every operation asks.
    """

    def __init__(self, sources: Collection[Node], apart: bool = False) -> None:
        self.apart = apart
        self._known: dict[Node, Mask] = {s: condition(s) if apart else True for s in sources}

    def where_moving(self, tangent: Node) -> Mask:
        """Where a tangent can be anything but zero."""
        if tangent in self._known:
            return self._known[tangent]
        for node in topological([tangent], stop=self._known):
            if node not in self._known:
                self._known[node] = self._moving(node)
        return self._known[tangent]

    def _moving(self, node: Node) -> Mask:
        """A tangent is linear in the sources, so that a part which does not depend on them must
        be zero.
        """
        row, parts = node.op, [self._known[a] for a in node.args]
        if not any(p is not False for p in parts):
            return False
        if row.selects:
            return _chosen(node.args[0], parts[1], parts[2] if len(parts) > 2 else False)
        if row.elementwise:
            joint = row.linear == JOINTLY
            found: Mask = False
            for part in parts if joint or row.linear == EACH else parts[:1]:
                found = either(found, part)
            return found
        if row.moves:
            masks = parts if row.values is None else parts[: row.values]
            if all(m is True for m in masks) and row.name != "scatter_add":
                return True
            return carried_forward(row, masks, node)
        return True


def _chosen(asked: Node, first: Mask, second: Mask) -> Mask:
    """What moves of `where(asked, first, second)`."""
    if first is second:
        return first
    asked = condition(asked)
    return either(both(asked, first), both(negated(asked), second))
