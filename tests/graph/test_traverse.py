"""Ten thousand operations: no recursion anywhere, nothing more than linear; and programs that
compute what they say.
"""

from __future__ import annotations

import gc
import math
import sys
from collections.abc import Callable

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hvp, jvp
from steepest.calculus.rewrite import running
from steepest.errors import VariableError
from steepest.graph import node as node_module
from steepest.graph.node import Node, constant, fresh, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import Program, count, evaluate, inputs_of, replace, topological

LONG = 10_000


def chain(x: Node, length: int) -> Node:
    y = Traced(x)
    for k in range(length):
        y = np.sin(y) if k % 2 else y * 1.0001
    return y.node


def tower(x: Node, length: int) -> Node:
    """Each step uses the one before twice: 2^length paths, length nodes."""
    y = Traced(x)
    for _ in range(length):
        y = np.tanh(y * y + y)
    return y.node


def long_sum(x: Node, length: int) -> Node:
    y = Traced(x)
    total = y
    for k in range(length):
        total = total + y * (k + 0.5)
    return total.node


def elements(x: Node, length: int) -> Node:
    """Reads and writes single elements, as loops in user code do."""
    y = Traced(fresh_vector)
    total = Traced(x)
    for k in range(length):
        total = total + y[k % 8] * y[(k * 3) % 8]
    return total.node


fresh_vector = variable("v", (8,))
FUNCTIONS: dict[str, Callable[[Node, int], Node]] = {
    "chain": chain,
    "tower": tower,
    "sum": long_sum,
    "elements": elements,
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many nodes were constructed."""
    number = [0]
    real = Node.__init__

    def counted(self: Node, *args: object) -> None:
        number[0] += 1
        real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Node, "__init__", counted)
    return number


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ten_thousand_operations(name: str) -> None:
    assert sys.getrecursionlimit() <= 1500
    x = variable("x")
    y = FUNCTIONS[name](
        x, LONG // 3 if name == "tower" else LONG
    )  # a step of the tower is three operations
    inputs = inputs_of([y])
    at = {n: np.full(n.shape, 0.3) for n in inputs}
    slopes = gradient(y, inputs)
    forward = jvp([y], inputs, [constant(np.ones(n.shape)) for n in inputs])
    values = evaluate([y, *slopes, *forward], at)
    assert all(np.all(np.isfinite(v)) for v in values)
    assert float(sum(np.sum(v) for v in values[1:-1])) == pytest.approx(float(values[-1]), rel=1e-9)
    assert replace([y], {x: x}) == [y]
    assert running([y])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_work_grows_in_proportion(name: str, made: list[int]) -> None:
    """Nodes made and nodes kept, for the function, its gradient, its tangent and a Hessian-vector
    product.
    """

    def cost(length: int) -> list[int]:
        x = fresh("x")
        y = FUNCTIONS[name](x, length)
        inputs = inputs_of([y])
        ones = [constant(np.full(n.shape, 1.25)) for n in inputs]
        out = []
        for derive in (
            lambda: gradient(y, inputs),
            lambda: jvp([y], inputs, ones),
            lambda: hvp(y, inputs, ones),
        ):
            before = made[0]
            found = derive()
            out += [made[0] - before, count(found)]
        return [count([y]), *out]

    small, double, fourfold = cost(50), cost(100), cost(200)
    for a, b, c in zip(small, double, fourfold, strict=True):
        assert abs((c - b) - 2 * (b - a)) <= 16, (small, double, fourfold)
    operations = fourfold[0]
    gradient_nodes, tangent_nodes, product_nodes = fourfold[2], fourfold[4], fourfold[6]
    assert tangent_nodes <= 5 * operations
    assert gradient_nodes <= 12 * operations
    assert product_nodes <= 45 * operations


def test_a_traversal_visits_each_node_once() -> None:
    x = variable("x")
    y = tower(x, 200)
    order = topological([y])
    assert len(order) == len(set(order)) == count([y]) + 1
    place = {n: i for i, n in enumerate(order)}
    assert all(place[a] < place[n] for n in order for a in n.args)


def test_a_hundred_thousand_nodes_are_dropped_without_recursion() -> None:
    gc.collect()
    before = len(node_module._nodes)
    y = chain(fresh("x"), 100_000)
    assert len(node_module._nodes) > before + 99_000
    del y
    gc.collect()
    assert len(node_module._nodes) <= before + 2


def test_what_is_used_twice_is_computed_once() -> None:
    x = variable("x")
    y = Traced(x)
    program = Program([x], [(np.exp(y) + np.exp(y) * 2).node])
    assert program.size == 3


def test_constants_are_computed_once_and_inputs_may_repeat_or_be_unused() -> None:
    x, z = variable("x"), variable("z")
    three = make(ROWS["add"], [constant(1.0), constant(2.0)])
    program = Program([x, z], [make(ROWS["multiply"], [x, three]), x, three, x])
    assert program.size == 1
    assert program(5.0, None) == [15.0, 5.0, 3.0, 5.0]
    assert program(7.0, None) == [21.0, 7.0, 3.0, 7.0]


def test_a_missing_input_is_named() -> None:
    x, z = variable("x"), variable("zeta")
    with pytest.raises(VariableError, match="depends on 'zeta', which is not among its inputs"):
        Program([x], [make(ROWS["add"], [x, z])])


def test_python_numbers_take_the_precision_of_what_they_meet() -> None:
    x = variable("x", (2,), np.float32)
    y = (Traced(x) * 0.1 + np.sqrt(2.0)) * np.pi  # np.sqrt(2.0) is a NumPy number here, not ours
    assert y.dtype == (np.ones(2, np.float32) * 0.1 + np.sqrt(2.0)).dtype
    folded = make(ROWS["multiply"], [x, make(ROWS["sqrt"], [constant(2.0)])])
    (found,) = evaluate([folded], {x: np.ones(2, np.float32)})
    assert found.dtype == folded.dtype == np.float32
    named = make(ROWS["multiply"], [x, make(ROWS["pi"], [])])
    assert evaluate([named], {x: np.ones(2, np.float32)})[0].dtype == named.dtype == np.float32


def test_nothing_is_warned_about_and_nothing_is_hidden() -> None:
    x = variable("x")
    y = Traced(x)
    values = evaluate([np.log(y).node, (1 / y).node, (y - y / y).node], {x: np.float64(0.0)})
    assert values[0] == -math.inf and values[1] == math.inf and math.isnan(values[2])


def test_every_intermediate_value_can_be_asked_for() -> None:
    x = variable("x")
    inner = np.sin(Traced(x))
    found = Program([x], [(inner * inner).node]).every_value(0.5)
    assert found[inner.node] == math.sin(0.5)
    assert len(found) == 3


def test_an_input_can_be_exchanged_for_an_expression() -> None:
    x, z = variable("x"), variable("z", (3,))
    y = (np.sin(Traced(x)) * 2).node
    (wider,) = replace([y], {x: np.square(Traced(z)).node})
    assert wider.shape == (3,)  # shapes are worked out again
    assert np.array_equal(
        evaluate([wider], {z: np.arange(3.0)})[0], np.sin(np.arange(3.0) ** 2) * 2
    )
