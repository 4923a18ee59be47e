"""Setting out: `descend`, `ascend` and `resume`."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.descent.archive import Absent, read
from steepest.descent.driver import drive
from steepest.descent.method import Method, chosen_method
from steepest.descent.numerals import point
from steepest.descent.record import Layout, Recorder
from steepest.descent.result import Descent, Place
from steepest.descent.step import Rate
from steepest.descent.stopping import Ending, Stop
from steepest.descent.template import drawn
from steepest.descent.walk import Carry, Walk, begin
from steepest.errors import DescentError, RecordError
from steepest.objective import Objective, Vector

__all__ = ["ascend", "descend", "resume"]

Callback = Callable[[Place], Any]
SAME = 1e-6  # a saved and a fresh value that differ by more are not of the same function


def descend(
    f: Any,
    start: Any,
    *,
    method: str | Method = "gradient-descent",
    rate: Rate | None = None,
    steps: int | None = 1000,
    evaluations: int | None = None,
    seconds: float | None = None,
    tolerance: float = 1e-8,
    step_tolerance: float = 0.0,
    callback: Callback | None = None,
    every: int = 1,
    progress: bool | None = None,
) -> Descent:
    """Walk down from `start`: x_{t+1} = x_t − rate · ∇f(x_t), or another method's step.

    f               a Function, a formula, NumPy code, or an Objective
    start           a number, an array, a dict ...: results come back in the same structure
    method          "gradient-descent", "momentum", "nesterov", "adam", or an object with
                    init(x) and update(state, x, f, g, t) (see steepest.descent.method)
    rate            a positive number (0.1 if not given) or a schedule of the step number
    steps, evaluations, seconds     budgets; None is no limit
    tolerance       the walk ends where every component of ∇f is at most tolerance · min(1, s),
                    s being the largest component at the start
    step_tolerance  and where, 10 times in a row, no component moved by more than this part of
                    itself
    callback        called with the newest Place after every `every` evaluations; a true answer
                    ends the walk
    progress        True shows a line of progress, False none; None shows one on a terminal when
                    the walk takes more than a second

    Ctrl-C ends the walk and returns what there is. Raises DescentError for what cannot begin.

    >>> from steepest.objective import Objective
    >>> parabola = Objective(lambda w: ((w[0] - 3) ** 2, 2 * (w - 3)), names=("w",))
    >>> d = descend(parabola, 5.0, rate=0.1, steps=2)
    >>> d.path.ravel()
    array([5.  , 4.6 , 4.28])
    """
    walk = Walk(
        chosen_method(method, rate), Stop(tolerance, step_tolerance, steps, evaluations, seconds)
    )
    return _set_out(f, start, walk, 1, callback, every, progress)


def ascend(
    f: Any,
    start: Any,
    *,
    method: str | Method = "gradient-descent",
    rate: Rate | None = None,
    steps: int | None = 1000,
    evaluations: int | None = None,
    seconds: float | None = None,
    tolerance: float = 1e-8,
    step_tolerance: float = 0.0,
    callback: Callback | None = None,
    every: int = 1,
    progress: bool | None = None,
) -> Descent:
    """Walk up from `start`: x_{t+1} = x_t + rate · ∇f(x_t); everything else as in `descend`.

    >>> from steepest.objective import Objective
    >>> hill = Objective(lambda w: (-((w[0] - 3) ** 2), -2 * (w - 3)), names=("w",))
    >>> ascend(hill, 5.0, rate=0.1, steps=1).x
    array([4.6])
    """
    walk = Walk(
        chosen_method(method, rate), Stop(tolerance, step_tolerance, steps, evaluations, seconds)
    )
    return _set_out(f, start, walk, -1, callback, every, progress)


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
        objective = _same(descent, *_posed(f, _outset(descent, start)))
    if objective is None:
        raise RecordError(
            f"a saved walk does not hold its function ({descent.label or 'f'}): "
            "give it, resume(path, f)"
        )
    layout = Layout.of(descent.carry.x.shape[0])
    recorder = Recorder(layout, descent.record.rows(), descent.carry.t)
    if steps == 0:
        return dataclasses.replace(descent, objective=objective, reason=Ending.STEPS, judged=None)
    return _walked(
        objective, walk, descent.carry, recorder, descent.names, descent.sign,
        callback, every, progress,
    )  # fmt: skip


def _set_out(
    f: Any,
    start: Any,
    walk: Walk,
    sign: int,
    callback: Callback | None,
    every: int,
    progress: bool | None,
) -> Descent:
    objective, x = _posed(f, start)
    names = objective.names or _default_names(x.shape[0])
    if len(names) != x.shape[0]:
        raise DescentError(
            f"the start has {x.shape[0]} components and the function the variables "
            f"{', '.join(names)}: give one number for each"
        )
    if x.shape[0] == 0:
        raise DescentError("the start has no components: there is nothing to change")
    if not np.isfinite(x).all():
        raise DescentError(
            f"the start is not finite ({point(names, x)}): give a number for every component"
        )
    recorder = Recorder(Layout.of(x.shape[0]))
    return _walked(
        objective, walk, begin(walk.method, x), recorder, names, sign, callback, every, progress
    )


def _walked(
    objective: Objective,
    walk: Walk,
    carry: Carry,
    recorder: Recorder,
    names: tuple[str, ...],
    sign: int,
    callback: Callback | None,
    every: Any,
    progress: bool | None,
) -> Descent:
    if not isinstance(every, int) or every < 1:
        raise DescentError(f"every={every!r} must be a whole number of 1 or more")
    ground = objective if sign > 0 else objective.negated()

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

    carry, ending = drive(
        ground, walk, carry, recorder,
        callback=None if callback is None else called, every=every, progress=progress,
    )  # fmt: skip
    if carry.taken == 0:
        _refuse(ground, carry, ending, names, sign)
    return Descent(
        walk, carry, recorder.record(carry), ending, names, sign, objective, objective.label,
        objective.tier,
    )  # fmt: skip


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


def _posed(f: Any, start: Any) -> tuple[Objective, Vector]:
    """The objective and the flat start: from an Objective, from anything that offers
    `objective(start)`, or from what Function makes such a thing of.
    """
    if isinstance(f, Objective):
        x = np.array(f.structure.flatten(start), dtype=np.float64)
        return f, x.reshape(-1)
    if not hasattr(f, "objective"):
        # The facade sits above this room, so it is asked for by name, and only when needed.
        from importlib import import_module

        f = import_module("steepest.function").Function(f)
    objective, x = f.objective(start)
    return objective, np.array(x, dtype=np.float64).reshape(-1)


def _default_names(n: int) -> tuple[str, ...]:
    return ("x",) if n == 1 else tuple(f"x{i}" for i in range(1, n + 1))


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
    names = objective.names or _default_names(x.shape[0])
    if names != descent.names:
        raise RecordError(
            f"the saved walk has the variables {', '.join(descent.names)} and this function "
            f"{', '.join(names)}: give the function that was walked on"
        )
    if objective.tier != descent.tier:
        raise RecordError(
            f"the saved walk ran in the tier {descent.tier!r} and this function runs in "
            f"{objective.tier!r}: a walk stays in one tier from start to end"
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
