"""The mountain: where it is, which way is up, how it is smoothed, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline
from scipy.ndimage import gaussian_filter

from steepest.errors import TerrainError
from steepest.graph.node import variable
from steepest.graph.traverse import evaluate
from steepest.sources.jacksboro import SUMMIT
from steepest.sources.terrain import Terrain, degree_lengths, smooth


@pytest.fixture(scope="module")
def jacksboro() -> Terrain:
    return Terrain.jacksboro()


@pytest.fixture(scope="module")
def as_measured() -> Terrain:
    return Terrain.jacksboro(smoothing=0)


def rough(rows: int = 30, columns: int = 40) -> np.ndarray:
    return np.random.default_rng(3).normal(300, 50, (rows, columns))


def pits(elevations: np.ndarray) -> int:
    """Points lower than all eight neighbours."""
    rows, columns = elevations.shape
    around = np.pad(elevations, 1, constant_values=np.inf)
    lowest = np.min(
        [
            around[1 + i : 1 + i + rows, 1 + j : 1 + j + columns]
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        ],
        axis=0,
    )
    return int(np.sum(elevations < lowest))


# Where it is


@pytest.mark.parametrize(
    ("latitude", "north", "east"),
    # Wikipedia, "Longitude", table of the length of a degree on WGS 84, in kilometres to three
    # decimals.
    [
        (0, 110.574, 111.320),
        (15, 110.649, 107.550),
        (30, 110.852, 96.486),
        (45, 111.132, 78.847),
        (60, 111.412, 55.800),
        (75, 111.618, 28.902),
    ],
)
def test_the_length_of_a_degree_is_the_published_one(
    latitude: float, north: float, east: float
) -> None:
    assert degree_lengths(latitude) == pytest.approx((1000 * north, 1000 * east), abs=0.9)
    assert degree_lengths(-latitude) == degree_lengths(latitude)


def test_cross_mountain_is_where_it_should_be(as_measured: Terrain) -> None:
    latitude, longitude, elevation = SUMMIT
    n, e = as_measured.locate(latitude, longitude)
    top = as_measured.summit()
    # The published place is given to a second of arc, 31 m, and the grid's cells are 92 by 75 m.
    assert math.hypot(top.n - n, top.e - e) < 60
    assert top.elevation == pytest.approx(elevation, abs=2)
    # 13 % of the way north and 54 % of the way east: flipped either way, it would be elsewhere.
    assert top.n / as_measured.bounds.north == pytest.approx(0.134, abs=0.001)
    assert top.e / as_measured.bounds.east == pytest.approx(0.545, abs=0.001)


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "feet"),
    # Towns on valley floors, with their published elevations (Wikipedia, from the U.S. Geological
    # Survey).
    [
        ("Caryville", 36.3070, -84.2232, 1095),
        ("Jacksboro", 36.3300, -84.1838, 1060),
        ("La Follette", 36.3829, -84.1199, 1100),
        ("Rocky Top", 36.2178, -84.1549, 860),
    ],
)
def test_the_towns_lie_on_their_valley_floors(
    as_measured: Terrain, place: str, latitude: float, longitude: float, feet: float
) -> None:
    assert as_measured(*as_measured.locate(latitude, longitude)) == pytest.approx(
        0.3048 * feet, abs=20
    )


def test_degrees_and_metres_undo_each_other(jacksboro: Terrain) -> None:
    n, e = np.array([0.0, 12_345.6, 31_000.0]), np.array([30_000.0, 0.0, 15_000.0])
    back = jacksboro.locate(*jacksboro.coordinates(n, e))
    assert np.allclose(back, (n, e), atol=1e-6)
    assert jacksboro.coordinates(0, 0) == pytest.approx((36.16, -84.41333333), abs=1e-8)
    assert jacksboro.spacing == pytest.approx((92.47, 74.85), abs=0.01)


def test_a_map_without_a_place_says_so() -> None:
    with pytest.raises(TerrainError, match="south_west="):
        Terrain(rough(), 30).locate(36, -84)


# Which way is up


def test_north_is_up_and_east_is_right() -> None:
    given = rough()
    terrain = Terrain(given, (20, 10))
    assert terrain(0, 0) == pytest.approx(given[-1, 0])  # south-west: last row, first column
    assert terrain(29 * 20, 0) == pytest.approx(given[0, 0])  # north-west
    assert terrain(0, 39 * 10) == pytest.approx(given[-1, -1])  # south-east
    assert terrain(29 * 20, 39 * 10) == pytest.approx(given[0, -1])  # north-east
    same = Terrain(given[::-1], (20, 10), north_first=False)
    assert np.array_equal(same.elevations, terrain.elevations)
    assert terrain.cell(41, 99) == (2, 10)


@pytest.mark.parametrize(
    ("rises", "slope"),
    [("north", (0.5, 0)), ("south", (-0.5, 0)), ("east", (0, 0.5)), ("west", (0, -0.5))],
)
def test_the_slope_points_the_way_the_land_rises(rises: str, slope: tuple[float, float]) -> None:
    ramp = np.arange(8.0) * 5
    grid = {
        "north": np.tile(ramp[::-1, None], (1, 8)),
        "south": np.tile(ramp[:, None], (1, 8)),
        "east": np.tile(ramp, (8, 1)),
        "west": np.tile(ramp[::-1], (8, 1)),
    }[rises]
    for smoothing in (0, 12):
        terrain = Terrain(grid, 10, smoothing=smoothing)
        assert terrain.gradient(33.0, 41.0) == pytest.approx(np.array(slope), abs=1e-12)
        assert terrain.gradient(0.0, 0.0) == pytest.approx(np.array(slope), abs=1e-12)


# The surface


def test_the_surface_goes_through_every_point() -> None:
    terrain = Terrain(rough(), (92, 75), smoothing=100)
    north, east, elevations = terrain.grid()
    assert terrain(north[:, None], east) == pytest.approx(elevations, rel=1e-14)
    assert (north.shape, east.shape, elevations.shape) == ((30,), (40,), (30, 40))
    assert terrain.bounds == (0, 29 * 92, 0, 39 * 75)


def test_value_and_slopes_are_those_of_scipy_away_from_the_edge() -> None:
    # The two splines differ at the edge only (natural against not-a-knot), and that dies away by a
    # factor of 3.7 a cell: 25 cells inside it is below rounding.
    terrain = Terrain(rough(60, 60), 10)
    north, east, elevations = terrain.grid()
    truth = RectBivariateSpline(north, east, elevations)
    n, e = np.random.default_rng(5).uniform(270, 320, (2, 50))
    for orders in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2)]:
        got = terrain.surface.evaluate(n, e, orders)
        assert got == pytest.approx(truth.ev(n, e, dx=orders[0], dy=orders[1]), rel=1e-9, abs=1e-10)


def test_gradient_and_hessian_are_the_differences_of_the_value(jacksboro: Terrain) -> None:
    n, e, h = 9000.0, 17_000.0, 0.5
    slopes = [
        (jacksboro(n + h, e) - jacksboro(n - h, e)) / (2 * h),
        (jacksboro(n, e + h) - jacksboro(n, e - h)) / (2 * h),
    ]
    assert jacksboro.gradient(n, e) == pytest.approx(slopes, rel=1e-5)
    bends = [
        (jacksboro.gradient(n + h, e) - jacksboro.gradient(n - h, e)) / (2 * h),
        (jacksboro.gradient(n, e + h) - jacksboro.gradient(n, e - h)) / (2 * h),
    ]
    assert jacksboro.hessian(n, e) == pytest.approx(np.array(bends), rel=1e-4, abs=1e-10)


def test_it_takes_part_in_a_graph(jacksboro: Terrain) -> None:
    n, e = variable("n"), variable("e")
    [value] = evaluate([jacksboro.function_node(n, e)], {n: 5000.0, e: 6000.0})
    assert value == jacksboro(5000.0, 6000.0)
    assert jacksboro.function_node(n, e) is jacksboro.function_node(n, e)
    assert jacksboro.variables == ("n", "e")


def test_off_the_map_there_is_no_elevation(jacksboro: Terrain) -> None:
    bounds = jacksboro.bounds
    assert jacksboro.inside(bounds.north, bounds.east) is True
    assert jacksboro.inside(bounds.north + 1, 10.0) is False
    assert np.isnan(jacksboro(-1.0, 10.0))
    assert list(jacksboro.inside([5.0, -5.0], [5.0, 5.0])) == [True, False]
    with pytest.raises(TerrainError, match="off the map"):
        jacksboro.cell(-500, 0)


# Smoothing


def test_smoothing_is_scipys_gaussian_away_from_the_edge() -> None:
    elevations = rough(80, 90)
    got = smooth(elevations, (20.0, 10.0), 50.0)
    truth = gaussian_filter(elevations, (2.5, 5.0), truncate=4.0)
    assert got[10:-10, 20:-20] == pytest.approx(truth[10:-10, 20:-20], rel=1e-13)


def test_smoothing_leaves_a_plane_as_it_is() -> None:
    plane = 3.0 + 0.25 * np.arange(50)[:, None] - 0.5 * np.arange(60)
    assert smooth(plane, (10.0, 10.0), 77.0) == pytest.approx(plane, abs=1e-11)


def test_the_whole_metres_hold_over_a_thousand_pits_and_smoothing_takes_them(
    as_measured: Terrain, jacksboro: Terrain
) -> None:
    assert pits(as_measured.measured) == 1267
    assert pits(jacksboro.elevations) < 210  # what is left are the hollows of the valleys
    assert np.array_equal(jacksboro.measured, as_measured.elevations)


def walk(terrain: Terrain, start: tuple[float, float], rate: float, steps: int) -> np.ndarray:
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - rate * terrain.gradient(*path[-1]))
    return np.array(path)


def test_a_walk_from_cross_mountain_ends_in_a_valley(jacksboro: Terrain) -> None:
    path = walk(jacksboro, jacksboro.locate(36.2, -84.2292), rate=200.0, steps=400)
    values = jacksboro(*path.T)
    assert np.all(np.diff(values) < 1e-9)  # never uphill
    assert values[0] > 1000
    assert values[-1] < 330
    north, east, elevations = jacksboro.grid()
    near = np.hypot(north[:, None] - path[-1, 0], east - path[-1, 1]) <= 300
    assert near.sum() > 35
    assert elevations[near].min() > values[-1] - 10


# What is refused


@pytest.mark.parametrize(
    ("elevations", "says"),
    [
        ([[1, 2], [3, 4]], "at least 4 by 4"),
        ([1, 2, 3, 4, 5], "rows and columns"),
        ([[1, 2, 3, 4], [1, 2, 3]], "differ in length"),
        ([["a"] * 5] * 5, "must be numbers"),
        ([[True] * 5] * 5, "must be numbers"),
        (np.full((5, 5), 1j), "must be numbers"),
        (
            np.where(np.eye(6) == 1, np.nan, 1.0),
            "6 of 36 elevations are not finite, the first in row 0",
        ),
        (np.where(np.eye(6) == 1, np.inf, 1.0), "fill the holes"),
    ],
)
def test_what_is_no_map_is_refused(elevations: object, says: str) -> None:
    with pytest.raises(TerrainError, match=says):
        Terrain(elevations, 10)  # type: ignore[arg-type]


@pytest.mark.parametrize("spacing", [0, -3, np.nan, np.inf, "30 m", (1, 2, 3), (10, 0), None])
def test_a_spacing_must_be_a_distance(spacing: object) -> None:
    with pytest.raises(TerrainError, match="not a distance"):
        Terrain(rough(), spacing)  # type: ignore[arg-type]


@pytest.mark.parametrize("smoothing", [-1, np.nan, "much", None])
def test_a_smoothing_must_be_a_length(smoothing: object) -> None:
    with pytest.raises(TerrainError, match="not a length"):
        Terrain(rough(), 10, smoothing=smoothing)  # type: ignore[arg-type]


def test_a_smoothing_must_be_shorter_than_the_map() -> None:
    with pytest.raises(TerrainError, match="would level a map"):
        Terrain(rough(30, 40), 10, smoothing=200)


@pytest.mark.parametrize("place", [(91, 0), (10,), "here", (np.nan, 0), 5])
def test_a_place_must_be_on_earth(place: object) -> None:
    with pytest.raises(TerrainError, match="not a place"):
        Terrain(rough(), 10, south_west=place)  # type: ignore[arg-type]


# Files


def test_files_come_back_as_they_were_written(tmp_path: Path) -> None:
    given = rough(6, 5).round(3)
    np.savez(tmp_path / "hill.npz", elevations=given, spacing=[30.0, 20.0], south_west=[46.5, 7.9])
    np.save(tmp_path / "hill.npy", given)
    np.savetxt(tmp_path / "hill.csv", given, delimiter=",", header="made up")
    np.savetxt(tmp_path / "tabs.csv", given, delimiter="\t")
    np.savetxt(tmp_path / "hill.txt", given)
    whole = Terrain.load(tmp_path / "hill.npz")
    assert (whole.spacing, whole.south_west, whole.name) == ((30, 20), (46.5, 7.9), "hill")
    for file in ("hill.npy", "hill.csv", "tabs.csv", "hill.txt"):
        other = Terrain.load(tmp_path / file, spacing=(30, 20))
        assert np.array_equal(other.elevations, whole.elevations)
        assert np.array_equal(other.elevations[::-1], given)
    assert Terrain.load(tmp_path / "hill.npz", spacing=5, name="mine").spacing == (5, 5)


def test_matplotlibs_file_itself_needs_a_spacing() -> None:
    from matplotlib.cbook import _get_data_path

    file = _get_data_path("sample_data", "jacksboro_fault_dem.npz")
    with pytest.raises(TerrainError, match="metres lie between"):
        Terrain.load(file)
    assert Terrain.load(file, spacing=90).shape == (344, 403)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.csv", None, "no file"),
        ("hill.tif", b"II*", "files ending in .tif"),
        ("hill", b"", "files ending in nothing"),
        ("empty.csv", b"", "no numbers"),
        ("words.csv", b"n,e,z\n1,2,3\n", "line 1, column 1: 'n' is not a number"),
        ("ragged.csv", b"1,2,3\n1,2\n", "line 2: 2 numbers, but the first row has 3"),
        ("comma.csv", b"1,5;2,5\n", "line 1, column 1: '1,5' is not a number"),
        ("gap.csv", b"1,2,3,4\n1,,3,4\n", "line 2, column 2: '' is not a number"),
        (
            "hole.csv",
            b"1,2,3,4\n1,nan,3,4\n1,2,3,4\n1,2,3,4\n",
            "1 of 16 elevations are not finite",
        ),
        ("bytes.csv", b"\xff\xfe\x00\x01", "not a text file"),
        ("text.npz", b"no archive", "not a NumPy archive"),
        ("text.npy", b"no array", "not a NumPy file"),
        ("folder.csv", "folder", "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes | str | None, says: str
) -> None:
    file = tmp_path / name
    if content == "folder":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(TerrainError, match=says):
        Terrain.load(file, spacing=10)


def test_an_archive_must_say_which_table_it_means(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", here=rough(), there=rough())
    with pytest.raises(TerrainError, match="'here', 'there'"):
        Terrain.load(tmp_path / "two.npz", spacing=10)
    np.savez(tmp_path / "objects.npz", elevations=np.array([[object()] * 4] * 4))
    with pytest.raises(TerrainError, match="archive of numbers"):
        Terrain.load(tmp_path / "objects.npz", spacing=10)


def test_it_says_what_it_is(jacksboro: Terrain) -> None:
    assert repr(jacksboro) == (
        "Terrain('Jacksboro fault, Tennessee': 31.7 km north by 30.1 km east, 257 to 1021 m, "
        "smoothed over 250 m)"
    )


def test_what_is_masked_is_a_hole() -> None:
    heights = np.ma.masked_equal(np.arange(25.0).reshape(5, 5), 7.0)
    with pytest.raises(TerrainError, match="1 of 25 elevations are not finite, the first in row 1"):
        Terrain(heights, spacing=10.0)


@pytest.mark.parametrize("said", ["no", [True, False], 0])
def test_north_first_is_true_or_false(said, tmp_path) -> None:
    path = tmp_path / "map.npz"
    np.savez(path, elevations=np.eye(5), spacing=10.0, north_first=said)
    with pytest.raises(TerrainError, match=r"north_first .* is neither True"):
        Terrain.load(path)


def test_a_file_that_cannot_be_read_is_closed(tmp_path) -> None:
    path = tmp_path / "map.npz"
    path.write_bytes(b"PK\x03\x04junk")
    with pytest.raises(TerrainError, match="not a NumPy archive"):
        Terrain.load(path)  # an unclosed file would warn, and a warning is an error
