"""The `.plot()` of functions, slopes and descents: the right picture of the right numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.axes import Axes

from steepest.function import Function
from steepest.pictures import PictureError, plot_descent, plot_function, plot_slope
from steepest.sources.terrain import Terrain


def drawn(ax: Axes, gid: str) -> list:
    return ax.findobj(lambda artist: artist.get_gid() == gid)


@pytest.fixture(scope="module")
def hill() -> Terrain:
    rng = np.random.default_rng(1)
    return Terrain(rng.normal(500, 30, (40, 50)), 100, smoothing=300)


def test_one_variable_is_a_curve() -> None:
    ax = plot_function(Function("x**2 - 3"), {"x": (-1, 2)})
    x, y = drawn(ax, "curve")[0].get_xydata().T
    assert (x[0], x[-1]) == (-1, 2)
    assert y == pytest.approx(x**2 - 3)
    assert plot_function(Function("x**2"), (0, 3)).get_xlim() == (0, 3)


def test_two_variables_are_a_map_or_a_mountain() -> None:
    f = Function("n**2 + 3*e**2")
    ax = plot_function(f, {"n": (0, 2)})
    assert ax.get_ylim() == (0, 2) and ax.get_xlim() == (-5, 5)
    assert plot_function(f, kind="surface").name == "3d"


def test_variables_said_to_be_north_and_east_are_drawn_so() -> None:
    f = Function("a + 0*b", north="a", east="b")
    ax = plot_function(f)
    assert ax.get_ylabel() == "north, a →"


def test_what_cannot_be_drawn_says_why() -> None:
    with pytest.raises(PictureError, match="this one has 3"):
        plot_function(Function("x + y + z"))
    with pytest.raises(PictureError, match="no variable 'q'"):
        plot_function(Function("x + y"), {"q": (0, 1)})
    with pytest.raises(PictureError, match="1 stretches were given for 2"):
        plot_function(Function("x + y"), [(0, 1)])
    with pytest.raises(PictureError, match="no picture of kind 'globe'"):
        plot_function(Function("x + y"), kind="globe")


def test_a_slope_shows_its_own_arrow_and_its_own_tangent() -> None:
    slope = Function("n**2 + 3*e**2").at(n=2, e=1)  # gradient (4, 6)
    ax = plot_slope(slope)
    tail, tip = drawn(ax, "steepest-descent")[0]._posA_posB
    assert tuple(tail) == (1, 2)
    assert (tip[0] - tail[0]) / (tip[1] - tail[1]) == pytest.approx(6 / 4)
    assert tip[0] < tail[0]
    slope = Function("(w - 3)**2").at(w=1)
    ax = plot_slope(slope, rate=0.25)
    tail, tip = drawn(ax, "steepest-descent")[0]._posA_posB
    assert (tail[0], tip[0]) == pytest.approx((1, 2))
    assert plot_slope(Function("x**2 + y**2").at(x=1, y=1), kind="surface").name == "3d"


def test_level_ground_has_no_arrow() -> None:
    ax = plot_slope(Function("x**2 + y**2").at(x=0, y=0))
    assert drawn(ax, "flat-ground") and not drawn(ax, "steepest-descent")


def test_a_terrain_is_drawn_as_a_map_in_kilometres(hill: Terrain) -> None:
    f = Function(hill)
    assert drawn(plot_function(f), "north")
    assert drawn(plot_slope(f.at(n=2000, e=2000)), "steepest-descent")
    # A derivative of it is another function: it is not drawn as elevations.
    assert not drawn(plot_function(f.derivative("n"), [(0, 3000), (0, 3000)]), "north")


def descent(function: object, path: np.ndarray, names: tuple[str, ...], **more: object) -> object:
    values = np.array([float(function(*x)) for x in path])  # type: ignore[operator]
    objective = SimpleNamespace(function=function)
    return SimpleNamespace(path=path, values=values, names=names, objective=objective, **more)


def test_a_descent_is_drawn_on_its_land(hill: Terrain) -> None:
    path = np.array([[2.0, 1.0], [1.0, 0.2], [0.3, -0.1]])
    ax = plot_descent(descent(Function("n**2 + 3*e**2"), path, ("n", "e")))
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(path[:, ::-1])
    ax = plot_descent(descent(Function("w**2"), path[:, :1], ("w",)))
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(
        np.column_stack([path[:, 0], path[:, 0] ** 2])
    )
    ax = plot_descent(descent(Function(hill), 1000 * np.abs(path), ("n", "e")))
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(np.abs(path[:, ::-1]))
    assert drawn(ax, "north")


def test_a_descent_of_many_variables_shows_its_values() -> None:
    path = np.arange(12.0).reshape(4, 3)[::-1]
    ax = plot_descent(
        descent(lambda *x: sum(x), path, ("a", "b", "c"), ending="the budget ran out")
    )
    assert drawn(ax, "values")[0].get_ydata().tolist() == [30, 21, 12, 3]
    assert "the budget ran out" in drawn(ax, "note")[0].get_text()


def test_a_descent_of_an_objective_is_drawn_point_by_point() -> None:
    objective = SimpleNamespace(value=lambda x: float(x @ x))
    path = np.array([[2.0, 1.0], [1.0, 0.5]])
    held = SimpleNamespace(path=path, values=[5.0, 1.25], names=("x", "y"), objective=objective)
    ax = plot_descent(held)
    assert drawn(ax, "path")[0].get_xydata() == pytest.approx(path)
    assert ax.images[0].get_array().shape == (61, 61, 4)


def test_a_loaded_descent_without_its_function_shows_its_values() -> None:
    held = SimpleNamespace(path=np.eye(2), values=[2.0, 1.0], names=("x", "y"), objective=None)
    assert drawn(plot_descent(held), "values")
