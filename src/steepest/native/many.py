"""Many points at once, in vector registers: values over grids, and steps of many walks.

Points are columns: number i of point j stands at [i, j] of one array (m, n) of doubles, n a
multiple of `Field.lanes` or `Flock.lanes`, no gaps in a row. Each group of so many neighbouring
columns is held in vector registers and worked on together; groups are independent, so threads can
share them out.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from steepest.graph.node import Node
from steepest.native.chain import ancestors, leaner
from steepest.native.emit import Body, is_call, type_of
from steepest.native.engine import Code, compiled, functions, target
from steepest.native.plan import Plan, plan
from steepest.native.scalars import Lane
from steepest.native.sharing import columns_of, shared

__all__ = ["Field", "Flock", "Herd", "lanes"]

Vector = NDArray[np.float64]
BLOCK: Final = 65_536  # points in one call: some hundred microseconds
REGISTERS: Final = 4  # that hold one number of a group of walks: more hide latencies, spill more
PAIRED: Final = 2  # registers that are worked on together where functions are called


def lanes() -> int:
    """How many walks a group holds."""
    return REGISTERS * target().lanes


def word(p: Plan) -> int:
    """How many points are worked on by one instruction: a register, gone before the next is there;
    but functions wait long for themselves, and two registers hide it.
    """
    needed = ancestors(p.code, (x.at for x in p.outputs))
    called = any(is_call(p.code.instructions[k][0]) for k in needed)
    return target().lanes * (PAIRED if called else 1)


def _count(nodes: Sequence[Node]) -> int:
    return sum(int(np.prod(n.shape, dtype=int)) for n in nodes)


class Group:
    """The text around a group: columns loaded, settings and data spread over the lanes."""

    def __init__(self, width: int) -> None:
        self.width, self.type = width, type_of(width)

    def column(self, name: str, base: str, row: int, word: int = 0) -> list[str]:
        """Load row `row` of the group's columns, so many words after the first."""
        return [
            *self._address(name, base, row, word),
            f"%{name} = load {self.type}, ptr %{name}.p, align 8",
        ]

    def put(
        self, name: str, base: str, row: int, value: str, word: int = 0, n: str = "%n"
    ) -> list[str]:
        """Store row `row` of the group's columns, so many words after the first."""
        return [
            *self._address(name, base, row, word, n),
            f"store {self.type} {value}, ptr %{name}.p, align 8",
        ]

    def code(self, name: str, value: str) -> list[str]:
        """Store small whole numbers as the group's codes."""
        small = f"<{self.width} x i8>"
        return [
            f"%{name}.p = getelementptr i8, ptr %codes, i64 %i",
            f"%{name}.w = fptosi {self.type} {value} to {small}",
            f"store {small} %{name}.w, ptr %{name}.p, align 1",
        ]

    def _address(self, name: str, base: str, row: int, word: int, n: str = "%n") -> list[str]:
        return [
            f"%{name}.o = mul i64 {n}, {row}",
            f"%{name}.k = add i64 %{name}.o, {word * self.width}",
            f"%{name}.i = add i64 %{name}.k, %i",
            f"%{name}.p = getelementptr double, ptr {base}, i64 %{name}.i",
        ]

    def spread(self, name: str, scalar: str) -> list[str]:
        """One number in all lanes."""
        return [
            f"%{name}.e = insertelement {self.type} poison, double {scalar}, i64 0",
            f"%{name} = shufflevector {self.type} %{name}.e, {self.type} poison, "
            f"<{self.width} x i32> zeroinitializer",
        ]

    def number(self, name: str, base: str, k: int) -> list[str]:
        """The k-th number of an array, in all lanes."""
        return [
            f"%{name}.p = getelementptr double, ptr {base}, i64 {k}",
            f"%{name}.s = load double, ptr %{name}.p",
            *self.spread(name, f"%{name}.s"),
        ]


class Field:
    """Outputs at many points: void field(in, n, out, m, codes, count, data).

    n and m lead from row to row. `code`, where there is one, is a small whole number at each point.
    """

    def __init__(
        self,
        inputs: Sequence[Node],
        data: Sequence[Node],
        outputs: Sequence[Node],
        limit: int,
        code: Node | None = None,
    ) -> None:
        coded = [] if code is None else [code]
        self.plan: Plan = plan((*inputs, *data), (*outputs, *coded), limit)
        self.rows = len(self.plan.outputs) - len(coded)
        self.lanes = word(self.plan)
        text = _field(self.plan, _count(inputs), self.rows, self.lanes)
        self.code: Code = compiled(text, ["field"])
        address, number = ctypes.c_void_p, ctypes.c_int64
        self._run = ctypes.CFUNCTYPE(
            None, address, number, address, number, address, number, address
        )(self.code.addresses["field"])

    def over(
        self, rows: list[Vector], data: Vector, pool: ThreadPoolExecutor | None = None
    ) -> Vector:
        """The outputs (rows, N) at N points, whose numbers are rows (..., N); on all cores."""
        as_they_are = (
            len(rows) == 1 and rows[0].flags.c_contiguous and rows[0].shape[-1] % self.lanes == 0
            and rows[0].dtype == np.float64 and rows[0].ndim == 2
        )  # fmt: skip
        columns = rows[0] if as_they_are else columns_of(rows, self.lanes)  # only read
        out = np.empty((self.rows, columns.shape[1]))

        def run(start: int, stop: int) -> None:
            self.run(columns[:, start:stop], out[:, start:stop], data)

        shared(columns.shape[1], BLOCK // self.lanes * self.lanes, run, pool)
        return out[:, : rows[0].shape[-1]]

    def run(
        self, columns: Vector, out: Vector, data: Vector, codes: NDArray[np.int8] | None = None
    ) -> None:
        """Fill the columns of `out` (rows, n) and the codes (n,) from those of `columns` (k, n)."""
        self._run(
            columns.ctypes.data, _apart(columns), out.ctypes.data, _apart(out),
            None if codes is None else codes.ctypes.data, columns.shape[1], data.ctypes.data,
        )  # fmt: skip


def _apart(columns: Vector) -> int:
    """How many numbers it is from row to row."""
    return columns.strides[0] // 8


def _field(p: Plan, given: int, rows: int, width: int) -> str:
    group = Group(width)

    def read(k: int, body: Body) -> str:
        name = f"x{k}"
        lines = (
            group.column(name, "%in", k) if k < given else group.number(name, "%data", k - given)
        )
        for line in lines:
            body.add(line)
        return f"%{name}"

    body = Body(p.code, read, lanes=width)
    for j, lane in enumerate(p.outputs):
        value, name = body.compute(lane), f"y{j}"
        put = group.put(name, "%out", j, value, n="%m") if j < rows else group.code(name, value)
        for line in put:
            body.add(line)
    lines = [
        "entry:", "%any = icmp sgt i64 %count, 0", "br i1 %any, label %group, label %end",
        "group:", "%i = phi i64 [ 0, %entry ], [ %next, %group ]",
        *body.lines,
        f"%next = add i64 %i, {width}",
        "%more = icmp slt i64 %next, %count",
        "br i1 %more, label %group, label %end",
        "end:", "ret void",
    ]  # fmt: skip
    text = "\n  ".join(lines)
    return (
        functions(body.functions, width)
        + "define void @field(ptr noalias readonly %in, i64 %n, ptr noalias %out, i64 %m, "
        f"ptr noalias %codes, i64 %count, ptr noalias readonly %data) {{\n  {text}\n}}\n"
    )


@dataclass(frozen=True, eq=False)
class Herd:
    """One step of every walk of a herd, as nodes.

    carry and following correspond one to one; `t` is the number of the step, the same for all;
    `going` says whether a walk goes on after the step (None: all do).
    """

    carry: Sequence[Node]
    settings: Sequence[Node]
    data: Sequence[Node]
    t: Node
    following: Sequence[Node]
    going: Node | None = None
    kept: Sequence[Node] = ()  # numbers that are not taken apart (`native.chain`)


class Flock:
    """Steps of many walks: void flock(carry, n, count, settings, data, t, steps)."""

    def __init__(self, herd: Herd, limit: int) -> None:
        going = [] if herd.going is None else [herd.going]
        self.rows, fixed = _count(herd.carry), _count(herd.settings)
        written = plan(
            (*herd.carry, *herd.settings, herd.t, *herd.data),
            (*herd.following, *going, *herd.kept),
            limit,
        )
        end = self.rows + len(going)
        self.plan: Plan = leaner(
            replace(written, outputs=written.outputs[:end]), range(self.rows),
            range(self.rows, self.rows + fixed), written.outputs[end:], target().fused,
        )  # fmt: skip
        self.lanes = lanes()
        text = _flock(self.plan, self.rows, fixed, bool(going))
        self.code: Code = compiled(text, ["flock"])
        address, number = ctypes.c_void_p, ctypes.c_int64
        self._run = ctypes.CFUNCTYPE(
            None, address, number, number, address, address, number, number
        )(self.code.addresses["flock"])

    def run(self, carry: Vector, settings: Vector, data: Vector, t: int, steps: int) -> None:
        """Advance the columns of `carry` (rows, n), in place, by `steps` steps."""
        self._run(
            carry.ctypes.data, _apart(carry), carry.shape[1], settings.ctypes.data,
            data.ctypes.data, t, steps,
        )  # fmt: skip


def _word(
    p: Plan, u: int, moving: int, fixed: int, group: Group, settled: Mapping[int, str]
) -> Body:
    """The body of word `u`, which knows what is settled."""

    def value(k: int, body: Body) -> str:
        if k < moving:
            return f"%c{k}_{u}"
        if k == moving + fixed:
            return "%time"
        for line in group.number(f"d{k}_{u}", "%data", k - moving - fixed - 1):
            body.add(line)
        return f"%d{k}_{u}"

    body = Body(p.code, value, lanes=group.width, prefix=f"v{u}_")
    for at, operand in settled.items():
        body.know(at, operand)
    return body


def _flock(p: Plan, moving: int, fixed: int, ends: bool) -> str:
    """The module of one step; a group goes through it word by word."""
    width = word(p)
    words = range(lanes() // width)
    group, vector, mask = Group(width), type_of(width), type_of(width, boolean=True)

    def setting(k: int, body: Body) -> str:
        for line in group.number(f"s{k}", "%settings", k - moving):
            body.add(line)
        return f"%s{k}"

    entry = Body(p.code, setting, lanes=width)
    settled = {
        at: entry.compute(Lane(p.code, at)) for at in p.settled(range(moving, moving + fixed))
    }
    bodies = [_word(p, u, moving, fixed, group, settled) for u in words]
    held = [[body.compute(lane) for lane in p.outputs] for body in bodies]
    loads, phis, stores, asked = [], [], [], []
    for u in words:
        for i in range(moving):
            loads += group.column(f"a{i}_{u}", "%carry", i, u)
            first, then = f"[ %a{i}_{u}, %group ]", f"[ {held[u][i]}, %step ]"
            phis.append(f"%c{i}_{u} = phi {vector} {first}, {then}")
            stores += group.put(f"z{i}_{u}", "%carry", i, held[u][i], u)
        if ends:
            before = f"%some{u - 1}" if u else "zeroinitializer"
            asked += [
                f"%alive{u} = fcmp une {vector} {held[u][moving]}, zeroinitializer",
                f"%some{u} = or {mask} {before}, %alive{u}",
            ]
    if ends:
        asked += [
            f"%on = call i1 @llvm.vector.reduce.or.v{width}i1({mask} %some{words[-1]})",
            "%more = and i1 %on, %within",
        ]
    lines = [
        "entry:", *entry.lines,
        "%any = icmp sgt i64 %count, 0", "br i1 %any, label %group, label %end",
        "group:", "%i = phi i64 [ 0, %entry ], [ %next, %store ]",
        *loads, "br label %step",
        "step:", "%k = phi i64 [ 0, %group ], [ %k1, %step ]", *phis,
        "%now = add i64 %t, %k", "%timed = sitofp i64 %now to double",
        *group.spread("time", "%timed"),
        *(line for body in bodies for line in body.lines),
        "%k1 = add i64 %k, 1", "%within = icmp slt i64 %k1, %steps", *asked,
        f"br i1 {'%more' if ends else '%within'}, label %step, label %store",
        "store:", *stores,
        f"%next = add i64 %i, {lanes()}", "%further = icmp slt i64 %next, %count",
        "br i1 %further, label %group, label %end",
        "end:", "ret void",
    ]  # fmt: skip
    text = "\n  ".join(lines)
    functions_called = entry.functions.union(*(body.functions for body in bodies))
    return (
        functions(functions_called, width)
        + "define void @flock(ptr noalias %carry, i64 %n, i64 %count, "
        "ptr noalias readonly %settings, ptr noalias readonly %data, i64 %t, i64 %steps) {\n"
        f"  {text}\n}}\n"
    )
