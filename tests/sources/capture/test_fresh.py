"""Called again and again while the world outside changes, by one thread, by four, by itself.

Every slope is the one that a new process would give. Truth is taken by differences, or written by
hand; it never comes from a path that was used before.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.sources import numerical
from steepest.sources.capture import Followed
from tests.sources.capture.test_programs import slopes

X = np.array([0.7, -1.3, 2.1])


class World:
    """All that the programs read; made anew for every test."""

    factor = 1.5

    def __init__(self) -> None:
        self.a, self.b, self.n, self.name, self.flag = 1.0, -0.5, 2, "sin", True
        self.data = np.array([1.0, 2.0, 3.0])
        self.table = {"w": 0.5, "v": 2.0, "deep": {"k": 1.0}}
        self.row = [1.0, -1.0, 0.5]
        self.nested = [[1.0, 2.0], [3.0, 4.0]]
        self.inner: Any = None
        self.zero_d = np.array(2.0)
        self.f: Callable[..., Any] = np.sin

    @property
    def both(self) -> float:
        return self.a * self.b

    def curve(self, x):
        return self.a * x**2 + self.both * x


world = World()


@pytest.fixture(autouse=True)
def _a_new_world():
    globals()["world"] = World()
    world.inner = World()
    yield
    World.factor = 1.5


def a_sum(x):
    return world.a * np.sum(x**2) + world.b


def a_product_of_two(x):
    return world.a * world.b * x[0] * x[1]


def a_property_of_two(x):
    return world.both * x[0] ** 2


def a_method(x):
    return world.curve(x).sum()


def an_inner_object(x):
    return world.inner.a * x[0] ** 3 + world.a


def a_condition_on_a_number(x):
    return x[0] ** 2 if world.a > 3 else world.a * x[0] ** 3


def a_condition_on_both(x):
    return x[1] ** 2 if world.a * x[0] > 2 else world.a * x[1] ** 3


def a_power(x):
    return np.sum(np.abs(x) ** world.a)


def a_whole_power(x):
    return np.sum(x**world.n)


def a_chosen_function(x):
    return np.sum(getattr(np, world.name)(x))


def a_function_outside(x):
    return np.sum(world.f(world.a * x))


def a_flag(x):
    return x[0] ** 2 if world.flag else x[1] ** 2


def an_entry(x):
    return world.table["w"] * x[0] ** 2 + world.table["deep"]["k"] * x[1]


def all_entries(x):
    return sum(v for v in world.table.values() if isinstance(v, float)) * x[0] ** 2


def a_weighted_row(x):
    return sum(w * v**2 for w, v in zip(world.row, x, strict=True))


def one_of_a_row(x):
    return world.row[1] * x[0] + world.row[2] * x[1] ** 2


def a_row_as_an_array(x):
    return np.dot(world.row, x**2)


def rows_in_a_row(x):
    return np.sum(np.array(world.nested) @ x[:2] ** 2)


def data_scaled(x):
    return np.sum(world.a * world.data * x**2)


def data_that_decides(x):
    return np.sum(x[world.data > world.a] ** 2) + x[0]


def a_class_attribute(x):
    return world.factor * world.a * x[0] ** 2


def a_number_as_an_array(x):
    return world.zero_d * x[0] ** 2


def a_loop_as_long_as(x):
    h = x[0]
    for _ in range(world.n):
        h = h * world.a + np.sin(h)
    return h


def a_step_size(x):
    y = x.copy()
    for _ in range(3):
        y -= world.a * 0.01 * y**2
    return y.sum()


def a_default_bound_late(x, scale=None):
    scale = world.a if scale is None else scale
    return scale * x[0] ** 2


def a_partial(x):
    return functools.partial(np.multiply, world.a)(x).sum()


PROGRAMS = [
    a_sum, a_product_of_two, a_property_of_two, a_method, an_inner_object,
    a_condition_on_a_number, a_condition_on_both, a_power, a_whole_power, a_chosen_function,
    a_function_outside, a_flag, an_entry, all_entries, a_weighted_row, one_of_a_row,
    a_row_as_an_array, rows_in_a_row, data_scaled, data_that_decides, a_class_attribute,
    a_number_as_an_array, a_loop_as_long_as, a_step_size, a_default_bound_late, a_partial,
]  # fmt: skip


def _set(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, (dict, list, np.ndarray)):
        holder[key] = value
    else:
        setattr(holder, key, value)


def change(k: int) -> None:
    """The k-th change of the world: something else each time, everything in turn."""
    changes: list[Callable[[], None]] = [
        lambda: _set(world, "a", 1.0 + k / 4),
        lambda: _set(world, "b", k / 3),
        lambda: _set(world.data, k % 3, 0.5 * k),
        lambda: _set(world, "n", 1 + k % 4),
        lambda: _set(world, "name", ["sin", "cos", "tanh"][k % 3]),
        lambda: _set(world, "f", [np.sin, np.cosh, lambda v: v**3, a_partial_of_none][k % 4]),
        lambda: _set(world, "flag", k % 2 == 0),
        lambda: _set(world.table, "w", k / 5),
        lambda: _set(world.table["deep"], "k", -k / 5),
        lambda: _set(world.row, k % 3, k / 7),
        lambda: _set(world.nested[k % 2], k % 2, k / 7),
        lambda: _set(world.inner, "a", k / 9),
        lambda: _set(world, "zero_d", np.array(k / 2)),
        lambda: _set(World, "factor", 1.0 + k / 10),
        lambda: _set(world, "data", np.arange(3.0) + k),
        lambda: _set(world, "inner", copy.copy(world)),
        lambda: _set(world, "a", -0.0 if k % 2 else 0.0),
        lambda: _set(world, "table", {"w": 1.0 + k, "v": 1.0, "deep": {"k": 2.0 * k}}),
        lambda: _set(world.zero_d, (), k / 3),
        lambda: _set(world, "row", [0.1 * k, 0.2 * k, 0.3 * k]),
    ]
    changes[k % len(changes)]()


def a_partial_of_none(v):
    return 1.0 / (1.0 + v**2)


def true_slope(function: Callable[..., Any], x: Any) -> Any:
    return numerical.jacobian(lambda v: np.asarray(function(v)), x).value


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_sixty_changes_one_by_one(function: Callable[..., Any]) -> None:
    slope = st.grad(function)
    for k in range(60):
        change(k)
        np.testing.assert_allclose(slope(X), true_slope(function, X), rtol=1e-6, atol=1e-8)
    assert slope.tracing.exact in (True, None)


@pytest.mark.parametrize(
    "function", [a_sum, a_method, a_condition_on_both, a_step_size], ids=lambda f: f.__name__
)
def test_four_threads_and_a_world_that_changes_between(function: Callable[..., Any]) -> None:
    """All threads call one function at once; the world changes where they meet."""
    slope = st.grad(function)
    wrong: list[object] = []
    turns = 8
    points = [X * (1 + t / 3) for t in range(4)]
    wanted: list[Any] = [None] * 4

    def turn_the_world() -> None:
        _set(world, "a", world.a + 0.75)
        _set(world, "b", world.b - 0.5)
        wanted[:] = [true_slope(function, x) for x in points]

    meet = threading.Barrier(4, action=turn_the_world)
    leave = threading.Barrier(4)

    def work(t: int) -> None:
        for _ in range(turns):
            try:
                meet.wait(60)
                np.testing.assert_allclose(slope(points[t]), wanted[t], rtol=1e-6, atol=1e-8)
            except Exception as error:  # noqa: BLE001  (told to the main thread)
                wrong.append(error)
            leave.wait(60)

    threads = [threading.Thread(target=work, args=(t,)) for t in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_four_threads_on_many_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are added and dropped by one thread while others walk."""
    from steepest.sources.capture import store

    monkeypatch.setattr(store, "NODES", 250)

    def branches(x):
        total = 0.0
        for v in x:
            total = total + (world.a * v**2 if v > 0 else -v)
        return total

    slope = st.grad(branches)
    wrong: list[object] = []

    def work(seed: int) -> None:
        generator = np.random.default_rng(seed)
        try:
            for _ in range(25):
                x = generator.normal(size=5)
                np.testing.assert_allclose(slope(x), np.where(x > 0, 2 * x, -1.0), rtol=1e-14)
        except Exception as error:  # noqa: BLE001  (told to the main thread)
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(t,)) for t in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
    assert 1 < slope.tracing.paths < 32 and slope.tracing.exact is True


def halved(x):
    """f(x) = sum x² + sum of its own slope on the first half: calls its own gradient, smaller."""
    if len(x) == 1:
        return world.a * x[0] ** 2
    return np.sum(x**2) + np.sum(halved_slope(x[: len(x) // 2]) ** 2)


halved_slope = st.grad(halved)


def true_halved(x: Any) -> Any:
    """The slope of `halved`, written out: g₁ = 2a·x₀, gₙ = 2x + 2·Hᵀg on the first half."""

    def slope_and_hessian(x: Any) -> tuple[Any, Any]:
        if len(x) == 1:
            return np.array([2 * world.a * x[0]]), np.array([[2 * world.a]])
        m = len(x) // 2
        g, h = slope_and_hessian(x[:m])
        slope, hessian = 2 * x, 2 * np.eye(len(x))
        slope[:m] += 2 * h @ g
        hessian[:m, :m] += 2 * h @ h  # g is linear in x here
        return slope, hessian

    return slope_and_hessian(x)[0]


def test_a_function_that_takes_its_own_slope_at_a_smaller_size() -> None:
    for k in range(6):
        _set(world, "a", 1.0 + k)
        for n in (1, 2, 4, 3):
            x = np.linspace(0.5, 1.5, n)
            np.testing.assert_allclose(halved_slope(x), true_halved(x), rtol=1e-12)


def test_its_own_slope_outside_any_trace() -> None:
    """Re-entered while it is being checked: the plain function calls the same operator."""
    calls = []

    def f(x):
        calls.append(len(x))
        return np.sum(x**3) if len(x) == 1 else np.sum(x**2) * float(df(x[:1])[0])

    df = st.grad(f)
    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(df(x), [2 * 2 * 12 + 13 * 12, 2 * 3 * 12], rtol=1e-12)
    assert calls


def test_a_stale_path_would_show() -> None:
    """A planted fault: facts that are never asked again."""
    from steepest.sources.capture.questions import Fact

    followed = Followed(a_sum)
    first = slopes(followed.path((X,)))[0]
    change(4)
    _set(world, "a", 9.0)
    original, Fact.answer = Fact.answer, lambda self, values: next(iter(self.answers.values()))
    try:
        np.testing.assert_array_equal(slopes(followed.path((X,)))[0], first)
    finally:
        Fact.answer = original
    np.testing.assert_allclose(slopes(followed.path((X,)))[0], 18 * X, rtol=1e-15)
