"""Somebody's other module: names imported from it, a function with a global of its own, a class."""

from __future__ import annotations

import numpy as np
from numpy import exp

K = 2.0
TABLE = np.array([1.0, 2.0, 3.0])
calls = 0


def helper(v):
    global calls
    calls += 1
    w = np.zeros(3)
    for i in range(3):
        w[i] = exp(-v * TABLE[i]) * K
    return w


class Model:
    def __init__(self, k):
        self.k, self.seen, self.history = k, 0, []
        self.offsets = np.array([0.5, 1.5, 2.5])
        self.__hidden = 3.0

    def residual(self, x):
        self.seen += 1
        out = np.empty(3)
        out[:] = self.k * x - self.offsets
        out[0] *= self.__hidden
        return out

    @property
    def scale(self):
        return np.array([self.k, 1.0, 2.0]) ** 2

    def __call__(self, x):
        return np.sum(self.residual(x) ** 2 * self.scale)


class Doubled(Model):
    def residual(self, x):
        return super().residual(x) * 2
