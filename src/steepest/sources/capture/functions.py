"""NumPy's other functions on handles: what each does to values is NumPy's own.

What it does to nodes is looked up here.

In this order: functions that only ask (shape, dtype); functions that write; functions that only
move data, of which NumPy itself tells where every element goes; the rows; and last NumPy's own
Python, followed as if the user had written it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.node import constant, make, set_origin
from steepest.graph.operation import ROWS
from steepest.graph.traced import as_node, meaning
from steepest.operations.keys import Fancy
from steepest.sources.capture.arrays import ArrayHandle, window_among
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.memory import owner_of
from steepest.sources.capture.routines import ROUTINES
from steepest.sources.capture.scalars import ScalarHandle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["LIKE", "call_function"]

# One argument's elements, moved: run on their numbers, these tell where each element goes.
MOVES = {
    np.reshape, np.transpose, np.ravel, np.squeeze, np.expand_dims, np.moveaxis, np.swapaxes,
    np.rollaxis, np.roll, np.flip,
    np.fliplr, np.flipud, np.rot90, np.tile, np.repeat, np.take, np.diagonal, np.broadcast_to,
    np.delete, np.resize,
    np.atleast_1d, np.atleast_2d, np.atleast_3d, np.split, np.array_split, np.hsplit, np.vsplit,
    np.trim_zeros, np.matrix_transpose,
    np.lib.stride_tricks.sliding_window_view,
}  # fmt: skip
EACH_ALONE = {np.atleast_1d, np.atleast_2d, np.atleast_3d}  # one result for each argument
# A sequence of arrays, joined.
JOINS = {
    np.hstack,
    np.vstack,
    np.dstack,
    np.column_stack,
    np.block,
    np.append,
    np.insert,
    np.meshgrid,
    np.broadcast_arrays,
}
SEQUENCES = {np.concatenate, np.stack}  # rows that take their arrays in one argument
ASKS = {
    np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type, np.can_cast,
    np.may_share_memory,
    np.shares_memory, np.min_scalar_type, np.common_type, np.iscomplex,
}  # fmt: skip
RECURSIONS = 50  # of a NumPy function within itself
LIKE = {np.zeros_like, np.ones_like, np.empty_like}


def call_function(trace: Trace, func: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """`func(*args, **named)` where a handle is among the arguments."""
    named = {k: v for k, v in named.items() if v is not np._NoValue}
    if trace.closed:
        return func(*plain(args), **plain(named))
    args = tuple(map(trace.entered, args))
    named = {k: trace.entered(v) for k, v in named.items()}
    if func in WRITES:
        return WRITES[func](trace, *args, **named)
    if func in ASKS or func in LIKE:
        return trace.adopt(func(*plain(args), **plain(named)))
    if func in TEXTS:
        return args[0]._text(lambda v: func(v, *args[1:], **named))
    if not any(trace.varies(a) for a in (*args, *named.values())):
        found = func(*plain(args), **plain(named))
        return named["out"] if isinstance(named.get("out"), Handle) else trace.adopt(found)
    if func in ROUTINES:
        found = ROUTINES[func](trace, *args, **named)
        if found is not NotImplemented:
            return found
    if func in EACH_ALONE and len(args) > 1:
        return tuple(call_function(trace, func, (trace.as_array(a),), named) for a in args)
    if func in MOVES and named.get("out") is None:  # else the numbers of places would be written
        return moved(trace, func, args[0], args[1:], named)
    if func in JOINS:
        return joined(trace, func, args, named)
    return _by_row(trace, func, args, named)


def _by_row(trace: Trace, func: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """A function that has a row, or one whose own Python is followed."""
    from steepest.sources.capture.ufuncs import write_out

    name = f"np.{func.__name__}"
    rule = meaning(func)
    positional = [k for k, v in named.items() if trace.varies(v) and k != "out"]
    if rule is None or positional or (func in ONE_ARGUMENT and len(args) == 1):
        return _followed(trace, func, args, named)
    args = _as_arrays(trace, func, args)
    target = named.pop("out", None)
    options = {k: trace.fixed(v, "it is an option") for k, v in named.items()}
    if target is not None:
        return write_out(
            trace,
            lambda *v, out: func(*v, out=out, **options),
            lambda *n: rule(*n, **options),
            args,
            target,
            name,
            {},
        )
    value = func(*plain(args), **options)
    if (window := window_among(args, value)) is not None:
        return window
    if _is_complex(value):
        trace.lose("complex numbers are not followed")
        return value
    set_origin(trace.where())
    try:
        made = rule(*(trace.lift(a) for a in args), **options)
    except NotDifferentiableError:  # not in this way: perhaps NumPy's own Python says it in rows
        return _followed(trace, func, args, named)
    finally:
        set_origin(None)
    return trace.result(value, made)


def _is_complex(value: Any) -> bool:
    parts = value if isinstance(value, (tuple, list)) else (value,)
    return any(np.iscomplexobj(v) for v in parts)


DEEP = 8  # so often a function of NumPy may call itself


def _part(trace: Trace, x: Any) -> Any:
    return x if isinstance(x, (bool, int, float)) else trace.as_array(x)  # numbers stay weak


TAKE_PAIRS = {"cho_solve", "lu_solve"}  # what another function gave, which is no array
ONE_ARGUMENT = {np.where}  # with one argument it asks for positions


def _as_arrays(trace: Trace, func: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists of numbers as arrays, which is what NumPy makes of them first."""
    if func in SEQUENCES:
        parts = args[0] if type(args[0]) in (list, tuple) else list(args[0])
        return ([trace.as_array(p) for p in parts], *args[1:])
    if func is np.partition:  # its ranks are no operands
        ranks, *rest = args[1:]
        return (trace.as_array(args[0]), np.array(trace.fixed(ranks, "a rank")).tolist(), *rest)
    if func is np.choose:
        return (args[0], [_part(trace, c) for c in args[1]], *args[2:])
    if func.__name__ in TAKE_PAIRS:
        return args
    return tuple(
        trace.as_array(a) if type(a) is list or (type(a) is tuple and has_handle(a)) else a
        for a in args
    )


def _followed(trace: Trace, func: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """No row: NumPy's own Python is followed like the user's.

    Where there is none, the value is lost.
    """
    from steepest.sources.capture.seam import Seam

    if func in POSITIONS:
        return POSITIONS[func](trace, func, args, named)
    body = getattr(func, "_implementation", func)  # SciPy's functions are their own Python
    within = trace.following.count(func)
    twin = Seam(trace).twin(body) if within < RECURSIONS else None
    if twin is not None:
        trace.following.append(func)
        try:
            return twin(*args, **named)
        finally:
            trace.following.pop()
    trace.lose(f"np.{func.__name__} has no row")
    return trace.adopt(func(*plain(args), **plain(named)))


# ---- moving data ---------------------------------------------------------------------------------
# --------------------


def moved(
    trace: Trace, func: Callable[..., Any], x: Any, rest: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """A view where NumPy makes a view.

    Else the elements, gathered from where NumPy puts their numbers.
    """
    x = trace.as_array(x) if not isinstance(x, Handle) else x
    rest = tuple(trace.fixed(a, "it tells how data are moved") for a in rest)
    named = {k: trace.fixed(v, "it tells how data are moved") for k, v in named.items()}
    value = func(x._plain(), *rest, **named)
    numbers = func(np.arange(x.size).reshape(x.shape), *rest, **named)
    if isinstance(value, (list, tuple)):
        return type(value)(
            _one_moved(trace, func, x, v, n, (), {}) for v, n in zip(value, numbers, strict=True)
        )
    return _one_moved(trace, func, x, value, numbers, rest, named)


def _one_moved(
    trace: Trace,
    func: Any,
    x: Handle,
    value: Any,
    numbers: Any,
    rest: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    if (
        isinstance(x, ArrayHandle)
        and isinstance(value, np.ndarray)
        and owner_of(value) is x._buffer.block
    ):
        return ArrayHandle(trace, value, x._buffer)
    if not x._varies():
        return trace.adopt(value)
    source = x.node
    rows = {
        np.reshape: "reshape",
        np.ravel: "reshape",
        np.atleast_1d: "reshape",
        np.atleast_2d: "reshape",
    }
    if func in rows and np.array_equal(np.ravel(numbers), np.arange(x.size)):
        return trace.result(
            value, make(ROWS["reshape"], (source,), trace.where(), shape=np.shape(value))
        )
    if len(source.shape) != 1:
        source = make(ROWS["reshape"], (source,), trace.where(), shape=(x.size,))
    picked = make(
        ROWS["index"], (source, constant(np.asarray(numbers))), trace.where(), key=(Fancy(0),)
    )
    return trace.result(value, picked)


def joined(trace: Trace, func: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Several arrays joined by a function that only moves data.

    The same, done on the numbers of their elements.
    """
    parts: list[Any] = []
    start = 0

    def numbered(x: Any) -> Any:
        nonlocal start
        if type(x) in (list, tuple):
            return type(x)(numbered(i) for i in x)
        array = trace.as_array(x)
        parts.append(array)
        numbers = np.arange(start, start + np.size(plain(array))).reshape(np.shape(plain(array)))
        start += numbers.size
        return numbers

    count = {np.append: 2, np.insert: 3}.get(func, len(args))
    args = tuple(
        trace.fixed(a, "it is a place") if func is np.insert and i == 1 else a
        for i, a in enumerate(args)
    )
    at = [i for i in range(count) if not (func is np.insert and i == 1)]
    value = func(*plain(args), **plain(named))
    numbers = func(
        *(numbered(a) if i in at else plain(a) for i, a in enumerate(args)), **plain(named)
    )
    flat: list[Any] = [np.ravel(trace.lift(p)) for p in parts]
    source = as_node(np.concatenate(flat))

    def pick(v: Any, n: Any) -> Any:
        return trace.result(
            v,
            make(ROWS["index"], (source, constant(np.asarray(n))), trace.where(), key=(Fancy(0),)),
        )

    if isinstance(value, (list, tuple)):
        return type(value)(pick(np.array(v), n) for v, n in zip(value, numbers, strict=True))
    return pick(value, numbers)


# ---- functions that write
# --------------------------------------------------------------------------------------------


def _handle(trace: Trace, target: Any) -> ArrayHandle:
    return target if isinstance(target, ArrayHandle) else trace.array(target, known=False)


def _copyto(
    trace: Trace, dst: Any, src: Any, casting: str = "same_kind", where: Any = True
) -> None:
    handle = _handle(trace, dst)
    if where is True:
        handle[...] = src
    elif np.ndim(src) == 0:
        handle[where] = src
    else:
        handle[...] = np.where(where, src, handle)


def _put(trace: Trace, a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    flat = _handle(trace, a).flat
    values = trace.as_array(v)
    count = np.size(ind)
    flat[ind] = values if values.size in (1, count) else np.resize(values, count)


def _putmask(trace: Trace, a: Any, mask: Any, values: Any) -> None:
    handle = _handle(trace, a)
    values = trace.as_array(values)
    if values.size != handle.size and values.size != 1:
        values = np.resize(values, handle.shape)
    handle[...] = np.where(
        mask, values.reshape(handle.shape) if values.size != 1 else values, handle
    )


def _place(trace: Trace, arr: Any, mask: Any, vals: Any) -> None:
    """Unlike `putmask`, it takes the values one after the other, wherever the mask is true."""
    there = np.flatnonzero(trace.fixed(mask, "it decides how many elements are written"))
    if len(there):
        _handle(trace, arr).flat[there] = np.resize(trace.as_array(vals), len(there))


WRITES: dict[Any, Callable[..., Any]] = {
    np.copyto: _copyto,
    np.put: _put,
    np.putmask: _putmask,
    np.place: _place,
}
TEXTS = {np.array_repr, np.array_str, np.array2string}


# ---- positions of data: the values decide how many there are, so they become guards
# -----------------------------------


def _nonzero(trace: Trace, func: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    x = trace.as_array(args[0]) if not isinstance(args[0], ScalarHandle) else args[0]
    truth = x if x.dtype == bool else np.not_equal(x, 0)
    fixed = trace.fixed(truth, "it decides how many elements there are")
    return trace.adopt(func(fixed, *args[1:], **named))


POSITIONS: dict[Any, Callable[..., Any]] = {
    np.where: _nonzero,
    np.nonzero: _nonzero,
    np.argwhere: _nonzero,
    np.flatnonzero: _nonzero,
}
