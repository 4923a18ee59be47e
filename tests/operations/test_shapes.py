"""A node's static shape and dtype are what NumPy really returns, for any shapes, dtypes and Python
numbers.
"""

from __future__ import annotations

import warnings
from typing import Any

import hypothesis.strategies as some
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as some_numpy

import steepest.operations  # noqa: F401
from steepest.calculus.derive import jvp, vjp
from steepest.errors import ShapeError
from steepest.graph.node import Node, constant, fresh, make, variable
from steepest.graph.operation import ROWS, Operation
from steepest.graph.traverse import evaluate
from tests.assay import EXEMPT, settings_of

ELEMENTWISE = [r.name for r in ROWS.values() if r.elementwise and r.family not in EXEMPT]
DTYPES: list[Any] = [np.float64, np.float32, np.int64, np.bool_]


@some.composite
def operands(draw: some.DrawFn, arity: int) -> list[Any]:
    """Arrays that broadcast together, 0-d arrays, and Python numbers among them."""
    shapes = draw(
        some_numpy.mutually_broadcastable_shapes(num_shapes=arity, max_dims=3, max_side=3)
    )
    out: list[Any] = []
    for shape in shapes.input_shapes:
        kind = draw(
            some.sampled_from(["array", "array", "python float", "python int", "python bool"])
        )
        if kind == "array":
            dtype = draw(some.sampled_from(DTYPES))
            out.append(np.ones(shape, dtype))
        else:
            out.append({"python float": 1.0, "python int": 1, "python bool": True}[kind])
    return out


def nodes_of(values: list[Any]) -> tuple[list[Node], dict[Node, Any]]:
    """Arrays as inputs, Python numbers as constants."""
    nodes: list[Node] = []
    at: dict[Node, Any] = {}
    for i, v in enumerate(values):
        node = variable(f"s{i}", v.shape, v.dtype) if isinstance(v, np.ndarray) else constant(v)
        if isinstance(v, np.ndarray):
            at[node] = v
        nodes.append(node)
    return nodes, at


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_shape_and_dtype_are_those_of_numpy(name: str) -> None:
    row = ROWS[name]
    assert row.arity is not None

    @settings(max_examples=12)
    @given(values=operands(row.arity), params=some.sampled_from(settings_of(row)))
    def holds(values: list[Any], params: dict[str, Any]) -> None:
        check(row, values, params)

    holds()


def numpy_says(row: Operation, values: list[Any], params: dict[str, Any]) -> Any:
    """What NumPy returns, or None where it refuses these dtypes."""
    function = row.numpy[0] if row.numpy and not params else row.run
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*values, **params)
    except TypeError:
        return None


def check(row: Operation, values: list[Any], params: dict[str, Any]) -> None:
    expected = numpy_says(row, values, params)
    nodes, at = nodes_of(values)
    if expected is None:
        with pytest.raises(TypeError):
            evaluate([make(row, nodes, **params)], at)
        return
    node = make(row, nodes, **params)
    (found,) = evaluate([node], at)
    given = [(type(v).__name__, getattr(v, "dtype", ""), np.shape(v)) for v in values]
    assert np.shape(found) == np.shape(expected) == node.shape, given
    assert np.asarray(expected).dtype == node.dtype, (given, np.asarray(expected).dtype, node.dtype)
    assert np.asarray(found).dtype == node.dtype or node.weak, given


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_derivatives_keep_the_precision(name: str, dtype: Any) -> None:
    row = ROWS[name]
    assert row.arity is not None
    for params in settings_of(row):
        if row is ROWS["cast"]:
            params = {"dtype": np.dtype(dtype).str}
        inputs = [variable(f"p{i}", (3,), dtype) for i in range(row.arity)]
        node = make(row, inputs, **params)
        if not node.real:
            continue
        assert node.dtype == dtype
        dx = [fresh("d", x.shape, dtype) for x in inputs]
        y_bar = fresh("ybar", node.shape, dtype)
        outputs = [*jvp([node], inputs, dx), *vjp([node], inputs, [y_bar])]
        ones = np.full(3, 0.5, dtype)
        found = evaluate(outputs, dict.fromkeys([*inputs, *dx, y_bar], ones))
        assert [(o.dtype, np.shape(f), f.dtype) for o, f in zip(outputs, found, strict=True)] == [
            (dtype, (3,), dtype)
        ] * len(outputs)


def test_shapes_that_do_not_broadcast_are_an_error_that_says_so() -> None:
    with pytest.raises(ShapeError, match=r"\(3,\) and \(4,\) do not broadcast together"):
        make(ROWS["add"], (variable("a", (3,)), variable("b", (4,))))
