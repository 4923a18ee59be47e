"""What a walk leaves behind: its rows, thinned by a stated rule, in bounded memory.

After N evaluations the record holds, of the evaluations t = 0, 1, ..., N − 1:

    the first `head`, the last `tail`, the best, and every `stride`-th, where `stride` is the
    smallest power of two for which at most `capacity` rows are multiples of it.

So it is whole up to `capacity` rows and thins evenly after that; what is kept depends on N alone,
not on pauses, chunks or resumptions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.walk import Carry, Row
from steepest.objective import Vector

__all__ = ["Layout", "Record", "Recorder"]

BUDGET = 64 * 2**20  # bytes for the evenly thinned rows of one walk


@dataclass(frozen=True)
class Layout:
    """How many rows are kept, in the rule above.

    >>> Layout.of(2)
    Layout(capacity=10000, head=32, tail=32)
    >>> Layout.of(1_000_000)  # rows of 16 MB each
    Layout(capacity=4, head=2, tail=3)
    """

    capacity: int = 10_000
    head: int = 32
    tail: int = 32

    @classmethod
    def of(cls, n: int) -> Layout:
        """The layout for n variables: 10,000 rows, or as many as take 64 MiB, and at least 4."""
        capacity = min(10_000, max(4, BUDGET // (8 * (2 * n + 4))))
        return cls(capacity, min(32, max(2, capacity // 4)), min(32, max(3, capacity // 4)))

    def stride(self, evaluations: int) -> int:
        """The spacing of the evenly kept rows after so many evaluations.

        >>> layout = Layout(capacity=100)
        >>> layout.stride(100), layout.stride(101), layout.stride(1000)
        (1, 2, 16)
        """
        stride = 1
        while (evaluations + stride - 1) // stride > self.capacity:
            stride *= 2
        return stride


@dataclass(frozen=True)
class Record:
    """The kept rows of a walk, k of them, in order.

    t (k,) evaluation numbers from 0; x (k, n) points; f (k,) values; g (k, n) gradients;
    accepted (k,) whether the point belongs to the walk; lengths (k,) of the moves that led there.
    """

    t: NDArray[np.int64]
    x: Vector
    f: Vector
    g: Vector
    accepted: NDArray[np.bool_]
    lengths: Vector
    stride: int

    @classmethod
    def of_rows(cls, rows: list[Row], n: int, stride: int) -> Record:
        """Columns from rows."""
        return cls(
            np.array([row.t for row in rows], dtype=np.int64),
            np.array([row.x for row in rows], dtype=np.float64).reshape(len(rows), n),
            np.array([row.f for row in rows], dtype=np.float64),
            np.array([row.g for row in rows], dtype=np.float64).reshape(len(rows), n),
            np.array([row.accepted for row in rows], dtype=np.bool_),
            np.array([row.length for row in rows], dtype=np.float64),
            stride,
        )

    @classmethod
    def of_blocks(cls, blocks: Sequence[Vector], stride: int) -> Record:
        """Columns from arrays (k, 2n + 4): t, x (n), f, g (n), accepted, length."""
        n = (blocks[0].shape[1] - 4) // 2

        def column(at: Any) -> Vector:
            return np.concatenate([block[:, at] for block in blocks])

        return cls(
            column(0).astype(np.int64), column(slice(1, n + 1)), column(n + 1),
            column(slice(n + 2, 2 * n + 2)), column(-2) != 0, column(-1), stride,
        )  # fmt: skip

    def rows(self) -> list[Row]:
        """Rows from columns."""
        return [
            Row(int(t), x, float(f), g, bool(accepted), float(length))
            for t, x, f, g, accepted, length in zip(
                self.t, self.x, self.f, self.g, self.accepted, self.lengths, strict=True
            )
        ]


class Recorder:
    """Keeps rows as they come, and the carry after the newest, whatever happens to the loop.

    Rows come one by one from the driver in Python, in blocks (k, 2n + 4) from the one in machine
    code, which leaves out what would be thinned anyway. Keeping the same row twice changes nothing.
    """

    def __init__(self, layout: Layout, rows: list[Row] | None = None, evaluations: int = 0) -> None:
        self.layout = layout
        self.stride = layout.stride(evaluations)
        self._next = evaluations
        self.carry: Carry | None = None
        rows = [row for row in rows or [] if row.t < evaluations]
        self._newest: Row | Vector | None = rows[-1] if rows else None
        self._head = [row for row in rows if row.t < layout.head]
        self._even = [row for row in rows if row.t % self.stride == 0]
        self._tail: deque[Row] = deque(
            (row for row in rows if row.t >= evaluations - layout.tail), maxlen=layout.tail
        )
        self._blocks: list[Vector] = []

    @property
    def newest(self) -> Row | None:
        """The row that came last."""
        newest = self._newest
        return newest if newest is None or isinstance(newest, Row) else _rows_of(newest)[0]

    def keep(self, row: Row, carry: Carry) -> None:
        """File one row, thinning when there are too many, and the carry that goes on from it."""
        if row.t >= self._next:  # else a step that Ctrl-C cut between its row and its carry
            self._file(row)
        self.carry = carry

    def keep_block(self, block: Vector, carry: Carry) -> None:
        """File many rows, as columns t, x (n), f, g (n), accepted, length; and the carry."""
        block = block[np.searchsorted(block[:, 0], self._next) :]
        if len(block):
            self._blocks.append(block)
            self._newest = block[-1:]
            self._next = int(block[-1, 0]) + 1
            self.stride = self.layout.stride(self._next)
            if sum(map(len, self._blocks)) > 4 * (self.layout.capacity + self.layout.head):
                self._blocks = [self._thinned(np.concatenate(self._blocks))]
        self.carry = carry

    def _thinned(self, block: Vector) -> Vector:
        return block[self._wanted(block[:, 0], self._next)]

    def _wanted(self, t: Vector, evaluations: int) -> NDArray[np.bool_]:
        """Which numbers are kept after so many evaluations, the best aside."""
        even = t.astype(np.int64) & (self.stride - 1) == 0
        wanted: NDArray[np.bool_] = even | (t < self.layout.head)
        return wanted | (t >= evaluations - self.layout.tail)

    def _file(self, row: Row) -> None:
        if row.t < self.layout.head:
            self._head.append(row)
        if row.t % self.stride == 0:
            self._even.append(row)
            while len(self._even) > self.layout.capacity:
                self.stride *= 2
                self._even = self._even[::2]
        self._tail.append(row)
        self._newest = row
        self._next = row.t + 1

    def record(self, carry: Carry) -> Record:
        """The record so far: head, even rows, best and tail, in order, each once."""
        n = carry.last_x.shape[0]
        rows: dict[int, Row] = {
            row.t: row
            for part in (self._head, self._even, self._tail)
            for row in part
            if row.t < carry.t
        }
        if carry.taken > 0 and carry.best_t not in rows:
            rows[carry.best_t] = Row(
                carry.best_t, carry.best_x, carry.best_f, carry.best_g, True, carry.best_length
            )
        ordered = [rows[t] for t in sorted(rows)]
        if not self._blocks:
            return Record.of_rows(ordered, n, self.stride)
        blocks = [self._final(block, carry) for block in self._blocks]
        rest = self._final(_block_of(ordered, n), carry)
        rest = rest[[not any(_holds(b[:, 0], t) for b in blocks) for t in rest[:, 0]]]
        if len(rest):
            block = np.concatenate(blocks)
            at = np.searchsorted(block[:, 0], rest[:, 0])
            blocks = [np.insert(block, at, rest, axis=0)]
        return Record.of_blocks(blocks, self.stride)

    def _final(self, block: Vector, carry: Carry) -> Vector:
        """The rows of a block that are kept in the end."""
        t = block[:, 0]
        wanted = (self._wanted(t, carry.t) | (t == carry.best_t)) & (t < carry.t)
        return block if wanted.all() else block[wanted]


def _block_of(rows: list[Row], n: int) -> Vector:
    parts = [[row.t, *row.x, row.f, *row.g, row.accepted, row.length] for row in rows]
    return np.array(parts, dtype=np.float64).reshape(len(rows), 2 * n + 4)


def _holds(t: Vector, number: float) -> bool:
    """Whether a number is among others in rising order."""
    at = int(np.searchsorted(t, number))
    return at < len(t) and bool(t[at] == number)


def _rows_of(block: Vector) -> list[Row]:
    return Record.of_blocks([block], 1).rows()


def dense_tail(record: Record) -> Any:
    """How many rows at the end follow each other without a gap, as a slice."""
    gaps = np.flatnonzero(np.diff(record.t) != 1)
    return slice(int(gaps[-1]) + 1 if gaps.size else 0, None)
