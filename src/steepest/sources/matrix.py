"""All partial derivatives of a path: found in few passes where most of them are zero by structure.

Which are is read off the tangent graph, taken apart into single numbers. Columns that share no row
are then found together (`calculus.colours`), and in machine code each entry by itself
(`native.sparse`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

import numpy as np

from steepest.calculus import derive
from steepest.calculus.colours import apart, star, turned
from steepest.errors import CompilationError, NotDifferentiableError
from steepest.graph.node import Node, make
from steepest.graph.operation import ROWS
from steepest.native.plan import Plan, plan
from steepest.native.scalars import LIMIT
from steepest.native.sparse import entries, reach
from steepest.record import record
from steepest.sources.piece import Piece

__all__ = ["Matrix", "Passes"]

FEW: Final = 4  # so many passes are made without asking what is zero
EACH: Final = 64  # operations for each input number, in code that is looked at for zeros
PAIRS: Final = 1_000_000  # steps that choosing colours may take
NUMBERS: Final = 1 << 18  # of a matrix in machine code; in larger ones memory takes the time


@record()
class Passes:
    """How the matrix is found: in forward mode or reverse mode, and along which directions.

    `seeds` (passes, width) are the directions; `read` says for each entry that may hold anything
    but zero its row, its column, the pass and the place in the pass where it stands; None: that
    each pass is a whole column (in reverse mode a row).
    """

    forward: bool
    seeds: Any
    read: tuple[Any, Any, Any, Any] | None = None


@record()
class Matrix(Piece):
    """The derivatives of a path's outputs by the inputs `by`, a block for each pair of them.

    `symmetric`: the outputs are the gradient of a number by these inputs.
    """

    by: tuple[Node, ...] = ()
    symmetric: bool = False

    @property
    def passes(self) -> Passes:
        """How the numbers are found without machine code; decided once for each path."""
        found: Passes | None = self.made.get(Passes)
        if found is None:
            found = self.made[Passes] = self._passes()
        return found

    def _passes(self) -> Passes:
        rows, columns = _size(self.outputs), _size(self.by)
        found = None
        if min(rows, columns) > FEW:
            with suppress(CompilationError):
                found = self._few()
        if found is None:
            forward = columns <= rows and self._goes_forward
            found = Passes(forward, np.eye(columns if forward else rows))
        return found

    def _few(self) -> Passes | None:
        """Passes that find several columns or rows at once; None where that saves little."""
        rows, width = self._pattern()
        columns = turned(rows, width)
        if self.symmetric:
            if sum(len(r) ** 2 for r in rows) > PAIRS:
                return None
            colours = star(rows)
            return _read_symmetric(rows, colours) if _saves(colours) else None
        options = []
        for forward, here, there in ((True, rows, columns), (False, columns, rows)):
            fits = sum(len(r) ** 2 for r in here) <= PAIRS
            if fits and (not forward or self._goes_forward):
                options.append((apart(here, len(there)), forward, here))
        if not options:
            return None
        colours, forward, here = min(options, key=lambda o: max(o[0], default=0))
        return _read(here, colours, forward) if _saves(colours) else None

    def _pattern(self) -> tuple[list[list[int]], int]:
        """For each output number the input numbers that it can depend on; how many there are."""
        forward = self._goes_forward
        p, first = self._linear(forward, EACH * (_size(self.by) + _size(self.outputs)))
        masks = reach(p, first)
        found = [[d for d in range(m.bit_length()) if m >> d & 1] for m in masks]
        if forward:
            return found, _size(self.by)
        return turned(found, _size(self.outputs)), _size(self.by)

    @property
    def _goes_forward(self) -> bool:
        """Whether there is a forward mode: a rule that its author gave may only work backwards."""
        if "forward" not in self.made:
            try:
                self._along(forward=True)
                self.made["forward"] = True
            except NotDifferentiableError:
                self.made["forward"] = False
        return bool(self.made["forward"])

    def _along(self, forward: bool, apart: bool = False) -> tuple[list[Node], list[Node]]:
        """The directions of one mode, and what is linear in them."""
        key = ("along", forward, apart)
        if key not in self.made:
            moved = self.extra("d", self.by if forward else self.outputs)
            if forward:
                inputs = _together(self.by, moved)
                found = derive.jvp(self.outputs, [*inputs], [*inputs.values()], apart=apart)
            else:
                found = derive.vjp(self.outputs, self.by, moved, apart=apart)
            self.made[key] = moved, found
        along: tuple[list[Node], list[Node]] = self.made[key]
        return along

    def _linear(
        self, forward: bool, limit: int, guards: Sequence[tuple[Node, Any]] = ()
    ) -> tuple[Plan, int]:
        """One mode on single numbers, and the place of its first direction among the inputs."""
        moved, outputs = self._along(forward)
        inputs = (*self.inputs, *self.captured)
        return plan((*inputs, *moved), outputs, limit, guards), _size(inputs)

    # ---- numbers
    def computed(self) -> list[Any]:
        """The blocks at this call, pass by pass."""
        rows, columns = _size(self.outputs), _size(self.by)
        if not rows or not columns:
            return self._blocks(np.zeros((rows, columns)))
        p = self.passes
        try:
            found = self._run(p)
            if not np.isfinite(found).all():
                found = self._run(p, apart=True)
        except NotDifferentiableError:
            if not p.forward:
                raise
            self.made["forward"] = False  # a rule that is run, and has no forward mode
            self.made.pop(Passes, None)
            return self.computed()
        if p.read is None:
            whole = found.T if p.forward else found
            if self.symmetric:  # what stands below the diagonal is found, and stands above it, too
                whole = np.where(np.tri(rows, dtype=bool), whole, whole.T)
            return self._blocks(whole)
        down, across, which, place = p.read
        dense = np.zeros((rows, columns), found.dtype)
        dense[down, across] = found[which, place]
        return self._blocks(dense)

    def _run(self, p: Passes, apart: bool = False) -> Any:
        """All passes (passes, length); `apart`: zeros in a direction contribute nothing, even
        beside infinite slopes.
        """
        moved, outputs = self._along(p.forward, apart)
        run = self.run(("passes", p.forward, apart), lambda: outputs, moved)
        split = _splitting(moved)
        return np.array([_flat(run(*split(seed))) for seed in p.seeds])

    def _blocks(self, dense: Any) -> list[Any]:
        downs, acrosses = _ends(self.outputs), _ends(self.by)
        return [
            dense[top:bottom, left:right].reshape((*o.shape, *n.shape))
            for o, (top, bottom) in zip(self.outputs, pairwise(downs), strict=True)
            for n, (left, right) in zip(self.by, pairwise(acrosses), strict=True)
        ]

    # ---- machine code
    def planned(self, guards: Sequence[tuple[Node, Any]] = ()) -> Plan:
        """All entries as straight-line code."""
        rows, columns = _size(self.outputs), _size(self.by)
        if rows * columns > NUMBERS:
            raise CompilationError(
                f"the matrix has {rows:,} x {columns:,} numbers, more than {NUMBERS:,}; with so "
                "many, machine code would not be faster"
            )
        forward = self.passes.forward
        p, first = self._linear(forward, LIMIT, guards)
        below = [(1 << i + 1) - 1 for i in range(rows)] if self.symmetric else None
        everything = (1 << (columns if forward else rows)) - 1
        code, found, held = entries(p, first, below or [everything] * len(p.outputs))
        zero = code.constant(0.0)
        table = np.full((rows, columns), zero, dtype=object)
        for k, parts in enumerate(found):
            for d, lane in parts.items():
                i, j = (k, d) if forward else (d, k)
                table[i, j] = lane
                if self.symmetric:
                    table[j, i] = lane
        blocks = self._blocks(table)
        return Plan(
            code,
            tuple(n.shape for n in (*self.inputs, *self.captured)),
            tuple(lane for b in blocks for lane in np.ravel(b).tolist()),
            tuple(np.shape(b) for b in blocks),
            held,
        )


def _together(nodes: Sequence[Node], directions: Sequence[Node]) -> dict[Node, Node]:
    """The direction of each node; the sum of them where a node is named twice."""
    found: dict[Node, Node] = {}
    for n, d in zip(nodes, directions, strict=True):
        found[n] = make(ROWS["add"], (found[n], d)) if n in found else d
    return found


def _size(nodes: Sequence[Node]) -> int:
    return sum(math.prod(n.shape) for n in nodes)


def _ends(nodes: Sequence[Node]) -> list[int]:
    return [0, *np.cumsum([math.prod(n.shape) for n in nodes]).tolist()]


def _flat(parts: Sequence[Any]) -> Any:
    return np.concatenate([np.ravel(p) for p in parts])


def _splitting(nodes: Sequence[Node]) -> Callable[[Any], list[Any]]:
    """What takes a direction apart into the shapes and dtypes of some nodes."""
    ends = _ends(nodes)

    def split(seed: Any) -> list[Any]:
        return [
            seed[a:b].reshape(n.shape).astype(n.dtype)[()]
            for n, (a, b) in zip(nodes, pairwise(ends), strict=True)
        ]

    return split


def _saves(colours: Sequence[int]) -> bool:
    return 2 * (max(colours, default=0) + 1) <= len(colours)


def _seeds(colours: Sequence[int]) -> Any:
    return (np.arange(max(colours) + 1)[:, None] == np.array(colours)).astype(float)


def _read(rows: Sequence[Sequence[int]], colours: Sequence[int], forward: bool) -> Passes:
    """Each entry stands in the pass of its column's colour, at its row; `rows` are columns where
    the mode is reverse.
    """
    i, j = np.array([(i, j) for i, row in enumerate(rows) for j in row], int).reshape(-1, 2).T
    down, across = (i, j) if forward else (j, i)
    return Passes(forward, _seeds(colours), (down, across, np.array(colours)[j], i))


def _read_symmetric(rows: Sequence[Sequence[int]], colours: Sequence[int]) -> Passes:
    """Each entry and its mirror image, from the pass in which it stands alone."""
    found = []
    for i, row in enumerate(rows):
        seen = [colours[j] for j in row]
        for j in row:
            if j <= i:
                alone = seen.count(colours[j]) == 1
                which, place = (colours[j], i) if alone else (colours[i], j)
                found += [(i, j, which, place), (j, i, which, place)]
    rows_, columns_, which_, places = np.array(found, int).reshape(-1, 4).T
    return Passes(True, _seeds(colours), (rows_, columns_, which_, places))
