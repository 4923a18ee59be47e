"""The real mountain from above: hill-shading, contours, the fall line, scale and north."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from steepest.landscape import Sheet, Stretch, contour_step, stretch_around
from steepest.pictures.canvas import new_axes
from steepest.pictures.map import draw_arrows, draw_land, figure_size
from steepest.pictures.marks import WORDS, draw_path, draw_point, mark_ends, note, write
from steepest.pictures.palette import CARD, DUSK, INK, number, set_ticks, style

__all__ = ["plot_terrain"]

Array = npt.NDArray[np.float64]


def plot_terrain(
    terrain: Any,
    *,
    path: npt.ArrayLike | None = None,
    point: npt.ArrayLike | None = None,
    whole: bool = True,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw an elevation map, and a walk on it.

    Arguments:
        terrain: a `Terrain`: `grid()`, `name`, `smoothing`, and `gradient(n, e)` if a point is
        given.
        path: a walk, `(k, 2)`: metres north and east.
        point: where one stands, `(n, e)`: the arrow of steepest descent is drawn from there.
        whole: True for the whole map, False for the surroundings of the walk.
        title: the terrain's name if not given.
        ax: where to draw; a new figure if not given.

    Returns:
        The axes, in kilometres: east to the right and north up.
    """
    sheet = Sheet.of_terrain(terrain)
    walk = None if path is None else np.asarray(path, dtype=np.float64)
    if not whole:
        sheet = _surroundings(sheet, walk if walk is not None else point)
    in_km = Sheet(sheet.names, sheet.right / 1000, sheet.up / 1000, sheet.heights)
    ax = new_axes(ax, figure_size(in_km, 7.4))
    with style():
        # The shading sees kilometres across and metres up; how much it exaggerates is up to the
        # eye.
        norm = draw_land(ax, in_km)
        ax.set_xlabel("east (km) →", loc="right")
        ax.set_ylabel("north (km) →", loc="top")
        set_ticks(ax)
        said = []
        if walk is not None:
            on_map = in_km.place(walk / 1000)
            draw_path(ax, on_map)
            _name_ends(ax, terrain, walk, on_map)
        if point is not None:
            here = np.asarray(point, dtype=np.float64)
            place = in_km.place(here / 1000)
            slope = in_km.place(terrain.gradient(*here))
            # The arrow's lengths are in kilometres for metres per metre: only its direction counts.
            said += draw_arrows(ax, in_km, (float(place[0]), float(place[1])), slope, False, True)
            draw_point(ax, (float(place[0]), float(place[1])))
        said.append(_about(terrain, sheet))
        note(ax, said)
        _draw_scale(ax, in_km)
        _draw_north(ax)
        _draw_colors(ax, norm)
        ax.set_title(terrain.name if title is None else title)
    return ax


def _surroundings(sheet: Sheet, places: Any) -> Sheet:
    """The part of the map around a walk or a point: square, with room on all sides."""
    if places is None:
        return sheet
    right, up = np.atleast_2d(sheet.place(places)).T
    least = 12 * float(sheet.right[1] - sheet.right[0])
    stretches = [stretch_around(values, 0.3, least) for values in (right, up)]
    side = max(high - low for low, high in stretches)
    sides: list[Stretch] = []
    for (low, high), ends in zip(stretches, (sheet.right, sheet.up), strict=True):
        middle = np.clip(
            (low + high) / 2, ends[0] + side / 2, max(ends[-1] - side / 2, ends[0] + side / 2)
        )
        sides.append((float(middle - side / 2), float(middle + side / 2)))
    return sheet.part(sides[0], sides[1])


def _name_ends(ax: Axes, terrain: Any, walk: Array, on_map: Array) -> None:
    known = np.flatnonzero(np.isfinite(terrain(*walk.T)))
    if known.size:
        words = [
            f"{word} {number(float(terrain(*walk[index])))} m"
            for index, word in ((known[0], "start"), (known[-1], "end"))
        ]
        mark_ends(ax, on_map[known[0] : known[-1] + 1], *words)


def _about(terrain: Any, sheet: Sheet) -> str:
    low, high = sheet.limits()
    smoothed = (
        f"smoothed over {number(terrain.smoothing)} m" if terrain.smoothing else "as measured"
    )
    return f"elevations {smoothed}; contours every {number(contour_step(low, high))} m"


def _draw_scale(ax: Axes, in_km: Sheet) -> None:
    """A bar of a round number of kilometres, half dark and half light, in the lower left corner."""
    width, height = in_km.span
    length = contour_step(0, width, 5)
    left, bottom = in_km.right[0] + 0.035 * width, in_km.up[0] + 0.035 * height
    for half, color in ((0, INK), (1, CARD)):
        ax.add_patch(
            Rectangle(
                (left + half * length / 2, bottom),
                length / 2,
                0.011 * height,
                facecolor=color,
                edgecolor=INK,
                linewidth=0.8,
                zorder=WORDS,
                gid="scale",
            )
        )
    for drawn in list(ax.texts):
        x, y = drawn.get_position()
        near = x < left + length + 0.06 * width and y < bottom + 0.1 * height
        if drawn.get_gid() == "contour-height" and near:
            drawn.remove()
    word = f"{number(length)} km" if length >= 1 else f"{number(1000 * length)} m"
    write(ax, word, (left + length / 2, bottom + 0.011 * height), offset=(0, 8), size=8)


def _draw_north(ax: Axes) -> None:
    """North is up: an arrow in the upper right corner that says so."""
    ax.annotate(
        "N",
        (1.0, 1.0),
        xytext=(-17, -40),
        textcoords="offset points",
        xycoords="axes fraction",
        ha="center",
        va="center",
        color=INK,
        fontsize=9,
        fontweight="bold",
        zorder=WORDS,
        bbox={"boxstyle": "circle,pad=0.18", "facecolor": CARD, "edgecolor": "none", "alpha": 0.85},
    )
    [needle] = ax.plot(
        [1.0],
        [1.0],
        marker=((-0.45, -0.8), (0, 1), (0.45, -0.8), (0, -0.45), (-0.45, -0.8)),
        markersize=17,
        markerfacecolor=INK,
        markeredgecolor=CARD,
        markeredgewidth=0.8,
        transform=ax.transAxes + ScaledTranslation(-17 / 72, -20 / 72, ax.figure.dpi_scale_trans),
        clip_on=False,
        zorder=WORDS,
        gid="north",
        scalex=False,
        scaley=False,
    )
    needle.set_solid_joinstyle("miter")


def _draw_colors(ax: Axes, norm: Any) -> None:
    """What the colours say in metres."""
    figure: Any = ax.figure
    bar = figure.colorbar(ScalarMappable(norm, DUSK), ax=ax, shrink=0.6, aspect=28, pad=0.02)
    bar.ax.set_title("m", fontsize=8, loc="center", color=INK, fontweight="normal", pad=4)
    bar.outline.set_linewidth(0.6)
    set_ticks(bar.ax, x=2, y=8)
    bar.ax.tick_params(axis="x", bottom=False, labelbottom=False)
