"""Setting out: `descend` and `ascend`."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent.method import Method, chosen_method
from steepest.descent.numerals import point
from steepest.descent.outset import Callback, default_names, posed, walked
from steepest.descent.record import Layout, Recorder
from steepest.descent.result import Descent
from steepest.descent.step import Rate
from steepest.descent.stopping import Stop
from steepest.descent.walk import Walk, begin
from steepest.errors import DescentError

__all__ = ["ascend", "descend"]


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
    engine: str | None = None,
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
    engine          "native" runs the steps in machine code, "python" interprets them; None
                    compiles walks of 2,000 steps and more where that can be done (Descent.tier)
    progress        True shows a line of progress, False none; None shows one on a terminal when
                    the walk takes more than a second

    Ctrl-C ends the walk and returns what there is. An exception of the function passes through and
    carries the walk up to there: `except Exception as error: error.descent` (None if not even the
    start could be evaluated). Raises DescentError for what cannot begin.

    >>> from steepest.objective import Objective
    >>> parabola = Objective(lambda w: ((w[0] - 3) ** 2, 2 * (w - 3)), names=("w",))
    >>> d = descend(parabola, 5.0, rate=0.1, steps=2)
    >>> d.path.ravel()
    array([5.  , 4.6 , 4.28])
    """
    walk = Walk(
        chosen_method(method, rate), Stop(tolerance, step_tolerance, steps, evaluations, seconds)
    )
    return _set_out(f, start, walk, 1, callback, every, progress, engine)


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
    engine: str | None = None,
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
    return _set_out(f, start, walk, -1, callback, every, progress, engine)


def _set_out(
    f: Any,
    start: Any,
    walk: Walk,
    sign: int,
    callback: Callback | None,
    every: int,
    progress: bool | None,
    engine: str | None,
) -> Descent:
    objective, x = posed(f, start)
    names = objective.names or default_names(x.shape[0])
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
    return walked(
        objective, walk, begin(walk.method, x), recorder, names, sign, callback, every, progress,
        engine,
    )  # fmt: skip
