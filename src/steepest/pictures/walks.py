"""Many walks: where they came from and where they met; of more variables, how low they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from steepest.descent.stopping import STEPS
from steepest.landscape import Sheet, sample_sheet, stretch_around
from steepest.pictures.basins import NOWHERE, TONES
from steepest.pictures.canvas import new_axes
from steepest.pictures.map import draw_land, figure_size, label_axes
from steepest.pictures.marks import LAND, LINES, PATH, POINT, note, write
from steepest.pictures.palette import (
    CARD,
    GREEN_TEXT,
    INK,
    PAPER,
    RULE,
    casing,
    number,
    set_ticks,
    style,
)

if TYPE_CHECKING:
    from steepest.descent.many import Many

__all__ = ["plot_many"]

Array = npt.NDArray[np.float64]

SHOWN = 3_000  # starts, or values, that are drawn, evenly chosen; more would be one blot
PLACES = 8  # that are marked, as many as there are tones
NEAR = 0.02  # ends within this share of the picture have met
VEIL = 0.5  # so much of the land's colours is left out, for the dots'
FEW = 0.005  # so few of the walks are no place of their own
WIDE = 1e3  # from this ratio between values on, equal distances are equal factors


def plot_many(many: Many, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw many walks on the map of a function of two variables; else their values, in order.

    Arguments:
        many: what `steepest.descend_many` gives.
        title: the function's own formula if not given.
        ax: where to draw; a new figure if not given.

    On a map each start is a dot in the colour of the place where its walk ended. Places are
    numbered, the lowest first; walks that met few others are dark dots where they ended.
    """
    heading = many.label if title is None else title
    function = getattr(many.objective, "function", None)
    if len(many.names) == 2 and function is not None:
        return _plot_places(many, function, heading, ax)
    return _plot_order(many, heading, ax)


def _plot_places(many: Many, function: Any, title: str, ax: Axes | None) -> Axes:
    reach = np.ptp(many.starts, axis=0)
    reach[reach == 0] = 1.0
    labels, lowest = _places(many, reach)
    spans = [stretch_around(v, 0.06) for v in np.vstack([many.starts, many.x[lowest]]).T]
    sheet = sample_sheet(function, many.names, spans, 241, getattr(function, "axes", None))
    ax = new_axes(ax, figure_size(sheet))
    with style():
        draw_land(ax, sheet)
        left, right = sheet.right[[0, -1]]
        ax.axvspan(left, right, color=PAPER, alpha=VEIL, linewidth=0, zorder=LAND + 0.5)
        _draw_starts(ax, sheet, many, labels)
        for k, x in enumerate(sheet.place(many.x[lowest]), start=1):
            ax.plot(
                x[0],
                x[1],
                "o",
                ms=15,
                mfc=TONES[k - 1],
                mec=INK,
                mew=1.2,
                zorder=POINT,
                gid="place",
            )
            ax.annotate(
                str(k), x, ha="center", va="center_baseline", fontsize=9, fontweight="bold",
                color=INK, zorder=POINT + 1, path_effects=casing(2.0),
            )  # fmt: skip
        ax.set_xlim(left, right)
        ax.set_ylim(sheet.up[0], sheet.up[-1])
        label_axes(ax, sheet, "")
        note(ax, _said(many, labels, lowest, sheet))
        if title:
            ax.set_title(title)
    return ax


def _kept(many: Many) -> npt.NDArray[np.bool_]:
    """Which walks did not run off to where the function has no number."""
    return np.isfinite(many.values) & (many.reasons <= STEPS)


def _places(many: Many, reach: Array) -> tuple[npt.NDArray[np.int64], list[int]]:
    """For each walk the number of the place where it ended, or −1; and the lowest walk of each."""
    labels = np.full(len(many), -1, dtype=np.int64)
    cells = many.x / (NEAR * reach)
    left = np.flatnonzero(_kept(many) & (np.abs(cells) < 2**52).all(axis=1))
    found: list[npt.NDArray[np.int64]] = []
    while left.size and len(found) < PLACES:
        _, first, sizes = np.unique(
            np.rint(cells[left]), axis=0, return_index=True, return_counts=True
        )
        middle = cells[left[first[np.argmax(sizes)]]]
        here = np.abs(cells[left] - middle).max(axis=1) <= 1
        if here.sum() < max(2, FEW * len(many)) and len(many) > 1:
            break
        found.append(left[here])
        left = left[~here]
    found.sort(key=lambda walks: float(many.values[walks].min()))
    for k, walks in enumerate(found):
        labels[walks] = k
    return labels, [int(walks[np.argmin(many.values[walks])]) for walks in found]


def _draw_starts(ax: Axes, sheet: Sheet, many: Many, labels: npt.NDArray[np.int64]) -> None:
    some = np.unique(np.linspace(0, len(many) - 1, SHOWN).astype(int))
    tones = np.array([*TONES, NOWHERE])[labels[some]]
    faint = 0.9 if len(some) < 300 else 0.5
    size = 14.0 if len(some) < 300 else 5.0
    right, up = sheet.place(many.starts[some]).T
    ax.scatter(
        right, up, s=size, c=tones, alpha=faint, edgecolors=INK, linewidths=0.25,
        zorder=LINES + 1, gid="starts",
    )  # fmt: skip
    alone = some[(labels[some] < 0) & np.isfinite(many.x[some]).all(axis=1)]
    if alone.size:
        right, up = sheet.place(many.x[alone]).T
        ax.scatter(right, up, s=7.0, c=INK, zorder=PATH, gid="alone")


def _said(many: Many, labels: npt.NDArray[np.int64], lowest: list[int], sheet: Sheet) -> list[str]:
    low, high = sheet.limits()
    lost = 1e-12 * (high - low)  # in the rounding of the land around
    values = [0.0 if abs(v) < lost else float(v) for v in many.values[lowest]]
    shares = np.bincount(labels + 1, minlength=len(lowest) + 1) / len(many)
    said = "   ".join(
        f"{k}: {share:.0%}, f = {number(value)}"
        for k, (value, share) in enumerate(zip(values, shares[1:], strict=True), start=1)
    )
    lines = [said] if said else ["no two walks met"]
    if shares[0]:
        lines.append(f"dark dots, from pale starts: {shares[0]:.1%} of the walks ended elsewhere")
    return lines


def _plot_order(many: Many, title: str, ax: Axes | None) -> Axes:
    """The values where the walks ended, from the lowest to the highest: a tread for each place."""
    values = np.sort(many.values[_kept(many)])
    ax = new_axes(ax, (7.0, 3.6))
    with style():
        if values.size:
            some = np.unique(np.linspace(0, values.size - 1, SHOWN).astype(int))
            low, high = float(values[0]), float(values[-1])
            wide = low > 0 and WIDE * low < high < 1e12 * low
            if wide:
                ax.set_yscale("log")
            shares = 100 * (some + 0.5) / len(many)
            ax.plot(
                shares, values[some], color=INK, linewidth=1.8, drawstyle="steps-mid",
                marker="o" if some.size <= 80 else "", markersize=4.0, markerfacecolor=CARD,
                zorder=LINES, gid="values",
            )  # fmt: skip
            write(
                ax, f"lowest {number(low, 4)}", (float(shares[0]), low), color=GREEN_TEXT,
                offset=(0, -14), ha="left",
            )  # fmt: skip
            if not wide:
                set_ticks(ax, x=6, y=5)
        ax.grid(axis="y", color=RULE, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.set_xlim(0, 100)
        ax.margins(y=0.2)
        ax.set_xlabel("% of the walks, the lowest first", loc="right")
        ax.set_ylabel("value where it ended", rotation=0, ha="left", va="bottom")
        ax.yaxis.set_label_coords(0.0, 1.03)
        lost = len(many) - values.size
        note(ax, [f"{lost:,} of {len(many):,} walks left the numbers"] if lost else [])
        if title:
            ax.set_title(title, pad=18)
    return ax
