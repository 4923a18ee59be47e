"""The value at every step of a walk: did it go down, where was it best, and how did it end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from steepest.pictures.canvas import new_axes
from steepest.pictures.marks import LINES, PATH, POINT, note, write
from steepest.pictures.palette import (
    CARD,
    GREEN,
    GREEN_EDGE,
    GREEN_TEXT,
    INK,
    MUTED,
    RED,
    RED_TEXT,
    RULE,
    number,
    set_ticks,
    style,
)

__all__ = ["plot_values"]

# From this ratio between the first and the last distance to the best value, a logarithm is more
# use.
WIDE = 1e3


def plot_values(
    values: npt.ArrayLike,
    *,
    steps: npt.ArrayLike | None = None,
    ending: str = "",
    value_name: str = "value",
    ascent: bool = False,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the value at every step.

    Arguments:
        values: `(k,)`, the value at each recorded step, the first being the start.
        steps: `(k,)`, the numbers of these steps, where not all were recorded; 0, 1, 2, ... if not
        given.
        ending: how the walk ended, in a sentence; it is written under the picture.
        ascent: whether the walk went up, so that the best value is the highest.
        ax: where to draw; a new figure if not given.

    A step in the wrong direction is a red triangle, pointing the way it went; the best value is a
    green disc. Where all values are positive and differ by more than a factor of a thousand, equal
    distances mean equal factors (a logarithmic axis). Values that are not numbers are marked at
    the top with a cross.
    """
    y = np.asarray(values, dtype=np.float64)
    x = (
        np.arange(y.size, dtype=np.float64)
        if steps is None
        else np.asarray(steps, dtype=np.float64)
    )
    ax = new_axes(ax, (7.0, 3.6))
    with style():
        finite = np.isfinite(y)
        positive = finite.any() and float(y[finite].min()) > 0
        wide = positive and float(y[finite].max()) > WIDE * float(y[finite].min())
        if wide:
            ax.set_yscale("log")
        ax.plot(x, y, color=INK, linewidth=1.6, zorder=LINES, gid="values")
        if y.size <= 80:
            ax.plot(
                x,
                y,
                "o",
                markersize=4.0,
                markerfacecolor=CARD,
                markeredgecolor=INK,
                markeredgewidth=1.0,
                zorder=PATH,
            )
        wrong = _mark_wrong_way(ax, x, y, ascent)
        _mark_best(ax, x, y, ascent)
        _mark_missing(ax, x[~finite])
        ax.grid(axis="y", color=RULE, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.margins(x=0.02, y=0.16)
        ax.set_xlabel("step", loc="right")
        if not wide:
            set_ticks(ax, x=8, y=5)
        ax.set_ylabel(value_name, rotation=0, ha="left", va="bottom")
        ax.yaxis.set_label_coords(0.0, 1.03)
        said = [ending] if ending else []
        if wrong:
            way = "down" if ascent else "up"
            said.insert(0, f"{wrong} of {y.size - 1} steps went {way}hill")
        note(ax, said)
        if title:
            ax.set_title(title, pad=18)
    return ax


def _mark_wrong_way(ax: Axes, x: np.ndarray, y: np.ndarray, ascent: bool) -> int:
    with np.errstate(invalid="ignore"):
        change = np.diff(y)
        wrong = np.flatnonzero(change < 0 if ascent else change > 0)
    if wrong.size:
        ax.plot(
            x[wrong + 1],
            y[wrong + 1],
            "v" if ascent else "^",
            linestyle="none",
            color=RED,
            markeredgecolor=CARD,
            markeredgewidth=0.6,
            markersize=8.5,
            zorder=PATH + 1,
            gid="wrong-way",
        )
        last = int(wrong[np.argmax(np.abs(change[wrong]))])
        write(
            ax,
            "downhill" if ascent else "uphill",
            (float(x[last + 1]), float(y[last + 1])),
            color=RED_TEXT,
            offset=(0, 11),
            size=8,
        )
    return int(wrong.size)


def _mark_best(ax: Axes, x: np.ndarray, y: np.ndarray, ascent: bool) -> None:
    if not np.isfinite(y).any():
        return
    best = int(np.nanargmax(y) if ascent else np.nanargmin(y))
    ax.plot(
        x[best],
        y[best],
        "o",
        markersize=9,
        markerfacecolor=GREEN,
        markeredgecolor=GREEN_EDGE,
        zorder=POINT,
        gid="best",
    )
    right = x[best] > 0.6 * (x[-1] or 1.0)
    write(
        ax,
        f"best {number(float(y[best]), 4)}",
        (float(x[best]), float(y[best])),
        color=GREEN_TEXT,
        offset=(0, 14 if ascent else -14),
        ha="right" if right else "left",
    )


def _mark_missing(ax: Axes, x: np.ndarray) -> None:
    if x.size:
        ax.plot(
            x,
            np.full(x.size, 0.97),
            "x",
            color=MUTED,
            transform=ax.get_xaxis_transform(),
            zorder=POINT,
            gid="no-number",
        )
