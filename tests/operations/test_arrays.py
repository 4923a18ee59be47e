"""Rows on whole arrays: NumPy's values to the bit, tangents against many digits, both modes as
whole matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, vjp
from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate
from steepest.operations.keys import normal_key
from steepest.operations.linear import getitem
from tests.assay import jacobian_errors, mode_errors, slope_errors
from tests.specimens import KEYS, X, specimens

CASES = [
    pytest.param(row.name, k, id=f"{row.name}-{k}")
    for row in ROWS.values()
    if not row.elementwise
    for k in range(len(list(specimens(row.name))))
]


def same_bits(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_the_row(name: str, number: int) -> None:
    row = ROWS[name]
    args, params = list(specimens(name))[number]
    inputs = [variable(f"a{i}", np.shape(v), np.asarray(v).dtype) for i, v in enumerate(args)]
    node = make(row, inputs, **params)
    (found,) = evaluate([node], dict(zip(inputs, args, strict=True)))
    assert (np.shape(found), np.asarray(found).dtype) == (node.shape, node.dtype)
    wrong = slope_errors(row, args, params)
    wrong += jacobian_errors(row, args, params)
    wrong += mode_errors(row, args, params)
    assert not wrong, "\n".join(wrong)


A, B, V, W = np.random.default_rng(3).normal(size=(4, 3, 3))
SOLID = np.random.default_rng(4).normal(size=(2, 3, 4))

# What users write, each once on numbers and once traced: the values must be equal to the bit.
CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "sum of an axis": (lambda x: np.sum(x, axis=1), (SOLID,)),
    "sum, method": (lambda x: x.sum(axis=-1, keepdims=True), (SOLID,)),
    "add.reduce": (lambda x: np.add.reduce(x), (SOLID,)),
    "multiply.reduce": (lambda x: np.multiply.reduce(x, axis=(0, 2)), (SOLID,)),
    "maximum.reduce": (lambda x: np.maximum.reduce(x, axis=1), (SOLID,)),
    "multiply.outer": (np.multiply.outer, (A, V[0])),
    "mean": (lambda x: np.mean(x, axis=(0, 2)), (SOLID,)),
    "std": (np.std, (SOLID,)),
    "amax": (lambda x: np.amax(x, 1), (SOLID,)),
    "min": (lambda x: np.min(x, axis=0), (SOLID,)),
    "prod": (lambda x: np.prod(x, axis=2), (SOLID,)),
    "reshape": (lambda x: np.reshape(x, (4, -1)), (SOLID,)),
    "reshape, method": (lambda x: x.reshape(-1), (SOLID,)),
    "ravel": (np.ravel, (SOLID,)),
    "transpose": (np.transpose, (SOLID,)),
    "T": (lambda x: x.T, (SOLID,)),
    "transpose, method": (lambda x: x.transpose(1, 0, 2), (SOLID,)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, -1), (SOLID,)),
    "moveaxis": (lambda x: np.moveaxis(x, -1, 0), (SOLID,)),
    "expand_dims": (lambda x: np.expand_dims(x, 1), (SOLID,)),
    "expand_dims, last": (lambda x: np.expand_dims(x, -1), (SOLID,)),
    "squeeze": (lambda x: np.squeeze(x[:, :1]), (SOLID,)),
    "broadcast_to": (lambda x: np.broadcast_to(x, (5, 2, 3, 4)), (SOLID,)),
    "flip": (np.flip, (SOLID,)),
    "flip of an axis": (lambda x: np.flip(x, 1), (SOLID,)),
    "take": (lambda x: np.take(x, [1, 1, 0], axis=1), (SOLID,)),
    "take, flat": (lambda x: np.take(x, [3, 23]), (SOLID,)),
    "concatenate": (lambda a, b: np.concatenate([a, b], axis=1), (A, B)),
    "concatenate, flat": (lambda a, b: np.concatenate([a, b], axis=None), (A, B)),
    "stack": (lambda a, b: np.stack([a, b], axis=-1), (A, B)),
    "matmul": (np.matmul, (A, B)),
    "@": (lambda a, b: a @ b, (SOLID[:, :, :3], B)),
    "dot, matrices": (np.dot, (A, B)),
    "dot, vectors": (np.dot, (A[0], B[0])),
    "dot, solid and vector": (np.dot, (SOLID, np.arange(4.0))),
    "dot, matrix and solid": (np.dot, (A, SOLID)),
    "dot, solid and solid": (np.dot, (SOLID, np.swapaxes(SOLID, 1, 2))),
    "dot, number": (np.dot, (2.5, A)),
    "inner, vectors": (np.inner, (A[0], B[0])),
    "inner, matrices": (np.inner, (A, B)),
    "inner, solids": (np.inner, (SOLID, SOLID)),
    "inner, vector and solid": (np.inner, (np.arange(4.0), SOLID)),
    "vdot": (np.vdot, (A, B)),
    "outer": (np.outer, (A, B)),
    "clip": (lambda x: np.clip(x, -0.5, 0.5), (A,)),
    "clip from below": (lambda x: np.clip(x, 0.1, None), (A,)),
    "clip from above": (lambda x: np.clip(x, a_min=None, a_max=0.1), (A,)),
    "where": (lambda a, b: np.where(a > b, a, 0.0), (A, B)),
    "masks": (lambda a, b: np.where((a > 0) & ~(b > 0) | (a < -1), a, b), (A, B)),
    "fmax": (np.fmax, (np.array([1.0, np.nan, np.nan, 2.0]), np.array([0.5, 3.0, np.nan, 4.0]))),
    "fmin": (np.fmin, (np.array([1.0, np.nan, np.nan, 2.0]), np.array([0.5, 3.0, np.nan, 4.0]))),
    "abs": (abs, (A,)),
    "astype": (lambda x: x.astype(np.float32), (A,)),
    "shape, ndim, size": (
        lambda x: x * np.ndim(x) + np.size(x) + np.shape(x)[0] + np.size(x, 1),
        (SOLID,),
    ),
    "len and iteration": (lambda x: sum(row[0] for row in x) * len(x), (A,)),
    "powers": (lambda x: x**2 + 2.0**x + np.float_power(abs(x), 1.5), (A,)),
    "remainders": (lambda x: x % 0.7 + x // 0.7 + 5 % x, (A,)),
    "mixed with plain arrays": (lambda x: B @ x + B * x - x / B, (A,)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_means_what_numpy_means(name: str) -> None:
    function, args = CALLS[name]
    expected = function(*args)
    inputs = [variable(f"b{i}", np.shape(v)) for i, v in enumerate(args)]
    node = function(*map(Traced, inputs)).node
    (found,) = evaluate([node], dict(zip(inputs, args, strict=True)))
    assert (node.shape, node.dtype) == (np.shape(expected), expected.dtype)
    if name in (
        "dot, solid and vector",
        "dot, matrix and solid",
        "dot, solid and solid",
        "inner, solids",
        "inner, vector and solid",
    ):
        np.testing.assert_allclose(
            found, expected, rtol=1e-15, atol=1e-15
        )  # another order of summation
    else:
        assert same_bits(found, expected)
    slopes = evaluate(
        vjp([node], inputs, [constant(np.ones(node.shape))]), dict(zip(inputs, args, strict=True))
    )
    assert [np.shape(s) for s in slopes] == [np.shape(a) for a in args]


@pytest.mark.parametrize("name", KEYS)
def test_every_kind_of_key_reads_as_numpy_does(name: str) -> None:
    key = KEYS[name]
    x = variable("x", X.shape)
    node = getitem(Traced(x), key).node
    assert node.shape == X[key].shape
    assert same_bits(evaluate([node], {x: X})[0], X[key])


def test_two_ways_of_writing_a_slice_are_one_node() -> None:
    x = Traced(variable("x", (5,)))
    assert x[1:].node is x[1:5].node is x[-4:100].node
    assert x[::-1].node is x[4::-1].node
    assert x[:].node is x.node is x[...].node


@pytest.mark.parametrize("key", [True, np.True_, 5, (0, 0, 0, 0), (slice(None), 9)])
def test_keys_that_cannot_be_are_refused(key: Any) -> None:
    with pytest.raises((ShapeError, IndexError)):
        normal_key(key, X.shape)


@pytest.mark.parametrize(
    ("function", "say"),
    [
        (lambda x: np.sum(x, where=np.array([True, False])), "np.sum with where"),
        (lambda x: np.reshape(x, (5,)), "cannot take the shape"),
        (lambda x: np.reshape(x, (2,), order="F"), "order='F'"),
        (lambda x: np.sum(x, axis=3), "axis 3 does not exist"),
        (lambda x: x @ np.ones(3), "cannot be multiplied"),
        (lambda x: np.concatenate([x, np.ones((2, 2))]), "cannot be joined"),
        (lambda x: np.stack([x, np.ones(3)]), "cannot be stacked"),
        (lambda x: np.linalg.cholesky(x), "square matrix"),
        (lambda x: np.linalg.eig(x), "has no row"),
        (lambda x: np.add.accumulate(x), "has no row"),
        (lambda x: x.astype(int) & 1, "not truth values has no row"),
        (lambda x: ~x.astype(int), "not truth values has no row"),
    ],
)
def test_what_cannot_be_says_why(function: Callable[..., Any], say: str) -> None:
    with pytest.raises((ShapeError, NotDifferentiableError), match=say):
        function(Traced(variable("x", (2,))))


def slope(function: Callable[..., Any], at: list[float]) -> list[float]:
    x = variable("x", (len(at),))
    return list(evaluate(gradient(function(Traced(x)).node, [x]), {x: np.array(at)})[0])


def test_ties_share_equally() -> None:
    assert slope(np.max, [2.0, 5.0, 5.0, 1.0]) == [0.0, 0.5, 0.5, 0.0]
    assert slope(np.min, [1.0, 1.0, 1.0, 1.0]) == [0.25] * 4


def test_products_with_zeros_are_exact() -> None:
    assert slope(np.prod, [2.0, 0.0, 5.0]) == [0.0, 10.0, 0.0]
    assert slope(np.prod, [0.0, 0.0, 5.0]) == [0.0, 0.0, 0.0]
    assert slope(lambda x: np.prod(x[:0]), [3.0]) == [0.0]


def test_of_several_writers_to_one_place_the_last_wins() -> None:
    x, v = variable("x", (3,)), variable("v", (3,))
    normal, arrays = normal_key([1, 1, 2], (3,))
    node = ROWS["put"](Traced(x), Traced(v), *arrays, key=normal)
    total = np.sum(node * np.array([10.0, 20.0, 30.0])).node
    at = {x: np.zeros(3), v: np.array([1.0, 2.0, 3.0])}
    value, x_bar, v_bar = evaluate([node.node, *gradient(total, [x, v])], at)
    assert [list(a) for a in (value, x_bar, v_bar)] == [[0, 2, 3], [10, 0, 0], [0, 20, 30]]


def test_a_cast_to_integers_truncates_and_is_flat() -> None:
    x = Traced(variable("x", (2,)))
    node = np.sum(x.astype(np.int64) * x).node
    at = {x.node: np.array([2.9, -2.9])}
    value, found = evaluate([node, *gradient(node, [x.node])], at)
    assert value == 2 * 2.9 + 2 * 2.9
    assert list(found) == [2.0, -2.0]


def test_float32_stays_float32_through_arrays() -> None:
    x = variable("x", (3, 3), np.float32)
    t = Traced(x)
    y = np.sum(np.exp(t @ t)[0] * np.mean(t, axis=1)) + np.var(t) + np.prod(t) + np.max(t)
    (found,) = evaluate(gradient(y.node, [x]), {x: A.astype(np.float32)})
    assert found.dtype == np.float32
