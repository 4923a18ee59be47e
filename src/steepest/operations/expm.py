"""The exponential of a matrix.

A. H. Al-Mohy, N. J. Higham, "Computing the Fréchet derivative of the matrix exponential" (2009).
The slope along E is the upper right block of exp([[A, E], [0, A]]), and so on for its own slopes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import Operation, binds
from steepest.operations.matrices import library, matrix_row, square, turned

__all__ = ["ALONG", "EXPM"]

Shape = tuple[int, ...]


def _run_along(e: Any, a: Any) -> Any:
    """SciPy's `expm_frechet`, matrix by matrix."""
    one = library("scipy").expm_frechet
    kind = np.result_type(e, a)
    e, a = np.broadcast_arrays(np.asarray(e, float), np.asarray(a, float))
    found = np.empty(a.shape)
    for i in np.ndindex(a.shape[:-2]):
        found[i] = one(a[i], e[i], compute_expm=False, check_finite=False)
    return found.astype(kind)


def _along_shape(e: Shape, a: Shape) -> Shape:
    square(a)
    if e[-2:] != a[-2:]:
        raise ShapeError(f"the exponential of a matrix of shape {a} has no slope along one of {e}")
    return np.broadcast_shapes(e, a)


def _pair(a: Any, e: Any) -> Any:
    """[[A, E], [0, A]]."""
    nothing = np.zeros(a.shape, a.dtype)
    above, below = np.concatenate([a, e], -1), np.concatenate([nothing, a], -1)
    return np.concatenate([above, below], -2)


def _along_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """By A along B: the upper right block of the slope at [[A, E], [0, A]] along diag(B, B)."""
    (de, da), (e, a) = tangents, args
    change = None if de is None else ALONG(de, a)
    if da is not None:
        n = a.shape[-1]
        moved = ALONG(_pair(da, np.zeros(da.shape, da.dtype)), _pair(a, e))[..., :n, n:]
        change = moved if change is None else change + moved
    return change


ALONG: Operation = matrix_row(
    "expm_along",
    _run_along,
    _along_tangent,
    _along_shape,
    arity=2,
    transpose=lambda y_bar, args, wanted: (ALONG(y_bar, turned(args[1])), None),
    shown="the upper right block of exp([[A, E], [0, A]])",
    convention="the direction E is the first argument, in which the row is linear",
)
EXPM: Operation = matrix_row(
    "expm",
    lambda a: library("scipy").expm(a),
    lambda tangents, args, y: ALONG(tangents[0], args[0]),
    shown="∫ exp(t·A)·dA·exp((1 − t)·A) dt, t from 0 to 1",
)
binds("scipy.linalg.expm")(lambda A: EXPM(A))
