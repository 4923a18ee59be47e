"""When walks end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from steepest.descent import Cosine, Stop, descend
from steepest.errors import DescentError
from tests.descent.grounds import ground, named, parabola, quadratic
from tests.descent.methods import Backtracking


def test_steps_and_evaluations() -> None:
    d = descend(parabola(), 5.0, rate=0.01, steps=7)
    assert (d.ending, d.steps, d.evaluations) == ("steps", 7, 8)
    d = descend(parabola(), 5.0, rate=0.01, steps=None, evaluations=7)
    assert (d.ending, d.steps, d.evaluations) == ("evaluations", 6, 7)
    d = descend(parabola(), 5.0, rate=0.01, steps=0)
    assert (d.ending, d.steps, d.evaluations) == ("steps", 0, 1) and d.x[0] == 5
    o = named("rosenbrock")
    d = descend(o, [-1.2, 1], method=Backtracking(), steps=1000, evaluations=77)
    assert (d.ending, d.evaluations, o.evaluations) == ("evaluations", 77, 77) and d.steps < 76


def test_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    slow: dict[str, Any] = {"rate": 1e-9, "steps": None, "tolerance": 0}
    assert descend(parabola(), 5.0, seconds=0.05, **slow).ending == "seconds"
    # on a busy machine that may be the first step; by a clock of evaluations it is not
    o = parabola()
    clock = SimpleNamespace(monotonic=lambda: o.evaluations / 1000)
    monkeypatch.setattr("steepest.descent.driver.time", clock)
    d = descend(o, 5.0, seconds=0.05, **slow)
    assert d.ending == "seconds" and 50 <= d.evaluations < 80
    assert descend(parabola(), 5.0, seconds=0).evaluations == 1


def test_the_gradient_tolerance_is_absolute_on_steep_ground() -> None:
    d = descend(quadratic([1e6]), 1.0, rate=1e-7, tolerance=1e-3, steps=10_000)
    assert d.ending == "gradient"
    assert abs(d.gradients[-1, 0]) <= 1e-3 < abs(d.gradients[-2, 0])


def test_and_relative_on_gentle_ground() -> None:
    """f = 1e-12 x² is a bowl like any other: |∇f| = 2e-12 at the start is not flat."""
    d = descend(quadratic([2e-12]), 1.0, rate=1e11, tolerance=1e-3, steps=10_000)
    assert d.ending == "gradient"
    assert abs(d.gradients[-1, 0]) <= 2e-15 < abs(d.gradients[-2, 0])


def test_a_flat_start_ends_at_once() -> None:
    d = descend(parabola(), 3.0)
    assert (d.ending, d.steps, d.evaluations) == ("gradient", 0, 1)


def test_standstill_when_the_steps_drown_in_rounding() -> None:
    d = descend(parabola(), 5.0, rate=1e-17, steps=10_000)
    assert d.ending == "standstill" and d.evaluations == 11 and d.x[0] == 5


def test_step_tolerance() -> None:
    d = descend(parabola(), 5.0, rate=0.1, step_tolerance=1e-3, tolerance=0)
    moves = np.abs(np.diff(d.path[:, 0])) / np.abs(d.path[1:, 0])
    assert d.ending == "standstill" and (moves[-10:] <= 1e-3).all() and moves[-11] > 1e-3


def test_a_standstill_needs_every_component_to_stand() -> None:
    """The second variable is tiny beside the first, and still on its way."""
    o = ground(lambda a, b: b * b, lambda a, b: [0.0, 2 * b], "ab")
    d = descend(o, [1e12, 1e-3], rate=0.01, steps=2000, tolerance=1e-12)
    assert d.ending != "standstill" and abs(d.x[1]) < 1e-14


def test_a_warm_up_does_not_stand_still_and_a_finished_schedule_does() -> None:
    d = descend(parabola(), 5.0, rate=Cosine(0.01, steps=30), steps=1000)
    assert d.ending == "standstill" and d.verdict.cause == "rate ran out"


def test_the_edge_of_the_map() -> None:
    o = ground(lambda x: -x, lambda x: [-1.0], ["x"], inside=lambda x: bool(abs(x[0]) <= 1))
    d = descend(o, 0.0, rate=0.15)
    assert d.ending == "outside" and d.steps == 6 and d.x[0] == pytest.approx(0.9)
    assert d.verdict.cause == "left the map" and d.evaluations == 7


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"steps": -1}, "less than 0"),
        ({"steps": 1.5}, "not a whole number"),
        ({"steps": 100.0}, "write the whole number steps=100"),
        ({"steps": True}, "not a whole number"),
        ({"evaluations": 0}, "less than 1"),
        ({"seconds": -1}, "0 or more"),
        ({"seconds": "1"}, "0 or more"),
        ({"tolerance": -1e-9}, "0 or more"),
        ({"tolerance": float("nan")}, "0 or more"),
        ({"tolerance": float("inf")}, "0 or more"),
        ({"step_tolerance": "x"}, "0 or more"),
        ({"steps": None}, "might never end"),
    ],
)
def test_stops_that_cannot_be(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(DescentError, match=says):
        Stop(**settings)


def test_numpy_counts_are_counts() -> None:
    assert descend(parabola(), 5.0, rate=0.01, steps=np.int64(3)).steps == 3  # type: ignore[arg-type]
