"""Points and weights that nobody would choose, without loading a generator of random numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["Scattered"]

GOLDEN = (5**0.5 - 1) / 2


class Scattered:
    """Numbers that nobody would choose, and always the same: the fractions of k²φ."""

    def __init__(self, start: int) -> None:
        self._next = start

    def between(self, low: float, high: float, shape: tuple[int, ...]) -> Any:
        """Some of them, between two bounds."""
        k, count = self._next, math.prod(shape)
        self._next += count
        if not shape:
            return low + (high - low) * (k * k * GOLDEN % 1.0)
        squares = np.arange(k, k + count, dtype=float) ** 2
        return (low + (high - low) * (squares * GOLDEN % 1.0)).reshape(shape)
