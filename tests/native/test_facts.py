"""What a path rests on is looked at by every call, also by those that jump into machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.native.engine import available
from steepest.sources.tiers import HOT

pytestmark = pytest.mark.skipif(bool(available()), reason=available())


def warm(f: Callable[..., Any], *args: Any) -> None:
    for _ in range(HOT + 1):
        f(*args)


def test_conditions_choose_the_path(door: str) -> None:
    def bend(x: Any) -> Any:
        if x > 1.0:
            return x**2
        return x**3 if x != 0.5 else -x

    slope = st.grad(bend)
    points = {2.0: 4.0, -2.0: 12.0, 0.5: -1.0, 1.0: 3.0, np.inf: np.inf}
    for _ in range(HOT + 2):
        assert {x: slope(x) for x in points} == points
    assert len(slope.compiled.paths) == 3 and slope.tracing.traced == 3
    assert np.isnan(slope(np.nan))


def test_a_global_that_changes(door: str) -> None:
    names: dict[str, Any] = {"np": np, "c": 2.0, "power": lambda x: x**2}
    exec("def f(x):\n    return c * power(x)\n", names)
    slope = st.grad(names["f"])
    slope.compile(3.0)
    assert slope(3.0) == 12.0
    names["c"] = 5.0
    assert slope(3.0) == 30.0
    names["power"] = lambda x: x**3
    assert slope(3.0) == 135.0
    names["c"], names["power"] = 2.0, names["power"]
    assert slope(3.0) == 54.0
    del names["c"]
    with pytest.raises(NameError):
        slope(3.0)


def test_a_global_that_changes_for_ever(door: str) -> None:
    names: dict[str, Any] = {"np": np, "c": 0.0}
    exec("def f(x):\n    return c * x**2\n", names)
    slope = st.grad(names["f"])
    for k in range(12):
        names["c"] = float(k)
        slope.compile(3.0)
        assert slope(3.0) == 6.0 * k
        if k < 2:
            assert slope.compiled.paths[-1].direct == (door == "builtin")
    assert len(slope._tiers._doors) <= 1
    # by then it is an input, which Python reads
    assert not slope.compiled.paths[-1].direct and slope.tracing.traced <= 5


def test_a_cell_and_an_attribute_that_change(door: str) -> None:
    class Model:
        scale = 2.0

        def __call__(self, x: Any) -> Any:
            return self.scale * x**2 * rate

    rate = 1.0
    model = Model()
    slope = st.grad(model)
    warm(slope, 3.0)
    assert slope.compiled and slope(3.0) == 12.0
    rate = 10.0
    assert slope(3.0) == 120.0
    model.scale = 3.0
    assert slope(3.0) == 180.0
    warm(slope, 3.0)
    del model.scale
    assert slope(3.0) == 120.0


def test_numbers_outside_that_keep_changing_are_read_by_machine_code(door: str) -> None:
    """In a cell, a dictionary and an attribute; another type, or none, is Python's."""

    class Model:
        rate = 0.0

    model, table = Model(), {"k": 0.0}
    scale = 0.0

    def f(x: Any) -> Any:
        return np.sum(scale * x**2) + model.rate * table["k"] * x[0]

    x = np.array([1.0, 2.0, -3.0])

    def right(value: Any, slope: Any) -> bool:
        own = np.array([model.rate * table["k"], 0.0, 0.0])
        return bool(
            np.isclose(value, scale * 14.0 + own[0], rtol=1e-14)
            and np.allclose(slope, 2 * scale * x + own, rtol=1e-14)
        )

    both = st.value_and_grad(f)
    for k in range(3 * HOT):
        scale, model.rate, table["k"] = 0.5 + k, 1.5 * k, 2.0 - k
        assert right(*both(x))
    assert both.compiled.paths[-1].direct == (door == "builtin")
    traced = both.tracing.traced
    for value in (3.25, -0.0, np.inf, 1e-300):
        scale = value
        assert right(*both(x))
    assert both.tracing.traced == traced
    scale = 1.0
    model.rate = np.float64(0.5)
    assert right(*both(x))
    model.rate = 7  # type: ignore[assignment]
    assert right(*both(x))
    del table["k"]
    with pytest.raises(KeyError):
        both(x)


def test_a_number_outside_that_becomes_infinite_where_python_would_raise(door: str) -> None:
    share = 1.0

    def f(x: Any) -> Any:
        return x / (1.0 / share)

    slope = st.grad(f)
    for k in range(3 * HOT):
        share = 1.0 + k
        assert slope(2.0) == pytest.approx(share, rel=1e-15)
    share = 0.0
    with pytest.raises(ZeroDivisionError):
        slope(2.0)
    share = 4.0
    assert slope(2.0) == 4.0


def test_an_array_outside_that_changes_in_place_or_is_replaced(door: str) -> None:
    data = {"w": np.array([1.0, 2.0])}
    weights = data["w"]

    def loss(x: Any) -> Any:
        return np.sum(weights * x**2)

    slope = st.grad(loss)
    x = np.array([3.0, 4.0])
    warm(slope, x)
    assert slope.compiled.paths[0].direct == (door == "builtin")
    weights[0] = 10.0
    assert slope(x).tolist() == [60.0, 16.0]
    weights = np.array([5.0, 5.0])
    assert slope(x).tolist() == [30.0, 40.0]
    weights = np.array([[1.0, 1.0], [2.0, 2.0]])
    assert slope(x).tolist() == [18.0, 24.0]
    weights = weights.astype(np.float32)
    assert slope(x).tolist() == [18.0, 24.0]


def test_an_array_outside_that_is_resized_in_place(door: str) -> None:
    weights = np.array([[1.0], [2.0]])
    slope = st.grad(lambda x: np.sum(weights * x))
    warm(slope, np.array([3.0, 4.0]))
    assert slope(np.array([3.0, 4.0])).tolist() == [3.0, 3.0]
    weights.resize((2, 2), refcheck=False)  # [[1, 2], [0, 0]]
    assert slope(np.array([3.0, 4.0])).tolist() == [1.0, 2.0]


def test_random_functions_are_never_compiled() -> None:
    slope = st.grad(lambda x: x * np.random.default_rng().normal())
    warm(slope, 2.0)
    assert not slope.compiled and "traced at every call" in slope.compiled.reason
    assert slope(2.0) != slope(2.0)
