"""Equal nodes are one object, in every thread, and those nobody needs are gone."""

from __future__ import annotations

import gc
import itertools
import math
import threading
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hvp
from steepest.errors import ShapeError
from steepest.graph import node as node_module
from steepest.graph.graph import Graph
from steepest.graph.node import Node, Origin, born_at, constant, fresh, make, variable
from steepest.graph.operation import ROWS, Operation, register
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate


def test_equal_constants_are_one_and_different_bits_are_two() -> None:
    assert constant(2.0) is constant(2.0)
    assert constant(2) is not constant(2.0)
    assert constant(0.0) is not constant(-0.0)
    assert constant(math.nan) is constant(float("nan"))
    assert constant(True) is not constant(1)
    assert constant(np.float64(2.0)) is not constant(
        2.0
    )  # a NumPy number keeps its precision, a Python one does not
    assert constant(np.float32(2.0)) is not constant(np.float64(2.0))
    assert constant(np.array(2.0)) is constant(np.float64(2.0))
    assert constant(np.array([0.0, 1.0])) is constant(np.array([0.0, 1.0]))
    assert constant(np.array([0.0, 1.0])) is not constant(np.array([-0.0, 1.0]))
    assert constant(np.array([math.nan])) is constant(np.array([math.nan]))
    assert constant(np.array([1, 2])) is not constant(np.array([1.0, 2.0]))
    assert constant(np.zeros((2, 3))) is not constant(np.zeros((3, 2)))
    assert constant(Fraction(1, 3)) is constant(Fraction(1, 3))
    assert constant(Fraction(1, 3)) is not constant(1 / 3)


def test_a_literal_means_its_decimal() -> None:
    assert constant(0.1).exact == Fraction(1, 10)
    assert constant(1e-3).exact == Fraction(1, 1000)
    assert constant(7).exact == 7
    assert constant(10**30).exact == 10**30
    assert constant(Fraction(2, 3)).exact == Fraction(2, 3)
    assert constant(np.float64(0.25)).exact == Fraction(1, 4)
    assert constant(math.inf).exact is None and constant(np.array([0.1])).exact is None


def test_constants_are_kept_from_later_changes() -> None:
    array = np.array([1.0, 2.0])
    node = constant(array)
    array[0] = 99.0
    assert list(node.value) == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        node.value[0] = 3.0


@pytest.mark.parametrize("value", ["text", 1j, np.array([1j]), np.array(["a"]), object()])
def test_what_is_no_number_is_no_constant(value: Any) -> None:
    with pytest.raises(ShapeError, match="cannot take part in a derivative"):
        constant(value)


def test_equal_operations_are_one() -> None:
    x = variable("x")
    assert variable("x") is x
    assert variable("x", dtype=np.float32) is not x
    assert variable("x", (2,)) is not variable("x", (3,))
    assert fresh("x") is not fresh("x")
    assert make(ROWS["sin"], [x]) is make(ROWS["sin"], [x])
    assert make(ROWS["add"], [x, constant(1.0)]) is not make(ROWS["add"], [constant(1.0), x])
    m = variable("m", (2, 3))
    assert make(ROWS["sum"], [m], axis=(0,), keepdims=False) is not make(
        ROWS["sum"], [m], axis=(1,), keepdims=False
    )


def test_of_equal_nodes_the_first_origin_stays() -> None:
    x = fresh("x")
    with born_at(Origin("user.py", 3)):
        first = make(ROWS["cos"], [x])
    with born_at(Origin("user.py", 9)):
        again = make(ROWS["cos"], [x])
    assert again is first and str(first.origin) == "user.py:3"
    assert make(ROWS["sin"], [x]).origin is None
    (slope,) = gradient(first, [x])
    assert str(slope.origin) == "user.py:3"  # a derivative is born where its function was


def test_a_node_is_never_changed() -> None:
    x = variable("x")
    with pytest.raises(AttributeError, match="never changed"):
        x.shape = (3,)  # type: ignore[misc]
    with pytest.raises(TypeError, match="takes 1 argument, but 2 were given"):
        make(ROWS["sin"], [x, x])
    with pytest.raises(TypeError, match="inputs are input nodes"):
        Graph((make(ROWS["sin"], [x]),), ())


def test_eight_threads_make_the_same_nodes() -> None:
    start = threading.Barrier(8)
    found: list[list[Node]] = [[] for _ in range(8)]

    def build(k: int) -> None:
        x = variable("x")
        start.wait()
        for i in range(300):
            y = make(ROWS["sin"], [make(ROWS["multiply"], [x, constant(i * 0.5 + 1000)])])
            found[k].append(y)
        found[k] += gradient(found[k][-1], [x])

    threads = [threading.Thread(target=build, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(len(f) == 301 for f in found)
    assert all(f[i] is found[0][i] for f in found for i in range(301))


def test_nodes_that_nobody_holds_are_gone() -> None:
    def work() -> None:
        x = fresh("x", (3,))
        t = Traced(x)
        y = np.sum(np.where(t > 0.123, np.sqrt(t) * np.exp(t[::-1]), 0.456) @ np.ones((3, 2)))
        slopes = gradient(y.node, [x])
        evaluate(hvp(y.node, [x], slopes), {x: np.ones(3)})

    work()
    gc.collect()
    before = len(node_module._nodes)
    gc.disable()  # reference counts alone must do
    try:
        for _ in range(5):
            work()
        after = len(node_module._nodes)
    finally:
        gc.enable()
    assert after <= before + 2


def test_a_row_is_entered_once_and_in_one_way() -> None:
    with pytest.raises(ValueError, match="a row named 'sin' already"):
        register(Operation(name="sin", run=np.sin, flat=True))
    with pytest.raises(ValueError, match="in 0 ways"):
        register(Operation(name="unheard of", run=np.sin))
    with pytest.raises(ValueError, match="in 2 ways"):
        register(Operation(name="unheard of", run=np.sin, flat=True, partials=(np.cos,)))
    with pytest.raises(ValueError, match="needs a transpose"):
        register(Operation(name="unheard of", run=np.sin, linear="jointly"))
    with pytest.raises(ValueError, match="2 arguments but 1 partial"):
        register(Operation(name="unheard of", run=np.sin, arity=2, partials=(np.cos,)))
    assert "unheard of" not in ROWS


NUMBERS = [
    variable("x"),
    variable("s", dtype=np.float32),
    variable("i", dtype=np.int64),
    variable("t", dtype=bool),
    constant(0.5),
    constant(3),
]


@pytest.mark.parametrize("name", sorted(r.name for r in ROWS.values() if r.elementwise and r.arity))
def test_what_a_row_makes_of_numbers_is_the_same_when_it_is_known(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dtype and weakness kept for a row are those that its own rules give."""
    row = ROWS[name]

    def told() -> list[Any]:
        found: list[Any] = []
        for args in itertools.product(NUMBERS, repeat=row.arity or 0):
            try:
                node = make(row, args)
            except TypeError as refused:
                found.append(str(refused))
            else:
                found.append((node.shape, node.dtype, node.weak))
        return found

    monkeypatch.setattr(node_module, "_made", {})
    first = told()
    assert told() == first
    monkeypatch.setattr(node_module, "_made", _Forgetful())
    assert told() == first


class _Forgetful(dict[Any, Any]):
    """A table in which nothing is ever found."""

    def get(self, key: Any, default: Any = None) -> Any:
        return None
