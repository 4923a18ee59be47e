"""NumPy functions that are written with rows, and so need none of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import binds

__all__ = ["count_nonzero", "diff", "linspace", "trace"]


@binds(np.conjugate, np.real)
def itself(x: Any) -> Any:
    """Real numbers are their own conjugates."""
    return x


@binds(np.count_nonzero)
def count_nonzero(x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not zero."""
    return np.sum(np.not_equal(x, 0), axis=axis, keepdims=keepdims)


@binds(np.trace)
def trace(
    x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of a matrix's diagonal, or of one beside it."""
    if dtype is not None or out is not None:
        raise NotDifferentiableError("np.trace with dtype or out has no row; leave them out")
    x = np.moveaxis(np.moveaxis(x, axis1, -1), axis2 - (axis2 % x.ndim > axis1 % x.ndim), -1)
    rows, columns = x.shape[-2:]
    along = np.arange(max(min(rows + min(offset, 0), columns - max(offset, 0)), 0))
    return np.sum(x[..., along + max(-offset, 0), along + max(offset, 0)], axis=-1)


@binds(np.diff)
def diff(
    x: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    """Differences of neighbours along an axis, n times over."""
    axis = axis % x.ndim
    for value, before in ((prepend, True), (append, False)):
        if value is np._NoValue:
            continue
        shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        edge = np.broadcast_to(value, shape) if np.ndim(value) == 0 else value
        x = np.concatenate([edge, x] if before else [x, edge], axis)
    lead = (slice(None),) * axis
    for _ in range(n):
        x = x[(*lead, slice(1, None))] - x[(*lead, slice(None, -1))]
    return x


@binds(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances; the last one is `stop` itself, as in NumPy."""
    if retstep or dtype is not None or axis != 0:
        raise NotDifferentiableError("np.linspace with retstep, dtype or axis has no row")
    parts = num - 1 if endpoint else num
    shape = (num,) + (1,) * max(np.ndim(start), np.ndim(stop))
    if parts <= 0:
        return start + np.zeros(shape) * stop
    counts = np.arange(float(num)).reshape(shape)
    inside = counts * ((stop - start) / parts) + start
    return np.where(counts == parts, stop, inside) if endpoint else inside
