"""Walks that were stopped: by someone, by a hole or an edge, by a budget, by standing still."""

from __future__ import annotations

import math

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis.case import Case
from steepest.diagnosis.ground import unbounded
from steepest.diagnosis.rates import diverging, thrown
from steepest.diagnosis.verdict import Verdict

__all__ = ["interrupted", "left_the_map", "not_finite", "rate_ran_out", "standstill"]


STOPPED = {
    Ending.INTERRUPTED: "you (Ctrl-C)",
    Ending.CALLBACK: "the callback",
    Ending.FAILED: "an exception",
}


def interrupted(case: Case) -> Verdict | None:
    """Stopped from outside: nothing can be said of the walk but where it stands."""
    reason = case.descent.reason
    who = STOPPED.get(reason)
    if who is None:
        return None
    return Verdict(
        "interrupted",
        f"Stopped by {who} after {count(case.descent.steps, 'step')}, at {case.place(case.x)} "
        f"with f = {case.value(case.carry.last_f)}; the largest slope there is "
        f"{number(case.slope, 3)}. {case.uphill_clause}".strip(),
        case.evidence(),
        "steepest.resume(...) goes on from here, as if it had never stopped.",
    )


def not_finite(case: Case) -> Verdict | None:
    """NaN or infinity met: a walk thrown out, ground without a bottom, or a hole in it."""
    if case.descent.reason is not Ending.NONFINITE:
        return None
    found = diverging(case) or unbounded(case) or thrown(case)
    if found is not None:
        return found
    c = case.carry
    f, g, _ = case.ground.evaluate(np.array(c.x))
    bad = f"f = {case.value(f)}" if not math.isfinite(f) else "the gradient is not finite"
    if math.isfinite(f):
        names = [n for n, s in zip(case.descent.names, g, strict=True) if not math.isfinite(s)]
        bad = f"the slope with respect to {', '.join(names[:4])} is not finite"
    return Verdict(
        "not finite",
        f"Stopped: step {c.t} leads to {case.place(c.x)}, where {bad}. "
        f"The last good point is {case.place(c.last_x)}, with f = {case.value(c.last_f)}.",
        case.evidence(step=c.t, point=list(c.x), bad_value=f),
        "Take a smaller rate, or start where the way does not cross such a place; "
        "steepest.why_not_finite(f, ...) at that point names the operation.",
    )


def left_the_map(case: Case) -> Verdict | None:
    """The next point lies off the map."""
    if case.descent.reason is not Ending.OUTSIDE:
        return None
    c = case.carry
    return Verdict(
        "left the map",
        f"Stopped at the edge: step {c.t} would leave the map, from {case.place(c.last_x)} "
        f"to {case.place(c.x)}. f was still {case.words['falling']} there: "
        f"f = {case.value(c.last_f)}, the largest slope {number(case.slope, 3)}.",
        case.evidence(step=c.t, point=list(c.x)),
        "Start elsewhere, or take a smaller rate if the step was longer than the way to the edge.",
    )


def rate_ran_out(case: Case) -> Verdict | None:
    """A schedule that has reached zero leaves the walk standing."""
    rate = case.rate(case.carry.t)
    if case.descent.reason is not Ending.STANDSTILL or rate is None or rate > 0:
        return None
    return Verdict(
        "rate ran out",
        f"The rate has come down to 0 at step {case.carry.t}, so the walk stands still at "
        f"{case.place(case.x)} although the largest slope is {number(case.slope, 3)}.",
        case.evidence(rate=rate),
        "Let the schedule last longer, or end above 0 (Cosine(..., end=0.001)).",
    )


def standstill(case: Case) -> Verdict | None:
    """Moves too small to matter, on ground that is not flat."""
    if case.descent.reason is not Ending.STANDSTILL:
        return None
    rate = case.rate(case.carry.t - 2)
    if case.carry.refused > 0:
        return Verdict(
            "standstill",
            f"Standing still at {case.place(case.x)} though the largest slope is "
            f"{number(case.slope, 3)}: the method refused the last "
            f"{count(case.carry.refused, 'point')} that it tried from there.",
            case.evidence(refused=case.carry.refused),
            "Check that the function goes down along −∇f there, or take another method.",
        )
    asked = case.descent.stop.step_tolerance
    small = (
        f"less than the asked {number(asked)} of their size"
        if asked > 1e-15
        else "less than the spacing of the numbers that float64 has there"
    )
    with_rate = "" if rate is None else f" The rate is {number(rate)}."
    return Verdict(
        "standstill",
        f"Standing still at {case.place(case.x)} though the largest slope is "
        f"{number(case.slope, 3)}: for ten evaluations every component moved by {small}."
        f"{with_rate}",
        case.evidence(),
        f"Take a larger rate{case.suggestion}, or measure the variables in other units.",
    )
