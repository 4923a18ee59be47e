"""Straight-line code with vector registers: equal instructions on neighbouring numbers as one.

Rows over arrays write the same instruction for one element after the other. Such runs become
packs: one instruction on a vector, where its operands are at hand as vectors, too (one number for
all, constants, neighbours in memory, numbers of one or two earlier packs). Every number is computed
by the same operation as before, so no bit changes; there is less to compile and less to run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from steepest.native.emit import Body, literal, type_of
from steepest.native.scalars import BOOLEAN, Lane, Scalars

__all__ = ["Packs", "WideBody"]

PACKABLE: Final = frozenset(
    (
        *("fadd", "fsub", "fmul", "fdiv", "fneg", "sqrt", "fabs", "floor", "ceil", "trunc", "rint"),
        *("copysign", "olt", "ole", "ogt", "oge", "oeq", "une", "uno", "and", "or", "xor", "not"),
        *("select", "number"),
    )
)
STRIDES: Final = (1, 2, 3)  # a row may write several instructions for each element


@dataclass(frozen=True)
class Vector:
    """Where a vector comes from: `kind` is "splat" (of number `a`), "constants", "load" (from input
    `a` on) or "packs" (elements `chosen` of packs `a` and `b` laid end to end).
    """

    kind: str
    a: int = 0
    b: int = 0
    chosen: tuple[int, ...] = ()


class Packs:
    """The packs of some code: `members[p]` are the numbers of pack p, `operands[p]` what it takes.

    `together(i, j)` says whether inputs i and j stand side by side in memory.
    """

    def __init__(self, code: Scalars, width: int, together: Callable[[int, int], bool]) -> None:
        self.code, self.width, self._together = code, width, together
        self.members: list[tuple[int, ...]] = []
        self.operands: list[tuple[Vector, ...]] = []
        self.place: dict[int, tuple[int, int]] = {}  # of a number: its pack, and where in it
        operations = [instruction[0] for instruction in code.instructions]
        for first, operation in enumerate(operations):
            if operation in PACKABLE and first not in self.place:
                for stride in STRIDES:
                    run = operations[first : first + stride * (width - 1) + 1 : stride]
                    if run == [operation] * width and self._pack(
                        tuple(range(first, first + stride * width, stride))
                    ):
                        break

    def _pack(self, members: tuple[int, ...]) -> bool:
        if any(i in self.place for i in members):
            return False
        instructions, kinds = self.code.instructions, self.code.kinds
        if any(kinds[i] != kinds[members[0]] for i in members):
            return False
        operands = []
        for ids in zip(*(instructions[i][1:] for i in members), strict=True):
            found = self.vector(ids, before=members[0])
            if found is None:
                return False
            operands.append(found)
        if all(v.kind in ("splat", "constants") for v in operands):
            return False
        for k, i in enumerate(members):
            self.place[i] = (len(self.members), k)
        self.members.append(members)
        self.operands.append(tuple(operands))
        return True

    def vector(self, ids: tuple[int, ...], before: int) -> Vector | None:
        """How these numbers come as one vector; None where they would have to be gathered.

        Only what is there `before` that number, or in a pack, so that no pack waits for itself.
        """
        instructions = self.code.instructions
        if len(set(ids)) == 1:
            return Vector("splat", ids[0]) if ids[0] < before or ids[0] in self.place else None
        operations = {instructions[i][0] for i in ids}
        if operations == {"constant"}:
            return Vector("constants", chosen=ids)
        if operations == {"input"}:
            at = [instructions[i][1] for i in ids]
            near = all(self._together(i, j) for i, j in pairwise(at))
            return Vector("load", at[0]) if near else None
        places = [self.place.get(i) for i in ids]
        packs: list[int] = []
        chosen = []
        for place in places:
            if place is None:
                return None
            if place[0] not in packs:
                packs.append(place[0])
            chosen.append(packs.index(place[0]) * self.width + place[1])
        if len(packs) > 2:
            return None
        return Vector("packs", packs[0], packs[-1], tuple(chosen))


class WideBody(Body):
    """A body that computes packs as vectors. `address(i, body)`: the operand that points to input
    i.
    """

    def __init__(
        self,
        code: Scalars,
        read: Callable[[int, Body], str],
        address: Callable[[int, Body], str],
        packs: Packs,
    ) -> None:
        super().__init__(code, read)
        self.packs, self._address = packs, address
        self._vectors: dict[Any, str] = {}  # of packs by their numbers, of others by what they are

    def compute(self, lane: Lane) -> str:
        """The operand that holds a number, computed now if it was not before."""
        place = self.packs.place.get(lane.at)
        if place is not None:
            self._run([("pack", place[0])])
            return self._number(lane.at)
        self._run([("number", lane.at)])
        return self._number(lane.at)

    def together(self, lanes: Sequence[Lane]) -> str | None:
        """The operand of a vector that holds these numbers, where that takes no gathering."""
        found = self.packs.vector(tuple(x.at for x in lanes), before=len(self.code))
        if found is None:
            return None
        self._run(list(self._needs(found)))
        return self._vector(found, boolean=False)

    # ---- the order of things
    def _run(self, stack: list[tuple[str, int]]) -> None:
        """Compute units (single numbers, and packs), each after what it needs."""
        while stack:
            kind, k = stack[-1]
            if k in (self._operands if kind == "number" else self._vectors):
                stack.pop()
                continue
            waiting = [u for u in self._before(kind, k) if not self._is_there(u)]
            if waiting:
                stack += reversed(waiting)
                continue
            stack.pop()
            if kind == "pack":
                self._write_pack(k)
            else:
                self._write_number(k)

    def _is_there(self, unit: tuple[str, int]) -> bool:
        return unit[1] in (self._operands if unit[0] == "number" else self._vectors)

    def _before(self, kind: str, k: int) -> list[tuple[str, int]]:
        if kind == "pack":
            return [unit for v in self.packs.operands[k] for unit in self._needs(v)]
        operation, *args = self.code.instructions[k]
        return [] if operation in ("input", "constant") else [self._unit(i) for i in args]

    def _unit(self, i: int) -> tuple[str, int]:
        place = self.packs.place.get(i)
        return ("number", i) if place is None else ("pack", place[0])

    def _needs(self, v: Vector) -> Sequence[tuple[str, int]]:
        if v.kind == "packs":
            return [("pack", v.a), ("pack", v.b)]
        return [self._unit(v.a)] if v.kind == "splat" else []

    # ---- writing
    def _write_number(self, i: int) -> None:
        operation, *args = self.code.instructions[i]
        if operation == "input":
            self._operands[i] = self._read(args[0], self)
        elif operation == "constant":
            self._operands[i] = literal(args[0])
        else:
            self._operands[i] = self._write(i, operation, [self._number(a) for a in args])

    def _number(self, i: int) -> str:
        """A number that is there, alone or in a pack."""
        if i not in self._operands:
            pack, k = self.packs.place[i]
            kind = type_of(self.packs.width, self.code.kinds[i] == BOOLEAN)
            self.add(f"%e{i} = extractelement {kind} {self._vectors[pack]}, i64 {k}")
            self._operands[i] = f"%e{i}"
        return self._operands[i]

    def _write_pack(self, p: int) -> None:
        members = self.packs.members[p]
        operation, *args = self.code.instructions[members[0]]
        booleans = [self.code.kinds[a] == BOOLEAN for a in args]
        operands = [
            self._vector(v, b) for v, b in zip(self.packs.operands[p], booleans, strict=True)
        ]
        text = self._text(operation, operands, self.packs.width)
        self.add(f"%w{p} = {text}")
        self._vectors[p] = f"%w{p}"

    def _vector(self, v: Vector, boolean: bool) -> str:
        """The operand of a vector whose parts are there."""
        if v.kind == "packs" and v.a == v.b and v.chosen == tuple(range(self.packs.width)):
            return self._vectors[v.a]
        if v not in self._vectors:
            self._vectors[v] = self._make(v, f"%z{len(self._vectors)}", boolean)
        return self._vectors[v]

    def _make(self, v: Vector, name: str, boolean: bool) -> str:
        width = self.packs.width
        kind, one = type_of(width, boolean), type_of(1, boolean)
        if v.kind == "constants":
            values = (literal(self.code.values[i]) for i in v.chosen)
            return f"<{', '.join(f'{one} {x}' for x in values)}>"
        if v.kind == "load":
            at = self._address(v.a, self)
            self.add(f"{name} = load {kind}, ptr {at}, align 8")
        elif v.kind == "packs":
            chosen = ", ".join(f"i32 {k}" for k in v.chosen)
            pair = f"{kind} {self._vectors[v.a]}, {kind} {self._vectors[v.b]}"
            self.add(f"{name} = shufflevector {pair}, <{width} x i32> <{chosen}>")
        elif self.code.values[v.a] is not None:
            return literal(self.code.values[v.a], width)
        else:
            self.add(f"{name}a = insertelement {kind} poison, {one} {self._number(v.a)}, i64 0")
            pair = f"{kind} {name}a, {kind} poison"
            self.add(f"{name} = shufflevector {pair}, <{width} x i32> zeroinitializer")
        return name
