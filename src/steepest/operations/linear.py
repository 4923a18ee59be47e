"""Rows that pick, place and join: index, put, scatter, concatenate, stack.

All are linear, so each is its own derivative and carries a transpose. Keys are stored normalised,
so that two ways of writing the same slice are the same node.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import BINDINGS, Operation, binds, common_dtype, register
from steepest.graph.traced import Traced, as_node
from steepest.operations.keys import Key, is_whole, normal_key, numpy_key
from steepest.operations.shape import cast, movement, normal_axis, unbroadcast

__all__ = ["SCATTER", "getitem"]

Shape = tuple[int, ...]


# ---- index, put, scatter -------------------------------------------------------------------------


def _index_shape(x: Shape, *arrays: Shape, key: Key) -> Shape:
    probe = np.broadcast_to(np.empty((), bool), x)
    return tuple(probe[numpy_key(key, [np.zeros(s, int) for s in arrays])].shape)


def _index_back(y_bar: Any, args: Any, wanted: Any, key: Key) -> Any:
    return (SCATTER(y_bar, *args[1:], key=key, shape=args[0].shape), *(None,) * (len(args) - 1))


INDEX: Final = movement(
    "index",
    lambda x, *arrays, key: x[numpy_key(key, arrays)],
    _index_shape,
    _index_back,
    arity=None,
    values=1,
)


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
    return getitem(
        x, tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(x.ndim))
    )


def _run_scatter(v: Any, *arrays: Any, key: Key, shape: Shape) -> Any:
    out = np.zeros(shape, np.asarray(v).dtype)
    if arrays:
        np.add.at(out, numpy_key(key, arrays), v)
    else:
        out[numpy_key(key, arrays)] = v
    return out


def _scatter_back(y_bar: Any, args: Any, wanted: Any, key: Key, shape: Shape) -> Any:
    return (INDEX(y_bar, *args[1:], key=key), *(None,) * (len(args) - 1))


SCATTER: Final = movement(
    "scatter_add", _run_scatter, lambda *v, key, shape: shape, _scatter_back, arity=None, values=1
)


def _run_put(x: Any, v: Any, *arrays: Any, key: Key) -> Any:
    out = np.array(x)
    out[numpy_key(key, arrays)] = v
    return out


def _put_back(y_bar: Any, args: Any, wanted: Any, key: Key) -> Any:
    """What was overwritten gets nothing; what was written last gets its place's cotangent."""
    x, v, *arrays = args
    x_bar = v_bar = None
    if wanted[0]:
        x_bar = PUT(y_bar, np.zeros((), y_bar.dtype), *arrays, key=key)
    if wanted[1]:
        v_bar = INDEX(y_bar, *arrays, key=key)
        if arrays:
            won = WINNERS(*arrays, key=key, shape=x.shape)
            v_bar = np.where(won, v_bar, np.zeros((), v_bar.dtype))
        v_bar = unbroadcast(v_bar, v.shape)
    return (x_bar, v_bar, *(None,) * len(arrays))


PUT: Final = movement(
    "put", _run_put, lambda x, v, *arrays, key: x, _put_back, arity=None, values=2
)


def _run_winners(*arrays: Any, key: Key, shape: Shape) -> Any:
    place = np.empty(shape, np.intp)
    at = numpy_key(key, arrays)
    turns = np.arange(place[at].size).reshape(place[at].shape)
    place[at] = turns
    return place[at] == turns


WINNERS: Final = register(
    Operation(
        name="winners",
        run=_run_winners,
        arity=None,
        flat=True,
        elementwise=False,
        dtype=lambda *a, **k: np.bool_,
        shape=lambda *arrays, key, shape: _index_shape(shape, *arrays, key=key),
        shown="0",
        family="movement",
        convention="which of several writes to one place came last",
    )
)

# ---- joining -------------------------------------------------------------------------------------


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
    "concatenate",
    lambda *x, axis: np.concatenate(x, axis),
    _concatenate_shape,
    _concatenate_back,
    arity=None,
    dtype=common_dtype,
)


@binds(np.concatenate)
def concatenate(
    arrays: Any, axis: int | None = 0, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    parts = [np.ravel(a) for a in arrays] if axis is None else list(arrays)
    parts = parts if dtype is None else [cast(Traced(as_node(p)), dtype) for p in parts]
    return CONCATENATE(*parts, axis=(axis or 0) % np.ndim(parts[0]))


def _stack_shape(*shapes: Shape, axis: int) -> Shape:
    for s in shapes[1:]:
        if s != shapes[0]:
            raise ShapeError(
                f"arrays of shapes {shapes[0]} and {s} cannot be stacked: "
                "stacking needs equal shapes"
            )
    return (*shapes[0][:axis], len(shapes), *shapes[0][axis:])


def _stack_back(y_bar: Any, args: Any, wanted: Any, axis: int) -> Any:
    return [
        getitem(y_bar, (*(slice(None),) * axis, i)) if w else None for i, w in enumerate(wanted)
    ]


STACK: Final = movement(
    "stack",
    lambda *x, axis: np.stack(x, axis),
    _stack_shape,
    _stack_back,
    arity=None,
    dtype=common_dtype,
)


@binds(np.stack)
def stack(arrays: Any, axis: int = 0, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    parts = list(arrays)
    parts = parts if dtype is None else [cast(Traced(as_node(p)), dtype) for p in parts]
    return STACK(*parts, axis=axis % (np.ndim(parts[0]) + 1))
