"""Forward mode: what a tangent is, what is zero, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.forward import push_forward
from steepest.errors import NotDifferentiableError
from steepest.graph.node import constant, fresh, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate, topological
from steepest.operations.keys import Fancy
from steepest.record import replaced

X, Y = variable("x"), variable("y")


def test_what_does_not_move_is_none_and_leaves_no_trace() -> None:
    dx = fresh("dx")
    x, y = Traced(X), Traced(Y)
    tangents = push_forward(
        [(x * y).node, (y * y).node, constant(3.0), np.floor(x).node, X], {X: dx}
    )
    assert tangents[0] is make(ROWS["multiply"], [dx, Y])
    assert tangents[1:4] == [None, None, None]
    assert tangents[4] is dx


def test_a_tangent_may_enter_in_the_middle() -> None:
    inner = np.sin(Traced(X))
    change = fresh("change")
    (tangent,) = push_forward([(inner * 3.0).node], {inner.node: change})
    assert X not in topological([tangent])  # type: ignore[list-item]


def test_a_sum_of_which_one_part_moves_passes_its_tangent_on() -> None:
    dx = fresh("dx")
    x, y = Traced(X), Traced(Y)
    assert push_forward([(x + y).node], {X: dx})[0] is dx
    assert push_forward([(y + x).node], {X: dx})[0] is dx
    assert push_forward([(x - y).node], {X: dx})[0] is dx
    assert push_forward([(y - x).node], {X: dx})[0] is make(ROWS["negative"], [dx])


def test_tangents_have_the_shape_and_precision_of_what_they_belong_to() -> None:
    x = variable("v", (3,), np.float32)
    dx = fresh("dv", (3,), np.float32)
    wide = Traced(x)[:, None] * np.ones(4)  # float64, (3, 4)
    for y in (
        wide.node,
        (wide + 1).node,
        np.sum(wide, axis=0).node,
        Traced(x).astype(np.float64).node,
    ):
        (tangent,) = push_forward([y], {x: dx})
        assert tangent is not None
        assert (tangent.shape, tangent.dtype) == (y.shape, y.dtype)
        assert (
            evaluate([tangent], {x: np.ones(3, np.float32), dx: np.ones(3, np.float32)})[0].dtype
            == y.dtype
        )


def test_float32_beside_float64_is_differentiated_in_float64() -> None:
    a, b = variable("a"), variable("b", dtype=np.float32)
    da = fresh("da")
    third = np.float32(1) / np.float32(3)
    for y, expected in (
        (Traced(a) / Traced(b), 1 / np.float64(third)),
        (Traced(a) * Traced(b) * 0.1, 0.1 * np.float64(third)),
        (Traced(a) ** Traced(b), np.float64(third) * 2.0 ** (np.float64(third) - 1)),
    ):
        (tangent,) = push_forward([y.node], {a: da})
        assert tangent is not None
        (found,) = evaluate([tangent], {a: np.float64(2.0), b: third, da: np.float64(1.0)})
        assert found == pytest.approx(expected, rel=1e-15)


def test_a_row_without_a_rule_is_named() -> None:
    lost = replaced(ROWS["matmul"], name="lost", linear="")
    m = variable("m", (2, 2))
    with pytest.raises(NotDifferentiableError, match="'lost' has no derivative rule"):
        push_forward([make(lost, [m, m])], {m: fresh("dm", (2, 2))})


def test_whole_numbers_beside_values_do_not_move() -> None:
    """A value that is a whole number has the tangent 0, not itself: in a choice, in a join, written
    into a place.
    """
    x = variable("v", (2,))
    t, whole = Traced(x), np.array([7, 8])
    dx = fresh("dv", (2,))
    at = {x: np.array([0.5, 1.5]), dx: np.array([10.0, 20.0])}
    for y, expected in (
        (np.where(t > 1, t, 3), [0, 20]),
        (np.where(t > 1, whole, t), [10, 0]),
        (np.concatenate([t, whole]), [10, 20, 0, 0]),
        (np.stack([whole, t]), [[0, 0], [10, 20]]),
        (ROWS["put"](t, 5, key=(1,)), [10, 0]),
        (ROWS["put"](t, 5, np.array([0]), key=(Fancy(0),)), [0, 20]),
        (t + 3, [10, 20]),
        (3 - t, [-10, -20]),
        (t * 3 / 4, [7.5, 15]),
    ):
        (tangent,) = push_forward([y.node], {x: dx})
        assert tangent is not None
        assert np.array_equal(evaluate([tangent], at)[0], expected)
