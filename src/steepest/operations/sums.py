"""Rows of `math`: sums and lengths rounded once, and what else it does to single numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import EACH, JOINTLY, Operation, register

__all__ = ["FSUM", "LENGTH", "SUMPROD"]

Shape = tuple[int, ...]


def _alone(x: Shape, *others: Shape) -> Shape:
    if len(x) != 1 or any(o != x for o in others):
        raise ShapeError(f"this takes numbers in a row, not shapes {(x, *others)}")
    return ()


def _double(*args: Any, **params: Any) -> Any:
    return np.float64


FSUM: Final = register(Operation(
    name="fsum", run=lambda x: np.float64(math.fsum(x)), arity=1, shape=_alone, elementwise=False,
    linear=JOINTLY, moves=True, dtype=_double, family="reduction", shown="Σ dx",
    transpose=lambda y_bar, args, wanted: (np.broadcast_to(y_bar, args[0].shape),),
))  # fmt: skip


def _length_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """The tangent is Σ x·dx / y; at 0, the tip of the cone, the middle of all slopes: 0."""
    x, (dx,) = args[0], tangents
    return np.where(np.equal(y, 0), 0.0, np.sum(x * dx) / y)


LENGTH: Final = register(Operation(
    name="length", run=lambda x: np.float64(math.hypot(*x)), arity=1, shape=_alone,
    elementwise=False, tangent=_length_tangent, dtype=_double, family="reduction",
    shown="Σ x·dx / length x", convention="at 0, the tip of the cone, the derivative is 0",
))  # fmt: skip

_exact: Callable[..., float] | None = getattr(math, "sumprod", None)  # Python 3.12


def _run_sumprod(a: Any, b: Any) -> Any:
    if _exact is not None:
        return np.float64(_exact(np.asarray(a).tolist(), np.asarray(b).tolist()))
    return np.float64(math.fsum(np.asarray(a) * np.asarray(b)))


SUMPROD: Final = register(Operation(
    name="sumprod", run=_run_sumprod, arity=2, shape=_alone, elementwise=False, linear=EACH,
    dtype=_double, family="product", shown="Σ b·da + Σ a·db",
    transpose=lambda y_bar, args, wanted: (
        y_bar * args[1] if wanted[0] else None, y_bar * args[0] if wanted[1] else None,
    ),
))  # fmt: skip
