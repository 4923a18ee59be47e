"""What is composed of the two modes: gradients, Jacobians, Hessians, products, any order; and what
they refuse.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hessian, hvp, jacobian, jvp, partial, vjp
from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.node import Node, constant, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate

N, E = variable("n"), variable("e")
n, e = Traced(N), Traced(E)
MOUNTAIN = (n**2 + 3 * e**2 + np.sin(3 * n) * e).node
AT = {N: 2.0, E: 1.0}


def test_the_gradient_of_the_first_example() -> None:
    found = evaluate(gradient(MOUNTAIN, [N, E]), AT)
    assert found == pytest.approx([4 + 3 * math.cos(6), 6 + math.sin(6)], rel=1e-15)
    assert evaluate([partial(MOUNTAIN, N), partial(MOUNTAIN, E)], AT) == pytest.approx(
        found, rel=1e-15
    )


def test_the_hessian_is_the_jacobian_of_the_gradient() -> None:
    found = [evaluate(row, AT) for row in hessian(MOUNTAIN, [N, E])]
    expected = [[2 - 9 * math.sin(6), 3 * math.cos(6)], [3 * math.cos(6), 6.0]]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_jacobian_is_the_same_by_columns_and_by_rows() -> None:
    outputs = [(n * e).node, np.sin(n).node, (e / n).node]
    truth = [[1.0, 2.0], [math.cos(2), 0.0], [-0.25, 0.5]]
    np.testing.assert_allclose(
        [evaluate(r, AT) for r in jacobian(outputs, [N, E])], truth, rtol=1e-15
    )  # columns
    np.testing.assert_allclose(
        [evaluate(r, AT) for r in jacobian(outputs[:2], [N, E])], truth[:2], rtol=1e-15
    )  # rows


def test_the_tenth_derivative_agrees_with_sympy() -> None:
    x = variable("x")
    y: Node = (np.exp(Traced(x) / 2) * np.sin(Traced(x))).node
    symbol = sympy.Symbol("x")
    truth = sympy.exp(symbol / 2) * sympy.sin(symbol)
    for order in range(1, 11):
        y = partial(y, x)
        truth = sympy.diff(truth, symbol)
        (found,) = evaluate([y], {x: 0.75})
        assert found == pytest.approx(float(truth.subs(symbol, sympy.Rational(3, 4))), rel=1e-13), (
            order
        )


def test_reverse_mode_over_itself_four_times() -> None:
    x = variable("x")
    y = np.tanh(Traced(x) * 0.5).node
    for _ in range(4):
        (y,) = gradient(y, [x])
    t = sympy.Symbol("t")
    truth = sympy.diff(sympy.tanh(t / 2), t, 4)
    assert evaluate([y], {x: 0.8})[0] == pytest.approx(
        float(truth.subs(t, sympy.Rational(4, 5))), rel=1e-13
    )


def test_what_an_output_does_not_depend_on_has_slope_zero_in_its_shape() -> None:
    v = variable("v", (3,))
    single = variable("f", (2,), np.float32)
    found = evaluate(gradient(MOUNTAIN, [N, v, single]), AT)
    assert [np.shape(f) for f in found] == [(), (3,), (2,)]
    assert not found[1].any() and not found[2].any()
    assert gradient(constant(3.0), [N]) == [constant(0.0)]
    assert evaluate(jvp([MOUNTAIN], [v], [constant(np.ones(3))]), AT) == [0.0]
    assert evaluate(hvp((n * 3).node, [N], [constant(1.0)]), AT) == [0.0]


def test_an_input_that_is_the_output() -> None:
    assert evaluate(gradient(N, [N, E]), AT) == [1.0, 0.0]
    assert evaluate(vjp([N, N], [N], [constant(2.0), constant(3.0)]), AT) == [5.0]


def test_integers_have_no_slope_and_take_none() -> None:
    k = variable("k", (), np.int64)
    y = (Traced(k) * n).node
    slopes = gradient(y, [N, k])
    assert evaluate(slopes, {N: 2.0, k: 3}) == [3.0, 0.0]
    with pytest.raises(
        NotDifferentiableError, match="int64: a function into integers has no slope"
    ):
        gradient((Traced(k) * 2).node, [k])
    with pytest.raises(NotDifferentiableError, match="a function into truth values has no slope"):
        gradient((n > e).node, [N])


def test_what_does_not_fit_is_refused() -> None:
    v = variable("v", (3,))
    with pytest.raises(ShapeError, match=r"one number as its value, but this one has shape \(3,\)"):
        gradient(v, [v])
    with pytest.raises(ShapeError, match="2 inputs need 2 tangents, but 1 were given"):
        jvp([MOUNTAIN], [N, E], [constant(1.0)])
    with pytest.raises(ShapeError, match=r"must have the input's shape \(3,\), but has \(\)"):
        jvp([v], [v], [constant(1.0)])
    with pytest.raises(ShapeError, match="cotangent"):
        vjp([v], [v], [constant(np.ones(2))])


def test_a_convention_at_a_kink_holds_in_both_modes() -> None:
    v = variable("v", (4,))
    t = Traced(v)
    y = np.sum(ROWS["relu"](t) + np.abs(t) + np.maximum(t, 0.0) + ROWS["leaky_relu"](t)).node
    at = {v: np.array([0.0, -0.0, 1.0, -1.0])}
    reverse = evaluate(gradient(y, [v]), at)[0]
    forward = [evaluate(jvp([y], [v], [constant(unit)]), at)[0] for unit in np.eye(4)]
    assert list(reverse) == forward == [0.0 + 0.0 + 0.5 + 0.01] * 2 + [4.0, -1 + 0.01]
