"""An elevation map as a smooth function of north and east, in metres.

A grid of measured elevations is smoothed over a stated length and joined by a cubic spline, whose
value and derivatives of every order are those of the row `spline2d`. The origin is the map's
south-westernmost point; n counts metres to the north and e metres to the east.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from steepest.errors import TerrainError
from steepest.operations.spline import SPLINE, Surface
from steepest.sources.elevations import check_elevations, read_elevations

if TYPE_CHECKING:
    from os import PathLike

    from steepest.graph.node import Node

__all__ = ["Bounds", "Place", "Terrain", "degree_lengths", "smooth"]

Array = npt.NDArray[np.float64]

# The ellipsoid of WGS 84: equatorial radius in metres and flattening (NIMA TR8350.2, third
# edition, table 3.1).
EQUATORIAL_RADIUS = 6_378_137.0
FLATTENING = 1 / 298.257223563


class Bounds(NamedTuple):
    """The rectangle that a map covers, in metres from its south-west corner."""

    south: float
    north: float
    west: float
    east: float


class Place(NamedTuple):
    """A point of the map and its elevation, all in metres."""

    n: float
    e: float
    elevation: float


def degree_lengths(latitude: float) -> tuple[float, float]:
    """How many metres a degree of latitude and a degree of longitude measure at this latitude.

        north = pi/180  a (1 - k) / (1 - k sin²φ)^(3/2)        east = pi/180  a cos φ / (1 - k
        sin²φ)^(1/2)

    with a the equatorial radius and k = f (2 - f) the squared eccentricity of WGS 84: the two
    radii of curvature of the ellipsoid (J. P. Snyder, Map Projections: A Working Manual, U.S.
    Geological Survey Professional Paper 1395, 1987, pages 24 to 25).

    >>> [round(metres) for metres in degree_lengths(45)]
    [111132, 78847]
    """
    k = FLATTENING * (2 - FLATTENING)
    phi = math.radians(latitude)
    bulge = 1 - k * math.sin(phi) ** 2
    north = EQUATORIAL_RADIUS * (1 - k) / bulge**1.5
    east = EQUATORIAL_RADIUS * math.cos(phi) / bulge**0.5
    return math.radians(north), math.radians(east)


def smooth(elevations: npt.ArrayLike, spacing: tuple[float, float], length: float) -> Array:
    """Elevations smoothed by a Gaussian with a standard deviation of `length` metres.

    At every point a straight line is fitted to the points within four lengths, weighted by the
    Gaussian, first along the columns and then along the rows. Away from the edge this is the
    Gaussian mean itself. At the edge, where half of the neighbours are missing, a mean would pull
    slopes flat; the fitted line does not: a plane stays the same plane right up to the edge. (J.
    Fan and I. Gijbels, Local Polynomial Modelling and Its Applications, 1996, section 3.2.)
    """
    found = np.asarray(elevations, dtype=np.float64)
    for axis, step in enumerate(spacing):
        found = np.moveaxis(_smooth_rows(np.moveaxis(found, axis, 0), length / step), 0, axis)
    return np.ascontiguousarray(found)


def _smooth_rows(values: Array, width: float) -> Array:
    """Smooth along the first axis, `width` being the standard deviation counted in rows."""
    count = values.shape[0]
    reach = min(int(4 * width + 0.5), count - 1)
    if reach == 0:
        return values
    offset = np.arange(-reach, reach + 1)
    row = np.arange(count)[:, None] + offset  # (rows, offsets)
    weight = np.where((row >= 0) & (row < count), np.exp(-0.5 * (offset / width) ** 2), 0.0)
    s0, s1, s2 = (np.sum(weight * offset**power, axis=1, keepdims=True) for power in (0, 1, 2))
    weight = weight * (s2 - s1 * offset) / (s0 * s2 - s1 * s1)
    found = np.zeros_like(values)
    for k, shift in enumerate(offset):
        # Rows that have a neighbour this far away; the others carry no weight for it.
        first, last = max(0, -shift), min(count, count - shift)
        found[first:last] += weight[first:last, k, None] * values[first + shift : last + shift]
    return found


def fit_spline(elevations: Array, spacing: tuple[float, float]) -> Surface:
    """The natural cubic spline through all points: no curvature across the edge of the map."""
    from scipy.interpolate import make_interp_spline

    coefficients = elevations
    for axis in (0, 1):
        count = elevations.shape[axis]
        # Whole-numbered knots, three beyond each end: every cell then has the same four B-splines.
        knots = np.arange(-3.0, count + 3)
        along = np.moveaxis(coefficients, axis, 0)
        fitted = make_interp_spline(np.arange(float(count)), along, k=3, t=knots, bc_type="natural")
        coefficients = np.moveaxis(fitted.c, 0, axis)
    return Surface(coefficients, spacing)


class Terrain:
    """A smooth mountain made of measured elevations: elevation(n, e), with n and e in metres.

    Arguments:
        elevations: `(rows, columns)` numbers in metres, at least 4 by 4, no holes. The first row
            is the northernmost and the first column the westernmost, as maps are printed.
        spacing: metres between neighbouring points, one number or `(north, east)`.
        smoothing: standard deviation in metres of the Gaussian that smooths the elevations before
            the spline is put through them; 0 keeps every number as measured.
        south_west: `(latitude, longitude)` in degrees of the south-westernmost point, if known.
        north_first: False if the first row of `elevations` is the southernmost.
        name: what pictures call it.

    Raises:
        TerrainError: saying what is wrong with the grid and what to write instead.

    >>> hill = Terrain([[0, 1, 2, 3]] * 4, spacing=10)  # rises to the east, 1 m in 10 m
    >>> round(float(hill(15, 25)), 12), round(float(hill.gradient(15, 25)[1]), 12)
    (2.5, 0.1)
    """

    variables = ("n", "e")
    #: Of n, of e and of the elevation: all agree, so a slope is also an angle.
    units = ("m", "m", "m")

    def __init__(
        self,
        elevations: npt.ArrayLike,
        spacing: float | tuple[float, float],
        *,
        smoothing: float = 0.0,
        south_west: tuple[float, float] | None = None,
        north_first: bool = True,
        name: str = "terrain",
    ) -> None:
        measured = check_elevations(elevations)
        if not isinstance(north_first, (bool, np.bool_)):
            raise TerrainError(
                f"north_first {north_first!r} is neither True (the first row of the map is its "
                "northernmost) nor False (its southernmost)"
            )
        self.spacing = _check_spacing(spacing)
        self.smoothing = _check_smoothing(smoothing, measured.shape, self.spacing)
        self.south_west = None if south_west is None else _check_place(south_west)
        self.name = name
        #: The elevations as given, `(rows, columns)`, the first row being the southernmost.
        self.measured = measured[::-1].copy() if north_first else measured
        #: The elevations that the spline goes through, smoothed; the first row is the southernmost.
        self.elevations = (
            smooth(self.measured, self.spacing, smoothing) if smoothing else self.measured
        )
        self.measured.flags.writeable = self.elevations.flags.writeable = False

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        spacing: float | tuple[float, float] | None = None,
        **options: Any,
    ) -> Terrain:
        """Read elevations from a file: `.npz` or `.npy` as NumPy writes them, or `.csv`.

        A CSV file holds one row of the map a line, the northernmost first, with commas,
        semicolons, tabs or blanks between the numbers; lines that begin with # are skipped. In an
        `.npz` file the elevations are the array called `elevations` (or `elevation`, `z`, or the
        only table in it), and `spacing`, `south_west`, `smoothing`, `north_first` and `name` are
        read from it too where it holds them; what is given here takes precedence.

        Raises TerrainError when the file is missing, cannot be read as numbers, or says nothing of
        its spacing.
        """
        place = Path(path)
        elevations, found = read_elevations(place)
        found.setdefault("name", place.stem)
        found.update(options)
        if spacing is not None:
            found["spacing"] = spacing
        if "spacing" not in found:
            raise TerrainError(
                f"{place.name} does not say how many metres lie between its points; "
                "give it, as in Terrain.load(path, spacing=30)"
            )
        return cls(elevations, **found)

    @classmethod
    def jacksboro(cls, smoothing: float = 250.0) -> Terrain:
        """The real mountain: the Jacksboro fault in Tennessee, as matplotlib ships it.

        31.7 by 30.1 km, 344 by 403 elevations in whole metres, three seconds of arc apart; Cross
        Mountain (1077 m) in the south and Norris Lake (about 310 m) in the east. The whole metres
        hold over a thousand pits of one cell, in which a walk would end at once; smoothed over 250
        m, its default, the valleys run on, and the summits are a little lower (Cross Mountain 1021
        m).
        """
        from steepest.sources.jacksboro import load_jacksboro

        return cls(**load_jacksboro(), smoothing=smoothing)

    @cached_property
    def surface(self) -> Surface:
        """The spline; fitted when it is first needed."""
        return fit_spline(self.elevations, self.spacing)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        rows, columns = self.elevations.shape
        return rows, columns

    @property
    def bounds(self) -> Bounds:
        """The rectangle in which the elevation is known, in metres."""
        north, east = self.surface.extent
        return Bounds(south=0.0, north=north, west=0.0, east=east)

    def __call__(self, n: npt.ArrayLike, e: npt.ArrayLike) -> Any:
        """The elevation in metres; n and e broadcast. NaN off the map."""
        found = self.surface.evaluate(n, e)
        return found if found.ndim else found[()]

    def gradient(self, n: npt.ArrayLike, e: npt.ArrayLike) -> Array:
        """The slopes to the north and to the east, metres per metre: shape `(2, ...)`."""
        return np.stack([self.surface.evaluate(n, e, (1, 0)), self.surface.evaluate(n, e, (0, 1))])

    def hessian(self, n: npt.ArrayLike, e: npt.ArrayLike) -> Array:
        """The second derivatives, per metre, on two first axes of 2."""
        nn, ne, ee = (self.surface.evaluate(n, e, orders) for orders in ((2, 0), (1, 1), (0, 2)))
        return np.stack([np.stack([nn, ne]), np.stack([ne, ee])])

    def function_node(self, n: Node, e: Node) -> Node:
        """The elevation as a node of a graph, of which everything else here can be derived."""
        from steepest.graph.node import make

        return make(SPLINE, (n, e), surface=self.surface, orders=(0, 0))

    def inside(self, n: npt.ArrayLike, e: npt.ArrayLike) -> Any:
        """Whether `(n, e)` lies on the map, its edge included: off it the elevation is NaN."""
        found = self.surface.inside(n, e)
        return found if found.ndim else bool(found)

    def grid(self) -> tuple[Array, Array, Array]:
        """North `(rows,)`, east `(columns,)` and the smoothed elevations `(rows, columns)`."""
        north, east = (
            np.arange(float(count)) * step
            for count, step in zip(self.shape, self.spacing, strict=True)
        )
        return north, east, self.elevations

    def summit(self) -> Place:
        """The highest point of the smoothed grid."""
        row, column = np.unravel_index(int(np.argmax(self.elevations)), self.shape)
        return Place(
            float(row * self.spacing[0]),
            float(column * self.spacing[1]),
            float(self.elevations[row, column]),
        )

    def cell(self, n: float, e: float) -> tuple[int, int]:
        """Row and column, in `elevations`, of the grid's point nearest to `(n, e)`."""
        if not self.inside(n, e):
            bounds = self.bounds
            raise TerrainError(
                f"({n:g}, {e:g}) lies off the map, which reaches from 0 to {bounds.north:g} m "
                f"north and from 0 to {bounds.east:g} m east"
            )
        return round(n / self.spacing[0]), round(e / self.spacing[1])

    @cached_property
    def _degrees(self) -> tuple[float, float, float, float]:
        """Latitude and longitude of the origin; the metres of a degree of each at mid-map."""
        if self.south_west is None:
            raise TerrainError(
                f"where on earth {self.name!r} lies is not known; give south_west=(latitude, "
                "longitude)"
            )
        latitude, longitude = self.south_west
        north, _ = degree_lengths(latitude)
        middle = latitude + (self.shape[0] - 1) * self.spacing[0] / north / 2
        return latitude, longitude, *degree_lengths(middle)

    def coordinates(self, n: npt.ArrayLike, e: npt.ArrayLike) -> tuple[Any, Any]:
        """Latitude and longitude, with the lengths of a degree at the map's middle latitude."""
        latitude, longitude, north, east = self._degrees
        return latitude + np.asarray(n) / north, longitude + np.asarray(e) / east

    def locate(self, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> tuple[Any, Any]:
        """Metres north and east of the origin, from degrees: what `coordinates` undoes."""
        south, west, north, east = self._degrees
        return (np.asarray(latitude) - south) * north, (np.asarray(longitude) - west) * east

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the map; see `steepest.pictures.plot_terrain`."""
        from steepest.pictures import plot_terrain

        return plot_terrain(self, ax=ax, **options)

    def __repr__(self) -> str:
        low, high = float(self.elevations.min()), float(self.elevations.max())
        smoothed = f"smoothed over {self.smoothing:g} m" if self.smoothing else "not smoothed"
        north, east = (
            (count - 1) * step / 1000 for count, step in zip(self.shape, self.spacing, strict=True)
        )
        return (
            f"Terrain({self.name!r}: {north:.1f} km north by {east:.1f} km east, "
            f"{low:.0f} to {high:.0f} m, {smoothed})"
        )


def _check_spacing(spacing: Any) -> tuple[float, float]:
    try:
        pair = np.broadcast_to(np.asarray(spacing, dtype=np.float64), 2)
    except (TypeError, ValueError):
        pair = np.array([np.nan, np.nan])
    if not np.all(np.isfinite(pair)) or np.any(pair <= 0):
        raise TerrainError(
            f"spacing {spacing!r} is not a distance; give the metres between neighbouring "
            "points, one number above 0 or a pair (north, east)"
        )
    return float(pair[0]), float(pair[1])


def _check_smoothing(length: Any, shape: tuple[int, ...], spacing: tuple[float, float]) -> float:
    if not isinstance(length, (int, float, np.number)) or not math.isfinite(length) or length < 0:
        raise TerrainError(f"smoothing {length!r} is not a length; give metres, 0 for none")
    reach = min((count - 1) * step for count, step in zip(shape, spacing, strict=True))
    if length > reach / 2:
        raise TerrainError(
            f"smoothing over {length:g} m would level a map that is only {reach:g} m across; "
            f"give less than {reach / 2:g}"
        )
    return float(length)


def _check_place(south_west: Any) -> tuple[float, float]:
    try:
        latitude, longitude = (float(degrees) for degrees in south_west)
    except (TypeError, ValueError):
        latitude = longitude = math.nan
    if not (-89 <= latitude <= 89 and -360 <= longitude <= 360):
        raise TerrainError(
            f"south_west {south_west!r} is not a place; give (latitude, longitude) in degrees, "
            "north and east positive"
        )
    return latitude, longitude
