"""Calls that jump into machine code: what they take, what they leave to Python, what they give."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.native import abi, engine
from steepest.native.engine import available
from steepest.native.leaf import installed
from steepest.operators import Differentiated
from steepest.sources.tiers import HOT

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
direct = pytest.mark.skipif(bool(abi.unsupported()), reason=abi.unsupported())


def hill(n: Any, e: Any) -> Any:
    return n**2 + 3 * e**2 + np.sin(3 * n) * e


def hill_slope(n: float, e: float) -> tuple[float, float]:
    return 2 * n + 3 * np.cos(3 * n) * e, 6 * e + np.sin(3 * n)


def valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def valley_slope(x: Any) -> Any:
    slope = np.zeros_like(x)
    slope[:-1] = -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    slope[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return slope


def warm(f: Callable[..., Any], *args: Any) -> None:
    for _ in range(HOT + 1):
        f(*args)


# ---- what comes out ------------------------------------------------------------------------------


def test_numbers_in_numbers_out(door: str) -> None:
    vg = st.value_and_grad(hill, (0, 1))
    first = vg(2.0, 1.0)
    warm(vg, 2.0, 1.0)
    assert vg.compiled and vg.compiled.paths[0].direct == (door == "builtin")
    for n, e in [(2.0, 1.0), (-0.5, 3.25), (np.float64(1.5), 0.0)]:
        value, slope = vg(n, e)
        assert value == pytest.approx(hill(n, e), rel=1e-14)
        assert slope == pytest.approx(hill_slope(n, e), rel=1e-14)
        assert type(value) is float and type(slope) is tuple and type(slope[0]) is float
    assert first[0] == pytest.approx(vg(2.0, 1.0)[0], rel=1e-15)
    assert first[1] == pytest.approx(vg(2.0, 1.0)[1], rel=1e-14)


@pytest.mark.parametrize("size", [2, 10, 100])
def test_a_vector_in_a_new_vector_out(door: str, size: int) -> None:
    vg = st.value_and_grad(valley)
    x = np.linspace(-1.5, 1.5, size)
    warm(vg, x)
    assert vg.compiled.paths[0].direct == (door == "builtin")
    value, slope = vg(x)
    assert type(value) is float and value == pytest.approx(valley(x), rel=1e-13)
    assert type(slope) is np.ndarray and slope.dtype == np.float64 and slope.shape == (size,)
    assert np.allclose(slope, valley_slope(x), rtol=1e-13, atol=1e-11)
    assert slope.flags.owndata and slope.flags.writeable and slope.flags.c_contiguous
    again = vg(x)[1]
    slope[:] = 0.0
    assert np.array_equal(again, vg(x)[1]) and not np.shares_memory(slope, again)


def test_a_vector_and_data_arrays(door: str) -> None:
    def loss(w: Any, a: Any, y: Any) -> Any:
        return np.sum((a @ w - y) ** 2)

    rng = np.random.default_rng(4)
    w, a, y = rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)
    slope = st.grad(loss)
    slope.compile(w, a, y)
    assert np.allclose(slope(w, a, y), 2 * a.T @ (a @ w - y), rtol=1e-12)
    assert np.allclose(slope(w, 2 * a, y), 4 * a.T @ (2 * a @ w - y), rtol=1e-12)
    assert slope.compiled.paths[0].direct == (door == "builtin")
    both = st.value_and_grad(loss, (0, 2))
    both.compile(w, a, y)
    value, (by_w, by_y) = both(w, a, y)
    assert value == pytest.approx(np.sum((a @ w - y) ** 2), rel=1e-12)
    assert np.allclose(by_w, slope(w, a, y), rtol=1e-12)
    assert np.allclose(by_y, -2 * (a @ w - y), rtol=1e-12)


def test_a_formula_and_nested_operators(door: str) -> None:
    formula = st.grad(st.Function("n**2*e + sin(n)"))
    warm(formula, 2.0, 3.0)
    assert formula(2.0, 3.0) == pytest.approx(12 + np.cos(2.0), rel=1e-14)
    assert formula(2.0, e=3.0) == formula(2.0, 3.0) == formula({"n": 2.0, "e": 3.0})
    second = st.grad(st.grad(lambda x: x**5))
    warm(second, 2.0)
    assert second(2.0) == 160.0 and second.compiled


def test_inside_a_function_that_is_followed(door: str) -> None:
    inner = st.grad(lambda x: x**3)
    warm(inner, 2.0)
    state = {"a": 1.0}

    def outer(y: Any) -> Any:
        state["a"] = y
        return inner(y) + inner(2.0) * y

    assert st.grad(outer)(5.0) == pytest.approx(6 * 5.0 + 12.0)
    assert st.hessian(lambda x: x[0] ** 3 * x[1])(np.array([2.0, 5.0])).tolist() == [
        [60.0, 12.0],
        [12.0, 0.0],
    ]


# ---- what goes to Python -------------------------------------------------------------------------

OTHERS: list[Any] = [
    2,
    True,
    np.float32(2.0),
    np.int64(2),
    np.array(2.0),
]


@pytest.mark.parametrize("other", OTHERS, ids=[type(o).__name__ for o in OTHERS])
def test_other_numbers_go_to_python(door: str, other: Any) -> None:
    plain, hot = st.grad(lambda x: x**3 + 0.5 * x), st.grad(lambda x: x**3 + 0.5 * x)
    warm(hot, 3.0)
    got, wanted = hot(other), plain(other)
    assert got == wanted and type(got) is type(wanted)


def test_other_arrays_go_to_python(door: str) -> None:
    class Mine(np.ndarray):
        pass

    x = np.array([0.5, -1.5, 2.0])
    slope = st.grad(valley)
    warm(slope, x)
    for other in (
        x[::-1],
        np.stack([x, x], axis=1)[:, 0],
        x.astype(np.float32),
        x.astype(">f8"),
        np.array([1, 2, 3]),
        np.array([0.5, 1.0]),
        np.linspace(0.0, 1.0, 7),
        x.view(Mine),
    ):
        given = np.asarray(other, dtype=np.float64)
        found = slope(other)
        exact = 1e-12 if other.dtype != np.float32 else 1e-5
        assert np.allclose(found, valley_slope(given), rtol=exact, atol=exact)
        assert found.dtype == (np.float32 if other.dtype == np.float32 else np.float64)
    unaligned = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float64)
    assert not unaligned.flags.aligned
    assert np.array_equal(slope(unaligned), slope(x))
    with pytest.raises(IndexError):
        slope(np.array(1.0))


def test_keywords_and_wrong_calls_go_to_python(door: str) -> None:
    slope = st.grad(hill)
    warm(slope, 2.0, 1.0)
    assert slope(2.0, e=1.0) == pytest.approx(hill_slope(2.0, 1.0)[0], rel=1e-14)
    for args, named in (((), {}), ((2.0,), {}), ((1.0, 2.0, 3.0), {}), ((1.0, 2.0), {"z": 1.0})):
        with pytest.raises(TypeError):
            slope(*args, **named)
    with pytest.raises(TypeError):
        slope("2", 1.0)
    assert slope(2.0, 1.0) == pytest.approx(hill_slope(2.0, 1.0)[0], rel=1e-14)


def test_results_in_lists_and_dicts_come_through_python() -> None:
    slope = st.grad(lambda p: p["a"] ** 2 * p["b"][0])
    given = {"a": 3.0, "b": [np.array([2.0])[0]]}
    first = slope(given)
    warm(slope, given)
    assert slope(given) == first == {"a": 12.0, "b": [9.0]}
    assert not slope.compiled.paths[0].direct and "called through Python" in repr(slope.compiled)


# ---- the object ----------------------------------------------------------------------------------


def test_it_tells_what_became_of_it(door: str) -> None:
    slope = st.grad(valley)
    x = np.ones(4)
    assert not slope.compiled and f"{HOT} times" in repr(slope.compiled)
    for _ in range(HOT):
        slope(x)
    assert not slope.compiled
    slope(x)
    (path,) = slope.compiled.paths
    assert path.operations > 10 and path.size > 100 and path.seconds > 0 and "fmul" in path.ir
    said = "called directly" if door == "builtin" else "not on this interpreter"
    assert said in repr(slope.compiled)
    assert repr(slope).startswith("grad(valley) by 0")


def test_python_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_ENGINE", "python")
    slope = st.grad(valley)
    warm(slope, np.ones(4))
    assert not slope.compiled and "STEEPEST_ENGINE=python" in repr(slope.compiled)


def test_what_cannot_be_compiled_says_why() -> None:
    from scipy.special import digamma

    slope = st.grad(lambda x: digamma(x) ** 2)
    warm(slope, 2.0)
    assert not slope.compiled and "no machine code" in repr(slope.compiled)
    single = st.grad(valley)
    warm(single, np.ones(3, np.float32))
    assert "float32" in single.compiled.reason


def test_what_ctrl_c_cut_short_is_compiled_later(
    door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    slope = st.value_and_grad(valley)
    x = np.array([0.5, 2.0])
    with monkeypatch.context() as patched:
        patched.setattr(engine, "_linked", cut)
        with pytest.raises(KeyboardInterrupt):
            slope.compile(x)
    assert not slope.compiled and "no path was called" in slope.compiled.reason
    assert slope.compile(x).paths
    assert np.array_equal(slope(x)[1], valley_slope(x))


def test_it_can_be_pickled_copied_and_subclassed(door: str) -> None:
    slope = st.value_and_grad(valley)
    x = np.array([0.5, 2.0])
    warm(slope, x)
    again = pickle.loads(pickle.dumps(slope))  # noqa: S301
    for other in (again, copy.copy(slope), copy.deepcopy(slope)):
        assert type(other) is type(slope) and isinstance(other, Differentiated)
        assert not other.compiled
        assert np.array_equal(other(x)[1], slope(x)[1])
        warm(other, x)
        assert other.compiled

    class Doubled(Differentiated):
        def __call__(self, *args: Any, **named: Any) -> Any:
            return 2 * super().__call__(*args, **named)

    doubled = Doubled(st.grad(valley).source, 0, "grad")
    warm(doubled, x)
    assert np.allclose(doubled(x), 2 * valley_slope(x), rtol=1e-13)
    assert type(doubled) is Doubled
    slope.note = "kept"
    assert vars(slope)["note"] == "kept"


@direct
def test_nothing_is_kept_and_nothing_is_lost() -> None:
    vg = st.value_and_grad(lambda x, d: np.sum(d * x**2))
    x, data = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    n, e = 1.25, 2.5
    flat = st.value_and_grad(hill, (0, 1))
    warm(vg, x, data)
    warm(flat, n, e)
    double = np.dtype(np.float64)
    things = (x, data, n, e, vg, flat, double, None, float)
    gc.collect()
    before = [sys.getrefcount(t) for t in things]
    blocks = sys.getallocatedblocks()
    for k in range(2000):
        vg(x, data)
        flat(n, e)
        if k % 200 == 0:
            vg(x[::-1], data), vg(x.astype(np.float32), data)
    gc.collect()
    after = [sys.getrefcount(t) for t in things]
    assert max(abs(a - b) for a, b in zip(before[:6], after[:6], strict=True)) <= 1
    assert max(abs(a - b) for a, b in zip(before[6:], after[6:], strict=True)) < 100
    assert sys.getallocatedblocks() - blocks < 500


@direct
def test_what_it_was_is_freed_with_it() -> None:
    import weakref

    big = np.ones(5)
    slope = st.grad(lambda x: np.sum(big * x))
    warm(slope, np.ones(5))
    assert installed(slope)
    code = weakref.ref(slope._tiers._made[0])
    seen = weakref.ref(slope)
    del slope
    gc.collect()
    assert seen() is None and code() is None


@direct
def test_the_type_has_room_for_two_pointers_and_no_more() -> None:
    slope = st.grad(valley)
    assert installed(slope) == 0
    assert type(slope).__basicsize__ == Differentiated.__basicsize__ + 2 * 8
    with pytest.raises(TypeError, match="no room"):
        installed(valley)
    with pytest.raises(TypeError, match="base type"):
        type("Mine", (type(slope),), {})


def test_threads_get_their_own_results(door: str) -> None:
    vg = st.value_and_grad(valley)
    right: list[bool] = []

    def work(scale: float) -> None:
        x = np.linspace(0.0, scale, 8)
        wanted = valley_slope(x)
        found = [vg(x)[1] for _ in range(300)]
        right.append(all(np.allclose(g, wanted, rtol=1e-12, atol=1e-10) for g in found))

    threads = [threading.Thread(target=work, args=(0.5 + k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert right == [True] * 4 and vg.compiled
