"""Symmetric matrices: the Cholesky factor, eigenvalues and eigenvectors.

I. Murray, "Differentiation of the Cholesky decomposition" (2016); Giles (2008), section 3.1. One
triangle is read, and a change of the other changes nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import Operation, binds
from steepest.operations.matrices import (
    library,
    matrix_row,
    mirrored,
    square,
    triangle,
    turned,
    vector,
)
from steepest.operations.solve import SOLVE

__all__ = ["CHOLESKY", "VALUES", "VECTORS"]


def _run_cholesky(a: Any, by: str = "numpy", upper: bool = False) -> Any:
    if by == "scipy":
        return library(by).cholesky(a, lower=not upper)
    return np.linalg.cholesky(a, upper=True) if upper else np.linalg.cholesky(a)


def _cholesky_tangent(
    tangents: Any, args: Any, y: Any, by: str = "numpy", upper: bool = False
) -> Any:
    """The change of L is L·Φ(L⁻¹·dA·L⁻ᵀ), Φ the lower triangle with half the diagonal (Murray)."""
    low = turned(y) if upper else y
    half = np.tril(np.ones(y.shape[-2:])) - np.eye(y.shape[-1]) / 2
    inner = SOLVE(turned(SOLVE(mirrored(tangents[0], not upper), low)), low)
    change = low @ (turned(inner) * half)
    return turned(change) if upper else change


CHOLESKY: Operation = matrix_row(
    "cholesky",
    _run_cholesky,
    _cholesky_tangent,
    shown="L·Φ(L⁻¹·dA·L⁻ᵀ)",
    convention="reads one triangle, as NumPy and SciPy do",
)


@binds(np.linalg.cholesky)
def cholesky(a: Any, upper: bool = False) -> Any:
    """`np.linalg.cholesky`, lower or upper."""
    return CHOLESKY(a, by="numpy", upper=bool(upper))


@binds("scipy.linalg.cholesky")
def scipy_cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.cholesky`, upper or lower."""
    return CHOLESKY(a, by="scipy", upper=not lower)


@binds("scipy.linalg.cho_factor")
def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.cho_factor`: the factor in one triangle; in the other, what stood there, or
    zeros from SciPy 1.18 on.
    """
    factor = CHOLESKY(a, by="scipy", upper=not lower)
    if _keeps_the_other():
        factor = triangle(factor, lower) + (a - triangle(a, lower))
    return factor, bool(lower)


@cache
def _keeps_the_other() -> bool:
    """Whether `cho_factor` leaves in the other triangle what stood there."""
    found, _ = library("scipy").cho_factor(np.array([[1.0, 0.5], [7.0, 1.0]]))
    return bool(found[1, 0] == 7.0)


def _rotated(vectors: Any, da: Any, uplo: str) -> Any:
    return turned(vectors) @ mirrored(da, uplo == "L") @ vectors


def _run_values(a: Any, by: str, uplo: str, alone: bool) -> Any:
    if by == "scipy":
        return library(by).eigh(a, lower=uplo == "L", eigvals_only=alone)[() if alone else 0]
    numpy = library(by)
    return numpy.eigvalsh(a, uplo) if alone else numpy.eigh(a, uplo)[0]


def _value_tangent(tangents: Any, args: Any, y: Any, by: str, uplo: str, alone: bool) -> Any:
    vectors = VECTORS(args[0], by=by, uplo=uplo)
    return np.sum(_rotated(vectors, tangents[0], uplo) * np.eye(y.shape[-1]), axis=-1)


def _run_vectors(a: Any, by: str, uplo: str) -> Any:
    if by == "scipy":
        return library(by).eigh(a, lower=uplo == "L")[1]
    return library(by).eigh(a, uplo)[1]


def _vector_tangent(tangents: Any, args: Any, y: Any, by: str, uplo: str) -> Any:
    """The change of V is V·(F∘(Vᵀ·dA·V)), Fᵢⱼ = 1/(λⱼ − λᵢ); between equal eigenvalues nothing
    turns, by convention.
    """
    values = VALUES(args[0], by=by, uplo=uplo, alone=False)
    gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    apart = np.not_equal(gaps, 0)
    factors = np.where(apart, 1 / np.where(apart, gaps, 1.0), 0.0)
    return y @ (factors * _rotated(y, tangents[0], uplo))


VALUES: Operation = matrix_row(
    "eigenvalues",
    _run_values,
    _value_tangent,
    vector,
    shown="diag(Vᵀ·dA·V)",
    convention="of a symmetric matrix, from one triangle; of equal ones only symmetric "
    "functions have slopes",
)
VECTORS: Operation = matrix_row(
    "eigenvectors",
    _run_vectors,
    _vector_tangent,
    square,
    shown="V·(F∘(Vᵀ·dA·V))",
    convention="equal eigenvalues do not turn each other's vectors",
)


@binds(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigvalsh`."""
    return VALUES(a, by="numpy", uplo=UPLO.upper(), alone=True)


@binds(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigh`."""
    uplo = UPLO.upper()
    return VALUES(a, by="numpy", uplo=uplo, alone=False), VECTORS(a, by="numpy", uplo=uplo)


def _whole_spectrum(name: str, how: dict[str, Any]) -> None:
    """SciPy's other problems (a second matrix, a part of the spectrum, a named driver)."""
    asked = [k for k, v in how.items() if v is not None and k not in ("check_finite", "type")]
    if asked := [k for k in asked if not k.startswith("overwrite")]:
        raise NotDifferentiableError(f"scipy.linalg.{name} with {', '.join(asked)} has no row")


@binds("scipy.linalg.eigh")
def scipy_eigh(
    a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, **how: Any
) -> Any:
    """`scipy.linalg.eigh` of one matrix, with its default method."""
    _whole_spectrum("eigh", {"b": b, **how})
    uplo = "L" if lower else "U"
    values = VALUES(a, by="scipy", uplo=uplo, alone=bool(eigvals_only))
    return values if eigvals_only else (values, VECTORS(a, by="scipy", uplo=uplo))


@binds("scipy.linalg.eigvalsh")
def scipy_eigvalsh(a: Any, b: Any = None, *, lower: bool = True, **how: Any) -> Any:
    """`scipy.linalg.eigvalsh` of one matrix, with its default method."""
    _whole_spectrum("eigvalsh", {"b": b, **how})
    return VALUES(a, by="scipy", uplo="L" if lower else "U", alone=True)
