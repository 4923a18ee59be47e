"""Rows that carry a running total or product along an axis."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.node import real_dtype
from steepest.graph.operation import JOINTLY, Operation, Rule, binds, register

__all__ = ["CUMPROD", "CUMSUM"]

Shape = tuple[int, ...]


def _whole_dtype(x: Any, axis: int) -> Any:
    return np.dtype(np.int64) if x.dtype.kind in "bi" else x.dtype


def _cumsum_back(y_bar: Any, args: Any, wanted: Any, axis: int) -> Any:
    """Each element counts in its own and all later totals: cotangents add up from the far end."""
    return (np.flip(CUMSUM(np.flip(y_bar, axis), axis=axis), axis),)


CUMSUM: Final = register(Operation(
    name="cumsum", run=lambda x, axis: np.cumsum(x, axis), arity=1, shape=lambda x, axis: x,
    elementwise=False, linear=JOINTLY, transpose=_cumsum_back, moves=True, dtype=_whole_dtype,
    family="reduction", shown="running sum of dx",
))  # fmt: skip


def _cumprod_tangent(tangents: Any, args: Any, y: Any, axis: int) -> Any:
    """The product rule by doubling (Hillis and Steele 1986).

    After k rounds each element holds the product of the last 2ᵏ factors and its tangent; exact with
    zeros among the factors.
    """
    x, dx = np.moveaxis(args[0], axis, -1), np.moveaxis(tangents[0], axis, -1)
    step, length = 1, x.shape[-1]
    while step < length:
        a, da, b, db = x[..., :-step], dx[..., :-step], x[..., step:], dx[..., step:]
        x, dx = (
            np.concatenate([x[..., :step], a * b], -1),
            np.concatenate([dx[..., :step], da * b + a * db], -1),
        )
        step *= 2
    return np.moveaxis(dx, -1, axis)


CUMPROD: Final = register(Operation(
    name="cumprod", run=lambda x, axis: np.cumprod(x, axis), arity=1, shape=lambda x, axis: x,
    elementwise=False, tangent=_cumprod_tangent, dtype=real_dtype, family="reduction",
    shown="product rule along the axis",
    convention="zeros among the factors are exact",
))  # fmt: skip


def _scan(row: Operation) -> Rule:
    def call(x: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        if dtype is not None:
            x = x.astype(dtype)
        if axis is None or not x.shape:
            return row(np.ravel(x), axis=0)
        return row(x, axis=axis % len(x.shape))

    return call


binds(np.cumsum)(_scan(CUMSUM))
binds(np.cumprod)(_scan(CUMPROD))
