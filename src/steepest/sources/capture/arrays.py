"""A window on true memory.

Values, views and aliasing are NumPy's own, and the node is read off the block's buffer.
"""

# ruff: noqa: D102  (most methods are NumPy's own, under NumPy's own names)
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import Node, constant
from steepest.graph.operation import BINDINGS
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.memory import Buffer, owner_of

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["ArrayHandle"]

Array = np.ndarray[Any, Any]


class ArrayHandle(Handle):
    """A window on true memory, and the buffer of that memory."""

    __slots__ = ("_buffer", "_held")

    def __init__(self, trace: Trace, held: Array, buffer: Buffer) -> None:
        self._trace = trace
        self._held = held
        self._buffer = buffer

    @classmethod
    def fresh(cls, trace: Trace, block: Array, node: Node) -> ArrayHandle:
        """A handle on new memory that holds what `node` says."""
        buffer = trace.buffers[id(block)] = Buffer(block, node)
        return cls(trace, block, buffer)

    @property
    def node(self) -> Node:  # type: ignore[override]
        found = self._buffer.read(self._held)
        return constant(self._held) if found is None else found

    @property
    def __class__(self) -> Any:
        return np.ndarray

    @__class__.setter
    def __class__(self, other: Any) -> None:
        raise TypeError("the class of an array cannot be changed")

    def _plain(self) -> Any:
        return self._held

    def _varies(self) -> bool:
        return self._buffer.varies and not self._trace.closed

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes; may be assigned, as NumPy's."""
        return tuple(self._held.shape)

    @shape.setter
    def shape(self, new: Any) -> None:
        self._held = self._held.view()
        self._held.shape = new

    @property
    def flat(self) -> Any:
        """The elements in C order: a window where NumPy can make one, else a copy."""
        return self.ravel()

    @property
    def base(self) -> Any:
        """The array whose memory this is a window on; None for an array with memory of its own."""
        return None if self._held.base is None else self._trace.enter(self._held.base)

    def window(self, held: Array) -> Any:
        """Another window on the same block, if it is one; None when NumPy has made new memory."""
        return (
            ArrayHandle(self._trace, held, self._buffer)
            if owner_of(held) is self._buffer.block
            else None
        )

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self._held)))

    def __setitem__(self, key: Any, value: Any) -> None:
        from steepest.sources.capture.indexing import write

        write(self, key, value)

    def written(self, value: Any) -> None:
        """Memory here has just been given what `value` says (a node-side value, or None.

        What does not vary).
        """
        self._buffer.write(self._held, value)

    def astype(
        self,
        dtype: Any,
        order: Any = "K",
        casting: Any = "unsafe",
        subok: bool = True,
        copy: bool = True,
    ) -> Any:
        if not copy and self.dtype == np.dtype(dtype):
            return self
        new = self._trace.combine(
            lambda v: v.astype(dtype, order, casting),
            lambda n: BINDINGS["cast"](n, dtype),
            (self,),
            "astype",
        )
        return new

    # the rest are ndarray's methods of the same names
    def copy(self, order: Any = "C") -> Any:
        return self._trace.combine(lambda v: v.copy(order), lambda n: n, (self,), "copy")

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def tolist(self) -> Any:
        return (
            [row.tolist() if isinstance(row, ArrayHandle) else row for row in self]
            if self.shape
            else self[()]
        )

    def fill(self, value: Any) -> None:
        self[...] = value

    def sort(
        self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None
    ) -> None:
        self[...] = np.sort(self, axis)

    def partition(
        self, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None
    ) -> None:
        self[...] = np.partition(self, kth, axis)

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        put: Any = np.put
        put(self, indices, values, mode)

    def view(self, *how: Any, **named: Any) -> Any:
        """Another window on the same memory; read as another dtype, it cannot be followed."""
        seen = self._held.view(*how, **named)
        if seen.dtype == self.dtype and type(seen) is np.ndarray:
            return ArrayHandle(self._trace, seen, self._buffer)
        return self.__getattr__("view")(*how, **named)
