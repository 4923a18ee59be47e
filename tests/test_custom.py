"""Derivatives given by a function's author: against closed forms, mpmath and the same function,
followed.
"""

from __future__ import annotations

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from scipy import special
from scipy.integrate import solve_ivp
from scipy.linalg import solve_triangular

import steepest as st
from steepest.errors import CaptureError, NotDifferentiableError, ShapeError, VariableError

A = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, 1.5]])
B = np.array([1.0, 2.0, -1.0])


def test_exactly_one_rule():
    with pytest.raises(VariableError, match="none came"):
        st.custom_derivative(np.sin)
    with pytest.raises(VariableError, match="partials and jvp came"):
        st.custom_derivative(np.sin, partials=np.cos, jvp=np.cos)
    with pytest.raises(VariableError, match="float was given"):
        st.custom_derivative(1.0, jvp=np.cos)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"partials": lambda x: 2 * x}, r"partials rule of .* with 2 arguments .*lambda x, out:"),
        ({"jvp": lambda p, out, t: t[0]}, r"jvp rule of .* with 2 .*lambda primals, tangents:"),
        ({"vjp": lambda p, y: (y,)}, r"vjp rule of .* with 3 .*lambda primals, out, cotangent:"),
    ],
)
def test_a_rule_of_another_form_says_which_one_is_meant(given, said):
    f = st.custom_derivative(lambda x: x**2, **given)
    with pytest.raises(VariableError, match=said):
        st.grad(lambda x: 3 * f(x))(2.0)
    if "vjp" not in given:
        with pytest.raises(VariableError, match=said):
            st.jvp(lambda x: 3 * f(x), (2.0,), (1.0,))


def test_partials_broadcast_and_differentiate_again():
    @st.custom_derivative(partials=(lambda x, y, out: y * np.cos(x), lambda x, y, out: out / y))
    def wave(x, y):
        """A wave."""
        return y * np.sin(x)

    assert wave.__doc__ == "A wave."
    x, y = np.array([0.3, -1.2, 2.0]), 1.7
    dx, dy = st.grad(lambda x, y: np.sum(wave(x, y) ** 2), (0, 1))(x, y)
    assert dx == pytest.approx(2 * y**2 * np.sin(x) * np.cos(x), rel=1e-14)
    assert dy == pytest.approx(2 * y * np.sum(np.sin(x) ** 2), rel=1e-14)
    second = st.hessian(lambda x: np.sum(wave(x, 1.7)))(x)
    assert second == pytest.approx(np.diag(-1.7 * np.sin(x)), rel=1e-14)


def test_none_is_zero_and_the_number_of_partials_is_said():
    step = st.custom_derivative(lambda x, n: x * n, partials=(lambda x, n, out: n, None))
    assert st.grad(step, (0, 1))(2.0, 3.0) == (3, 0)
    wrong = st.custom_derivative(lambda x, y: x * y, partials=lambda x, y, out: y)
    with pytest.raises(ShapeError, match="2 arguments and has 1 partials"):
        st.grad(wrong)(2.0, 3.0)


def test_the_given_rule_counts_not_the_function():
    """A straight-through estimator: rounding forward, identity backward; nothing is warned of."""
    rounded = st.custom_derivative(lambda x: np.round(x), partials=lambda x, out: np.ones_like(x))
    slope = st.grad(lambda x: np.sum(rounded(x) ** 2))
    assert slope(np.array([0.4, 1.6])) == pytest.approx([0, 4])
    assert slope.tracing.exact is None
    assert "author's own rule" in repr(slope.tracing)


@pytest.mark.parametrize("order", range(5))
def test_a_rule_in_terms_of_the_function_itself(order):
    """J_n' = (J_{n−1} − J_{n+1})/2 (DLMF 10.6.1), from a function that only SciPy knows."""

    @st.custom_derivative(
        jvp=lambda p, d: (bessel(p[0] - 1, p[1]) - bessel(p[0] + 1, p[1])) / 2 * d[1]
    )
    def bessel(n, x):
        return float(special.jv(n, x))

    f = lambda x: bessel(1, 2 * x)  # noqa: E731
    for _ in range(order):
        f = st.grad(f)
    truth = mpmath.diff(lambda x: mpmath.besselj(1, 2 * x), 0.7, order)
    assert f(0.7) == pytest.approx(float(truth), rel=1e-13)


def test_a_rule_may_call_its_function_at_the_same_place():
    @st.custom_derivative(jvp=lambda primals, tangents: exponential(*primals) * tangents[0])
    def exponential(x):
        return math.exp(x)

    f = lambda x: exponential(x) ** 2  # noqa: E731
    for order in range(5):
        assert f(0.5) == pytest.approx(2**order * math.e, rel=1e-14)
        f = st.grad(f)


def test_rules_with_branches_are_guarded():
    def rule(primals, out, cotangent):
        (x,) = primals
        return 2 * x * cotangent if x > 0 else -3 * cotangent

    f = st.custom_derivative(lambda x: x**2 if x > 0 else -3 * x, vjp=rule)
    slope = st.grad(f)
    assert [slope(x) for x in (2.0, -1.0, 3.0, -2.0)] == [4, -3, 6, -3]
    assert slope.tracing.traced == 2
    assert st.grad(lambda x: f(x - 5))(4.0) == -3


def test_a_vjp_rule_says_no_to_forward_mode():
    product = st.custom_derivative(
        lambda x, y: x * y, vjp=lambda p, out, bar: (p[1] * bar, p[0] * bar)
    )
    assert st.vjp(product, 2.0, 3.0)[1](1.0) == (3, 2)
    with pytest.raises(NotDifferentiableError, match=r"reverse mode only.*jvp="):
        st.jvp(product, (2.0, 3.0), (1.0, 0.0))
    assert st.hessian(lambda v: product(v[0], v[1]))(np.array([2.0, 3.0])) == pytest.approx(
        np.array([[0, 1], [1, 0]])
    )


SOLVE = {
    "vjp": lambda p, out, bar: solve_triangular(A, bar, trans="T"),
    "jvp": lambda p, d: solve_triangular(A, d[0]),
}


@pytest.mark.parametrize("kind", SOLVE)
def test_rules_that_cannot_be_followed_are_run(kind):
    """Compiled solvers, inside function and rule; |A⁻¹b|² has the gradient 2A⁻ᵀA⁻¹b."""
    solve = st.custom_derivative(lambda b: solve_triangular(A, b), **{kind: SOLVE[kind]})
    inverse = np.linalg.inv(A)

    def length(b):
        x = solve(b)
        return x @ x

    slope = st.grad(length)
    assert slope(B) == pytest.approx(2 * inverse.T @ inverse @ B, rel=1e-12)
    slope(2 * B)
    assert slope.tracing.traced == 1
    assert st.jacobian(solve)(B) == pytest.approx(inverse, rel=1e-12)
    if kind == "jvp":
        assert st.jvp(solve, (B,), (B,))[1] == pytest.approx(inverse @ B, rel=1e-12)
    curved = st.custom_derivative(
        lambda b: np.sum(b**3), vjp=lambda p, out, bar: _compiled(p[0]) * bar
    )
    with pytest.raises(NotDifferentiableError, match="differentiated again"):
        st.hessian(curved)(B)


def _compiled(b):
    return np.frombuffer(bytes(memoryview(3 * np.asarray(b) ** 2)), float)


def test_an_adjoint_of_an_ode():
    """y' = −k·y, y(0) = 1: y(1) = e⁻ᵏ, its slope −e⁻ᵏ; the integrator is SciPy's."""

    def final(k):
        return float(solve_ivp(lambda t, y: -k * y, (0, 1), [1.0], rtol=1e-10, atol=1e-12).y[0, -1])

    decay = st.custom_derivative(final, vjp=lambda p, out, bar: -out * bar)
    value, slope = st.value_and_grad(lambda k: 5 * decay(k) + k)(0.7)
    assert value == pytest.approx(5 * math.exp(-0.7) + 0.7, rel=1e-8)
    assert slope == pytest.approx(1 - 5 * math.exp(-0.7), rel=1e-8)
    walk = st.descend(lambda k: (decay(k) - 0.25) ** 2, 0.3, rate=2.0, steps=200)
    assert walk.x == pytest.approx(math.log(4), rel=1e-5)


def test_structures_float32_integers_and_names():
    def rule(primals, tangents):
        (p, n, _), (dp, dn, dhow) = primals, tangents
        assert dhow is None
        assert dn == 0
        return {"s": n * dp["w"].sum(), "v": 2 * p["w"] * dp["w"] + dp["b"]}

    @st.custom_derivative(jvp=rule)
    def layer(p, n=2, how="plain"):
        assert how == "plain"
        assert isinstance(n, int)
        return {"s": n * p["w"].sum(), "v": p["w"] ** 2 + p["b"]}

    def loss(p):
        out = layer(p, how="plain")
        return out["s"] * np.sum(out["v"])

    w, b = np.array([1.0, 2.0, 3.0]), 0.5
    found = st.grad(loss)({"w": w, "b": b})
    total = np.sum(w**2 + b)
    assert found["w"] == pytest.approx(2 * total + 2 * w.sum() * 2 * w)
    assert found["b"] == pytest.approx(2 * w.sum() * 3)
    half = st.custom_derivative(lambda x: x * x, partials=lambda x, out: 2 * x)
    slope = st.grad(lambda x: half(x).sum())(w.astype(np.float32))
    assert slope.dtype == np.float32
    assert slope == pytest.approx(2 * w)


def test_in_place_code_in_a_rule():
    def rule(primals, tangents):
        out = np.zeros(3)
        for i in range(3):
            out[i] = math.cos(primals[0][i]) * tangents[0][i]
        out *= 2
        return out

    f = st.custom_derivative(lambda x: 2 * np.sin(x), jvp=rule)
    assert st.grad(lambda x: f(x).sum())(B) == pytest.approx(2 * np.cos(B), rel=1e-15)
    assert st.hessian(lambda x: f(x).sum())(B) == pytest.approx(np.diag(-2 * np.sin(B)), rel=1e-14)


def test_nothing_in_a_rule_goes_stale():
    scale = np.array([1.0, 2.0, 3.0])
    f = st.custom_derivative(lambda x: np.sum(scale * x), vjp=lambda p, out, bar: scale * bar)
    slope = st.grad(f)
    assert slope(B) == pytest.approx([1, 2, 3])
    scale[0] = 10
    assert slope(B) == pytest.approx([10, 2, 3])


def test_reading_what_changes_between_two_calls_is_noticed():
    scale = [2.0]
    f = st.custom_derivative(lambda x: scale[0] * x, partials=lambda x, out: scale[0])

    def both(x):
        scale[0] = 2.0
        first = f(x)
        scale[0] = 5.0
        return first * f(x)

    with pytest.warns(UserWarning, match="not seen"):
        assert st.grad(both)(3.0) == pytest.approx(60, rel=1e-9)


def test_methods():
    class Spring:
        def __init__(self, stiffness):
            self.stiffness = stiffness

        def force_rule(primals, tangents):
            return -primals[0].stiffness * tangents[1]

        @st.custom_derivative(jvp=force_rule)
        def force(self, x):
            return -self.stiffness * x

    spring = Spring(3.0)
    slope = st.grad(lambda x: spring.force(x) ** 2)
    assert slope(2.0) == 36
    spring.stiffness = 2.0
    assert slope(2.0) == 16


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"jvp": lambda p, d: d[0] ** 2}, "not linear in its tangents"),
        ({"jvp": lambda p, d: d[0] + 1}, "not linear in its tangents"),
        ({"jvp": lambda p, d: d[0] if d[0] > 0.1 else -d[0]}, "branches on a tangent"),
        ({"vjp": lambda p, out, bar: abs(bar) + 1}, "not linear in its cotangent"),
    ],
)
def test_rules_that_are_not_linear_are_refused(rule, what):
    f = st.custom_derivative(lambda x: x * 1.0, **rule)
    with pytest.raises(NotDifferentiableError, match=what):
        st.grad(f)(2.0)


def test_rules_that_are_wrong_say_so():
    shape = st.custom_derivative(lambda x: x * x, vjp=lambda p, out, bar: bar[:2])
    with pytest.raises(ShapeError, match="a cotangent has the shape of its argument"):
        st.grad(lambda x: shape(x).sum())(B)
    count = st.custom_derivative(lambda x, y: x * y, vjp=lambda p, out, bar: bar)
    with pytest.raises(ShapeError, match="for each of its 2 arguments"):
        st.grad(count)(2.0, 3.0)
    fails = st.custom_derivative(lambda x: x * x, jvp=lambda p, d: p[3])
    with pytest.raises(IndexError):
        st.grad(fails)(2.0)


def test_what_comes_from_around_must_be_an_argument():
    def outer(a):
        inner = st.custom_derivative(lambda x: a * x, partials=lambda x, out: a)
        return inner(2.0 * a)

    slope = st.grad(outer)
    with pytest.warns(UserWarning, match="pass that value as an argument"):
        assert slope(3.0) == pytest.approx(12, rel=1e-9)
    with pytest.raises(CaptureError, match="pass that value as an argument"):
        st.grad(outer, strict=True)(3.0)


def test_following_leaves_threads_and_profilers_alone():
    code = """
import sys, numpy as np, steepest as st
calls = []
def watch(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "mine":
        calls.append(1)
def mine(x):
    return np.sin(x)
f = st.custom_derivative(mine, partials=lambda x, out: np.cos(x))
sys.setprofile(watch)
f(1.0)
assert sys.getprofile() is watch
assert calls == [1]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
