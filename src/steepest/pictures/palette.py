"""Colours and what they mean, the same in every picture and on every page.

Green is the way downhill and nothing else; red is slope and uphill; blue is north and orange is
east (on other maps up and right). The land runs from blue to cream, its luminance rising all the
way, and holds no green and no red. Colour never speaks alone: each mark has a shape of its own as
well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

GREEN = "#00a676"  # a step downhill, always against the gradient: filled, wide, outlined and cased
GREEN_EDGE = "#00402f"
GREEN_TEXT = "#00805c"
RED = "#d1495b"  # slope, gradient, uphill: thin, with an open head
RED_TEXT = "#a31f3a"
BLUE = "#3346c9"  # north
ORANGE = "#b8560f"  # east
INK = "#1d2433"
MUTED = "#5f6675"
PAPER = "#faf8f3"
CARD = "#ffffff"
RULE = "#e4dfd3"
CONTOUR = "#28303e"
WALL = "#8f8b84"  # the sides of a block of land

DUSK_STOPS = (
    (0.00, "#2a567f"),
    (0.16, "#4679a0"),
    (0.32, "#7aa0b4"),
    (0.48, "#aebfb8"),
    (0.64, "#d6cba6"),
    (0.80, "#ecd9aa"),
    (0.92, "#f7ebca"),
    (1.00, "#fffbee"),
)
DUSK = LinearSegmentedColormap.from_list("dusk", list(DUSK_STOPS), N=1024)

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.facecolor": PAPER,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 12.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 10.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "hatch.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in this palette inside the block; afterwards matplotlib is set as it was."""
    with mpl.rc_context(cast(Any, STYLE)):
        yield


def casing(width: float, color: str = "white", alpha: float = 0.9) -> list[AbstractPathEffect]:
    """A light rim of `width` points around a mark or a word: it stands out from any land."""
    return [Stroke(linewidth=width, foreground=color, alpha=alpha), Normal()]


def number(value: float, digits: int = 3) -> str:
    """A number as people write it: `digits` significant, a real minus sign, no needless zeros.

    >>> number(-0.25), number(1234.567), number(2e-7), number(-3.0), number(0.0)
    ('−0.25', '1235', '2×10⁻⁷', '−3', '0')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(float(f"{abs(value):.{digits - 1}e}"))))
    if -5 < size < 6:
        text = f"{value:.{max(0, digits - 1 - size)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa = number(float(f"{value:.{digits - 1}e}".split("e")[0]), digits)
        text = f"{mantissa}×10" + str(size).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return text.replace("-", "−")


def set_ticks(ax: Axes, *, x: int = 6, y: int = 6) -> None:
    """At most so many ticks on each axis, labelled with real minus signs."""
    ends = ((ax.xaxis, x), (ax.yaxis, y))
    for axis, most in ends:
        axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(float(value), 6)))
