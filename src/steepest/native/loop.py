"""Whole walks in machine code: one step's graph, run again and again in one native loop.

    i64 walk(carry, settings, data, first, count, rows, mask, dense, result, scratch)

Numbers that change from step to step (the carry) stay in registers; settings are read once, and
what is computed from them alone, or from data, is computed once; data, which the user's function
reads, are read where they are used. Each step writes its row of the record at `rows`; the place
moves on after a row whose number is a multiple of `mask` + 1, or `dense` and beyond, and is written
over after any other. The loop ends after `count` steps, at a code other than 0, or where a guard
fails; a step that was not taken leaves the carry of the step before.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from steepest.graph.node import Node
from steepest.native.blocks import LINE
from steepest.native.chain import shortened
from steepest.native.emit import Body, literal
from steepest.native.engine import Code, compiled, functions, target
from steepest.native.plan import Plan, plan
from steepest.native.scalars import Lane
from steepest.native.stretch import ARGUMENTS, driver, stretch_of

__all__ = ["MISSED", "Loop", "Segment", "Step"]

MISSED: Final = -2  # the code of a guard that failed: the path is another one from here
Vector = NDArray[np.float64]

_SIGNATURE: Final = ctypes.CFUNCTYPE(
    ctypes.c_int64,
    *(ctypes.c_void_p,) * 3,
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_int64,
    *(ctypes.c_void_p,) * 2,
)


@dataclass(frozen=True, eq=False)
class Step:
    """One step as nodes: what it takes, and what it makes of it.

    following and carry correspond one to one; `untaken` are codes after which the step does not
    count.
    """

    carry: Sequence[Node]
    settings: Sequence[Node]
    data: Sequence[Node]
    following: Sequence[Node]
    row: Sequence[Node]
    code: Node
    held: Node | None = None  # whether the guards hold; None: there are none
    untaken: tuple[int, ...] = ()
    kept: Sequence[Node] = ()  # numbers that are computed as they are written (`native.chain`)
    expected: Sequence[tuple[Node, bool]] = ()  # conditions, and the truth that they mostly have


@dataclass(frozen=True)
class Segment:
    """What one run of the loop gave: how many steps, the code, and the rows that were kept."""

    steps: int
    code: int
    rows: Vector


class Loop:
    """A step's loop in machine code."""

    def __init__(self, step: Step, limit: int) -> None:
        held = [] if step.held is None else [step.held]
        self.sizes = moving, fixed, width = tuple(
            sum(int(np.prod(n.shape, dtype=int)) for n in nodes)
            for nodes in (step.carry, step.settings, step.row)
        )
        written = plan(
            (*step.carry, *step.settings, *step.data),
            (
                *step.following, *step.row, step.code, *held, *step.kept,
                *(n for n, _ in step.expected),
            ),
            limit,
        )  # fmt: skip
        first = moving + width + 1 + len(held)
        self.plan: Plan = shortened(
            written, range(moving), range(moving, moving + fixed),
            range(first, first + len(step.kept)), target().fused,
        )  # fmt: skip
        text, self._scratch = _module(self.plan, self.sizes, step)
        self.code: Code = compiled(text, ["walk"])
        self._run = _SIGNATURE(self.code.addresses["walk"])

    def run(
        self,
        carry: Vector,
        settings: Vector,
        data: Vector,
        first: int,
        count: int,
        stride: int,
        dense: int,
    ) -> Segment:
        """Advance `carry`, in place, by up to `count` steps; the first of them has number `first`.

        Kept are the rows whose numbers are multiples of `stride` (a power of two), and those from
        number `dense` on.
        """
        width = self.sizes[2]
        most = count // stride + 2 + max(0, min(count, first + count - dense))
        rows = np.empty((most, width))
        result, scratch = np.zeros(2), np.empty(self._scratch + LINE)
        aligned = -(-scratch.ctypes.data // (8 * LINE)) * (8 * LINE)
        steps = self._run(
            carry.ctypes.data, settings.ctypes.data, data.ctypes.data, first, count,
            rows.ctypes.data, stride - 1, dense, result.ctypes.data, aligned,
        )  # fmt: skip
        return Segment(steps, int(result[1]), rows[: int(result[0])])


def _module(p: Plan, sizes: tuple[int, ...], step: Step) -> tuple[str, int]:
    """The text of the loop, and of what hurries through steps that are as expected; and how many
    numbers that puts down.
    """
    text = _Text(p, sizes, step)
    lines = "\n  ".join(text.lines())
    moving, fixed, width = sizes
    held = step.held is not None
    notes = [truth for _, truth in step.expected]
    stretch = stretch_of(p, moving, fixed, moving + width, held, notes, target().lanes)
    full = f"({ARGUMENTS}) {{\n  {lines}\n}}\n"
    if stretch is None:
        return f"{functions(text.functions)}define i64 @walk{full}", 0
    called = functions(text.functions | stretch.functions, (1, target().lanes))
    return f"{called}define i64 @full{full}{stretch.text}{driver(width)}", stretch.scratch


class _Text:
    """The loop's text, block by block.

    A number of the carry that a step either replaces or leaves as it was (the best point so far,
    the first step uphill) stays in memory, and is written only when it is replaced; the others go
    round in registers.
    """

    def __init__(self, p: Plan, sizes: tuple[int, ...], step: Step) -> None:
        self.plan, self.step = p, step
        self.moving, fixed, self.width = sizes
        self.following = p.outputs[: self.moving]
        self.row = p.outputs[self.moving : self.moving + self.width]
        self.code = p.outputs[self.moving + self.width]
        self.cells = {i: c for i in range(self.moving) if (c := self._cell(i)) is not None}
        self.turning = [i for i in range(self.moving) if i not in self.cells]
        self.entry, self.body = self._bodies(fixed)

    def _cell(self, i: int) -> tuple[int, bool, Lane] | None:
        """(condition, its sense, new value) of a number that is replaced or left as it was."""
        operation, *args = self.plan.code.instructions[self.following[i].at]
        if operation != "select":
            return None
        old = ("input", i)
        for sense, new, kept in ((True, args[1], args[2]), (False, args[2], args[1])):
            if self.plan.code.instructions[kept] == old:
                return args[0], sense, Lane(self.plan.code, new)
        return None

    def _bodies(self, fixed: int) -> tuple[Body, Body]:
        """What is computed once, before the loop, and what is computed at every step."""
        moving = self.moving

        def setting(k: int, body: Body) -> str:
            if k >= moving + fixed:
                return value(k, body)
            body.add(f"%ps{k} = getelementptr double, ptr %settings, i64 {k - moving}")
            body.add(f"%s{k} = load double, ptr %ps{k}")
            return f"%s{k}"

        def value(k: int, body: Body) -> str:
            if k in self.cells:
                body.add(f"%{body.prefix}m{k} = load double, ptr %q{k}")
                return f"%{body.prefix}m{k}"
            if k < moving:
                return f"%c{k}"
            name = f"%{body.prefix}d{k}"
            body.add(f"{name}.p = getelementptr double, ptr %data, i64 {k - moving - fixed}")
            body.add(f"{name} = load double, ptr {name}.p")
            return name

        entry, body = Body(self.plan.code, setting, prefix="e"), Body(self.plan.code, value)
        code = self.plan.code
        data = {("input", k) for k in range(moving + fixed, self.plan.given)}
        for at in self.plan.settled(range(moving, self.plan.given)):
            if code.instructions[at] not in data:  # which are read where they are used
                body.know(at, entry.compute(Lane(code, at)))
        return entry, body

    @property
    def functions(self) -> set[str]:
        """The functions that are called."""
        return self.entry.functions | self.body.functions

    def lines(self) -> list[str]:
        """All blocks, in order."""
        body = self.body
        held = (
            None
            if self.step.held is None
            else body.compute(self.plan.outputs[self.moving + self.width + 1])
        )
        following = {i: body.compute(self.following[i]) for i in self.turning}
        code = body.compute(self.code)
        conditions = list(dict.fromkeys((c, sense) for c, sense, _ in self.cells.values()))
        asked = [body.compute(Lane(self.plan.code, c)) for c, _ in conditions]
        for i in self._read_late():
            body.compute(self.plan.code.input(i))
        main = [*body.lines]
        commit = [
            line
            for number, ((c, sense), operand) in enumerate(zip(conditions, asked, strict=True))
            for line in self._replaced(number, operand, c, sense)
        ]
        guard: list[str] = []
        if held is not None:
            guard = [
                f"%held = fcmp une double {held}, {literal(0.0)}",
                "br i1 %held, label %kept, label %missed", "kept:",
            ]  # fmt: skip
        addresses = [
            f"%q{i} = getelementptr double, ptr %carry, i64 {i}" for i in range(self.moving)
        ]
        old = {i: f"%c{i}" for i in self.turning}
        return [
            "entry:", *addresses,
            *(f"%a{i} = load double, ptr %q{i}" for i in self.turning),
            *self.entry.lines,
            "br label %step",
            "step:",
            "%k = phi i64 [ 0, %entry ], [ %k1, %next ]",
            "%row = phi ptr [ %rows, %entry ], [ %row1, %next ]",
            *(
                f"%c{i} = phi double [ %a{i}, %entry ], [ {following[i]}, %next ]"
                for i in self.turning
            ),
            *main, *guard,
            f"%going = fcmp oeq double {code}, {literal(0.0)}",
            "br i1 %going, label %commit, label %ending",
            "ending:", *self._lost(code),
            "commit:", *commit, *self._kept_row(),
            "%k1 = add i64 %k, 1",
            "%more = icmp slt i64 %k1, %count",
            "%on = and i1 %more, %going",
            "br i1 %on, label %step, label %after",
            "after:", *self._leaving(following, "%row1", code, "%k1", "f"),
            "before:", *self._leaving(old, "%row", code, "%k", "b"),
            *(
                ["missed:", *self._leaving(old, "%row", literal(float(MISSED)), "%k", "m")]
                if held is not None else []
            ),
        ]  # fmt: skip

    def _read_late(self) -> list[int]:
        """The cells that are read after some of them are written: each is loaded before."""
        code = self.plan.code
        waiting = [lane.at for *_, lane in self.cells.values()] + [lane.at for lane in self.row]
        seen: set[int] = set()
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                operation, *args = code.instructions[at]
                waiting += () if operation in ("input", "constant") else args
        return [i for i in self.cells if code.input(i).at in seen]

    def _lost(self, code: str) -> list[str]:
        """Where to at a code: back to the step before, if this one does not count."""
        lines, last = [], "false"
        for i, number in enumerate(self.step.untaken):
            lines.append(f"%u{i} = fcmp oeq double {code}, {literal(float(number))}")
            lines.append(f"%w{i} = or i1 {last}, %u{i}")
            last = f"%w{i}"
        return [*lines, f"br i1 {last}, label %before, label %commit"]

    def _replaced(self, number: int, operand: str, condition: int, sense: bool) -> list[str]:
        """Write the cells that share a condition, where it holds."""
        branch = self.body.branch(f"g{number}_")
        cells = [(i, new) for i, (c, s, new) in self.cells.items() if (c, s) == (condition, sense)]
        values = [(i, branch.compute(new)) for i, new in cells]
        here, there = f"%g{number}", f"%h{number}"
        ways = (here, there) if sense else (there, here)
        return [
            f"br i1 {operand}, label {ways[0]}, label {ways[1]}",
            f"g{number}:", *branch.lines,
            *(f"store double {value}, ptr %q{i}" for i, value in values),
            f"br label {there}",
            f"h{number}:",
        ]  # fmt: skip

    def _kept_row(self) -> list[str]:
        """Write the row of the record, if it is one that is kept."""
        branch = self.body.branch("r_")
        values = [branch.compute(lane) for lane in self.row]
        stores = [
            line
            for j, value in enumerate(values)
            for line in (
                f"%r{j} = getelementptr double, ptr %row, i64 {j}",
                f"store double {value}, ptr %r{j}",
            )
        ]
        return [
            "%t = add i64 %first, %k",
            "%rest = and i64 %t, %mask",
            "%even = icmp eq i64 %rest, 0",
            "%late = icmp sge i64 %t, %dense",
            "%wanted = or i1 %even, %late",
            "br i1 %wanted, label %keep, label %over",
            "keep:", *branch.lines, *stores,
            f"%row2 = getelementptr double, ptr %row, i64 {self.width}",
            "br label %next",
            "over:",
            "br label %next",
            "next:",
            "%row1 = phi ptr [ %row2, %keep ], [ %row, %over ]",
        ]  # fmt: skip

    def _leaving(
        self, values: dict[int, str], row: str, code: str, count: str, mark: str
    ) -> list[str]:
        """Store the carry, how many rows there are, and the code; and go."""
        return [
            *(f"store double {value}, ptr %q{i}" for i, value in values.items()),
            f"%{mark}end = ptrtoint ptr {row} to i64",
            f"%{mark}start = ptrtoint ptr %rows to i64",
            f"%{mark}bytes = sub i64 %{mark}end, %{mark}start",
            f"%{mark}rows = sdiv i64 %{mark}bytes, {8 * self.width}",
            f"%{mark}number = sitofp i64 %{mark}rows to double",
            f"store double %{mark}number, ptr %result",
            f"%{mark}code = getelementptr double, ptr %result, i64 1",
            f"store double {code}, ptr %{mark}code",
            f"ret i64 {count}",
        ]
