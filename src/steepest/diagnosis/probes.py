"""Facts about the ground near a point, found by a few more evaluations.

A probe that meets NaN, the map's edge or an exception of the function answers None: what could not
be looked at is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.objective import Evaluation, Objective, Vector

__all__ = [
    "Bend",
    "Jump",
    "bend",
    "jump",
    "looked",
    "newton",
    "repeats",
    "settled",
]

EPSILON = float(np.finfo(np.float64).eps)
FULL = 20  # up to so many variables the whole Hessian is measured
LANCZOS = 16  # beyond, curvature is looked at in so many directions
HALVINGS = 40


@dataclass(frozen=True)
class Bend:
    """Curvatures of the ground at a point.

    `values` (k,) are eigenvalues of the Hessian, rising, and `vectors` (n, k) their directions;
    `error` bounds what differences cannot tell; `hessian` is the whole (n, n) matrix where it was
    measured, and None where only some directions were.
    """

    values: Vector
    vectors: NDArray[np.float64]
    error: float
    hessian: NDArray[np.float64] | None

    @property
    def smallest(self) -> float:
        """The smallest curvature."""
        return float(self.values[0])

    @property
    def largest(self) -> float:
        """The largest curvature."""
        return float(self.values[-1])

    @property
    def direction(self) -> Vector:
        """The direction of the smallest (n,)."""
        return np.asarray(self.vectors[:, 0])

    @property
    def flat(self) -> NDArray[np.float64]:
        """The directions (n, m) whose curvature cannot be told from none."""
        return np.asarray(self.vectors[:, np.abs(self.values) <= self.zero])

    @property
    def zero(self) -> float:
        """A curvature of at most this cannot be told from none."""
        return max(10 * self.error, 1e-7 * max(abs(self.smallest), abs(self.largest)))


@dataclass(frozen=True)
class Jump:
    """Two points as close as asked for between which the slope still jumps."""

    left: Vector
    right: Vector
    slope_left: float
    slope_right: float
    distance: float


def looked(ground: Objective, x: Vector) -> Evaluation | None:
    """The ground at x; None off the map, where it is not finite, or where the function fails."""
    try:
        with np.errstate(all="ignore"):
            at = ground.evaluate(x)
    except Exception:  # noqa: BLE001 - the user's function may do anything off the path that was walked
        return None
    return at if at.inside and np.isfinite(at.f) and np.isfinite(at.g).all() else None


def _product(ground: Objective, x: Vector, v: Vector, h: float) -> Vector | None:
    """H v: exact where the objective knows it, else by a central difference of the gradient,
    whose error is about h² · f⁗/6 + ε · |g| / h (Gill, Murray and Wright 1981, section 8.6).
    """
    if ground.hessian_vector is not None:
        try:
            with np.errstate(all="ignore"):
                exact = np.asarray(ground.hessian_vector(x, v), dtype=np.float64)
        except Exception:  # noqa: BLE001 - as above
            return None
        return exact if np.isfinite(exact).all() else None
    after, before = looked(ground, x + h * v), looked(ground, x - h * v)
    if after is None or before is None:
        return None
    return (after.g - before.g) / (2 * h)


def bend(ground: Objective, x: Vector, scale: Vector) -> Bend | None:
    """The extreme curvatures at x; `scale` (n,) says what a long way is in each variable."""
    found = _hessian(ground, x, scale) if x.shape[0] <= FULL else _lanczos(ground, x, scale)
    if found is None:
        return None
    matrix, basis, error = found
    values, vectors = np.linalg.eigh(matrix)
    return Bend(values, basis @ vectors, error, None if x.shape[0] > FULL else matrix)


def _hessian(
    ground: Objective, x: Vector, scale: Vector
) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    n = x.shape[0]
    columns = []
    for i, unit in enumerate(np.eye(n)):
        column = _product(ground, x, unit, EPSILON ** (1 / 3) * float(scale[i]))
        if column is None:
            return None
        columns.append(column)
    matrix = np.array(columns).T
    # Measured Hessians fail to be symmetric by about the error they carry.
    error = float(np.abs(matrix - matrix.T).max()) / 2
    return (matrix + matrix.T) / 2, np.eye(n), error


def _lanczos(
    ground: Objective, x: Vector, scale: Vector
) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    """The Hessian seen through a Krylov basis (Lanczos 1950), orthogonalised twice: its extreme
    eigenvalues are found first (Golub and Van Loan, "Matrix Computations", section 10.1).
    """
    h = EPSILON ** (1 / 3) * float(np.max(scale))
    v: Any = np.random.default_rng(0).standard_normal(x.shape[0])
    basis: list[Vector] = []
    images: list[Vector] = []
    while len(basis) < LANCZOS:
        for _ in range(2):
            for known in basis:
                v = v - np.dot(known, v) * known
        norm = float(np.linalg.norm(v))
        if norm < 1e-10 * max(1.0, float(np.linalg.norm(images[-1])) if images else 1.0):
            break
        basis.append(np.asarray(v / norm))
        image = _product(ground, x, basis[-1], h)
        if image is None:
            return None
        images.append(image)
        v = image
    rows = np.array(basis)
    matrix = rows @ np.array(images).T
    error = float(np.abs(matrix - matrix.T).max()) / 2
    return (matrix + matrix.T) / 2, rows.T, error


def newton(at: Vector, found: Bend) -> Vector | None:
    """H⁻¹ g: how far the minimum of the measured bowl lies, where it is one and fully known."""
    if found.hessian is None or found.smallest <= found.zero:
        return None
    return np.asarray(np.linalg.solve(found.hessian, at))


def settled(ground: Objective, x: Vector, g: Vector, found: Bend) -> bool:
    """Whether the measured bowl is one as far as its minimum: a Newton step takes nine tenths of
    the slope away. True also where that cannot be looked at, or nothing of the slope is left.
    """
    step = newton(g, found)
    if step is None or not g.any():
        return True
    at = looked(ground, x - step)
    return at is None or bool(np.abs(at.g).max() <= 0.1 * np.abs(g).max())


def jump(ground: Objective, a: Vector, b: Vector) -> Jump | None:
    """A kink between a and b: halve the way towards the larger change of slope, and see whether
    the change stays while the way vanishes. On smooth ground both shrink together.
    """
    distance = float(np.linalg.norm(b - a))
    left, right = looked(ground, a), looked(ground, b)
    if left is None or right is None or distance == 0:
        return None
    along = (b - a) / distance
    slope_a, slope_b = float(left.g @ along), float(right.g @ along)
    whole = abs(slope_b - slope_a)
    if whole == 0:
        return None
    for _ in range(HALVINGS):
        middle = (a + b) / 2
        at = looked(ground, middle)
        if at is None or np.array_equal(middle, a) or np.array_equal(middle, b):
            break
        slope = float(at.g @ along)
        if abs(slope - slope_a) >= abs(slope_b - slope):
            b, slope_b = middle, slope
        else:
            a, slope_a = middle, slope
        if abs(slope_b - slope_a) < whole / 4:
            return None
    apart = float(np.linalg.norm(b - a))
    return Jump(a, b, slope_a, slope_b, apart) if apart < 1e-6 * distance else None


def repeats(ground: Objective, x: Vector, f: float, g: Vector) -> tuple[float, float] | None:
    """(first, second) value, or first unequal slope, where the function does not repeat itself."""
    at = looked(ground, x)
    if at is None or (at.f == f and np.array_equal(at.g, g)):
        return None
    if at.f != f:
        return f, at.f
    i = int(np.argmax(at.g != g))
    return float(g[i]), float(at.g[i])
