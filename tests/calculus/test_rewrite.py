"""Running rewrites: fewer operations, and the same values to the last bit."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as some
import numpy as np
import pytest
from hypothesis import given, settings

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient
from steepest.calculus.rewrite import running
from steepest.errors import ShapeError
from steepest.graph.node import Node, constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate
from steepest.operations.keys import Piece

VARIABLES = [variable(name) for name in "xyz"]
AWKWARD = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2,
    1,
    0,
    3.7,
    1e308,
    1e-320,
    float("inf"),
    float("-inf"),
    float("nan"),
]


@some.composite
def plain_graphs(draw: some.DrawFn) -> Node:
    """Arithmetic of the kind that rewrites touch, full of ones, zeros and their negatives."""
    known: list[Node] = [
        *VARIABLES,
        *(constant(draw(some.sampled_from(AWKWARD))) for _ in range(4)),
        constant(1.0),
    ]
    rows = [
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "negative",
        "positive",
        "where",
        "broadcast_to",
        "cast",
        "sqrt",
    ]
    for _ in range(draw(some.integers(1, 12))):
        name = draw(some.sampled_from(rows))
        a, b, c, d = (draw(some.sampled_from(known)) for _ in range(4))
        if name in ("broadcast_to", "cast"):
            params = (
                {"shape": ()}
                if name == "broadcast_to"
                else {"dtype": draw(some.sampled_from(["<f8", "<f4"]))}
            )
            known.append(make(ROWS[name], [a], **params))
        elif name == "where":
            known.append(
                make(
                    ROWS[name],
                    [draw(some.sampled_from([make(ROWS["less"], [a, b]), constant(True)])), c, d],
                )
            )
        else:
            known.append(make(ROWS[name], [a, b][: ROWS[name].arity]))
    return known[-1]


@settings(max_examples=300)
@given(node=plain_graphs(), at=some.tuples(*[some.sampled_from(AWKWARD)] * 3))
def test_running_rewrites_keep_every_bit(node: Node, at: tuple[Any, ...]) -> None:
    (shorter,) = running([node])
    assert (shorter.shape, shorter.dtype, shorter.weak) == (node.shape, node.dtype, node.weak)
    values = dict(zip(VARIABLES, map(np.float64, at), strict=True))
    before, after = evaluate([node], values)[0], evaluate([shorter], values)[0]
    as_stored = [np.asarray(v, node.dtype) for v in (before, after)]
    if not np.isnan(as_stored[0]):  # which NaN it is depends on the machine
        assert as_stored[0].tobytes() == as_stored[1].tobytes(), (before, after, node, shorter)
    else:
        assert np.isnan(as_stored[1])


ARRAY = variable("a", (2, 3))
ARITHMETIC = ["add", "subtract", "multiply", "divide", "negative", "equal", "not_equal", "where"]
MOVEMENTS = ["reshape", "transpose", "stack", "index", "broadcast_to"]
PLACES = [Piece(0, 2, 1), Piece(1, 2, 1), Piece(1, None, -1), 0, 1]


def moved(draw: some.DrawFn, name: str, a: Node, b: Node) -> Node:
    """One of the movements, of `a`, or of both in a stack."""
    if name == "reshape":
        shapes = [(math.prod(a.shape),), (1, *a.shape), (*a.shape, 1)]
        return make(ROWS[name], [a], shape=draw(some.sampled_from(shapes)))
    if name == "transpose":
        axes = draw(some.permutations(range(len(a.shape))))
        return make(ROWS[name], [a], axes=tuple(axes))
    if name == "stack" and a.shape == b.shape:
        return make(ROWS[name], [a, b], axis=draw(some.integers(0, len(a.shape))))
    if name == "index" and a.shape[:1] == (2,):
        rest = (Piece(0, n, 1) for n in a.shape[1:])
        return make(ROWS[name], [a], key=(draw(some.sampled_from(PLACES)), *rest))
    return make(ROWS["broadcast_to"], [a], shape=(2, *a.shape))


@some.composite
def array_graphs(draw: some.DrawFn) -> Node:
    """Movements and arithmetic of arrays, as derivative rules leave them behind."""
    known: list[Node] = [
        ARRAY, VARIABLES[0], constant(1.0), constant(-1.0), constant(np.array([[0.0], [-0.0]])),
        make(ROWS["broadcast_to"], (VARIABLES[0],), shape=(2, 3)),
        make(ROWS["broadcast_to"], (constant(np.float32(3)),), shape=(2, 3)),
    ]  # fmt: skip
    for _ in range(draw(some.integers(1, 10))):
        a, b = draw(some.sampled_from(known)), draw(some.sampled_from(known))
        name = draw(some.sampled_from(ARITHMETIC + MOVEMENTS))
        try:
            if name in MOVEMENTS:
                node = moved(draw, name, a, b)
            elif name == "where":
                asked = make(ROWS["logical_not"], [make(ROWS["equal"], [a, b])])
                node = make(ROWS[name], [asked, a, draw(some.sampled_from(known))])
            else:
                node = make(ROWS[name], [a, b][: ROWS[name].arity])
        except ShapeError:
            continue
        known.append(node if node.real else make(ROWS["where"], [node, a, b]))
    return known[-1]


@settings(max_examples=400)
@given(node=array_graphs(), numbers=some.lists(some.sampled_from(AWKWARD), min_size=7, max_size=7))
def test_rewrites_of_arrays_keep_every_bit(node: Node, numbers: list[float]) -> None:
    (shorter,) = running([node])
    assert (shorter.shape, shorter.dtype, shorter.weak) == (node.shape, node.dtype, node.weak)
    values = {
        ARRAY: np.reshape(numbers[:6], (2, 3)).astype(float),
        VARIABLES[0]: np.float64(numbers[6]),
    }
    before, after = (np.asarray(evaluate([n], values)[0], node.dtype) for n in (node, shorter))
    there = ~np.isnan(before)
    np.testing.assert_array_equal(there, ~np.isnan(after))
    assert before[there].tobytes() == after[there].tobytes(), (node, shorter)


def test_what_the_rewrites_of_arrays_shorten() -> None:
    x, y, a = Traced(VARIABLES[0]), Traced(VARIABLES[1]), Traced(ARRAY)
    wide = np.broadcast_to(x, (2, 3))
    for long, short in (
        (wide * a, x * a),
        (wide * np.broadcast_to(y, (2, 3)), np.broadcast_to(x * y, (2, 3))),
        (np.reshape(np.reshape(a, (6,)), (2, 3)), a),
        (np.reshape(np.reshape(a, (6,)), (3, 2)), np.reshape(a, (3, 2))),
        (a.T.T, a),
        (np.transpose(np.transpose(a[None], (1, 2, 0)), (2, 0, 1)), a[None]),
        (np.broadcast_to(np.reshape(x, (1, 1)), (2, 3)), wide),
        (np.stack([x, y])[1], y),
        (np.stack([a, wide], axis=1)[:, 0], a),
        (x + (-y), x - y),
        ((-y) + x, x - y),
        (x - (-y), x + y),
        (x * -1.0, -x),
        (np.logical_not(np.equal(x, y)), np.not_equal(x, y)),
        (np.logical_not(np.not_equal(x, y)), np.equal(x, y)),
        (np.where(np.array([True, True, True]), a, 2 * a), a),
        (np.where(np.zeros((2, 3), bool), a, 2 * a), 2 * a),
        (Traced(constant(2)) - Traced(constant(1)), Traced(constant(1))),
    ):
        assert running([long.node])[0] is short.node


def test_what_a_function_is_made_of_is_left_to_it() -> None:
    """A derivative shares nodes with its function, which is computed as it stands."""
    x = Traced(VARIABLES[0])
    own = np.sin(x * 1.0)
    assert running([(own * 1.0).node], of=[own.node])[0] is own.node
    assert running([(own * 1.0).node])[0] is np.sin(x).node


@pytest.mark.parametrize("name", ["x*1", "1*x", "x/1", "x-0", "x**1", "-(-x)", "2*3*x"])
def test_what_the_rewrites_shorten(name: str) -> None:
    x = Traced(VARIABLES[0])
    long, short = {
        "x*1": (x * 1.0, x),
        "1*x": (1.0 * x, x),
        "x/1": (x / 1.0, x),
        "x-0": (x - 0.0, x),
        "x**1": (x**1.0, x),
        "-(-x)": (np.negative(-x), x),
        "2*3*x": (Traced(constant(2.0)) * Traced(constant(3.0)) * x, 6.0 * x),
    }[name]
    assert running([long.node])[0] is running([short.node])[0]


@pytest.mark.parametrize("name", ["x+0", "0+x", "x*0", "x-x", "x/x", "0.1+0.2", "x+0-0"])
def test_what_they_leave_for_its_bits(name: str) -> None:
    """x + 0 turns -0 to 0, x·0 may be NaN, 0.1 + 0.2 is not three tenths in float64."""
    x = Traced(VARIABLES[0])
    tenths = Traced(constant(0.1)) + Traced(constant(0.2))
    node = {
        "x+0": x + 0.0,
        "0+x": 0.0 + x,
        "x*0": x * 0.0,
        "x-x": x - x,
        "x/x": x / x,
        "0.1+0.2": tenths,
        "x+0-0": x + 0.0,
    }[name].node
    assert running([node])[0] is node


def test_a_number_left_alone_takes_the_precision_of_what_it_met() -> None:
    """1·2 with a float32 one is a float32 two; with a Python one and a whole two it is the Python
    float 2.0.
    """
    strong = make(ROWS["multiply"], [constant(np.ones((), np.float32)), constant(2)])
    weak = make(ROWS["multiply"], [constant(1.0), constant(2)])
    assert running([strong])[0] is constant(np.float32(2))
    assert running([weak])[0] is constant(2.0)


def test_exact_arithmetic_only_where_float64_is_exact() -> None:
    half, three = Traced(constant(0.5)), Traced(constant(3))
    assert running([(half * three).node])[0] is constant(1.5)
    assert running([(-half).node])[0] is constant(-0.5)
    big = Traced(constant(2**60)) + Traced(constant(0.5))
    assert running([big.node])[0] is big.node  # float64 would drop the half


def test_a_constant_condition_decides() -> None:
    x, y, _ = VARIABLES
    assert running([make(ROWS["where"], [constant(True), x, y])])[0] is x
    assert running([make(ROWS["where"], [constant(False), x, y])])[0] is y
    assert running([make(ROWS["where"], [make(ROWS["less"], [x, y]), x, x])])[0] is x


def test_the_slope_of_a_polynomial_is_as_short_as_by_hand() -> None:
    x = VARIABLES[0]
    t = Traced(x)
    (slope,) = gradient((t * t).node, [x])
    assert slope is (t + t).node
    (slope,) = gradient((3 * t).node, [x])
    assert slope is constant(3.0)


def test_folding_constants_that_overflow_is_silent_and_leaves_them() -> None:
    huge = constant(1e308)
    node = make(ROWS["add"], (huge, huge))
    assert running([node]) == [node]
