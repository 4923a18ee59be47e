"""What lies around a flat place whose curvature says nothing: f a little way off, on many sides.

Where the Hessian has no curvature along some directions, f goes by its third and fourth powers
there, and one direction that rises proves nothing of the others: x² + y⁴ − z⁴ rises along y and
falls along z. So all directions are looked at that have none: the axes, the eigenvectors, what
lies half-way between them, and some more, the same ones each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.probes import EPSILON, Bend, looked
from steepest.objective import Objective, Vector

__all__ = ["Surroundings", "around", "level"]

DIRECTIONS = 48  # at most so many are looked along
SCATTERED = 16  # of which so many by chance, where there are several without curvature
DESCENTS = 4  # steps down to the floor of a valley, each squaring what is left
DISTANCES = (1e-3, 1e-2, 1e-1)  # of a long way
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Surroundings:
    """What f does along directions without curvature.

    kind       "falls" along one of them, or is "level" along one, or "rises" along all
    direction  the one that shows it (n,), pointing where f falls
    aside      a point where f is lower (n,), if there is one
    through    whether f falls to both sides of it
    everywhere whether f falls along every direction there is
    tried      how many directions were looked along
    """

    kind: str
    direction: Vector
    aside: Vector | None
    through: bool
    everywhere: bool
    tried: int


def around(
    ground: Objective, x: Vector, f: float, g: Vector, bend: Bend, far: float
) -> Surroundings | None:
    """What f does along the directions in which `bend` sees no curvature; None where one of them
    cannot be looked along and none of the others falls.
    """
    floor = _floor(bend)
    found = [(d, _sides(ground, x, f, g, d, far, floor)) for d in _directions(bend.flat)]
    tried = len(found)
    # Rather a direction along which it falls to both sides than to one.
    for d, sides in sorted(found, key=lambda pair: -_falls(pair[1])):
        if _falls(sides) == 0:
            break
        whole = bend.hessian is not None and bend.flat.shape[1] == x.shape[0]
        everywhere = whole and all(_falls(each) == 2 for _, each in found)
        way, side = (d, sides[0]) if sides[0].kind == "falls" else (-d, sides[1])
        return Surroundings("falls", way, side.point, _falls(sides) == 2, everywhere, tried)
    kinds = [{side.kind for side in sides} for _, sides in found]
    if not found or any("unknown" in each for each in kinds):
        return None
    for (d, _), each in zip(found, kinds, strict=True):
        if "level" in each:
            return Surroundings("level", d, None, False, False, tried)
    return Surroundings("rises", found[0][0], None, False, False, tried)


def level(ground: Objective, x: Vector, f: float, g: Vector, direction: Vector, far: float) -> str:
    """Whether f "falls" to one side along a unit direction, stays "level" to one, or "rises";
    "unknown" where it cannot be looked at.
    """
    sides = _sides(ground, x, f, g, direction, far, None)
    kinds = {side.kind for side in sides}
    for kind in ("falls", "unknown", "level"):
        if kind in kinds:
            return kind
    return "rises"


class _Side(NamedTuple):
    """What f does first to one side, and where: "falls", "rises", "level" or "unknown"."""

    kind: str
    point: Vector


def _falls(sides: tuple[_Side, _Side]) -> int:
    return sum(side.kind == "falls" for side in sides)


def _directions(flat: Matrix) -> list[Vector]:
    """Unit directions in the span of the columns (n, m), none twice, the plain ones first."""
    kept: list[Vector] = []
    for d in _candidates(flat):
        length = float(np.linalg.norm(d))
        if length < 0.5:
            continue
        d = d / length
        if all(abs(float(d @ known)) < 0.999 for known in kept):
            kept.append(d)
        if len(kept) == DIRECTIONS:
            break
    return kept


def _candidates(flat: Matrix) -> Iterator[Vector]:
    n, m = flat.shape
    axes = [flat @ flat[i] for i in range(n)] if n <= DIRECTIONS else []
    plain = [*axes, *flat.T]
    yield from plain
    if m < 2:
        return
    chance = np.random.default_rng(0)
    for _ in range(SCATTERED):
        mixed = flat @ chance.standard_normal(m)
        yield mixed / np.linalg.norm(mixed)
    near = [d for d in plain if np.linalg.norm(d) >= 0.5]
    for a, b in combinations(near, 2):
        yield a + b
        yield a - b


def _floor(bend: Bend) -> Matrix | None:
    """The inverse of the curvature where there is some: (n, n), for a step to a valley's floor."""
    if bend.hessian is None:
        return None
    values, vectors = np.linalg.eigh(bend.hessian)
    curved = values > bend.zero
    if not curved.any():
        return None
    return np.asarray((vectors[:, curved] / values[curved]) @ vectors[:, curved].T)


def _sides(
    ground: Objective,
    x: Vector,
    f: float,
    g: Vector,
    direction: Vector,
    far: float,
    floor: Matrix | None,
) -> tuple[_Side, _Side]:
    """What f does first, to either side along a unit direction: the nearest distance at which it
    does anything decides.
    """
    sides = [_side(ground, x, f, g, way, far, floor) for way in (direction, -direction)]
    return sides[0], sides[1]


def _side(
    ground: Objective, x: Vector, f: float, g: Vector, way: Vector, far: float, floor: Matrix | None
) -> _Side:
    band = 8 * EPSILON * abs(f)
    for distance in DISTANCES:
        point = x + distance * far * way
        at = looked(ground, point)
        if at is None:
            return _Side("unknown", point)
        slope = 2 * abs(float(g @ way))
        for _ in range(DESCENTS):
            if floor is None:
                break
            # A valley that curves: go down to its floor before comparing.
            below = point - floor @ at.g
            lower = looked(ground, below)
            if lower is None or not lower.f < at.f:
                break
            point, at, slope = below, lower, 2 * float(np.linalg.norm(g))
        value = at.f
        # It falls by more than twice what the slope at x promises: a bowl cannot, because
        # f(x + d) ≥ f(x) + g · d wherever f is convex.
        if value < f - band - slope * distance * far:
            return _Side("falls", point)
        if value > f + band + slope * distance * far:
            return _Side("rises", point)
    return _Side("level", point)
