"""Rates and schedules against their formulas, in mpmath."""

from __future__ import annotations

import json
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from steepest.descent.step import (
    Constant,
    Cosine,
    Exponential,
    Inverse,
    Piecewise,
    WarmUp,
    checked_rate,
    described_rate,
    rebuilt_rate,
)
from steepest.errors import DescentError

TRUTH: list[tuple[Any, Any]] = [
    (Constant(0.3), lambda t: mp.mpf(0.3)),
    (Exponential(0.3, 0.97, every=3.0), lambda t: mp.mpf(0.3) * mp.mpf(0.97) ** (mp.mpf(t) / 3)),
    (Inverse(0.3, decay=0.25), lambda t: mp.mpf(0.3) / (1 + mp.mpf(0.25) * t)),
    (
        Cosine(0.3, steps=50, end=0.01),
        lambda t: (
            mp.mpf(0.01)
            + (mp.mpf(0.3) - mp.mpf(0.01)) * (1 + mp.cos(mp.pi * min(mp.mpf(t) / 50, 1))) / 2
        ),
    ),
    (WarmUp(10, 0.3), lambda t: mp.mpf(0.3) * min(mp.mpf(t + 1) / 10, 1)),
    (Piecewise((0.3, 0.2, 0.1), at=(5, 40)), lambda t: 0.3 if t < 5 else 0.2 if t < 40 else 0.1),
    (
        WarmUp(5, Exponential(0.3, 0.9)),
        lambda t: mp.mpf(0.3) * mp.mpf(0.9) ** max(t - 5, 0) * min(mp.mpf(t + 1) / 5, 1),
    ),
]


@pytest.mark.parametrize(("schedule", "truth"), TRUTH, ids=lambda p: type(p).__name__)
def test_each_schedule_is_its_formula(schedule: Any, truth: Any) -> None:
    for t in (0, 1, 4, 5, 9, 10, 39, 40, 49, 50, 51, 1000):
        assert float(schedule(t)) == pytest.approx(float(truth(t)), rel=1e-14), t


@pytest.mark.parametrize(("schedule", "truth"), TRUTH, ids=lambda p: type(p).__name__)
def test_schedules_take_arrays_of_steps(schedule: Any, truth: Any) -> None:
    steps = np.arange(60)
    one_by_one = [float(schedule(int(t))) for t in steps]
    together = np.broadcast_to(schedule(steps), steps.shape)
    np.testing.assert_allclose(together, one_by_one, rtol=1e-15)


@pytest.mark.parametrize(("schedule", "truth"), TRUTH, ids=lambda p: type(p).__name__)
def test_repr_and_json_build_it_again(schedule: Any, truth: Any) -> None:
    assert eval(repr(schedule)) == schedule
    assert rebuilt_rate(json.loads(json.dumps(described_rate(schedule)))) == schedule


def test_a_schedule_of_ones_own_is_described_but_not_rebuilt() -> None:
    described = described_rate(lambda t: 0.1)
    assert "lambda" in described["own"] and rebuilt_rate(described) is None
    assert rebuilt_rate(described_rate(WarmUp(3, lambda t: 0.1))) is None


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (0, "takes no step"),
        (-0.1, r"did you mean ascend\(\.\.\., rate=0\.1\)"),
        (float("inf"), "not a finite number"),
        (float("nan"), "not a finite number"),
        ("fast", "neither a number nor a schedule"),
        (True, "neither a number nor a schedule"),
        (None, "neither a number nor a schedule"),
    ],
)
def test_rates_that_cannot_be(rate: Any, says: str) -> None:
    with pytest.raises(DescentError, match=says):
        checked_rate(rate)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Exponential(0.1, factor=0),
        lambda: Inverse(0.1, decay=-1),
        lambda: Cosine(0.1, steps=0),
        lambda: Cosine(-0.1, steps=10),
        lambda: WarmUp(0, 0.1),
        lambda: Piecewise((0.1, 0.2), at=()),
        lambda: Piecewise((0.1, 0.2, 0.3), at=(5, 5)),
    ],
)
def test_schedules_that_cannot_be(wrong: Any) -> None:
    with pytest.raises(DescentError):
        wrong()
