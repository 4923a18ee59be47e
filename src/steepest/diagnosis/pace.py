"""How fast a walk was at its end, and the words for a budget that ran out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis.case import Case

__all__ = ["BUDGETS", "better_rate", "budget_of", "go_on", "paced", "ran_out"]

BUDGETS = (Ending.STEPS, Ending.EVALUATIONS, Ending.SECONDS)


@dataclass(frozen=True)
class Pace:
    """How fast a walk was at its end: `gained` in f over the last `spent` steps, and how many more
    would do if the slope went on shrinking as it did lately; None where it did not shrink.
    """

    gained: float
    spent: int
    more: int | None

    @classmethod
    def of(cls, case: Case) -> Pace:
        """The pace of the last ten steps, and of the slope in the last twenty."""
        r = case.accepted
        back = max(0, r.f.shape[0] - 11)
        return cls(float(r.f[back] - r.f[-1]), int(r.t[-1] - r.t[back]), _more(case))


def _more(case: Case) -> int | None:
    r = case.accepted
    back = max(0, r.t.shape[0] - 21)
    slopes = np.abs(r.g).max(axis=1)
    goal = case.descent.stop.tolerance * case.carry.scale
    if r.t.shape[0] < 8 or goal <= 0 or not 0 < slopes[-1] < slopes[back]:
        return None
    factor = math.log(slopes[back] / slopes[-1]) / (r.t[-1] - r.t[back])
    needed = math.log(slopes[-1] / goal) / factor
    return math.ceil(needed) if needed < 1e12 else None


def budget_of(case: Case) -> str:
    """The budget that ended the walk, as the beginning of a sentence."""
    d = case.descent
    what = {
        Ending.EVALUATIONS: count(d.evaluations, "evaluation"),
        Ending.SECONDS: f"{number(d.stop.seconds or 0)} seconds",
    }.get(d.reason, count(d.steps, "step"))
    return f"The budget of {what}"


def ran_out(case: Case) -> str:
    """Which budget ran out, where, and how fast the walk was there."""
    d, pace = case.descent, Pace.of(case)
    if d.reason is Ending.STANDSTILL:
        value = case.value(case.carry.last_f)
        return f"The walk stands still at {case.place(case.x)}, with f = {value}."
    drop = abs(case.accepted.f[0] - case.accepted.f[-1])
    barely = pace.more > 1000 * d.steps if pace.more is not None else pace.gained <= 1e-9 * drop
    how = "barely moving" if d.steps and barely else f"still going {case.words['down']}"
    sentence = (
        f"{budget_of(case)} ran out at {case.place(case.x)}, {how}: f = "
        f"{case.value(case.carry.last_f)}, the largest slope {number(case.slope, 3)}"
    )
    if pace.gained > 0:
        last = count(pace.spent, "step")
        sentence += f", {number(pace.gained, 3)} {case.words['down']} over the last {last}"
    if pace.more is not None:
        sentence += f". At this pace about {_rounded(pace.more)} more steps would do"
    return sentence + "."


def better_rate(case: Case) -> tuple[float, str]:
    """A rate for the bends met; where none was met, one whose first step suits the ground's size.

    On a map that is 1/1000 of it, whatever the bends: they have been seen in one corner only.
    """
    largest, _, smallest = case.carry.curvature
    bend = case.steepest_bend
    sharp = bend or max(abs(largest), abs(smallest))
    by_bend = 1 / sharp if np.isfinite(sharp) and sharp > 0 else math.inf
    steep = float(np.linalg.norm(case.carry.last_g))
    part, whole = (1000, "the map") if case.on_a_map else (100, "the way from here to 0")
    if case.longest_rate(1.0) is None:  # its steps are as long as the rate, however steep
        by_bend, steep, bend = math.inf, 1.0, None
    by_size = case.reach / part / steep
    if by_bend <= by_size or (bend is not None and not case.on_a_map):
        return by_bend, f"1/curvature = {number(by_bend, 3)} suits the bends on the way"
    return by_size, f"with {number(by_size, 2)} the first step is 1/{part} of {whole}"


def go_on(case: Case) -> str:
    """How to go on, with as many steps as are missing at this pace."""
    more = Pace.of(case).more
    steps = max(case.descent.steps, 100) if more is None else int(_rounded(more).replace(",", ""))
    return f"Go on with steepest.resume(walk, steps={steps})"


def paced(case: Case) -> dict[str, Any]:
    """The evidence of a walk with the numbers of its pace."""
    pace = Pace.of(case)
    return case.evidence(gained=pace.gained, within=pace.spent, more_steps=pace.more)


def _rounded(steps: int) -> str:
    """Two digits are all that such a guess is worth."""
    digits = max(0, len(str(steps)) - 2)
    return f"{round(steps, -digits):,}"
