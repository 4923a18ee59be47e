"""The marks that carry meaning: arrows, legs, points, paths, holes, each by its shape too."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import Normal, Stroke

from steepest.pictures.palette import (
    CARD,
    GREEN,
    GREEN_EDGE,
    INK,
    MUTED,
    RED,
    casing,
)

__all__ = [
    "draw_descent_arrow",
    "draw_flat_ground",
    "draw_gradient_arrow",
    "draw_holes",
    "draw_leg",
    "draw_path",
    "draw_point",
    "mark_ends",
    "note",
    "write",
]

Array = npt.NDArray[np.float64]
Pair = tuple[float, float]

# What lies over what.
LAND, LINES, PATH, LEGS, ARROW, POINT, WORDS = 1, 2, 4, 5, 6, 7, 8


def draw_descent_arrow(ax: Axes, start: Pair, end: Pair) -> FancyArrowPatch:
    """The green arrow of steepest descent: filled, wide, outlined in dark, cased in white."""
    arrow = FancyArrowPatch(
        start,
        end,
        arrowstyle="simple,head_length=13,head_width=15,tail_width=5",
        mutation_scale=1,
        shrinkA=0,
        shrinkB=0,
        facecolor=GREEN,
        edgecolor=GREEN_EDGE,
        linewidth=1.0,
        joinstyle="miter",
        zorder=ARROW,
        gid="steepest-descent",
    )
    arrow.set_path_effects([Stroke(linewidth=5.0, foreground="white"), Normal()])
    ax.add_patch(arrow)
    return arrow


def draw_gradient_arrow(ax: Axes, start: Pair, end: Pair) -> FancyArrowPatch:
    """The red arrow, the gradient, uphill: thin, with an open head."""
    arrow = FancyArrowPatch(
        start,
        end,
        arrowstyle="->,head_length=5,head_width=3.2",
        mutation_scale=1.6,
        shrinkA=0,
        shrinkB=0,
        color=RED,
        linewidth=1.8,
        zorder=LEGS,
        gid="gradient",
    )
    arrow.set_path_effects(casing(4.2))
    ax.add_patch(arrow)
    return arrow


def draw_leg(ax: Axes, start: Pair, end: Pair, color: str, gid: str) -> None:
    """One partial derivative's share of the arrow, along its axis."""
    [line] = ax.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=color,
        linewidth=2.2,
        solid_capstyle="butt",
        zorder=LEGS,
        gid=gid,
    )
    line.set_path_effects(casing(4.6, alpha=0.85))


def draw_point(ax: Axes, at: Pair, size: float = 9.0) -> None:
    """Where one stands: a white disc with a thick dark rim."""
    ax.plot(
        *at,
        "o",
        markersize=size,
        markerfacecolor=CARD,
        markeredgecolor=INK,
        markeredgewidth=2.2,
        zorder=POINT,
        gid="point",
    )


def draw_flat_ground(ax: Axes, at: Pair) -> None:
    """Level ground: a ring around the point, and no arrow, for there is no steepest way."""
    [ring] = ax.plot(
        *at,
        "o",
        markersize=22,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.6,
        zorder=LEGS,
        gid="flat-ground",
    )
    ring.set_path_effects(casing(4.0))


def draw_path(ax: Axes, points: npt.ArrayLike, most_dots: int = 60) -> None:
    """A walk: a dark line in a white casing, with a white dot at a step where there is room."""
    x, y = np.asarray(points, dtype=np.float64).T
    [line] = ax.plot(
        x, y, color=INK, linewidth=1.8, solid_joinstyle="round", zorder=PATH, gid="path"
    )
    line.set_path_effects(casing(4.6))
    kept = _spread(np.stack([x, y], axis=1), ax, most_dots)
    ax.plot(
        x[kept],
        y[kept],
        "o",
        linestyle="none",
        markersize=4.2,
        markerfacecolor=CARD,
        markeredgecolor=INK,
        markeredgewidth=1.1,
        zorder=PATH + 0.5,
        gid="path-dots",
    )


def _spread(points: Array, ax: Axes, most: int) -> list[int]:
    """Which of the points to draw as dots: no two nearer than a share of the picture's width."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    scaled = points / [abs(right - left) or 1.0, abs(top - bottom) or 1.0]
    kept, last = [], None
    for index, point in enumerate(scaled):
        if not np.all(np.isfinite(point)):
            continue
        if last is None or float(np.hypot(*(point - last))) > 1.4 / most:
            kept.append(index)
            last = point
    return kept


def mark_ends(ax: Axes, points: npt.ArrayLike, start: str = "start", end: str = "end") -> None:
    """The start of a walk (a ring) and its end (a filled disc), named in words beside the way."""
    walk = np.asarray(points, dtype=np.float64)
    walk = walk[np.all(np.isfinite(walk), axis=1)]
    if not len(walk):
        return
    # A word goes to the side that the walk does not come from.
    ways = (walk[0] - walk[min(3, len(walk) - 1)], walk[-1] - walk[-min(4, len(walk))])
    (left, right) = ax.get_xlim()
    for at, word, way, first in ((walk[0], start, ways[0], True), (walk[-1], end, ways[1], False)):
        share = (at[0] - left) / ((right - left) or 1.0)
        side = 1 if way[0] >= 0 else -1
        side = -1 if share > 0.7 else 1 if share < 0.3 else side
        ax.plot(
            *at,
            "o",
            markersize=9.0,
            markerfacecolor=CARD if first else INK,
            markeredgecolor=INK if first else CARD,
            markeredgewidth=2.0,
            zorder=POINT,
            gid="start" if first else "end",
        )
        write(
            ax,
            word,
            (float(at[0]), float(at[1])),
            offset=(9 * side, 6 if way[1] >= 0 else -6),
            ha="left" if side > 0 else "right",
        )


def write(
    ax: Axes,
    word: str,
    at: Pair,
    *,
    color: str = INK,
    offset: Pair = (0.0, 0.0),
    ha: str = "center",
    va: str = "center",
    size: float = 9.0,
    rim: str = "white",
) -> None:
    """A word on the land, with a light rim, moved by `offset` points from where it belongs."""
    text = ax.annotate(
        word,
        at,
        xytext=offset,
        textcoords="offset points",
        color=color,
        ha=ha,
        va=va,
        fontsize=size,
        fontweight="bold",
        zorder=WORDS,
        annotation_clip=False,
    )
    text.set_path_effects(casing(3.0, rim))


def note(ax: Axes, lines: str | Sequence[str], below: float = 37) -> None:
    """What has to be said about a picture, so many points below its lower left corner."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    # About 4.4 points a letter at this size; a longer line would squeeze the picture beside it.
    room = max(30, int(0.8 * ax.figure.bbox.width / ax.figure.dpi * 72 / 4.4))
    text = "\n".join(part for line in text.splitlines() for part in textwrap.wrap(line, room))
    if text:
        ax.annotate(
            text,
            (0.0, 0.0),
            xycoords="axes fraction",
            xytext=(0, -below),
            textcoords="offset points",
            ha="left",
            va="top",
            fontsize=8.0,
            color=MUTED,
            linespacing=1.5,
            annotation_clip=False,
            gid="note",
        )


def draw_holes(ax: Axes, right: Array, up: Array, heights: Array) -> None:
    """Hatching where the function has no value."""
    missing = ~np.isfinite(heights)
    if not missing.any():
        return
    with_edges = missing.astype(np.float64)
    drawn = ax.contourf(
        right, up, with_edges, levels=[0.5, 1.5], colors="none", hatches=["////"], zorder=LINES + 1
    )
    drawn.set_edgecolor(MUTED)
    drawn.set_linewidth(0.0)
    drawn.set_gid("holes")
