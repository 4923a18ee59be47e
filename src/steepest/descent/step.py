"""How long a step is: fixed rates and schedules.

A schedule is a function of the step number t = 0, 1, 2, ... in plain NumPy, without branches on
values, so that it can be compiled with the rest of the walk. Each has a repr that builds it again
and a description in JSON that a saved walk keeps. Schedules compose:
`WarmUp(10, Cosine(0.1, 500))`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from steepest.errors import DescentError

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "Exponential",
    "Inverse",
    "Piecewise",
    "Rate",
    "WarmUp",
    "checked_rate",
    "described_rate",
    "rate_at",
    "rebuilt_rate",
]

Rate = float | Callable[[Any], Any]


@dataclass(frozen=True)
class Constant:
    """rate(t) = rate.

    >>> Constant(0.1)(7)
    0.1
    """

    rate: float

    def __post_init__(self) -> None:
        checked_rate(self.rate)

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        return self.rate


@dataclass(frozen=True)
class Exponential:
    """rate(t) = rate · factor^(t / every): the rate shrinks by `factor` over `every` steps.

    >>> Exponential(0.1, factor=0.5, every=10)(20)
    0.025
    """

    rate: float
    factor: float
    every: float = 1.0

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        if not (0 < self.factor and math.isfinite(self.factor)) or not self.every > 0:
            raise DescentError(
                f"{self!r} is no schedule: factor and every must be positive, like factor=0.99"
            )

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        return self.rate * self.factor ** (t / self.every)


@dataclass(frozen=True)
class Inverse:
    """rate(t) = rate / (1 + decay · t), whose sum diverges while the sum of its squares does not:
    the classical condition of Robbins and Monro (1951), "A Stochastic Approximation Method",
    Ann. Math. Statist. 22, for convergence under noise.

    >>> Inverse(0.1, decay=1.0)(1)
    0.05
    """

    rate: float
    decay: float = 1.0

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        if not self.decay >= 0 or not math.isfinite(self.decay):
            raise DescentError(f"{self!r} is no schedule: decay must be 0 or more, like 0.01")

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        return self.rate / (1 + self.decay * t)


@dataclass(frozen=True)
class Cosine:
    """rate(t) = end + (rate − end) · (1 + cos(π · min(t / steps, 1))) / 2: half a cosine wave.

    Loshchilov and Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm Restarts", eq. 5,
    one period without restarts.

    >>> float(Cosine(0.1, steps=100)(100))
    0.0
    """

    rate: float
    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        if not self.steps > 0 or not self.end >= 0 or not math.isfinite(self.end):
            raise DescentError(f"{self!r} is no schedule: steps must be positive, end 0 or more")

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        along = np.minimum(t / self.steps, 1.0)
        return self.end + (self.rate - self.end) * ((1 + np.cos(np.pi * along)) / 2)


@dataclass(frozen=True)
class WarmUp:
    """rate(t) = then(max(t − steps, 0)) · min((t + 1) / steps, 1): a straight rise, then `then`.

    The first step already moves: it has 1/steps of the rate.

    >>> warm = WarmUp(4, 0.1)
    >>> [float(warm(t)) for t in (0, 3, 10)]
    [0.025, 0.1, 0.1]
    """

    steps: int
    then: Rate

    def __post_init__(self) -> None:
        checked_rate(self.then)
        if not self.steps > 0:
            raise DescentError(f"{self!r} is no schedule: steps must be positive")

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        after = rate_at(self.then, np.maximum(t - self.steps, 0))
        return after * np.minimum((t + 1) / self.steps, 1.0)


@dataclass(frozen=True)
class Piecewise:
    """The first rate until step at[0], the second from there until at[1], and so on.

    >>> drop = Piecewise((0.1, 0.01), at=(100,))
    >>> float(drop(99)), float(drop(100))
    (0.1, 0.01)
    """

    rates: tuple[float, ...]
    at: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(self.rates))
        object.__setattr__(self, "at", tuple(self.at))
        for rate in self.rates:
            checked_rate(rate)
        if len(self.rates) != len(self.at) + 1 or list(self.at) != sorted(set(self.at)):
            raise DescentError(
                f"{self!r} is no schedule: give one rate more than there are changes, and the "
                "steps of the changes in rising order, like Piecewise((0.1, 0.01), at=(100,))"
            )

    def __call__(self, t: Any) -> Any:
        """The rate at step t."""
        rate: Any = self.rates[0]
        for start, following in zip(self.at, self.rates[1:], strict=True):
            rate = np.where(t >= start, following, rate)
        return rate


SCHEDULES: Mapping[str, type] = {
    kind.__name__: kind for kind in (Constant, Exponential, Inverse, Cosine, WarmUp, Piecewise)
}


def rate_at(rate: Rate, t: Any) -> Any:
    """The rate in force at step t, whether `rate` is a number or a schedule."""
    return rate(t) if callable(rate) else rate


def checked_rate(rate: Any) -> Rate:
    """The rate itself, if a walk can use it; a DescentError that says what to write if not."""
    if callable(rate):
        return rate  # type: ignore[no-any-return]
    if isinstance(rate, bool) or not isinstance(rate, (int, float, np.integer, np.floating)):
        raise DescentError(
            f"rate={rate!r} is neither a number nor a schedule: write rate=0.1, "
            "or rate=steepest.descent.Cosine(0.1, steps=1000)"
        )
    value = float(rate)
    if math.isnan(value) or math.isinf(value):
        raise DescentError(f"rate={value} is not a finite number: write one like rate=0.1")
    if value == 0:
        raise DescentError("rate=0 takes no step at all: write a positive rate, like rate=0.1")
    if value < 0:
        raise DescentError(
            f"rate={value:g} is negative and would walk uphill: "
            f"did you mean ascend(..., rate={-value:g})?"
        )
    return value


def described_rate(rate: Rate) -> Any:
    """The rate as JSON: a number, a schedule's name and fields, or the repr of the user's own."""
    if not callable(rate):
        return rate
    if SCHEDULES.get(type(rate).__name__) is type(rate) and is_dataclass(rate):
        entries = {f.name: getattr(rate, f.name) for f in fields(rate)}
        plain = {
            name: described_rate(value) if callable(value) else value
            for name, value in entries.items()
        }
        return {"schedule": type(rate).__name__, **plain}
    return {"own": repr(rate)}


def rebuilt_rate(described: Any) -> Rate | None:
    """The rate that `described_rate` described; None where only the user can bring it back."""
    if not isinstance(described, Mapping):
        return checked_rate(described)
    kind = SCHEDULES.get(str(described.get("schedule")))
    if kind is None:
        return None
    entries: dict[str, Any] = {}
    for name, value in described.items():
        if name == "schedule":
            continue
        entries[name] = rebuilt_rate(value) if isinstance(value, Mapping) else value
        if entries[name] is None:
            return None
    built = kind(**entries)
    assert callable(built)
    return built  # type: ignore[no-any-return]
