"""What is measured: each work with its truth, which comes from no contender.

Values and derivatives of polynomials are computed in fractions, which are exact; those with a sine
by a formula written by hand; walks by NumPy, step for step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BY_HAND", "FORMULA", "POINT", "RATES", "START", "STEPS", "WALKS", "WALK_STEPS", "WORKS",
    "Work", "WrongAnswer", "place", "sampled", "starts",
]  # fmt: skip

Array = NDArray[np.float64]

FORMULA = "n**2 + 3*e**2 + sin(3*n)*e"
POINT = (2.0, 1.0)

START = (-1.2, 1.0)
STEPS = 1_000_000

WALKS, WALK_STEPS = 1_000_000, 200
RATES = {"rosenbrock": 1e-5, "himmelblau": 0.01, "waves": 0.1}
SAMPLE = 997  # of many walks, every so-manieth is compared with the truth


class WrongAnswer(ArithmeticError):
    """A contender computed something else."""


@dataclass(frozen=True)
class Work:
    """One row of the table.

    truth       the flat array that every contender must return
    tolerance   relative to the largest component: rounding differs, and walks carry it along
    shares      how many parts one run has, where a part is what one wants to know of
    part        what such a part is called
    rounds      so many rounds in each process; what varies a lot is repeated more often
    limit       the contender, written by hand, that is taken for the limit
    reach       what is aimed at
    """

    name: str
    title: str
    truth: Callable[[], Array]
    limit: str
    reach: str
    tolerance: float = 1e-12
    shares: int = 1
    part: str = ""
    rounds: int = 15

    def check(self, answer: Any, slack: float = 1.0) -> None:
        """Raises WrongAnswer unless this is the truth, up to rounding."""
        found, truth = flat(answer), self.truth()
        if found.shape != truth.shape:
            raise WrongAnswer(f"{found.size} numbers instead of {truth.size}")
        error = np.abs(found - truth).max() / np.abs(truth).max()
        if not error <= slack * self.tolerance:
            raise WrongAnswer(f"wrong by {error:.1e} of the largest number: {found[:4]}...")


def flat(answer: Any) -> Array:
    """All numbers of an answer, in order: of floats, arrays and nests of them."""
    if isinstance(answer, tuple | list):
        return np.concatenate([flat(part) for part in answer]) if answer else np.zeros(0)
    return np.asarray(answer, dtype=np.float64).ravel()


# ---- the functions, and their truths
def slope_of_formula() -> Array:
    n, e = POINT
    return np.array([2 * n + 3 * e * math.cos(3 * n), 6 * e + math.sin(3 * n)])


def formula() -> Array:
    n, e = POINT
    return np.array([n**2 + 3 * e**2 + math.sin(3 * n) * e, *slope_of_formula()])


def place(size: int) -> Array:
    """Where Rosenbrock's function of so many variables is evaluated: no two neighbours equal."""
    return 0.5 + np.arange(size) % 7 / 8


def exact(size: int) -> tuple[list[Fraction], list[Fraction]]:
    """The place as fractions, and what each term has inside: y − x²."""
    x = [Fraction(float(v)) for v in place(size)]
    return x, [b - a * a for a, b in itertools.pairwise(x)]


def rosenbrock(size: int) -> Array:
    x, inside = exact(size)
    value, slope = Fraction(0), [Fraction(0)] * size
    for i, t in enumerate(inside):
        value += 100 * t**2 + (1 - x[i]) ** 2
        slope[i] += -400 * x[i] * t - 2 * (1 - x[i])
        slope[i + 1] += 200 * t
    return np.array([float(v) for v in (value, *slope)])


def curvature(size: int) -> Array:
    x, inside = exact(size)
    bent = np.zeros((size, size))
    for i, t in enumerate(inside):
        bent[i, i] += float(800 * x[i] ** 2 - 400 * t + 2)
        bent[i + 1, i + 1] += 200.0
        bent[i, i + 1] = bent[i + 1, i] = float(-400 * x[i])
    return bent.ravel()


def walked() -> Array:
    (x, y), rate = START, RATES["rosenbrock"]
    for _ in range(STEPS):
        inside = y - x * x
        x, y = x - rate * (-400 * x * inside - 2 * (1 - x)), y - rate * 200 * inside
    return np.array([x, y])


def starts() -> Array:
    """(WALKS, 2): the same places at every run."""
    return np.random.default_rng(4).uniform(-4.0, 4.0, (WALKS, 2))


def sampled(points: Any) -> Array:
    """Of the ends of all walks (WALKS, 2) or (2, WALKS), those that are compared."""
    ends = np.asarray(points, dtype=np.float64)
    return (ends if ends.shape[1] == 2 else ends.T)[::SAMPLE].ravel()


def many(slope: Callable[[Array, Array], tuple[Array, Array]], rate: float) -> Array:
    x, y = starts()[::SAMPLE].T
    for _ in range(WALK_STEPS):
        along, across = slope(x, y)
        x, y = x - rate * along, y - rate * across
    return np.stack([x, y], axis=1).ravel()


def himmelblau() -> Array:
    def slope(x: Array, y: Array) -> tuple[Array, Array]:
        a, b = x**2 + y - 11, x + y**2 - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b

    return many(slope, RATES["himmelblau"])


def waves() -> Array:
    def slope(x: Array, y: Array) -> tuple[Array, Array]:
        return np.cos(x) * np.cos(y) + 0.1 * x, -np.sin(x) * np.sin(y) + 0.1 * y

    return many(slope, RATES["waves"])


BY_HAND = "C by hand"
_ALL = (
    Work(
        "start", "process start to first printed gradient of f(n, e)", slope_of_formula,
        "NumPy, derivative by hand", "ahead of CasADi, at most 1.15 × the limit", rounds=9,
        tolerance=1e-8,  # NumPy prints arrays with so many digits
    ),
    Work(
        "call-array", "value and gradient of f(n, e), an array of 2", formula,
        BY_HAND, "at most 1.15 × the limit",
    ),
    Work(
        "call-floats", "value and gradient of f(n, e), two floats", formula,
        BY_HAND, "at most 1.15 × the limit",
    ),
    Work(
        "rosenbrock-10", "value and gradient, Rosenbrock, 10 variables", lambda: rosenbrock(10),
        BY_HAND, "at most 1.15 × the limit",
    ),
    Work(
        "rosenbrock-100", "value and gradient, Rosenbrock, 100 variables",
        lambda: rosenbrock(100), BY_HAND, "at most 1.15 × the limit",
    ),
    Work(
        "walk", "a million steps down Rosenbrock's valley, 2 variables, time per step", walked,
        "C, short chain", "below plain C, stop test included",
        tolerance=1e-9, shares=STEPS, part="step", rounds=5,
    ),
    Work(
        "himmelblau", "a million starts × 200 steps, Himmelblau", himmelblau,
        "C in registers", "at most 1.1 × the limit", tolerance=1e-6, rounds=3,
    ),
    Work(
        "waves", "a million starts × 200 steps, sin x·cos y + 0.05 (x² + y²)", waves,
        "C in registers", "at most 1.1 × the limit", tolerance=1e-6, rounds=3,
    ),
    Work(
        "hessian", "dense Hessian of Rosenbrock, 100 variables", lambda: curvature(100),
        BY_HAND, "ahead of CasADi",
    ),
    Work(
        "first", "from f(n, e) to its first gradient, warm process", slope_of_formula,
        "", "at most 0.5 ms", rounds=5,
    ),
    Work(
        "first-compiled", "from f(n, e) to its first compiled gradient, warm process",
        slope_of_formula, "", "at most 5 ms", rounds=5,
    ),
    Work(
        "first-cached", "the same, compiled by an earlier process", slope_of_formula,
        "", "at most 1 ms", rounds=5,
    ),
)  # fmt: skip

WORKS = {work.name: work for work in _ALL}
