"""Rows for products of arrays: matmul, and what is written with it: dot, inner, outer, vdot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import EACH, Operation, binds, register
from steepest.operations.linear import unbroadcast

__all__ = ["MATMUL"]

Shape = tuple[int, ...]


def _matmul_shape(a: Shape, b: Shape) -> Shape:
    if not a or not b:
        raise ShapeError("a number cannot stand beside @; use * to multiply with a number")
    inner = b[-2] if len(b) > 1 else b[0]
    if a[-1] != inner:
        raise ShapeError(
            f"shapes {a} and {b} cannot be multiplied with @: the last axis of the first has length {a[-1]}, "
            f"but {'the one before the last' if len(b) > 1 else 'the axis'} of the second has length {inner}"
        )
    rows = a[-2:-1] if len(a) > 1 else ()
    columns = b[-1:] if len(b) > 1 else ()
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *rows, *columns)


def _matmul_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    """A_bar = Y_bar Bᵀ, B_bar = Aᵀ Y_bar (Giles 2008, section 2.2.2), vectors taken as one row or one column."""
    a, b = args
    left = np.reshape(a, (1, a.shape[0])) if a.ndim == 1 else a
    right = np.reshape(b, (b.shape[0], 1)) if b.ndim == 1 else b
    lead = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    y_bar = np.reshape(y_bar, (*lead, left.shape[-2], right.shape[-1]))
    a_bar = b_bar = None
    if wanted[0]:
        a_bar = np.reshape(unbroadcast(y_bar @ np.swapaxes(right, -1, -2), left.shape), a.shape)
    if wanted[1]:
        b_bar = np.reshape(unbroadcast(np.swapaxes(left, -1, -2) @ y_bar, right.shape), b.shape)
    return a_bar, b_bar


MATMUL: Final = register(Operation(
    name="matmul", run=np.matmul, arity=2, numpy=(np.matmul,), shape=_matmul_shape, elementwise=False, linear=EACH,
    transpose=_matmul_back, infix=" @ ", family="product", shown="da @ b + a @ db", precedence=20, latex="{0} {1}",
))  # fmt: skip


@binds(np.dot)
def dot(a: Any, b: Any) -> Any:
    """`np.dot`: for two arrays of several axes it sums over the last of a and the one before the last of b."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) <= 2:
        return MATMUL(a, b)
    flat_a = np.reshape(a, (-1, a.shape[-1]))
    flat_b = np.reshape(np.moveaxis(b, -2, 0), (b.shape[-2], -1))
    return np.reshape(MATMUL(flat_a, flat_b), (*a.shape[:-1], *b.shape[:-2], b.shape[-1]))


@binds(np.inner)
def inner(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return dot(a, b if np.ndim(b) == 1 else np.moveaxis(b, -1, -2 if np.ndim(b) == 2 else -2))


@binds(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return MATMUL(np.ravel(a), np.ravel(b))


@binds(np.outer)
def outer(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))
