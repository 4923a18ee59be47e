"""Ground that defeats a walk: noise, slopes that do not fit, kinks, no bottom."""

from __future__ import annotations

import numpy as np

from steepest.descent.numerals import number
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.differences import slope_check, worst_slope
from steepest.diagnosis.verdict import Verdict
from steepest.objective import NATIVE

__all__ = ["kink", "kinked", "not_repeatable", "unbounded", "wrong_gradient"]


def not_repeatable(case: Case) -> Verdict | None:
    """The same point, another value: noise, and no walk can be judged by it.

    What runs in machine code is arithmetic that was written down once; asked again in Python, it
    may differ in its last bits, and that is no noise.
    """
    if case.ground.tier == NATIVE:
        return None
    twice = probes.repeats(case.ground, case.x, case.carry.last_f, case.carry.last_g)
    if twice is None:
        return None
    what = "its value" if twice[0] == case.carry.last_f else "a slope"
    return Verdict(
        "not repeatable",
        f"The function does not repeat itself: at {case.place(case.x)} {what} was "
        f"{case.value(twice[0])} and, asked again, {case.value(twice[1])}. "
        "What the walk ended at is as uncertain as that.",
        case.evidence(first=twice[0], second=twice[1]),
        "Fix the seed inside the function, average over more samples, or let the rate shrink: "
        f"rate=steepest.descent.Inverse({case.rate(0) or 0.1:g}, decay=0.01).",
    )


def wrong_gradient(case: Case) -> Verdict | None:
    """The values say one slope and the gradient another; looked at where the walk began."""
    start, slope = np.array(case.record.x[0]), np.array(case.record.g[0])
    far = float(np.abs(start).max()) or 1.0
    found = slope_check(case.ground, start, slope, far)
    if found is None:
        return None
    s = case.descent.sign
    sentence = (
        f"The gradient does not fit the values: from {case.place(start)}, going along the "
        f"gradient, f changes by {number(s * found[0], 4)} per unit of way, and the gradient says "
        f"{number(s * found[1], 4)}."
    )
    evidence = case.evidence(slope_of_values=s * found[0], slope_of_gradient=s * found[1])
    worst = worst_slope(case.ground, start, slope, far)
    if worst is not None and start.shape[0] > 1:
        name, by_values, given = case.descent.names[worst[0]], s * worst[1], s * worst[2]
        sentence += (
            f" It is furthest off by {name}: the slope is {number(by_values, 4)} by the values and "
            f"{number(given, 4)} by the gradient."
        )
        evidence |= {"variable": name, "slope": by_values, "given": given}
    return Verdict(
        "wrong gradient",
        sentence,
        evidence,
        "Check the gradient that was given (steepest.check_grad compares it with differences, "
        "number by number), or let steepest derive it: Function(f).",
    )


def kinked(case: Case) -> Verdict | None:
    """The last two points lie on two sides of a kink."""
    g = case.tail.g
    if g.shape[0] < 2 or float(g[-1] @ g[-2]) >= 0:
        return None
    return kink(case)


def kink(case: Case) -> Verdict | None:
    """A jump of the slope between the last two points, however closely one looks."""
    tail = case.tail
    found = probes.jump(case.ground, np.array(tail.x[-2]), np.array(tail.x[-1]))
    if found is None:
        return None
    s = case.descent.sign
    rate = case.rate(case.carry.t - 2)
    fixed = "" if rate is None else f" of rate {number(rate)}"
    return Verdict(
        "kink",
        f"Jumping over a kink: near {case.place(found.left)} the slope along the step changes from "
        f"{number(s * found.slope_left, 4)} to {number(s * found.slope_right, 4)} within "
        f"{number(found.distance, 2)}, so steps{fixed} never settle there. "
        f"The {case.words['low']}est value met is f = {case.value(case.carry.best_f)} at "
        f"{case.place(case.carry.best_x)}.",
        case.evidence(at=list(found.left), slopes=[s * found.slope_left, s * found.slope_right]),
        "Let the rate shrink, so that the jumps do: "
        f"rate=steepest.descent.Exponential({rate or 0.1:g}, factor=0.99).",
    )


def unbounded(case: Case) -> Verdict | None:
    """Down without end, the faster the further: perhaps the function has no minimum."""
    r = case.accepted
    if r.f.shape[0] < 4 or not r.f[-1] < r.f[0]:
        return None
    away = float(np.linalg.norm(r.x[-1] - r.x[0]))
    size = 1 + float(np.linalg.norm(r.x[0]))
    recent = r.lengths[-min(6, r.lengths.shape[0] - 1) :]
    faster = bool(np.all(np.diff(recent) >= 0)) and bool(np.all(np.diff(r.f[-6:]) < 0))
    if not faster or away < 10 * size or case.carry.curvature[1] > 0:
        return None
    w = case.words
    return Verdict(
        "unbounded",
        f"f seems to have no {w['minimum']} this way: it {w['fell']} from {case.value(r.f[0])} to "
        f"{case.value(r.f[-1])} over a distance of {number(away, 3)}, faster and faster, and the "
        f"ground does not bend back (curvature {number(case.carry.curvature[1], 3)}).",
        case.evidence(distance=away, curvature=case.carry.curvature[1]),
        "Look at the sign of the function, or keep the walk to where it makes sense.",
    )
