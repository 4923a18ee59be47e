"""Whole walks in machine code: one step's graph, run again and again in one native loop.

    i64 walk(carry, settings, data, first, count, rows, mask, dense, result)

Numbers that change from step to step (the carry) stay in registers; settings are read once, and
what is computed from them alone is computed once; data, which the user's function reads, are read
where they are used. Each step writes its row of the record at `rows`; the place moves on after a
row whose number is a multiple of `mask` + 1, or `dense` and beyond, and is written over after any
other. The loop ends after `count` steps, at a code other than 0, or where a guard fails; a step
that was not taken leaves the carry of the step before.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from steepest.graph.node import Node
from steepest.native.emit import Body, declarations, literal
from steepest.native.engine import Code, compiled
from steepest.native.library import definitions
from steepest.native.plan import Plan, plan
from steepest.native.scalars import Lane

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
    ctypes.c_void_p,
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
        self.plan: Plan = plan(
            (*step.carry, *step.settings, *step.data),
            (*step.following, *step.row, step.code, *held),
            limit,
        )
        self.sizes = tuple(
            sum(int(np.prod(n.shape, dtype=int)) for n in nodes)
            for nodes in (step.carry, step.settings, step.row)
        )
        self.code: Code = compiled(_module(self.plan, self.sizes, step), ["walk"])
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
        result = np.zeros(2)
        steps = self._run(
            carry.ctypes.data, settings.ctypes.data, data.ctypes.data, first, count,
            rows.ctypes.data, stride - 1, dense, result.ctypes.data,
        )  # fmt: skip
        return Segment(steps, int(result[1]), rows[: int(result[0])])


def _module(p: Plan, sizes: tuple[int, ...], step: Step) -> str:
    """The text of the loop."""
    moving, fixed, width = sizes
    entry, body = _bodies(p, moving, fixed)
    outputs = [body.compute(lane) for lane in p.outputs]
    following, row, rest = (
        outputs[:moving],
        outputs[moving : moving + width],
        outputs[moving + width :],
    )
    code = rest[0]
    here = "step" if step.held is None else "kept"
    phis = [
        f"%c{i} = phi double [ %a{i}, %entry ], [ {following[i]}, %{here} ]" for i in range(moving)
    ]
    loads = [
        line
        for i in range(moving)
        for line in (
            f"%q{i} = getelementptr double, ptr %carry, i64 {i}",
            f"%a{i} = load double, ptr %q{i}",
        )
    ]
    stores = [
        line
        for j, value in enumerate(row)
        for line in (
            f"%r{j} = getelementptr double, ptr %row, i64 {j}",
            f"store double {value}, ptr %r{j}",
        )
    ]
    lost = [
        f"%u{i} = fcmp oeq double {code}, {literal(float(u))}" for i, u in enumerate(step.untaken)
    ]
    last = "false"
    for i in range(len(step.untaken)):
        lost.append(f"%w{i} = or i1 {last}, %u{i}")
        last = f"%w{i}"
    guard: list[str] = []
    if step.held is not None:
        guard = [
            f"%held = fcmp une double {rest[1]}, {literal(0.0)}",
            "br i1 %held, label %kept, label %missed",
            "kept:",
        ]
    lines = [
        "entry:", *loads, *entry.lines, "br label %step",
        "step:",
        f"%k = phi i64 [ 0, %entry ], [ %k1, %{here} ]",
        f"%row = phi ptr [ %rows, %entry ], [ %row1, %{here} ]",
        *phis, *body.lines, *guard, *stores,
        "%t = add i64 %first, %k",
        "%rest = and i64 %t, %mask",
        "%even = icmp eq i64 %rest, 0",
        "%late = icmp sge i64 %t, %dense",
        "%wanted = or i1 %even, %late",
        f"%width = select i1 %wanted, i64 {8 * width}, i64 0",
        "%row1 = getelementptr i8, ptr %row, i64 %width",
        "%k1 = add i64 %k, 1",
        "%more = icmp slt i64 %k1, %count",
        f"%going = fcmp oeq double {code}, {literal(0.0)}",
        "%on = and i1 %more, %going",
        "br i1 %on, label %step, label %leave",
        "leave:",
        *lost,
        f"br i1 {last}, label %before, label %after",
        "before:", *_leaving([f"%c{i}" for i in range(moving)], "%row", code, "%k", "b", width),
        "after:", *_leaving(following, "%row1", code, "%k1", "f", width),
    ]  # fmt: skip
    if step.held is not None:
        there = [f"%c{i}" for i in range(moving)]
        lines += ["missed:", *_leaving(there, "%row", literal(float(MISSED)), "%k", "m", width)]
    text = "\n  ".join(lines)
    return (
        declarations([1])
        + definitions(entry.functions | body.functions)
        + "define i64 @walk(ptr noalias %carry, ptr noalias %settings, ptr noalias %data, "
        "i64 %first, i64 %count, ptr noalias %rows, i64 %mask, i64 %dense, ptr noalias %result) {\n"
        f"{text}\n}}\n"
    )


def _leaving(
    values: Sequence[str], row: str, code: str, count: str, mark: str, width: int
) -> list[str]:
    """Store the carry, how many rows there are, and the code; and go."""
    lines = []
    for i, value in enumerate(values):
        lines.append(f"%{mark}{i} = getelementptr double, ptr %carry, i64 {i}")
        lines.append(f"store double {value}, ptr %{mark}{i}")
    return [
        *lines,
        f"%{mark}end = ptrtoint ptr {row} to i64",
        f"%{mark}start = ptrtoint ptr %rows to i64",
        f"%{mark}bytes = sub i64 %{mark}end, %{mark}start",
        f"%{mark}rows = sdiv i64 %{mark}bytes, {8 * width}",
        f"%{mark}number = sitofp i64 %{mark}rows to double",
        f"store double %{mark}number, ptr %result",
        f"%{mark}code = getelementptr double, ptr %result, i64 1",
        f"store double {code}, ptr %{mark}code",
        f"ret i64 {count}",
    ]


def _bodies(p: Plan, moving: int, fixed: int) -> tuple[Body, Body]:
    """What is computed once, before the loop, and what is computed at every step."""

    def setting(k: int, body: Body) -> str:
        body.add(f"%ps{k} = getelementptr double, ptr %settings, i64 {k - moving}")
        body.add(f"%s{k} = load double, ptr %ps{k}")
        return f"%s{k}"

    def value(k: int, body: Body) -> str:
        if k < moving:
            return f"%c{k}"
        body.add(f"%pd{k} = getelementptr double, ptr %data, i64 {k - moving - fixed}")
        body.add(f"%d{k} = load double, ptr %pd{k}")
        return f"%d{k}"

    entry, body = Body(p.code, setting), Body(p.code, value)
    for at in p.settled(range(moving, moving + fixed)):
        body.know(at, entry.compute(Lane(p.code, at)))
    return entry, body
