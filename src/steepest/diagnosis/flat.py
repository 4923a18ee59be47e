"""Flat ground: a minimum, or something that only looks like one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.rates import went_uphill
from steepest.diagnosis.surroundings import around, level
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
    shape, clause, aside = _shape(case)
    start = case.descent.steps == 0
    where = f"at {case.place(case.x)}, where f = {case.value(case.carry.last_f)}"
    slope = f"the largest slope is {number(case.slope, 3)}"
    evidence = case.evidence(
        shape=shape, aside=None if aside is None else list(aside), **_bend_evidence(case)
    )
    nearby = "" if aside is None else f", as at {case.place(aside)}"
    if start and flat:
        return Verdict(
            "flat start",
            f"The start is already flat: {where}, {slope}, so there is no way {case.words['down']} "
            f"to see. {clause}",
            evidence,
            ""
            if shape == "minimum"
            else f"Start somewhere else{nearby or ', even a little to the side'}.",
        )
    if shape in ("saddle", "maximum", "level"):
        cause = case.words["maximum"] if shape == "maximum" else shape
        title = "Flat" if shape == "level" else f"Flat, but not a {case.words['minimum']}"
        return Verdict(
            cause,
            f"{title}: {where}, {slope}. {clause}",
            evidence,
            f"Start again a little to the side{nearby}: the walk will leave this place."
            if shape != "level"
            else f"Compare with walks from other starts{nearby + ',' if nearby else ''} before "
            "calling it the "
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


class Shape(NamedTuple):
    """What a flat place is: minimum, maximum, saddle, level or unknown, with a sentence about it,
    and a point from which a walk would go on, where one is known.
    """

    kind: str
    clause: str
    aside: Vector | None = None


def _shape(case: Case) -> Shape:
    bend, w, s = case.bend, case.words, case.descent.sign
    if bend is None:
        return Shape("unknown", f"Whether it is a {w['minimum']} could not be checked.")
    low, high = (number(k, 3) for k in sorted((s * bend.smallest, s * bend.largest)))
    if bend.smallest > bend.zero:
        return _bowl(case, bend, low, high)
    if bend.smallest >= -bend.zero:
        return _uncurved(case, bend)
    aside = case.x + 0.01 * case.far * bend.direction
    if bend.largest < -bend.zero and bend.hessian is not None:
        text = f"the curvature is {low}" if low == high else f"the curvature is {low} to {high}"
        return Shape("maximum", f"It is a {w['maximum']}: {text}.", aside)
    along = f" along {case.short(bend.direction)}" if bend.direction.shape[0] > 1 else ""
    return Shape(
        "saddle",
        f"It is a saddle: the ground bends {_bends(s)} one way and {_bends(-s)} another{along} "
        f"(curvatures from {low} to {high}).",
        aside,
    )


def _bowl(case: Case, bend: probes.Bend, low: str, high: str) -> Shape:
    """A bowl by its curvature; alone, that may be a slope that only pauses, as x³ does at 0."""
    g, w = np.array(case.carry.last_g), case.words
    if not probes.settled(case.ground, case.x, g, bend):
        downhill = g / float(np.linalg.norm(g))
        if level(case.ground, case.x, case.carry.last_f, g, downhill, case.far) == "falls":
            return Shape(
                "saddle",
                f"It is a shelf: f goes further {w['down']}, a little way off.",
                case.x - 0.1 * case.far * downhill,
            )
    seen = "" if bend.hessian is not None else " in the directions that were tried"
    text = f"curvature {low}" if low == high else f"curvatures from {low} to {high}"
    return Shape(
        "minimum", f"The ground bends {_bends(case.descent.sign)} to every side{seen} ({text})."
    )


def _uncurved(case: Case, bend: probes.Bend) -> Shape:
    """Where some directions have no curvature, what f does a little way off tells the shape."""
    w, g, up = case.words, np.array(case.carry.last_g), case.descent.sign > 0
    found = around(case.ground, case.x, case.carry.last_f, g, bend, case.far)
    if found is None:
        return Shape("unknown", f"Whether it is a {w['minimum']} could not be checked.")
    way = f" along {case.short(found.direction)}" if found.direction.shape[0] > 1 else ""
    if found.everywhere:
        return Shape(
            "maximum",
            f"It is a {w['maximum']}: there is no curvature, but f goes {w['down']} to every side.",
            found.aside,
        )
    if found.kind == "falls":
        name = "saddle" if found.through else "shelf"
        return Shape(
            "saddle",
            f"It is a {name}: the curvature shows nothing{way}, but f goes further {w['down']} "
            "there, a little way off.",
            found.aside,
        )
    if found.kind == "level":
        return _plateau(case, found.direction, way)
    part, rises = ("bottom", "rises") if up else ("top", "falls")
    if found.tried == 1:
        return Shape("minimum", f"The {part} is very flat{way}, and f {rises} from there.")
    return Shape(
        "minimum",
        f"The {part} is very flat, and f {rises} in all of the {found.tried} directions that were "
        "tried.",
    )


def _plateau(case: Case, direction: Vector, way: str) -> Shape:
    """Level ground, and whether the next that is not level lies lower."""
    w = case.words
    clause = (
        f"The ground is level{way}, as far as {number(0.1 * case.far, 2)} from there: a plateau or "
        f"the floor of a valley, not a single {w['low']}est point."
    )
    for aside in (case.x + case.far * direction, case.x - case.far * direction):
        at = probes.looked(case.ground, aside)
        if at is not None and at.f < case.carry.last_f - 1e-6 * abs(case.carry.last_f):
            lower = f" Further along, f is {w['low']}er: {case.value(at.f)} at {case.place(aside)}."
            return Shape("level", clause + lower, aside)
    return Shape("level", clause)


def _bends(sign: int) -> str:
    return "up" if sign > 0 else "down"


def _bend_evidence(case: Case) -> dict[str, float | None]:
    if case.bend is None:
        return {"smallest_curvature": None, "largest_curvature": None}
    return {"smallest_curvature": case.bend.smallest, "largest_curvature": case.bend.largest}
