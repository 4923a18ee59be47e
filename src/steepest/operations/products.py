"""Rows for products of arrays: matmul, and what is written with it: dot, inner, outer, vdot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import steepest.operations.order  # noqa: F401  (its rows come before these)
from steepest.errors import ShapeError
from steepest.graph.operation import EACH, STRUCTURE, Operation, binds, common_dtype, register
from steepest.operations import machine
from steepest.operations.shape import unbroadcast

__all__ = ["MATMUL"]

Shape = tuple[int, ...]


def _matmul_shape(a: Shape, b: Shape) -> Shape:
    if not a or not b:
        raise ShapeError("a number cannot stand beside @; use * to multiply with a number")
    inner = b[-2] if len(b) > 1 else b[0]
    if a[-1] != inner:
        raise ShapeError(
            f"shapes {a} and {b} cannot be multiplied with @: the last axis of the first has "
            f"length {a[-1]}, but {'the one before the last' if len(b) > 1 else 'the axis'} of the "
            f"second has length {inner}"
        )
    rows = a[-2:-1] if len(a) > 1 else ()
    columns = b[-1:] if len(b) > 1 else ()
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *rows, *columns)


def _matmul_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    """A_bar = Y_bar Bᵀ, B_bar = Aᵀ Y_bar (Giles 2008, section 2.2.2).

    A vector counts as one row (a) or one column (b).
    """
    a, b = args
    if len(a.shape) <= 2 and len(b.shape) <= 2 and 1 in (len(a.shape), len(b.shape)):
        return _beside_a_vector(y_bar, a, b, wanted)
    left, right, y_bar = _matrices(a, b, y_bar)
    a_bar = b_bar = None
    if wanted[0]:
        a_bar = np.reshape(unbroadcast(y_bar @ np.swapaxes(right, -1, -2), left.shape), a.shape)
    if wanted[1]:
        b_bar = np.reshape(unbroadcast(np.swapaxes(left, -1, -2) @ y_bar, right.shape), b.shape)
    return a_bar, b_bar


def _beside_a_vector(y_bar: Any, a: Any, b: Any, wanted: Any) -> Any:
    """The same where a factor is a vector: an outer product for the matrix, y_bar A or B y_bar for
    the vector.
    """
    if len(a.shape) == len(b.shape):  # a number
        return y_bar * b if wanted[0] else None, y_bar * a if wanted[1] else None
    if len(b.shape) == 1:
        rows = np.reshape(y_bar, (a.shape[0], 1))
        return rows * b if wanted[0] else None, y_bar @ a if wanted[1] else None
    columns = np.reshape(a, (a.shape[0], 1))
    return b @ y_bar if wanted[0] else None, columns * y_bar if wanted[1] else None


def _matmul_back_where(y_bar: Any, arrived: Any, args: Any, wanted: Any) -> Any:
    """The same, where only some of Y_bar arrives: there are no terms for the others."""
    a, b = args
    return _selected_back(
        y_bar, arrived, (a, EVERYWHERE, b, EVERYWHERE), (wanted[0], False, wanted[1], False)
    )[::2]


def _matrices(a: Any, b: Any, *products: Any) -> tuple[Any, ...]:
    """The factors of a product, and arrays of its shape, with vectors as one row or column."""
    left = np.reshape(a, (1, a.shape[0])) if len(a.shape) == 1 else a
    right = np.reshape(b, (b.shape[0], 1)) if len(b.shape) == 1 else b
    lead = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    shape = (*lead, left.shape[-2], right.shape[-1])
    return (
        left,
        right,
        *(np.reshape(np.broadcast_to(p, _matmul_shape(a.shape, b.shape)), shape) for p in products),
    )


MATMUL: Final = register(Operation(name="matmul", run=np.matmul, arity=2, numpy=(np.matmul,),
    shape=_matmul_shape, elementwise=False, linear=EACH, transpose=_matmul_back,
    transpose_where=_matmul_back_where, infix=" @ ", family="product", shown="da @ b + a @ db",
    precedence=20, latex="{0} {1}", machine=STRUCTURE))  # fmt: skip


# ---- a product of which some terms do not count --------------------------------------------------

EVERYWHERE: Final = np.True_


def _run_selected(a: Any, a_counts: Any, b: Any, b_counts: Any) -> Any:
    """The sum over j of a[i, j]·b[j, k] where both factors count, whatever the others hold."""
    left, right = _counted(a, a_counts), _counted(b, b_counts)
    # Where all is finite, a zero factor is as good as a missing term; odd j are done one by one.
    # No NaN and no infinity leaves a sum finite.
    sums = left.sum() * 0, right.sum() * 0
    if sums[0] == 0 and sums[1] == 0:
        return left @ right
    a_counts, b_counts = np.broadcast_to(a_counts, a.shape), np.broadcast_to(b_counts, b.shape)
    odd = np.any(left - left != 0, axis=tuple(range(left.ndim - 1))) | np.any(
        right - right != 0, axis=(*range(right.ndim - 2), right.ndim - 1)
    )
    total = np.where(odd, a.dtype.type(0), left) @ np.where(odd[:, None], b.dtype.type(0), right)
    for j in np.flatnonzero(odd):
        counts = a_counts[..., :, j, None] & b_counts[..., None, j, :]
        total = total + np.where(
            counts, left[..., :, j, None] * right[..., None, j, :], a.dtype.type(0)
        )
    return total


def _counted(a: Any, counts: Any) -> Any:
    """A factor with zero where it does not count."""
    return a if np.ndim(counts) == 0 and counts else np.where(counts, a, a.dtype.type(0))


def _selected_back(y_bar: Any, arrived: Any, args: Any, wanted: Any) -> Any:
    """As for matmul: where y_bar has not arrived, or a factor does not count, there is no term."""
    a, a_counts, b, b_counts = args
    left, right, y_bar, arrived = _matrices(a, b, y_bar, arrived)
    a_bar = b_bar = None
    if wanted[0]:
        b_counts = b_counts if b_counts.shape == () else np.swapaxes(b_counts, -1, -2)
        found = SELECTED(y_bar, arrived, np.swapaxes(right, -1, -2), b_counts)
        a_bar = np.reshape(_counting(unbroadcast(found, left.shape), a_counts), a.shape)
    if wanted[2]:
        a_counts = a_counts if a_counts.shape == () else np.swapaxes(a_counts, -1, -2)
        found = SELECTED(np.swapaxes(left, -1, -2), a_counts, y_bar, arrived)
        b_bar = np.reshape(_counting(unbroadcast(found, right.shape), args[3]), b.shape)
    return a_bar, None, b_bar, None


def _counting(x_bar: Any, counts: Any) -> Any:
    return x_bar if counts.shape == () else np.where(counts, x_bar, np.zeros((), x_bar.dtype))


SELECTED: Final = register(Operation(name="matmul_where", run=_run_selected, arity=4,
    elementwise=False, linear=EACH, family="product", shown="da @ b + a @ db",
    shape=lambda a, a_counts, b, b_counts: _matmul_shape(a, b),
    dtype=lambda a, a_counts, b, b_counts: common_dtype(a, b),
    transpose=lambda y_bar, args, wanted: _selected_back(y_bar, EVERYWHERE, args, wanted),
    transpose_where=_selected_back,
    machine=machine.selected_product,
    convention="a term whose factor does not count contributes exactly zero"))  # fmt: skip


@binds(np.dot)
def dot(a: Any, b: Any) -> Any:
    """`np.dot`: sums over the last axis of a and the one before the last of b."""
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
    return dot(a, b if np.ndim(b) == 1 else np.moveaxis(b, -1, -2))


@binds(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return MATMUL(np.ravel(a), np.ravel(b))


def _vecdot_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    a, b = args
    wide = np.expand_dims(y_bar, -1)
    return (
        unbroadcast(wide * b, a.shape) if wanted[0] else None,
        unbroadcast(wide * a, b.shape) if wanted[1] else None,
    )


VECDOT: Final = register(Operation(name="vecdot", run=np.vecdot, arity=2, numpy=(np.vecdot,),
    shape=lambda a, b: np.broadcast_shapes(a, b)[:-1], elementwise=False, linear=EACH,
    transpose=_vecdot_back, family="linear algebra", shown="da·b + a·db"))  # fmt: skip
if hasattr(np, "matvec"):  # since NumPy 2.2
    binds(np.matvec)(lambda a, b: MATMUL(a, np.expand_dims(b, -1))[..., 0])
    binds(np.vecmat)(lambda a, b: MATMUL(np.expand_dims(a, -2), b)[..., 0, :])


@binds(np.outer)
def outer(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))
