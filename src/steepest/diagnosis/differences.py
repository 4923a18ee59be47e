"""Slopes by differences of values, against those that the gradient gives."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.probes import EPSILON, FULL, looked
from steepest.objective import Objective, Vector

__all__ = ["slope_check", "worst_slope"]


def slope_check(ground: Objective, x: Vector, g: Vector, far: float) -> tuple[float, float] | None:
    """(what the values say, what the gradient says) of the slope along ∇f, where they contradict
    each other; None where they agree or where nothing can be said.

    They contradict each other when, at two distances, neither the central nor a one-sided
    difference of the values (which is the right one at a kink) comes within 1 % of |∇f| and of
    what rounding explains, and the two distances agree on the answer.
    """
    norm = float(np.linalg.norm(g))
    here = looked(ground, x)
    if norm == 0 or here is None:
        return None
    along = g / norm
    h = EPSILON ** (1 / 3) * far
    central: list[float] = []
    for step in (h, h / 8):
        after, before = looked(ground, x + step * along), looked(ground, x - step * along)
        if after is None or before is None:
            return None
        noise = 4 * EPSILON * max(abs(after.f), abs(before.f)) / step
        slopes = (after.f - before.f) / 2, after.f - here.f, here.f - before.f
        if any(abs(slope / step - norm) <= 0.01 * norm + noise for slope in slopes):
            return None
        central.append(slopes[0] / step)
    if abs(central[0] - central[1]) > 0.1 * abs(central[0] - norm):
        return None
    return central[0], norm


def worst_slope(
    ground: Objective, x: Vector, g: Vector, far: float
) -> tuple[int, float, float] | None:
    """(which variable, what the values say of its slope, what the gradient says), where they are
    furthest apart; None with many variables, or where it cannot be looked at.
    """
    if x.shape[0] > FULL:
        return None
    h = EPSILON ** (1 / 3) * far
    slopes = []
    for unit in np.eye(x.shape[0]):
        after, before = looked(ground, x + h * unit), looked(ground, x - h * unit)
        if after is None or before is None:
            return None
        slopes.append((after.f - before.f) / (2 * h))
    worst = int(np.argmax(np.abs(np.array(slopes) - g)))
    return worst, float(slopes[worst]), float(g[worst])
