"""Rates that are too long: bouncing, diverging, going uphill."""

from __future__ import annotations

import math

import numpy as np

from steepest.descent.numerals import count, number
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.ground import kink
from steepest.diagnosis.verdict import Verdict
from steepest.objective import Vector

__all__ = ["bouncing", "diverging", "thrown", "went_uphill"]


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
    found = kink(case)
    if found is not None:
        return found
    rate = case.rate(case.carry.t - 2)
    k = _between(case, a, b)
    first = [case.short(p) for p in (x[-3], x[-2], x[-1])]
    sentence = f"Bouncing for ever: {' → '.join(first)}, and so on, with f = "
    fa, fb = case.value(case.tail.f[-2]), case.value(case.tail.f[-1])
    sentence += (f"{fa} each time" if fa == fb else f"{fa} and {fb} in turn") + "."
    advice = "Take a smaller rate."
    limit = case.longest_rate(k) if k is not None else None
    if limit is not None and rate is not None and k is not None and limit <= rate * (1 + 1e-6):
        sentence += (
            f" The rate {number(rate)} carries each step over to the other side, and for ever, "
            "which is why there is a rate: with the curvature "
            f"{number(k)} measured here it must stay below {case.limit_text(limit)}."
        )
        advice = f"Take a smaller rate; 1/curvature = {number(1 / k, 4)} goes furthest per step."
    return Verdict(
        "bouncing", sentence,
        case.evidence(points=[list(a), list(b)], curvature=k, suggested_rate=1 / k if k else None),
        advice,
    )  # fmt: skip


def _between(case: Case, a: Vector, b: Vector) -> float | None:
    """The curvature half-way between two points; that of their secant is 2/rate for any cycle."""
    found = probes.bend(case.ground, (a + b) / 2, case.scale)
    if found is None or found.largest <= found.zero:
        return case.secant
    return found.largest


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
            f"{case.limit_text(limit)}, and it is {number(rate)}."
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


def thrown(case: Case) -> Verdict | None:
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
        f"must stay below {case.limit_text(limit)}, and it is {number(rate)}.",
        case.evidence(step=c.t, curvature=bend.largest, suggested_rate=1 / bend.largest),
        f"Take a smaller rate: 1/curvature = {number(1 / bend.largest, 3)} is a good one.",
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
                f"measured along that step allows at most {case.limit_text(limit)}."
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
