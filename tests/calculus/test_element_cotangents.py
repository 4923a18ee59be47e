"""Elements read one by one: reverse mode puts their cotangents back in one go, and right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import rosen_der

import steepest as st
from steepest.calculus.derive import gradient
from steepest.graph.node import variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import topological


def valley(x):
    out = 0.0
    for i in range(x.shape[0] - 1):
        out += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return out


@pytest.mark.parametrize("n", [2, 10, 80])
def test_a_loop_over_elements_needs_one_array_not_one_for_each(n):
    x = variable("x", (n,))
    (slope,) = gradient(valley(Traced(x)).node, [x])
    whole = [m for m in topological([slope]) if m.shape == (n,) and m.op.name != "constant"]
    assert len(whole) <= 3  # the input, the collected cotangents


def test_the_values():
    x = np.linspace(0.5, 1.5, 30)
    assert st.grad(valley)(x) == pytest.approx(rosen_der(x), rel=1e-12)


def every_way(a):
    rows = sum(a[i] @ a[j] for i in range(a.shape[0]) for j in range(i))
    columns = sum(a[:, k].sum() ** 3 for k in range(a.shape[1]))
    corners = a[0, 0] * a[-1, -1] + a[0, 0] ** 2
    return rows + columns + corners + np.sum(a * a) + a[1].sum()


def every_way_slope(a):
    """By hand: the sum of the other rows; 3s² a column; the corners; 2a; one more for row 1."""
    found = a.sum(axis=0) - a + 3 * a.sum(axis=0) ** 2 + 2 * a
    found[0, 0] += a[-1, -1] + 2 * a[0, 0]
    found[-1, -1] += a[0, 0]
    found[1] += 1
    return found


def test_rows_columns_and_corners_together():
    a = np.arange(6.0).reshape(3, 2) / 3
    assert st.grad(every_way)(a) == pytest.approx(every_way_slope(a), rel=1e-14)
    assert st.hvp(every_way, a, np.ones((3, 2))).shape == (3, 2)


def test_places_apart_in_the_key():
    def f(t):
        return sum(t[i, :, j].sum() ** 2 for i in range(2) for j in range(3))

    t = np.arange(24.0).reshape(2, 4, 3)
    assert st.grad(f)(t) == pytest.approx(
        2 * np.broadcast_to(t.sum(axis=1, keepdims=True), t.shape)
    )


def test_what_no_element_reads_gets_zero_even_at_a_pole():
    def f(x):
        y = np.sqrt(x)
        return y[1] + y[2] * y[1]

    x = np.array([0.0, 1.0, 4.0])
    assert st.grad(f)(x) == pytest.approx([0.0, 1.5, 0.25])
    assert st.hessian(f)(x) == pytest.approx(
        np.array([[0, 0, 0], [0, -0.75, 0.125], [0, 0.125, -0.03125]])
    )
