"""The curve: a function of one variable, its tangent, and steps taken on the axis below it."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Polygon
from matplotlib.patheffects import Normal, Stroke

from steepest.landscape import Curve
from steepest.pictures.canvas import new_axes
from steepest.pictures.marks import (
    LAND,
    LEGS,
    LINES,
    POINT,
    draw_descent_arrow,
    draw_path,
    draw_point,
    mark_ends,
    note,
    write,
)
from steepest.pictures.palette import (
    CARD,
    DUSK,
    GREEN_EDGE,
    GREEN_TEXT,
    INK,
    MUTED,
    PAPER,
    RED,
    RED_TEXT,
    casing,
    number,
    set_ticks,
    style,
)

__all__ = ["plot_curve"]

Array = npt.NDArray[np.float64]

# So many of a walk's first steps are drawn as hops on the axis; more would hide each other.
MOST_HOPS = 8


def plot_curve(
    curve: Curve,
    *,
    point: tuple[float, float] | None = None,
    slope: float | None = None,
    after: tuple[float, float] | None = None,
    path: npt.ArrayLike | None = None,
    values: npt.ArrayLike | None = None,
    value_name: str = "",
    land: bool = True,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one variable.

    Arguments:
        curve: the function over a stretch, from `steepest.landscape.sample_curve`.
        point: where one stands and the value there.
        slope: the derivative there: drawn as a piece of the tangent, with its number.
        after: where one step leads and the value there: the step is a green arrow on the axis,
        from the
            first place to the second, and the ball that will be there is a ghost.
        path, values: a walk, `(k,)` places and `(k,)` values.
        value_name: what to call the values; f(x) if not given.
        land: whether the ground under the curve is coloured by height. False for a position in
        time.
        ax: where to draw; a new figure if not given.

    Returns:
        The axes that were drawn on.
    """
    ax = new_axes(ax, (7.0, 4.6))
    with style():
        bottom, top = _frame(ax, curve, point, after, values)
        if land:
            _fill(ax, curve, bottom, top)
        ax.plot(curve.x, curve.y, color=INK, linewidth=2.2, zorder=LINES, gid="curve")
        ax.set_xlabel(curve.name, loc="right")
        ax.set_ylabel(value_name or f"f({curve.name})", rotation=0, ha="left", va="bottom")
        ax.yaxis.set_label_coords(0.0, 1.02)
        set_ticks(ax, x=8)
        if path is not None and values is not None:
            _draw_walk(ax, np.asarray(path, dtype=float), np.asarray(values, dtype=float))
        if point is not None and slope is not None:
            _draw_tangent(ax, point, slope)
        if point is not None and after is not None:
            _draw_step(ax, curve.name, point, after, bottom)
        if point is not None:
            if slope == 0 and after is None:
                note(ax, "level ground: the slope is 0, and no way is downhill")
            draw_point(ax, point, size=11)
        if title:
            ax.set_title(title, pad=18)
    return ax


def _frame(
    ax: Axes,
    curve: Curve,
    point: tuple[float, float] | None,
    after: tuple[float, float] | None,
    values: npt.ArrayLike | None,
) -> tuple[float, float]:
    """Set the limits so that everything that is marked can be seen; poles are cut off."""
    y = curve.y[np.isfinite(curve.y)]
    marked = [p[1] for p in (point, after) if p is not None and np.isfinite(p[1])]
    if values is not None:
        given = np.asarray(values, dtype=float)
        marked += given[np.isfinite(given)].tolist()
    if y.size == 0:
        y = np.array([0.0, 1.0])
    low, high = float(y.min()), float(y.max())
    quarter, half = np.quantile(y, [0.03, 0.97])
    usual = float(half - quarter)
    # A pole would flatten all the rest: what towers over twice the usual range is cut.
    low = max(low, float(quarter) - 2 * usual) if usual > 0 else low
    high = min(high, float(half) + 2 * usual) if usual > 0 else high
    low, high = min([low, *marked]), max([high, *marked])
    room = (high - low) or max(abs(high), 1.0)
    bottom, top = low - 0.16 * room, high + 0.06 * room
    ax.set_xlim(float(curve.x[0]), float(curve.x[-1]))
    ax.set_ylim(bottom, top)
    return bottom, top


def _fill(ax: Axes, curve: Curve, bottom: float, top: float) -> None:
    """Colour the ground by height; where the curve has no value there is no ground."""
    known = np.isfinite(curve.y)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    left, right = float(curve.x[0]), float(curve.x[-1])
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        if last - first < 2:
            continue
        x, y = curve.x[first:last], np.clip(curve.y[first:last], bottom, top)
        outline = [(x[0], bottom), *zip(x, y, strict=True), (x[-1], bottom)]
        ground = Polygon(outline, facecolor="none", edgecolor="none")
        ax.add_patch(ground)
        heights = ax.imshow(
            np.linspace(0, 1, 256)[:, None],
            cmap=DUSK,
            extent=(left, right, bottom, top),
            origin="lower",
            aspect="auto",
            alpha=0.95,
            zorder=LAND,
        )
        heights.set_clip_path(ground)
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)


def _draw_tangent(ax: Axes, point: tuple[float, float], slope: float) -> None:
    """A piece of the tangent, of one length in the picture whatever the slope, and its number."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    wide, high = right - left, top - bottom
    reach = 0.16 / float(np.hypot(1 / wide, slope / high * 0.7))
    x = np.array([point[0] - reach, point[0] + reach])
    [line] = ax.plot(
        x,
        point[1] + slope * (x - point[0]),
        color=RED,
        linewidth=2.4,
        solid_capstyle="round",
        zorder=LEGS,
        gid="tangent",
        scalex=False,
        scaley=False,
    )
    line.set_path_effects(casing(5.4))
    # The number stands at the upper end, on the inner side, where a curve rarely is.
    upper = 0 if slope < 0 else 1
    write(
        ax,
        f"slope {number(slope)}",
        (float(x[upper]), float(point[1] + slope * (x[upper] - point[0]))),
        color=RED_TEXT,
        offset=(9, 3) if slope < 0 else (-9, 3 if abs(slope) * wide > 0.3 * high else 11),
        ha="left" if slope < 0 else "right",
    )


def _draw_step(
    ax: Axes, name: str, point: tuple[float, float], after: tuple[float, float], bottom: float
) -> None:
    """The step on the axis: from the old place to the new one, and the ball that will be there."""
    for place, color in ((point, INK), (after, GREEN_EDGE)):
        ax.plot(
            [place[0]] * 2, [bottom, place[1]], ":", color=color, linewidth=1.2, zorder=LEGS - 1
        )
    if np.isfinite(after[1]):
        ghost = ax.scatter(
            *after,
            s=110,
            facecolors=[(1.0, 1.0, 1.0, 0.75)],
            edgecolors=GREEN_TEXT,
            linewidths=1.8,
            zorder=POINT,
            gid="after",
        )
        ghost.set_linestyle((0, (2, 1.2)))
    if point[0] != after[0]:
        arrow = draw_descent_arrow(ax, (point[0], bottom), (after[0], bottom))
        arrow.set_clip_on(False)
        middle = ((point[0] + after[0]) / 2, bottom)
        write(ax, f"−rate · df/d{name}", middle, color=GREEN_EDGE, offset=(0, 15))
    for place, word, color in ((point, "₁", INK), (after, "₂", GREEN_TEXT)):
        write(ax, name + word, (place[0], bottom), color=color, offset=(0, -24), size=10, rim=PAPER)


def _draw_walk(ax: Axes, x: Array, y: Array) -> None:
    """A walk on the curve, and every one of its steps on the axis as long as there is room."""
    draw_path(ax, np.stack([x, y], axis=1))
    mark_ends(ax, np.stack([x, y], axis=1))
    bottom = ax.get_ylim()[0]
    left, right = ax.get_xlim()
    for here, there in itertools.pairwise(x):
        if not abs(there - here) > 0.012 * (right - left):
            continue
        step = FancyArrowPatch(
            (float(here), bottom),
            (float(there), bottom),
            connectionstyle="arc3,rad=" + ("-0.12" if there > here else "0.12"),
            arrowstyle="-|>,head_length=4,head_width=2.4",
            shrinkA=0,
            shrinkB=0,
            color=GREEN_TEXT,
            linewidth=1.4,
            zorder=LEGS,
            gid="step",
        )
        step.set_path_effects([Stroke(linewidth=3.4, foreground=CARD), Normal()])
        ax.add_patch(step)
    ax.plot(x, np.full_like(x, bottom), "|", color=MUTED, markersize=5, zorder=LEGS, clip_on=False)
