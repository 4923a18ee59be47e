"""The picture: for each work a line for all who did it, in multiples of steepest's time."""

from __future__ import annotations

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

WIDE, HIGH = 9.0, 0.175  # inches: of the picture, and of each line
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


def plot(run: Run) -> Axes:
    """Draw all works below each other, on one logarithmic axis."""
    works = [(WORKS[m.work].title, found) for m in run.works if (found := marks(m))]
    everything = [mark.multiple for _, found in works for mark in found] or [1.0]
    low, high = min(everything) / 3, max(everything) * 100
    lines = sum(len(found) + 2 for _, found in works)
    ax = new_axes(None, (WIDE, 1.2 + HIGH * max(lines, 1)))
    with style():
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        ax.set_ylim(lines + 0.5, -2.2)
        ax.axvspan(low, 1.0, color=DUSK(0.86), alpha=0.45, linewidth=0, zorder=0)
        ax.axvline(1.0, color=INK, linewidth=1.0, zorder=1)
        y = 0
        for title, found in works:
            ax.annotate(
                title, (0, y), xycoords=("axes fraction", "data"), xytext=(4, 0),
                textcoords="offset points", ha="left", va="center", fontsize=8.5, weight="bold",
                color=INK, path_effects=casing(3.0, PAPER),
            )  # fmt: skip
            for k, mark in enumerate(found, 1):
                _line(ax, y + k, mark)
            y += len(found) + 2
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_locator(LogLocator(10, numticks=20))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:,g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("time in multiples of steepest's   (● steepest   ○ peers   ◇ by hand)")
        ax.set_title("How long the others take")
        for side, word in (("right", "faster than steepest"), ("left", "slower than steepest")):
            ax.annotate(
                word, (1.0, -1.4), xytext=(-6 if side == "right" else 6, 0), color=MUTED,
                textcoords="offset points", ha=side, va="center", fontsize=8, style="italic",
            )  # fmt: skip
    return ax


def _line(ax: Axes, y: float, mark: Mark) -> None:
    """Somebody's mark, and the words beside it."""
    ours = mark.role == "steepest"
    ax.plot(
        [1.0, mark.multiple], [y, y], color=RULE, linewidth=2.0, zorder=0.5,
        solid_capstyle="butt",
    )  # fmt: skip
    ax.plot(
        mark.multiple, y, SHAPES[mark.role], markersize=8.5 if ours else 6,
        markerfacecolor=INK if ours else CARD, markeredgecolor=CARD if ours else INK,
        markeredgewidth=1.4 if ours else 1.2, zorder=4 if ours else 3, gid=mark.role,
    )  # fmt: skip
    ax.annotate(
        mark.words, (mark.multiple, y), xytext=(8, 0), textcoords="offset points", ha="left",
        va="center", fontsize=7.2, color=INK, weight="bold" if ours else "normal",
        path_effects=casing(2.4, PAPER), zorder=5,
    )  # fmt: skip


def draw(run: Run, path: Path) -> None:
    """Write the picture to a file."""
    save(plot(run), path, dpi=110)
