"""Functions that are called at one point again and again: their values and derivatives in machine
code.
"""

from __future__ import annotations

import copy
import gc
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.errors import VariableError
from steepest.function import Function
from steepest.native import abi
from steepest.native.engine import available
from steepest.native.leaf import installed
from steepest.sources.tiers import HOT

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
direct = pytest.mark.skipif(bool(abi.unsupported()), reason=abi.unsupported())

TEXT = "n**2 + 3*e**2 + sin(3*n)*e"


def value(n: float, e: float) -> float:
    return n**2 + 3 * e**2 + math.sin(3 * n) * e


def slope(n: float, e: float) -> list[float]:
    return [2 * n + 3 * e * math.cos(3 * n), 6 * e + math.sin(3 * n)]


def bend(n: float, e: float) -> list[list[float]]:
    mixed = 3 * math.cos(3 * n)
    return [[2 - 9 * e * math.sin(3 * n), mixed], [mixed, 6.0]]


def warm(f: Callable[..., Any], *args: Any) -> None:
    for _ in range(HOT + 2):
        f(*args)


KINDS: list[tuple[Callable[[Any], Any], Callable[[float, float], Any]]] = [
    (lambda f: f, value),
    (lambda f: f.gradient, slope),
    (lambda f: f.hessian, bend),
    (lambda f: f.derivative("n"), lambda n, e: slope(n, e)[0]),
    (lambda f: f.directional(n=1, e=0), lambda n, e: slope(n, e)[0]),
]


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_values_and_derivatives_of_a_formula(door: str, kind: int) -> None:
    step, truth = KINDS[kind]
    f = step(st.Function(TEXT))
    first = f(2.0, 1.0)
    warm(f, 2.0, 1.0)
    (path,) = f.compiled.paths
    assert path.direct == (door == "builtin")
    for n, e in [(2.0, 1.0), (-0.5, 3.25), (np.float64(1.5), 0.0), (7, -2), (0, 1.0)]:
        found = f(n, e)
        assert np.allclose(found, truth(float(n), float(e)), rtol=1e-13, atol=1e-14)
        assert type(found) is type(first) and np.shape(found) == np.shape(first)
    assert type(first) is float or (first.dtype == np.float64 and f(2.0, 1.0).flags.owndata)
    assert isinstance(f, Function)


def test_whole_numbers_are_taken_as_floats(door: str) -> None:
    f = st.Function("n - 2*e")
    warm(f, 2.0, 1.0)
    for n, e in [(2, 1), (0, -1), (2**30 - 1, 1 - 2**30), (2**30, 0), (-(2**53), 2**40), (True, 2)]:
        found = f(n, e)
        assert found == float(n) - 2 * float(e) and type(found) is float
    with pytest.raises(VariableError):
        f(10**40, 1)


def test_other_ways_of_calling_go_to_python(door: str) -> None:
    f = st.Function(TEXT).gradient
    warm(f, 2.0, 1.0)
    wanted = slope(2.0, 1.0)
    for found in (f(n=2.0, e=1.0), f({"n": 2.0, "e": 1.0}), f([2.0, 1.0]), f(np.array([2.0, 1.0]))):
        assert np.allclose(found, wanted, rtol=1e-14)
    many = f(np.array([2.0, -0.5, 1.0]), 1.0)
    assert np.allclose(many[:, 0], wanted, rtol=1e-14) and many.shape == (2, 3)
    with pytest.raises(VariableError):
        f(2.0)
    with pytest.raises(VariableError):
        f("2", 1.0)


def elevation(n: Any, e: Any) -> Any:
    out = np.zeros(2)
    out[0] = n**2 * e if n > 0 else -n
    out[1] = e**3
    return out.sum()


def test_slopes_of_code_by_its_paths(door: str) -> None:
    f = st.Function(elevation)
    for point, truth in (((2.0, 3.0), [12.0, 31.0]), ((-2.0, 3.0), [-1.0, 27.0])):
        warm(f.gradient, *point)
        assert f.gradient(*point).tolist() == truth
    assert [p.direct for p in f.gradient.compiled.paths] == [door == "builtin"] * 2
    assert f.gradient(2.0, 3.0).tolist() == [12.0, 31.0]
    warm(f, 2.0, 3.0)
    assert not f.compiled and "what that code returns" in repr(f.compiled)
    assert f(2.0, 3.0) == 39.0


def test_slopes_of_code_on_an_array_and_on_what_it_reads(door: str) -> None:
    scale = 2.0
    data = np.array([1.0, 2.0, 3.0])
    f = st.Function(lambda x: scale * np.sum(data * x**2))
    x = np.array([0.5, -1.0, 4.0])
    warm(f.gradient, x)
    assert np.array_equal(f.gradient(x), 4 * data * x)
    data[:] = 1.0
    scale = 3.0
    assert np.array_equal(f.gradient(x), 6 * x)
    assert f.gradient.compiled.paths[0].direct == (door == "builtin")


def test_a_derivative_is_compiled_for_itself(door: str) -> None:
    f = st.Function(TEXT)
    warm(f, 2.0, 1.0)
    assert f.compiled and not f.gradient.compiled
    assert f"{HOT} times" in repr(f.gradient.compiled)
    assert np.allclose(f.gradient(2.0, 1.0), slope(2.0, 1.0))
    other = copy.copy(f)
    assert other(2.0, 1.0) == f(2.0, 1.0) and repr(other) == repr(f)


def test_inside_a_function_that_is_followed(door: str) -> None:
    f = st.Function("x^3")
    warm(f.gradient, 2.0)
    warm(f, 2.0)
    assert st.grad(lambda x: f(x) * f(2.0))(3.0) == 27.0 * 8.0
    assert st.grad(f)(2.0) == 12.0


def test_what_has_no_machine_code_says_why() -> None:
    from scipy.special import digamma, polygamma

    slope = st.Function(lambda x: digamma(x)).gradient
    warm(slope, 2.5)
    assert slope(2.5)[0] == pytest.approx(polygamma(1, 2.5), rel=1e-13)
    assert not slope.compiled and "no machine code" in repr(slope.compiled)


def test_python_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_ENGINE", "python")
    f = st.Function(TEXT)
    warm(f.gradient, 2.0, 1.0)
    assert not f.gradient.compiled and "STEEPEST_ENGINE=python" in repr(f.gradient.compiled)
    assert np.allclose(f.gradient(2.0, 1.0), slope(2.0, 1.0), rtol=1e-14)


@direct
def test_nothing_is_kept_and_nothing_is_lost() -> None:
    f = st.Function(TEXT).gradient
    n, e = 1.25, 2.5
    warm(f, n, e)
    assert installed(f)
    double = np.dtype(np.float64)
    gc.collect()
    before, blocks = [sys.getrefcount(t) for t in (n, e, f, double)], sys.getallocatedblocks()
    for _ in range(2000):
        f(n, e), f(2, e)
    gc.collect()
    after = [sys.getrefcount(t) for t in (n, e, f, double)]
    assert max(abs(a - b) for a, b in zip(before[:3], after[:3], strict=True)) <= 1
    assert abs(before[3] - after[3]) < 100 and sys.getallocatedblocks() - blocks < 500


@direct
def test_what_it_was_is_freed_with_it() -> None:
    import weakref

    f = st.Function("x^3 + x")
    warm(f, 2.0)
    code, seen = weakref.ref(f._tiers._made[0]), weakref.ref(f)  # type: ignore[union-attr]
    del f
    gc.collect()
    assert seen() is None and code() is None
