"""Basins of attraction: which minimum a walk from each place of a rectangle comes down to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.many import Many, descend_many
from steepest.descent.method import Method
from steepest.descent.step import Rate
from steepest.descent.stopping import Ending
from steepest.errors import ShapeError
from steepest.function import Function
from steepest.landscape import Sheet, sample_sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Basins", "basins"]

Array = NDArray[np.float64]
Stretch = tuple[float, float]
APART = 1e-3  # minima nearer than this share of the rectangle count as one
PROBES = 24  # curvature is measured at so many by so many places


@dataclass(frozen=True, eq=False, repr=False)
class Basins:
    """Which minimum each start came down to.

    minima      (k, 2) in the function's order of variables, the lowest first; values (k,)
    labels      (rows, columns) the number of the minimum, from 0, that the walk from there reached;
                −1 where it reached none
    steps       (rows, columns) how many steps it took
    shares      (k,) of all starts
    sheet       the land itself, on the same places: `right`, `up`, `heights`
    many        the walks, row by row
    """

    minima: Array
    values: Array
    labels: NDArray[np.int64]
    steps: NDArray[np.int64]
    sheet: Sheet
    many: Many
    rate: Rate | None

    @property
    def shares(self) -> Array:
        """Which part of the starts each minimum draws."""
        counts = np.bincount(self.labels.ravel() + 1, minlength=len(self.minima) + 1)[1:]
        return np.asarray(counts / self.labels.size)

    @property
    def shown(self) -> list[float]:
        """The values to be read: 0 where a value is lost in the rounding of the land around it."""
        low, high = self.sheet.limits()
        return [0.0 if abs(v) < 1e-12 * (high - low) else float(v) for v in self.values]

    @property
    def lost(self) -> float:
        """Which part of the starts reached no minimum."""
        return float(np.mean(self.labels < 0))

    def __repr__(self) -> str:
        names = self.sheet.names
        lines = [f"basins of {self.many.label or 'f'}: {len(self.many):,} walks"]
        for k, (x, value, share) in enumerate(
            zip(self.minima, self.shown, self.shares, strict=True), start=1
        ):
            at = ", ".join(f"{name} = {v:.6g}" for name, v in zip(names, x, strict=True))
            lines.append(f"  {k}  {share:6.1%}  f = {value:.6g} at {at}")
        if self.lost:
            words, counts = np.unique(
                self.many.endings[self.labels.ravel() < 0], return_counts=True
            )
            why = ", ".join(f"{n:,} {w}" for w, n in zip(words, counts, strict=True))
            lines.append(f"  -  {self.lost:6.1%}  no minimum ({why})")
        return "\n".join(lines)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """The picture: a colour and a number for every basin, darker where the way is long."""
        from steepest.pictures import plot_basins

        return plot_basins(self, ax=ax, **options)


def basins(
    f: Any,
    domain: Sequence[Stretch] | Mapping[str, Stretch],
    *,
    size: int = 300,
    method: str | Method = "gradient-descent",
    rate: Rate | None = None,
    steps: int = 5000,
    tolerance: float = 1e-8,
    engine: str | None = None,
) -> Basins:
    """Walk down from every place of a rectangle, and see which minimum each walk reaches.

    f           a function of two variables: a Function, a formula, NumPy code
    domain      (lowest, highest) for each variable, in order or by name
    size        so many starts in each direction
    rate        None, for gradient descent: 1/L, where L is the largest curvature found in the
                rectangle; the longest that is safe at most of its places
    method, steps, tolerance, engine    as in `descend_many`

    Minima nearer to each other than a thousandth of the rectangle count as one. Places from which a
    walk ends at a saddle, leaves the numbers or runs out of steps belong to no basin.

    >>> found = basins("(w^2 - 1)^2 + v^2", {"w": (-2, 2), "v": (-1, 1)}, size=20)
    >>> np.allclose(found.minima, [[-1, 0], [1, 0]])
    True
    >>> found.shares
    array([0.5, 0.5])
    """
    function = f if isinstance(f, Function) else Function(f)
    stretches = _stretches(function, domain)
    if size < 2:
        raise ShapeError(f"size={size!r}: at least 2 starts are needed in each direction")
    sheet = sample_sheet(function, function.variables, stretches, size, function.axes)
    right, up = np.meshgrid(sheet.right, sheet.up)
    starts = np.empty((right.size, 2))
    starts[:, sheet.order[0]], starts[:, sheet.order[1]] = right.ravel(), up.ravel()
    if rate is None and method == "gradient-descent":
        rate = _safe_rate(function, stretches)
    many = descend_many(
        function, starts, method=method, rate=rate, steps=steps, tolerance=tolerance, engine=engine
    )
    minima, values, labels = _gathered(function, many, stretches)
    shape = sheet.heights.shape
    return Basins(
        minima, values, labels.reshape(shape), many.steps.reshape(shape), sheet, many, rate
    )


def _stretches(
    function: Function, domain: Sequence[Stretch] | Mapping[str, Stretch]
) -> list[Stretch]:
    if len(function.variables) != 2:
        raise ShapeError(
            f"basins are drawn over two variables, and {function.signature} has "
            f"{len(function.variables)}; for others see descend_many"
        )
    if isinstance(domain, Mapping):
        missing = [v for v in function.variables if v not in domain]
        if missing or len(domain) != 2:
            example = ", ".join(f"{v!r}: (-2, 2)" for v in function.variables)
            raise ShapeError(f"the domain names {list(domain)}; write {{{example}}}")
        domain = [domain[v] for v in function.variables]
    stretches = [(float(low), float(high)) for low, high in domain]
    if len(stretches) != 2:
        raise ShapeError("the domain needs a stretch (lowest, highest) for each of two variables")
    return stretches


def _safe_rate(function: Function, stretches: Sequence[Stretch]) -> float:
    """1/L, L the largest curvature at a grid of places (not counting the wildest hundredth)."""
    along = [np.linspace(*s, PROBES) for s in stretches]
    a, b = (g.ravel() for g in np.meshgrid(*along))
    with np.errstate(all="ignore"):
        hessians = np.moveaxis(np.asarray(function.hessian.over(a, b), dtype=float), -1, 0)
    hessians = hessians[np.isfinite(hessians).all(axis=(1, 2))]
    if not len(hessians):
        return 0.1
    largest = np.abs(np.linalg.eigvalsh(hessians)).max(axis=1)
    curvature = float(np.quantile(largest, 0.99))
    return 1 / curvature if curvature > 0 else 0.1


def _gathered(
    function: Function, many: Many, stretches: Sequence[Stretch]
) -> tuple[Array, Array, NDArray[np.int64]]:
    """The distinct minima, lowest first, and for each walk the number of its own, or −1."""
    labels = np.full(len(many), -1, dtype=np.int64)
    arrived = np.flatnonzero(many.reasons == int(Ending.GRADIENT))
    if not arrived.size:
        return np.empty((0, 2)), np.empty(0), labels
    reach = APART * np.array([high - low for low, high in stretches])
    cells = np.rint(many.x[arrived] / reach).astype(np.int64)
    _places, inverse = np.unique(cells, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    middles = np.stack(
        [np.bincount(inverse, many.x[arrived, i]) / np.bincount(inverse) for i in range(2)], axis=1
    )
    group = _joined(middles / reach)
    groups = group.max() + 1
    lowest = [arrived[group[inverse] == g] for g in range(groups)]
    best = [members[np.argmin(many.values[members])] for members in lowest]
    true = [g for g in range(groups) if _is_minimum(function, many.x[best[g]])]
    true.sort(key=lambda g: (round(float(many.values[best[g]]), 9), *many.x[best[g]]))
    for number, g in enumerate(true):
        labels[lowest[g]] = number
    kept = [best[g] for g in true]
    return many.x[kept], many.values[kept], labels


def _joined(places: Array) -> NDArray[np.int64]:
    """Numbers for places (k, 2): the same for those that a chain of steps of at most 2 joins."""
    group = np.full(len(places), -1, dtype=np.int64)
    found = 0
    for first in range(len(places)):
        if group[first] >= 0:
            continue
        group[first], front = found, [first]
        while front:
            near = np.abs(places - places[front.pop()]).max(axis=1) <= 2
            fresh = np.flatnonzero(near & (group < 0))
            group[fresh] = found
            front += fresh.tolist()
        found += 1
    return group


def _is_minimum(function: Function, x: Array) -> bool:
    """Whether the ground bends up to every side, or at least down to none."""
    with np.errstate(all="ignore"):
        bends = np.linalg.eigvalsh(np.asarray(function.hessian(*x), dtype=float))
    return bool(bends[0] >= -1e-6 * max(1e-300, abs(bends[-1])))
