"""A graph inside a node: the same values and slopes as without the call, to any order, and small
derivative graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from steepest.calculus.derive import gradient, hvp, jvp
from steepest.errors import ShapeError
from steepest.graph.graph import Graph, Guard
from steepest.graph.node import Node, constant, fresh, variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import count, evaluate, replace, topological
from steepest.operations.call import CALL, call


def body(f: Callable[..., Any], *shapes: tuple[int, ...]) -> Graph:
    inputs = tuple(fresh(f"p{i}", s) for i, s in enumerate(shapes))
    found = f(*map(Traced, inputs))
    return Graph(inputs, tuple(v.node for v in (found if isinstance(found, tuple) else (found,))))


def inline(outputs: Sequence[Node]) -> list[Node]:
    """The same graph with every call replaced by what it calls."""

    def unfold(node: Node, args: tuple[Node, ...]) -> Node:
        if node.op is not CALL:
            return replace([node], dict(zip(node.args, args, strict=True)))[0] if args else node
        graph = node.param("graph")
        return replace(
            inline([graph.outputs[node.param("which")]]), dict(zip(graph.inputs, args, strict=True))
        )[0]

    return replace(outputs, {}, rebuild=unfold)


def to_third_order(y: Node, inputs: list[Node]) -> list[Node]:
    """Value, gradient, and products of the second and third derivatives with fixed vectors, in
    mixed modes.
    """
    ones = [Traced(constant(np.full(n.shape, 0.7))).node for n in inputs]
    slopes = gradient(y, inputs)
    second = hvp(y, inputs, ones)
    inner = sum((np.sum(Traced(s) * Traced(o)) for s, o in zip(second, ones, strict=True)), 0.0)
    third = gradient(inner.node, inputs)  # type: ignore[union-attr]
    return [y, *slopes, *second, *third, *jvp(slopes, inputs, ones)]


F = body(lambda x, a: (np.sin(x * a) + np.exp(a) * x, np.sum(np.tanh(x) * a)), (3,), ())


@pytest.fixture
def inputs() -> list[Node]:
    return [variable("x", (3,)), variable("a")]


def function(x: Any, a: Any) -> Any:
    u, v = call(F, x, a)
    w, _ = call(F, u / 3, v)  # the same graph again, after itself
    return np.sum(w * u) + v * v


def test_calls_are_what_they_call_to_the_third_order(inputs: list[Node]) -> None:
    y = function(*map(Traced, inputs)).node
    (flat,) = inline([y])
    assert CALL in {n.op for n in topological([y])} and CALL not in {
        n.op for n in topological([flat])
    }
    at = dict(zip(inputs, (np.array([0.3, -0.4, 0.5]), 0.6), strict=True))
    for found, expected in zip(
        evaluate(to_third_order(y, inputs), at),
        evaluate(to_third_order(flat, inputs), at),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_derivative_graphs_stay_as_small_as_the_graph_of_calls(inputs: list[Node]) -> None:
    def chain(length: int) -> tuple[int, int, int]:
        x, a = map(Traced, inputs)
        for _ in range(length):
            x, _ = call(F, x / 2, a)
        y = np.sum(x).node
        second = hvp(y, inputs, [constant(np.ones(3)), constant(1.0)])
        return count([y]), count(gradient(y, inputs)), count(second)

    sizes = [chain(n) for n in (10, 20, 40)]
    steps = [[b - a for a, b in zip(*pair, strict=True)] for pair in pairwise(sizes)]
    assert [2 * s for s in steps[0]] == steps[1]  # linear
    assert steps[0][1] <= 80  # 8 nodes a call, whatever the body holds


def test_the_same_derivative_is_made_once(inputs: list[Node]) -> None:
    y = call(F, *map(Traced, inputs))[1].node
    first = gradient(y, inputs)
    assert gradient(y, inputs) == first


def test_a_branch_not_taken_reaches_through_a_call() -> None:
    x = variable("x", (3,))
    root = body(lambda v: np.sqrt(v) * 2, (3,))
    (inner,) = call(root, np.log(Traced(x)))
    y = np.sum(np.where(Traced(x) > 1, inner, 0.0)).node
    at = {
        x: np.array([0.0, 1.0, np.e])
    }  # log 0 = -inf, sqrt(-inf) = nan, and the slope of sqrt at log 1 = 0 is inf
    value, slope, second = evaluate(
        [y, *gradient(y, [x]), *hvp(y, [x], [constant(np.ones(3))])], at
    )
    assert value == pytest.approx(2.0)
    np.testing.assert_allclose(slope, [0, 0, 1 / np.e], rtol=1e-15)
    # (2 sqrt(log x))'' = -1/(x² sqrt(log x)) · (1 + 1/(2 log x))
    np.testing.assert_allclose(second, [0, 0, -1.5 / np.e**2], rtol=1e-15)


def test_an_argument_that_the_output_does_not_use_has_slope_zero() -> None:
    x, a = variable("x"), variable("a")
    (y,) = call(body(lambda p, q: p * p, (), ()), Traced(x), Traced(a))
    assert evaluate(gradient(y.node, [x, a]), {x: 3.0, a: 1.0}) == [6.0, 0.0]


def test_a_flat_graph_has_a_flat_call() -> None:
    x = variable("x")
    (y,) = call(body(np.floor, ()), Traced(x))
    assert evaluate([y.node, *gradient(y.node, [x])], {x: 2.5}) == [2.0, 0.0]


def test_calls_that_do_not_fit_are_refused() -> None:
    x = variable("x", (4,))
    with pytest.raises(
        ShapeError, match=r"shapes \(\(4,\), \(\)\): the graph takes \(\(3,\), \(\)\)"
    ):
        call(F, Traced(x), Traced(variable("a")))
    with pytest.raises(ShapeError, match="a graph of 2 inputs was called with 1 arguments"):
        call(F, Traced(x))
    with pytest.raises(ShapeError, match="dtype float32"):
        call(F, Traced(variable("x", (3,), np.float32)), Traced(variable("a")))
    n = variable("n")
    guarded = Graph((n,), (n,), guards=(Guard(n, 1.0),))
    with pytest.raises(ShapeError, match="guards"):
        call(guarded, Traced(n))
