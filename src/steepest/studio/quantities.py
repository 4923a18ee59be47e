"""The words of the lessons: what can be said of a point, as numbers with names.

Lessons write formulas in these names (`{{next_w}}`, `slope < 0`); the page computes them from the
tape while a point moves, and here the engine computes the same ones, for exercises and for tests.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from steepest.compass import bearing, bearing_vector
from steepest.function import Function

__all__ = ["PARAMETERS", "names_of", "quantities"]

# What a reader can set besides the point, and where it begins.
PARAMETERS: Mapping[str, float] = {"rate": 0.1, "h": 1.0, "heading": 0.0}


def names_of(variables: Sequence[str]) -> tuple[str, ...]:
    """All names that may stand in a lesson about these variables."""
    found = [*variables, "f", "magnitude", *PARAMETERS, "next_f", "steps", "start_f", "count"]
    found += [
        f"{word}_{v}" for word in ("slope", "next", "step", "down", "start") for v in variables
    ]
    if len(variables) == 1:
        found += ["slope", "secant", "gap", "f_h", "curvature", "start_slope"]
    else:
        found += ["bearing", "toward", "miss"]
    return tuple(found)


def quantities(function: Function, point: Mapping[str, float], **given: float) -> dict[str, float]:
    """What the engine says of a point, under the names that lessons use.

    Of a walk there are no numbers here: `steps` is 0, and `start_...` is the point itself.
    """
    variables = function.variables
    at = function.at(**point)
    set_to = {**PARAMETERS, **given}
    slopes = at.partials
    after = {v: point[v] - set_to["rate"] * slopes[v] for v in variables}
    down = at.direction
    found: dict[str, float] = {
        **point,
        **set_to,
        "f": at.value,
        "magnitude": at.magnitude,
        "next_f": float(function(**after)),
        "steps": 0.0,
        "start_f": at.value,
        "count": float(len(variables)),
    }
    for i, v in enumerate(variables):
        found[f"slope_{v}"] = slopes[v]
        found[f"next_{v}"] = after[v]
        found[f"step_{v}"] = -set_to["rate"] * slopes[v]
        found[f"down_{v}"] = math.nan if down is None else float(down[i])
        found[f"start_{v}"] = point[v]
    if len(variables) == 1:
        found.update(_along(function, point[variables[0]], at.value, slopes, set_to["h"]))
    else:
        found.update(_around(function, slopes, set_to["heading"]))
    return found


def _along(
    function: Function, x: float, value: float, slopes: Mapping[str, float], h: float
) -> dict[str, float]:
    slope = slopes[function.variables[0]]
    further = float(function(x + h))
    secant = (further - value) / h if h else math.nan
    curvature = float(function.derivative(order=2)(x))
    return {"slope": slope, "secant": secant, "gap": secant - slope, "f_h": further,
            "curvature": curvature, "start_slope": slope}  # fmt: skip


def _around(function: Function, slopes: Mapping[str, float], heading: float) -> dict[str, float]:
    north, east = function.axes or (0, 1)
    g: list[Any] = list(slopes.values())
    to_north, to_east = bearing_vector(heading)
    return {
        "bearing": bearing(-g[north], -g[east]),
        "toward": g[north] * to_north + g[east] * to_east,
    }
