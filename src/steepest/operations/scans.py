"""Rows that carry a running total or product along an axis."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.operation import (
    JOINTLY,
    STRUCTURE,
    Operation,
    Rule,
    binds,
    real_dtype,
    register,
)
from steepest.operations.keys import normal_key
from steepest.operations.linear import SCATTER, getitem

__all__ = ["CUMPROD", "CUMSUM", "OTHERS"]

Shape = tuple[int, ...]


def _whole_dtype(x: Any, axis: int) -> Any:
    return np.dtype(np.int64) if x.dtype.kind in "bi" else x.dtype


def _cumsum_back(y_bar: Any, args: Any, wanted: Any, axis: int) -> Any:
    """Each element counts in its own and all later totals: cotangents add up from the far end."""
    return (np.flip(CUMSUM(np.flip(y_bar, axis), axis=axis), axis),)


CUMSUM: Final = register(Operation(
    name="cumsum", run=lambda x, axis: np.cumsum(x, axis), arity=1, shape=lambda x, axis: x,
    elementwise=False, linear=JOINTLY, transpose=_cumsum_back, moves=True, dtype=_whole_dtype,
    family="reduction", shown="running sum of dx", machine=STRUCTURE,
))  # fmt: skip


def _products(x: Any, dx: Any) -> tuple[Any, Any]:
    """Running products along the last axis, and their tangents, by doubling (Hillis and Steele
    1986).

    After k rounds each element holds the product of the last 2ᵏ factors and its tangent; exact with
    zeros among the factors.
    """
    step, length = 1, x.shape[-1]
    while step < length:
        a, da, b, db = x[..., :-step], dx[..., :-step], x[..., step:], dx[..., step:]
        x, dx = (
            np.concatenate([x[..., :step], a * b], -1),
            np.concatenate([dx[..., :step], da * b + a * db], -1),
        )
        step *= 2
    return x, dx


def _cumprod_tangent(tangents: Any, args: Any, y: Any, axis: int) -> Any:
    x, dx = np.moveaxis(args[0], axis, -1), np.moveaxis(tangents[0], axis, -1)
    return np.moveaxis(_products(x, dx)[1], -1, axis)


CUMPROD: Final = register(Operation(
    name="cumprod", run=lambda x, axis: np.cumprod(x, axis), arity=1, shape=lambda x, axis: x,
    elementwise=False, tangent=_cumprod_tangent, dtype=real_dtype, family="reduction",
    machine=STRUCTURE,
    shown="product rule along the axis",
    convention="zeros among the factors are exact",
))  # fmt: skip


def _run_others(x: Any) -> Any:
    """What stands before an element, times what stands behind it."""
    before, behind = np.ones_like(x), np.ones_like(x)
    before[..., 1:] = np.cumprod(x[..., :-1], -1)
    behind[..., :-1] = np.cumprod(x[..., :0:-1], -1)[..., ::-1]
    return before * behind


def _others_tangent(tangents: Any, args: Any, y: Any) -> Any:
    x, dx = args[0], tangents[0]
    if x.shape[-1] < 2:
        return None  # the product of none is 1
    one = np.ones((*x.shape[:-1], 1), x.dtype)
    before, dbefore = _products(x[..., :-1], dx[..., :-1])
    behind, dbehind = _products(x[..., :0:-1], dx[..., :0:-1])
    before, dbefore = np.concatenate([one, before], -1), np.concatenate([0 * one, dbefore], -1)
    behind = np.concatenate([behind[..., ::-1], one], -1)
    dbehind = np.concatenate([dbehind[..., ::-1], 0 * one], -1)
    return dbefore * behind + before * dbehind


OTHERS: Final = register(Operation(
    name="prod_of_others", run=_run_others, arity=1, shape=lambda x: x, elementwise=False,
    tangent=_others_tangent, dtype=real_dtype, family="reduction", shown="Σⱼ≠ᵢ dxⱼ·Πₖ≠ᵢ,ⱼ xₖ",
    convention="stands only in derivatives: for each element along the last axis, the product of "
    "all others; zeros among the factors are exact", machine=STRUCTURE,
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


def _reduceat_shape(x: Shape, places: tuple[int, ...], axis: int) -> Shape:
    return (*x[:axis], len(places), *x[axis + 1 :])


def _reduceat_back(y_bar: Any, args: Any, wanted: Any, places: tuple[int, ...], axis: int) -> Any:
    """An element gets the cotangents of all stretches that it counts in."""
    shape = args[0].shape
    stops = (*places[1:], shape[axis])
    stretches = [np.arange(a, max(b, a + 1)) for a, b in zip(places, stops, strict=True)]
    whose = np.repeat(np.arange(len(places)), [len(s) for s in stretches])
    lead = (slice(None),) * axis
    key, arrays = normal_key((*lead, np.concatenate(stretches)), shape)
    return (SCATTER(getitem(y_bar, (*lead, whose)), *arrays, key=key, shape=shape),)


ADD_REDUCEAT: Final = register(Operation(
    name="add_reduceat", run=lambda x, places, axis: np.add.reduceat(x, places, axis), arity=1,
    shape=_reduceat_shape, elementwise=False, linear=JOINTLY, transpose=_reduceat_back, moves=True,
    dtype=lambda x, places, axis: _whole_dtype(x, axis), family="reduction",
    shown="sums of dx over the same stretches",
))  # fmt: skip
