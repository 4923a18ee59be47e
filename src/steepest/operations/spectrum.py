"""Factors of any matrix: singular values and vectors, and the QR factors.

Townsend, "Differentiating the singular value decomposition" (2016); S. Walter, L. Lehmann,
"Algorithmic differentiation of linear algebra functions" (2010), for QR.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import Operation, binds
from steepest.operations.matrices import library, matrix_row, triangle, turned
from steepest.operations.solve import SOLVE

__all__ = ["LEFT", "RIGHT", "SINGULAR"]

Shape = tuple[int, ...]


# ---- singular values -----------------------------------------------------------------------------


def _run_singular(a: Any, by: str, alone: bool, full: bool = False) -> Any:
    found = library(by).svd(a, full_matrices=full, compute_uv=not alone)
    return found if alone else found[1]


def _singular_shape(a: Shape, **params: Any) -> Shape:
    return (*a[:-2], min(a[-2:]))


def _singular_tangent(
    tangents: Any, args: Any, y: Any, by: str, alone: bool, full: bool = False
) -> Any:
    """Ds = diag(Uᵀ·dA·V); a singular value of 0 has slopes of both signs, whose middle is 0."""
    u, v = LEFT(args[0], by=by, full=False), RIGHT(args[0], by=by, full=False)
    return np.where(np.equal(y, 0), 0.0, np.sum(u * (tangents[0] @ turned(v)), axis=-2))


SINGULAR: Operation = matrix_row(
    "singular_values",
    _run_singular,
    _singular_tangent,
    _singular_shape,
    shown="diag(Uᵀ·dA·V)",
    convention="of equal ones only symmetric functions have slopes; at 0, a kink, the slope is 0",
)


def _left_shape(a: Shape, by: str, full: bool) -> Shape:
    return (*a[:-1], a[-2] if full else min(a[-2:]))


def _right_shape(a: Shape, by: str, full: bool) -> Shape:
    return (*a[:-2], a[-1] if full else min(a[-2:]), a[-1])


def _turn(da: Any, a: Any, u: Any, v: Any, by: str, full: bool) -> Any:
    """The change of U, whose columns belong to the rows of V: U·Ω, and what leaves their space.

    Ωᵢⱼ = (dPᵢⱼ·sⱼ + sᵢ·dPⱼᵢ)/(sⱼ² − sᵢ²) with dP = Uᵀ·dA·V; between equal ones nothing turns, by
    convention.
    """
    s = SINGULAR(a, by=by, alone=False)
    moved = da @ turned(v)
    inner = turned(u) @ moved  # (rows of U's columns, of V's rows)
    n, k = inner.shape[-2:]
    if n > k:
        inner = np.concatenate([inner, np.zeros((*inner.shape[:-1], n - k))], -1)
        s = np.concatenate([s, np.zeros((*s.shape[:-1], n - k))], -1)
    inner = inner[..., :n]
    across, down = np.expand_dims(s, -2), np.expand_dims(s, -1)
    gaps = (across - down) * (across + down)
    apart = np.not_equal(gaps, 0)
    factors = np.where(apart, 1 / np.where(apart, gaps, 1.0), 0.0)
    change = u @ (factors * (inner * across + down * turned(inner)))
    if full or n >= a.shape[-2]:
        return change
    return change + (moved - u @ (turned(u) @ moved)) / across


def _left_tangent(tangents: Any, args: Any, y: Any, by: str, full: bool) -> Any:
    v = RIGHT(args[0], by=by, full=False)
    return _turn(tangents[0], args[0], y, v, by, full)


def _right_tangent(tangents: Any, args: Any, y: Any, by: str, full: bool) -> Any:
    u = LEFT(args[0], by=by, full=False)
    return turned(_turn(turned(tangents[0]), turned(args[0]), turned(y), turned(u), by, full))


_TURNS = (
    "equal singular values do not turn each other's vectors; the rest of a full basis moves least"
)
LEFT: Operation = matrix_row(
    "left_singular_vectors",
    lambda a, by, full: library(by).svd(a, full_matrices=full)[0],
    _left_tangent,
    _left_shape,
    shown="U·Ω + (1 − U·Uᵀ)·dA·V·S⁻¹",
    convention=_TURNS,
)
RIGHT: Operation = matrix_row(
    "right_singular_vectors",
    lambda a, by, full: library(by).svd(a, full_matrices=full)[2],
    _right_tangent,
    _right_shape,
    shown="the same, of Aᵀ",
    convention=_TURNS,
)


def _svd(a: Any, full: bool, vectors: bool, by: str) -> Any:
    if not vectors:
        return SINGULAR(a, by=by, alone=True)
    full = bool(full)
    return (
        LEFT(a, by=by, full=full),
        SINGULAR(a, by=by, alone=False, full=full),
        RIGHT(a, by=by, full=full),
    )


@binds(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """`np.linalg.svd`."""
    if hermitian:
        raise NotDifferentiableError("np.linalg.svd with hermitian=True has no row; leave it out")
    return _svd(a, full_matrices, compute_uv, "numpy")


if hasattr(np.linalg, "_umath_linalg"):  # what NumPy's own Python calls, in `cond`
    binds(np.linalg._umath_linalg.svd)(lambda a: _svd(a, False, False, "numpy"))


@binds("scipy.linalg.svd")
def scipy_svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    """`scipy.linalg.svd`, with its default method."""
    if lapack_driver != "gesdd":
        raise NotDifferentiableError("scipy.linalg.svd has a row for its default method")
    return _svd(a, full_matrices, compute_uv, "scipy")


@binds("scipy.linalg.svdvals")
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """`scipy.linalg.svdvals`."""
    return SINGULAR(a, by="scipy", alone=True)


# ---- QR ------------------------------------------------------------------------------------------


def _run_qr(a: Any, by: str, alone: bool, which: int) -> Any:
    if alone:
        found = library(by).qr(a, mode="r")
        return found if by == "numpy" else found[0]
    return library(by).qr(a, mode="reduced" if by == "numpy" else "economic")[which]


def _rotation(da: Any, a: Any, q: Any, r: Any) -> tuple[Any, Any]:
    """Ω = Qᵀ·dQ, antisymmetric, and dA·R⁻¹, of the leading square of R."""
    k = r.shape[-2]
    scaled = turned(SOLVE(turned(da[..., :k]), turned(r[..., :k])))
    below = triangle(turned(q) @ scaled, True, -1)
    return below - turned(below), scaled


def _q_tangent(tangents: Any, args: Any, y: Any, by: str, alone: bool, which: int) -> Any:
    a, (da,) = args[0], tangents
    turn, scaled = _rotation(da, a, y, QR(a, by=by, alone=alone, which=1))
    return y @ turn + (scaled - y @ (turned(y) @ scaled))


def _qr_tangent(tangents: Any, args: Any, y: Any, by: str, alone: bool, which: int) -> Any:
    """Of A = Q·R: dR = Qᵀ·dA − Ω·R, and dQ = Q·Ω + (1 − Q·Qᵀ)·dA·R⁻¹."""
    if which == 0:
        return _q_tangent(tangents, args, y, by, alone, which)
    a, (da,) = args[0], tangents
    q = QR(a, by=by, alone=False, which=0)
    turn, _ = _rotation(da, a, q, y)
    return triangle(turned(q) @ da - turn @ y, False)


def _qr_shape(a: Shape, which: int, **params: Any) -> Shape:
    k = min(a[-2:])
    return (*a[:-1], k) if which == 0 else (*a[:-2], k, a[-1])


QR: Operation = matrix_row(
    "qr",
    _run_qr,
    _qr_tangent,
    _qr_shape,
    shown="dQ = Q·Ω + (1 − Q·Qᵀ)·dA·R⁻¹, dR = Qᵀ·dA − Ω·R",
    convention="the slope is that of a matrix whose leading columns are independent",
)


@binds(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """`np.linalg.qr`, reduced or R alone."""
    if mode == "r":
        return QR(a, by="numpy", alone=True, which=1)
    if mode != "reduced" and not (mode == "complete" and a.shape[-2] <= a.shape[-1]):
        raise NotDifferentiableError(f"np.linalg.qr with mode={mode!r} has no row; use 'reduced'")
    return tuple(QR(a, by="numpy", alone=False, which=k) for k in (0, 1))


@binds("scipy.linalg.qr")
def scipy_qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """`scipy.linalg.qr`, economic; or full, where that is the same."""
    tall = a.shape[-2] > a.shape[-1]
    if pivoting or mode not in ("full", "economic") or (mode == "full" and tall):
        raise NotDifferentiableError(
            "scipy.linalg.qr has a row for mode='economic', without pivoting"
        )
    return tuple(QR(a, by="scipy", alone=False, which=k) for k in (0, 1))
