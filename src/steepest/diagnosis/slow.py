"""Walks that were still on their way when the budget ran out, and what made them slow."""

from __future__ import annotations

import math

import numpy as np

from steepest.descent.numerals import count, number
from steepest.descent.stopping import Ending
from steepest.diagnosis import probes
from steepest.diagnosis.case import Case
from steepest.diagnosis.pace import BUDGETS, better_rate, budget_of, go_on, paced, ran_out
from steepest.diagnosis.verdict import Verdict
from steepest.objective import Vector

__all__ = ["badly_scaled", "budget", "creeping", "ill_conditioned", "plateau"]

SLOW = (*BUDGETS, Ending.STANDSTILL)
TIMID = 0.02  # a rate below this part of 1/curvature is far too small
NARROW = 30.0  # curvatures that differ by more make a valley
UNITS = 1e4  # and by more than this, variable by variable, are a matter of their units


def plateau(case: Case) -> Verdict | None:
    """Hardly any slope, and the walk has not moved, though there is steeper ground about."""
    d, g = case.descent, np.array(case.carry.last_g)
    steep = float(np.linalg.norm(g))
    if d.reason not in SLOW or d.steps < 1 or steep == 0 or _moved(case) > 0.01 * case.reach:
        return None
    bend = case.bend
    if (
        bend is not None
        and bend.smallest > bend.zero
        and probes.settled(case.ground, case.x, g, bend)
    ):
        return None  # close to the floor of a bowl
    found = _steeper(case, g / steep, steep)
    if found is None:
        return None
    aside, f, promised = found
    return Verdict(
        "plateau",
        f"On a plateau at {case.place(case.x)}: the steepest slope there is {number(steep, 3)}, by "
        f"which f = {case.value(case.carry.last_f)} would change by {number(promised, 2)} on the "
        f"way to {case.place(aside)}, where it is {case.value(f)}. "
        f"{count(d.steps, 'step')} moved the point by {number(_moved(case), 2)}.",
        case.evidence(moved=_moved(case), aside=list(aside), promised=promised),
        "Start where the ground is steeper, or give a saturated function (a sigmoid, a tanh) a "
        "smaller input: no rate helps here for long.",
    )


def _steeper(case: Case, uphill: Vector, steep: float) -> tuple[Vector, float, float] | None:
    """A place near by where f differs a thousand times as much as the slope at the end says."""
    for distance in (0.1 * case.far, 0.3 * case.far, case.far):
        for aside in (case.x - distance * uphill, case.x + distance * uphill):
            at = probes.looked(case.ground, aside)
            if at is not None and abs(at.f - case.carry.last_f) > 1e3 * steep * distance:
                return aside, at.f, steep * distance
    return None


def creeping(case: Case) -> Verdict | None:
    """A rate far too small: for the curvature, or, where none was met, for the ground's size."""
    rate, k = case.rate(case.carry.t - 2), case.steepest_bend
    if case.descent.reason not in BUDGETS or rate is None or case.descent.steps < 1:
        return None
    by_bends = k is not None and case.longest_rate(k) is not None and not case.on_a_map
    timid = by_bends and k is not None and rate * k < TIMID
    stuck = _moved(case) < 0.01 * case.reach and _step(case) < 1e-4 * case.reach
    if not timid and (by_bends or not stuck):
        return None
    better, why = better_rate(case)
    if better < 5 * rate:
        return None
    unit = " m" if case.on_a_map else ""
    wide = f", on a map {case.reach:,.0f} m wide" if case.on_a_map else ""
    return Verdict(
        "rate too small",
        f"{budget_of(case)} ran out because the rate {number(rate)} is far too small: all steps "
        f"together moved the point by {number(_moved(case), 2)}{unit}, to {case.place(case.x)}"
        f"{wide}; the last step was {number(_step(case), 2)}{unit} long. f went from "
        f"{case.value(case.accepted.f[0])} to {case.value(case.carry.last_f)}, and the largest "
        f"slope is still {number(case.slope, 3)}.",
        case.evidence(
            moved=_moved(case), step=_step(case), reach=case.reach, suggested_rate=better
        ),
        f"Take a larger rate: {why}.",
    )


def badly_scaled(case: Case) -> Verdict | None:
    """Curvatures by the single variables that differ as only units do."""
    bend, rate = case.bend, case.rate(case.carry.t - 2)
    if case.descent.reason not in SLOW or bend is None or bend.hessian is None:
        return None
    own = np.diag(bend.hessian)
    if own.shape[0] < 2 or not own.min() > 10 * bend.error or not own.min() > 0:
        return None
    ratio = float(own.max() / own.min())
    size = np.sqrt(own)
    rest = np.linalg.eigvalsh(bend.hessian / np.outer(size, size))
    if ratio < UNITS or not rest[0] > 0 or rest[-1] / rest[0] > ratio / 100:
        return None
    names, sharp, flat = case.descent.names, int(own.argmax()), int(own.argmin())
    at_rate = "" if rate is None else f" The rate {number(rate)} suits {names[sharp]} alone."
    return Verdict(
        "badly scaled",
        f"{ran_out(case)} The variables are measured in units that do not fit: f bends "
        f"{number(ratio, 2)} times as much by {names[sharp]} as by {names[flat]} (curvatures "
        f"{number(own[sharp], 3)} and {number(own[flat], 3)}), and one rate has to do for "
        f"both.{at_rate}",
        case.evidence(
            curvatures=list(own), condition=ratio, condition_in_good_units=rest[-1] / rest[0]
        ),
        f"Measure them so that the curvatures are alike: with {names[flat]} = "
        f"{number(math.sqrt(own[sharp] / own[flat]), 1)}·u, f bends by u as it does by "
        f'{names[sharp]}. Or take method="adam", which has a step for each variable.',
    )


def ill_conditioned(case: Case) -> Verdict | None:
    """A valley: the sharp bend across it sets the rate, and the way along it is long."""
    bend = case.bend
    if case.descent.reason not in BUDGETS or bend is None or not bend.smallest > bend.zero:
        return None
    ratio = bend.largest / bend.smallest
    if ratio < NARROW or case.descent.steps < NARROW:
        return None
    faster = (
        f'method="momentum" or "nesterov" needs about √{number(ratio, 2)} = '
        f"{number(math.sqrt(ratio), 2)} times fewer steps."
        if case.monotone
        else f"{go_on(case)}."
    )
    return Verdict(
        "ill-conditioned",
        f"{ran_out(case)} It is a long narrow valley: the ground bends {number(ratio, 3)} times "
        f"as much across as along it (curvatures {number(bend.largest, 3)} and "
        f"{number(bend.smallest, 3)}), the sharper bend sets the rate for both, and along the "
        f"valley that is slow. {case.uphill_clause}".strip(),
        paced(case) | {"condition": ratio},
        faster,
    )


def budget(case: Case) -> Verdict:
    """The budget ran out, and nothing is wrong but that."""
    rate, k = case.rate(case.carry.t - 2), case.steepest_bend
    advice = go_on(case)
    if rate is not None and k is not None and rate * k < 0.5 and case.monotone:
        better, why = better_rate(case)
        advice += f", or take a larger rate: {why}" if better > 1.5 * rate else ""
    return Verdict(
        "budget", f"{ran_out(case)} {case.uphill_clause}".strip(), paced(case), f"{advice}."
    )


def _moved(case: Case) -> float:
    """How far the walk has come from its start."""
    return float(np.linalg.norm(case.x - case.accepted.x[0]))


def _step(case: Case) -> float:
    """How long the newest step was."""
    return float(case.accepted.lengths[-1])
