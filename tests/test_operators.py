"""Operators on plain functions: against closed forms, SciPy's hand-written derivatives and each
other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess, rosen_hess_prod

import steepest as st
from steepest.errors import ShapeError, VariableError

X = np.array([1.2, 0.7, 0.3, 2.0])


def valley(x):
    out = 0.0
    for i in range(len(x) - 1):
        out += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return out


@pytest.mark.parametrize("f", [valley, rosen])
def test_rosenbrock_against_scipys_own_derivatives(f):
    assert st.grad(f)(X) == pytest.approx(rosen_der(X), rel=1e-13)
    assert st.hessian(f)(X) == pytest.approx(rosen_hess(X), rel=1e-13)
    assert st.hvp(f, X, X[::-1]) == pytest.approx(rosen_hess_prod(X, X[::-1]), rel=1e-13)
    value, slope = st.value_and_grad(f)(X)
    assert value == f(X)
    assert np.array_equal(slope, st.grad(f)(X))


def test_arguments_by_position_name_and_several():
    def f(a, b, power=2):
        return a * b**power

    assert st.grad(f)(2.0, 3.0) == 9
    assert st.grad(f, argnums=1)(2.0, 3.0) == 12
    assert st.grad(f, argnums=(1, 0))(2.0, 3.0) == (12, 9)
    assert st.grad(f, argnums="b")(a=2.0, b=3.0) == 12
    assert st.grad(f, argnums="b")(2.0, 3.0) == 12
    assert st.grad(f, argnums="b")(2.0, b=3.0) == 12
    assert st.grad(st.grad(f, argnums="b"), argnums=("a", "b"))(2.0, 3.0) == (6, 4)
    assert st.grad(st.Function("x^2*y"), argnums="y")(2.0, 3.0) == 4
    assert st.grad(lambda t: st.grad(f, argnums="b")(t, 3.0))(2.0) == 6
    with pytest.raises(VariableError, match="no argument 'c'"):
        st.grad(f, argnums="c")(2.0, 3.0)
    assert st.grad(f)(2.0, 3.0, power=3) == 27
    assert st.grad(f)(2, 3) == 9
    with pytest.raises(VariableError, match="argument 4"):
        st.grad(f, argnums=4)(2.0, 3.0)
    with pytest.raises(VariableError, match="argnums is empty"):
        st.grad(f, argnums=())


def test_structures_come_back_as_they_went_in():
    @dataclass
    class Model:
        w: np.ndarray
        b: float

    def f(m, scale):
        return float(scale["s"][0]) * (m.w @ m.w + m.b**3)

    model = Model(np.array([1.0, 2.0]), 3.0)
    slope = st.grad(f)(model, {"s": [2.0]})
    assert isinstance(slope, Model)
    assert slope.w == pytest.approx([4.0, 8.0])
    assert slope.b == pytest.approx(54.0)
    both = st.grad(f, argnums=(0, 1))(model, {"s": [2.0]})
    assert both[1]["s"][0] == pytest.approx(5 + 27)


def test_jacobian_shapes_and_modes():
    a = np.arange(6.0).reshape(2, 3)
    assert st.jacobian(lambda x: a @ x)(np.ones(3)) == pytest.approx(a)
    tall = st.jacobian(lambda x: np.outer(x, x))(np.array([1.0, 2.0]))
    assert tall.shape == (2, 2, 2)
    assert tall[0, 1] == pytest.approx([2.0, 1.0])
    nest = st.jacobian(lambda p: {"y": p["w"] * p["b"]})({"w": np.ones(2), "b": 3.0})
    assert nest["y"]["w"] == pytest.approx(3 * np.eye(2))
    assert nest["y"]["b"] == pytest.approx(np.ones(2))
    twice = st.jacobian(st.jacobian(lambda x: np.array([x[0] ** 2 * x[1], x[1] ** 3])))
    assert twice(np.array([2.0, 3.0])) == pytest.approx(
        np.array([[[6, 4], [4, 0]], [[0, 0], [0, 18]]])
    )


def test_forward_and_reverse_agree():
    def f(x, y):
        return np.sin(x) * y, x @ x

    x, y, dx, dy = np.array([0.3, 0.7]), 2.0, np.array([1.0, -2.0]), 0.5
    value, change = st.jvp(f, (x, y), (dx, dy))
    again, pull = st.vjp(f, x, y)
    assert np.array_equal(value[0], again[0])
    bar = (np.array([0.2, 0.9]), -1.5)
    x_bar, y_bar = pull(bar)
    assert bar[0] @ change[0] + bar[1] * change[1] == pytest.approx(
        x_bar @ dx + y_bar * dy, rel=1e-14
    )
    assert change[1] == pytest.approx(2 * x @ dx)


def test_nesting_to_any_depth():
    g = lambda x: x**5  # noqa: E731
    for order, expected in enumerate((32.0, 80.0, 160.0, 240.0, 240.0, 120.0)):
        assert g(2.0) == pytest.approx(expected), order
        g = st.grad(g)


def test_a_derivative_inside_a_function_that_is_differentiated():
    """Perturbations are kept apart: d/dx [x · d/dy (x·y²)] at y = 3 is d/dx 6x² = 12x."""

    def outer(x):
        return x * st.grad(lambda y: x * y**2)(3.0)

    assert outer(2.0) == 24
    assert st.grad(outer)(2.0) == 24
    assert st.grad(st.grad(outer))(2.0) == 12

    def point_too(x):
        return st.grad(lambda y: y**3 - y * x)(x)  # 3x² − x

    assert st.grad(point_too)(2.0) == 11

    def constant_direction(x):
        return st.grad(lambda y: x + y)(1.0)  # 1, whatever x is: the classic confusion

    assert st.grad(lambda x: x * constant_direction(x))(5.0) == 1


def test_formulas_work_with_operators_and_inside_code():
    f = st.Function("n^2*e")
    assert st.grad(f)(2.0, 3.0) == 12
    assert st.grad(st.grad(f), argnums=1)(2.0, 3.0) == 4
    assert st.jvp(f, (2.0, 3.0), (1.0, 0.0)) == (12, 12)
    assert st.grad(lambda x: f(x, 2.0) * x)(3.0) == pytest.approx(3 * 9 * 2)


def test_what_does_not_fit_is_said():
    with pytest.raises(ShapeError, match="one number"):
        st.grad(lambda x: x * 2)(np.ones(3))
    with pytest.raises(ShapeError, match="structure and shapes"):
        st.jvp(lambda x: x, (1.0,), (np.ones(2),))
    with pytest.raises(VariableError, match=r"st.Function\('x\^2'\).gradient"):
        st.grad("x^2")  # type: ignore[arg-type]
    with pytest.raises(VariableError, match=r"st.grad\(f\)\(x\)"):
        st.grad(3.0)


def test_what_is_kept_is_not_traced_again():
    f = lambda x: math.sin(x) * x  # noqa: E731
    g = st.grad(f)
    values = [g(0.1 * k) for k in range(20)]
    assert g.tracing.traced == 1
    assert g.tracing.exact
    assert values[3] == pytest.approx(math.cos(0.3) * 0.3 + math.sin(0.3))


def test_a_function_that_gives_no_numbers_has_no_jacobian() -> None:
    with pytest.raises(ShapeError, match="needs a function that returns numbers"):
        st.jacobian(lambda x: "high")(1.0)


def test_the_jacobian_of_nothing_is_empty() -> None:
    assert st.jacobian(lambda x: 2 * x)(np.zeros(0)).shape == (0, 0)
    assert st.jacobian(lambda x: x[:0])(np.zeros(3)).shape == (0, 3)
