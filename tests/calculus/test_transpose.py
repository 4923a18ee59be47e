"""Reverse mode is forward mode transposed, and refuses what is not linear."""

from __future__ import annotations

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import vjp
from steepest.calculus.transpose import pull_back
from steepest.errors import NotDifferentiableError
from steepest.graph.node import constant, fresh, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import count, evaluate
from steepest.record import replaced


def test_a_linear_map_is_transposed() -> None:
    dx, g = fresh("dx", (3,)), fresh("g", (2,))
    matrix = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    y = matrix @ Traced(dx)[::-1] - 2 * Traced(dx)[:2]
    (back,) = pull_back([y.node], [dx], [g])
    assert back is not None
    dense = matrix[:, ::-1] - 2 * np.eye(3)[:2]
    v = np.array([0.5, -1.5])
    np.testing.assert_allclose(evaluate([back], {g: v})[0], dense.T @ v, rtol=1e-15)


def test_what_no_tangent_reaches_is_none() -> None:
    a, b, g = fresh("a"), fresh("b"), fresh("g")
    assert pull_back([(Traced(a) * 2.0).node, None], [a, b], [g, g])[1] is None


def test_a_source_may_be_an_output_and_be_used_again() -> None:
    a, g, h = fresh("a"), fresh("g"), fresh("h")
    (back,) = pull_back([a, (Traced(a) * 3.0).node], [a], [g, h])
    assert back is not None
    assert evaluate([back], {g: 1.0, h: 10.0}) == [31.0]


def test_what_is_not_linear_is_refused_by_name() -> None:
    a, b, g = fresh("a"), fresh("b"), fresh("g")
    x, y = Traced(a), Traced(b)
    for wrong, name in ((x * x, "multiply"), (x * y, "multiply"), (1.0 / x, "divide")):
        with pytest.raises(NotDifferentiableError, match=f"joined tangents with {name!r}"):
            pull_back([wrong.node], [a, b], [g])
    with pytest.raises(
        NotDifferentiableError, match="'sin' stands on a tangent but has no transpose"
    ):
        pull_back([np.sin(x).node], [a], [g])


def test_a_row_whose_transpose_is_missing_says_so() -> None:
    bare = replaced(ROWS["negative"], name="bare", transpose=None)
    a, g = fresh("a"), fresh("g")
    with pytest.raises(NotDifferentiableError, match="'bare' stands on a tangent"):
        pull_back([make(bare, [a])], [a], [g])


def test_a_gradient_costs_a_small_multiple_of_its_function() -> None:
    x = variable("x", (50,))
    t = Traced(x)
    y = np.sum(np.sin(t) * np.exp(-t * t) / (1 + t * t) + np.sqrt(t * t + 1)).node
    assert count(vjp([y], [x], [constant(1.0)])) <= 4 * count([y])


def test_cotangents_have_the_precision_of_their_inputs() -> None:
    small, large = variable("s", (2,), np.float32), variable("l", (2,))
    y = np.sum(Traced(small) * Traced(large) * 0.1).node
    slopes = vjp([y], [small, large], [constant(1.0)])
    assert [s.dtype for s in slopes] == [np.float32, np.float64]
    third = np.full(2, np.float32(1) / np.float32(3))
    found = evaluate(slopes, {small: third, large: np.full(2, 1 / 7)})
    np.testing.assert_array_equal(found[1], 0.1 * third.astype(np.float64))
    np.testing.assert_allclose(found[0], np.full(2, 0.1 / 7), rtol=1e-7)
