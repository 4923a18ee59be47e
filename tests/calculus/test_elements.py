"""Arrays written out for a reader: code that builds arrays shows as the formula it is."""

from __future__ import annotations

import numpy as np
import pytest

import steepest as st
from steepest.calculus.reading.elements import LIMIT, written_out
from steepest.graph.node import variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate, topological


def filled(n, e):
    out = np.zeros(3)
    out[0] = n**2
    out[1] = 3 * e**2
    out[2] = np.sin(3 * n) * e
    return out.sum()


def test_code_shows_as_a_formula():
    f = st.Function(filled)
    assert str(f.derivative("n")) == "2n + 3e·cos(3n)"
    assert repr(f.gradient) == "∇filled = [2n + 3e·cos(3n), 6e + sin(3n)]"
    assert "Sum rule" in str(f.derivation("n"))


def line(a, b):
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0])
    return np.mean((a * x + b - y) ** 2)


def turned(a, b):
    v = np.stack([a, b]).reshape(2, 1)
    m = np.array([[2.0, 1.0], [1.0, 3.0]])
    return (v.T @ m @ v)[0, 0] + np.prod(np.concatenate([v[:, 0], v[::-1, 0]]))


@pytest.mark.parametrize("f", [filled, line, turned])
def test_the_values_are_the_same(f):
    function = st.Function(f)
    expression = function.expression
    (shown,) = written_out(expression.outputs)
    assert all(n.shape == () for n in topological([shown]))
    point = dict(zip(expression.inputs, (0.7, -1.3), strict=True))
    assert evaluate([shown], point)[0] == pytest.approx(f(0.7, -1.3), rel=1e-14)
    again = st.Function(str(function), function.variables)
    assert again(0.7, -1.3) == pytest.approx(f(0.7, -1.3), rel=1e-14)


def test_large_arrays_stay_arrays():
    x = Traced(variable("x", (LIMIT + 1,)))
    y = np.sum(x * x).node
    assert written_out([y]) == [y]
