"""A smooth surface through a regular grid: cubic B-splines and all their derivatives.

A grid of heights, `rows` by `columns` points apart by `spacing = (north, east)`, becomes

    f(n, e) = sum over a, b of  c[a, b] B(n / north - a + 1) B(e / east - b + 1)

with B the cubic B-spline on whole-numbered knots, centred at 0 and zero beyond 2, and `c` the
`(rows + 2, columns + 2)` coefficients. Differentiating in `n` differentiates the first B only, so
the whole operation needs one rule: a derivative is the same operation with one order raised.

Source: C. de Boor, A Practical Guide to Splines (Springer, revised edition 2001), chapters IX to
XI. The segments of B are his cardinal B-spline of order 4, written out as polynomials.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import steepest.operations.usual  # noqa: F401  (its rows come before these)
from steepest.graph.operation import Operation, real_dtype, register

__all__ = ["SPLINE", "Surface"]

Array = np.ndarray[Any, Any]

# Where a point lies a share t in [0, 1) past a knot, four B-splines are not zero. Row a holds the
# polynomial of the a-th one, lowest power first, times 6.
SEGMENTS = (
    (1, -3, 3, -1),  # (1 - t)**3
    (4, 0, -6, 3),  # 4 - 6 t**2 + 3 t**3
    (1, 3, 3, -3),  # 1 + 3 t + 3 t**2 - 3 t**3
    (0, 0, 0, 1),  # t**3
)


def blend(t: Any, order: int) -> list[Any]:
    """The four B-spline weights at share `t` of a cell, differentiated `order` times in `t`.

    They sum to 1 for order 0 and to 0 for every other order; from order 4 on all are zero. Works on
    NumPy arrays and on mpmath numbers alike.
    """
    weights = []
    for segment in SEGMENTS:
        polynomial: tuple[int, ...] = segment
        for _ in range(order):
            polynomial = tuple(power * c for power, c in enumerate(polynomial))[1:]
        weight = 0 * t
        for coefficient in reversed(polynomial):
            weight = weight * t + coefficient
        weights.append(weight / 6)
    return weights


class Surface:
    """The coefficients of a spline over a grid, and the spacing of that grid.

    Arguments:
        coefficients: `(rows + 2, columns + 2)` for a grid of `(rows, columns)` points; the
            first row lies at n = 0, the first column at e = 0.
        spacing: distance between rows and between columns, in the unit of n and e.

    Two surfaces are equal when their numbers are; nothing changes them once they are made.
    """

    __slots__ = ("coefficients", "digest", "spacing")

    coefficients: Array
    spacing: tuple[float, float]
    digest: str

    def __init__(self, coefficients: Array, spacing: tuple[float, float]) -> None:
        held = np.array(coefficients, dtype=np.float64, order="C")
        held.flags.writeable = False
        steps = (float(spacing[0]), float(spacing[1]))
        import hashlib

        content = hashlib.sha256(held.tobytes())
        content.update(repr((held.shape, steps)).encode())
        for name, value in (
            ("coefficients", held),
            ("spacing", steps),
            ("digest", content.hexdigest()),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"a surface is never changed; make another one instead of setting {name!r}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Surface, (self.coefficients, self.spacing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surface) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __lt__(self, other: Surface) -> bool:
        return self.digest < other.digest

    def __repr__(self) -> str:
        rows, columns = self.cells
        return f"<surface of {rows + 1} x {columns + 1} points, {self.digest[:8]}>"

    @property
    def cells(self) -> tuple[int, int]:
        """How many cells there are to the north and to the east: one less than the points."""
        return self.coefficients.shape[0] - 3, self.coefficients.shape[1] - 3

    @property
    def extent(self) -> tuple[float, float]:
        """The last n and the last e of the grid; the first of each is 0."""
        return self.cells[0] * self.spacing[0], self.cells[1] * self.spacing[1]

    def inside(self, n: Any, e: Any) -> Array:
        """True where `(n, e)` lies on the grid, its edge included."""
        n, e = np.asarray(n), np.asarray(e)
        north, east = self.extent
        return np.asarray((n >= 0) & (n <= north) & (e >= 0) & (e <= east))

    def evaluate(self, n: Any, e: Any, orders: tuple[int, int] = (0, 0)) -> Array:
        """The surface, or its derivative of the given orders in `n` and `e`, at many points.

        `n` and `e` broadcast, and so does the result; off the grid it is NaN, for nothing is known
        there. A cubic's third derivative jumps at every knot: the piece to the north (east) of it
        is taken. The sum runs in one fixed order, so that a point gives the same bits alone and
        among others.

        >>> plane = Surface(np.add.outer(np.arange(-1.0, 4.0), 10 * np.arange(-1.0, 4.0)), (1, 1))
        >>> [round(float(plane.evaluate(0.5, 1.25, orders)), 12) for orders in [(0, 0), (0, 1)]]
        [13.0, 10.0]
        """
        n, e = np.asarray(n, dtype=np.float64), np.asarray(e, dtype=np.float64)
        known = self.inside(n, e)
        # Points off the grid are moved to its first point here, and turned to NaN at the end.
        u = np.where(known, n, 0.0) / self.spacing[0]
        v = np.where(known, e, 0.0) / self.spacing[1]
        # The last point of the grid belongs to the last cell, at t = 1.
        i = np.minimum(u.astype(np.intp), self.cells[0] - 1)
        j = np.minimum(v.astype(np.intp), self.cells[1] - 1)
        north, east = blend(u - i, orders[0]), blend(v - j, orders[1])
        c = self.coefficients
        total: Any = 0.0
        for a in range(4):
            along: Any = 0.0
            for b in range(4):
                along = along + east[b] * c[i + a, j + b]
            total = total + north[a] * along
        scale = self.spacing[0] ** orders[0] * self.spacing[1] ** orders[1]
        return np.where(known, total / scale, np.nan)


def run_spline(n: Any, e: Any, *, surface: Surface, orders: tuple[int, int]) -> Any:
    """What the row means in NumPy: computed in float64, given back in the precision of n and e."""
    dtype = np.result_type(n, e)
    found = surface.evaluate(n, e, orders).astype(
        dtype if dtype.kind == "f" else np.float64, copy=False
    )
    return found if found.ndim else found[()]


def precise_spline(mp: Any, n: Any, e: Any, *, surface: Surface, orders: tuple[int, int]) -> Any:
    """The same sum in mpmath's numbers, to as many digits as it is asked for."""
    steps = [mp.mpf(s) for s in surface.spacing]
    u, v = mp.mpf(n) / steps[0], mp.mpf(e) / steps[1]
    rows, columns = surface.cells
    if not (0 <= u <= rows and 0 <= v <= columns):
        return mp.nan
    i, j = min(int(mp.floor(u)), rows - 1), min(int(mp.floor(v)), columns - 1)
    north, east = blend(u - i, orders[0]), blend(v - j, orders[1])
    c = surface.coefficients
    total = mp.mpf(0)
    for a in range(4):
        for b in range(4):
            total += north[a] * east[b] * mp.mpf(float(c[i + a, j + b]))
    return total / (steps[0] ** orders[0] * steps[1] ** orders[1])


def slope_to_the_north(n: Any, e: Any, y: Any, *, surface: Surface, orders: tuple[int, int]) -> Any:
    return SPLINE(n, e, surface=surface, orders=(orders[0] + 1, orders[1]))


def slope_to_the_east(n: Any, e: Any, y: Any, *, surface: Surface, orders: tuple[int, int]) -> Any:
    return SPLINE(n, e, surface=surface, orders=(orders[0], orders[1] + 1))


SPLINE = register(
    Operation(
        name="spline2d",
        run=run_spline,
        arity=2,
        dtype=real_dtype,
        partials=(slope_to_the_north, slope_to_the_east),
        precise=precise_spline,
        latex=r"\operatorname{elevation}",
        convention="NaN off the grid; at a knot, the third derivative of the piece beyond it",
        rule_name="spline rule",
        shown="the same spline, one order higher",
        family="terrain",
    )
)
