"""Rows of whole numbers, and of what is read off the digits of a number: flat, all of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.operation import Operation, binds, broadcast_shape, register
from steepest.graph.traced import Traced

__all__ = ["PLACES", "argpartition", "partition"]

Shape = tuple[int, ...]
FLAT = "a whole number, or a digit's worth: the derivative is zero"


def _flat(
    name: str, run: Any, arity: int = 1, *, numpy: tuple[Any, ...] = (), **more: Any
) -> Operation:
    return register(Operation(
        name=name, run=run, arity=arity, numpy=numpy, shape=more.pop("shape", broadcast_shape),
        flat=True, elementwise=False, shown="0", convention=FLAT, family="comparison", **more,
    ))  # fmt: skip


def _whole(*args: Any, **params: Any) -> Any:
    return np.result_type(*(a.dtype for a in args))


# Bits of whole numbers; between truth values the same NumPy functions mean logic, see `choose`.
_flat("bit_and", np.bitwise_and, 2, dtype=_whole)
_flat("bit_or", np.bitwise_or, 2, dtype=_whole)
_flat("bit_xor", np.bitwise_xor, 2, dtype=_whole)
_flat("bit_not", np.invert, dtype=_whole)
_flat("left_shift", np.left_shift, 2, numpy=(np.left_shift,), dtype=_whole)
_flat("right_shift", np.right_shift, 2, numpy=(np.right_shift,), dtype=_whole)
_flat("gcd", np.gcd, 2, numpy=(np.gcd,), dtype=_whole)
_flat("lcm", np.lcm, 2, numpy=(np.lcm,), dtype=_whole)
_flat("spacing", np.spacing, numpy=(np.spacing,), dtype=lambda x: x.dtype)
_flat("exponent", lambda x: np.frexp(x)[1], dtype=lambda x: np.int32)
_flat(
    "lexsort",
    lambda x, axis: np.lexsort(x, axis),
    shape=lambda x, axis: x[1:],
    dtype=lambda x, **p: np.intp,
)


# ---- partitions


def _run_places(x: Any, kth: tuple[int, ...], axis: int) -> Any:
    """Which element NumPy's partition puts where; equal elements in their order."""
    order = np.argsort(x, axis=axis, kind="stable")
    ranks = np.argsort(np.partition(x, kth, axis=axis), axis=axis, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, ranks, order, axis=axis)
    return places


PLACES: Final = _flat(
    "partition_places", _run_places, shape=lambda x, kth, axis: x, dtype=lambda x, **p: np.intp
)
ARGPARTITION: Final = _flat(
    "argpartition",
    lambda x, kth, axis: np.argpartition(x, kth, axis=axis),
    shape=lambda x, kth, axis: x,
    dtype=lambda x, **p: np.intp,
)


def _kth(kth: Any, length: int) -> tuple[int, ...]:
    return tuple(int(k) % length for k in np.ravel(kth))


@binds(np.partition)
def partition(x: Any, kth: Any, axis: int | None = -1, kind: Any = None, order: Any = None) -> Any:
    """`np.partition`: the elements, gathered from where NumPy takes them."""
    if axis is None:
        x, axis = np.ravel(x), 0
    axis = axis % len(x.shape)
    if not x.shape[axis]:
        return x
    places = PLACES(x, kth=_kth(kth, x.shape[axis]), axis=axis)
    grids: list[Any] = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    grids[axis] = places
    return Traced.__getitem__(x, tuple(grids) if len(grids) > 1 else places)


@binds(np.argpartition)
def argpartition(
    x: Any, kth: Any, axis: int | None = -1, kind: Any = None, order: Any = None
) -> Any:
    """`np.argpartition`."""
    if axis is None:
        x, axis = np.ravel(x), 0
    axis = axis % len(x.shape)
    return ARGPARTITION(x, kth=_kth(kth, x.shape[axis] or 1), axis=axis)
