"""Reading and writing `x[key]`.

Views stay views, an index that varies becomes a gather, a mask that varies a guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.operation import BINDINGS, ROWS
from steepest.graph.traced import Traced, as_node
from steepest.operations.keys import normal_key
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.memory import owner_of

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["read", "write"]

MASK = "it is a mask, and decides how many elements there are"


class Key:
    """A key as the user wrote it, three ways.

    For NumPy, for the graph, and whether any of it varies.
    """

    __slots__ = ("basic", "copies", "graph", "nothing", "numbers", "varies")

    def __init__(self, trace: Trace, key: Any) -> None:
        parts = key if type(key) is tuple else (key,)
        numbers, graph = [], []
        self.varies = False
        self.nothing = self.copies = False  # x[False] is empty, x[True] a copy of x[None]
        for part in parts:
            mine, theirs = _part(trace, part)
            if np.ndim(mine) == 0 and _is_truth(mine):
                self.nothing, self.copies = self.nothing or not mine, True
                theirs = None
            self.varies = self.varies or isinstance(theirs, Traced)
            numbers.append(mine)
            graph.append(theirs)
        self.numbers: Any = tuple(numbers) if type(key) is tuple else numbers[0]
        self.graph: Any = tuple(graph) if type(key) is tuple else graph[0]
        self.basic = not self.varies and all(_is_basic(p) for p in numbers)

    def window(self, held: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The view that a basic key takes, also of one element."""
        parts = self.numbers if type(self.numbers) is tuple else (self.numbers,)
        view: np.ndarray[Any, Any] = held[
            parts if any(p is Ellipsis for p in parts) else (*parts, Ellipsis)
        ]
        return view


def _is_truth(part: Any) -> bool:
    return isinstance(part, bool) or getattr(part, "dtype", None) == np.bool_


def _is_basic(part: Any) -> bool:
    return (
        part is None
        or part is Ellipsis
        or (isinstance(part, (slice, int, np.integer)) and not isinstance(part, bool))
    )


def _part(trace: Trace, part: Any) -> tuple[Any, Any]:
    if isinstance(part, slice):
        part = trace.fixed(part, "it bounds a slice")
        return part, part
    if type(part) in (list, tuple):
        part = (
            trace.as_array(part)
            if has_handle(part)
            else np.asarray(part, dtype=None if part else np.intp)
        )
    if isinstance(part, Handle) and part._varies():
        if part.dtype.kind in "iu":
            return plain(part), Traced(part.node)
        return (fixed := trace.fixed(part, MASK)), fixed
    part = plain(part)
    return part, part


def read(handle: Handle, key: Any) -> Any:
    """`handle[key]`."""
    trace = handle._trace
    if (flag := _single(trace, key)) is not None:
        whole = handle[None] if flag else handle[None][:0]
        return whole.copy()
    found = Key(trace, key)
    value = handle._plain()[found.numbers]
    if (
        isinstance(handle, ArrayHandle)
        and isinstance(value, np.ndarray)
        and owner_of(value) is handle._buffer.block
    ):
        return ArrayHandle(trace, value, handle._buffer)
    if trace.closed or found.nothing or not (handle._varies() or found.varies):
        return trace.adopt(value)
    if isinstance(handle, ArrayHandle) and found.basic:
        node = handle._buffer.read(found.window(handle._held))
        return value if node is None else trace.result(value, node)
    return trace.result(value, trace.expressed(_getitem, (handle, _Raw(found.graph)), "indexing"))


def _single(trace: Trace, key: Any) -> bool | None:
    """One truth value as a key: all of it along a new axis, or none of it. None for other keys."""
    held = plain(key)
    if isinstance(held, (bool, np.bool_)) or (
        isinstance(held, np.ndarray) and held.shape == () and held.dtype == bool
    ):
        return bool(trace.fixed(key, MASK))
    return None


class _Raw:
    """A key on its way through `expressed`, which would otherwise look into it."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key


def _getitem(x: Any, raw: Any) -> Any:
    return BINDINGS["getitem"](x, raw.key)


def _put(x: Any, value: Any, raw: Any) -> Any:
    normal, arrays = normal_key(raw.key, x.shape)
    return ROWS["put"](x, value, *arrays, key=normal)


def _masked(x: Any, value: Any, mask: Any) -> Any:
    return np.where(mask, value, x)


def write(handle: ArrayHandle, key: Any, value: Any) -> None:
    """`handle[key] = value`: NumPy's own write into the memory, then the graph of it."""
    trace = handle._trace
    if (flag := _single(trace, key)) is not None:
        if not flag:
            return
        key = Ellipsis
    if type(value) in (list, tuple) and has_handle(value):
        value = trace.as_array(value)
    moving = not trace.closed and trace.varies(value)
    trace.about_to_write(handle._buffer)
    if (
        _is_mask_of(handle, key)
        and np.ndim(plain(value)) == 0
        and (handle._varies() or moving or trace.varies(key))
    ):
        made = trace.expressed(_masked, (handle, value, key), "writing through a mask")
        handle._held[plain(key)] = plain(value)
        handle.written(trace.node_like(made, handle._held))
        return
    found = Key(trace, key)
    if found.nothing:
        handle._held[found.numbers] = plain(value)  # writes nothing, or raises
        return
    if found.basic or trace.closed:
        window = found.window(handle._held)
        node = as_node(trace.lift(value)) if moving else None
        handle._held[found.numbers] = plain(value)
        if not trace.closed:
            _fit(trace, handle, window, node)
        return
    made = None
    if moving or found.varies or handle._varies():
        given = value if isinstance(value, Handle) else trace.as_array(plain(value))
        made = trace.expressed(_put, (handle, given, _Raw(found.graph)), "writing")
    handle._held[found.numbers] = plain(value)
    handle.written(trace.node_like(made, handle._held))


def _fit(trace: Trace, handle: ArrayHandle, window: np.ndarray[Any, Any], node: Any) -> None:
    """Hand a written window to the buffer.

    Leading axes of length 1, which NumPy lets a value have, are dropped first.
    """
    if node is not None and len(node.shape) > window.ndim:
        from steepest.graph.node import make

        node = make(ROWS["reshape"], (node,), shape=node.shape[len(node.shape) - window.ndim :])
    if node is not None and window.dtype.kind not in "f" and node.dtype.kind == "f":
        trace.note(
            "floating-point values were written into an array of integers, which cuts them off: "
            "slope zero"
        )
    handle._buffer.write(window, node)


def _is_mask_of(handle: ArrayHandle, key: Any) -> bool:
    return isinstance(key, np.ndarray) and key.dtype == bool and key.shape == handle.shape
