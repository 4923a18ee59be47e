"""What the marks of maps say: the arrow's direction, the legs' ends, level ground, holes, the
path."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from steepest.landscape import sample_curve, sample_sheet
from steepest.pictures import plot_curve, plot_map, plot_surface, plot_terrain, plot_values
from steepest.pictures.palette import BLUE, DUSK, DUSK_STOPS, GREEN, ORANGE, RED, number
from steepest.sources.terrain import Terrain


@pytest.fixture(autouse=True)
def _matplotlib_is_left_as_it_was() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


def drawn(ax: Axes, gid: str) -> list:
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def arrow_ends(ax: Axes, gid: str) -> np.ndarray:
    """Tail and tip of an arrow in pixels, as it is really drawn."""
    [arrow] = drawn(ax, gid)
    ax.figure.draw_without_rendering()
    tail, tip = arrow._posA_posB
    return ax.transData.transform([tail, tip])


def bowl(a: float, b: float, names: tuple[str, str] = ("n", "e")) -> tuple:
    sheet = sample_sheet(lambda n, e: a * n + b * e, names, [(-2, 2), (-2, 2)], count=21)
    return sheet, np.array([a, b])


@pytest.mark.parametrize(
    ("gradient", "way"),
    [
        ((1, 0), (0, -1)),
        ((-1, 0), (0, 1)),
        ((0, 1), (-1, 0)),
        ((0, -1), (1, 0)),
        ((3, -4), (4, -3)),
    ],
    ids=["rises north", "rises south", "rises east", "rises west", "rises north-west"],
)
def test_the_arrow_points_against_the_gradient_on_the_screen(
    gradient: tuple[float, float], way: tuple[float, float]
) -> None:
    sheet, slope = bowl(*gradient)
    ax = plot_map(sheet, point=(0.2, -0.3), gradient=slope, uphill=True)
    tail, tip = arrow_ends(ax, "steepest-descent")
    unit = np.array(way) / np.hypot(*way)
    assert (tip - tail) / np.hypot(*(tip - tail)) == pytest.approx(unit, abs=1e-3)
    assert ax.transData.inverted().transform(tail) == pytest.approx(
        [-0.3, 0.2]
    )  # east right, north up
    tail, tip = arrow_ends(ax, "gradient")
    assert (tip - tail) / np.hypot(*(tip - tail)) == pytest.approx(-unit, abs=1e-3)


def test_the_legs_meet_at_a_right_angle_and_end_where_the_arrow_ends() -> None:
    sheet, slope = bowl(3, -4)
    ax = plot_map(sheet, point=(0, 0), gradient=slope)
    [east], [north] = drawn(ax, "leg-e"), drawn(ax, "leg-n")
    [arrow] = drawn(ax, "steepest-descent")
    tail, tip = arrow._posA_posB
    assert east.get_color() == ORANGE and north.get_color() == BLUE
    along_east, along_north = east.get_xydata(), north.get_xydata()
    assert along_east[0] == pytest.approx(tail)
    assert along_east[0, 1] == along_east[1, 1]  # along east alone
    assert along_north[0, 0] == along_north[1, 0]  # along north alone
    assert along_east[1] == pytest.approx(along_north[0])
    assert along_north[1] == pytest.approx(tip)
    # The legs are to each other as the two partials are.
    assert (along_east[1] - along_east[0])[0] / (along_north[1] - along_north[0])[
        1
    ] == pytest.approx(slope[1] / slope[0])


def test_x_goes_right_and_y_goes_up() -> None:
    sheet, slope = bowl(1, 0, ("x", "y"))
    ax = plot_map(sheet, point=(0, 0), gradient=slope)
    tail, tip = arrow_ends(ax, "steepest-descent")
    assert tip[0] < tail[0] and tip[1] == pytest.approx(tail[1])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_the_axes_of_a_compass_map_name_their_directions() -> None:
    sheet, _ = bowl(1, 0)
    ax = plot_map(sheet)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("east →", "north →")


def test_arrows_stay_in_the_picture() -> None:
    sheet, slope = bowl(3, 4)
    for point in [(1.5, 1.5), (-1.7, 0), (0, 1.9), (1.2, -1.6)]:
        ax = plot_map(sheet, point=point, gradient=slope)
        tail, tip = drawn(ax, "steepest-descent")[0]._posA_posB
        assert np.hypot(*(np.array(tip) - tail)) > 0.25
    ax = plot_map(sheet, point=(1.0, 1.0), gradient=slope, uphill=True)
    for gid in ("steepest-descent", "gradient"):
        assert np.all(np.abs(drawn(ax, gid)[0]._posA_posB) <= 2)


def test_level_ground_has_a_ring_and_no_arrow() -> None:
    sheet = sample_sheet(lambda n, e: n * n + e * e, ("n", "e"), [(-1, 1), (-1, 1)], count=21)
    ax = plot_map(sheet, point=(0, 0), gradient=(0, 0), uphill=True)
    assert drawn(ax, "flat-ground")
    for gone in ("steepest-descent", "gradient", "leg-n", "leg-e"):
        assert not drawn(ax, gone)
    assert "level ground" in drawn(ax, "note")[0].get_text()


def test_no_slope_is_said_and_not_drawn() -> None:
    sheet, _ = bowl(1, 1)
    ax = plot_map(sheet, point=(0, 0), gradient=(np.nan, 1))
    assert not drawn(ax, "steepest-descent")
    assert "no slope here" in drawn(ax, "note")[0].get_text()


def test_the_path_goes_through_its_points() -> None:
    sheet, _ = bowl(1, 1)
    path = np.array([[1.0, -1.0], [0.5, 0.0], [-0.5, 1.5]])  # (n, e)
    ax = plot_map(sheet, path=path)
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(path[:, ::-1])
    assert drawn(ax, "start")[0].get_xydata() == pytest.approx(path[:1, ::-1])
    assert drawn(ax, "end")[0].get_xydata() == pytest.approx(path[-1:, ::-1])
    assert drawn(ax, "path-dots")[0].get_xydata() == pytest.approx(path[:, ::-1])


def test_holes_are_hatched_and_a_land_without_any_is_not() -> None:
    sheet = sample_sheet(lambda x, y: np.log(x) + 0 * y, ("x", "y"), [(-1, 1), (-1, 1)], count=41)
    ax = plot_map(sheet)
    [hole] = drawn(ax, "holes")
    assert hole.hatches == ["////"]
    outline = np.concatenate([p.vertices for p in hole.get_paths()])
    assert outline[:, 0].min() == pytest.approx(-1)
    assert outline[:, 0].max() == pytest.approx(0.025, abs=0.05)
    assert not drawn(plot_map(bowl(1, 1)[0]), "holes")
    nothing = sample_sheet(lambda x, y: np.nan * x * y, ("x", "y"), [(0, 1), (0, 1)], count=9)
    plot_map(nothing).figure.draw_without_rendering()


def test_a_constant_and_a_spike_can_be_drawn() -> None:
    flat = sample_sheet(lambda x, y: 3.0, ("x", "y"), [(0, 1), (0, 1)], count=9)
    plot_map(flat, point=(0.5, 0.5), gradient=(0, 0)).figure.draw_without_rendering()
    spike = sample_sheet(lambda x, y: np.exp(30 * x) + y, ("x", "y"), [(0, 1), (0, 1)], count=41)
    ax = plot_map(spike)
    ax.figure.draw_without_rendering()
    assert "logarithm" in drawn(ax, "note")[0].get_text()


# Curves


def test_the_step_on_the_axis_goes_from_the_old_place_to_the_new_one() -> None:
    curve = sample_curve(lambda w: (w - 3) ** 2, "w", (0, 6))
    for w, slope in ((1.0, -4.0), (5.0, 4.0)):  # both sides of the minimum
        after = w - 0.2 * slope
        ax = plot_curve(curve, point=(w, 4.0), slope=slope, after=(after, (after - 3) ** 2))
        tail, tip = drawn(ax, "steepest-descent")[0]._posA_posB
        assert (tail[0], tip[0]) == pytest.approx((w, after))
        assert tail[1] == tip[1] == ax.get_ylim()[0]
        assert drawn(ax, "after")[0].get_offsets().tolist() == [[after, (after - 3) ** 2]]
        line = drawn(ax, "tangent")[0]
        x, y = line.get_xydata().T
        assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(slope)
        assert np.interp(w, x, y) == pytest.approx(4.0)
        assert line.get_color() == RED
        words = [text.get_text() for text in ax.texts]
        assert f"slope {number(slope)}" in words
        assert "w₁" in words and "w₂" in words


def test_where_the_slope_is_zero_nothing_points_anywhere() -> None:
    curve = sample_curve(lambda w: w**2, "w", (-1, 1))
    ax = plot_curve(curve, point=(0, 0), slope=0.0, after=(0, 0))
    assert not drawn(ax, "steepest-descent")
    ax = plot_curve(curve, point=(0, 0), slope=0.0)
    assert "no way is downhill" in drawn(ax, "note")[0].get_text()


def test_a_pole_does_not_flatten_the_rest() -> None:
    curve = sample_curve(lambda t: 1 / t**2, "t", (-1, 1))
    ax = plot_curve(curve, land=False)
    low, high = ax.get_ylim()
    assert high < np.nanmax(curve.y) / 40
    assert low < 1


def test_a_walk_on_a_curve_is_drawn_where_it_was() -> None:
    curve = sample_curve(lambda w: w**2, "w", (-2, 2))
    path = np.array([-1.5, 0.9, -0.54])
    ax = plot_curve(curve, path=path, values=path**2)
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(np.stack([path, path**2], axis=1))
    assert [p._posA_posB[1][0] for p in drawn(ax, "step")] == pytest.approx(path[1:])


# Values


def test_steps_that_went_uphill_are_marked_and_counted() -> None:
    values = np.array([5.0, 3.0, 4.0, 2.0, 2.5, 1.0])
    ax = plot_values(values, ending="the budget ran out")
    wrong = drawn(ax, "wrong-way")[0].get_xydata()
    assert wrong.tolist() == [[2, 4.0], [4, 2.5]]
    assert drawn(ax, "best")[0].get_xydata().tolist() == [[5, 1.0]]
    said = drawn(ax, "note")[0].get_text()
    assert "2 of 5 steps went uphill" in said and "the budget ran out" in said
    up = plot_values(-values, ascent=True)
    assert drawn(up, "wrong-way")[0].get_xydata()[:, 0].tolist() == [2, 4]
    assert drawn(up, "best")[0].get_xydata().tolist() == [[5, -1.0]]
    assert not drawn(plot_values([3.0, 2.0]), "wrong-way")


def test_values_over_many_sizes_get_a_logarithmic_axis() -> None:
    assert plot_values(10.0 ** -np.arange(9)).get_yscale() == "log"
    assert plot_values([10.0, 1.0]).get_yscale() == "linear"
    assert plot_values([1e6, 0.0]).get_yscale() == "linear"


def test_values_that_are_no_numbers_are_marked() -> None:
    ax = plot_values([3.0, 2.0, np.nan, np.inf], steps=[0, 10, 20, 30])
    assert drawn(ax, "no-number")[0].get_xdata().tolist() == [20, 30]
    assert drawn(ax, "best")[0].get_xydata().tolist() == [[10, 2.0]]
    plot_values([np.nan]).figure.draw_without_rendering()


# Mountains


@pytest.mark.parametrize("gradient", [(1, 0), (-1, 0), (0, 1), (0, -1), (3, 4)])
def test_the_arrow_lies_flat_and_points_against_the_gradient(gradient: tuple[float, float]) -> None:
    sheet, slope = bowl(*gradient)
    ax = plot_surface(sheet, point=(0, 0), gradient=slope, value=0.0)
    white, green = drawn(ax, "steepest-descent")
    corners = green._faces[0][:7]
    assert np.all(corners[:, 2] == 0)
    tip = corners[3, :2]
    assert tip / np.hypot(*tip) == pytest.approx(-slope[::-1] / np.hypot(*slope), abs=1e-12)
    assert white.get_zorder() < green.get_zorder()
    ax.figure.draw_without_rendering()


def test_a_mountain_with_holes_a_walk_or_level_ground_can_be_drawn() -> None:
    holes = sample_sheet(lambda x, y: np.log(x) + y, ("x", "y"), [(-1, 1), (-1, 1)], count=21)
    plot_surface(holes).figure.draw_without_rendering()
    sheet, _ = bowl(0, 0)
    ax = plot_surface(sheet, point=(0, 0), gradient=(0, 0), value=0.0)
    assert drawn(ax, "flat-ground") and not drawn(ax, "steepest-descent")
    walk = np.array([[1.0, 1.0], [0.0, 0.5]])
    ax = plot_surface(bowl(1, 1)[0], path=walk, values=walk.sum(axis=1))
    line = drawn(ax, "path")[0]
    assert np.array(line.get_data_3d()).T == pytest.approx(
        np.column_stack([walk[:, ::-1], walk.sum(axis=1)])
    )
    ax.figure.draw_without_rendering()


# Terrain


@pytest.fixture(scope="module")
def hill() -> Terrain:
    rng = np.random.default_rng(1)
    return Terrain(rng.normal(500, 30, (40, 50)), 100, smoothing=300, name="Made-up hill")


def test_the_map_of_a_terrain_is_in_kilometres_with_scale_and_north(hill: Terrain) -> None:
    path = np.array([[1000.0, 2000.0], [1500.0, 2500.0]])
    ax = plot_terrain(hill, path=path)
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(path[:, ::-1] / 1000)
    assert ax.get_xlim() == pytest.approx((0, 4.9)) and ax.get_ylim() == pytest.approx((0, 3.9))
    halves = drawn(ax, "scale")
    assert sum(half.get_width() for half in halves) == 1.0
    assert "1 km" in [text.get_text() for text in ax.texts]
    assert drawn(ax, "north")
    assert ax.get_title(loc="left") == "Made-up hill"
    assert "smoothed over 300 m" in drawn(ax, "note")[0].get_text()
    ends = [text.get_text() for text in ax.texts]
    assert f"start {number(float(hill(*path[0])))} m" in ends


def test_the_arrow_of_a_terrain_points_down_its_slope(hill: Terrain) -> None:
    point = (1777.0, 2222.0)
    ax = plot_terrain(hill, point=point)
    tail, tip = arrow_ends(ax, "steepest-descent")
    north, east = -hill.gradient(*point)
    unit = np.array([east, north]) / np.hypot(north, east)
    assert (tip - tail) / np.hypot(*(tip - tail)) == pytest.approx(unit, abs=2e-3)


def test_a_walk_off_the_map_can_be_drawn(hill: Terrain) -> None:
    path = np.array([[1000.0, 100.0], [1000.0, -50.0]])
    plot_terrain(hill, path=path).figure.draw_without_rendering()
    plot_terrain(hill, path=path, whole=False).figure.draw_without_rendering()


# The palette


def luminance(color: str) -> float:
    channels = np.array(mpl.colors.to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_land_brightens_with_height_and_leaves_green_and_red_free() -> None:
    stops = [luminance(color) for _, color in DUSK_STOPS]
    assert np.all(np.diff(stops) > 0)
    assert stops[0] == pytest.approx(0.087, abs=0.001)
    assert stops[-1] == pytest.approx(0.964, abs=0.001)
    shades = DUSK(np.linspace(0, 1, 256))[:, :3]
    hue = mpl.colors.rgb_to_hsv(shades)
    colourful = hue[:, 1] > 0.13  # on its way from blue to yellow it passes through grey
    degrees = 360 * hue[colourful, 0]
    assert not np.any((degrees > 90) & (degrees < 180))  # no green
    assert not np.any((degrees < 20) | (degrees > 300))  # no red


def test_the_arrow_is_filled_and_wide_and_the_gradient_is_thin_and_open() -> None:
    sheet, slope = bowl(1, 2)
    ax = plot_map(sheet, point=(0, 0), gradient=slope, uphill=True)
    [descent], [uphill] = drawn(ax, "steepest-descent"), drawn(ax, "gradient")
    assert mpl.colors.to_hex(descent.get_facecolor()) == GREEN
    assert mpl.colors.to_hex(uphill.get_edgecolor()) == RED
    assert descent.get_arrowstyle().tail_width >= 5
    assert uphill.get_arrowstyle().fillend is False
    assert descent.get_path_effects() and uphill.get_path_effects()


def test_minus_signs_are_real() -> None:
    with mpl.rc_context({"axes.unicode_minus": False}):
        ax = plot_map(bowl(1, 2)[0])
        ax.figure.draw_without_rendering()
        labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "−2" in labels and not any("-" in label for label in labels)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (-1.5, "−1.5"), (1234.5, "1234"), (0.000123456, "0.000123"),
        (1e-7, "1×10⁻⁷"), (-2.5e12, "−2.5×10¹²"), (9.999, "10"), (100.0, "100"),
        (np.inf, "∞"), (-np.inf, "−∞"), (np.nan, "not a number"),
    ],
)  # fmt: skip
def test_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert number(value) == text


def test_pictures_are_well_formed_svg() -> None:
    sheet, slope = bowl(1, 2)
    pictures = [
        plot_map(sheet, point=(0, 0), gradient=slope, path=[[0, 0], [1, 1]], title="a < b & c"),
        plot_surface(sheet, point=(0, 0), gradient=slope, value=0.0),
        plot_values([3.0, 1.0, 2.0]),
    ]
    for ax in pictures:
        file = io.BytesIO()
        ax.figure.savefig(file, format="svg")
        root = ET.fromstring(file.getvalue())
        assert root.tag.endswith("svg")
    assert b"steepest-descent" in file.getvalue() or "steepest-descent" in _svg(pictures[0])


def _svg(ax: Axes) -> str:
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")
    return file.getvalue()


def test_pictures_go_where_they_are_told() -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plot_map(bowl(1, 2)[0], ax=left) is left
    assert plot_values([2.0, 1.0], ax=right) is right
    assert left.figure is figure
