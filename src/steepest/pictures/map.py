"""The map: a function of two variables from above, and the arrow of steepest descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from steepest.landscape import Sheet, contour_step
from steepest.pictures.canvas import new_axes
from steepest.pictures.marks import (
    LAND,
    LINES,
    draw_descent_arrow,
    draw_flat_ground,
    draw_gradient_arrow,
    draw_holes,
    draw_leg,
    draw_path,
    draw_point,
    mark_ends,
    note,
    write,
)
from steepest.pictures.palette import (
    BLUE,
    CONTOUR,
    DUSK,
    GREEN_EDGE,
    INK,
    ORANGE,
    PAPER,
    RED_TEXT,
    casing,
    number,
    set_ticks,
    style,
)
from steepest.pictures.shading import Heights, paint

__all__ = ["draw_arrows", "draw_land", "figure_size", "label_axes", "plot_map"]

Array = npt.NDArray[np.float64]
Pair = tuple[float, float]

# The arrow's length as a share of the picture's shorter side: its length is not the step's.
ARROW_SHARE = 0.26
# One side may be this much longer than the other before equal units would leave no picture to see.
MOST_UNEQUAL = 4.0


def plot_map(
    sheet: Sheet,
    *,
    point: npt.ArrayLike | None = None,
    gradient: npt.ArrayLike | None = None,
    path: npt.ArrayLike | None = None,
    uphill: bool = False,
    legs: bool = True,
    title: str = "",
    unit: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of two variables from above.

    Arguments:
        sheet: the land, from `steepest.landscape.sample_sheet`.
        point: where one stands, `(2,)` in the function's order of variables.
        gradient: the gradient there, `(2,)` in the same order: its opposite is the green arrow,
        its two
            components are the legs. Where it is zero a ring is drawn instead.
        path: a walk, `(k, 2)` in the same order.
        uphill: whether to draw the gradient itself too, thin and red.
        legs: whether to draw the two partial derivatives' shares of the arrow.
        unit: unit of both variables, for the labels of the axes.
        ax: where to draw; a new figure if not given.

    Returns:
        The axes that were drawn on. North is up and east is right; of other variables the first
        goes right.
    """
    ax = new_axes(ax, figure_size(sheet))
    with style():
        norm = draw_land(ax, sheet)
        label_axes(ax, sheet, unit)
        said = ["colours and contours by the logarithm of height"] if norm.logarithmic else []
        if path is not None:
            walk = sheet.place(path)
            draw_path(ax, walk)
            mark_ends(ax, walk)
        if point is not None:
            here = _pair(sheet.place(point))
            if gradient is not None:
                said = draw_arrows(ax, sheet, here, sheet.place(gradient), uphill, legs) + said
            draw_point(ax, here)
        note(ax, said)
        if title:
            ax.set_title(title)
    return ax


def figure_size(sheet: Sheet, width: float = 6.4) -> tuple[float, float]:
    """Inches for a new figure that the map fills without empty sides."""
    across, upwards = sheet.span
    ratio = upwards / across
    return width, width * min(max(ratio, 0.4), 1.6) * 0.88 + 0.9 if _alike(sheet) else 5.0


def _alike(sheet: Sheet) -> bool:
    """Whether both variables can be drawn to one scale."""
    across, upwards = sheet.span
    return 1 / MOST_UNEQUAL < across / upwards < MOST_UNEQUAL


def draw_land(ax: Axes, sheet: Sheet, exaggeration: float | None = None) -> Heights:
    """The land itself: shaded colours, contours with their heights, hatched holes."""
    norm = Heights(sheet)
    width, height = sheet.span
    dx, dy = width / (sheet.right.size - 1) / 2, height / (sheet.up.size - 1) / 2
    ax.set_facecolor(PAPER)
    ax.imshow(
        paint(sheet, DUSK, norm, exaggeration),
        extent=(sheet.right[0] - dx, sheet.right[-1] + dx, sheet.up[0] - dy, sheet.up[-1] + dy),
        origin="lower",
        interpolation="bilinear",
        aspect="equal" if _alike(sheet) else "auto",
        zorder=LAND,
    )
    ax.set_xlim(sheet.right[0], sheet.right[-1])
    ax.set_ylim(sheet.up[0], sheet.up[-1])
    draw_contours(ax, sheet, norm)
    draw_holes(ax, sheet.right, sheet.up, sheet.heights)
    return norm


def draw_contours(ax: Axes, sheet: Sheet, norm: Heights) -> None:
    """Contours at round heights; every fifth is darker and carries its height."""
    low, high = sheet.limits()
    step = contour_step(low, high)
    levels = norm.levels(step)
    if levels.size == 0 or not high > low:
        return
    fifth = (
        np.arange(levels.size) % 5 == 2
        if norm.logarithmic
        else np.round(levels / step).astype(np.int64) % 5 == 0
    )
    heights = np.ma.masked_invalid(sheet.heights)
    where = (sheet.right, sheet.up, heights)
    look: dict[str, Any] = {"colors": CONTOUR, "linestyles": "solid", "zorder": LINES}
    if (~fifth).any():
        ax.contour(*where, levels=levels[~fifth], linewidths=0.6, alpha=0.34, **look)
    if fifth.any():
        drawn = ax.contour(*where, levels=levels[fifth], linewidths=1.0, alpha=0.62, **look)
        words = ax.clabel(drawn, fontsize=7.0, fmt=lambda v: number(float(v), 4), inline=False)
        edges = np.array([sheet.right[[0, -1]], sheet.up[[0, -1]]])
        for word in words:
            share = (np.array(word.get_position()) - edges[:, 0]) / np.array(sheet.span)
            if np.any((share < 0.04) | (share > 0.96)):
                word.remove()
            word.set(color=INK, alpha=1.0, fontweight="bold", zorder=LINES + 0.5)
            word.set_path_effects(casing(2.2, alpha=0.7))
            word.set_gid("contour-height")


def label_axes(ax: Axes, sheet: Sheet, unit: str = "") -> None:
    """Names of both variables, with their direction where they are north and east."""
    behind = f" ({unit})" if unit else ""
    right, up = sheet.right_name, sheet.up_name
    if sheet.compass:
        right = "east" if right.lower() in ("e", "east") else f"east, {right}"
        up = "north" if up.lower() in ("n", "north") else f"north, {up}"
        ax.set_xlabel(f"{right}{behind} →", loc="right")
        ax.set_ylabel(f"{up}{behind} →", loc="top")
    else:
        ax.set_xlabel(f"{right}{behind}", loc="right")
        ax.set_ylabel(f"{up}{behind}", loc="top", rotation=0)
    set_ticks(ax)


def draw_arrows(
    ax: Axes, sheet: Sheet, here: Pair, gradient: Array, uphill: bool, legs: bool
) -> list[str]:
    """The green arrow and what goes with it; returns what has to be said about it.

    `gradient` is in the order right, up. The arrow is `-gradient` times one number, the same for
    both of its components, so that its direction and its two legs are true in the units of the
    picture.
    """
    steepness = float(np.hypot(*gradient))
    if not np.isfinite(steepness):
        return ["no slope here: the function has no value or no derivative"]
    if steepness == 0:
        draw_flat_ground(ax, here)
        return ["level ground: no way is steepest"]
    scale = _arrow_scale(sheet, here, gradient, uphill)
    tip = (here[0] - scale * gradient[0], here[1] - scale * gradient[1])
    corner = (tip[0], here[1])
    if legs:
        draw_leg(ax, here, corner, ORANGE, f"leg-{sheet.right_name}")
        draw_leg(ax, corner, tip, BLUE, f"leg-{sheet.up_name}")
        _name_legs(ax, sheet, here, corner, tip)
    if uphill:
        top = (here[0] + scale * gradient[0], here[1] + scale * gradient[1])
        draw_gradient_arrow(ax, here, top)
        write(ax, "∇f", top, color=RED_TEXT, offset=_beyond(gradient, 11))
    draw_descent_arrow(ax, here, tip)
    write(ax, "−∇f", tip, color=GREEN_EDGE, offset=_beyond(-gradient, 15))
    partials = dict(zip((sheet.right_name, sheet.up_name), gradient, strict=True))
    return [
        ",  ".join(f"∂f/∂{name} = {number(float(partials[name]))}" for name in sheet.names),
        f"steepest slope {number(steepness)},  −∇f drawn ×{number(scale, 2)}",
    ]


def _arrow_scale(sheet: Sheet, here: Pair, gradient: Array, both_ways: bool) -> float:
    """What to multiply the gradient by: the arrow fills its share and stays in the picture."""
    width, height = sheet.span
    sides = np.array([min(width, height)] * 2 if _alike(sheet) else [width, height])
    wanted = ARROW_SHARE / float(np.hypot(*(gradient / sides)))
    room = [wanted]
    for way in (-1, 1) if both_ways else (-1,):
        for at, ahead, ends in zip(here, way * gradient, (sheet.right, sheet.up), strict=True):
            if ahead:
                edge = ends[-1] if ahead > 0 else ends[0]
                room.append(0.92 * (edge - at) / ahead)
    # At the very edge a short arrow may leave the picture rather than shrink to nothing.
    return max(min(room), wanted / 3)


def _name_legs(ax: Axes, sheet: Sheet, here: Pair, corner: Pair, tip: Pair) -> None:
    # A leg too short to be seen is not named; the names stand outside the triangle.
    width, height = sheet.span
    if abs(corner[0] - here[0]) > 0.05 * width:
        below = -10 if tip[1] > here[1] else 10
        middle = ((here[0] + corner[0]) / 2, here[1])
        write(ax, f"−∂f/∂{sheet.right_name}", middle, color=ORANGE, offset=(0, below), size=8)
    if abs(tip[1] - corner[1]) > 0.05 * height:
        left = tip[0] < here[0]
        middle = (tip[0], (corner[1] + tip[1]) / 2)
        write(
            ax,
            f"−∂f/∂{sheet.up_name}",
            middle,
            color=BLUE,
            offset=(-6 if left else 6, 0),
            ha="right" if left else "left",
            size=8,
        )


def _beyond(direction: Array, points: float) -> Pair:
    unit = direction / np.hypot(*direction)
    return float(points * unit[0]), float(points * unit[1] * 0.8)


def _pair(place: Array) -> Pair:
    return float(place[0]), float(place[1])
