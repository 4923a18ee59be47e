"""Interpolation in a table, and convolution."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.operation import EACH, STRUCTURE, Operation, binds, real_dtype, register
from steepest.graph.traced import Traced, as_node

__all__ = ["CONVOLVE", "interp"]


def _handle(x: Any) -> Any:
    return x if isinstance(x, Traced) else Traced(as_node(np.asarray(x, dtype=float)))


@binds(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """`np.interp`: straight lines between the points of a table, in x, in its values and in its
    places.

    At a point of the table the slope is that of the line to its right.
    """
    if period is not None:
        raise NotDifferentiableError("np.interp with a period has no row; take x modulo the period")
    x, xp, fp = _handle(x), _handle(xp), _handle(fp)
    at = np.searchsorted(xp, x, side="right") - 1
    at = np.minimum(np.maximum(at, 0), xp.shape[0] - 2)
    x0, y0 = xp[at], fp[at]
    line = (fp[at + 1] - y0) / (xp[at + 1] - x0) * (x - x0) + y0
    below, above = fp[0] if left is None else left, fp[-1] if right is None else right
    return np.where(x < xp[0], below, np.where(x > xp[-1], above, line))


def _span(n: int, m: int, mode: str) -> tuple[int, int]:
    """Where a mode's result starts in the full convolution, and how long it is."""
    longer, shorter = max(n, m), min(n, m)
    return {
        "full": (0, n + m - 1),
        "same": ((shorter - 1) // 2, longer),
        "valid": (shorter - 1, longer - shorter + 1),
    }[mode]


def _convolve_shape(a: tuple[int, ...], v: tuple[int, ...], mode: str) -> tuple[int, ...]:
    if len(a) != 1 or len(v) != 1 or not a[0] or not v[0]:
        raise ShapeError(f"np.convolve takes two vectors, not shapes {a} and {v}")
    return (_span(a[0], v[0], mode)[1],)


def _convolve_back(y_bar: Any, args: Any, wanted: Any, mode: str) -> Any:
    """What reaches aᵢ is Σⱼ vⱼ·ȳᵢ₊ⱼ, and the same with a and v exchanged."""
    a, v = args
    n, m = a.size, v.size
    start, length = _span(n, m, mode)
    full = np.concatenate([np.zeros(start), y_bar, np.zeros(n + m - 1 - start - length)])
    places = np.arange(n)[:, None] + np.arange(m)
    return full[places] @ v if wanted[0] else None, full[places.T] @ a if wanted[1] else None


CONVOLVE: Final = register(
    Operation(
        name="convolve",
        run=lambda a, v, mode: np.convolve(a, v, mode),
        arity=2,
        shape=_convolve_shape,
        elementwise=False,
        linear=EACH,
        transpose=_convolve_back,
        dtype=real_dtype,
        family="linear algebra",
        shown="da ∗ v + a ∗ dv",
        machine=STRUCTURE,
    )
)


@binds(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """`np.correlate`, where the first vector is no shorter than the second."""
    if np.size(a) < np.size(v):
        raise NotDifferentiableError(
            "np.correlate has a row for a first vector that is no shorter than the second"
        )
    return CONVOLVE(_handle(a), _handle(v)[::-1], mode=mode)


binds(np.convolve)(lambda a, v, mode="full": CONVOLVE(_handle(a), _handle(v), mode=mode))
