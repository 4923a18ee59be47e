"""The questions put to a walk, in order: the first that has an answer gives the verdict."""

from __future__ import annotations

import math

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.verdict import Verdict
from steepest.objective import Vector

__all__ = ["QUESTIONS"]


def not_finite(case: Case) -> Verdict | None:
    """NaN or infinity met: a walk thrown out, ground without a bottom, or a hole in it."""
    if case.descent.reason is not Ending.NONFINITE:
        return None
    thrown = diverging(case) or unbounded(case) or _thrown(case)
    if thrown is not None:
        return thrown
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
        "Take a smaller rate, or start where the way does not cross such a place.",
    )


def _thrown(case: Case) -> Verdict | None:
    """A single step out of all proportion, by a rate far beyond what the ground allows."""
    c = case.carry
    with np.errstate(all="ignore"):
        far = not float(np.linalg.norm(np.array(c.x) - c.last_x)) < 1e3 * case.far
    rate, bend = case.rate(c.t - 1), case.bend
    limit = None if bend is None else case.longest_rate(bend.largest)
    if not far or rate is None or bend is None or limit is None or rate <= limit:
        return None
    return Verdict(
        "diverging",
        f"Thrown out: step {c.t} leads from {case.place(c.last_x)} to {case.place(c.x)}, where f "
        f"is not finite. With the curvature {number(bend.largest)} of the ground before it, a rate "
        f"must stay below {_limit_text(case, limit)}, and it is {number(rate)}.",
        case.evidence(step=c.t, curvature=bend.largest, suggested_rate=1 / bend.largest),
        f"Take a smaller rate: 1/curvature = {number(1 / bend.largest, 3)} is a good one.",
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


def not_repeatable(case: Case) -> Verdict | None:
    """The same point, another value: noise, and no walk can be judged by it."""
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
        "Fix the seed inside the function, average over more samples, or let the rate shrink "
        "(steepest.Inverse).",
    )


def interrupted(case: Case) -> Verdict | None:
    """Stopped from outside: nothing can be said of the walk but where it stands."""
    reason = case.descent.reason
    if reason not in (Ending.INTERRUPTED, Ending.CALLBACK):
        return None
    who = "you (Ctrl-C)" if reason is Ending.INTERRUPTED else "the callback"
    return Verdict(
        "interrupted",
        f"Stopped by {who} after {count(case.descent.steps, 'step')}, at {case.place(case.x)} "
        f"with f = {case.value(case.carry.last_f)}; the largest slope there is "
        f"{number(case.slope, 3)}. {_uphill_clause(case)}".strip(),
        case.evidence(),
        "steepest.resume(...) goes on from here, as if it had never stopped.",
    )


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
        f"{_uphill_clause(case)}".strip(),
        evidence,
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


def bouncing(case: Case) -> Verdict | None:
    """Period two: every second point is the same."""
    x = case.tail.x[-20:]
    if x.shape[0] < 6 or not case.tail.accepted.all():
        return None
    back = np.abs(x[2:] - x[:-2]).max()
    forth = np.linalg.norm(x[1:] - x[:-1], axis=1).min()
    if not back <= 1e-6 * forth or forth <= 1e-8 * case.far:
        return None
    a, b = x[-2], x[-1]
    kink = _kink(case)
    if kink is not None:
        return kink
    k = _secant(case)
    rate = case.rate(case.carry.t - 2)
    first = [case.short(p) for p in (x[-3], x[-2], x[-1])]
    sentence = f"Bouncing for ever: {' → '.join(first)}, and so on, with f = "
    fa, fb = case.value(case.tail.f[-2]), case.value(case.tail.f[-1])
    sentence += (f"{fa} each time" if fa == fb else f"{fa} and {fb} in turn") + "."
    advice = "Take a smaller rate."
    limit = case.longest_rate(k) if k is not None else None
    if limit is not None and rate is not None and k is not None:
        sentence += (
            f" The rate {number(rate)} carries each step over to the other side, and for ever, "
            "which is why there is a rate: with the curvature "
            f"{number(k)} measured here it must stay below {_limit_text(case, limit)}."
        )
        advice = f"Take a smaller rate; 1/curvature = {number(1 / k, 4)} goes furthest per step."
    return Verdict(
        "bouncing", sentence,
        case.evidence(points=[list(a), list(b)], curvature=k, suggested_rate=1 / k if k else None),
        advice,
    )  # fmt: skip


def diverging(case: Case) -> Verdict | None:
    """Every step throws the walk further out, and up."""
    f, x = case.accepted.f, case.accepted.x
    if f.shape[0] < 3:
        return None
    recent = f[-min(5, f.shape[0]) :]
    if case.monotone:
        rising = bool(np.all(np.diff(recent) > 0)) and f[-1] > f[0]
    else:
        half = f[f.shape[0] // 2 :]
        rising = f[-1] > f[0] and half.max() > 10 * abs(f[0]) + 10 * abs(case.carry.best_f)
        rising = rising and case.carry.best_t < case.carry.t // 2
    if not rising or case.carry.uphill[0] < 2:
        return None
    lengths = case.accepted.lengths[-2:]
    grows = lengths[1] / lengths[0] if np.isfinite(lengths).all() and lengths[0] > 0 else math.nan
    sentence = (
        f"Diverging: f {case.words['rose']} from {case.value(f[0])} to {case.value(f[-1])} in "
        f"{count(case.descent.steps, 'step')}, ever further out"
        + (f", the last step {number(grows, 4)} times as long as the one before it."
           if grows > 1 else ".")
    )  # fmt: skip
    k, rate = case.first_bend, case.rate(0)
    limit = None if k is None else case.longest_rate(k)
    advice = "Take a rate ten times smaller."
    if k is not None and limit is not None and rate is not None:
        sentence += (
            f" With the curvature {number(k)} of the ground at the start, a rate must stay below "
            f"{_limit_text(case, limit)}, and it is {number(rate)}."
            if rate > limit
            else f" The curvature at the start is {number(k)}, and larger further on."
        )
        advice = f"Take a smaller rate: 1/curvature = {number(1 / k, 3)} is a good one."
    return Verdict(
        "diverging", sentence,
        case.evidence(growth=grows, curvature=k, end=list(x[-1]),
                      suggested_rate=None if k is None else 1 / k),
        advice,
    )  # fmt: skip


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


def kinked(case: Case) -> Verdict | None:
    """The last two points lie on two sides of a kink."""
    g = case.tail.g
    if g.shape[0] < 2 or float(g[-1] @ g[-2]) >= 0:
        return None
    return _kink(case)


def wrong_gradient(case: Case) -> Verdict | None:
    """The values say one slope and the gradient another; looked at where the walk began."""
    start, slope = np.array(case.record.x[0]), np.array(case.record.g[0])
    found = probes.slope_check(case.ground, start, slope, float(np.abs(start).max()) or 1.0)
    if found is None:
        return None
    s = case.descent.sign
    return Verdict(
        "wrong gradient",
        f"The gradient does not fit the values: at {case.place(start)}, along it, the values "
        f"change by {number(s * found[0], 4)} per unit of way and the gradient says "
        f"{number(s * found[1], 4)}.",
        case.evidence(slope_of_values=s * found[0], slope_of_gradient=s * found[1]),
        "Check the gradient that was given, or let steepest derive it: Function(f).",
    )


def went_uphill(case: Case) -> Verdict | None:
    """Steps that were meant to go down went up: the rate is longer than 2/curvature."""
    many, t, before, after, k = case.carry.uphill
    if not case.monotone or many == 0:
        return None
    w = case.words
    rate = case.rate(int(t) - 1)
    sentence = (
        f"{int(many):,} of {count(case.descent.steps, 'step')} went {w['uphill']}, the first at "
        f"step {int(t)}: f {w['rose']} from {case.value(before)} to {case.value(after)}."
    )
    limit = case.longest_rate(k) if k > 0 else None
    suggested = None
    advice = "Take a smaller rate."
    if limit is not None and rate is not None:
        suggested = 1 / max(k, case.steepest_bend or k)
        if rate > limit:
            sentence += (
                f" The rate is too long there: {number(rate)}, where the curvature {number(k)} "
                f"measured along that step allows at most {_limit_text(case, limit)}."
            )
        else:
            sentence += (
                f" The rate {number(rate)} carried it over a bend: the curvature changes within "
                f"that step (on average it is {number(k)})."
            )
        advice = (
            f"Take a smaller rate: 1/curvature = {number(suggested, 3)} suits the sharpest bend "
            "on the way."
        )
    return Verdict(
        w["uphill"], sentence,
        case.evidence(first_uphill=int(t), before=case.descent.sign * before,
                      after=case.descent.sign * after, curvature=k, suggested_rate=suggested),
        advice,
    )  # fmt: skip


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
        f"Take a larger rate{_suggestion(case)}, or measure the variables in other units.",
    )


def budget(case: Case) -> Verdict:
    """The budget ran out: still going down, or barely moving."""
    d = case.descent
    what = {
        Ending.STEPS: count(d.steps, "step"),
        Ending.EVALUATIONS: count(d.evaluations, "evaluation"),
        Ending.SECONDS: f"{number(d.stop.seconds or 0)} seconds",
    }.get(d.reason, count(d.steps, "step"))
    r = case.accepted
    back = max(0, r.f.shape[0] - 11)
    gained = float(r.f[back] - r.f[-1])
    spent = int(r.t[-1] - r.t[back])
    pace = _pace(case)
    barely = pace > 1000 * d.steps if pace is not None else gained <= 1e-9 * abs(r.f[0] - r.f[-1])
    rate, sharpest = case.rate(case.carry.t - 2), case.steepest_bend
    timid = rate is not None and sharpest is not None and rate * sharpest < 0.02
    how = "barely moving" if d.steps and barely else f"still going {case.words['down']}"
    sentence = (
        f"The budget of {what} ran out at {case.place(case.x)}, {how}: f = "
        f"{case.value(case.carry.last_f)}, the largest slope {number(case.slope, 3)}"
        + (f", {number(gained, 3)} {case.words['down']} over the last {count(spent, 'step')}."
           if gained > 0 else ".")
    )  # fmt: skip
    if pace is not None:
        sentence += f" At this pace about {_rounded(pace)} more steps would do."
    evidence = case.evidence(gained=gained, within=spent, more_steps=pace)
    bend = case.bend
    if not timid and bend is not None and bend.smallest > bend.zero:
        ratio = bend.largest / bend.smallest
        evidence |= {"condition": ratio}
        if ratio > 100:
            sentence += (
                f" The ground bends {number(ratio, 2)} times as much one way as another "
                f"(curvatures {number(bend.smallest, 3)} and {number(bend.largest, 3)}), and the "
                "sharper bend sets the rate for both: that is what makes it slow."
            )
    return Verdict(
        "budget",
        f"{sentence} {_uphill_clause(case)}".strip(),
        evidence,
        f"Take a larger rate{_suggestion(case)}."
        if timid
        else 'Go on with steepest.resume(...), or try method="momentum".',
    )


QUESTIONS = (
    interrupted,
    not_repeatable,
    wrong_gradient,
    not_finite,
    left_the_map,
    flat_at_the_end,
    rate_ran_out,
    bouncing,
    diverging,
    kinked,
    went_uphill,
    unbounded,
    standstill,
    budget,
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


def _kink(case: Case) -> Verdict | None:
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
        "Let the rate shrink: rate=steepest.Inverse(...) or Exponential(...).",
    )


def _secant(case: Case) -> float | None:
    """The newest curvature along the moves, where it is positive."""
    newest = case.carry.curvature[1]
    return newest if math.isfinite(newest) and newest > 0 else None


def _limit_text(case: Case, limit: float) -> str:
    """2/curvature = 1, or the method's own limit."""
    if case.monotone:
        return f"2/curvature = {number(limit)}"
    return f"{number(limit)}, this method's limit for that curvature"


def _suggestion(case: Case) -> str:
    k = case.steepest_bend
    return "" if k is None else f": 1/curvature = {number(1 / k, 3)} suits the bends on the way"


def _uphill_clause(case: Case) -> str:
    many = int(case.carry.uphill[0])
    if many == 0:
        return ""
    w = case.words
    why = "" if case.monotone else ", as this method may"
    return f"{many:,} of its steps went {w['uphill']}{why}."


def _pace(case: Case) -> int | None:
    """Steps until the tolerance is met, if the slope goes on shrinking as it did lately."""
    r = case.accepted
    back = max(0, r.t.shape[0] - 21)
    slopes = np.abs(r.g).max(axis=1)
    goal = case.descent.stop.tolerance * case.carry.scale
    if r.t.shape[0] < 8 or goal <= 0 or not 0 < slopes[-1] < slopes[back]:
        return None
    factor = math.log(slopes[back] / slopes[-1]) / (r.t[-1] - r.t[back])
    needed = math.log(slopes[-1] / goal) / factor
    return math.ceil(needed) if needed < 1e12 else None


def _rounded(steps: int) -> str:
    """Two digits are all that such a guess is worth."""
    digits = max(0, len(str(steps)) - 2)
    return f"{round(steps, -digits):,}"
