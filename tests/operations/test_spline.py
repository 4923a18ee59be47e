"""The spline row against SciPy's own spline, against mpmath, and against differences."""

from __future__ import annotations

import pickle

import mpmath
import numpy as np
import pytest
from scipy.interpolate import NdBSpline

from steepest.graph.node import constant, make, variable
from steepest.graph.traverse import evaluate
from steepest.operations.spline import SPLINE, Surface

SPACING = (92.5, 74.8)
ORDERS = [(i, j) for i in range(4) for j in range(4)]


@pytest.fixture(scope="module")
def surface() -> Surface:
    rng = np.random.default_rng(7)
    return Surface(rng.normal(500, 100, (14, 19)), SPACING)


def points(surface: Surface, count: int = 200) -> np.ndarray:
    rng = np.random.default_rng(8)
    return rng.uniform(0, 1, (2, count)) * np.array(surface.extent)[:, None]


@pytest.mark.parametrize("orders", ORDERS)
def test_value_and_derivatives_are_those_of_scipy(
    surface: Surface, orders: tuple[int, int]
) -> None:
    knots = [
        np.arange(-3.0, count + 1) * step
        for count, step in zip(surface.coefficients.shape, SPACING, strict=True)
    ]
    truth = NdBSpline(tuple(knots), surface.coefficients, k=3)
    n, e = points(surface)
    expected = truth(np.stack([n, e], axis=-1), nu=orders)
    # The weights of one derivative are of size up to 6, and 16 numbers of size 1000 cancel.
    scale = 16 * 1000 * 6 / (SPACING[0] ** orders[0] * SPACING[1] ** orders[1])
    assert surface.evaluate(n, e, orders) == pytest.approx(expected, rel=0, abs=4e-16 * scale)


def test_twenty_digits_of_mpmath_agree_with_its_own_derivative(surface: Surface) -> None:
    # `precise` differentiated numerically by mpmath, at 40 digits, against `precise` of one order
    # more.
    with mpmath.workdps(40):
        for n, e in points(surface, 5).T:
            for orders in [(0, 0), (1, 0), (0, 1), (1, 1)]:

                def at(
                    n: mpmath.mpf, e: mpmath.mpf, orders: tuple[int, int] = orders
                ) -> mpmath.mpf:
                    return SPLINE.precise(mpmath, n, e, surface=surface, orders=orders)

                more = [(orders[0] + 1, orders[1]), (orders[0], orders[1] + 1)]
                for which, higher in zip([(1, 0), (0, 1)], more, strict=True):
                    truth = mpmath.diff(at, (mpmath.mpf(n), mpmath.mpf(e)), which)
                    ours = SPLINE.precise(mpmath, n, e, surface=surface, orders=higher)
                    assert abs(ours - truth) < mpmath.mpf(10) ** -18 * (1 + abs(truth))


@pytest.mark.parametrize("orders", [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)])
def test_float64_is_near_the_forty_digits(surface: Surface, orders: tuple[int, int]) -> None:
    scale = 16 * 1000 * 6 / (SPACING[0] ** orders[0] * SPACING[1] ** orders[1])
    with mpmath.workdps(40):
        for n, e in points(surface, 20).T:
            truth = SPLINE.precise(mpmath, n, e, surface=surface, orders=orders)
            assert abs(float(surface.evaluate(n, e, orders) - truth)) < 4e-16 * scale


def test_the_rule_raises_one_order(surface: Surface) -> None:
    n, e = variable("n"), variable("e")
    for orders in [(0, 0), (1, 0), (2, 1)]:
        for which, rule in enumerate(SPLINE.partials):
            higher = (orders[0] + (which == 0), orders[1] + (which == 1))
            got = rule(300.0, 400.0, None, surface=surface, orders=orders)
            assert got == surface.evaluate(300.0, 400.0, higher)
    node = make(SPLINE, (n, e), surface=surface, orders=(0, 0))
    assert node.shape == ()
    [value] = evaluate([node], {n: 300.0, e: 400.0})
    assert value == surface.evaluate(300.0, 400.0)


def test_the_graph_derives_it_like_any_other_row(surface: Surface) -> None:
    derive = pytest.importorskip("steepest.calculus.derive")
    n, e = variable("n"), variable("e")
    node = make(SPLINE, (n, e), surface=surface, orders=(0, 0))
    slopes = derive.gradient(node, [n, e])
    second = [derive.gradient(slope, [n, e]) for slope in slopes]
    at = {n: 300.0, e: 400.0}
    got = evaluate([*slopes, *second[0], *second[1]], at)
    orders = [(1, 0), (0, 1), (2, 0), (1, 1), (1, 1), (0, 2)]
    assert got == [surface.evaluate(300.0, 400.0, o) for o in orders]


def test_a_point_gives_the_same_bits_alone_and_among_others(surface: Surface) -> None:
    n, e = points(surface, 57)
    for orders in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        together = surface.evaluate(n, e, orders)
        alone = [surface.evaluate(a, b, orders) for a, b in zip(n, e, strict=True)]
        assert np.array_equal(together, alone)


def test_shapes_broadcast_and_precision_is_kept(surface: Surface) -> None:
    column, row = np.linspace(0, 500, 5)[:, None], np.linspace(0, 600, 7)
    assert surface.evaluate(column, row).shape == (5, 7)
    ask = {"surface": surface, "orders": (0, 0)}
    assert SPLINE.run(np.float32(3.0), np.float32(4.0), **ask).dtype == np.float32
    assert isinstance(SPLINE.run(3, 4, **ask), np.float64)
    node = make(SPLINE, (variable("a", (5, 1), np.float32), variable("b", (7,), np.float32)), **ask)
    assert (node.shape, node.dtype) == ((5, 7), np.float32)


def test_the_edge_belongs_to_the_map_and_the_rest_does_not(surface: Surface) -> None:
    north, east = surface.extent
    for n, e in [(0, 0), (north, 0), (0, east), (north, east)]:
        assert surface.inside(n, e)
        assert np.isfinite(surface.evaluate(n, e))
    beyond = 1e-9
    for n, e in [(-beyond, 5), (north + beyond, 5), (5, -beyond), (5, east + beyond), (np.nan, 5)]:
        assert not surface.inside(n, e)
        assert np.isnan(surface.evaluate(n, e))
        assert np.isnan(surface.evaluate(n, e, (1, 0)))
    assert np.isnan(surface.evaluate(np.inf, 5.0))


def test_value_slope_and_curvature_have_no_steps_at_the_knots(surface: Surface) -> None:
    knots = np.arange(1, surface.cells[0]) * SPACING[0]
    for order in (0, 1, 2):
        below = surface.evaluate(knots - 1e-7, 333.0, (order, 0))
        above = surface.evaluate(knots + 1e-7, 333.0, (order, 0))
        assert above == pytest.approx(below, abs=1e-4 / SPACING[0] ** order)


def test_from_the_fourth_order_on_there_is_nothing_left(surface: Surface) -> None:
    assert np.all(surface.evaluate(*points(surface), (4, 0)) == 0)
    assert np.all(surface.evaluate(*points(surface), (0, 5)) == 0)


def test_equal_surfaces_share_a_node_and_survive_pickling(surface: Surface) -> None:
    n, e = variable("n"), constant(3.0)
    again = pickle.loads(pickle.dumps(surface))  # noqa: S301
    other = Surface(surface.coefficients + 1, SPACING)
    nodes = [make(SPLINE, (n, e), surface=s, orders=(0, 0)) for s in (surface, again, other)]
    assert nodes[0] is nodes[1]
    assert nodes[0] is not nodes[2]
    with pytest.raises(AttributeError, match="never changed"):
        surface.spacing = (1.0, 1.0)  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        surface.coefficients[0, 0] = 1.0
