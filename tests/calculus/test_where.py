"""The branch not taken contributes exactly zero, whatever it holds; a NaN that is really there is
never hidden.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hvp, jvp
from steepest.graph.node import fresh, variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate

inf, nan = math.inf, math.nan
ORDERS = (
    "value",
    "tangent",
    "gradient",
    "forward over reverse",
    "reverse over forward",
    "reverse over reverse",
)


def second_order(f: Callable[..., Any], *at: Any) -> dict[str, list[Any]]:
    """Value, tangent, gradient and Hessian-vector products in all mixtures of modes, for a
    direction of ones.
    """
    xs = [variable(f"x{i}", np.shape(v)) for i, v in enumerate(at)]
    y = f(*map(Traced, xs)).node
    dx = [fresh("d", x.shape) for x in xs]
    slopes = gradient(y, xs)
    (tangent,) = jvp([y], xs, dx)
    inner = sum((np.sum(Traced(s) * Traced(d)) for s, d in zip(slopes, dx, strict=True)), 0.0)
    outputs = [
        [y],
        [tangent],
        slopes,
        hvp(y, xs, dx),
        gradient(tangent, xs),
        gradient(inner.node, xs),
    ]  # type: ignore[union-attr]
    values = dict(zip(xs, map(np.asarray, at), strict=True)) | {d: np.ones(d.shape) for d in dx}
    return {k: evaluate(o, values) for k, o in zip(ORDERS, outputs, strict=True)}


def agrees(f: Callable[..., Any], safe: Callable[..., Any], *at: Any) -> None:
    """`f`, with branches that hold anything, is to the second order what `safe` is, which never
    computes them.
    """
    found, expected = second_order(f, *at), second_order(safe, *at)
    for order in ORDERS:
        for a, b in zip(found[order], expected[order], strict=True):
            assert np.all(np.isfinite(b)), "the safe function must be finite"
            np.testing.assert_allclose(a, b, rtol=1e-13, atol=0, err_msg=order)


HALF = np.array([True, False, True, False])
GOOD = np.array([0.5, 1.0, 4.0, 1.0])

# An operation, and an argument at which it is not finite, or its first or second slope is not.
ODD: dict[str, tuple[Callable[[Any], Any], float]] = {
    "nan": (np.sqrt, -1.0),
    "infinite slope": (np.sqrt, 0.0),
    "infinite second slope": (lambda x: x**1.5, 0.0),
    "infinite": (lambda x: 1 / x, 0.0),
    "log of zero": (np.log, 0.0),
    "overflow": (np.exp, 1e4),
    "overflow of the slope": (lambda x: np.exp(x * 1.1), 645.0),
    "zero over zero": (lambda x: np.sin(x) / x, 0.0),
    "power of a negative": (lambda x: x ** (x + 0.5), -2.0),
    "outside the domain": (lambda x: np.arctanh(x / 5), 5.0),
    "infinite argument": (lambda x: np.tanh(x) * x, inf),
    "nan argument": (lambda x: x * x, nan),
    "minus infinity": (lambda x: np.exp(x) * np.log(x + 1), -inf),
    "a kink": (lambda x: np.abs(x) / np.maximum(x, 0.0), -1.0),
}


def at_bad(bad: float) -> np.ndarray:
    return np.where(HALF, GOOD, bad)


def guarded(x: Any) -> Any:
    return np.where(HALF, x, 1.0)


@pytest.mark.parametrize("name", ODD)
def test_whatever_the_branch_not_taken_holds(name: str) -> None:
    odd, bad = ODD[name]
    x = at_bad(bad)
    agrees(
        lambda x: np.sum(np.where(HALF, odd(x), 2.0)),
        lambda x: np.sum(np.where(HALF, odd(guarded(x)), 2.0)),
        x,
    )
    agrees(
        lambda x: np.sum(np.where(~HALF, 2.0, odd(x))),
        lambda x: np.sum(np.where(HALF, odd(guarded(x)), 2.0)),
        x,
    )


# What may stand around the choice; `odd` is what is chosen or not, w two columns of plain numbers.
AROUND: dict[str, Callable[[Any, Any], Any]] = {
    "product": lambda odd, w: np.sum(np.tanh(np.where(HALF, odd, 0.5)) @ w),
    "product from the left": lambda odd, w: np.sum(w.T @ np.where(HALF, odd, 0.5) ** 2),
    "index": lambda odd, w: np.sum(
        np.sqrt(np.where(HALF, odd, 1.0) ** 2 + 1)[[0, 2, 2, 1]] * w[:, 0]
    ),
    "nested": lambda odd, w: np.sum(
        np.where(w[:, 0] > 0, np.where(HALF, odd * w[:, 0], w[:, 1]), w[:, 0] ** 2)
    ),
    "outer choice": lambda odd, w: np.sum(
        np.where(HALF, np.where(w[:, 1] > 0, odd, odd * 2), w[:, 1])
    ),
    "stack": lambda odd, w: np.prod(np.stack([np.where(HALF, odd, 1.0), w[:, 0]])[:, :2]),
    "mean": lambda odd, w: (
        np.var(np.where(HALF, odd, w[:, 0])) + np.mean(np.where(HALF, odd, w[:, 1]))
    ),
    "extreme": lambda odd, w: np.max(np.where(HALF, odd, -9.0)) * np.sum(w),
    "index of the odd": lambda odd, w: np.sum(odd[[0, 2]] * w[0]) + np.sum(odd[::2]),
    "reshaped": lambda odd, w: np.sum(
        np.where(HALF.reshape(2, 2), np.reshape(odd, (2, 2)), w[:2]) @ w[2:]
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_other_operations_around_the_choice(name: str) -> None:
    odd, bad = ODD[name]
    x, w = at_bad(bad), np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0], [-1.0, 0.25]])
    for around in AROUND.values():
        agrees(
            lambda x, w, f=around: f(odd(x), w), lambda x, w, f=around: f(odd(guarded(x)), w), x, w
        )


@pytest.mark.parametrize("name", ODD)
def test_through_matrix_products_that_are_not_taken(name: str) -> None:
    """Rows of a product are not taken: neither what they were made of, nor what that was multiplied
    with, notices.
    """
    odd, bad = ODD[name]
    x, v = np.where(HALF[:, None], 0.5, bad) * np.ones((4, 3)), np.array([1.0, -2.0, 0.5])
    matrix = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]])

    def safe(x: Any) -> Any:
        return np.where(HALF[:, None], x, 1.0)

    for product in (
        lambda m, v: m @ v,
        lambda m, v: v @ m.T,
        lambda m, v: (m @ (v[:, None] * matrix))[:, 1],
    ):
        agrees(
            lambda x, v, p=product: np.sum(np.where(HALF, p(odd(x), v), 1.0)),
            lambda x, v, p=product: np.sum(np.where(HALF, p(odd(safe(x)), v), 1.0)),
            x,
            v,
        )
        agrees(
            lambda x, v, p=product: np.sum(np.tanh(p(odd(x), v)[::2])),
            lambda x, v, p=product: np.sum(np.tanh(p(odd(safe(x)), v)[::2])),
            x,
            v,
        )


def test_an_expression_shared_by_both_branches() -> None:
    def f(x: Any) -> Any:
        root = np.sqrt(x)
        return np.sum(np.where(HALF, root * root * root, root[0] + x))

    x = np.array([0.5, 0.0, 4.0, 0.0])
    found = second_order(f, x)
    # x^1.5 where taken; elsewhere x, and the first root twice more
    expected = 1.5 * np.sqrt(x) * HALF + ~HALF + np.array([2 * 0.5 / np.sqrt(0.5), 0, 0, 0])
    np.testing.assert_allclose(found["gradient"][0], expected, rtol=1e-15)
    assert np.all(np.isfinite(found["forward over reverse"][0]))


def test_broadcast_branches_and_conditions() -> None:
    column = np.array([[True], [False]])
    agrees(
        lambda x, c: np.sum(np.where(column, np.log(x) * c, c**2)),
        lambda x, c: np.sum(np.log(x) * c) + 3 * np.sum(c**2) / 3,
        np.array([1.0, 2.0, 3.0]),
        np.array([2.0, 0.5, 1.5]),
    )
    agrees(
        lambda x, c: np.sum(np.where(c > 0, np.sqrt(x), c)),  # one root for all, never taken
        lambda x, c: np.sum(c) + 0.0 * x,
        np.array(-1.0),
        np.array([-2.0, -0.5]),
    )


def test_a_number_as_condition_chooses_and_does_not_move() -> None:
    x = np.array([0.0, 2.0, -1.0])
    found = second_order(lambda x: np.sum(np.where(x, x * x, 5.0)), x)
    assert list(found["gradient"][0]) == [0.0, 4.0, -2.0]
    assert found["value"][0] == 10.0


def test_the_root_whose_first_element_is_not_read() -> None:
    found = second_order(lambda x: np.sum(np.sqrt(x)[1:]), np.array([0.0, 4.0]))
    assert list(found["gradient"][0]) == [0.0, 0.25]
    for order in ORDERS[3:]:
        assert list(found[order][0]) == [0.0, -1 / 32]


def test_distances_of_all_pairs() -> None:
    """The diagonal holds sqrt(0), whose slope is infinite; sum of distances as a function of the
    points.
    """
    points = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0], [0.0, 1.0]])
    i, j = np.triu_indices(4, 1)

    def distances(p: Any) -> Any:
        d = p[:, None, :] - p[None, :, :]
        return np.sqrt(np.sum(d * d, axis=-1))

    def upper(p: Any) -> Any:
        d = p[i] - p[j]
        return np.sum(np.sqrt(np.sum(d * d, axis=-1)))

    agrees(lambda p: np.sum(distances(p)[i, j]), upper, points)
    agrees(lambda p: np.sum(np.where(np.eye(4, dtype=bool), 0.0, distances(p))) / 2, upper, points)
    agrees(lambda p: np.sum(distances(p)[np.triu(np.ones((4, 4), bool), 1)]), upper, points)


# ---- what must not be hidden ---------------------------------------------------------------------


def test_a_nan_in_the_branch_that_is_taken_stays() -> None:
    x = np.array([0.5, 2.0, -1.0])
    found = second_order(lambda x: np.sum(np.where(x > 0, x * np.sqrt(x - 1), 0.0)), x)
    assert math.isnan(found["value"][0]) and math.isnan(found["tangent"][0])
    for order in ORDERS[2:]:
        assert list(np.isnan(found[order][0])) == [True, False, False], order


def test_zero_times_infinity_of_the_function_itself_stays() -> None:
    found = second_order(lambda x: np.sum(x * np.sqrt(x)), np.array([0.0, 1.0]))
    assert list(np.isnan(found["gradient"][0])) == [True, False]
    times_zero = second_order(lambda x: np.sum(0.0 * np.log(x)), np.array([0.0, 1.0]))
    assert math.isnan(times_zero["value"][0])
    assert list(np.isnan(times_zero["gradient"][0])) == [True, False]


def test_a_mask_that_only_multiplies_is_no_choice() -> None:
    found = second_order(lambda x: np.sum(np.sqrt(x) * np.array([0.0, 1.0])), np.array([0.0, 4.0]))
    assert list(np.isnan(found["gradient"][0])) == [True, False]


def test_a_nan_in_one_factor_of_a_product_that_is_taken_stays() -> None:
    def f(x: Any, v: Any) -> Any:
        return np.sum(np.where(np.array([True, False]), np.log(x) @ v, 1.0))

    x = np.array([[1.0, -1.0], [-1.0, 0.0]])
    found = second_order(f, x, np.array([1.0, 1.0]))
    assert math.isnan(found["value"][0])
    assert list(np.isnan(found["gradient"][1])) == [False, True]
    np.testing.assert_array_equal(found["gradient"][0][1], [0.0, 0.0])  # the row that is not taken


def test_a_condition_that_is_nan_takes_the_other_branch() -> None:
    found = second_order(lambda x: np.sum(np.where(x > 0, x, 3 * x)), np.array([nan]))
    assert found["gradient"][0] == [3.0] and math.isnan(found["value"][0])
