"""Rows that ask which and whether: any, all, argmax, argmin, argsort, searchsorted, round.

Where an element stands is a whole number or a truth value: its derivative is zero. Sorting, and the
median, are gathers at the places that argsort tells.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import REDUCTIONS, ZERO, Operation, binds, register
from steepest.graph.traced import Traced
from steepest.operations import machine
from steepest.operations.reductions import reduced_shape
from steepest.operations.shape import normal_axis

__all__ = ["ARGSORT", "sort"]

Shape = tuple[int, ...]
FLAT = "a whole number or a truth value: the derivative is zero"


def _asks(
    name: str, run: Any, shape: Any, dtype: Any, arity: int = 1, machine: Any = None
) -> Operation:
    return register(Operation(
        name=name, run=run, arity=arity, shape=shape, dtype=lambda *args, **params: dtype,
        flat=True, elementwise=False,
        shown="0", convention=FLAT, family="comparison", machine=machine,
    ))  # fmt: skip


_REDUCERS: tuple[tuple[str, Any, Any], ...] = (
    ("any", np.any, machine.any_of),
    ("all", np.all, machine.all_of),
)
_FINDERS: tuple[tuple[str, Any], ...] = (("argmax", np.argmax), ("argmin", np.argmin))

for _name, _function, _machine in _REDUCERS:
    _row = _asks(
        _name,
        lambda x, axis, keepdims, f=_function: f(x, axis=axis, keepdims=keepdims),
        reduced_shape,
        np.bool_,
        machine=_machine,
    )

    def _ask(
        x: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        *,
        where: Any = True,
        row: Operation = _row,
        nothing: bool = _name == "all",  # what a place counts as that the mask leaves out
    ) -> Any:
        if where is not True:
            x = np.where(where, np.not_equal(x, 0), nothing)
        return row(x, axis=normal_axis(axis, len(x.shape)), keepdims=bool(keepdims))

    binds(_function)(_ask)
    REDUCTIONS[{"any": np.logical_or, "all": np.logical_and}[_name]] = _ask


def _count_shape(x: Shape, axis: int | None, keepdims: bool) -> Shape:
    axes = tuple(range(len(x))) if axis is None or len(x) == 0 else (axis % len(x),)
    return reduced_shape(x, axes, keepdims)


for _name, _function in _FINDERS:
    _row = _asks(
        _name,
        lambda x, axis, keepdims, f=_function: f(x, axis=axis, keepdims=keepdims),
        _count_shape,
        np.intp,
    )

    def _which(
        x: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False, row: Operation = _row
    ) -> Any:
        return row(x, axis=axis, keepdims=bool(keepdims))

    binds(_function)(_which)

ARGSORT: Final = _asks(
    "argsort",
    lambda x, axis, kind="stable": np.argsort(x, axis=axis, kind=kind),
    lambda x, axis, kind="stable": x,
    np.intp,
)
SEARCH: Final = _asks(
    "searchsorted",
    lambda a, v, side: np.searchsorted(a, v, side),
    lambda a, v, side: v,
    np.intp,
    arity=2,
)


@binds(np.searchsorted)
def search(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """`np.searchsorted`, for an array that is sorted as it stands."""
    return SEARCH(a if sorter is None else a[sorter], v, side=side)


@binds(np.argsort)
def argsort(
    x: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The places of the elements in ascending order; among equals in the order NumPy leaves them
    in, which only a stable sort promises.
    """
    kind = kind or ("stable" if stable else "quicksort")
    if axis is None or not x.shape:  # one number stands in the first place, with an axis or not
        return ARGSORT(np.ravel(x), axis=0, kind=kind)
    return ARGSORT(x, axis=axis % len(x.shape), kind=kind)


@binds(np.sort)
def sort(
    x: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """`np.sort`: the elements, gathered in ascending order."""
    if axis is None:
        x, axis = np.ravel(x), 0
    return _gathered(x, ARGSORT(x, axis=axis % len(x.shape)), axis)


def _gathered(x: Any, places: Any, axis: int) -> Any:
    if len(x.shape) == 1:
        return Traced.__getitem__(x, places)
    grids = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    grids[axis % len(x.shape)] = places
    return Traced.__getitem__(x, tuple(grids))


@binds(np.median)
def median(
    x: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Any:
    """The middle of the sorted elements, or the mean of the middle two."""
    if isinstance(axis, (tuple, list)) or not (x.shape and x.size):
        raise NotDifferentiableError("np.median of no numbers, or along several axes, has no row")
    if axis is None:
        shape = (1,) * len(x.shape) if keepdims else ()
        x, axis = np.ravel(x), 0
    else:
        shape = reduced_shape(x.shape, (axis % len(x.shape),), bool(keepdims))
    ordered = np.moveaxis(sort(x, axis), axis, -1)
    n = x.shape[axis]
    middle = np.mean(ordered[..., (n - 1) // 2 : n // 2 + 1], axis=-1)
    last = ordered[..., -1]  # a NaN, wherever it stood
    return np.reshape(np.where(np.isnan(last), last, middle), shape)


ROUND: Final = register(Operation(
    name="round_to", run=lambda x, decimals: np.round(x, decimals), arity=1, partials=(ZERO,),
    dtype=lambda x, decimals: np.float16 if x.dtype == bool else x.dtype, domain=((-20.0, 20.0),),
    precise=lambda mp, x, decimals: mp.nint(x * mp.mpf(10) ** decimals) / mp.mpf(10) ** decimals,
    shown="0",
    convention="flat between its jumps: the derivative is zero, taken as zero at the jumps too",
    machine=machine.rounded,
))  # fmt: skip


@binds(np.round, np.around)
def round_to(x: Any, decimals: int = 0, out: Any = None) -> Any:
    """`np.round` to a number of decimals."""
    return ROUND(x, decimals=int(decimals))
