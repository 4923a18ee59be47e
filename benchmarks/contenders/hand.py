"""Derivatives written by hand in NumPy: what a process start costs at the least, and what calls
cost when nothing is compiled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import POINT, place

NUMPY = "NumPy, derivative by hand"

contends("start", NUMPY, "hand", packages=("numpy",))(
    lambda: program(
        "import math, numpy as np; "
        "f = lambda n, e: np.array([2*n + 3*e*math.cos(3*n), 6*e + math.sin(3*n)]); "
        f"print(f{POINT})"
    )
)


@contends("call-array", NUMPY, "hand", packages=("numpy",))
def array() -> Prepared:
    def both(x: Any) -> Any:
        n, e = x
        sine = np.sin(3 * n)
        return n**2 + 3 * e**2 + sine * e, np.array([2 * n + 3 * e * np.cos(3 * n), 6 * e + sine])

    return Prepared(both, (np.array(POINT),))


@contends("call-floats", "Python and math, derivative by hand", "hand")
def floats() -> Prepared:
    def both(n: float, e: float) -> tuple[float, tuple[float, float]]:
        sine = math.sin(3 * n)
        return n**2 + 3 * e**2 + sine * e, (2 * n + 3 * e * math.cos(3 * n), 6 * e + sine)

    return Prepared(both, POINT)


def rosenbrock(x: Any) -> Any:
    inside, rest = x[1:] - x[:-1] ** 2, 1 - x[:-1]
    slope = np.zeros_like(x)
    slope[:-1] = -400 * x[:-1] * inside - 2 * rest
    slope[1:] += 200 * inside
    return 100 * np.dot(inside, inside) + np.dot(rest, rest), slope


def valley(size: int) -> Any:
    return lambda: Prepared(rosenbrock, (place(size),))


for _size in (10, 100):
    contends(f"rosenbrock-{_size}", NUMPY, "hand", packages=("numpy",))(valley(_size))
