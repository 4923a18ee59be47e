"""The determinant, and its logarithm: d det A = Σ cof(A)·dA.

J. Magnus, H. Neudecker, "Matrix Differential Calculus" (3rd edition, 2019), chapter 8. The matrix
of cofactors is a polynomial, also where A has no inverse; up to 3 by 3 it is written out, so that
every derivative exists; beyond, it comes from the singular values, and so does its own change.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.operation import Operation, binds, real_dtype, register
from steepest.operations.matrices import library, matrix_row, one_each, square, turned
from steepest.operations.solve import INV

__all__ = ["DET", "LOGDET"]


def contracted(a: Any, b: Any) -> Any:
    """Σᵢⱼ aᵢⱼ·bᵢⱼ, matrix by matrix, as a matrix of one element."""
    return np.sum(a * b, axis=(-2, -1), keepdims=True)


def cofactors(a: Any) -> Any:
    """The matrix of cofactors, which is ∂ det A/∂A."""
    n = a.shape[-1]
    if n == 1:
        return np.ones(a.shape, a.dtype)
    if n == 2:
        p, q, r, s = a[..., 0, 0], a[..., 0, 1], a[..., 1, 0], a[..., 1, 1]
        return np.stack([np.stack([s, -r], -1), np.stack([-q, p], -1)], -2)
    if n == 3:
        rows = [a[..., i, :] for i in range(3)]
        return np.stack([_crossed(rows[i - 2], rows[i - 1]) for i in range(3)], -2)
    return COFACTORS(a)


def _crossed(p: Any, q: Any) -> Any:
    order, other = [1, 2, 0], [2, 0, 1]
    return p[..., order] * q[..., other] - p[..., other] * q[..., order]


def _turning(a: Any) -> tuple[Any, Any, Any, Any]:
    """U, singular values, V, and det U·det V, with which cof(A) = ±U·cof(S)·V."""
    u, s, v = np.linalg.svd(a)
    return u, s, v, np.rint(np.linalg.det(u) * np.linalg.det(v))[..., None, None]


def _run_cofactors(a: Any) -> Any:
    """cof(U·S·V) = ±U·cof(S)·V: products of singular values, so nothing is divided by."""
    u, s, v, sign = _turning(a)
    others = np.where(np.eye(s.shape[-1], dtype=bool), s.dtype.type(1), s[..., None, :])
    return sign * ((u * np.prod(others, axis=-1)[..., None, :]) @ v)


def _run_change(da: Any, a: Any) -> Any:
    """The change of cof(A), turned to where A is diagonal.

    There cof(S)ᵢᵢ changes by Σₖ dSₖₖ·Π sₗ, and cof(S)ᵢⱼ by −dSⱼᵢ·Π sₗ, over all l but the two.
    """
    u, s, v, sign = _turning(a)
    inner = turned(u) @ da @ turned(v)
    one = np.eye(s.shape[-1], dtype=bool)
    left_out = one[:, None, :] | one[None, :, :]
    pairs = np.prod(np.where(left_out, s.dtype.type(1), s[..., None, None, :]), axis=-1)
    pairs = np.where(one, 0, pairs)
    along = np.diagonal(inner, axis1=-2, axis2=-1)
    straight = np.sum(pairs * along[..., None, :], axis=-1)
    changed = np.where(one, straight[..., None, :], -turned(inner) * pairs)
    return np.asarray(sign * (u @ changed @ v))


def _change_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """By A, from cof(A)·tr(A⁻¹·E) − cof(A)·Eᵀ·A⁻ᵀ: the third slopes of a determinant."""
    (dchange, da), (e, a) = tangents, args
    total = None if dchange is None else CHANGE(dchange, a)
    if da is None:
        return total
    c, k = COFACTORS(a), turned(INV(a))
    dc, dk = CHANGE(da, a), -(k @ turned(da) @ k)
    by_matrix = (
        dc * contracted(k, e) + c * contracted(dk, e) - dc @ turned(e) @ k - c @ turned(e) @ dk
    )
    return by_matrix if total is None else total + by_matrix


# The second derivative of det A is symmetric, so this row is its own transpose.
CHANGE: Operation = matrix_row(
    "cofactor_change",
    _run_change,
    _change_tangent,
    lambda e, a: square(a),
    arity=2,
    transpose=lambda y_bar, args, wanted: (CHANGE(y_bar, args[1]), None),
    shown="the second derivative of a determinant",
    convention="exact for singular matrices too; its own slope needs an invertible one",
)
COFACTORS: Operation = matrix_row(
    "cofactors",
    _run_cofactors,
    lambda tangents, args, y: CHANGE(tangents[0], args[0]),
    shown="by products of the singular values",
    convention="exact for singular matrices too",
)
DET: Final = matrix_row(
    "det",
    lambda a, by="numpy": library(by).det(a),
    lambda tangents, args, y, by="numpy": np.sum(cofactors(args[0]) * tangents[0], axis=(-2, -1)),
    one_each,
    shown="Σ cof(A)·dA",
    convention="exact for singular matrices too: to any order up to 3 by 3, to second order beyond",
)
binds(np.linalg.det)(lambda a: DET(a))
binds("scipy.linalg.det")(lambda a, overwrite_a=False, check_finite=True: DET(a, by="scipy"))
LOGDET: Final = matrix_row(
    "logabsdet",
    lambda a: np.linalg.slogdet(a)[1],
    lambda tangents, args, y: np.sum(turned(INV(args[0])) * tangents[0], axis=(-2, -1)),
    one_each,
    shown="trace(A⁻¹·dA)",
)
SIGN: Final = register(
    Operation(
        name="signdet",
        run=lambda a: np.linalg.slogdet(a)[0],
        arity=1,
        shape=one_each,
        elementwise=False,
        flat=True,
        dtype=real_dtype,
        family="linear algebra",
        shown="0",
        convention="constant between singular matrices",
    )
)
binds(np.linalg.slogdet)(lambda a: (SIGN(a), LOGDET(a)))
