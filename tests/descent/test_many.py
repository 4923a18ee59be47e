"""Many walks: each is the walk that `descend` takes from its start, in both tiers."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent import Adam, GradientDescent, Momentum, Nesterov, descend, descend_many
from steepest.descent.step import Cosine
from steepest.errors import DescentError
from steepest.native import sharing
from steepest.native.engine import available
from steepest.walkable import flocks
from tests.descent.methods import SignDescent
from tests.descent.test_tiers import Branching, bent, chained

needs_machine_code = pytest.mark.skipif(bool(available()), reason=available())

HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
METHODS = {
    "gradient descent": GradientDescent(0.01),
    "momentum": Momentum(0.003, 0.8),
    "nesterov": Nesterov(0.003, 0.8),
    "adam": Adam(0.05),
    "cosine": GradientDescent(Cosine(0.01, 100)),
    "own": SignDescent(),
}
ENGINES = ["python", pytest.param("native", marks=needs_machine_code)]


def scattered(count: int, n: int = 2, seed: int = 1, reach: float = 4.0) -> Any:
    return np.random.default_rng(seed).uniform(-reach, reach, (count, n))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tolerance", [0.0, 1e-6])
def test_each_walk_is_descends_walk(engine: str, method: str, tolerance: float) -> None:
    f, starts = st.Function(HIMMELBLAU), scattered(13)
    how: dict[str, Any] = {"method": METHODS[method], "steps": 80, "tolerance": tolerance}
    many = descend_many(f, starts, engine=engine, **how)
    assert many.tier == engine and len(many) == 13
    for i, start in enumerate(starts):
        one = descend(f, start, engine="python", **how)
        assert np.allclose(many.x[i], one.x, rtol=1e-9, atol=1e-12)
        if one.ending == "standstill":  # which a herd does not look for
            assert many.endings[i] == "steps" and many.steps[i] == 80
            continue
        assert (many.steps[i], many.endings[i]) == (one.steps, one.ending)
        assert np.isclose(many.values[i], one.last.value, rtol=1e-9, atol=1e-18)


@needs_machine_code
@pytest.mark.parametrize("count", [1, 3, 16, 17, 1000])
def test_a_walk_depends_on_no_other_walk(count: int) -> None:
    f, starts = st.Function(HIMMELBLAU), scattered(count)
    for tolerance in (0.0, 1e-8):
        many = descend_many(f, starts, rate=0.01, steps=60, tolerance=tolerance, engine="native")
        some = starts[:: max(1, count // 5)]
        one = descend_many(f, some, rate=0.01, steps=60, tolerance=tolerance, engine="native")
        assert np.array_equal(many.x[:: max(1, count // 5)], one.x)
        plain = descend_many(f, some, rate=0.01, steps=60, tolerance=tolerance, engine="python")
        assert np.allclose(plain.x, one.x, rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tolerance", [0.0, 1e-8])
def test_a_walk_that_leaves_the_numbers_ends_before_it(engine: str, tolerance: float) -> None:
    starts = np.array([0.5, 30.0, -0.25, 1e5])
    many = descend_many("w^4", starts, rate=0.1, steps=50, tolerance=tolerance, engine=engine)
    assert many.endings.tolist() == ["steps", "nonfinite", "steps", "nonfinite"]
    assert np.isfinite(many.x).all()
    for i in (1, 3):
        one = descend("w^4", float(starts[i]), rate=0.1, steps=50, tolerance=tolerance)
        assert (many.x[i, 0], many.steps[i]) == (one.x, one.steps)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tolerance", [0.0, 1e-8])
def test_a_last_step_to_where_only_the_value_is_infinite_is_taken_back(
    engine: str, tolerance: float
) -> None:
    how: dict[str, Any] = {"rate": 2.5e-133, "steps": 1, "tolerance": tolerance}  # to w = -1e78
    many = descend_many("w^4", np.array([1e70, 2.0]), engine=engine, **how)
    assert many.endings.tolist() == ["nonfinite", "steps"]
    assert many.x.ravel().tolist() == [1e70, 2.0] and many.steps.tolist() == [0, 1]
    assert np.allclose(many.values, [1e280, 16.0], rtol=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_walks_on_several_paths(engine: str) -> None:
    starts = scattered(40, seed=3)
    many = descend_many(bent, starts, rate=0.05, steps=600, engine=engine)
    assert (many.endings == "gradient").all()
    for i in range(0, 40, 7):
        assert np.allclose(many.x[i], descend(bent, starts[i], rate=0.05, steps=600).x, atol=1e-9)
        assert many.values[i] == bent(many.x[i])


@pytest.mark.parametrize("engine", ENGINES)
def test_starts_of_every_form(engine: str) -> None:
    line = descend_many("(w^2 - 1)^2", np.linspace(-2, 2, 5), rate=0.05, engine=engine)
    assert np.allclose(line.x.ravel(), [-1, -1, 0, 1, 1], atol=1e-7)
    n, e = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(-1, 1, 2))
    grid = descend_many("n^2 + 3e^2", {"n": n, "e": e}, rate=0.1, engine=engine)
    assert grid.x.shape == (6, 2) and np.allclose(grid.x, 0.0, atol=1e-7)
    vector = descend_many(chained, np.full((3, 4), 0.9), rate=1e-3, steps=20, engine=engine)
    assert vector.x.shape == (3, 4)
    assert np.array_equal(vector.x[0], vector.x[2])


@needs_machine_code
def test_data_and_the_state_of_the_method_come_along() -> None:
    data = np.array([1.0, 2.0, 4.0])

    def f(w: Any) -> Any:
        return np.sum((w - data) ** 2)

    starts = np.linspace(-3, 3, 11)
    many = descend_many(f, starts, method="momentum", rate=0.01, steps=300, engine="native")
    assert np.allclose(many.x.ravel(), data.mean(), atol=1e-6)
    data[:] = 5.0
    again = descend_many(f, starts, method="momentum", rate=0.01, steps=300, engine="native")
    assert np.allclose(again.x.ravel(), 5.0, atol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tolerance", [0.0, 1e-6])
@pytest.mark.parametrize("f", [HIMMELBLAU, "sin(x)*cos(y) + exp(-x^2)", bent])
def test_values_and_gradients_are_those_of_the_last_points(
    f: Any, tolerance: float, engine: str
) -> None:
    starts = scattered(37, seed=5)
    many = descend_many(f, starts, rate=0.01, steps=90, tolerance=tolerance, engine=engine)
    value, slope = st.value_and_grad(f) if callable(f) else None, st.Function(f).gradient
    for x, height, g in zip(many.x, many.values, many.gradients, strict=True):
        here = value(x) if value else (st.Function(f)(*x), slope(*x))
        assert np.isclose(height, here[0], rtol=1e-14, atol=1e-18)
        assert np.allclose(g, here[1], rtol=1e-13, atol=1e-13)


@needs_machine_code
def test_gradients_asked_for_later_are_those_of_the_data_that_the_walks_had() -> None:
    data = np.array([1.0, 2.0, 4.0])
    f = lambda w: np.sum((w - data) ** 2)  # noqa: E731
    many = descend_many(f, np.linspace(-3, 3, 11), rate=0.01, steps=3, tolerance=0)
    expected = 2 * (3 * many.x - data.sum())
    data[:] = 50.0
    assert np.allclose(many.gradients, expected, rtol=1e-14)


@needs_machine_code
@pytest.mark.parametrize("method", ["gradient-descent", "adam"])
@pytest.mark.parametrize("tolerance", [0.0, 1e-6])
def test_cores_and_blocks_change_no_bit(
    method: str, tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    f, starts = st.Function("sin(x)*cos(y) + 0.05*(x^2 + y^2)"), scattered(1003)
    how: dict[str, Any] = {"method": method, "rate": 0.1, "steps": 120, "tolerance": tolerance}
    first = descend_many(f, starts, **how)
    for cores, most, tile in ((1, 10_000, 10_000), (3, 64, 200)):
        monkeypatch.setattr(flocks, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(sharing, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(flocks, "MOST", most)
        monkeypatch.setattr(flocks, "TILE", tile)
        again = descend_many(f, starts, **how)
        for name in ("x", "values", "gradients", "steps", "reasons"):
            assert np.array_equal(getattr(first, name), getattr(again, name)), name


@needs_machine_code
@pytest.mark.parametrize(
    ("tolerance", "each", "tile"),
    [(0.0, 25, 0), (1e-6, 33, 450 * flocks.TILE)],  # bytes: x, value, code; and steps
)
def test_only_the_result_is_as_long_as_there_are_walks(
    tolerance: float, each: int, tile: int
) -> None:
    f, count = st.Function(HIMMELBLAU), 300_000
    how: dict[str, Any] = {"rate": 0.01, "steps": 20, "tolerance": tolerance}
    descend_many(f, scattered(100), **how)  # compiled
    starts = scattered(count)
    tracemalloc.start()
    many = descend_many(f, starts, **how)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Checking that the starts are finite takes two bytes for a moment; blocks in work, some 1e5.
    assert peak < each * count + tile + 2_000_000
    assert many.starts is starts and np.array_equal(starts, scattered(count))


@pytest.mark.parametrize(
    ("f", "starts", "how", "match"),
    [
        ("n^2 + e^2", np.zeros((4, 3)), {}, "two numbers, but 3 were given"),
        ("n^2 + e^2", np.zeros((0, 2)), {}, r"shape \(0, 2\)"),
        ("n^2 + e^2", np.zeros((2, 2, 2)), {}, "a row for each walk"),
        ("n^2 + e^2", np.zeros((0, 2)), {}, "there are no starts"),
        ("n^2 + e^2", [["a", "b"]], {}, "must be real numbers"),
        ("n^2 + e^2", np.ones((3, 2)) * 1j, {}, "must be real numbers.* complex128"),
        ("n^2 + e^2", {"n": [1j], "e": 1.0}, {}, "the starts of n must be real numbers"),
        ("n^2 + e^2", {"n": ["a"], "e": 1.0}, {}, "the starts of n must be real numbers"),
        ("n^2 + e^2", {"n": [1, 2], "e": [1, 2, 3]}, {}, r"\(2,\) for n, \(3,\) for e"),
        ("n^2 + e^2", [[0.0, 1.0], [np.nan, 1.0]], {}, "start number 1 is not finite"),
        ("n^2 + e^2", np.zeros((2, 2)), {"rate": -1.0}, "did you mean ascend"),
        ("n^2 + e^2", np.zeros((2, 2)), {"engine": "gpu"}, "neither"),
        ("n^2 + e^2", {}, {}, "there are no starts"),
    ],
)
def test_what_cannot_begin_says_why(f: Any, starts: Any, how: Any, match: str) -> None:
    with pytest.raises(DescentError, match=match):
        descend_many(f, starts, **how)


@needs_machine_code
def test_what_has_no_machine_code_walks_one_by_one() -> None:
    many = descend_many("(w-3)^2 + 1", np.array([5.0, 4.0]), method=Branching(), steps=90)
    assert many.tier == "python" and np.allclose(many.x.ravel(), 3.0, atol=1e-4)
    with pytest.raises(DescentError, match="cannot run in machine code"):
        descend_many("(w-3)^2", np.array([5.0]), method=Branching(), engine="native")


@needs_machine_code
def test_how_it_prints() -> None:
    many = descend_many(HIMMELBLAU, scattered(50), rate=0.01, steps=500)
    assert "50 walks on" in repr(many) and "50 came to rest" in repr(many)
    assert many.values[many.best] == many.values.min()
