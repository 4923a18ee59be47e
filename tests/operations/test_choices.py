"""Rules that were shortened: clip between bounds that are known, products, lengths, extremes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hvp, jvp
from steepest.graph.node import constant, fresh, variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import count, evaluate

inf, nan = math.inf, math.nan


def slopes(f: Callable[[Any], Any], at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The derivative of an elementwise function, forward and reverse."""
    x, dx = variable("x", at.shape), fresh("dx", at.shape)
    y = f(Traced(x))
    (forward,) = jvp([y.node], [x], [dx])
    (reverse,) = gradient(np.sum(y).node, [x])
    found = evaluate([forward, reverse], {x: at, dx: np.ones(at.shape)})
    return found[0], found[1]


X = np.array([-inf, -3.0, -1.0, -0.5, 0.0, 2.0, 4.0, inf])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-1.0, 2.0, [0, 0, 0.5, 1, 1, 0.5, 0, 0]),
        (-inf, 0.0, [0.5, 1, 1, 1, 0.5, 0, 0, 0]),
        (-0.5, inf, [0, 0, 0, 0.5, 1, 1, 1, 0.5]),
        (2.0, -1.0, [0, 0, 0, 0, 0, 0, 0, 0]),  # the wrong way round: -1 everywhere
        (0.0, 0.0, [0, 0, 0, 0, 0.25, 0, 0, 0]),  # min(max(x, 0), 0), each tie halved
    ],
)
def test_clip_between_known_bounds(low: float, high: float, expected: list[float]) -> None:
    for found in slopes(lambda x: np.clip(x, low, high), X):
        np.testing.assert_array_equal(found, expected)


def test_clip_with_a_bound_for_each_element() -> None:
    low, high = np.array([0.0, 1.0, -1.0]), np.array([1.0, 2.0, 0.5])
    for found in slopes(lambda x: np.clip(x, low, high), np.array([0.5, 1.0, 3.0])):
        np.testing.assert_array_equal(found, [1.0, 0.5, 0.0])


def test_clip_hides_no_nan_and_holds_back_what_is_outside() -> None:
    x = np.array([-1.0, 0.0, 0.25, 9.0])
    for found in slopes(
        lambda x: np.clip(np.sqrt(x), 0.25, 2.0), x
    ):  # sqrt(-1); an infinite slope outside; inside; outside
        assert math.isnan(found[0]) and list(found[1:]) == [0.0, 1.0, 0.0]


def product_slope(x: np.ndarray) -> np.ndarray:
    return np.array([math.prod(np.delete(x, i)) for i in range(len(x))])


def product_curvature(x: np.ndarray) -> np.ndarray:
    n = len(x)
    return np.array(
        [[0.0 if i == j else math.prod(np.delete(x, [i, j])) for j in range(n)] for i in range(n)]
    )


@pytest.mark.parametrize("zeros", [[], [0], [4], [1, 3], [0, 2, 4]])
@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_products_by_hand_to_the_second_order(n: int, zeros: list[int]) -> None:
    point = np.linspace(-1.5, 2.5, n) + 0.125
    point[[i for i in zeros if i < n]] = 0.0
    x, v = variable("x", (n,)), np.cos(np.arange(n))
    y = np.prod(Traced(x)).node
    (slope,) = gradient(y, [x])
    (turned,) = hvp(y, [x], [constant(v)])
    found = evaluate([slope, turned], {x: point})
    np.testing.assert_allclose(found[0], product_slope(point), rtol=1e-14, atol=0)
    np.testing.assert_allclose(found[1], product_curvature(point) @ v, rtol=1e-12, atol=1e-14)


def test_a_product_is_as_lean_for_many_factors_as_for_few() -> None:
    counts = set()
    for n in (3, 30, 3000):
        x = variable("x", (n,))
        counts.add(count(gradient(np.prod(Traced(x)).node, [x])))
    assert counts == {1}


def test_the_length_of_a_vector_by_hand() -> None:
    x = variable("x", (2, 2))
    point = np.array([[3.0, 0.0], [4.0, 0.0]])
    for y in (np.linalg.norm(Traced(x)), np.sum(np.linalg.norm(Traced(x), axis=(0, 1)))):
        (slope,) = gradient(y.node, [x])
        np.testing.assert_allclose(evaluate([slope], {x: point})[0], point / 5, rtol=1e-15)
        np.testing.assert_array_equal(evaluate([slope], {x: 0 * point})[0], 0 * point)


def test_extremes_count_ties_in_their_own_precision() -> None:
    for dtype in (np.float32, np.float64):
        x = variable("x", (3,), dtype)
        (slope,) = gradient(np.max(Traced(x)).node, [x])
        found = evaluate([slope], {x: np.array([2, 2, 1], dtype)})[0]
        assert found.dtype == dtype and list(found) == [0.5, 0.5, 0.0]
