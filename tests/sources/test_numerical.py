"""Differences with an error bar: the bar must hold, and be narrow where the function is smooth."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from steepest.sources.numerical import along, jacobian

SMOOTH = [
    (lambda t: math.exp(3 * t), 3.0),
    (lambda t: math.sin(100 * t + 1), 100 * math.cos(1)),
    (lambda t: math.tanh(t + 0.3), float(mpmath.sech(0.3) ** 2)),
    (lambda t: 1e10 + t, 1.0),
    (lambda t: 5.0, 0.0),
    (lambda t: math.sqrt(t + 1e-4), 50.0),
]


@pytest.mark.parametrize(("f", "slope"), SMOOTH)
def test_the_error_bar_holds(f, slope: float) -> None:
    value, error = along(f)
    assert abs(value - slope) <= error
    assert error <= 1e-4 * max(1.0, abs(slope))


def test_a_pole_nearby_makes_the_bar_wide_and_a_scale_makes_it_narrow() -> None:
    def f(t: float) -> float:
        return (t + 1e-3) ** -2

    value, error = along(f)
    assert abs(value + 2e9) <= error
    value, error = along(f, scale=1e-3)
    assert abs(value + 2e9) <= error <= 1e3


def test_a_kink_has_the_middle_slope_and_a_jump_has_none() -> None:
    assert along(abs).value == 0.0
    value, error = along(lambda t: float(t > 0))
    assert error > abs(value)


def test_where_it_is_not_finite_the_bar_is_infinite() -> None:
    assert along(lambda t: math.nan).error == math.inf


def test_arrays_are_differentiated_element_by_element() -> None:
    value, error = along(lambda t: np.array([math.exp(t), 1e6 * t, t**2]))
    np.testing.assert_array_less(np.abs(value - [1.0, 1e6, 0.0]), error + 1e-15)


def test_a_jacobian_has_the_shape_of_value_and_point() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    value, error = jacobian(lambda x: matrix @ x, np.array([10.0, -3.0]))
    assert value.shape == error.shape == (3, 2)
    np.testing.assert_allclose(value, matrix, rtol=1e-10)
    value, _ = jacobian(lambda x: float(np.sum(x**2)), np.ones((2, 2)))
    np.testing.assert_allclose(value, np.full((2, 2), 2.0), rtol=1e-10)
    assert jacobian(lambda x: 1.0, np.empty(0)).value.shape == (0,)
