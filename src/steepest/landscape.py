"""A function seen over a stretch or a rectangle, as arrays.

What pictures are made from, without drawing. Here, and nowhere else, it is decided which variable
goes to the right and which goes up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from steepest.compass import find_axes
from steepest.errors import ShapeError, VariableError

__all__ = [
    "Curve",
    "Sheet",
    "contour_step",
    "orientation",
    "sample_curve",
    "sample_sheet",
    "stretch_around",
]

Array = npt.NDArray[np.float64]
Values = Callable[..., Any]
Stretch = tuple[float, float]


def orientation(names: Sequence[str], axes: tuple[int, int] | None = None) -> tuple[int, int]:
    """Which variable goes to the right and which goes up: their places among `names`.

    `axes` says which two are north and east, where their names do not. North goes up and east to
    the right, x to the right and y up; of any other two the first goes to the right.

    >>> orientation(("n", "e")), orientation(("e", "n")), orientation(("x", "y"))
    ((1, 0), (0, 1), (0, 1))
    """
    if len(names) != 2:
        raise VariableError(
            f"a map shows two variables, but there are {len(names)}: {', '.join(names) or 'none'}"
        )
    axes = axes or find_axes(names)
    if axes is not None:
        return axes[1], axes[0]
    return (1, 0) if tuple(names) == ("y", "x") else (0, 1)


@dataclass(frozen=True, eq=False)
class Curve:
    """A function of one variable over a stretch: `x` and `y` `(count,)`, NaN for no value."""

    name: str
    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Sheet:
    """A function of two variables over a rectangle, laid out as it is drawn.

    `heights[i, j]` belongs to `up[i]` and `right[j]`; both rise. NaN stands where there is no
    value.
    """

    names: tuple[str, str]  # in the function's own order
    right: Array  # (columns,)
    up: Array  # (rows,)
    heights: Array  # (rows, columns)
    axes: tuple[int, int] | None = (
        None  # which of the names are north and east, if they do not say so
    )

    def __post_init__(self) -> None:
        if self.heights.shape != (self.up.size, self.right.size):
            raise ShapeError(
                f"heights of shape {self.heights.shape} do not fit {self.up.size} rows and "
                f"{self.right.size} columns"
            )

    @property
    def compass(self) -> bool:
        """Whether up is north and right is east."""
        return (self.axes or find_axes(self.names)) is not None

    @property
    def order(self) -> tuple[int, int]:
        """The places among the names of the variables that go right and up."""
        return orientation(self.names, self.axes)

    @property
    def right_name(self) -> str:
        """The variable that goes to the right."""
        return self.names[self.order[0]]

    @property
    def up_name(self) -> str:
        """The variable that goes up."""
        return self.names[self.order[1]]

    @property
    def span(self) -> tuple[float, float]:
        """Width and height of the rectangle."""
        return float(self.right[-1] - self.right[0]), float(self.up[-1] - self.up[0])

    def place(self, vectors: npt.ArrayLike) -> Array:
        """Points or gradients `(..., 2)` in the function's order, turned into right, up."""
        return np.asarray(vectors, dtype=np.float64)[..., list(self.order)]

    @classmethod
    def of_terrain(cls, terrain: Any) -> Sheet:
        """The smoothed elevations of a `Terrain`, point by point."""
        north, east, elevations = terrain.grid()
        return cls(("n", "e"), east, north, elevations)

    def part(self, right: Stretch, up: Stretch) -> Sheet:
        """The points that lie within both stretches."""
        columns = (self.right >= right[0]) & (self.right <= right[1])
        rows = (self.up >= up[0]) & (self.up <= up[1])
        if columns.sum() < 2 or rows.sum() < 2:
            raise ShapeError(f"nothing to draw: no points between {right} and {up}")
        heights = self.heights[np.ix_(rows, columns)]
        return Sheet(self.names, self.right[columns], self.up[rows], heights, self.axes)

    def thinned(self, most: int) -> Sheet:
        """Every k-th row and column, so that neither has more than some `most`."""
        rows, columns = (max(1, -(-n // most)) for n in self.heights.shape)
        return Sheet(
            self.names,
            self.right[::columns],
            self.up[::rows],
            self.heights[::rows, ::columns],
            self.axes,
        )

    def slopes(self) -> tuple[Array, Array]:
        """Differences of the heights rightwards and upwards: for shading, never for numbers."""
        up, right = np.gradient(self.heights, self.up, self.right)
        return np.asarray(right), np.asarray(up)

    def limits(self) -> Stretch:
        """Lowest and highest finite height, (0, 1) where there is none."""
        finite = self.heights[np.isfinite(self.heights)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)

    @property
    def spiky(self) -> bool:
        """Whether a few heights tower so far over the rest that even steps would show only those.

        Said so when the upper half of the points takes up more than nine tenths of the range.
        """
        low, high = self.limits()
        finite = self.heights[np.isfinite(self.heights)]
        return bool(finite.size and high > low and np.median(finite) - low < 0.1 * (high - low))


def sample_curve(function: Values, name: str, stretch: Stretch, count: int = 801) -> Curve:
    """The function at `count` equal steps over a stretch."""
    x = np.linspace(*_rising(stretch, name), count)
    return Curve(name, x, _values(function, (x,), x.shape))


def sample_sheet(
    function: Values,
    names: Sequence[str],
    stretches: Sequence[Stretch],
    count: int = 241,
    axes: tuple[int, int] | None = None,
) -> Sheet:
    """The function at `count` by `count` points; one stretch for each variable, in order."""
    right, up = orientation(names, axes)
    along = [np.linspace(*_rising(s, n), count) for s, n in zip(stretches, names, strict=True)]
    arguments: list[Array] = list(along)
    arguments[right], arguments[up] = along[right][None, :], along[up][:, None]
    heights = _values(function, arguments, (count, count))
    return Sheet((names[0], names[1]), along[right], along[up], heights, axes)


def _values(function: Values, arguments: Sequence[Array], shape: tuple[int, ...]) -> Array:
    # Poles and roots of negative numbers are part of a landscape: they become holes, not warnings.
    with np.errstate(all="ignore"):
        evaluate = getattr(function, "over", function)
        found = np.asarray(evaluate(*arguments), dtype=np.float64)
    found = np.broadcast_to(found, shape)
    return np.where(np.isfinite(found), found, np.nan)


def _rising(stretch: Stretch, name: str) -> Stretch:
    low, high = (float(end) for end in stretch)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ShapeError(
            f"the stretch ({low:g}, {high:g}) of {name} is empty; give (lowest, highest)"
        )
    return low, high


def stretch_around(values: npt.ArrayLike, margin: float = 0.25, least: float = 1.0) -> Stretch:
    """A stretch that holds all finite values, with a share of it left free at both ends.

    It is at least `least` long, so that a single point has surroundings.
    """
    given = np.asarray(values, dtype=np.float64)
    finite = given[np.isfinite(given)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    half = max((high - low) * (1 + 2 * margin), least) / 2
    middle = low + (high - low) / 2
    return middle - half, middle + half


def contour_step(low: float, high: float, about: int = 15) -> float:
    """A round distance (1, 2 or 5 times a power of ten), so that some `about` contours are drawn.

    >>> contour_step(257, 1021), contour_step(0, 0.9)
    (50.0, 0.05)
    """
    wanted = (high - low) / about
    if not wanted > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    share = wanted / power
    return float(
        f"{power * (1 if share < 1.5 else 2 if share < 3.2 else 5 if share < 7.1 else 10):.0e}"
    )
