"""SciPy: differences instead of derivatives, neither exact nor cheap in many variables."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.works import POINT, place

entered = partial(contends, packages=("scipy",))
SCIPY = "SciPy, differences"


def hill(x: Any) -> Any:
    return x[0] ** 2 + 3 * x[1] ** 2 + math.sin(3 * x[0]) * x[1]


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def called(f: Any, x: Any) -> Any:
    """Forward differences: wrong by about 1e-8, which is let pass."""

    def prepare() -> Prepared:
        from scipy.optimize import approx_fprime

        def both(x: Any) -> Any:
            value = f(x)
            return value, approx_fprime(x, f)

        return Prepared(both, (x,), slack=1e6)

    return prepare


entered("call-array", SCIPY)(called(hill, np.array(POINT)))
entered("rosenbrock-10", SCIPY)(called(rosenbrock, place(10)))
entered("rosenbrock-100", SCIPY)(called(rosenbrock, place(100)))
