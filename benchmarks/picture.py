"""The picture: a line for each work, and on it all who did it, in multiples of steepest's time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.results import Measured, Run, ratio
from benchmarks.table import duration_of, times
from benchmarks.works import WORKS
from steepest.pictures import save
from steepest.pictures.canvas import new_axes
from steepest.pictures.palette import CARD, DUSK, INK, MUTED, PAPER, RULE, casing, style

__all__ = ["draw", "plot"]

WIDE, HIGH = 9.5, 1.3  # inches: of the picture, and of each line
LETTER, ROOM = 3.9, 7.0  # points: the mean width of a letter, and what stays free between words
LEVELS = (0.2, -0.2, 0.35, -0.35)  # where words stand, in lines from the mark
SHAPES = {"steepest": "o", "peer": "o", "hand": "D"}


@dataclass(frozen=True)
class Mark:
    """Somebody on a line: so many times as long as steepest."""

    multiple: float
    role: str
    words: str


def marks(measured: Measured) -> list[Mark]:
    """All on one line, from fast to slow."""
    ours = measured.of("steepest")
    if not ours:
        return []
    found = [Mark(1.0, "steepest", f"{ours[0].name} {duration_of(measured, ours[0])}")]
    for lane in measured.present:
        if lane is not ours[0]:
            multiple = ratio(lane, ours[0])[0]
            found.append(Mark(multiple, lane.role, f"{lane.name} ×{times(multiple)}"))
    return sorted(found, key=lambda mark: mark.multiple)


def levels(ends: Sequence[tuple[float, float]]) -> list[int]:
    """For words from left to right, each from where to where: the first level where none is in the
    way; if there is none, the one that is free soonest.

    >>> levels([(0, 10), (5, 15), (12, 20)])
    [0, 1, 0]
    """
    free = [-math.inf] * len(LEVELS)
    chosen = []
    for start, end in ends:
        fits = [k for k, until in enumerate(free) if until <= start]
        k = fits[0] if fits else min(range(len(free)), key=free.__getitem__)
        free[k] = end
        chosen.append(k)
    return chosen


def plot(run: Run) -> Axes:
    """Draw all works below each other, on one logarithmic axis."""
    lines = [(WORKS[m.work].title, found) for m in run.works if (found := marks(m))]
    everything = [mark.multiple for _, found in lines for mark in found] or [1.0]
    low, high = min(everything) / 4, max(everything) * 8
    ax = new_axes(None, (WIDE, 1.3 + HIGH * max(len(lines), 1)))
    with style():
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        ax.set_ylim(len(lines) - 0.5, -0.9)
        ax.axvspan(low, 1.0, color=DUSK(0.86), alpha=0.45, linewidth=0, zorder=0)
        ax.axvline(1.0, color=INK, linewidth=1.0, zorder=1)
        for y, (title, found) in enumerate(lines):
            _line(ax, y, title, found, math.log(high / low))
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_locator(LogLocator(10, numticks=20))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:,g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("time in multiples of steepest's   (● steepest   ○ peers   ◇ by hand)")
        ax.set_title("How long the others take")
        for where, word in ((0.99, "faster than steepest"), (1.01, "slower than steepest")):
            side = "right" if where < 1 else "left"
            ax.annotate(
                word, (1.0, -0.8), xytext=(-6 if where < 1 else 6, 0), color=MUTED,
                textcoords="offset points", ha=side, va="center", fontsize=8, style="italic",
            )  # fmt: skip
    return ax


def _line(ax: Axes, y: float, title: str, found: Sequence[Mark], decades: float) -> None:
    """One work: its title, its marks, and the words of each mark where they do not overlap."""
    ax.axhline(y, color=RULE, linewidth=1.0, zorder=0.5)
    ax.annotate(
        title, (0, y - 0.5), xycoords=("axes fraction", "data"), xytext=(4, 0),
        textcoords="offset points", ha="left", va="center", fontsize=8.5, weight="bold",
        color=INK, path_effects=casing(3.0, PAPER),
    )  # fmt: skip
    points = 72 * WIDE * 0.95 / decades
    middles = [math.log(mark.multiple) * points for mark in found]
    halves = [len(mark.words) * LETTER / 2 + ROOM / 2 for mark in found]
    spans = [(m - h, m + h) for m, h in zip(middles, halves, strict=True)]
    for mark, level in zip(found, levels(spans), strict=True):
        ours = mark.role == "steepest"
        ax.plot(
            mark.multiple, y, SHAPES[mark.role], markersize=10 if ours else 6.5,
            markerfacecolor=INK if ours else CARD, markeredgecolor=CARD if ours else INK,
            markeredgewidth=1.6 if ours else 1.2, zorder=4 if ours else 3, gid=mark.role,
        )  # fmt: skip
        away = LEVELS[level]
        ax.plot(
            [mark.multiple] * 2, [y, y - away * 0.7], color=MUTED, linewidth=0.6, zorder=2,
        )  # fmt: skip
        ax.annotate(
            mark.words, (mark.multiple, y - away), ha="center", va="center", fontsize=7.2,
            color=INK, weight="bold" if ours else "normal", path_effects=casing(2.4, PAPER),
            zorder=5,
        )  # fmt: skip


def draw(run: Run, path: Path) -> None:
    """Write the picture to a file."""
    save(plot(run), path, dpi=110)
