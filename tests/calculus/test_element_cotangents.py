"""Elements read one by one: reverse mode puts their cotangents back in one go, and right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import rosen_der

import steepest as st
from steepest.calculus import elements, forward, masks, rewrite, transpose
from steepest.calculus.derive import gradient
from steepest.graph import traced, traverse
from steepest.graph.node import make, variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import count, topological
from steepest.sources.pieces import as_source


def valley(x):
    out = 0.0
    for i in range(x.shape[0] - 1):
        out += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return out


def filling(x):
    """Every element of one array from an element of another, one after the other."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = np.sin(x[i]) * x[i - 1]
    return np.sum(out**2)


@pytest.mark.parametrize("f", [valley, filling])
def test_work_and_memory_grow_with_the_length_of_the_loop(f, monkeypatch):
    """Nodes asked for on the way to a gradient, nodes in it, and numbers held at any time when it
    runs: ten times as long, ten times as much.
    """
    asked = []
    for module in (elements, forward, masks, rewrite, transpose, traced, traverse):
        if hasattr(module, "make"):
            monkeypatch.setattr(
                module, "make", lambda *a, **k: (asked.append(a[0]), make(*a, **k))[1]
            )
    found = []
    for n in (60, 600):
        piece = as_source(st.grad(f).source).piece((np.linspace(0.5, 1.5, n),), {}, (0,))
        asked.clear()
        adjoints = gradient(piece.outputs[0], piece.inputs[:1])
        both = [*piece.outputs, *adjoints]
        found.append((len(asked), count(both), peak(both)))
    for few, many in zip(*found, strict=True):
        assert many <= 10.5 * few, found
    assert found[-1][0] <= 4 * found[-1][1], found  # few are made for nothing


def peak(outputs):
    """How many numbers are held at once, at most, where each is dropped after its last use."""
    order = topological(outputs)
    last = {a: k for k, n in enumerate(order) for a in n.args}
    last |= dict.fromkeys(outputs, len(order))
    held = most = 0
    leaving = {}
    for k, n in enumerate(order):
        held += math.prod(n.shape)
        most = max(most, held)
        leaving.setdefault(last[n], []).append(n)
        held -= sum(math.prod(a.shape) for a in leaving.pop(k, ()))
    return most


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
