"""Rows that change the form of values: reshape, transpose, broadcast; and cast.

All are linear, so each is its own derivative and carries a transpose.
"""

from __future__ import annotations

import operator
from typing import Any, Final

import numpy as np

import steepest.operations.hyperbolic  # noqa: F401  (its rows come before these)
from steepest.errors import ShapeError
from steepest.graph.operation import BINDINGS, JOINTLY, STRUCTURE, Operation, binds, register
from steepest.operations import machine

__all__ = ["broadcast_to", "cast", "movement", "normal_axis", "unbroadcast"]

Shape = tuple[int, ...]


def movement(
    name: str, run: Any, shape: Any, transpose: Any, *, arity: int | None = 1, **more: Any
) -> Operation:
    """Enter a linear row whose matrix holds zeros and ones."""
    return register(
        Operation(
            name=name,
            run=run,
            arity=arity,
            shape=shape,
            transpose=transpose,
            linear=JOINTLY,
            moves=True,
            elementwise=False,
            dtype=more.pop("dtype", _same_dtype),
            family="movement",
            shown="the same movement of the tangents",
            machine=STRUCTURE,
            **more,
        )
    )


def _same_dtype(x: Any, *others: Any, **params: Any) -> Any:
    return x.dtype


def normal_axis(axis: Any, ndim: int) -> tuple[int, ...]:
    """An axis argument of NumPy (None, a number, several) as a sorted tuple of axes from 0."""
    if axis is None:
        return tuple(range(ndim))
    axes = (
        tuple(operator.index(a) for a in axis)
        if isinstance(axis, (tuple, list))
        else (operator.index(axis),)
    )
    if not ndim and all(a in (0, -1) for a in axes):
        return ()  # NumPy lets a number be reduced along its only axis, which it has not
    for a in axes:
        if not -ndim <= a < ndim:
            raise ShapeError(
                f"axis {a} does not exist: the array has {ndim} axes, numbered 0 to {ndim - 1}"
            )
    return tuple(sorted(a % ndim for a in axes))


# ---- shape ---------------------------------------------------------------------------------------


def _reshape_back(y_bar: Any, args: Any, wanted: Any, shape: Shape) -> Any:
    return (np.reshape(y_bar, args[0].shape),)


RESHAPE: Final = movement(
    "reshape", lambda x, shape: np.reshape(x, shape), lambda x, shape: shape, _reshape_back
)


@binds(np.reshape)
def reshape(x: Any, shape: Any, order: str = "C", **named: Any) -> Any:
    """`np.reshape`, with -1 for the length that follows from the others."""
    if order != "C":
        raise ShapeError(
            f"np.reshape with order={order!r} has no row; "
            "reshape the transpose instead: x.T.reshape(...)"
        )
    wanted = (
        tuple(operator.index(n) for n in shape)
        if isinstance(shape, (tuple, list))
        else (operator.index(shape),)
    )
    size = int(np.prod(x.shape, dtype=int))
    if -1 in wanted:
        rest = int(np.prod([n for n in wanted if n != -1], dtype=int))
        wanted = tuple(size // rest if n == -1 and rest else n for n in wanted)
    if int(np.prod(wanted, dtype=int)) != size or any(n < 0 for n in wanted):
        raise ShapeError(
            f"an array of shape {x.shape} holds {size} numbers and cannot take the shape {wanted}"
        )
    return x if wanted == x.shape else RESHAPE(x, shape=wanted)


binds(np.ravel)(lambda x, order="C": reshape(x, (-1,), order))


def _transposed_shape(x: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(x[a] for a in axes)


def _transpose_back(y_bar: Any, args: Any, wanted: Any, axes: tuple[int, ...]) -> Any:
    return (TRANSPOSE(y_bar, axes=tuple(int(i) for i in np.argsort(axes))),)


TRANSPOSE: Final = movement(
    "transpose", lambda x, axes: np.transpose(x, axes), _transposed_shape, _transpose_back
)


@binds(np.transpose)
def transpose(x: Any, axes: Any = None) -> Any:
    """`np.transpose`: the axes in another order, reversed by default."""
    order = (
        tuple(reversed(range(len(x.shape))))
        if axes is None
        else tuple(operator.index(a) % len(x.shape) for a in axes)
    )
    if sorted(order) != list(range(len(x.shape))):
        raise ShapeError(f"axes {axes} do not name each of the {len(x.shape)} axes once")
    return x if order == tuple(range(len(order))) else TRANSPOSE(x, axes=order)


@binds(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


@binds(np.moveaxis)
def moveaxis(x: Any, source: int, destination: int) -> Any:
    order = [a for a in range(x.ndim) if a != source % x.ndim]
    order.insert(destination % x.ndim, source % x.ndim)
    return transpose(x, order)


@binds(np.expand_dims)
def expand_dims(x: Any, axis: int) -> Any:
    at = axis % (x.ndim + 1)
    return reshape(x, (*x.shape[:at], 1, *x.shape[at:]))


@binds(np.squeeze)
def squeeze(x: Any, axis: Any = None) -> Any:
    drop = (
        normal_axis(axis, x.ndim)
        if axis is not None
        else tuple(i for i, n in enumerate(x.shape) if n == 1)
    )
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in drop))


def _broadcast_back(y_bar: Any, args: Any, wanted: Any, shape: Shape) -> Any:
    return (unbroadcast(y_bar, args[0].shape),)


BROADCAST: Final = movement(
    "broadcast_to",
    lambda x, shape: np.broadcast_to(x, shape),
    lambda x, shape: np.broadcast_shapes(x, shape),
    _broadcast_back,
)


@binds(np.broadcast_to)
def broadcast_to(x: Any, shape: Any, subok: bool = False) -> Any:
    """`np.broadcast_to`: the same values again along new or longer axes."""
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    return x if x.shape == wanted else BROADCAST(x, shape=wanted)


def unbroadcast(y_bar: Any, shape: Shape) -> Any:
    """The transpose of broadcasting: a cotangent summed over the axes that were stretched; of truth
    values, whether any of the copies is true.
    """
    if y_bar.shape == shape:
        return y_bar
    lead = len(y_bar.shape) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and y_bar.shape[i + lead] != 1),
    )
    together = np.any if y_bar.dtype == bool else np.sum
    total = together(y_bar, axis=axes, keepdims=not lead) if axes else y_bar
    return total if total.shape == shape else np.reshape(total, shape)


# What NumPy tells about an array without computing anything.
binds(np.shape)(lambda a: a.shape)
binds(np.ndim)(lambda a: len(a.shape))
binds(np.size)(
    lambda a, axis=None: int(
        np.prod([a.shape[i] for i in normal_axis(axis, len(a.shape))], dtype=int)
    )
)

# ---- precision -----------------------------------------------------------------------------------


def _cast_back(y_bar: Any, args: Any, wanted: Any, dtype: str) -> Any:
    return (cast(y_bar, args[0].dtype),)


def _precise_cast(mp: Any, x: Any, dtype: str) -> Any:
    """Between precisions nothing changes; to integers the fraction is cut off; only 0 is false."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return bool(x)
    number = mp.mpf(int(x)) if isinstance(x, bool) else x
    return number if kind == "f" else mp.floor(number) if number >= 0 else mp.ceil(number)


CAST: Final = register(
    Operation(
        name="cast",
        run=lambda x, dtype: np.asarray(x).astype(dtype)[()],
        arity=1,
        linear=JOINTLY,
        transpose=_cast_back,
        moves=True,
        elementwise=True,
        dtype=lambda x, dtype: np.dtype(dtype),
        family="movement",
        shown="dx in the new precision",
        domain=((-20.0, 20.0),),
        precise=_precise_cast,
        convention="to integers: truncates, and the derivative is zero",
        machine=machine.cast,
    )
)


def cast(x: Any, dtype: Any) -> Any:
    """`x.astype(dtype)`."""
    return x if x.dtype == np.dtype(dtype) else CAST(x, dtype=np.dtype(dtype).str)


BINDINGS["cast"] = cast
