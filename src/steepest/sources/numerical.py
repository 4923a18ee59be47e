"""Derivatives by differences, with an error bar: for what cannot be followed.

Ridders' method: central differences at shrinking steps, extrapolated to step 0 in powers of the
step squared; of all entries of the table the one whose neighbours agree best is taken, and their
disagreement is the error bar. C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
Advances in Engineering Software 4 (1982) 75-76.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Estimate", "along", "jacobian"]

Array = np.ndarray[Any, Any]

SHRINK = 1.6  # each step is this much shorter than the one before
ROUNDS = 10
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


def _ridders(f: Callable[[float], Any], h: float, rounds: int, uncertain: Any) -> Estimate:
    best = error = None
    before: list[Array] = []
    with np.errstate(all="ignore"):
        for _ in range(rounds):
            up, down = _at(f, h), _at(f, -h)
            row = [(up - down) / (2 * h)]
            size = np.maximum(np.abs(up), np.abs(down))
            noise = np.maximum(np.finfo(float).eps * size, uncertain) / h  # rounding of f itself
            factor = SHRINK**2
            for k, older in enumerate(before):
                row.append((row[k] * factor - older) / (factor - 1))
                factor *= SHRINK**2
                off = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - older)) + noise
                if best is None or error is None:
                    best, error = row[-1], np.where(np.isfinite(off), off, np.inf)
                    continue
                better = off <= error
                best, error = np.where(better, row[-1], best), np.where(better, off, error)
            before = row
            h /= SHRINK
    assert best is not None
    assert error is not None
    return Estimate(best[()], error[()])


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
