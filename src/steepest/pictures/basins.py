"""Basins of attraction, as a map: a colour and a number each, and darker where the way is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from steepest.landscape import contour_step
from steepest.pictures.canvas import new_axes
from steepest.pictures.map import figure_size, label_axes
from steepest.pictures.marks import note
from steepest.pictures.palette import CONTOUR, INK, casing, number, style

if TYPE_CHECKING:
    from steepest.basins import Basins

__all__ = ["plot_basins"]

# Neither green nor red, which mean downhill and uphill; neighbours differ in lightness, too.
TONES = ("#5f86b8", "#e0b25e", "#8d74b3", "#c9874f", "#86b3bb", "#b58aa5", "#6c7f93", "#d9cf9a")
NOWHERE = "#d8d4cb"
DARKEST = 0.55  # of the tone's own brightness, where the way is longest


def plot_basins(
    found: Basins, *, contours: bool = True, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw which minimum each place leads to.

    Arguments:
        found: what `steepest.basins` gives.
        contours: whether to draw the land's contours, thin, on top.
        ax: where to draw; a new figure if not given.
    """
    sheet = found.sheet
    ax = new_axes(ax, figure_size(sheet))
    with style():
        right, up = sheet.right, sheet.up
        half = (right[1] - right[0]) / 2, (up[1] - up[0]) / 2
        extent = (right[0] - half[0], right[-1] + half[0], up[0] - half[1], up[-1] + half[1])
        ax.imshow(
            _coloured(found), origin="lower", extent=extent, interpolation="nearest", aspect="auto"
        )
        if contours:
            _draw_contours(ax, found)
        for k, x in enumerate(sheet.place(found.minima), start=1):
            if extent[0] <= x[0] <= extent[1] and extent[2] <= x[1] <= extent[3]:
                _draw_minimum(ax, x, k)
        label_axes(ax, sheet, "")
        note(ax, _said(found))
        if title:
            ax.set_title(title)
    return ax


def _coloured(found: Basins) -> Any:
    """(rows, columns, 3) colours."""
    tones = np.array([to_rgb(NOWHERE), *(to_rgb(tone) for tone in TONES)])
    number = np.where(found.labels < 0, 0, 1 + found.labels % len(TONES))
    colours = tones[number]
    steps = np.log1p(found.steps.astype(float))
    for k in range(len(found.minima)):
        here = found.labels == k
        low, high = np.quantile(steps[here], [0.02, 0.98])
        way = np.clip((steps[here] - low) / max(high - low, 1e-9), 0, 1)
        colours[here] *= (1 - (1 - DARKEST) * way**1.5)[:, None]
    return colours


def _draw_contours(ax: Axes, found: Basins) -> None:
    sheet = found.sheet
    low, high = sheet.limits()
    if not high > low:
        return
    if sheet.spiky and low <= high:
        rise = sheet.heights - low
        positive = rise[np.isfinite(rise) & (rise > 0)]
        levels = low + np.geomspace(np.quantile(positive, 0.01), positive.max(), 14)
    else:
        step = contour_step(low, high)
        levels = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    ax.contour(
        sheet.right, sheet.up, sheet.heights, levels=levels, colors=CONTOUR, linewidths=0.5,
        alpha=0.35,
    )  # fmt: skip


def _draw_minimum(ax: Axes, x: Any, k: int) -> None:
    ax.plot(*x, "o", ms=15, mfc="white", mec=INK, mew=1.2, zorder=5)
    ax.annotate(
        str(k), x, ha="center", va="center_baseline", fontsize=9, fontweight="bold", color=INK,
        zorder=6, path_effects=casing(1.5),
    )  # fmt: skip


def _said(found: Basins) -> list[str]:
    parts = [
        f"{k}: {share:.0%}, f = {number(value)}"
        for k, (value, share) in enumerate(zip(found.shown, found.shares, strict=True), start=1)
    ]
    said = ["   ".join(parts[:6])] if parts else ["no walk reached a minimum"]
    if len(parts) > 6:
        said.append(f"and {len(parts) - 6} more")
    if found.lost:
        said.append(f"grey: {found.lost:.1%} of the starts reach no minimum")
    return said
