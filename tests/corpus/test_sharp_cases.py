"""The complaints that people bring to other tools, each as a case that must be right here.

The threads are named where the complaint is public; jax#347 is issue 347 of jax.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from numpy import exp, sin, zeros
from numpy import sqrt as root

import steepest as st
from steepest.errors import CaptureError
from steepest.sources.capture import NumericalWarning
from tests.lastbits import agree_to_the_last_bits
from tests.sources.capture import elsewhere

X = np.array([0.7, -1.3, 2.1])


def slope(f: Callable[..., Any], *args: Any) -> Any:
    """The gradient, which must have been followed exactly."""
    g = st.grad(f)
    found = g(*args)
    assert g.tracing.exact is True, g.tracing
    return found


# ---- NaN gradients with no address
@pytest.mark.parametrize(
    ("f", "bad", "wanted"),
    [
        (lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum(), -1.0, 0.0),
        (lambda x: np.where(x > 0, np.log(x), x).sum(), -1.0, 1.0),
        (lambda x: np.where(x == 0, 1.0, np.sin(x) / x).sum(), 0.0, 0.0),
        (lambda x: np.where(np.abs(x) > 1e-8, (1 - np.cos(x)) / x**2, 0.5).sum(), 0.0, 0.0),
        (lambda x: np.where(x < 700, np.log1p(np.exp(x)), x).sum(), 800.0, 1.0),
        (lambda x: np.where(x > 0, x**0.5 * np.exp(3 / x), 0 * x).sum(), -1e-3, 0.0),
    ],
)
def test_no_nan_from_the_branch_not_taken(f: Any, bad: float, wanted: float) -> None:
    """jax#347, #1052, #5798: zero times infinity in the branch of `where` that is not taken."""
    with np.errstate(all="ignore"):
        found = st.grad(f)(np.array([bad, 2.0]))
        alone = st.grad(f)(np.array([2.0]))
    assert found[0] == wanted
    assert found[1] == alone[0] != 0


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.linalg.norm(x),
        lambda x: np.sqrt(np.sum(x**2)),
        lambda x: np.hypot(x[0], x[1]),
        lambda x: np.sqrt(x @ x),
        lambda x: math.sqrt(sum(v * v for v in x)),
    ],
)
def test_lengths_at_the_origin_have_the_slope_zero(f: Any) -> None:
    """pytorch#2421, autograd#151: the norm at zero."""
    np.testing.assert_array_equal(st.grad(f)(np.zeros(2)), [0.0, 0.0])
    np.testing.assert_allclose(st.grad(f)(np.array([3.0, 4.0])), [0.6, 0.8], rtol=1e-15)


def test_distances_from_a_point_to_itself() -> None:
    """The matrix of distances: its diagonal is a length of zero."""

    def stress(p: Any) -> Any:
        d = np.sqrt(((p[:, None] - p[None]) ** 2).sum(-1))
        return np.sum((d - 1.0) ** 2)

    p = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0]])
    found = slope(stress, p)
    by_hand = np.zeros_like(p)
    for i in range(3):
        for j in range(3):
            if i != j:
                d = math.dist(p[i], p[j])
                by_hand[i] += 4 * (d - 1) * (p[i] - p[j]) / d
    np.testing.assert_allclose(found, by_hand, rtol=1e-14)


def test_masked_divisions() -> None:
    def f(a: Any, b: Any) -> Any:
        return np.divide(a, b, out=np.zeros_like(a), where=b != 0).sum()

    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.0, 4.0])
    by_a, by_b = st.grad(f, argnums=(0, 1))(a, b)
    np.testing.assert_array_equal(by_a, [0.5, 0.0, 0.25])
    np.testing.assert_array_equal(by_b, [-0.25, 0.0, -3 / 16])


def test_powers_at_zero() -> None:
    assert slope(lambda x: x**0, 0.0) == 0.0
    assert slope(lambda x: x**1, 0.0) == 1.0
    assert slope(lambda x: x**2, 0.0) == 0.0
    assert slope(lambda x: x**3.0, 0.0) == 0.0
    assert st.grad(lambda t: 0.0**t)(2.0) == 0.0
    np.testing.assert_array_equal(
        slope(lambda c: sum(k * 0.0**i for i, k in enumerate(c)), np.ones(3)), [1, 0, 0]
    )


@pytest.mark.parametrize(
    ("x", "wanted"),
    [
        ([0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
        ([0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
        ([1.5, 2.0, 3.0], [6.0, 4.5, 3.0]),
    ],
)
def test_products_with_zeros(x: list[float], wanted: list[float]) -> None:
    np.testing.assert_array_equal(slope(np.prod, np.array(x)), wanted)


@pytest.mark.parametrize(
    ("f", "x", "low", "high"),
    [
        (lambda x: abs(x), 0.0, -1, 1),
        (lambda x: max(x, 0.0), 0.0, 0, 1),
        (lambda x: np.maximum(x, 0.0), 0.0, 0, 1),
        (lambda x: np.clip(x, -1.0, 1.0), 1.0, 0, 1),
        (lambda x: np.max(np.array([x, 2 * x])), 0.0, 1, 2),
        (lambda x: np.sort(np.array([x, -x]))[1], 0.0, -1, 1),
    ],
)
def test_kinks_have_a_slope_between_the_two_sides(
    f: Any, x: float, low: float, high: float
) -> None:
    assert low <= st.grad(f)(x) <= high


def test_the_place_where_a_nan_was_born() -> None:
    """jax#475: how do I find the NaN?"""

    def f(x: Any) -> Any:
        shifted = x - 1.0
        logs = np.log(shifted)
        return np.sum(logs)

    with np.errstate(all="ignore"):
        found = str(st.why_not_finite(f, np.array([2.0, 1.0, 0.5])))
    assert "log" in found
    assert f"{test_the_place_where_a_nan_was_born.__code__.co_firstlineno + 5}" in found


# ---- in-place assignment
def test_assignment_in_place() -> None:
    """autograd#13, #58, #177, #375: the question that is asked most often."""

    def f(x: Any) -> Any:
        a = np.zeros(4)
        for i in range(3):
            a[i] = x[i] ** 2
        a[3] = a[0] * a[1]
        a[1:] += a[:-1]
        return a @ np.array([1.0, 2.0, 3.0, 4.0])

    x, y, z = X
    by_hand = [
        2 * x * 3 + 4 * 2 * x * y**2,
        2 * y * 5 + 4 * x**2 * 2 * y,
        2 * z * 7,
    ]
    np.testing.assert_allclose(slope(f, X), by_hand, rtol=1e-14)


def test_the_callers_array_is_left_alone_and_the_overwritten_is_forgotten() -> None:
    """autograd and MyGrad lose what was written; SciPy's users see their x change (scipy#8419)."""

    def f(x: Any) -> Any:
        x *= 2.0
        x[0] = 5.0
        return np.sum(x**2)

    mine = X.copy()
    np.testing.assert_allclose(slope(f, mine), [0.0, 8 * X[1], 8 * X[2]], rtol=1e-15)
    np.testing.assert_array_equal(mine, X)


def test_a_value_read_before_it_was_overwritten() -> None:
    def f(x: Any) -> Any:
        a = x * 1.0
        first = a[0]
        row = a[1:]
        a[0] = 10.0
        a[1] = a[2]
        return first * 3 + row[0] * row[1] + a[0]

    np.testing.assert_allclose(slope(f, X), [3.0, 0.0, 2 * X[2]], rtol=1e-15)


# ---- the user's own NumPy
def test_names_imported_from_numpy() -> None:
    def f(x: Any) -> Any:
        out = zeros(3)
        out[0], out[1], out[2] = sin(x[0]), exp(x[1]), root(x[2])
        return out.prod()

    a, b, c = X
    y = np.sin(a) * np.exp(b) * np.sqrt(c)
    np.testing.assert_allclose(slope(f, X), [y / np.tan(a), y, y / (2 * c)], rtol=1e-14)


def test_lists_that_mix_numbers_and_values() -> None:
    def f(x: Any) -> Any:
        A = np.asarray([[x[0], 1.0], [0, x[1] * x[2]]])
        return np.sum(A @ [x[2], 2.0]) + np.sum([x[0], 3.0, x[1]])

    a, b, c = X
    np.testing.assert_allclose(slope(f, X), [c + 1, 2 * c + 1, a + 2 * b], rtol=1e-14)


def test_calls_into_another_module() -> None:
    def f(x: Any) -> Any:
        return elsewhere.helper(x[0]).sum() * x[1]

    e = np.exp(-X[0] * np.array([1.0, 2.0, 3.0]))
    wanted = [X[1] * np.sum(-2 * np.array([1.0, 2.0, 3.0]) * e), 2 * e.sum(), 0.0]
    np.testing.assert_allclose(slope(f, X), wanted, rtol=1e-14)


def test_scipys_rosenbrock() -> None:
    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    np.testing.assert_allclose(
        slope(scipy.optimize.rosen, x), scipy.optimize.rosen_der(x), rtol=1e-12
    )


# ---- ifs and loops on values
def test_an_if_on_a_value_and_another_branch_later() -> None:
    """jax#2783 raises ConcretizationTypeError; CasADi runs both branches."""
    entered = []

    def f(x: float) -> float:
        if x > 1:
            entered.append("above")
            return x**2
        entered.append("below")
        return 3 * x

    g = st.grad(f)
    assert [g(v) for v in (2.0, 0.5, 3.0, -1.0)] == [4.0, 3.0, 6.0, 3.0]
    assert g.tracing.paths == g.tracing.traced == 2
    line = test_an_if_on_a_value_and_another_branch_later.__code__.co_firstlineno + 5
    assert f"test_sharp_cases.py:{line}" in repr(g)


def test_a_loop_until_it_has_converged() -> None:
    def heron(a: float) -> float:
        r = a
        while abs(r * r - a) > 1e-14 * a:
            r = 0.5 * (r + a / r)
        return r

    g = st.grad(heron)
    for a in (2.0, 3.0, 50.0, 0.01):
        assert g(a) == pytest.approx(0.5 / math.sqrt(a), rel=1e-12)


def test_an_if_inside_a_loop_over_two_hundred_elements() -> None:
    """Every point is a path of its own: right, and bounded."""

    def f(x: Any) -> Any:
        total = 0.0
        for v in x:
            total += v**2 if v > 0 else -v
        return total

    g = st.grad(f)
    rng = np.random.default_rng(5)
    for _ in range(3):
        x = rng.normal(size=200)
        np.testing.assert_allclose(g(x), np.where(x > 0, 2 * x, -1.0), rtol=1e-15)
    assert g.tracing.exact is True
    assert g.tracing.paths <= 3


def test_assertions_checks_and_exceptions() -> None:
    def f(x: Any) -> Any:
        assert x[2] > 0, f"x[2] is {x[2]:.3f}"
        if np.isnan(x).any() or not np.isfinite(x).all():
            raise ValueError("not finite")
        try:
            return math.log(x[1]) * x[0]
        except ValueError:
            return x[0] * x[1]

    np.testing.assert_array_equal(slope(f, X), [X[1], X[0], 0.0])
    with pytest.raises(AssertionError, match=r"x\[2\] is -1\.000"):
        st.grad(f)(np.array([1.0, 1.0, -1.0]))
    with pytest.raises(ValueError, match="not finite"):
        st.grad(f)(np.array([np.nan, 1.0, 1.0]))


# ---- never stale, never lost
def test_what_changes_outside_is_seen() -> None:
    data = np.array([1.0, 2.0, 3.0])
    settings = {"power": 2}

    def f(x: Any) -> Any:
        return np.sum(data * x ** settings["power"])

    g = st.grad(f)
    np.testing.assert_allclose(g(X), 2 * data * X, rtol=1e-15)
    data[:] = [5.0, 0.0, -1.0]
    np.testing.assert_allclose(g(X), 2 * data * X, rtol=1e-15)
    settings["power"] = 3
    np.testing.assert_allclose(g(X), 3 * data * X**2, rtol=1e-15)


def test_what_cannot_be_followed_is_said_with_its_line_or_raised() -> None:
    from array import array

    def f(x: Any) -> Any:
        return array("d", [x])[0] ** 2

    g = st.grad(f)
    with pytest.warns(NumericalWarning, match=r"test_sharp_cases\.py:\d+"):
        found = g(3.0)
    assert found == pytest.approx(6.0, rel=1e-8)
    assert g.tracing.exact is False
    with pytest.raises(CaptureError, match=r"test_sharp_cases\.py:\d+"):
        st.grad(f, strict=True)(3.0)


def test_randomness_is_noticed() -> None:
    rng = np.random.default_rng(0)

    def noisy(x: Any) -> Any:
        return np.sum(x**2) + 1e-3 * rng.normal()

    g = st.grad(noisy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        np.testing.assert_allclose(g(X), 2 * X, rtol=1e-9)
    assert g.tracing.exact is not True
    assert any("random" in n for n in (*g.tracing.notes, *g.tracing.reasons))


# ---- precision, structures
def test_precision_is_that_of_the_argument() -> None:
    """jax#652: float64 without a global flag, float32 where it is given."""

    def f(x: Any) -> Any:
        return np.sum(x**3) / 3

    assert st.grad(f)(X).dtype == np.float64
    assert st.grad(f)(X.astype(np.float32)).dtype == np.float32
    assert st.grad(lambda x: 1e10 + x @ x)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert st.grad(f)(np.array([1, 2, 3])).tolist() == [1.0, 4.0, 9.0]


def test_named_parameters_come_back_under_their_names() -> None:
    """pytorch#8175, scipy#7620: dictionaries in, dictionaries out."""

    def f(p: Any) -> Any:
        return np.sum(p["line"]["slope"] * X + p["line"]["start"]) * p["scale"][0]

    p = {"line": {"slope": 2.0, "start": -1.0}, "scale": (np.float64(3.0), 7.0)}
    found = slope(f, p)
    assert found["line"] == {
        "slope": pytest.approx(3 * X.sum()),
        "start": pytest.approx(9.0),
    }
    assert found["scale"] == (pytest.approx(2 * X.sum() - 3), 0.0)


# ---- the eight descents of SciPy's one sentence: their slopes, at least, are right here
@pytest.mark.parametrize(
    ("f", "x", "wanted"),
    [
        (lambda x: x[0] ** 2 + 2 * x[1] ** 2, [1.0, 1.0], [2.0, 4.0]),
        (lambda x: -(x[0] ** 3) + x[0], [2.0], [-11.0]),
        (lambda x: abs(x[0]) + abs(x[1] - 1), [3.0, -2.0], [1.0, -1.0]),
        (lambda x: 1e10 + x @ x, [1.0, 2.0], [2.0, 4.0]),
        (lambda x: np.floor(x[0]) ** 2 + x[1] ** 2, [2.5, 1.0], [0.0, 2.0]),
        (lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4, [1.0, 0.0], [2.0, 0.0]),
    ],
)
def test_slopes_where_scipys_differences_mislead(f: Any, x: list, wanted: list) -> None:
    np.testing.assert_array_equal(slope(f, np.array(x)), wanted)


def test_float32_has_float32_slopes_that_are_right() -> None:
    def f(x: Any) -> Any:
        return np.sum((np.asarray(x, dtype=np.float32) - np.float32(3)) ** 2)

    np.testing.assert_allclose(st.grad(f)(np.array([1.0, 2.0])), [-4.0, -2.0], rtol=1e-6)


# ---- values to the bit, where the recording is evaluated and not the function
@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.std(ddof=1),
        lambda x: np.var(x, ddof=2),
        lambda x: np.std(np.outer(x, x), axis=0, ddof=1)[1],
        lambda x: x.var(),
        lambda x: x.mean() + np.median(x) + np.ptp(x),
        lambda x: np.linalg.norm(x) * np.prod(x),
        lambda x: np.average(x, weights=[1.0, 2.0, 3.0, 4.0, 5.0]),
        lambda x: np.trapezoid(np.log(x), dx=0.1) + np.cumsum(x)[-1] ** 2.3,
        lambda x: sum(math.sin(v) + math.exp(v) + math.atan2(v, 1.2) for v in x),
    ],
)
def test_values_on_what_was_kept_are_numpys_to_the_bit(
    f: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEEPEST_ENGINE", "python")  # machine code is right to rounding
    both = st.value_and_grad(f)
    generator = np.random.default_rng(11)
    for x in generator.uniform(0.1, 3.0, (100, 5)):
        agree_to_the_last_bits(both(x)[0], f(x))
    assert both.tracing.exact is True
