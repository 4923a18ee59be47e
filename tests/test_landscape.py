"""Curves and sheets: the right numbers at the right places, holes as NaN, the right way up."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.errors import ShapeError, VariableError
from steepest.landscape import (
    Sheet,
    contour_step,
    orientation,
    sample_curve,
    sample_sheet,
    stretch_around,
)
from steepest.sources.terrain import Terrain


def test_east_goes_right_and_north_goes_up_whatever_their_order() -> None:
    for names, sign in ((("n", "e"), 1), (("e", "n"), -1)):

        def height(first: np.ndarray, second: np.ndarray, sign: int = sign) -> np.ndarray:
            return sign * (first - 10 * second)  # rises by 1 to the north, falls by 10 to the east

        scale = 1 if sign == 1 else 10
        sheet = sample_sheet(height, names, [(0, 2), (0, 4)], count=5)
        assert (sheet.up_name, sheet.right_name) == ("n", "e")
        if names == ("n", "e"):
            assert sheet.up[-1] == 2 and sheet.right[-1] == 4
            assert sheet.heights[1, 0] - sheet.heights[0, 0] == pytest.approx(0.5)
            assert sheet.heights[0, 1] - sheet.heights[0, 0] == pytest.approx(-10)
        else:
            assert sheet.up[-1] == 4 and sheet.right[-1] == 2
            assert sheet.heights[1, 0] - sheet.heights[0, 0] == pytest.approx(scale)
        # A point in the function's order comes out as (right, up).
        point = {"n": 1.5, "e": 0.5}
        assert sheet.place([point[name] for name in names]).tolist() == [0.5, 1.5]


def test_of_other_variables_the_first_goes_right() -> None:
    sheet = sample_sheet(lambda x, y: x + 100 * y, ("x", "y"), [(0, 1), (0, 1)], count=3)
    assert sheet.heights[0].tolist() == [0, 0.5, 1]
    assert sheet.heights[:, 0].tolist() == [0, 50, 100]
    assert not sheet.compass


def test_variables_of_any_name_may_be_said_to_be_north_and_east() -> None:
    assert orientation(("a", "b"), axes=(0, 1)) == (1, 0)
    sheet = sample_sheet(lambda a, b: a, ("a", "b"), [(0, 1), (0, 1)], count=3, axes=(0, 1))
    assert sheet.compass
    assert (sheet.up_name, sheet.right_name) == ("a", "b")
    assert sheet.heights[:, 0].tolist() == [0, 0.5, 1]


def test_a_map_needs_two_variables() -> None:
    with pytest.raises(VariableError, match="there are 3: x, y, z"):
        orientation(("x", "y", "z"))


def test_poles_and_roots_leave_holes_without_a_warning() -> None:
    curve = sample_curve(lambda t: 1 / t, "t", (-1, 1), count=5)
    assert curve.y.tolist()[:2] == [-1, -2]
    assert np.isnan(curve.y[2])
    sheet = sample_sheet(lambda x, y: np.sqrt(x) + 0 * y, ("x", "y"), [(-1, 1), (0, 1)], count=5)
    assert np.isnan(sheet.heights[:, :2]).all()
    assert sheet.limits() == (0, 1)


def test_a_constant_fills_the_sheet() -> None:
    sheet = sample_sheet(lambda x, y: 7.0, ("x", "y"), [(0, 1), (0, 1)], count=4)
    assert sheet.heights.shape == (4, 4)
    assert sheet.limits() == (7, 7)
    assert not sheet.spiky


def test_spikes_are_noticed() -> None:
    span = [(-2.0, 2.0), (-1.0, 3.0)]
    rosenbrock = sample_sheet(
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, ("x", "y"), span, count=60
    )
    bowl = sample_sheet(lambda x, y: x**2 + y**2, ("x", "y"), span, count=60)
    pole = sample_sheet(lambda x, y: 1 / (x**2 + y**2 + 1e-4), ("x", "y"), span, count=60)
    assert pole.spiky
    assert not bowl.spiky
    assert rosenbrock.spiky


def test_a_terrain_is_a_sheet_and_so_is_its_part() -> None:
    terrain = Terrain(np.arange(48.0).reshape(6, 8), spacing=(20, 10))
    sheet = Sheet.of_terrain(terrain)
    assert sheet.heights[0, 0] == 40  # the last row given is the southernmost
    part = sheet.part((20, 50), (40, 80))
    assert part.heights.tolist() == sheet.heights[2:5, 2:6].tolist()
    assert part.right.tolist() == [20, 30, 40, 50]
    with pytest.raises(ShapeError, match="nothing to draw"):
        sheet.part((20, 21), (40, 80))
    assert sheet.thinned(4).heights.tolist() == sheet.heights[::2, ::2].tolist()


def test_slopes_are_those_of_a_plane() -> None:
    sheet = sample_sheet(lambda x, y: 2 * x - 3 * y, ("x", "y"), [(0, 1), (0, 5)], count=6)
    right, up = sheet.slopes()
    assert right == pytest.approx(2)
    assert up == pytest.approx(-3)


@pytest.mark.parametrize("stretch", [(1, 1), (2, 1), (0, np.inf), (np.nan, 1)])
def test_an_empty_stretch_is_refused(stretch: tuple[float, float]) -> None:
    with pytest.raises(ShapeError, match="is empty"):
        sample_curve(np.sin, "x", stretch)


def test_a_stretch_holds_all_points_and_a_margin() -> None:
    assert stretch_around([0, 10], 0.1) == (-1, 11)
    assert stretch_around([3], least=2) == (2, 4)
    assert stretch_around([np.nan, 5, np.inf], least=4) == (3, 7)
    assert stretch_around([], least=2) == (-1, 1)


@pytest.mark.parametrize("size", [1e-9, 0.03, 1, 17, 4321, 1e12])
def test_contours_are_round_and_of_a_good_number(size: float) -> None:
    step = contour_step(5, 5 + size)
    assert 8 <= size / step <= 24
    assert float(f"{step:.0e}") == step
    assert f"{step:.0e}"[0] in "125"


def test_a_flat_land_still_has_a_contour_step() -> None:
    assert contour_step(3, 3) == 1
    assert contour_step(0, np.nan) == 1
