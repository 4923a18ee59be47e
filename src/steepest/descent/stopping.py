"""When a walk ends: one vocabulary of budgets (steps, evaluations, seconds) and two tolerances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from steepest.descent.choice import both, choose, either
from steepest.errors import DescentError
from steepest.graph.expected import expected
from steepest.objective import INTERRUPTED

if TYPE_CHECKING:
    from steepest.descent.walk import Carry

__all__ = ["PATIENCE", "Ending", "Stop"]

PATIENCE = 10  # so many points in a row without a real move are a standstill
REFUSALS = 100  # and so many that the method refused, each time trying elsewhere


class Ending(IntEnum):
    """Why a walk ended. The loop knows the numbers, people see `name.lower()`."""

    INTERRUPTED = INTERRUPTED  # Ctrl-C
    GOING = 0
    GRADIENT = 1  # the ground is flat enough
    STANDSTILL = 2  # the moves are lost in rounding, or below the asked tolerance
    STEPS = 3  # budget
    EVALUATIONS = 4  # budget
    OUTSIDE = 5  # the next point is off the map
    NONFINITE = 6  # the next value or slope is NaN or infinite
    SECONDS = 7  # budget, watched between chunks
    CALLBACK = 8  # the callback asked to stop
    FAILED = 9  # the function, the method or the callback raised an exception


# The loop compares plain numbers.
GOING, GRADIENT, STANDSTILL, STEPS, EVALUATIONS, OUTSIDE, NONFINITE = (
    int(Ending(code)) for code in range(7)
)


@dataclass(frozen=True)
class Stop:
    """The stopping rules of one walk; a budget of None does not end it.

    gradient    every component of ∇f is at most `tolerance` · min(1, s), s being the largest
                component at the start: absolute on steep ground, relative on gentle ground, so that
                neither 1e-9·f(x) nor a start far up a cliff is called flat too soon
    standstill  `PATIENCE` points in a row at which no component moved by more than
                `step_tolerance` · |x_i| (at least 4 float spacings of it), or `REFUSALS` in a row
                that the method refused
    budgets     `steps` moves of the walk, `evaluations` of the function (the start's included),
                `seconds` of the clock
    """

    tolerance: float = 1e-8
    step_tolerance: float = 0.0
    steps: int | None = 1000
    evaluations: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("tolerance", "step_tolerance"):
            value = getattr(self, name)
            if not _real(value) or not value >= 0 or math.isinf(value):
                raise DescentError(
                    f"{name}={value!r} must be a number of 0 or more: write {name}=1e-8, "
                    "or 0 to walk until a budget ends"
                )
        for name in ("steps", "evaluations"):
            _check_count(name, getattr(self, name))
        if self.seconds is not None and not (_real(self.seconds) and self.seconds >= 0):
            raise DescentError(f"seconds={self.seconds!r} must be 0 or more: write seconds=10")
        if self.steps is None and self.evaluations is None and self.seconds is None:
            raise DescentError(
                "steps, evaluations and seconds are all None, and such a walk might never end: "
                "give one of them, like steps=1000"
            )

    def test(self, c: Carry, accepted: Any, slope: float) -> int:
        """The code after the evaluation that led to the carry c: the first rule that holds, or 0.

        `slope` is the largest component of the gradient there.
        """
        flat = both(accepted, expected(slope <= self.tolerance * c.scale, False))
        standing = either(c.still >= PATIENCE, c.refused >= REFUSALS)
        steps = self.steps is not None and expected(c.taken > self.steps, False)
        evaluations = self.evaluations is not None and expected(c.t >= self.evaluations, False)
        budgets = choose(steps, STEPS, choose(evaluations, EVALUATIONS, GOING))
        return choose(flat, GRADIENT, choose(standing, STANDSTILL, budgets))  # type: ignore[no-any-return]


def _real(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_count(name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, float) and value.is_integer():
        raise DescentError(f"{name}={value!r} counts: write the whole number {name}={int(value)}")
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise DescentError(f"{name}={value!r} is not a whole number: write {name}=1000")
    least = 0 if name == "steps" else 1
    if value < least:
        raise DescentError(f"{name}={value} is less than {least}: write {name}=1000")
