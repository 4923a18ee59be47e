"""Rows that move values: reshape, transpose, broadcast, index, put, concatenate, stack; and cast.

All are linear, so each is its own derivative and carries a transpose. Keys and shapes are stored normalised, so that
two ways of writing the same slice are the same node.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.node import common_dtype
from steepest.graph.operation import BINDINGS, JOINTLY, Operation, binds, register
from steepest.graph.traced import Traced

__all__ = ["Piece", "getitem", "normal_axis", "normal_key", "unbroadcast", "zeros"]

Shape = tuple[int, ...]


def movement(name: str, run: Any, shape: Any, transpose: Any, *, arity: int | None = 1, **more: Any) -> Operation:
    """Enter a linear row whose matrix holds zeros and ones."""
    return register(Operation(
        name=name, run=run, arity=arity, shape=shape, transpose=transpose, linear=JOINTLY, moves=True, elementwise=False,
        dtype=more.pop("dtype", _same_dtype), family="movement", shown="the same movement of the tangents", **more,
    ))  # fmt: skip


def _same_dtype(x: Any, *others: Any, **params: Any) -> Any:
    return x.dtype


def normal_axis(axis: Any, ndim: int) -> tuple[int, ...]:
    """An axis argument as NumPy takes it (None, a number, several) as a sorted tuple of axes from 0."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(operator.index(a) for a in axis) if isinstance(axis, (tuple, list)) else (operator.index(axis),)
    for a in axes:
        if not -ndim <= a < ndim:
            raise ShapeError(f"axis {a} does not exist: the array has {ndim} axes, numbered 0 to {ndim - 1}")
    return tuple(sorted(a % ndim for a in axes))


# ---- shape -----------------------------------------------------------------------------------------------------------


def _reshape_back(y_bar: Any, args: Any, wanted: Any, shape: Shape) -> Any:
    return (np.reshape(y_bar, args[0].shape),)


RESHAPE: Final = movement("reshape", lambda x, shape: np.reshape(x, shape), lambda x, shape: shape, _reshape_back)


@binds(np.reshape)
def reshape(x: Any, shape: Any, order: str = "C", **named: Any) -> Any:
    """`np.reshape`, with -1 for the length that follows from the others."""
    if order != "C":
        raise ShapeError(f"np.reshape with order={order!r} has no row; reshape the transpose instead: x.T.reshape(...)")
    wanted = tuple(operator.index(n) for n in shape) if isinstance(shape, (tuple, list)) else (operator.index(shape),)
    size = int(np.prod(x.shape, dtype=int))
    if -1 in wanted:
        rest = int(np.prod([n for n in wanted if n != -1], dtype=int))
        wanted = tuple(size // rest if n == -1 and rest else n for n in wanted)
    if int(np.prod(wanted, dtype=int)) != size or any(n < 0 for n in wanted):
        raise ShapeError(f"an array of shape {x.shape} holds {size} numbers and cannot take the shape {tuple(shape)}")
    return x if wanted == x.shape else RESHAPE(x, shape=wanted)


binds(np.ravel)(lambda x, order="C": reshape(x, (-1,), order))


def _transposed_shape(x: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(x[a] for a in axes)


def _transpose_back(y_bar: Any, args: Any, wanted: Any, axes: tuple[int, ...]) -> Any:
    return (TRANSPOSE(y_bar, axes=tuple(int(i) for i in np.argsort(axes))),)


TRANSPOSE: Final = movement("transpose", lambda x, axes: np.transpose(x, axes), _transposed_shape, _transpose_back)


@binds(np.transpose)
def transpose(x: Any, axes: Any = None) -> Any:
    """`np.transpose`: the axes in another order, reversed by default."""
    order = tuple(reversed(range(len(x.shape)))) if axes is None else tuple(operator.index(a) % len(x.shape) for a in axes)
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
    drop = normal_axis(axis, x.ndim) if axis is not None else tuple(i for i, n in enumerate(x.shape) if n == 1)
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in drop))


def _broadcast_back(y_bar: Any, args: Any, wanted: Any, shape: Shape) -> Any:
    return (unbroadcast(y_bar, args[0].shape),)


BROADCAST: Final = movement(
    "broadcast_to", lambda x, shape: np.broadcast_to(x, shape), lambda x, shape: np.broadcast_shapes(x, shape), _broadcast_back
)


@binds(np.broadcast_to)
def broadcast_to(x: Any, shape: Any, subok: bool = False) -> Any:
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    return x if x.shape == wanted else BROADCAST(x, shape=wanted)


def unbroadcast(y_bar: Any, shape: Shape) -> Any:
    """Sum a cotangent over the axes that broadcasting had added or stretched: the transpose of broadcasting."""
    if y_bar.shape == shape:
        return y_bar
    lead = len(y_bar.shape) - len(shape)
    axes = (*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1 and y_bar.shape[i + lead] != 1))
    total = np.sum(y_bar, axis=axes) if axes else y_bar
    return total if total.shape == shape else np.reshape(total, shape)


def zeros(shape: Shape, dtype: Any) -> Any:
    """A traced array of zeros that takes no memory until it is needed."""
    return broadcast_to(Traced(_constant(np.zeros((), dtype))), shape)


def _constant(value: Any) -> Any:
    from steepest.graph.node import constant

    return constant(value)


# What NumPy tells about an array without computing anything.
binds(np.shape)(lambda a: a.shape)
binds(np.ndim)(lambda a: len(a.shape))
binds(np.size)(lambda a, axis=None: int(np.prod([a.shape[i] for i in normal_axis(axis, len(a.shape))], dtype=int)))

# ---- index, put, scatter -----------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A slice as a key holds it: with start, stop and step worked out for the axis it stands on."""

    start: int
    stop: int | None  # None: down to and including element 0
    step: int


class Fancy(NamedTuple):
    """The place of an index array in a key; the array itself is an argument of the node."""

    number: int


Key = tuple[Any, ...]


def normal_key(key: Any, shape: Shape) -> tuple[Key, list[Any]]:
    """A NumPy index as (hashable key, index arrays), every axis named, slices worked out, negative numbers gone."""
    parts = list(key) if isinstance(key, tuple) else [key]
    used = sum(
        (np.ndim(p) if _is_mask(p) else 1) for p in parts if p is not None and p is not Ellipsis
    )
    if used > len(shape):
        raise ShapeError(f"too many indices: {used} were given for an array of shape {shape}")
    if not any(p is Ellipsis for p in parts):
        parts.append(Ellipsis)
    where = next(i for i, p in enumerate(parts) if p is Ellipsis)
    parts[where : where + 1] = [slice(None)] * (len(shape) - used)
    out: list[Any] = []
    arrays: list[Any] = []
    axis = 0
    for p in parts:
        if p is None:
            out.append(None)
            continue
        length = shape[axis]
        if isinstance(p, slice):
            start, stop, step = p.indices(length)
            out.append(Piece(start, None if step < 0 and stop < 0 else stop, step))
        elif _is_mask(p):
            if np.ndim(p) == 0:
                raise ShapeError(f"a single {bool(p)} is no position; write x[None] for x[True], x[None][:0] for x[False]")
            for positions in np.nonzero(p):
                out.append(Fancy(len(arrays)))
                arrays.append(positions)
            axis += np.ndim(p) - 1
        elif isinstance(p, (Traced, np.ndarray, list)) and (np.ndim(p) or isinstance(p, Traced)):
            out.append(Fancy(len(arrays)))
            arrays.append(p if isinstance(p, Traced) else np.where(np.less(p, 0), np.add(p, length), p))
        else:
            i = operator.index(p)
            if not -length <= i < length:
                raise IndexError(f"index {i} is out of bounds for axis {axis} with size {length}")
            out.append(i % length)
        axis += 1
    return tuple(out), arrays


def _is_mask(p: Any) -> bool:
    return not isinstance(p, (slice, Traced)) and getattr(p, "dtype", None) == bool or isinstance(p, bool)


def numpy_key(key: Key, arrays: Sequence[Any]) -> tuple[Any, ...]:
    """The key as NumPy takes it."""
    return tuple(
        slice(*k) if type(k) is Piece else arrays[k.number] if type(k) is Fancy else k for k in key
    )


def is_whole(key: Key, shape: Shape) -> bool:
    """Whether a key takes the whole array as it is."""
    return len(key) == len(shape) and all(k == Piece(0, n, 1) for k, n in zip(key, shape, strict=True))


def _index_shape(x: Shape, *arrays: Shape, key: Key) -> Shape:
    probe = np.broadcast_to(np.empty((), bool), x)
    return probe[numpy_key(key, [np.zeros(s, int) for s in arrays])].shape


def _index_back(y_bar: Any, args: Any, wanted: Any, key: Key) -> Any:
    return (SCATTER(y_bar, *args[1:], key=key, shape=args[0].shape), *(None,) * (len(args) - 1))


INDEX: Final = movement("index", lambda x, *arrays, key: x[numpy_key(key, arrays)], _index_shape, _index_back, arity=None, values=1)


def getitem(x: Any, key: Any) -> Any:
    """`x[key]` for any key that NumPy takes, traced or constant index arrays included."""
    normal, arrays = normal_key(key, x.shape)
    return x if is_whole(normal, x.shape) else INDEX(x, *arrays, key=normal)


BINDINGS["getitem"] = getitem


@binds(np.take)
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    if axis is None:
        return getitem(np.ravel(x), indices)
    return getitem(x, (*(slice(None),) * (axis % x.ndim), indices))


@binds(np.flip)
def flip(x: Any, axis: Any = None) -> Any:
    axes = normal_axis(axis, x.ndim)
    return getitem(x, tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(x.ndim)))


def _run_scatter(v: Any, *arrays: Any, key: Key, shape: Shape) -> Any:
    out = np.zeros(shape, np.asarray(v).dtype)
    if arrays:
        np.add.at(out, numpy_key(key, arrays), v)
    else:
        out[numpy_key(key, arrays)] = v
    return out


def _scatter_back(y_bar: Any, args: Any, wanted: Any, key: Key, shape: Shape) -> Any:
    return (INDEX(y_bar, *args[1:], key=key), *(None,) * (len(args) - 1))


SCATTER: Final = movement("scatter_add", _run_scatter, lambda *v, key, shape: shape, _scatter_back, arity=None, values=1)


def _run_put(x: Any, v: Any, *arrays: Any, key: Key) -> Any:
    out = np.array(x)
    out[numpy_key(key, arrays)] = v
    return out


def _put_back(y_bar: Any, args: Any, wanted: Any, key: Key) -> Any:
    """What was overwritten gets nothing; what was written gets its place's cotangent, the last writer where two met."""
    x, v, *arrays = args
    x_bar = v_bar = None
    if wanted[0]:
        x_bar = PUT(y_bar, np.zeros((), y_bar.dtype), *arrays, key=key)
    if wanted[1]:
        v_bar = INDEX(y_bar, *arrays, key=key)
        if arrays:
            v_bar = np.where(WINNERS(*arrays, key=key, shape=x.shape), v_bar, 0.0)
        v_bar = unbroadcast(v_bar, v.shape)
    return (x_bar, v_bar, *(None,) * len(arrays))


PUT: Final = movement("put", _run_put, lambda x, v, *arrays, key: x, _put_back, arity=None, values=2)


def _run_winners(*arrays: Any, key: Key, shape: Shape) -> Any:
    place = np.empty(shape, np.intp)
    at = numpy_key(key, arrays)
    turns = np.arange(place[at].size).reshape(place[at].shape)
    place[at] = turns
    return place[at] == turns


WINNERS: Final = register(Operation(
    name="winners", run=_run_winners, arity=None, flat=True, elementwise=False, dtype=lambda *a, **k: np.bool_,
    shape=lambda *arrays, key, shape: _index_shape(shape, *arrays, key=key), shown="0", family="movement",
    convention="which of several writes to one place came last",
))  # fmt: skip

# ---- joining -----------------------------------------------------------------------------------------------------------


def _concatenate_shape(*shapes: Shape, axis: int) -> Shape:
    first = shapes[0]
    for s in shapes[1:]:
        if len(s) != len(first) or s[:axis] + s[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            raise ShapeError(f"arrays of shapes {first} and {s} cannot be joined along axis {axis}")
    return (*first[:axis], sum(s[axis] for s in shapes), *first[axis + 1 :])


def _concatenate_back(y_bar: Any, args: Any, wanted: Any, axis: int) -> Any:
    out, start = [], 0
    for a, w in zip(args, wanted, strict=True):
        stop = start + a.shape[axis]
        out.append(getitem(y_bar, (*(slice(None),) * axis, slice(start, stop))) if w else None)
        start = stop
    return out


CONCATENATE: Final = movement(
    "concatenate", lambda *x, axis: np.concatenate(x, axis), _concatenate_shape, _concatenate_back, arity=None, dtype=common_dtype
)


@binds(np.concatenate)
def concatenate(arrays: Any, axis: int | None = 0) -> Any:
    parts = [np.ravel(a) for a in arrays] if axis is None else list(arrays)
    return CONCATENATE(*parts, axis=(axis or 0) % np.ndim(parts[0]))


def _stack_shape(*shapes: Shape, axis: int) -> Shape:
    for s in shapes[1:]:
        if s != shapes[0]:
            raise ShapeError(f"arrays of shapes {shapes[0]} and {s} cannot be stacked: stacking needs equal shapes")
    return (*shapes[0][:axis], len(shapes), *shapes[0][axis:])


def _stack_back(y_bar: Any, args: Any, wanted: Any, axis: int) -> Any:
    return [getitem(y_bar, (*(slice(None),) * axis, i)) if w else None for i, w in enumerate(wanted)]


STACK: Final = movement(
    "stack", lambda *x, axis: np.stack(x, axis), _stack_shape, _stack_back, arity=None, dtype=common_dtype
)


@binds(np.stack)
def stack(arrays: Any, axis: int = 0) -> Any:
    parts = list(arrays)
    return STACK(*parts, axis=axis % (np.ndim(parts[0]) + 1))


# ---- precision ---------------------------------------------------------------------------------------------------------


def _cast_back(y_bar: Any, args: Any, wanted: Any, dtype: str) -> Any:
    return (cast(y_bar, args[0].dtype),)


def _precise_cast(mp: Any, x: Any, dtype: str) -> Any:
    """Between precisions nothing changes; to integers the fraction is cut off; to truth values only 0 is false."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return bool(x)
    number = mp.mpf(int(x)) if isinstance(x, bool) else x
    return number if kind == "f" else mp.floor(number) if number >= 0 else mp.ceil(number)


CAST: Final = register(Operation(
    name="cast", run=lambda x, dtype: np.asarray(x).astype(dtype)[()], arity=1, linear=JOINTLY, transpose=_cast_back, moves=True,
    elementwise=True, dtype=lambda x, dtype: np.dtype(dtype), family="movement", shown="dx in the new precision",
    domain=((-20.0, 20.0),), precise=_precise_cast,
    convention="to integers: truncates, and the derivative is zero",
))  # fmt: skip


def cast(x: Any, dtype: Any) -> Any:
    """`x.astype(dtype)`."""
    return x if x.dtype == np.dtype(dtype) else CAST(x, dtype=np.dtype(dtype).str)


BINDINGS["cast"] = cast
