"""Inverses, and linear equations.

Rules after M. Giles, "Collected matrix derivative results for forward and reverse mode AD" (2008),
and G. Golub, V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate" (1973). Leading axes are batches, as in NumPy. A matrix that is
said to be triangular or symmetric counts as the half of it that is read.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.node import CONSTANT
from steepest.graph.operation import Operation, binds
from steepest.operations.matrices import library, matrix_row, mirrored, square, triangle, turned
from steepest.operations.shape import unbroadcast

__all__ = ["INV", "LSTSQ", "SOLVE"]

Shape = tuple[int, ...]
HALVES = {
    "sym": "symmetric", "symmetric": "symmetric", "her": "symmetric", "hermitian": "symmetric",
    "pos": "symmetric", "positive definite": "symmetric",
    "lower triangular": "lower", "upper triangular": "upper",
}  # fmt: skip

# ---- inverse -------------------------------------------------------------------------------------

INV: Final = matrix_row(
    "inv",
    lambda a, by="numpy": library(by).inv(a),
    lambda tangents, args, y, by="numpy": -(y @ tangents[0] @ y),
    shown="−A⁻¹·dA·A⁻¹",
)
binds(np.linalg.inv)(lambda a: INV(a))
if hasattr(np.linalg, "_umath_linalg"):  # what NumPy's own Python calls, in `cond`
    binds(np.linalg._umath_linalg.inv)(lambda a: INV(a))


@binds("scipy.linalg.inv")
def scipy_inv(a: Any, overwrite_a: bool = False, check_finite: bool = True, **how: Any) -> Any:
    """`scipy.linalg.inv` of any matrix."""
    if how.get("assume_a") not in (None, "general", "gen"):
        raise NotDifferentiableError(
            f"scipy.linalg.inv with assume_a={how['assume_a']!r} has no row; leave it out"
        )
    return INV(a, by="scipy")


def _pinv_tangent(tangents: Any, args: Any, y: Any, how: Any, by: str = "numpy") -> Any:
    """−A⁺·dA·A⁺ + A⁺·A⁺ᵀ·dAᵀ·(1 − A·A⁺) + (1 − A⁺·A)·dAᵀ·A⁺ᵀ·A⁺ (Golub and Pereyra, 4.12)."""
    (da,), a = tangents, args[0]
    d, p = turned(da), turned(y)
    outside = d - (d @ a) @ y
    inside = d - y @ (a @ d)
    return -(y @ da @ y) + y @ (p @ outside) + inside @ (p @ y)


PINV: Final = matrix_row(
    "pinv",
    lambda a, how, by="numpy": library(by).pinv(a, **dict(how)),
    _pinv_tangent,
    lambda a, **params: (*a[:-2], a[-1], a[-2]),
    shown="−A⁺·dA·A⁺ + A⁺·A⁺ᵀ·dAᵀ·(1 − A·A⁺) + (1 − A⁺·A)·dAᵀ·A⁺ᵀ·A⁺",
    convention="the slope is that of matrices of the same rank",
)


@binds(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, **how: Any) -> Any:
    """`np.linalg.pinv`."""
    if hermitian:
        raise NotDifferentiableError("np.linalg.pinv with hermitian=True has no row; leave it out")
    given = how if rcond is None else {"rcond": rcond, **how}
    return PINV(a, how=tuple(given.items()))


@binds("scipy.linalg.pinv")
def scipy_pinv(a: Any, *, check_finite: bool = True, return_rank: bool = False, **how: Any) -> Any:
    """`scipy.linalg.pinv`."""
    if return_rank:
        raise NotDifferentiableError("scipy.linalg.pinv with return_rank has no row; leave it out")
    return PINV(a, how=tuple(how.items()), by="scipy")


# ---- as many equations as unknowns ---------------------------------------------------------------


def _solve_shape(b: Shape, a: Shape, **params: Any) -> Shape:
    square(a)
    if (b[0] if len(b) == 1 else b[-2]) != a[-1]:
        raise ShapeError(f"a matrix of shape {a} cannot be solved for a right side of shape {b}")
    if len(b) == 1:
        return (*a[:-2], *b)
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *b[-2:])


def _solve_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """A·dy = db − dA·y."""
    (db, da), (b, a) = tangents, args
    return _answer(db, da, a, y, b.ndim)


def _answer(db: Any, da: Any, a: Any, y: Any, ndim: int) -> Any:
    if da is None:
        return SOLVE(db, a)
    moved = (da @ np.expand_dims(y, -1))[..., 0] if ndim == 1 else da @ y
    return _solved(-moved if db is None else db - moved, a, ndim)


def _solved(b: Any, a: Any, ndim: int) -> Any:
    """Solve for right sides that are vectors, also where they come in batches."""
    if ndim == 1 and b.ndim > 1:
        return SOLVE(np.expand_dims(b, -1), a)[..., 0]
    return SOLVE(b, a)


def _solve_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    b, a = args
    return unbroadcast(_solved(y_bar, turned(a), b.ndim), b.shape), None


SOLVE: Operation = matrix_row(
    "solve",
    lambda b, a: np.linalg.solve(a, b),
    _solve_tangent,
    _solve_shape,
    arity=2,
    transpose=_solve_back,
    shown="A⁻¹·(db − dA·y)",
    convention="the right side is the first argument, in which the row is linear",
)
binds(np.linalg.solve)(lambda a, b: SOLVE(b, a))


def _read(a: Any, half: str, unit: bool = False, flipped: bool = False) -> Any:
    """The matrix that a solver for special matrices sees of `a`."""
    kind, lower = half.partition(" ")[0], half in ("lower", "symmetric lower")
    if kind in ("lower", "upper"):
        a = triangle(a, kind == "lower")
        if unit:
            a = np.where(np.eye(a.shape[-1], dtype=bool), np.ones((), a.dtype), a)
    elif kind == "symmetric":
        a = mirrored(a, lower)
    return turned(a) if flipped else a


def _special_tangent(
    tangents: Any, args: Any, y: Any, by: str, how: Any, half: str, unit: bool, flipped: bool
) -> Any:
    (db, da), (b, a) = tangents, args
    if da is not None:
        da = _read(da, half, False, flipped)
        if unit:
            da = np.where(np.eye(a.shape[-1], dtype=bool), np.zeros((), da.dtype), da)
    return _answer(db, da, _read(a, half, unit, flipped), y, b.ndim)


def _special_back(
    y_bar: Any, args: Any, wanted: Any, by: str, how: Any, half: str, unit: bool, flipped: bool
) -> Any:
    b, a = args
    return unbroadcast(_solved(y_bar, turned(_read(a, half, unit, flipped)), b.ndim), b.shape), None


SPECIAL: Operation = matrix_row(
    "solve_scipy",
    lambda b, a, by, how, **read: getattr(library("scipy"), by)(a, b, **dict(how)),
    _special_tangent,
    _solve_shape,
    arity=2,
    transpose=_special_back,
    shown="A⁻¹·(db − dA·y)",
    convention="the half of the matrix that is not read changes nothing",
)


def _special(b: Any, a: Any, by: str, how: dict[str, Any], **read: Any) -> Any:
    if np.ndim(a) != 2 or np.ndim(b) > 2:
        raise NotDifferentiableError(
            f"scipy.linalg.{by} of a batch has no row; np.linalg.solve takes batches"
        )
    known = {"half": "", "unit": False, "flipped": False, **read}
    return SPECIAL(b, a, by=by, how=tuple(how.items()), **known)


@binds("scipy.linalg.solve")
def scipy_solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: Any = None,
    transposed: bool = False,
) -> Any:
    """`scipy.linalg.solve`."""
    half = HALVES.get(assume_a, "") if assume_a is not None else ""
    if not half and assume_a not in (None, "gen", "general"):
        raise NotDifferentiableError(
            f"scipy.linalg.solve with assume_a={assume_a!r} has no row; leave it out"
        )
    half = f"symmetric {'lower' if lower else 'upper'}" if half == "symmetric" else half
    how = {"lower": lower, "assume_a": assume_a, "transposed": transposed}
    return _special(b, a, "solve", how, half=half, flipped=bool(transposed))


@binds("scipy.linalg.solve_triangular")
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """`scipy.linalg.solve_triangular`: the other half is not read, nor is a unit diagonal."""
    how = {"trans": trans, "lower": bool(lower), "unit_diagonal": bool(unit_diagonal)}
    half = "lower" if lower else "upper"
    flipped = trans in (1, 2, "T", "C")
    return _special(
        b, a, "solve_triangular", how, half=half, unit=bool(unit_diagonal), flipped=flipped
    )


def _factored_tangent(tangents: Any, args: Any, y: Any, lower: bool) -> Any:
    """L·Lᵀ·dy = db − (dL·Lᵀ + L·dLᵀ)·y."""
    (db, dc), (_, c) = tangents, args
    if dc is None:
        return FACTORED(db, c, lower=lower)
    low, dlow = triangle(c, lower), triangle(dc, lower)
    low, dlow = (low, dlow) if lower else (turned(low), turned(dlow))
    moved = dlow @ (turned(low) @ y) + low @ (turned(dlow) @ y)
    return FACTORED(-moved if db is None else db - moved, c, lower=lower)


FACTORED: Operation = matrix_row(
    "cho_solve",
    lambda b, c, lower: library("scipy").cho_solve((c, lower), b),
    _factored_tangent,
    _solve_shape,
    arity=2,
    transpose=lambda y_bar, args, wanted, lower: (FACTORED(y_bar, args[1], lower=lower), None),
    shown="(L·Lᵀ)⁻¹·(db − d(L·Lᵀ)·y)",
    convention="the half of the factor that is not read changes nothing",
)


@binds("scipy.linalg.cho_solve")
def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.cho_solve`, for one matrix."""
    c, lower = c_and_lower
    node = getattr(lower, "node", None)  # SciPy gives an array of no dimensions, from 1.18 on
    if node is not None:
        if node.op is not CONSTANT:
            raise NotDifferentiableError(
                "scipy.linalg.cho_solve with a side that changes has no row"
            )
        lower = node.value
    if np.ndim(c) != 2 or np.ndim(b) > 2:
        raise NotDifferentiableError(
            "scipy.linalg.cho_solve of a batch has no row; np.linalg.solve takes batches"
        )
    return FACTORED(b, c, lower=bool(lower))


# ---- more equations than unknowns ----------------------------------------------------------------


def _lstsq_shape(b: Shape, a: Shape, **params: Any) -> Shape:
    if len(a) != 2 or len(b) not in (1, 2) or a[0] != b[0]:
        raise ShapeError(f"least squares with a matrix of shape {a} and a right side of shape {b}")
    return (a[1], *b[1:])


def _lstsq_tangent(tangents: Any, args: Any, y: Any, by: str = "numpy") -> Any:
    """The solution changes by A⁺·(db − dA·y) + (AᵀA)⁻¹·dAᵀ·(b − A·y) (Golub and Pereyra)."""
    (db, da), (b, a) = tangents, args
    change = None if db is None else LSTSQ(db, a)
    if da is not None:
        by_matrix = SOLVE(turned(da) @ (b - a @ y), turned(a) @ a) - LSTSQ(da @ y, a)
        change = by_matrix if change is None else change + by_matrix
    return change


def _lstsq_back(y_bar: Any, args: Any, wanted: Any, by: str = "numpy") -> Any:
    a = args[1]
    return a @ SOLVE(y_bar, turned(a) @ a), None


LSTSQ: Operation = matrix_row(
    "lstsq",
    lambda b, a, by="numpy": library(by).lstsq(a, b)[0],
    _lstsq_tangent,
    _lstsq_shape,
    arity=2,
    transpose=_lstsq_back,
    shown="A⁺·(db − dA·y) + (AᵀA)⁻¹·dAᵀ·(b − A·y)",
    convention="the slope is that of a matrix with independent columns",
)


def _least_squares(a: Any, b: Any, by: str) -> Any:
    from steepest.operations.spectrum import SINGULAR

    rows, columns = np.shape(a)
    if rows < columns:
        raise NotDifferentiableError(
            f"{by}.linalg.lstsq has no row for fewer equations than unknowns"
        )
    y = LSTSQ(b, a, by=by)
    residuals: Any = np.zeros(0)  # as they are given where the equations can all be met
    if rows > columns:
        residuals = np.sum(np.square(b - a @ y), axis=0)
        residuals = np.reshape(residuals, (-1,)) if by == "numpy" else residuals
    return y, residuals, columns, SINGULAR(a, by=by, alone=True)


@binds(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """`np.linalg.lstsq` for more rows than columns: solution, residuals, rank, singular values."""
    return _least_squares(a, b, "numpy")


@binds("scipy.linalg.lstsq")
def scipy_lstsq(a: Any, b: Any, cond: Any = None, *more: Any, **how: Any) -> Any:
    """`scipy.linalg.lstsq` for more rows than columns, with its default method."""
    if how.get("lapack_driver") not in (None, "gelsd") or more:
        raise NotDifferentiableError("scipy.linalg.lstsq has a row for its default method")
    return _least_squares(a, b, "scipy")
