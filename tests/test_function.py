"""The front door: values, derivatives, arguments, and what is said when they do not fit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

import steepest as st
from steepest.errors import FormulaError, NotFiniteError, ShapeError, VariableError

F = "n**2 + 3*e**2 + sin(3*n)*e"


def test_value_by_position_name_dict_and_sequence():
    f = st.Function(F)
    expected = 7 + math.sin(6)
    for value in (
        f(2, 1),
        f(n=2, e=1),
        f(2, e=1),
        f({"n": 2, "e": 1}),
        f([2, 1]),
        f(np.array([2, 1])),
    ):
        assert value == pytest.approx(expected, rel=1e-15)
        assert type(value) is float


def test_arrays_broadcast_and_components_come_first():
    f = st.Function(F)
    n, e = np.linspace(-2, 2, 5)[:, None], np.linspace(-1, 1, 4)
    assert f(n, e).shape == (5, 4)
    dn, de = f.gradient(n, e)
    assert dn == pytest.approx(2 * n + 3 * e * np.cos(3 * n))
    assert de == pytest.approx(6 * e + np.sin(3 * n))
    h = f.hessian(n, e)
    assert h.shape == (2, 2, 5, 4)
    assert np.array_equal(h[0, 1], h[1, 0])
    assert np.array_equal(h[1, 1], np.full((5, 4), 6.0))


def test_float32_is_kept_and_integers_become_floats():
    f = st.Function("0.1 x^2 + sin x")
    assert f(np.float32(2)).dtype == np.float32
    assert f.derivative()(np.ones(3, np.float32)).dtype == np.float32
    assert f(np.arange(3)).dtype == np.float64


def test_derivatives_to_any_order_against_sympy():
    n, e = sympy.symbols("n e")
    truth = n**2 + 3 * e**2 + sympy.sin(3 * n) * e
    f = st.Function(F)
    for names in (("n",), ("e",), ("n", "n"), ("n", "e"), ("e", "n"), ("n", "n", "n", "e")):
        expected = float(sympy.diff(truth, *names).subs({n: 2, e: 1}))
        assert f.derivative(*names)(2, 1) == pytest.approx(expected, rel=1e-13)
    assert f.derivative("n", order=4)(2, 1) == pytest.approx(81 * math.sin(6), rel=1e-13)
    assert f.derivative("n", order=0)(2, 1) == f(2, 1)


def test_jacobian_of_a_vector():
    f = st.Function("[x^2*y, 5x + sin y]")
    assert f(1, 2) == pytest.approx([2, 5 + math.sin(2)])
    assert f.jacobian(1, 2) == pytest.approx(np.array([[4, 1], [5, math.cos(2)]]))
    with pytest.raises(ShapeError, match="jacobian"):
        _ = f.gradient


def test_directional_derivative_is_the_gradient_along_a_unit_vector():
    f = st.Function(F)
    u = np.array([3, 4]) / 5
    assert f.directional(n=3, e=4)(2, 1) == pytest.approx(f.gradient(2, 1) @ u)
    assert f.directional(3, 4)(2, 1) == f.directional(n=30, e=40)(2, 1)
    with pytest.raises(VariableError, match="length"):
        f.directional(0, 0)


def test_a_derivative_has_a_gradient_of_its_own():
    f = st.Function(F)
    assert (
        f.gradient(2, 1) is not None
    )  # kept with f, and not to be taken over by what is made from f
    second = f.derivative("n").gradient(2, 1)
    assert second == pytest.approx([2 - 9 * math.sin(6), 3 * math.cos(6)])
    assert f.gradient.jacobian(2, 1) == pytest.approx(f.hessian(2, 1))


def test_parameters_are_fixed_numbers():
    f = st.Function("a*x**2 + b", a=2, b=1)
    assert f.variables == ("x",)
    assert f(3) == 19
    assert f.derivative()(3) == 12


def test_how_it_looks():
    f = st.Function(F)
    assert str(f.derivative("n")) == "2n + 3e·cos(3n)"
    assert repr(f.derivative("n")) == "∂f/∂n = 2n + 3e·cos(3n)"
    assert repr(f.gradient) == "∇f = [2n + 3e·cos(3n), 6e + sin(3n)]"
    assert str(f.derivative("n", "e").label) == "∂²f/∂n∂e"
    assert str(st.Function("x(t) = t^2").derivative(order=2).label) == "d²x/dt²"
    assert f._repr_latex_().startswith("$f")
    assert r"\frac{\partial f}{\partial n}" in f.derivative("n")._repr_latex_()
    again = st.Function(str(f.derivative("n")), ("n", "e"))
    assert again(2, 1) == pytest.approx(f.derivative("n")(2, 1), rel=1e-15)


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda f: f(1), VariableError, "needs a value for e"),
        (lambda f: f(1, 2, 3), VariableError, "takes two numbers, but 3 were given"),
        (lambda f: f(1, n=2), VariableError, "given twice"),
        (lambda f: f(1, 2, z=2), VariableError, "no variable 'z'"),
        (lambda f: f("a", 2), VariableError, "not a real number"),
        (lambda f: f(1j, 2), VariableError, "not a real number"),
        (lambda f: f.derivative(), VariableError, "say by which"),
        (lambda f: f.derivative("q"), VariableError, "no variable 'q'"),
        (lambda f: f.derivative("n", order=1.5), VariableError, "whole number"),
        (lambda f: f.derivation(), VariableError, "say by which"),
        (lambda f: f.gradient.gradient, ShapeError, "jacobian"),
        (lambda f: st.Function(F, north="x", east="y"), VariableError, "must name"),
        (lambda f: st.Function(F, variables="ne"), VariableError, "one text"),
        (lambda f: st.Function(42), VariableError, "not a function"),
        (lambda f: st.Function(lambda x: x, a=2), VariableError, "belong to formulas"),
        (lambda f: st.Function("3").derivative(), VariableError, "no variable"),
        (lambda f: st.Function(""), FormulaError, ""),
        (lambda f: st.Function("(" * 1_000_000), FormulaError, ""),
        (lambda f: st.Function("1/x").at(0), NotFiniteError, "divide"),
    ],
)
def test_questions_that_cannot_be_answered(ask, error, said):
    with pytest.raises(error) as caught:
        ask(st.Function(F))
    assert said in str(caught.value)


def test_a_constant_function_has_derivative_zero():
    f = st.Function("7 + 0", ("x",))
    assert f(3) == 7
    assert f.derivative()(3) == 0
    assert f.gradient(np.zeros(3)).shape == (1, 3)


def test_code_at_many_points_does_not_mix_them():
    data = np.array([1.0, 2.0, 3.0])

    def line(a, b):
        return np.mean((a * data + b - data) ** 2)

    def split(a, b):
        return a * b if a > 0 else b - a

    def inside(a, b):
        return np.mean((a * np.array([1.0, 2.0, 3.0]) + b - np.array([1.0, 5.0, 3.0])) ** 2)

    def filled(a, b):
        out = np.zeros(3)
        out[0], out[2] = a * b, a - b
        return out.sum()

    a, b = np.array([0.5, -1.0, 2.0]), np.array([0.0, 1.0, -1.0])
    for code in (line, split, inside, filled):
        f = st.Function(code)
        assert f.over(a, b) == pytest.approx([code(*p) for p in zip(a, b, strict=True)])
        slopes = f.gradient.over(a, b)
        assert slopes.shape == (2, 3)
        assert slopes[:, 1] == pytest.approx(f.gradient(-1.0, 1.0))
    with pytest.raises(ShapeError, match=r"\.over"):
        st.Function(line).gradient(a, b)


def test_a_very_long_formula_is_counted_not_shown():
    def many(x):
        for k in range(60):
            x = 0.5 * np.sin(x) + 0.1 * k
        return x

    assert len(repr(st.Function(many))) < 100
    assert "operations" in repr(st.Function(many))
