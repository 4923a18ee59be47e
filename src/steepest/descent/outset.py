"""What every walk, new or resumed, goes through: a function posed as an objective, and the way."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from steepest.descent.driver import drive
from steepest.descent.numerals import point
from steepest.descent.record import Recorder
from steepest.descent.result import Descent, Place
from steepest.descent.stopping import Ending
from steepest.descent.tier import in_tier, tiered
from steepest.descent.walk import Carry, Walk
from steepest.errors import DescentError
from steepest.objective import Objective, Vector
from steepest.sources.kept import kept_with

__all__ = ["Callback", "default_names", "posed", "walked"]

Callback = Callable[[Place], Any]


def posed(f: Any, start: Any) -> tuple[Objective, Vector]:
    """The objective and the flat start: from an Objective, from anything that offers
    `objective(start)`, or from what Function makes such a thing of.
    """
    if isinstance(f, Objective):
        x = np.array(f.structure.flatten(start), dtype=np.float64)
        return f, x.reshape(-1)
    objective, x = (f if hasattr(f, "objective") else _function(f)).objective(start)
    return objective, np.array(x, dtype=np.float64).reshape(-1)


REMEMBERED = 16  # texts whose functions are kept


def _function(f: Any) -> Any:
    """The Function of plain code or text, remembered where that can be: walks at one rate after
    another follow and compile it once.
    """
    if isinstance(f, str):
        return _of_text(f)
    kept = kept_with(f)
    if kept is None:
        return _new(f)
    if "function" not in kept:
        kept["function"] = _new(f)
    return kept["function"]


@lru_cache(REMEMBERED)
def _of_text(text: str) -> Any:
    return _new(text)


def _new(f: Any) -> Any:
    # The facade sits above this room, so it is asked for by name, and only when needed.
    from importlib import import_module

    return import_module("steepest.function").Function(f)


def default_names(n: int) -> tuple[str, ...]:
    """Names for the components of a start whose function has none: x, or x1, x2 ..."""
    return ("x",) if n == 1 else tuple(f"x{i}" for i in range(1, n + 1))


def walked(
    objective: Objective,
    walk: Walk,
    carry: Carry,
    recorder: Recorder,
    names: tuple[str, ...],
    sign: int,
    callback: Callback | None,
    every: Any,
    progress: bool | None,
    engine: str | None,
) -> Descent:
    """Drive the walk from its carry, up for sign −1, and gather what it left into a Descent."""
    if not isinstance(every, int) or every < 1:
        raise DescentError(f"every={every!r} must be a whole number of 1 or more")
    ground = objective if sign > 0 else objective.negated()
    ground = in_tier(ground, walk, carry, engine)

    def called(now: Carry) -> Any:
        shaped = objective.structure.unflatten
        return callback is not None and callback(
            Place(
                shaped(np.array(now.last_x)),
                sign * now.last_f,
                shaped(sign * now.last_g),
                now.taken - 1,
            )
        )

    def gathered(carry: Carry, ending: Ending) -> Descent:
        walked_on = tiered(objective, ground.tier)
        return Descent(
            walk, carry, recorder.record(carry), ending, names, sign, walked_on, objective.label,
            ground.tier,
        )  # fmt: skip

    try:
        carry, ending = drive(
            ground, walk, carry, recorder,
            callback=None if callback is None else called, every=every, progress=progress,
        )  # fmt: skip
    except Exception as error:
        last = recorder.carry or carry
        error.descent = gathered(last, Ending.FAILED) if last.taken else None  # type: ignore[attr-defined]
        raise
    if carry.taken == 0:
        _refuse(ground, carry, ending, names, sign)
    return gathered(carry, ending)


def _refuse(ground: Objective, carry: Carry, ending: Ending, names: Any, sign: int) -> None:
    """A walk without even a first point: say why."""
    where = point(names, carry.x)
    if ending is Ending.INTERRUPTED:
        raise KeyboardInterrupt
    if ending is Ending.OUTSIDE:
        raise DescentError(f"the start lies off the map ({where}): start inside it")
    if ending is not Ending.NONFINITE:
        raise DescentError(
            f"the method refused every point, the start ({where}) too: its update must return "
            "True as `accepted` for the points of the walk"
        )
    f, g, _ = ground.evaluate(carry.x)
    what = f"f = {sign * f}" if not math.isfinite(f) else f"∇f = {sign * g}"
    raise DescentError(
        f"{what} at the start ({where}), and no way leads down from there: "
        "start where the function and its slopes are finite"
    )
