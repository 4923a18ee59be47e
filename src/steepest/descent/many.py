"""Thousands to millions of walks from as many starts: `descend_many`, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.herd import Herd
from steepest.descent.method import Method, checked_state, chosen_method
from steepest.descent.numerals import count
from steepest.descent.outset import default_names, posed
from steepest.descent.step import Rate
from steepest.descent.stopping import GOING, Ending, Stop
from steepest.errors import DescentError
from steepest.objective import NATIVE, PYTHON, Objective, Vector

__all__ = ["Many", "descend_many"]

_TOLD = {
    "gradient": "came to rest",
    "steps": "took all their steps",
    "nonfinite": "met what is not finite",
    "outside": "left the map",
}


@dataclass(frozen=True, eq=False, repr=False)
class Many:
    """Where many walks ended.

    x           (N, n) the last point of each
    values      (N,) the function there
    steps       (N,) how many steps each took
    reasons     (N,) why each ended, as numbers of `Ending`; `endings` gives the words
    starts      (N, n) where they began: an array of float64 is the one that was given, no copy
    """

    x: Vector
    values: Vector
    steps: NDArray[np.int64]
    reasons: NDArray[np.int8]
    starts: Vector
    names: tuple[str, ...]
    label: str
    tier: str
    objective: Objective
    _slopes: Callable[[], Vector]

    @cached_property
    def gradients(self) -> Vector:
        """(N, n) the gradient at each last point, computed when it is first asked for, with the
        data that the walks had.
        """
        return self._slopes()

    @property
    def endings(self) -> NDArray[np.str_]:
        """Why each walk ended: "gradient" (below the tolerance), "steps" (all of them were taken),
        "nonfinite" (the next value or slope) or "outside" (of the map).
        """
        words = np.array([e.name.lower() for e in Ending])
        order = np.array([int(e) for e in Ending])
        return words[np.searchsorted(order, self.reasons)]

    @property
    def best(self) -> int:
        """The number of the walk that ended lowest."""
        return int(np.argmin(np.where(np.isfinite(self.values), self.values, np.inf)))

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """The picture: of two variables starts and ends on a map, of others how low they ended."""
        from importlib import import_module

        return import_module("steepest.pictures").plot_many(self, ax=ax, **options)

    def __len__(self) -> int:
        return int(self.x.shape[0])

    def __repr__(self) -> str:
        words, times = np.unique(self.endings, return_counts=True)
        kinds = ", ".join(f"{n:,} {_TOLD.get(w, w)}" for w, n in zip(words, times, strict=True))
        low = self.values[self.best]
        return (
            f"{count(len(self), 'walk')} on {self.label or 'f'}: {kinds}; "
            f"the lowest ended at f = {low:.6g}"
        )


def descend_many(
    f: Any,
    starts: Any,
    *,
    method: str | Method = "gradient-descent",
    rate: Rate | None = None,
    steps: int = 1000,
    tolerance: float = 1e-8,
    engine: str | None = None,
) -> Many:
    """Walk down from many starts at once.

    f           a Function, a formula, NumPy code, or an Objective
    starts      (N, n): a row for each walk; (N,) for a function of one variable; or a dict with an
                array for each variable
    method, rate, tolerance, steps      as in `descend`; a tolerance of 0 asks nothing on the way,
                which is twice as fast
    engine      "native" takes the walks along in vector registers, on all cores; "python" takes
                one after the other; None is native where that can be

    Each walk is the walk that `descend` takes from its start, without its record; only standstills
    are not looked for. Raises DescentError for what cannot begin.

    >>> import numpy as np
    >>> many = descend_many("(w^2 - 1)^2", np.linspace(-2, 2, 5), rate=0.05)
    >>> many.x.ravel().round(6)
    array([-1., -1.,  0.,  1.,  1.])
    >>> many.endings
    array(['gradient', 'gradient', 'gradient', 'gradient', 'gradient'], dtype='<U11')
    """
    stop = Stop(tolerance=tolerance, steps=steps)
    herd = Herd(chosen_method(method, rate), stop.tolerance)
    points, example = _points(starts)
    objective, x = posed(f, example)
    names = objective.names or default_names(x.shape[0])
    if points.shape[1] != x.shape[0]:
        raise DescentError(
            f"each start has {count(points.shape[1], 'number')}, and the function the variables "
            f"{', '.join(names)}: give one number for each"
        )
    if not np.isfinite(points).all():
        bad = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise DescentError(f"start number {bad} is not finite: {points[bad]}")
    why = _refusal(objective, herd, points, engine)
    walk = _one_by_one if why is not None else _in_groups
    last, values, slopes, taken, code = walk(objective, herd, points, stop.steps or 0)
    return Many(
        last, values, taken, code, points, names, objective.label,
        PYTHON if why is not None else NATIVE, objective, slopes,
    )  # fmt: skip


def _points(starts: Any) -> tuple[Vector, Any]:
    """All starts as rows (N, n), and the first of them as a start of `descend`."""
    if isinstance(starts, Mapping):
        columns = {name: _real(v, f"the starts of {name}") for name, v in starts.items()}
        try:
            wide = np.broadcast_arrays(*columns.values())
        except ValueError:
            shapes = ", ".join(f"{v.shape} for {name}" for name, v in columns.items())
            raise DescentError(
                f"starts of the shapes {shapes} do not go together: give as many of each, or one"
            ) from None
        if not wide or wide[0].size == 0:
            raise DescentError("there are no starts: give an array of them for each variable")
        rows = np.stack([w.ravel() for w in wide], axis=1)
        return rows, dict(zip(starts, rows[0].tolist(), strict=True))
    array = _real(starts, "starts")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim == 2 and array.size == 0:
        raise DescentError(f"there are no starts: an array of shape {array.shape} holds no number")
    if array.ndim != 2:
        raise DescentError(
            f"starts of shape {np.shape(starts)} cannot be read: give an array (N, n) with a row "
            "for each walk"
        )
    return array, (float(array[0, 0]) if array.shape[1] == 1 else array[0].copy())


def _real(given: Any, what: str) -> Vector:
    """Numbers as float64; an array that holds them so is taken as it is."""
    try:
        array = np.asarray(given)
        if array.dtype.kind in "fiubO":
            return np.asarray(array, dtype=np.float64)
        found = f"dtype {array.dtype}"
    except (TypeError, ValueError) as error:
        found = str(error)
    raise DescentError(
        f"{what} must be real numbers: an array (N, n), a row for each walk, or a dict of arrays; "
        f"but NumPy says {found}"
    )


def _states(herd: Herd, points: Vector) -> dict[str, Any]:
    """The method's state for every start: (N, ...) each."""
    method = herd.method

    def at(x: Vector) -> dict[str, Any]:
        return checked_state(method.init(x.copy()), method)

    first, other = at(points[0]), at(points[0] + 1.0)
    if all(np.array_equal(first[k], other[k]) for k in first):
        return {k: np.broadcast_to(v * 1.0, (len(points), *np.shape(v))) for k, v in first.items()}
    every = [at(x) for x in points]
    return {k: np.stack([s[k] for s in every]).astype(float) for k in first}


def _refusal(objective: Objective, herd: Herd, points: Vector, engine: Any) -> str | None:
    """Why these walks are taken one by one in Python; None where they are not."""
    if engine not in (None, PYTHON, NATIVE):
        raise DescentError(f'engine={engine!r} is neither "python" nor "native": leave it out')
    if engine == PYTHON:
        return "asked for"
    why = objective.flock_refusal(
        herd, points[0], {k: v[0] for k, v in _states(herd, points[:1]).items()}
    )
    if why and engine == NATIVE:
        raise DescentError(
            f'these walks cannot run in machine code: {why}. Leave out engine="native", and they '
            "run in Python, one after the other"
        )
    return why or None


def _in_groups(objective: Objective, herd: Herd, points: Vector, steps: int) -> tuple[Any, ...]:
    ends = objective.machine.flocks(herd).walk(points, _states(herd, points), steps)
    return ends.x, ends.values, ends.slopes, ends.taken, ends.code


def _one_by_one(objective: Objective, herd: Herd, points: Vector, steps: int) -> tuple[Any, ...]:
    states = _states(herd, points)
    x, taken = points.copy(), np.zeros(len(points), dtype=np.int64)
    values, gradients = np.empty(len(points)), np.empty(points.shape)
    code = np.zeros(len(points), dtype=np.int8)
    with np.errstate(all="ignore"):
        for i, start in enumerate(points):
            member = herd.begin(start.copy(), {k: v[i] for k, v in states.items()})
            while member.code == GOING and member.taken < steps:
                member = herd.advance(objective.evaluate, member)
            at = objective.evaluate(member.x)
            reason = member.code
            if reason == GOING:
                slope = float(np.abs(at.g).max())
                reason = herd.last(at.f, slope, at.inside, member.scale)
                if herd.lost(reason):
                    member = member._replace(x=member.before, taken=member.taken - 1)
                    at = objective.evaluate(member.x)
            x[i], values[i], gradients[i] = member.x, at.f, at.g
            taken[i], code[i] = member.taken, reason
    return x, values, lambda: gradients, taken, code
