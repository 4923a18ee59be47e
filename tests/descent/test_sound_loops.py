"""What a walk in machine code must not get wrong: methods that change, cells, budgets, guards."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent import descend
from steepest.descent.step import Inverse
from steepest.native.engine import available
from steepest.walkable import made

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
BOWL = "(x - 1)^2 + 3*(y + 2)^2 + 0.1*x*y"
START = (5.0, 3.0)


class Changing:
    """A method with a rate that can be set."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def init(self, x: Any) -> Any:
        return {}

    def update(self, state: Any, x: Any, f: Any, g: Any, t: Any) -> Any:
        return x - self.rate * g, state, True


class Crossed:
    """Of two numbers, one takes over what the other was."""

    def init(self, x: Any) -> Any:
        return {"a": np.float64(1.0), "b": np.float64(2.0)}

    def update(self, state: Any, x: Any, f: Any, g: Any, t: Any) -> Any:
        a = np.where(f < 1e9, f, state["a"])
        b = np.where(g[0] < 1e9, state["a"], state["b"])
        return x - 0.01 * g, {"a": a, "b": b}, True


class Careful:
    """A method that takes only points that are not higher than the last."""

    def init(self, x: Any) -> Any:
        return {"last": np.float64(1e300)}

    def update(self, state: Any, x: Any, f: Any, g: Any, t: Any) -> Any:
        good = f <= state["last"]
        return x - 0.01 * g, {"last": np.where(good, f, state["last"])}, good


def both(f: Any, start: Any, **how: Any) -> tuple[Any, Any]:
    return descend(f, start, engine="python", **how), descend(f, start, engine="native", **how)


def test_a_method_that_changed_walks_as_it_is_now() -> None:
    f, method = st.Function(BOWL), Changing(0.01)
    for rate in (0.01, 0.1):
        method.rate = rate
        a, b = both(f, START, method=method, steps=5)
        assert b.tier == "native" and np.allclose(a.path, b.path, rtol=1e-14)
        many = st.descend_many(f, np.array([START] * 3), method=method, steps=5, tolerance=0)
        assert np.allclose(many.x, a.x, rtol=1e-14)


def test_a_schedule_that_changed_counts_as_it_is_now() -> None:
    f, first = st.Function(BOWL), [0.01]

    def schedule(t: Any) -> Any:
        return first[0] / (1 + t)

    for first[0] in (0.01, 0.1):
        a, b = both(f, START, rate=schedule, steps=5)
        assert np.allclose(a.path, b.path, rtol=1e-14)


def test_what_a_number_was_is_read_before_it_is_replaced() -> None:
    a, b = both(BOWL, START, method=Crossed(), steps=20)
    assert b.tier == "native"
    for name in ("a", "b"):
        assert a.carry.state[name] == pytest.approx(b.carry.state[name], rel=1e-13)


def test_a_condition_of_the_method_runs_in_machine_code() -> None:
    a, b = both(BOWL, START, method=Careful(), steps=300, tolerance=0)
    assert b.tier == "native" and a.ending == b.ending and a.steps == b.steps
    assert np.allclose(a.x, b.x, rtol=1e-12) and (a.accepted == b.accepted).all()


def test_a_budget_of_evaluations_holds_where_the_rate_follows_the_count() -> None:
    how: dict[str, Any] = {"rate": Inverse(1e-7, 1e-9), "tolerance": 0.0, "steps": None}
    d = descend(
        BOWL, (500.0, 300.0), evaluations=150_005, every=130_000, callback=lambda p: None,
        engine="native", **how,
    )  # fmt: skip
    assert d.evaluations == 150_005
    assert d.record.t[-32:].tolist() == list(range(150_005 - 32, 150_005))


def test_what_cannot_be_compiled_is_let_go() -> None:
    before = len(made.SHARED)
    for k in range(3):
        f = st.Function(f"lgamma(x + {k}) + x^2")
        assert descend(f, 3.0, method=_Odd(), steps=2000, rate=None).tier == "python"
    del f
    gc.collect()
    assert len(made.SHARED) <= before + 1


class _Odd:
    def init(self, x: Any) -> Any:
        return {}

    def update(self, state: Any, x: Any, f: float, g: Any, t: int) -> Any:
        return (x - 0.1 * g if f > 1 else x - 0.2 * g), state, True
