"""Numba, which compiles Python but does not differentiate: the derivatives are written by hand."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.works import POINT, RATES, START, STEPS, WALK_STEPS, place, sampled, starts

entered = partial(contends, role="hand", packages=("numba",))
NUMBA = "Numba, derivative by hand"


def slopes(n: float, e: float) -> tuple[float, float, float]:
    sine = math.sin(3 * n)
    return n**2 + 3 * e**2 + sine * e, 2 * n + 3 * e * math.cos(3 * n), 6 * e + sine


@entered("call-array", NUMBA)
def array() -> Prepared:
    from numba import njit

    inner = njit(slopes)

    @njit
    def both(x: Any) -> Any:
        value, along, across = inner(x[0], x[1])
        return value, np.array([along, across])

    return Prepared(both, (np.array(POINT),))


@entered("call-floats", NUMBA)
def floats() -> Prepared:
    from numba import njit

    return Prepared(njit(slopes), POINT)


def rosenbrock(x: Any) -> Any:
    value, slope = 0.0, np.zeros_like(x)
    for i in range(x.size - 1):
        inside, rest = x[i + 1] - x[i] * x[i], 1 - x[i]
        value += 100 * inside * inside + rest * rest
        slope[i] += -400 * x[i] * inside - 2 * rest
        slope[i + 1] = 200 * inside
    return value, slope


def valley(size: int) -> Any:
    def prepare() -> Prepared:
        from numba import njit

        return Prepared(njit(rosenbrock), (place(size),))

    return prepare


for _size in (10, 100):
    entered(f"rosenbrock-{_size}", NUMBA)(valley(_size))


@entered("walk", NUMBA)
def walk() -> Prepared:
    from numba import njit

    @njit
    def down(x: float, y: float, rate: float, steps: int, tolerance: float) -> Any:
        for _ in range(steps):
            inside = y - x * x
            along, across = -400 * x * inside - 2 * (1 - x), 200 * inside
            if max(abs(along), abs(across)) <= tolerance:
                break
            x -= rate * along
            y -= rate * across
        return x, y

    return Prepared(lambda: down(*START, RATES["rosenbrock"], STEPS, 1e-8))


def herd(slope: Any, rate: float) -> Any:
    def prepare() -> Prepared:
        from numba import njit

        inner = njit(slope)

        @njit
        def down(many: Any) -> Any:
            ends = np.empty_like(many)
            for i in range(many.shape[0]):
                x, y = many[i]
                for _ in range(WALK_STEPS):
                    along, across = inner(x, y)
                    x -= rate * along
                    y -= rate * across
                ends[i] = x, y
            return ends

        return Prepared(down, (starts(),), sampled)

    return prepare


def himmelblau(x: float, y: float) -> tuple[float, float]:
    a, b = x * x + y - 11, x + y * y - 7
    return 4 * x * a + 2 * b, 2 * a + 4 * y * b


def waves(x: float, y: float) -> tuple[float, float]:
    return (
        math.cos(x) * math.cos(y) + 0.1 * x,
        -math.sin(x) * math.sin(y) + 0.1 * y,
    )


for _name, _slope in (("himmelblau", himmelblau), ("waves", waves)):
    entered(_name, NUMBA)(herd(_slope, RATES[_name]))


@entered("hessian", NUMBA)
def hessian() -> Prepared:
    from numba import njit

    @njit
    def bent(x: Any) -> Any:
        found = np.zeros((x.size, x.size))
        for i in range(x.size - 1):
            found[i, i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2
            found[i + 1, i + 1] = 200.0
            found[i, i + 1] = found[i + 1, i] = -400 * x[i]
        return found

    return Prepared(bent, (place(100),))


@entered("first-compiled", NUMBA)
def first() -> Prepared:
    from numba import njit

    def anew() -> Any:
        return njit(lambda n, e: (2 * n + 3 * e * math.cos(3 * n), 6 * e + math.sin(3 * n)))(*POINT)

    return Prepared(anew)
