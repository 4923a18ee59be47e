"""The LU factors of a square matrix, P·A = L·U, and equations solved with them.

S. Walter, L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010). Which rows
change places is a matter of whole numbers, and stands still.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.operation import Operation, binds, register
from steepest.operations.matrices import library, matrix_row, square, triangle, turned, vector
from steepest.operations.solve import SOLVE

__all__ = ["FACTORS", "PIVOTS", "SWAPS"]

Shape = tuple[int, ...]


def _flat(name: str, run: Any, shape: Any, dtype: Any) -> Operation:
    return register(Operation(
        name=name, run=run, arity=1, shape=shape, dtype=lambda *args: dtype, elementwise=False,
        flat=True, shown="0", convention="constant until another pivot is larger",
        family="linear algebra",
    ))  # fmt: skip


def _run_swaps(pivots: Any) -> Any:
    """The matrix P that puts row pivots[i] in the place of row i, one after the other."""
    order = np.arange(len(pivots))
    for i, k in enumerate(pivots):
        order[[i, k]] = order[[k, i]]
    return np.eye(len(pivots))[order]


PIVOTS = _flat("lu_pivots", lambda a: library("scipy").lu_factor(a)[1], vector, np.int32)
SWAPS = _flat("lu_swaps", _run_swaps, lambda pivots: (*pivots, *pivots), np.float64)


def _unit(packed: Any) -> Any:
    """L, whose diagonal of ones is not stored."""
    return triangle(packed, True, -1) + np.eye(packed.shape[-1], dtype=packed.dtype)


def _factors_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """DL = L·below(X) and dU = above(X)·U, where X = L⁻¹·P·dA·U⁻¹."""
    low, high = _unit(y), triangle(y, False)
    inner = SOLVE(SWAPS(PIVOTS(args[0])) @ tangents[0], low)
    inner = turned(SOLVE(turned(inner), turned(high)))
    return low @ triangle(inner, True, -1) + triangle(inner, False) @ high


FACTORS: Operation = matrix_row(
    "lu",
    lambda a: library("scipy").lu_factor(a)[0],
    _factors_tangent,
    shown="dL = L·below(X), dU = above(X)·U, X = L⁻¹·P·dA·U⁻¹",
    convention="L below the diagonal, U above it, as in LAPACK",
)


def _solved_tangent(tangents: Any, args: Any, y: Any, trans: int) -> Any:
    """A·dy = db − dA·y, with dA = Pᵀ·(dL·U + L·dU)."""
    (change, dpacked, _), (_, packed, pivots) = tangents, args
    if dpacked is not None:
        low, high, swaps = _unit(packed), triangle(packed, False), SWAPS(pivots)
        dlow, dhigh = triangle(dpacked, True, -1), triangle(dpacked, False)
        if trans:
            z = swaps @ y
            moved = turned(high) @ (turned(dlow) @ z) + turned(dhigh) @ (turned(low) @ z)
        else:
            moved = turned(swaps) @ (dlow @ (high @ y) + low @ (dhigh @ y))
        change = -moved if change is None else change - moved
    return SOLVED(change, packed, pivots, trans=trans)


def _solved_back(y_bar: Any, args: Any, wanted: Any, trans: int) -> Any:
    return SOLVED(y_bar, args[1], args[2], trans=1 - trans), None, None


def _solved_shape(b: Shape, packed: Shape, pivots: Shape, trans: int) -> Shape:
    square(packed)
    if b[0] != packed[0]:
        raise ShapeError(f"factors of shape {packed} cannot solve for a right side of shape {b}")
    return b


SOLVED: Operation = matrix_row(
    "lu_solve",
    lambda b, packed, pivots, trans: library("scipy").lu_solve((packed, pivots), b, trans),
    _solved_tangent,
    _solved_shape,
    arity=3,
    values=2,
    transpose=_solved_back,
    shown="A⁻¹·(db − d(Pᵀ·L·U)·y)",
    convention="the right side is the first argument, in which the row is linear",
)


def _plain(a: Any, name: str) -> None:
    if np.ndim(a) != 2 or np.shape(a)[0] != np.shape(a)[1]:
        raise NotDifferentiableError(
            f"scipy.linalg.{name} has a row for one square matrix, not for shape {np.shape(a)}"
        )


@binds("scipy.linalg.lu_factor")
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """`scipy.linalg.lu_factor` of one square matrix."""
    _plain(a, "lu_factor")
    return FACTORS(a), PIVOTS(a)


@binds("scipy.linalg.lu_solve")
def lu_solve(
    lu_and_piv: Any, b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.lu_solve`."""
    packed, pivots = lu_and_piv
    _plain(packed, "lu_solve")
    if np.ndim(b) not in (1, 2):
        raise NotDifferentiableError("scipy.linalg.lu_solve has a row for a vector or a matrix")
    return SOLVED(b, packed, pivots, trans=1 if trans else 0)


@binds("scipy.linalg.lu")
def lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    """`scipy.linalg.lu` of one square matrix: A = P·L·U."""
    _plain(a, "lu")
    if p_indices:
        raise NotDifferentiableError("scipy.linalg.lu with p_indices has no row; leave it out")
    packed, places = FACTORS(a), turned(SWAPS(PIVOTS(a)))
    low, high = _unit(packed), triangle(packed, False)
    return (places @ low, high) if permute_l else (places, low, high)
