"""Lengths and sizes of vectors, as every driver of a walk must compute them.

Up to SMALL components the sum runs from the first to the last, which is the same bits everywhere
and, for such vectors, several times faster than a call into BLAS; longer vectors go there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent.choice import symbolic
from steepest.objective import Vector

__all__ = ["SMALL", "dot", "largest"]

SMALL = 16


def dot(a: Vector, b: Vector) -> float:
    """Σ a_i · b_i.

    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    if symbolic(a) or symbolic(b):
        return _symbolic_dot(a, b)  # type: ignore[no-any-return]
    if a.shape[0] > SMALL:
        return float(np.dot(a, b))
    total = 0.0
    for left, right in zip(a.tolist(), b.tolist(), strict=True):
        total += left * right
    return total


def _symbolic_dot(a: Any, b: Any) -> Any:
    if a.shape[0] > SMALL:
        return np.sum(a * b)
    total: Any = 0.0
    for i in range(a.shape[0]):
        total = total + a[i] * b[i]
    return total


def largest(a: Vector) -> float:
    """The largest |a_i|; NaN if any component is.

    >>> largest(np.array([1.0, -2.0])), largest(np.array([1.0, np.nan, 3.0]))
    (2.0, nan)
    """
    if symbolic(a):
        return np.max(np.abs(a))  # type: ignore[no-any-return]
    if a.shape[0] > SMALL:
        return float(np.abs(a).max())
    most = 0.0
    for value in a.tolist():
        size = abs(value)
        if size > most or size != size:
            most = size
    return most
