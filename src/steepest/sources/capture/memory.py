"""Blocks of memory and the graph of their content.

NumPy's views alias: two arrays may be windows on one block. So the graph belongs to the block, not
to the window. Each block (the array that owns the memory) has one `Buffer`; a window knows its
place in the block by address arithmetic, reads by indexing the block's node there, and writes by
making the block's next node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.errors import CaptureError
from steepest.graph.node import Node, constant, make
from steepest.graph.operation import ROWS
from steepest.operations.keys import Fancy, Piece, is_whole
from steepest.record import record

__all__ = ["Buffer", "Place", "owner_of", "place_of"]

Array = np.ndarray[Any, Any]
FEW = 16  # so many elements may be read one by one beside writes that wait


def owner_of(array: Array) -> Array:
    """The array that a view is a window on: the last one down the chain of bases."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


@record(eq=True)
class Place:
    """Where a window lies in its block.

    A key of the block (then axes in another order, then a shape), or, where slices cannot say it,
    the number of each element in the block's C order.
    """

    key: tuple[Any, ...] = ()
    axes: tuple[int, ...] | None = None
    shape: tuple[int, ...] = ()
    positions: Array | None = None

    def read(self, block: Node) -> Node:
        """The window's node, given the block's."""
        if self.positions is not None:
            return make(ROWS["index"], (_flat(block), constant(self.positions)), key=(Fancy(0),))
        node = (
            block
            if is_whole(self.key, block.shape)
            else make(ROWS["index"], (block,), key=self.key)
        )
        if self.axes is not None:
            node = make(ROWS["transpose"], (node,), axes=self.axes)
        return (
            node if node.shape == self.shape else make(ROWS["reshape"], (node,), shape=self.shape)
        )

    def write(self, block: Node, value: Node) -> Node:
        """The block's next node, when the window's is `value` (of any shape that broadcasts)."""
        if self.positions is not None:
            there = constant(self.positions)
            if value.shape != self.shape:
                value = make(ROWS["broadcast_to"], (value,), shape=self.shape)
            written = make(ROWS["put"], (_flat(block), value, there), key=(Fancy(0),))
            return (
                written
                if len(block.shape) == 1
                else make(ROWS["reshape"], (written,), shape=block.shape)
            )
        whole = is_whole(self.key, block.shape)
        if value.shape != () or whole:
            value = self._laid_out(value)
        if whole:
            return (
                value
                if value.dtype == block.dtype
                else make(ROWS["cast"], (value,), dtype=block.dtype.str)
            )
        return make(ROWS["put"], (block, value), key=self.key)

    def _laid_out(self, value: Node) -> Node:
        """A value of the window's shape, brought to the axes of the block."""
        if value.shape != self.shape:
            value = make(ROWS["broadcast_to"], (value,), shape=self.shape)
        pieces = tuple(len(range(*_bounds(k))) for k in self.key if type(k) is Piece)
        moved = pieces if self.axes is None else tuple(pieces[a] for a in self.axes)
        if value.shape != moved:
            value = make(ROWS["reshape"], (value,), shape=moved)
        if self.axes is not None:
            value = make(
                ROWS["transpose"], (value,), axes=tuple(int(i) for i in np.argsort(self.axes))
            )
        return value


def _bounds(piece: Piece) -> tuple[int, int, int]:
    return piece.start, -1 if piece.stop is None else piece.stop, piece.step


def _flat(node: Node) -> Node:
    size = int(np.prod(node.shape, dtype=int))
    return node if len(node.shape) == 1 else make(ROWS["reshape"], (node,), shape=(size,))


def place_of(window: Array, block: Array) -> Place:
    """Where `window` lies in `block`, from addresses and strides alone.

    However the view was made, it is found.
    """
    size = block.itemsize
    offset = window.__array_interface__["data"][0] - block.__array_interface__["data"][0]
    if window.itemsize != size or window.dtype.kind != block.dtype.kind:
        raise CaptureError(f"a view of {block.dtype} memory as {window.dtype} cannot be followed")
    if window.size == 0:
        return Place(shape=window.shape, positions=np.zeros(window.shape, np.intp))
    return _by_slices(window, block, offset) or Place(
        shape=window.shape, positions=positions(window, block, offset)
    )


def _by_slices(window: Array, block: Array, offset: int) -> Place | None:
    """The place as one slice or number for each axis of the block; None where it is no such thing.

    Whatever is found is right by construction: every element's address is start + step·i on each
    axis, within bounds.
    """
    starts: list[int] = [0] * block.ndim
    rest = offset
    for axis in sorted(range(block.ndim), key=lambda a: -block.strides[a]):
        stride, length = block.strides[axis], block.shape[axis]
        if length == 1:
            continue
        if stride <= 0:
            return None
        starts[axis], rest = divmod(rest, stride)
        if starts[axis] >= length:
            return None
    if rest:
        return None
    steps: dict[int, tuple[int, int]] = {}  # axis of the block -> (axis of the window, step)
    for mine, (n, stride) in enumerate(zip(window.shape, window.strides, strict=True)):
        if n == 1 and stride not in block.strides:
            continue
        found = _axis_for(n, stride, block, starts, steps)
        if found is None and n > 1:
            return None
        if found is not None:
            steps[found] = (mine, stride // block.strides[found] if n > 1 else 1)
    key: list[Any] = []
    for axis, start in enumerate(starts):
        if axis not in steps:
            key.append(start)
            continue
        mine, step = steps[axis]
        stop = start + step * window.shape[mine]
        stop_bound = None if stop < 0 else min(stop, block.shape[axis]) if step > 0 else stop
        key.append(Piece(start, stop_bound, step))
    order = [
        steps[axis][0] for axis in sorted(steps)
    ]  # the window's axes, in the order of the block's
    axes = tuple(int(i) for i in np.argsort(order)) if order != sorted(order) else None
    return Place(tuple(key), axes, window.shape)


def _axis_for(
    n: int, stride: int, block: Array, starts: Sequence[int], taken: dict[int, Any]
) -> int | None:
    """The axis of the block that a window's axis of this length and stride runs along, if any."""
    fitting = []
    for axis, (length, mine) in enumerate(zip(block.shape, block.strides, strict=True)):
        if axis in taken or mine <= 0 or stride % mine:
            continue
        step = stride // mine
        if (n == 1 and stride == mine) or (
            step != 0 and length > 1 and 0 <= starts[axis] + step * (n - 1) < length
        ):
            fitting.append((mine, axis))
    return max(fitting)[1] if fitting else None


def positions(window: Array, block: Array, offset: int | None = None) -> Array:
    """The number (in the block's C order) of every element of the window, by address arithmetic."""
    if offset is None:
        offset = window.__array_interface__["data"][0] - block.__array_interface__["data"][0]
    if not _dense(block):
        raise CaptureError("a window on memory that overlaps itself or has gaps cannot be followed")
    found = np.array(offset // block.itemsize, np.intp)
    for n, stride in zip(window.shape, window.strides, strict=True):
        found = found[..., None] + np.arange(n) * (stride // block.itemsize)
    if block.flags.c_contiguous:
        return found
    order = sorted(range(block.ndim), key=lambda a: -block.strides[a])
    in_memory_order = np.arange(block.size).reshape(block.shape).transpose(order).ravel()
    return np.asarray(in_memory_order[found])


def _dense(block: Array) -> bool:
    """Whether the block fills one stretch of memory, each element once."""
    expected = block.itemsize
    for stride, length in sorted(zip(block.strides, block.shape, strict=True)):
        if length > 1:
            if stride != expected:
                return False
            expected *= length
    return True


class Buffer:
    """One block of memory and the graph of what it holds.

    A block that does not vary needs no node until it is used beside something that does. Single
    elements that were written one by one wait in `pending`, by their number in C order, and become
    one node when the block is next read as a whole: a loop over `out[i] = ...` costs one node, not
    one array for each element.
    """

    __slots__ = ("_node", "before", "block", "captured", "pending", "varies", "written")

    def __init__(
        self, block: Array, node: Node | None = None, captured: Node | None = None
    ) -> None:
        self.block = block
        self._node = node
        self.varies = node is not None
        self.captured = captured  # the input node of memory that was there before the trace
        self.pending: dict[int, Node] = {}
        self.written = False
        self.before: Array | None = None  # what captured memory held before the first write

    def node(self) -> Node:
        """The node of the whole block, with everything that was written."""
        if self._node is None and not self.pending:
            self._node = constant(self.block)  # kept until the next write
        if self.pending:
            self._flush()
        assert self._node is not None
        return self._node

    def _flush(self) -> None:
        pending, self.pending = self.pending, {}
        numbers = sorted(pending)
        stacked = make(ROWS["stack"], tuple(pending[i] for i in numbers), axis=0)
        shape = self.block.shape
        if len(numbers) == self.block.size:
            node = (
                stacked if self.block.ndim == 1 else make(ROWS["reshape"], (stacked,), shape=shape)
            )
            self._node = (
                node
                if node.dtype == self.block.dtype
                else make(ROWS["cast"], (node,), dtype=self.block.dtype.str)
            )
            return
        before = self._node if self._node is not None else constant(self.block)
        if self.block.ndim == 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            place = Place((Piece(numbers[0], numbers[-1] + 1, 1),), None, (len(numbers),))
        else:
            place = Place(shape=(len(numbers),), positions=np.array(numbers, np.intp))
        self._node = place.write(before, stacked)

    def read(self, window: Array) -> Node | None:
        """The node of a window; None where one element is read that does not vary."""
        place = place_of(window, self.block)
        if not self.pending or window.size == 0:
            return place.read(self.node())
        numbers = positions(window, self.block)
        waiting = [int(i) in self.pending for i in numbers.ravel()]
        if not any(waiting) and self._node is not None:
            return place.read(self._node)
        if window.ndim == 0:
            return self.pending[int(numbers)] if waiting[0] else None
        if all(waiting) or window.size <= FEW:
            return self._gathered(window, numbers)
        return place.read(self.node())

    def _gathered(self, window: Array, numbers: Array) -> Node:
        """A window read element by element, while the writes go on waiting."""
        parts = []
        for i in numbers.ravel():
            part = self.pending.get(int(i))
            if part is None and self._node is not None:
                at = np.unravel_index(int(i), self.block.shape)
                part = make(ROWS["index"], (self._node,), key=tuple(int(k) for k in at))
            elif part is None:
                part = constant(self.block.flat[int(i)])
            parts.append(part)
        stacked = make(ROWS["stack"], tuple(parts), axis=0)
        return (
            stacked if window.ndim == 1 else make(ROWS["reshape"], (stacked,), shape=window.shape)
        )

    def write(self, window: Array, value: Node | None) -> None:
        """The window's memory was written, with `value`'s content.

        None: with something that does not vary.
        """
        self.written = True
        if value is None and not self.varies:
            self._node = None  # only memory: its constant is made anew when needed
            return
        if window.size == 0:
            return
        self.varies = True
        if value is None:
            value = constant(window[()])
        if window.size == 1 and value.dtype == self.block.dtype:
            number = int(positions(window, self.block).ravel()[0])
            self.pending[number] = (
                value if value.shape == () else make(ROWS["reshape"], (value,), shape=())
            )
            return
        place = place_of(window, self.block)
        if place.positions is None and is_whole(place.key, self.block.shape):
            self.pending.clear()
        self._node = place.write(self.node(), value)
