"""Hessians and Jacobians, by few passes and in machine code: against closed forms, SciPy's own and
mpmath; what is zero by structure is neither computed nor stored.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.optimize import rosen_hess

import steepest as st
from steepest.native import abi
from steepest.native.engine import available
from steepest.operators import Columns
from steepest.sources.matrix import Passes
from steepest.sources.tiers import HOT

native = pytest.mark.skipif(bool(available()), reason=available())
direct = pytest.mark.skipif(
    bool(available() or abi.unsupported()), reason=available() or abi.unsupported()
)


def valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def warm(f: Callable[..., Any], *args: Any) -> None:
    for _ in range(HOT + 1):
        f(*args)


def passes(f: Columns, *args: Any) -> Passes:
    return f.path(args, {}).passes  # type: ignore[attr-defined, no-any-return]


def place(n: int) -> np.ndarray:
    return 0.5 + np.arange(n) % 7 / 8


def second(f: Callable[..., Any], x: np.ndarray) -> np.ndarray:
    """The Hessian to 15 digits, by mpmath's differences in 40."""
    with mpmath.workdps(40):
        at = [mpmath.mpf(float(v)) for v in x]
        n = len(x)
        found = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                order = [0] * n
                order[i] += 1
                order[j] += 1
                found[i, j] = mpmath.diff(lambda *v: f(list(v)), tuple(at), tuple(order))
        return found


# ---- few passes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [6, 10, 100, 400])
def test_rosenbrock_takes_three_passes(n: int) -> None:
    bent = st.hessian(valley)
    found = bent(place(n))
    assert len(passes(bent, place(n)).seeds) == 3
    assert np.allclose(found, rosen_hess(place(n)), rtol=1e-13, atol=0)
    assert np.array_equal(found, found.T)


def test_an_arrow_takes_two_passes_and_a_full_matrix_all() -> None:
    x = place(9)
    arrow = st.hessian(lambda x: np.sum(np.sin(x[0] * x[1:])))
    truth = np.zeros((9, 9))
    s, c = np.sin(x[0] * x[1:]), np.cos(x[0] * x[1:])
    truth[0, 0] = -np.sum(x[1:] ** 2 * s)
    truth[0, 1:] = truth[1:, 0] = c - x[0] * x[1:] * s
    truth[1:, 1:] = np.diag(-(x[0] ** 2) * s)
    assert np.allclose(arrow(x), truth, rtol=1e-13, atol=1e-15)
    assert len(passes(arrow, x).seeds) == 2
    full = st.hessian(lambda x: np.sum(x) ** 3)
    assert np.allclose(full(x), 6 * x.sum(), rtol=1e-13)
    assert len(passes(full, x).seeds) == 9


def test_a_separable_function_takes_one_pass() -> None:
    bent = st.hessian(lambda x: np.sum(np.exp(x)))
    assert np.allclose(bent(place(50)), np.diag(np.exp(place(50))), rtol=1e-14)
    assert len(passes(bent, place(50)).seeds) == 1


def residuals(x: Any) -> Any:
    return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])


def residual_slopes(x: np.ndarray) -> np.ndarray:
    n = len(x)
    i = np.arange(n - 1)
    found = np.zeros((2 * n - 2, n))
    found[i, i + 1] = 10
    found[i, i] = -20 * x[:-1]
    found[n - 1 + i, i] = -1
    return found


@pytest.mark.parametrize("n", [8, 60])
def test_banded_residuals_go_forward_in_two_passes(n: int) -> None:
    slopes = st.jacobian(residuals)
    assert np.allclose(slopes(place(n)), residual_slopes(place(n)), rtol=1e-14, atol=0)
    made = passes(slopes, place(n))
    assert made.forward and len(made.seeds) == 2


def test_rows_that_share_no_column_go_backwards_in_one_pass() -> None:
    """Forward mode would take two: each row holds two columns."""

    def f(x: Any) -> Any:
        pairs = np.reshape(x[:12], (6, 2))
        return np.sum(pairs**3, axis=1)

    x = place(12)
    slopes = st.jacobian(f)
    truth = np.zeros((6, 12))
    for i in range(6):
        truth[i, 2 * i : 2 * i + 2] = 3 * x[2 * i : 2 * i + 2] ** 2
    assert np.allclose(slopes(x), truth, rtol=1e-14)
    made = passes(slopes, x)
    assert not made.forward and len(made.seeds) == 1


# ---- machine code --------------------------------------------------------------------------------


@native
@pytest.mark.parametrize("n", [2, 3, 10, 100])
def test_rosenbrock_in_machine_code(door: str, n: int) -> None:
    bent = st.hessian(valley)
    x = place(n)
    first = bent(x)
    warm(bent, x)
    assert bent.compiled.paths[0].direct == (door == "builtin")
    for at in (x, -x, x[::-1].copy(), 3 * x):
        found = bent(at)
        assert np.allclose(found, rosen_hess(at), rtol=1e-13, atol=0)
        assert np.array_equal(found, found.T)
        assert type(found) is np.ndarray and found.flags.owndata and found.flags.c_contiguous
    assert np.allclose(first, bent(x), rtol=1e-15, atol=0)
    found = bent(x)
    again = bent(x)
    again[:] = 7.0
    assert np.array_equal(found, bent(x))


@native
def test_code_grows_with_the_entries_and_not_with_the_square() -> None:
    operations, sizes = [], []
    for n in (50, 100, 200):
        path = st.hessian(valley).compile(place(n)).paths[0]
        operations.append(path.operations)
        sizes.append(path.size)
    assert operations[2] - operations[1] == 2 * (operations[1] - operations[0])
    assert operations[1] < 20 * 100 and sizes[2] < 2.5 * sizes[1]


@native
def test_zeros_are_not_stored_one_by_one() -> None:
    path = st.hessian(valley).compile(place(100)).paths[0]
    stores = path.ir.count("store double ") + path.ir.count("store <4 x double>")
    assert stores <= 298  # a diagonal of 100, and 99 on each of its sides
    assert "numpy_zeros(i32 2" in path.ir or abi.unsupported()


SMOOTH: list[tuple[Callable[..., Any], Callable[..., Any], list[float]]] = [
    (
        lambda x: np.sin(x[0] * x[1]) * np.exp(x[2]),
        lambda x: mpmath.sin(x[0] * x[1]) * mpmath.exp(x[2]),
        [0.7, -1.3, 0.2],
    ),
    (
        lambda x: np.log(np.sum(np.exp(x))),
        lambda x: mpmath.log(sum(mpmath.exp(v) for v in x)),
        [0.3, -0.6, 1.1, 0.25, -2.0, 0.9],
    ),
    (
        lambda x: np.sum(np.sqrt(1 + (x[1:] - x[:-1]) ** 2)) + np.arctan2(x[0], x[-1]),
        lambda x: (
            sum(mpmath.sqrt(1 + (b - a) ** 2) for a, b in pairwise(x)) + mpmath.atan2(x[0], x[-1])
        ),
        [0.5, 1.25, -0.75, 2.0, 1.5, 0.1],
    ),
    (
        lambda x: np.prod(x) / np.sum(x**2),
        lambda x: mpmath.fprod(x) / sum(v**2 for v in x),
        [1.5, -0.5, 2.0, 0.75, 1.0],
    ),
]


@pytest.mark.parametrize("case", range(len(SMOOTH)))
def test_against_mpmath_in_both_tiers(case: int) -> None:
    f, precise, at = SMOOTH[case]
    x = np.array(at)
    truth = second(precise, x)
    bent = st.hessian(f)
    scale = np.abs(truth).max()
    assert np.allclose(bent(x), truth, rtol=1e-13, atol=1e-14 * scale)
    if bent.compile(x):
        assert np.allclose(bent(x), truth, rtol=1e-13, atol=1e-14 * scale)
    else:
        assert available()


@native
def test_jacobians_of_vectors_in_machine_code(door: str) -> None:
    x = place(40)
    slopes = st.jacobian(residuals)
    warm(slopes, x)
    assert slopes.compiled.paths[0].direct == (door == "builtin")
    assert np.allclose(slopes(x), residual_slopes(x), rtol=1e-14, atol=0)
    a = np.random.default_rng(3).normal(size=(3, 30))
    wide = st.jacobian(lambda x: np.tanh(a @ x))
    x = 0.1 * place(30)
    warm(wide, x)
    assert not passes(wide, x).forward and wide.compiled
    truth = a * (1 - np.tanh(a @ x)[:, None] ** 2)
    assert np.allclose(wide(x), truth, rtol=1e-12)


@native
def test_numbers_and_several_arguments(door: str) -> None:
    bent = st.hessian(lambda n, e: n**3 * e + e**2, (0, 1))
    warm(bent, 2.0, 5.0)
    assert bent.compiled.paths[0].direct == (door == "builtin")
    assert bent(2.0, 5.0) == ((60.0, 12.0), (12.0, 2.0))
    assert bent(1.0, 2.0) == ((12.0, 3.0), (3.0, 2.0))
    twice = st.hessian(lambda n, e: n**3 * e, (0, 0))
    assert twice(2.0, 5.0) == ((60.0, 60.0), (60.0, 60.0))
    twice.compile(2.0, 5.0)
    assert twice(2.0, 5.0) == ((60.0, 60.0), (60.0, 60.0))
    data = st.hessian(lambda w, a, y: np.sum((a @ w - y) ** 2))
    rng = np.random.default_rng(1)
    w, a, y = rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)
    warm(data, w, a, y)
    assert np.allclose(data(w, a, y), 2 * a.T @ a, rtol=1e-12)
    assert np.allclose(data(w, 3 * a, y), 18 * a.T @ a, rtol=1e-12)
    assert data.compiled.paths[0].direct == (door == "builtin")


@native
def test_branches_lead_to_other_code(door: str) -> None:
    def f(x: Any) -> Any:
        if x[0] > 0:
            return np.sum(x**3)
        return np.sum(x[1:] * x[:-1])

    bent = st.hessian(f)
    up = np.linspace(0.5, 2.0, 7)
    down = -up
    band = np.eye(7, k=1) + np.eye(7, k=-1)
    for x, truth in ((up, np.diag(6 * up)), (down, band)):
        warm(bent, x)
        assert np.allclose(bent(x), truth, rtol=1e-14)
    assert len(bent.compiled.paths) == 2
    assert np.allclose(bent(up), np.diag(6 * up), rtol=1e-14)


@native
def test_captured_arrays_are_read_again(door: str) -> None:
    weights = np.arange(1.0, 9.0)
    bent = st.hessian(lambda x: np.sum(weights * x**2))
    x = place(8)
    warm(bent, x)
    assert np.array_equal(bent(x), np.diag(2 * weights))
    weights[:] = 5.0
    assert np.array_equal(bent(x), 10 * np.eye(8))


def test_nests_give_what_they_gave() -> None:
    def f(p: Any) -> Any:
        return np.sum(p["w"] ** 2) * p["b"] + p["rest"][0] ** 3

    given = {"w": np.arange(6.0), "b": 3.0, "rest": (2.0,)}
    bent = st.hessian(f)
    wanted: dict[str, Any] = {
        "w": {"w": 6 * np.eye(6), "b": 2 * given["w"], "rest": (np.zeros(6),)},
        "b": {"w": 2 * given["w"], "b": 0.0, "rest": (0.0,)},
        "rest": ({"w": np.zeros(6), "b": 0.0, "rest": (12.0,)},),
    }
    for _ in range(HOT + 2):
        np.testing.assert_equal(bent(given), wanted)
    assert not bent.compiled or not bent.compiled.paths[0].direct


def test_what_cannot_be_compiled_is_interpreted() -> None:
    from scipy.special import digamma, polygamma

    bent = st.hessian(lambda x: np.sum(digamma(x)))
    x = place(9)
    warm(bent, x)
    assert not bent.compiled and bent.compiled.reason
    assert np.allclose(bent(x), np.diag(polygamma(2, x)), rtol=1e-12)
    single = st.hessian(valley)
    x32 = place(8).astype(np.float32)
    warm(single, x32)
    assert single(x32).dtype == np.float32
    assert np.allclose(single(x32), rosen_hess(place(8)), rtol=1e-5)


def test_large_matrices_are_interpreted_and_say_so() -> None:
    bent = st.hessian(lambda x: np.sum(x**3))
    x = place(600)
    told = bent.compile(x)
    assert not told and ("600 x 600" in told.reason or available())
    assert np.array_equal(bent(x), np.diag(6 * x))
    assert len(passes(bent, x).seeds) == 1


def test_an_infinite_slope_does_not_spoil_its_neighbours() -> None:
    """What is zero by structure stays zero beside an infinity, in both tiers alike."""

    def f(x: Any) -> Any:
        return np.sum(x**1.5) + np.sum(x[1:] * x[:-1])

    x = np.arange(8.0)
    truth = np.eye(8, k=1) + np.eye(8, k=-1)
    with np.errstate(divide="ignore"):
        truth += np.diag(0.75 / np.sqrt(x))
    bent = st.hessian(f)
    assert np.allclose(bent(x), truth, rtol=1e-14)
    bent.compile(x)
    assert np.allclose(bent(x), truth, rtol=1e-14)
    slopes = st.jacobian(lambda x: np.array([np.sum(np.sqrt(x)), np.sum(x**2)]))
    with np.errstate(divide="ignore"):
        wanted = np.array([0.5 / np.sqrt(x), 2 * x])
    assert np.allclose(slopes(x), wanted, rtol=1e-14)
    slopes.compile(x)
    assert np.allclose(slopes(x), wanted, rtol=1e-14)


def test_rules_of_an_author_need_not_be_symmetric() -> None:
    """The slopes are given as y and 3x: then the matrix is what follows from them."""
    product = st.custom_derivative(
        lambda x, y: x * y, partials=(lambda x, y, out: y, lambda x, y, out: 3 * x)
    )
    bent = st.hessian(lambda v: product(v[0], v[1]))
    assert bent(np.array([2.0, 5.0])).tolist() == [[0.0, 1.0], [3.0, 0.0]]
    bent.compile(np.array([2.0, 5.0]))
    assert bent(np.array([2.0, 5.0])).tolist() == [[0.0, 1.0], [3.0, 0.0]]


# ---- the object ----------------------------------------------------------------------------------


@native
def test_it_can_be_pickled_and_copied(door: str) -> None:
    bent = st.hessian(valley)
    x = place(5)
    warm(bent, x)
    for other in (pickle.loads(pickle.dumps(bent)), copy.copy(bent)):  # noqa: S301
        assert type(other) is type(bent) and isinstance(other, Columns)
        assert not other.compiled
        assert np.allclose(other(x), bent(x), rtol=1e-15)
    assert repr(bent).startswith("jacobian(grad(valley)) by 0")


@native
def test_it_can_be_differentiated_when_hot(door: str) -> None:
    bent = st.hessian(lambda x: np.sum(x**4))
    x = np.array([1.0, 2.0])
    warm(bent, x)
    third = st.jacobian(bent)(x)
    wanted = np.zeros((2, 2, 2))
    wanted[0, 0, 0], wanted[1, 1, 1] = 24.0, 48.0
    assert np.allclose(third, wanted)


@direct
def test_nothing_is_kept_and_nothing_is_lost() -> None:
    bent = st.hessian(valley)
    x = place(12)
    warm(bent, x)
    double = np.dtype(np.float64)
    gc.collect()
    before, blocks = [sys.getrefcount(t) for t in (x, bent, double)], sys.getallocatedblocks()
    for _ in range(2000):
        bent(x)
    gc.collect()
    after = [sys.getrefcount(t) for t in (x, bent, double)]
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 100
    assert abs(after[0] - before[0]) <= 1 and sys.getallocatedblocks() - blocks < 500
