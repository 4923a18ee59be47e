"""Lengths and sizes of vectors, as every driver of a walk must compute them.

Up to SMALL components the sum runs from the first to the last, which is the same bits everywhere
and, for such vectors, several times faster than a call into BLAS; longer vectors go there.
"""

from __future__ import annotations

import numpy as np

from steepest.objective import Vector

__all__ = ["SMALL", "dot", "largest"]

SMALL = 16


def dot(a: Vector, b: Vector) -> float:
    """Σ a_i · b_i.

    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    if a.shape[0] > SMALL:
        return float(np.dot(a, b))
    total = 0.0
    for left, right in zip(a.tolist(), b.tolist(), strict=True):
        total += left * right
    return total


def largest(a: Vector) -> float:
    """The largest |a_i|; NaN if any component is.

    >>> largest(np.array([1.0, -2.0])), largest(np.array([1.0, np.nan, 3.0]))
    (2.0, nan)
    """
    if a.shape[0] > SMALL:
        return float(np.abs(a).max())
    most = 0.0
    for value in a.tolist():
        size = abs(value)
        if size > most or size != size:
            most = size
    return most
