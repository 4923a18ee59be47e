"""What a call on a known path costs, in calls of Python functions: counted, never timed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.graph.traverse import Program


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def elevation(n, e):
    return n**2 + 3 * e**2 + np.sin(3 * n) * e


def nested(params, data):
    return np.sum((params["w"] * data + params["b"]) ** 2)


def counted(call: Callable[[], Any]) -> Counter[str]:
    """The Python functions that a call runs, by name; what NumPy does in C is not counted."""
    found: Counter[str] = Counter()

    def see(frame, event, argument):
        if event == "call":
            found[frame.f_code.co_qualname] += 1

    sys.setprofile(see)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


X = np.linspace(0.1, 2.0, 10)
CALLS = {  # before they were counted these took 128, 147, 150 and 165
    "grad, an array": (st.grad(rosenbrock), (X,), 52),
    "value_and_grad, an array": (st.value_and_grad(rosenbrock), (X,), 62),
    "grad, two numbers": (st.grad(elevation, (0, 1)), (2.0, 1.0), 45),
    "value_and_grad, two numbers": (st.value_and_grad(elevation, (0, 1)), (2.0, 1.0), 49),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_known_path_takes_few_calls(case: str) -> None:
    slope, args, limit = CALLS[case]
    slope(*args)
    found = counted(lambda: slope(*args))
    assert found.total() <= limit, found.most_common()
    assert found["Program.__call__"] == 1  # no conditions, so nothing but the slope is computed


def test_a_nest_is_looked_into_once_and_taken_apart_at_every_call() -> None:
    slope = st.grad(nested)
    params = {"w": np.ones(3), "b": 0.5}
    slope(params, np.ones(3))
    found = counted(lambda: slope(params, np.ones(3)))
    assert found["_layout"] == 0 and found["titles_of"] == 0, found.most_common()
    assert found.total() <= 70, found.most_common()


def test_what_is_precomputed_belongs_to_its_way_of_calling() -> None:
    """Calls that look alike and are not."""

    def f(x, power=2, *, scale=1.0):
        return np.sum(scale * x**power)

    slope = st.grad(f)
    ways = [
        ((2.0,), {}, 4.0), ((np.float64(2.0),), {}, 4.0), ((2,), {}, 4.0), ((2.0, 3), {}, 12.0),
        ((2.0, 3.0), {}, 12.0), ((2.0,), {"scale": 3.0}, 12.0), ((2.0,), {"power": 3}, 12.0),
        ((2.0, 2), {"scale": 0.5}, 2.0), ((np.array(2.0),), {}, 4.0), ((2.0, True), {}, 1.0),
        ((np.float32(2.0),), {}, 4.0),
    ]  # fmt: skip
    for _ in range(2):
        for args, kwargs, true in ways:
            assert float(slope(*args, **kwargs)) == true
    np.testing.assert_array_equal(slope(np.array([1.0, 2.0])), [2.0, 4.0])
    np.testing.assert_array_equal(slope(np.array([1, 2])), [2.0, 4.0])
    np.testing.assert_array_equal(slope(np.ones((1, 2))), [[2, 2]])
    assert slope(np.ones(2, np.float32)).dtype == np.float32
    assert slope.tracing.exact is True


def test_the_callers_arrays_are_neither_kept_nor_written(monkeypatch: pytest.MonkeyPatch) -> None:
    slope = st.value_and_grad(lambda x: 0.5 * np.sum(x * x))
    x = np.array([1.0, 2.0])
    _, found = slope(x)
    x[:] = 7.0
    np.testing.assert_array_equal(found, [1.0, 2.0])
    _, again = slope(x)
    again[:] = 0.0
    np.testing.assert_array_equal(x, [7.0, 7.0])


def test_a_program_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    original = Program.__init__

    def counting(self, *args):
        made.append(args)
        original(self, *args)

    monkeypatch.setattr(Program, "__init__", counting)
    slope = st.grad(rosenbrock)
    slope(X)
    before = len(made)
    for k in range(5):
        slope(X + k)
    assert len(made) == before
