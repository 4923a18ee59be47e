"""Points and weights that nobody would choose, without loading a generator of random numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Scattered", "moved", "weighed"]

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

    def weight(self, shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
        """One weight, or an array of them."""
        weight = self.between(0.5, 1.0, shape)
        if not shape and dtype == np.float64:
            return np.float64(weight)
        return np.asarray(weight).astype(dtype)[()]


def weighed(weight: Any, value: Any) -> Any:
    """The sum of all elements, each times its weight."""
    if type(weight) is np.float64 and isinstance(value, float):
        return weight * value
    return np.sum(weight * np.asarray(value))


def moved(values: Sequence[Any], distance: float, real: Sequence[bool]) -> list[Any]:
    """A point nearby: every number moved by its own amount."""
    scattered = Scattered(1)
    out: list[Any] = []
    for v, moves in zip(values, real, strict=True):
        if moves and type(v) is np.float64:
            way = float(scattered.between(-1.0, 1.0, ()))
            out.append(np.float64(v + distance * max(1.0, abs(v)) * way))
            continue
        shift = distance * np.maximum(1.0, np.abs(v)) * scattered.between(-1.0, 1.0, np.shape(v))
        there = np.asarray(v + shift).astype(np.result_type(v)) if moves else v
        out.append(there if isinstance(v, np.ndarray) or not moves else there[()])
    return out
