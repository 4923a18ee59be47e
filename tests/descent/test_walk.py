"""The meaning of one step, and the contract with a method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.descent import GradientDescent, Stop, descend
from steepest.descent.measure import SMALL, dot, largest
from steepest.descent.stopping import Ending
from steepest.descent.walk import Walk, begin
from steepest.errors import DescentError
from tests.descent.grounds import ground, named, parabola, quadratic
from tests.descent.methods import Backtracking, SignDescent


def test_one_step_by_hand() -> None:
    """w2 = w1 − 0.1·4 = 4.6, and everything the carry says of it."""
    walk, o = Walk(GradientDescent(0.1), Stop()), parabola()
    c = begin(walk.method, np.array([5.0]))
    one, row, code = walk.advance(o.evaluate, c)
    assert row is not None and code == 0
    assert (row.t, row.x[0], row.f, row.g[0], row.accepted, row.length) == (0, 5, 4, 4, True, 0)
    assert one.x[0] == 5 - 0.1 * 4 and one.taken == 1 and one.scale == 1.0
    two, row, _ = walk.advance(o.evaluate, one)
    assert row is not None and row.length == pytest.approx(0.4)
    assert (two.t, two.taken, two.best_t, two.best_step) == (2, 2, 1, 1)
    assert two.curvature == pytest.approx((2.0, 2.0, 2.0))
    assert two.uphill[0] == 0


def test_the_carry_given_is_not_changed() -> None:
    walk, o = Walk(GradientDescent(0.1), Stop()), parabola()
    c = begin(walk.method, np.array([5.0]))
    walk.advance(o.evaluate, c)
    assert c.x[0] == 5 and c.t == 0 and c.taken == 0


def test_uphill_steps_are_counted_and_the_first_remembered() -> None:
    d = descend(parabola(), 5.0, rate=1.5, steps=3)  # x − 3 doubles and flips each time
    assert d.path.ravel().tolist() == [5, -1, 11, -13]
    assert d.carry.uphill == (3, 1, 4, 16, 2)


def test_rounding_is_not_uphill() -> None:
    """At 1e10 the last digits of f go up and down while x goes on to the minimum."""
    d = descend(ground(lambda x: 1e10 + x * x, lambda x: [2 * x], ["x"]), 1.0, rate=0.9, steps=100)
    assert d.carry.uphill[0] == 0 and d.verdict.cause == "converged"


def test_secant_curvatures_lie_between_the_eigenvalues() -> None:
    d = descend(quadratic([1.0, 4.0, 9.0]), [1.0, 1.0, 1.0], rate=0.15, steps=200)
    largest_seen, _, smallest_seen = d.carry.curvature
    assert 1 - 1e-9 <= smallest_seen <= largest_seen <= 9 + 1e-9
    assert largest_seen > 8 and smallest_seen < 1.1


def test_a_method_of_ones_own() -> None:
    d = descend(quadratic([1.0, 100.0]), [1.0, -0.5], method=SignDescent(), steps=5)
    np.testing.assert_allclose(d.x, [0.5, 0.0], atol=1e-15)
    assert d.steps == 5 and d.accepted.all()


def test_a_method_that_refuses_points() -> None:
    d = descend(named("rosenbrock"), [-1.2, 1.0], method=Backtracking(), steps=50)
    kept = d.values[d.accepted]
    assert d.steps == 50 and d.evaluations > 200
    assert int(d.accepted.sum()) == d.steps + 1
    assert (np.diff(kept) < 0).all() and d.last.value == kept[-1] == d.best.value
    assert d.best.step == 50


def test_a_refused_point_may_be_off_the_map_or_nan() -> None:
    """log(x) − x falls towards 0; every trial at x ≤ 0 is refused, and none is evaluated."""
    seen: list[float] = []

    def f(x: float) -> float:
        seen.append(x)
        return float(-np.log(x) + 2 * x * x)

    o = ground(f, lambda x: [-1 / x + 4 * x], ["x"], inside=lambda x: bool(x[0] > 0))
    d = descend(o, 1.0, method=Backtracking(), steps=200)
    assert d.x[0] == pytest.approx(0.5, abs=1e-7) and min(seen) > 0
    assert np.isinf(d.values[~d.accepted]).any()


@pytest.mark.parametrize("n", [1, SMALL, SMALL + 1, 1000])
def test_measures(n: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.standard_normal(n), rng.standard_normal(n)
    assert dot(a, b) == pytest.approx(float(np.sum(a * b)), abs=1e-12)
    assert largest(a) == np.max(np.abs(a))
    for where in (0, n // 2, n - 1):
        broken = a.copy()
        broken[where] = np.nan
        assert np.isnan(largest(broken))


def altered(**parts: Any) -> Any:
    return type("Altered", (SignDescent,), parts)()


@pytest.mark.parametrize(
    ("method", "says"),
    [
        (altered(init=lambda s, x: [1]), "a state is a dict of named arrays"),
        (altered(update=lambda s, st, x, f, g, t: (x[:1], st, True)), r"shape \(2,\)"),
        (altered(update=lambda s, st, x, f, g, t: (0.0, st, True)), r"shape \(2,\)"),
        (altered(update=lambda s, st, x, f, g, t: (x, {"v": x}, True)), "names and shapes"),
        (altered(update=lambda s, st, x, f, g, t: (x - g, st, False)), "refused every point"),
    ],
)
def test_broken_methods_are_told(method: Any, says: str) -> None:
    with pytest.raises(DescentError, match=says):
        descend(quadratic([1.0, 2.0]), [1.0, 2.0], method=method, steps=20)


def test_a_method_must_not_write_into_what_it_is_given() -> None:
    def update(self: Any, state: Any, x: Any, f: Any, g: Any, t: int) -> Any:
        x -= 0.1 * g
        return x, state, True

    with pytest.raises(ValueError, match="read-only"):
        descend(quadratic([1.0]), 1.0, method=altered(update=update))


def test_outside_and_nonfinite_leave_the_carry_as_it_was() -> None:
    walk = Walk(GradientDescent(1.0), Stop())
    edge = ground(lambda x: x * x, lambda x: [2 * x], ["x"], inside=lambda x: False)
    c = begin(walk.method, np.array([1.0]))
    after, row, code = walk.advance(edge.evaluate, c)
    assert after is c and row is None and code == Ending.OUTSIDE
    for f, g in ((np.nan, 1.0), (np.inf, 1.0), (1.0, np.nan), (1.0, -np.inf)):
        hole = ground(lambda x, f=f: f, lambda x, g=g: [g], ["x"])
        after, row, code = walk.advance(hole.evaluate, c)
        assert after is c and row is None and code == Ending.NONFINITE
