"""The objective: counting, copying, the map's edge, and the loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.errors import DescentError, ShapeError
from steepest.objective import INTERRUPTED, Flat, Objective
from tests.descent.grounds import parabola, quadratic


def test_calls_are_counted() -> None:
    o = parabola()
    o.evaluate(np.array([5.0]))
    o.value_at(np.array([5.0]))
    assert o.evaluations == 2


def test_value_alone_is_used_where_it_is_given() -> None:
    o = Objective(lambda x: (1 / 0, x), value=lambda x: 7.0)
    assert o.value_at(np.array([1.0])) == 7.0


def test_a_function_that_writes_into_its_argument_moves_nothing() -> None:
    def greedy(x: Any) -> Any:
        x *= 0
        return 0.0, x + 1

    x = np.array([2.0])
    Objective(greedy).evaluate(x)
    assert x[0] == 2.0


def test_a_buffer_used_again_is_copied() -> None:
    buffer = np.zeros(1)

    def lazy(x: Any) -> Any:
        buffer[:] = 2 * x
        return float(x[0] ** 2), buffer

    o = Objective(lazy)
    first = o.evaluate(np.array([1.0]))
    o.evaluate(np.array([5.0]))
    assert first.g[0] == 2.0


def test_outside_the_map_the_function_is_not_called() -> None:
    o = Objective(lambda x: 1 / 0, inside=lambda x: False)
    at = o.evaluate(np.array([1.0, 2.0]))
    assert not at.inside and at.f == np.inf and np.isnan(at.g).all()
    assert o.evaluations == 0 and np.isnan(
        Objective(lambda x: (0, x), value=lambda x: 1 / 0, inside=lambda x: False).value_at(at.g)
    )


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(ShapeError, match=r"shape \(2,\) where the point has shape \(3,\)"):
        Objective(lambda x: (0.0, np.zeros(2))).evaluate(np.zeros(3))
    with pytest.raises(ShapeError, match="only one real number"):
        Objective(lambda x: (x, x)).evaluate(np.zeros(3))
    with pytest.raises(ShapeError, match="only one real number"):
        Objective(lambda x: (1j, x)).evaluate(np.zeros(3))


def test_flat_starts() -> None:
    assert Flat().flatten([[1, 2], [3, 4]]).tolist() == [1.0, 2.0, 3.0, 4.0]
    for bad in ("north", [1, "a"], [1j], [[1], [2, 3]], None):
        with pytest.raises(DescentError, match="the start"):
            Flat().flatten(bad)


def test_upside_down() -> None:
    o = Objective(
        lambda x: (float(x @ x), 2 * x), lambda x: float(x @ x), lambda x, v: 2 * v,
        lambda x: bool(x[0] < 9), ("a", "b"), label="bowl",
    ).negated()  # fmt: skip
    x = np.array([1.0, 2.0])
    f, g, inside = o.evaluate(x)
    assert (f, g.tolist(), inside) == (-5.0, [-2.0, -4.0], True)
    assert o.value is not None and o.hessian_vector is not None
    assert o.value(x) == -5.0 and o.hessian_vector(x, x).tolist() == [-2.0, -4.0]
    assert not o.evaluate(np.array([10.0, 0.0])).inside and o.names == ("a", "b")


def test_the_loop_stops_at_a_code_and_keeps_rows() -> None:
    kept: list[tuple[int, int]] = []

    def keep(row: int, carry: int) -> None:
        kept.append((row, carry))

    def advance(evaluate: Any, c: int) -> tuple[int, int, int]:
        return c + 1, c, 7 if c == 3 else 0

    assert quadratic([1.0]).loop(advance, 0, keep, 100) == (4, 7)
    assert kept == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert quadratic([1.0]).loop(advance, 0, keep, 2) == (2, 0)


def test_ctrl_c_in_the_loop_keeps_the_last_whole_step() -> None:
    def advance(evaluate: Any, c: int) -> tuple[int, None, int]:
        if c == 3:
            raise KeyboardInterrupt
        return c + 1, None, 0

    assert quadratic([1.0]).loop(advance, 0, print, 100) == (3, INTERRUPTED)
