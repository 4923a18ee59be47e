"""What a function itself changes between calls: counters, cells, arrays; and branches."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.sources.capture import Followed
from tests.sources.capture.test_programs import slopes

X = np.array([0.7, -1.3, 2.1])
counter = 0
state = [0]


class Thing:
    calls = 0


thing = Thing()


def test_a_closure_cell_that_changes() -> None:
    scale, weights = 3.0, np.ones(3)

    def inner(x):
        return scale * np.sum(weights * x * x)

    followed = Followed(inner)
    np.testing.assert_allclose(slopes(followed.path((X,)))[0], 6 * X)
    scale = 4.0
    weights[0] = 9.0
    np.testing.assert_allclose(slopes(followed.path((X,)))[0], 8 * weights * X)


def test_a_counter_that_is_not_used_costs_nothing() -> None:
    def counted(x):
        thing.calls += 1
        return np.sum(x**2)

    followed = Followed(counted)
    for _ in range(3):
        followed.path((X,))
    assert followed.tracing.traced == 1


@pytest.mark.parametrize("kind", ["attribute", "global", "item", "append"])
def test_a_counter_that_is_used_is_traced_every_time(kind: str) -> None:
    def attribute(x):
        thing.calls += 1
        return x[0] * thing.calls, thing.calls

    def global_(x):
        global counter
        counter += 1
        return x[0] * counter, counter

    def item(x):
        state[0] += 1
        return x[0] * state[0], state[0]

    def append(x):
        state.append(1)
        return x[0] * len(state), len(state)

    function = {"attribute": attribute, "global": global_, "item": item, "append": append}[kind]
    followed = Followed(function)
    read = {
        "attribute": lambda: thing.calls, "global": lambda: counter, "item": lambda: state[0],
        "append": lambda: len(state),
    }[kind]  # fmt: skip
    for _ in range(3):
        before = read()
        assert slopes(followed.path((X,)))[0][0] == before + 1
    assert followed.tracing.traced == 3


def test_a_branch_taken_otherwise() -> None:
    def branch(x):
        return x[0] ** 2 if x[0] > 0 else x[0] ** 3

    followed = Followed(branch)
    assert slopes(followed.path((X,)))[0][0] == pytest.approx(1.4)
    assert slopes(followed.path((-X,)))[0][0] == pytest.approx(3 * 0.49)
    assert slopes(followed.path((X * 2,)))[0][0] == pytest.approx(2.8)
    assert (followed.tracing.traced, followed.tracing.paths) == (2, 2)


def test_text_that_would_be_different() -> None:
    def written(x):
        return float(f"{x[0]:.1f}") * x[1]

    followed = Followed(written)
    assert slopes(followed.path((X,)))[0][1] == 0.7
    assert slopes(followed.path((X + 0.01,)))[0][1] == 0.7
    assert slopes(followed.path((X + 1,)))[0][1] == 1.7
    assert followed.tracing.traced == 2


def test_an_array_outside_that_accumulates() -> None:
    total = np.zeros(3)

    def accumulate(x):
        total[:] += x
        return np.sum(total * x)

    followed = Followed(accumulate)
    for _ in range(3):
        before = total.copy()
        found = slopes(followed.path((X,)))[0]
        np.testing.assert_allclose(found, before + 2 * X)
        np.testing.assert_allclose(total, before + X)


def test_a_resized_or_replaced_argument_is_another_path() -> None:
    followed = Followed(lambda x: np.sum(x**2) / len(x))
    np.testing.assert_allclose(slopes(followed.path((X,)))[0], 2 * X / 3)
    np.testing.assert_allclose(slopes(followed.path((X[:2],)))[0], X[:2])
