"""Cotangents of elements that were read one by one, put back into their array in one go.

A loop that reads x[0], x[1], ... sends one cotangent for each element. Each as an array of zeros
with one number in it would make reverse mode quadratic in the length of the loop; together they are
one `scatter_add`, or, where every element was read, no more than the array of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.calculus.masks import Mask, as_mask, plain, spread, truth
from steepest.graph.node import Node
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced

__all__ = ["Elements"]

Key = tuple[Any, ...]
Part = tuple[tuple[int, ...], Traced, Mask]  # a place, what arrived there, and where in it


class Elements:
    """What has arrived at elements (or rows) of arrays, by array and by the axes counted along."""

    def __init__(self) -> None:
        self._found: dict[Node, dict[Key, list[Part]]] = {}

    @staticmethod
    def takes(node: Node) -> bool:
        """Whether a node reads one element or row, at a place that is known."""
        if node.op.name != "index" or len(node.args) != 1:
            return False
        key = node.param("key")
        return any(type(k) is int for k in key) and all(k is not None for k in key)

    def add(self, node: Node, value: Traced, mask: Mask) -> None:
        """A cotangent for what `node` reads; `mask` tells where in it something arrives."""
        key = node.param("key")
        pattern = tuple(None if type(k) is int else k for k in key)
        place = tuple(k for k in key if type(k) is int)
        of_array = self._found.setdefault(node.args[0], {})
        of_array.setdefault(pattern, []).append((place, value, mask))

    def __contains__(self, node: Node) -> bool:
        return node in self._found

    def collect(self, array: Node, masked: bool) -> list[tuple[Traced, Mask]]:
        """Everything that has arrived at an array: values, and where, if `masked` asks for it."""
        return [
            _together(array.shape, pattern, parts, masked)
            for pattern, parts in self._found.pop(array).items()
        ]


def _together(
    shape: tuple[int, ...], pattern: Key, parts: list[Part], masked: bool
) -> tuple[Traced, Mask]:
    """The parts in one array of zeros, and where they arrive in it."""
    if _complete(shape, pattern, parts):
        parts = sorted(parts, key=lambda part: part[0])
        axis = pattern.index(None)
        found = ROWS["stack"](*(value for _, value, _ in parts), axis=axis)
        return found, _mask(_arrived(parts, axis)) if masked else True
    if len(parts) == 1:
        places = iter(parts[0][0])
        put = {"key": tuple(next(places) if k is None else k for k in pattern), "shape": shape}
        ((_, value, mask),) = parts
        found = ROWS["scatter_add"](value, **put)
        known = plain(mask, value.shape)
        given = Traced(spread(mask, value.shape)) if known is None else known
        return found, _mask(ROWS["scatter_add"](given, **put)) if masked else True
    from steepest.operations.keys import Fancy

    numbers = iter(range(len(pattern)))
    put = {
        "key": tuple(Fancy(next(numbers)) if k is None else k for k in pattern),
        "shape": shape,
    }
    at = [np.array(c, dtype=np.intp) for c in zip(*(place for place, _, _ in parts), strict=True)]
    axis = _stacking_axis(pattern)
    stacked = ROWS["stack"](*(value for _, value, _ in parts), axis=axis)
    found = ROWS["scatter_add"](stacked, *at, **put)
    return found, _mask(ROWS["scatter_add"](_arrived(parts, axis), *at, **put)) if masked else True


def _complete(shape: tuple[int, ...], pattern: Key, parts: Sequence[Part]) -> bool:
    """Whether the parts, which are all at other places, make up the whole array along one axis."""
    if pattern.count(None) != 1:
        return False
    from steepest.operations.keys import is_whole

    axis = pattern.index(None)
    others = (*pattern[:axis], *pattern[axis + 1 :])
    return len(parts) == shape[axis] and is_whole(others, (*shape[:axis], *shape[axis + 1 :]))


def _stacking_axis(pattern: Key) -> int:
    """Where NumPy puts the axis of index arrays: their place if they stand together, or first."""
    counted = [i for i, k in enumerate(pattern) if k is None]
    return counted[0] if counted[-1] - counted[0] == len(counted) - 1 else 0


def _arrived(parts: Sequence[Part], axis: int) -> Any:
    """Where something arrives in the parts, stacked: truth values, or traced where they depend."""
    known = [plain(mask, value.shape) for _, value, mask in parts]
    if all(k is not None for k in known):
        return np.stack(known, axis)
    return ROWS["stack"](*(Traced(spread(m, v.shape)) for _, v, m in parts), axis=axis)


def _mask(found: Any) -> Mask:
    return as_mask(found.node) if isinstance(found, Traced) else truth(found)
