"""The mountain: a function of two variables as a block of land, an arrow lying flat above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d.art3d import (  # type: ignore[import-untyped]
    Line3DCollection,
    Poly3DCollection,
)

from steepest.landscape import Sheet, contour_step
from steepest.pictures.canvas import new_axes
from steepest.pictures.marks import note
from steepest.pictures.palette import (
    BLUE,
    CARD,
    DUSK,
    GREEN,
    GREEN_EDGE,
    INK,
    ORANGE,
    WALL,
    casing,
    number,
    set_ticks,
    style,
)
from steepest.pictures.shading import Heights, paint

__all__ = ["plot_surface"]

Array = npt.NDArray[np.float64]

MOST_FACES = 250  # in each direction: more than a picture of this size can show
HEIGHT = 0.42
ARROW_SHARE = 0.3  # the arrow's length as a share of the shorter side


def plot_surface(
    sheet: Sheet,
    *,
    point: npt.ArrayLike | None = None,
    gradient: npt.ArrayLike | None = None,
    value: float | None = None,
    path: npt.ArrayLike | None = None,
    values: npt.ArrayLike | None = None,
    value_name: str = "",
    height: float = HEIGHT,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of two variables as a mountain.

    Arguments:
        sheet: the land, from `steepest.landscape.sample_sheet`.
        point, value, gradient: where one stands, `(2,)` in the function's order, the value and the
            gradient there. The green arrow lies flat, in the plane of the two variables, at that
            height; the plumb line at its tip shows how far the land has dropped there.
        path, values: a walk, `(k, 2)` and `(k,)`.
        value_name: what to call the height.
        height: how high to draw the block, as a share of its longer side.
        ax: axes with three dimensions; a new figure if not given.

    Returns:
        The axes that were drawn on, seen from the side to which the land falls.
    """
    ax = new_axes(ax, (7.4, 5.8), projection="3d")
    block: Any = ax
    with style():
        block.computed_zorder = (
            False  # marks lie over the land, in the order in which they are drawn
        )
        land = sheet.thinned(MOST_FACES)
        norm = Heights(land)
        ahead = None if gradient is None else -sheet.place(gradient)
        _draw_block(block, land, norm)
        _set_view(block, sheet, ahead, value_name, height)
        said = ["colours by the logarithm of height"] if norm.logarithmic else []
        if path is not None and values is not None:
            _draw_path(block, sheet.place(path), np.asarray(values, dtype=np.float64))
        if point is not None and value is not None:
            here = sheet.place(point)
            if ahead is not None:
                said.append(_draw_arrow(block, sheet, here, float(value), ahead))
            _draw_dot(block, here[0], here[1], float(value), 9)
        flat = "; the arrow lies flat" if ahead is not None else ""
        said.append(f"height drawn ×{number(_stretch(sheet, height), 2)}{flat}")
        note(ax, said, below=-6)
        if title:
            ax.set_title(title, y=1.0)
    return ax


def _stretch(sheet: Sheet, height: float) -> float:
    low, high = sheet.limits()
    return height * max(sheet.span) / ((high - low) or 1.0)


def _draw_block(block: Any, land: Sheet, norm: Heights) -> None:
    """The land as painted faces, with contours in the paint and walls down to the base."""
    right, up = np.meshgrid(land.right, land.up)
    colors = paint(land, DUSK, norm)
    _ink_contours(colors, land, norm)
    block.plot_surface(
        right,
        up,
        land.heights,
        facecolors=(colors[:-1, :-1] + colors[1:, 1:]) / 2,
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        shade=False,
        zorder=1,
        clip_on=False,
    )
    low, high = land.limits()
    base = low - 0.14 * ((high - low) or 1.0)
    edges = [
        (land.right, np.full_like(land.right, land.up[0]), land.heights[0]),
        (np.full_like(land.up, land.right[-1]), land.up, land.heights[:, -1]),
        (land.right, np.full_like(land.right, land.up[-1]), land.heights[-1]),
        (np.full_like(land.up, land.right[0]), land.up, land.heights[:, 0]),
    ]
    block.steepest_walls = []
    for x, y, z in edges:
        if not np.all(np.isfinite(z)):
            continue
        rim = np.stack([x, y, z], axis=1)
        foot = np.array([[x[-1], y[-1], base], [x[0], y[0], base]])
        wall = Poly3DCollection([np.concatenate([rim, foot])], facecolor=WALL, edgecolor=INK)
        wall.set_linewidth(0.4)
        wall.set_clip_on(False)
        block.add_collection3d(wall)
        block.steepest_walls.append(wall)
    block.set_zlim(base, high)


def _ink_contours(colors: Array, land: Sheet, norm: Heights) -> None:
    """Darken the faces that a contour runs through: lines would shine through the land."""
    low, high = land.limits()
    step = contour_step(low, high, 12)
    if norm.logarithmic or not high > low:
        return
    right, up = land.slopes()
    dx, dy = land.right[1] - land.right[0], land.up[1] - land.up[0]
    across = np.maximum(np.hypot(right * dx, up * dy), 1e-9 * step)  # height within one face
    order = np.round(land.heights / step)
    distance = np.abs(land.heights - order * step) / across
    strength = np.clip(0.95 - distance, 0, 1) * np.where(order % 5 == 0, 0.42, 0.22)
    strength = np.nan_to_num(strength * np.clip(step / across / 4, 0, 1))
    colors[..., :3] *= 1 - strength[..., None]


def _set_view(
    block: Any, sheet: Sheet, ahead: Array | None, value_name: str, height: float
) -> None:
    """Look from the south, turned towards the side to which the land falls."""
    # From the south, as a map is held; turned a little to the side to which the arrow points.
    aside = 28.0
    if ahead is not None and np.any(ahead):
        falls = float(np.degrees(np.arctan2(ahead[1], ahead[0])))
        aside = float(np.clip((falls - 30 + 90 + 180) % 360 - 180, -40, 40))
    azimuth = aside - 90
    block.view_init(elev=32, azim=azimuth)
    # Only the two walls that face the eye are seen; the other two would lie over the land.
    eye = np.array([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth))])
    outward = np.array([[0, -1], [1, 0], [0, 1], [-1, 0]])
    for wall, way in zip(block.steepest_walls, outward, strict=False):
        wall.set_visible(bool(way @ eye > 0))
        wall.set_zorder(2)
    across, upwards = sheet.span
    longer = max(across, upwards)
    block.set_box_aspect((across / longer, upwards / longer, height), zoom=1.16)
    block.set_xlim(sheet.right[0], sheet.right[-1])
    block.set_ylim(sheet.up[0], sheet.up[-1])
    for axis in (block.xaxis, block.yaxis, block.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color((0, 0, 0, 0.25))
        axis._axinfo["grid"].update(color=(0, 0, 0, 0.05), linewidth=0.5)
    names = (sheet.right_name, sheet.up_name)
    if sheet.compass:
        names = ("east →", "north →")
    block.set_xlabel(names[0], labelpad=2)
    block.set_ylabel(names[1], labelpad=2)
    block.set_zlabel(value_name, labelpad=2)
    set_ticks(block, x=5, y=5)
    block.zaxis.set_major_formatter(block.xaxis.get_major_formatter())
    block.zaxis.set_major_locator(type(block.xaxis.get_major_locator())(4))
    block.tick_params(pad=0, labelsize=7)


def _draw_arrow(block: Any, sheet: Sheet, here: Array, value: float, ahead: Array) -> str:
    """The green arrow, flat at the height of the point; its legs; the plumb line at its tip."""
    length = float(np.hypot(*ahead))
    if not np.isfinite(length):
        return "no slope here"
    if length == 0:
        ring = np.linspace(0, 2 * np.pi, 60)
        radius = 0.05 * min(sheet.span)
        block.plot(
            here[0] + radius * np.cos(ring),
            here[1] + radius * np.sin(ring),
            value,
            color=INK,
            linewidth=1.4,
            zorder=12,
            gid="flat-ground",
        )
        return "level ground: no way is steepest"
    reach = ARROW_SHARE * min(sheet.span)
    unit = ahead / length
    tip = here + reach * unit
    corner = np.array([tip[0], here[1]])
    for start, end, color in ((here, corner, ORANGE), (corner, tip, BLUE)):
        [leg] = block.plot(*np.stack([start, end]).T, value, color=color, linewidth=2, zorder=10)
        leg.set_path_effects(casing(4.2, alpha=0.85))
    outline = _flat_arrow(here, unit, reach)
    block.add_collection3d(_flat(outline, value, CARD, CARD, 4.0, 11))
    block.add_collection3d(_flat(outline, value, GREEN, GREEN_EDGE, 1.0, 12))
    column = int(np.argmin(np.abs(sheet.right - tip[0])))
    row = int(np.argmin(np.abs(sheet.up - tip[1])))
    ground = float(sheet.heights[row, column])
    inside = sheet.right[0] <= tip[0] <= sheet.right[-1] and sheet.up[0] <= tip[1] <= sheet.up[-1]
    if inside and np.isfinite(ground):
        ends = [[(tip[0], tip[1], value), (tip[0], tip[1], ground)]]
        block.add_collection3d(Line3DCollection(ends, colors=INK, linewidths=1.2, zorder=10))
    return f"steepest slope {number(length)}"


def _flat_arrow(here: Array, unit: Array, reach: float) -> Array:
    """The outline of an arrow `(7, 2)` from `here`, `reach` long."""
    aside = np.array([-unit[1], unit[0]])
    head, shaft, wing = 0.3 * reach, 0.045 * reach, 0.15 * reach
    along = np.array([0, reach - head, reach - head, reach, reach - head, reach - head, 0])
    across = np.array([shaft, shaft, wing, 0, -wing, -shaft, -shaft])
    outline: Array = here + along[:, None] * unit + across[:, None] * aside
    return outline


def _flat(
    outline: Array, value: float, face: str, edge: str, width: float, zorder: float
) -> Poly3DCollection:
    corners = np.column_stack([outline, np.full(len(outline), value)])
    drawn = Poly3DCollection([corners], facecolor=face, edgecolor=edge, linewidth=width)
    drawn.set_zorder(zorder)
    drawn.set_gid("steepest-descent")
    return drawn


def _draw_path(block: Any, walk: Array, values: Array) -> None:
    for width, color, zorder in ((4.4, CARD, 5), (1.7, INK, 6)):
        block.plot(*walk.T, values, color=color, linewidth=width, zorder=zorder, gid="path")
    if len(walk) <= 60:
        block.plot(
            *walk.T,
            values,
            "o",
            markersize=3.6,
            markerfacecolor=CARD,
            markeredgecolor=INK,
            markeredgewidth=1.0,
            zorder=7,
        )
    for index, end in ((0, False), (-1, True)):
        x, y = (float(at) for at in walk[index])
        _draw_dot(block, x, y, float(values[index]), 7, end)


def _draw_dot(block: Any, x: float, y: float, z: float, size: float, end: bool = False) -> None:
    block.plot(
        [x],
        [y],
        [z],
        "o",
        markersize=size,
        markerfacecolor=INK if end else CARD,
        markeredgecolor=CARD if end else INK,
        markeredgewidth=1.8,
        zorder=14,
        gid="end" if end else "point",
    )
