"""Derivatives by differences, with an error bar: for what cannot be followed.

Ridders' method: central differences at shrinking steps, extrapolated to step 0 in powers of the
step squared; of all entries of the table the one whose neighbours agree best is taken, and their
disagreement is the error bar. C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
Advances in Engineering Software 4 (1982) 75-76.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Estimate", "agreement", "along", "jacobian"]

Array = np.ndarray[Any, Any]

SHRINK = 1.6  # each step is this much shorter than the one before
ROUNDS = 10
EPSILON = sys.float_info.epsilon
STARTS = (
    1e-1,
    1e-3,
    1e-5,
)  # first steps tried, relative to the size of x: wide for smooth functions, short near kinks


class Estimate(NamedTuple):
    """A derivative and how far it may be off.

    `error` is infinite where no two steps agreed on anything.
    """

    value: Any
    error: Any


def along(
    f: Callable[[float], Any],
    scale: float = 1.0,
    *,
    starts: Sequence[float] = STARTS,
    rounds: int = ROUNDS,
    noise: Any = 0.0,
) -> Estimate:
    """The derivative at t = 0 of f(t), a number or an array, with an error bar for each element.

    `scale` is the length over which f is expected to change; the first steps are `starts` of it,
    each followed by `rounds` shorter ones. `noise` is what f's values are uncertain by, beyond
    rounding. Where f is not finite the error bar is infinite.

    >>> import math
    >>> slope, error = along(lambda t: math.exp(2 * t))
    >>> bool(abs(slope - 2) <= error < 1e-9)
    True
    """
    found = [_ridders(f, start * scale, rounds, noise) for start in starts]
    best = found[0]
    for other in found[1:]:
        better = other.error < best.error
        best = Estimate(
            np.where(better, other.value, best.value), np.where(better, other.error, best.error)
        )
    error = best.error
    for (
        other
    ) in found:  # what the others contradict is no better known than that: at a jump no two agree
        apart = np.abs(best.value - other.value) - other.error
        error = np.where(apart > error, apart, error)
    return Estimate(np.asarray(best.value)[()], np.asarray(error)[()])


def _of_numbers(
    f: Callable[[Sequence[float]], Sequence[float]], start: float, rounds: int
) -> Estimate:
    """The derivative at t = 0 of a number f(t), where f gives its values at several t together.

    What `along` finds from one start. Where a value is not finite, so is the error bar.
    """
    steps = _steps(start, rounds)
    found = f([*steps, *(-h for h in steps)])
    sides = list(zip(found[:rounds], found[rounds:], strict=True))
    return _extrapolated(steps, sides, 0.0, ONE)


def agreement(
    at: Callable[[Sequence[float]], Sequence[float]], mine: float, tolerance: float
) -> tuple[bool | None, str]:
    """Whether a slope is what differences of a number give, as far as these can tell; with a reason
    if not. `at` gives the number's values at several places together, the slope is that at 0.
    """
    apart = ""
    least = math.nan

    def around(ts: Sequence[float]) -> Sequence[float]:
        nonlocal least
        value, *found = at([0.0, *ts])
        least = 1e-4 * abs(value)  # a slope this small beside the value itself counts as none
        return found

    for start in (1e-3, 1e-5, 1e-7):
        estimate, error = _of_numbers(around, start, rounds=4)
        if not math.isfinite(estimate) or not math.isfinite(error):
            continue
        off, size = abs(mine - estimate), max(abs(mine), abs(estimate), least)
        sure = 1e-4 if apart else 1e-2  # long steps may have reached over a pole or a kink
        if off <= tolerance * size + 3 * error and error <= sure * size + 1e-9:
            return True, ""
        if not apart and off > 100 * error + 1e-3 * size:
            apart = (
                f"the slope that was followed is {mine:.6g}, but differences of the value give "
                f"{estimate:.6g}"
            )
    if apart:
        return False, apart
    return (
        None,
        "its slope could not be compared: differences of the value do not settle near this point",
    )


def _ridders(f: Callable[[float], Any], h: float, rounds: int, uncertain: Any) -> Estimate:
    steps = _steps(h, rounds)
    with np.errstate(all="ignore"):
        sides = [(_at(f, h), _at(f, -h)) for h in steps]
        best, error = _extrapolated(steps, sides, uncertain, MANY)
    return Estimate(best[()], error[()])


def _steps(h: float, rounds: int) -> list[float]:
    steps = [h]
    while len(steps) < rounds:
        steps.append(steps[-1] / SHRINK)
    return steps


class _Kind(NamedTuple):
    """How values are compared and chosen: elements of arrays, or one number of Python's."""

    larger: Callable[[Any, Any], Any]
    chosen: Callable[[Any, Any, Any], Any]
    finite: Callable[[Any], Any]


MANY = _Kind(np.maximum, np.where, np.isfinite)
ONE = _Kind(max, lambda true, a, b: a if true else b, math.isfinite)


def _extrapolated(
    steps: Sequence[float], sides: Sequence[tuple[Any, Any]], uncertain: Any, kind: _Kind
) -> Estimate:
    """Ridders' table of the values at some steps to either side, and the best that is in it."""
    larger, chosen, finite = kind
    best = error = None
    before: list[Any] = []
    for h, (up, down) in zip(steps, sides, strict=True):
        row = [(up - down) / (2 * h)]
        size = larger(abs(up), abs(down))
        noise = larger(EPSILON * size, uncertain) / h  # rounding of f itself
        factor = SHRINK**2
        for k, older in enumerate(before):
            row.append((row[k] * factor - older) / (factor - 1))
            factor *= SHRINK**2
            off = larger(abs(row[-1] - row[-2]), abs(row[-1] - older)) + noise
            if best is None or error is None:
                best, error = row[-1], chosen(finite(off), off, np.inf)
                continue
            better = off <= error
            best, error = chosen(better, row[-1], best), chosen(better, off, error)
        before = row
    assert best is not None
    assert error is not None
    return Estimate(best, error)


def _at(f: Callable[[float], Any], t: float) -> Array:
    """The value there.

    NaN where there is none, for functions of Python numbers raise errors where NumPy's give NaN.
    """
    try:
        return np.asarray(f(t), float)
    except (ArithmeticError, ValueError):
        return np.asarray(np.nan)


def jacobian(f: Callable[[Array], Any], x: Any) -> Estimate:
    """All partial derivatives of f at x by differences.

    Shape (*f(x).shape, *x.shape), and error bars of that shape.

    For f with one number as its value this is the gradient. f is called some sixty times for each
    element of x.

    >>> value, error = jacobian(lambda x: x[0] ** 2 * x[1], [3.0, 2.0])
    >>> [round(float(v), 6) for v in value]
    [12.0, 9.0]
    """
    at = np.array(x, float)
    columns: list[Estimate] = []
    for index in np.ndindex(at.shape):

        def moved(t: float, index: tuple[int, ...] = index) -> Any:
            there = at.copy()
            there[index] += t
            return f(there)

        columns.append(along(moved, scale=max(1.0, abs(float(at[index])))))
    if not columns:
        empty = np.zeros((*np.shape(f(at)), *at.shape))
        return Estimate(empty, empty)
    value, error = (np.stack([np.asarray(c[k]) for c in columns], axis=-1) for k in (0, 1))
    shape = (*value.shape[:-1], *at.shape)
    return Estimate(value.reshape(shape)[()], error.reshape(shape)[()])
