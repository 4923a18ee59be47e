"""Cotangents of elements that were read one by one, put back into their array in one go.

A loop that reads x[0], x[1], ... sends one cotangent for each element. Each as an array of zeros
with one number in it would make reverse mode quadratic in the length of the loop; together they are
one `scatter_add`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.graph.node import Node, constant, make
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.operations.linear import Fancy

__all__ = ["Elements"]

Key = tuple[Any, ...]


class Elements:
    """What has arrived at elements (or rows) of arrays, by array and by the axes counted along."""

    def __init__(self) -> None:
        self._found: dict[Node, dict[Key, list[tuple[tuple[int, ...], Traced, Node | None]]]] = {}

    @staticmethod
    def takes(node: Node) -> bool:
        """Whether a node reads one element or row, at a place that is known."""
        if node.op.name != "index" or len(node.args) != 1:
            return False
        key = node.param("key")
        return any(type(k) is int for k in key) and all(k is not None for k in key)

    def add(self, node: Node, value: Traced, mask: Node | None) -> None:
        """A cotangent for what `node` reads; `mask` tells where in it something arrives."""
        key = node.param("key")
        pattern = tuple(None if type(k) is int else k for k in key)
        place = tuple(k for k in key if type(k) is int)
        of_array = self._found.setdefault(node.args[0], {})
        of_array.setdefault(pattern, []).append((place, value, mask))

    def __contains__(self, node: Node) -> bool:
        return node in self._found

    def collect(self, array: Node, masked: bool) -> list[tuple[Traced, Traced | None]]:
        """Everything that has arrived at an array: values, and where `masked` also weights.

        Weights are positive where anything arrived.
        """
        return [
            self._together(array, pattern, parts, masked)
            for pattern, parts in self._found.pop(array).items()
        ]

    def _together(
        self,
        array: Node,
        pattern: Key,
        parts: Sequence[tuple[tuple[int, ...], Traced, Node | None]],
        masked: bool,
    ) -> tuple[Traced, Traced | None]:
        values = [value for _, value, _ in parts]
        if len(parts) == 1:
            places = iter(parts[0][0])
            key = tuple(next(places) if k is None else k for k in pattern)
            put = {"key": key, "shape": array.shape}
            weights = ROWS["scatter_add"](_weights(*parts[0][1:]), **put) if masked else None
            return ROWS["scatter_add"](values[0], **put), weights
        numbers = iter(range(len(pattern)))
        key = tuple(Fancy(next(numbers)) if k is None else k for k in pattern)
        columns = zip(*(place for place, _, _ in parts), strict=True)
        at = [Traced(constant(np.array(c, dtype=np.intp))) for c in columns]
        put = {"key": key, "shape": array.shape}
        axis = _stacking_axis(pattern)
        together = ROWS["scatter_add"](ROWS["stack"](*values, axis=axis), *at, **put)
        if not masked:
            return together, None
        arrived = [_weights(value, mask) for _, value, mask in parts]
        return together, ROWS["scatter_add"](ROWS["stack"](*arrived, axis=axis), *at, **put)


def _stacking_axis(pattern: Key) -> int:
    """Where NumPy puts the axis of index arrays: their place if they stand together, or first."""
    counted = [i for i, k in enumerate(pattern) if k is None]
    return counted[0] if counted[-1] - counted[0] == len(counted) - 1 else 0


def _weights(like: Traced, mask: Node | None) -> Any:
    """Ones where something arrives, zeros elsewhere."""
    one = Traced(constant(np.ones((), like.dtype)))
    if mask is None:
        return one if like.shape == () else ROWS["broadcast_to"](one, shape=like.shape)
    zero = constant(np.zeros((), like.dtype))
    return Traced(make(ROWS["where"], (mask, one.node, zero)))
