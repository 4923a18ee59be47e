"""Going on with a walk, from memory or from a file."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np

from steepest.descent.archive import Absent, read
from steepest.descent.method import Method
from steepest.descent.outset import Callback, default_names, posed, walked
from steepest.descent.record import Layout, Recorder
from steepest.descent.result import Descent
from steepest.descent.stopping import Ending, Stop
from steepest.descent.template import drawn
from steepest.descent.walk import Walk
from steepest.errors import RecordError
from steepest.objective import Objective, Vector

__all__ = ["resume"]

SAME = 1e-6  # a saved and a fresh value that differ by more are not of the same function


def resume(
    saved: Descent | str | os.PathLike[str],
    f: Any = None,
    *,
    steps: int | None = 1000,
    evaluations: int | None = None,
    seconds: float | None = None,
    tolerance: float | None = None,
    method: Method | None = None,
    start: Any = None,
    callback: Callback | None = None,
    every: int = 1,
    progress: bool | None = None,
) -> Descent:
    """Go on with a walk, from a Descent or a saved file, by so many further steps.

    A walk of 100 steps resumed for 100 is the walk of 200, bit for bit. A file needs its function
    `f` again, and a method of the user's own the `method`; `start` gives the structure of the
    start where it was of a class of its own. The budgets count from here; without a tolerance the
    old one holds.
    """
    descent = saved if isinstance(saved, Descent) else read(saved)
    walk = _further(descent, steps, evaluations, seconds, tolerance, method)
    objective = descent.objective
    if f is not None:
        objective = _same(descent, *posed(f, _outset(descent, start)))
    if objective is None:
        raise RecordError(
            f"a saved walk does not hold its function ({descent.label or 'f'}): "
            "give it, resume(path, f)"
        )
    layout = Layout.of(descent.carry.x.shape[0])
    recorder = Recorder(layout, descent.record.rows(), descent.carry.t)
    if steps == 0:
        return dataclasses.replace(descent, objective=objective, reason=Ending.STEPS, judged=None)
    return walked(
        objective, walk, descent.carry, recorder, descent.names, descent.sign,
        callback, every, progress, descent.tier,
    )  # fmt: skip


def _outset(descent: Descent, start: Any) -> Any:
    """Something shaped like the start, at the last point, to pose the function again."""
    if start is not None:
        return start
    x = descent.carry.last_x
    if descent.objective is not None:
        return descent.objective.structure.unflatten(np.array(x))
    return np.array(x) if descent.outline is None else drawn(descent.outline, x)


def _same(descent: Descent, objective: Objective, x: Vector) -> Objective:
    """The objective, if it is the function that was walked on."""
    names = objective.names or default_names(x.shape[0])
    if names != descent.names:
        raise RecordError(
            f"the saved walk has the variables {', '.join(descent.names)} and this function "
            f"{', '.join(names)}: give the function that was walked on"
        )
    expected = descent.sign * descent.carry.last_f
    found = objective.evaluate(descent.carry.last_x).f
    if not abs(found - expected) <= SAME * max(abs(expected), abs(found)):
        raise RecordError(
            f"this function is {found:.17g} where the saved walk ended, and the saved value is "
            f"{expected:.17g}: give the function that was walked on"
        )
    return objective


def _further(
    descent: Descent,
    steps: int | None,
    evaluations: int | None,
    seconds: float | None,
    tolerance: float | None,
    method: Method | None,
) -> Walk:
    """The walk's rules for the next leg: budgets counted from its beginning."""
    old = descent.stop
    Stop(old.tolerance, old.step_tolerance, steps, evaluations, seconds)  # checks what was given
    known = descent.method
    if method is not None:
        known = method
    elif isinstance(known, Absent):
        raise RecordError(
            f"the walk was made by {known!r}, which a file cannot hold: "
            "give it again, resume(path, f, method=...)"
        )
    return Walk(
        known,
        Stop(
            old.tolerance if tolerance is None else tolerance,
            old.step_tolerance,
            None if steps is None else descent.steps + steps,
            None if evaluations is None else descent.evaluations + evaluations,
            seconds,
        ),
    )
