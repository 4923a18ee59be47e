"""Keys: how the index of an array is written in a node, with every axis named.

Two ways of writing the same slice are the same key, so that they are the same node.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.traced import Traced

__all__ = ["Fancy", "Key", "Piece", "is_whole", "normal_key", "numpy_key"]

Shape = tuple[int, ...]


class Piece(NamedTuple):
    """A slice as a key holds it: with start, stop and step worked out for the axis it stands on."""

    start: int
    stop: int | None  # None: down to and including element 0
    step: int


class Fancy(NamedTuple):
    """The place of an index array in a key; the array itself is an argument of the node."""

    number: int


Key = tuple[Any, ...]


def normal_key(key: Any, shape: Shape) -> tuple[Key, list[Any]]:
    """A NumPy index as (hashable key, index arrays): every axis named, slices worked out."""
    parts = list(key) if isinstance(key, tuple) else [key]
    used = sum(
        (np.ndim(p) if _is_mask(p) else 1) for p in parts if p is not None and p is not Ellipsis
    )
    if used > len(shape):
        raise ShapeError(f"too many indices: {used} were given for an array of shape {shape}")
    if not any(p is Ellipsis for p in parts):
        parts.append(Ellipsis)
    where = next(i for i, p in enumerate(parts) if p is Ellipsis)
    parts[where : where + 1] = [slice(None)] * (len(shape) - used)
    out: list[Any] = []
    arrays: list[Any] = []
    axis = 0
    for p in parts:
        if p is None:
            out.append(None)
            continue
        length = shape[axis]
        if isinstance(p, slice):
            start, stop, step = p.indices(length)
            out.append(Piece(start, None if step < 0 and stop < 0 else stop, step))
        elif _is_mask(p):
            if np.ndim(p) == 0:
                raise ShapeError(
                    f"a single {bool(p)} is no position; "
                    "write x[None] for x[True], x[None][:0] for x[False]"
                )
            for positions in np.nonzero(p):
                out.append(Fancy(len(arrays)))
                arrays.append(positions)
            axis += np.ndim(p) - 1
        elif isinstance(p, (Traced, np.ndarray, list)) and (np.ndim(p) or isinstance(p, Traced)):
            out.append(Fancy(len(arrays)))
            arrays.append(
                p if isinstance(p, Traced) else np.where(np.less(p, 0), np.add(p, length), p)
            )
        else:
            i = operator.index(p)
            if not -length <= i < length:
                raise IndexError(f"index {i} is out of bounds for axis {axis} with size {length}")
            out.append(i % length)
        axis += 1
    return tuple(out), arrays


def _is_mask(p: Any) -> bool:
    return (
        not isinstance(p, (slice, Traced)) and getattr(p, "dtype", None) == np.bool_
    ) or isinstance(p, bool)


def numpy_key(key: Key, arrays: Sequence[Any]) -> tuple[Any, ...]:
    """The key as NumPy takes it."""
    return tuple(  # of a list, which is quicker than of a generator: this runs at every call
        [
            slice(*k) if type(k) is Piece else arrays[k.number] if type(k) is Fancy else k
            for k in key
        ]
    )


def is_whole(key: Key, shape: Shape) -> bool:
    """Whether a key takes the whole array as it is."""
    return len(key) == len(shape) and all(
        k == Piece(0, n, 1) for k, n in zip(key, shape, strict=True)
    )
