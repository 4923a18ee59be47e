"""How a function of one number behaves at ever shorter steps, and what that says of its slope.

One climb down a ladder of steps answers four questions: the slope by differences and its error bar;
how noisy the values are; whether the slopes on the two sides are one slope (else there is a kink or
a jump); and whether the values are finite on both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.sources.numerical import Estimate, along

__all__ = [
    "EDGE",
    "JUMP",
    "KINK",
    "SMOOTH",
    "STEEP",
    "Ladder",
    "Rung",
    "climb",
    "climb_all",
    "noise_of",
]

Array = np.ndarray[Any, Any]

SMOOTH, KINK, JUMP, STEEP, EDGE = "smooth", "kink", "jump", "steep", "edge"
STARTS = (1e-5, 1e-3, 1e-1)  # the longest step of each window, shortest window first
POINTS = 9
CLEAR = 20.0  # a gap between the two sides counts from so many times its noise


@dataclass(frozen=True)
class Rung:
    """One step length h: (f(h) − f(0))/h, (f(0) − f(−h))/h, and their mean."""

    step: float
    right: float
    left: float

    @property
    def middle(self) -> float:
        """The central difference."""
        return (self.right + self.left) / 2


@dataclass(frozen=True)
class Ladder:
    """What differences tell of the slope at 0: `slope` ± `error`, the rungs it was read off, and
    what kind of place it is; `left` and `right` are the slopes of the two sides there.
    """

    slope: float
    error: float
    kind: str
    left: float
    right: float
    rungs: tuple[Rung, ...]  # the longest step first


def climb(f: Callable[[float], float], scale: float, noise: float) -> Ladder:
    """Look at f around 0, at steps of up to a tenth of `scale`; `noise` is how uncertain f is.

    >>> ladder = climb(lambda t: abs(t) + 3 * t, 1.0, 1e-16)
    >>> ladder.kind, round(ladder.left, 9), round(ladder.right, 9)
    ('kink', 2.0, 4.0)
    """
    return climb_all([f], [scale], [noise])[0]


def climb_all(
    functions: Sequence[Callable[[float], float]], scales: Sequence[float], noises: Sequence[float]
) -> list[Ladder]:
    """`climb` for several functions at once, which spares most of its own work."""
    size, noise = np.asarray(scales, float), np.asarray(noises, float)
    known: dict[float, Array] = {}

    def remembered(t: float) -> Array:
        if t not in known:
            known[t] = np.array([_value(f, t * s) for f, s in zip(functions, size, strict=True)])
        return known[t]

    best = _longest_consistent([along(remembered, starts=(s,), noise=2 * noise) for s in STARTS])
    here = remembered(0.0)
    steps = sorted((t for t in known if t > 0), reverse=True)
    with np.errstate(all="ignore"):
        right = np.array([(known[t] - here) / (t * size) for t in steps])  # (steps, functions)
        left = np.array([(here - known[-t]) / (t * size) for t in steps])
        found = []
        for i, scale in enumerate(size):
            columns = zip(steps, right[:, i].tolist(), left[:, i].tolist(), strict=True)
            rungs = tuple(Rung(float(t * scale), r, k) for t, r, k in columns)
            slope, error = best.value[i] / scale, best.error[i] / scale
            found.append(Ladder(float(slope), float(error), *_sides(rungs, noise[i]), rungs))
    return found


def _longest_consistent(windows: Sequence[Estimate]) -> Estimate:
    """Longer steps suffer less from rounding and more from the curve: a longer window is believed
    where a shorter one does not contradict it.
    """
    value, error = windows[0]
    for longer in windows[1:]:
        with np.errstate(invalid="ignore"):
            agrees = np.abs(longer.value - value) <= 3 * error
        better = ~np.isfinite(error) | ((longer.error < error) & agrees)
        value, error = np.where(better, longer.value, value), np.where(better, longer.error, error)
    return Estimate(value, error)


def _sides(rungs: Sequence[Rung], noise: float) -> tuple[str, float, float]:
    """The kind of place, and the slopes of its two sides.

    The gap between the two slopes at step h is |f″|·h where f is smooth, constant at a kink, and
    grows like 1/h at a jump: its power of h at the shortest steps where it stands clear of noise.
    """
    if not rungs:
        return SMOOTH, math.nan, math.nan
    short = [r for r in rungs if r.step <= 1e-2 * rungs[0].step] or list(rungs)
    right = np.array([r.right for r in short])
    left = np.array([r.left for r in short])
    if not np.isfinite(right).any() or not np.isfinite(left).any():
        return EDGE, _last_finite(left), _last_finite(right)
    clear = [
        r
        for r in rungs
        if np.isfinite(r.right - r.left) and abs(r.right - r.left) > CLEAR * 4 * noise / r.step
    ]
    if len(clear) < 4:
        return SMOOTH, float(left[-1]), float(right[-1])
    shortest = clear[-1]
    gap = abs(shortest.right - shortest.left)
    if any(r.step < shortest.step and gap > 8 * CLEAR * noise / r.step for r in rungs):
        return SMOOTH, float(left[-1]), float(right[-1])  # what it met lies beside 0, not at it
    near = [r for r in clear if r.step <= 100 * shortest.step]
    logs = np.log([[r.step, abs(r.right - r.left)] for r in near]).T
    power = float(np.polyfit(logs[0], logs[1], 1)[0]) if len(near) >= 3 else 1.0
    if power < -0.7:
        return JUMP, shortest.left, shortest.right
    if power < -0.25:
        return STEEP, shortest.left, shortest.right
    if power < 0.25:
        return KINK, shortest.left, shortest.right
    return SMOOTH, shortest.left, shortest.right


def _last_finite(values: Any) -> float:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if len(finite) else math.nan


def noise_of(f: Callable[[float], float], step: float) -> float:
    """How uncertain the values of f are near 0: the least change that means nothing.

    Differences of high order over points close together remove all that is smooth and leave the
    noise: σₖ² = γₖ · mean (Δᵏf)², γₖ = (k!)²/(2k)!. The points lie on one side, so that a kink at 0
    is not taken for noise, and where the two sides differ the quieter one counts. J. J. Moré and
    S. M. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011) 1292-1314.

    >>> rng = np.random.default_rng(0)
    >>> 0.5e-3 < noise_of(lambda t: t**2 + 1e-3 * rng.normal(), 1e-6) < 2e-3
    True
    """
    found = []
    for sign in (1.0, -1.0):
        row = np.array([_value(f, sign * step * i) for i in range(1, POINTS + 1)])
        if not np.isfinite(row).all():
            continue
        sizes = []
        for k in range(1, 7):
            row = np.diff(row)
            gamma = math.factorial(k) ** 2 / math.factorial(2 * k)
            sizes.append(math.sqrt(gamma * float(np.mean(row**2))))
        found.append(float(np.median(sizes[3:])))
    small, large = min(found, default=0.0), max(found, default=0.0)
    return math.hypot(small, large) / math.sqrt(2) if large < 10 * small else small


def _value(f: Callable[[float], float], t: float) -> float:
    try:
        return float(f(t))
    except (ArithmeticError, ValueError):
        return math.nan
