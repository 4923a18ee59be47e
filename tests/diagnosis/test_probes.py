"""Facts about the ground, against Hessians and slopes known in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.diagnosis import probes
from steepest.diagnosis.differences import slope_check, worst_slope
from steepest.diagnosis.surroundings import level
from steepest.objective import Objective
from tests.descent.grounds import ground, named, quadratic

ONE = np.ones(2)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("n", [2, 5, 20, 21, 40])
def test_extreme_curvatures_of_a_turned_bowl(n: int, exact: bool) -> None:
    rng = np.random.default_rng(n)
    turn, _ = np.linalg.qr(rng.standard_normal((n, n)))
    curvatures = np.concatenate([[-3.0], np.linspace(1.0, 2.0, n - 2), [50.0]])
    matrix = turn @ np.diag(curvatures) @ turn.T
    o = Objective(lambda x: (float(x @ matrix @ x) / 2, matrix @ x),
                  hessian_vector=(lambda x, v: matrix @ v) if exact else None)  # fmt: skip
    found = probes.bend(o, rng.standard_normal(n), np.ones(n))
    assert found is not None
    assert found.smallest == pytest.approx(-3.0, rel=1e-6)
    assert found.largest == pytest.approx(50.0, rel=1e-6)
    assert abs(found.direction @ turn[:, 0]) == pytest.approx(1.0, abs=1e-6)
    assert (found.hessian is None) == (n > probes.FULL)


def test_curvature_of_rosenbrock_at_its_minimum() -> None:
    """The Hessian at (1, 1) is [[802, -400], [-400, 200]]."""
    found = probes.bend(named("rosenbrock"), ONE, ONE)
    assert found is not None
    np.testing.assert_allclose(
        [found.smallest, found.largest],
        np.linalg.eigvalsh([[802.0, -400.0], [-400.0, 200.0]]),
        rtol=1e-5,
    )


def test_nothing_is_guessed_where_nothing_can_be_seen() -> None:
    edge = ground(lambda x: x * x, lambda x: [2 * x], ["x"], inside=lambda x: bool(x[0] <= 1))
    assert probes.bend(edge, np.array([1.0]), np.ones(1)) is None
    holes = ground(lambda x: x, lambda x: [np.nan], ["x"])
    assert probes.bend(holes, np.array([1.0]), np.ones(1)) is None

    def fails(x: Any) -> Any:
        raise ValueError

    assert probes.bend(Objective(fails), np.array([1.0]), np.ones(1)) is None
    assert slope_check(Objective(fails), ONE, ONE, 1.0) is None
    assert probes.repeats(Objective(fails), ONE, 1.0, ONE) is None


def test_level() -> None:
    x, way = np.zeros(2), np.array([1.0, 0.0])
    valley = ground(lambda a, b: b * b, lambda a, b: [0.0, 2 * b], "ab")
    shelf = ground(lambda a, b: a**3 + b * b, lambda a, b: [3 * a * a, 2 * b], "ab")
    quartic = ground(lambda a, b: a**4 + b * b, lambda a, b: [4 * a**3, 2 * b], "ab")
    assert level(valley, x, 0.0, x, way, 1.0) == "level"
    assert level(shelf, x, 0.0, x, way, 1.0) == "falls"
    assert level(quartic, x, 0.0, x, way, 1.0) == "rises"
    beside = np.array([0.01, 0.0])  # what is left of the way down is no shelf
    at = quartic.evaluate(beside)
    assert level(quartic, beside, at.f, at.g, way, 1.0) == "rises"
    at = shelf.evaluate(beside)
    assert level(shelf, beside, at.f, at.g, way, 1.0) == "falls"


@pytest.mark.parametrize("at", [0.0, 0.3, 1 / 3])
def test_a_kink_is_found_where_it_is(at: float) -> None:
    o = ground(lambda x: abs(x - at), lambda x: [np.sign(x - at)], ["x"])
    found = probes.jump(o, np.array([-1.0]), np.array([1.0]))
    assert found is not None
    assert found.left[0] <= at <= found.right[0] and found.distance < 1e-9
    assert found.slope_right - found.slope_left >= 1


@pytest.mark.parametrize("width", [1.0, 1e-2, 1e-4])
def test_a_smooth_turn_is_no_kink(width: float) -> None:
    o = ground(lambda x: np.hypot(x, width), lambda x: [x / np.hypot(x, width)], ["x"])
    assert probes.jump(o, np.array([-0.7]), np.array([1.0])) is None


def test_slopes_that_fit_and_slopes_that_do_not() -> None:
    good, x = named("rosenbrock"), np.array([-1.2, 1.0])
    assert slope_check(good, x, good.evaluate(x).g, 1.2) is None
    for wrong in (np.array([1.0, -1.0]), np.array([1.02, 1.02]), np.array([0.5, 0.5])):
        bad = Objective(lambda x, w=wrong: (float(x @ x), 2 * x * w))
        at = np.array([1.0, 1.5])
        found = slope_check(bad, at, bad.evaluate(at).g, 1.5)
        assert found is not None
        g = 2 * at * wrong
        assert found[0] == pytest.approx(2 * at @ g / np.linalg.norm(g), rel=1e-6)


def test_the_worst_slope_is_named() -> None:
    wrong = ground(lambda a, b: a * a + 2 * b * b, lambda a, b: [2 * a, -4 * b], "ab")
    found = worst_slope(wrong, ONE, wrong.evaluate(ONE).g, 1.0)
    assert found is not None and found[0] == 1 and found[2] == -4
    assert found[1] == pytest.approx(4, rel=1e-8)
    assert worst_slope(quadratic(np.ones(21)), np.ones(21), np.ones(21), 1.0) is None


def test_one_sided_slopes_at_a_kink_fit() -> None:
    o = ground(lambda a, b: max(a, b), lambda a, b: [1.0, 0.0] if a >= b else [0.0, 1.0], "ab")
    assert slope_check(o, ONE, np.array([1.0, 0.0]), 1.0) is None


def test_noise_is_no_wrong_slope() -> None:
    """float32 values: differences of them are rough, and that is not the gradient's fault."""
    o = ground(
        lambda x: float(np.float32((x - 3) ** 2)), lambda x: [np.float32(2 * (x - 3))], ["x"]
    )
    for start in np.linspace(0.5, 2.5, 40):
        x = np.array([start])
        assert slope_check(o, x, o.evaluate(x).g, abs(start)) is None


def test_rough_ground_is_no_wrong_slope() -> None:
    """Ripples of 1e-9 make slopes of ±1e-2 that change with the distance looked over."""
    o = ground(lambda x: 5e-4 * x * x + 1e-9 * np.sin(1e7 * x), lambda x: [1e-3 * x], ["x"])
    starts = np.linspace(0.5, 2.5, 40)
    found = [slope_check(o, np.array([x]), np.array([1e-3 * x]), x) for x in starts]
    assert sum(one is not None for one in found) <= 2


def test_repeats() -> None:
    o = quadratic([1.0, 1.0])
    at = o.evaluate(ONE)
    assert probes.repeats(o, ONE, at.f, at.g) is None
    assert probes.repeats(o, ONE, at.f + 1e-12, at.g) == (at.f + 1e-12, at.f)
    assert probes.repeats(o, ONE, at.f, at.g + np.array([0.0, 1.0])) == (2.0, 1.0)


def test_settled() -> None:
    """A bowl is one down to its floor; x³ above 0 and x⁴ are not what their curvature says."""
    bowls = [
        (quadratic([2.0]), True),
        (ground(lambda x: x**3, lambda x: [3 * x * x], "x"), False),
        (ground(lambda x: x**4, lambda x: [4 * x**3], "x"), False),
    ]
    x = np.array([0.01])
    for o, truth in bowls:
        found = probes.bend(o, x, x)
        assert found is not None and found.smallest > found.zero
        assert probes.settled(o, x, o.evaluate(x).g, found) is truth


def test_newton() -> None:
    o = quadratic([2.0, 8.0])
    found = probes.bend(o, ONE, ONE)
    assert found is not None
    step = probes.newton(o.evaluate(ONE).g, found)
    assert step is not None
    np.testing.assert_allclose(step, ONE, rtol=1e-8)
    saddle = probes.bend(quadratic([2.0, -8.0]), ONE, ONE)
    assert saddle is not None and probes.newton(ONE, saddle) is None
