"""Flat ground: a minimum, or something that only looks like one."""

from __future__ import annotations

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.rates import went_uphill
from steepest.diagnosis.verdict import Verdict
from steepest.objective import Vector

__all__ = ["flat_at_the_end"]


def flat_at_the_end(case: Case) -> Verdict | None:
    """The slope has vanished. That is a minimum only if the ground bends up to every side."""
    reason = case.descent.reason
    flat = reason is Ending.GRADIENT
    at_rest = False
    if reason in (Ending.STANDSTILL, Ending.STEPS, Ending.EVALUATIONS, Ending.SECONDS):
        at_rest = _at_rest(case)
    if not (flat or at_rest):
        return None
    shape, clause = _shape(case)
    start = case.descent.steps == 0
    where = f"at {case.place(case.x)}, where f = {case.value(case.carry.last_f)}"
    slope = f"the largest slope is {number(case.slope, 3)}"
    evidence = case.evidence(shape=shape, **_bend_evidence(case))
    if start and flat:
        return Verdict(
            "flat start",
            f"The start is already flat: {where}, {slope}, so there is no way {case.words['down']} "
            f"to see. {clause}",
            evidence,
            "" if shape == "minimum" else "Start somewhere else, even a little to the side.",
        )
    if shape in ("saddle", "maximum", "level"):
        cause = case.words["maximum"] if shape == "maximum" else shape
        title = "Flat" if shape == "level" else f"Flat, but not a {case.words['minimum']}"
        return Verdict(
            cause,
            f"{title}: {where}, {slope}. {clause}",
            evidence,
            "Start again a little to the side: the walk will leave this place."
            if shape != "level"
            else f"Compare with walks from other starts before calling it the "
            f"{case.words['minimum']}.",
        )
    if case.monotone and case.carry.uphill[0] > 0:
        uphill = went_uphill(case)
        assert uphill is not None
        return Verdict(
            uphill.cause,
            f"{uphill.sentence} It ended on flat ground all the same, {where}: {slope}. {clause}",
            dict(uphill.evidence) | evidence,
            uphill.advice,
        )
    how = "to the last digits that float64 holds" if at_rest else slope
    return Verdict(
        "converged",
        f"Converged after {count(case.descent.steps, 'step')}: {where}; {how}. {clause} "
        f"{case.uphill_clause}".strip(),
        evidence,
    )


def _at_rest(case: Case) -> bool:
    """Whether the walk stands at the bottom of its bowl as exactly as float64 can say, though the
    slope never met the tolerance: the minimum of the measured bowl is not 1e−12 of the way off,
    or, at a standstill, what there is to gain is lost in the rounding of f.
    """
    if case.bend is None:
        return False
    g = np.array(case.carry.last_g)
    step = probes.newton(g, case.bend)
    if step is None:
        return False
    if case.descent.reason is Ending.STANDSTILL:
        gain, drop = float(g @ step) / 2, float(case.accepted.f[0]) - case.carry.last_f
        return gain <= probes.EPSILON * max(drop, abs(case.carry.last_f))
    return bool(np.all(np.abs(step) <= 1e-12 * case.scale))


def _shape(case: Case) -> tuple[str, str]:
    """(what the flat place is, a sentence about it): minimum, maximum, saddle, level or unknown."""
    bend, w = case.bend, case.words
    if bend is None:
        return "unknown", f"Whether it is a {w['minimum']} could not be checked."
    s = case.descent.sign
    low, high = number(min(s * bend.smallest, s * bend.largest), 3), number(
        max(s * bend.smallest, s * bend.largest), 3)  # fmt: skip
    seen = "" if bend.hessian is not None else " in the directions that were tried"
    if bend.smallest > bend.zero:
        text = f"curvature {low}" if low == high else f"curvatures from {low} to {high}"
        if not probes.settled(case.ground, case.x, np.array(case.carry.last_g), bend):
            # A bowl by its curvature alone may be a slope that only pauses, as x³ does at 0.
            downhill = np.array(case.carry.last_g) / float(np.linalg.norm(case.carry.last_g))
            if _level(case, downhill) == "falls":
                return "saddle", f"It is a shelf: f goes further {w['down']}, a little way off."
        return "minimum", f"The ground bends {_bends(s)} to every side{seen} ({text})."
    if bend.smallest < -bend.zero:
        way = case.short(bend.direction) if bend.direction.shape[0] > 1 else ""
        if bend.largest < -bend.zero and bend.hessian is not None:
            return "maximum", f"It is a {w['maximum']}: the curvature is {low} to {high}."
        along = f" along {way}" if way else ""
        return "saddle", (
            f"It is a saddle: the ground bends {_bends(s)} one way and {_bends(-s)} another"
            f"{along} (curvatures from {low} to {high})."
        )
    found = _level(case, bend.direction)
    way = f" along {case.short(bend.direction)}" if bend.direction.shape[0] > 1 else ""
    if found == "falls":
        return "saddle", f"It is a shelf: f goes further {w['down']}{way}, a little way off."
    if found == "rises":
        return "minimum", f"The bottom is very flat{way}, and f rises from there." if s > 0 else (
            "minimum", f"The top is very flat{way}, and f falls from there.")[1]  # fmt: skip
    if found == "level":
        return "level", (
            f"The ground is level{way}: a plateau or the floor of a valley, not a single "
            f"{w['low']}est point."
        )
    return "unknown", f"Whether it is a {w['minimum']} could not be checked."


def _level(case: Case, direction: Vector) -> str | None:
    g = np.array(case.carry.last_g)
    return probes.level(case.ground, case.x, case.carry.last_f, g, direction, case.far)


def _bends(sign: int) -> str:
    return "up" if sign > 0 else "down"


def _bend_evidence(case: Case) -> dict[str, float | None]:
    if case.bend is None:
        return {"smallest_curvature": None, "largest_curvature": None}
    return {"smallest_curvature": case.bend.smallest, "largest_curvature": case.bend.largest}
