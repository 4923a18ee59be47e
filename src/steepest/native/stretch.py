"""Stretches of steps that are as expected: a tight loop beside the full one of a walk.

Most steps of a walk are alike: the point is lower than all before it, the move is long enough to
measure, no test to stop holds. Under these expectations most of a step's bookkeeping is known, or
is needed at the end only. So the code is written once more with each expectation in place of its
condition; what is left is the way itself, the conditions, and what is summed up along the way:

    i1 stretch(carry, settings, data, count)

takes `count` steps whose rows are not kept. Where a condition fails, it leaves the carry as it was,
and the full loop goes that way again. Both compute every number by the same operations, so no bit
depends on which of them took a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from steepest.native.emit import Body, literal
from steepest.native.plan import Plan, settled
from steepest.native.scalars import Lane, Scalars

__all__ = ["ARGUMENTS", "driver", "stretch_of"]

ARGUMENTS: Final = (
    "ptr noalias %carry, ptr noalias %settings, ptr noalias %data, i64 %first, i64 %count, "
    "ptr noalias %rows, i64 %mask, i64 %dense, ptr noalias %result"
)
SHORT: Final = 8  # steps that are not worth a stretch
MOST: Final = 256  # steps of one stretch, which may be in vain
PAUSE: Final = 64  # steps without trying again, after one was in vain; twice as many each time,
LONGEST: Final = 8192  # up to so many
EXACT: Final = 2.0**52  # below it, whole numbers can be counted by ones

_ORDERED: Final = frozenset(("olt", "ole", "ogt", "oge"))


@dataclass(frozen=True)
class Stretch:
    """The text of the function, and the functions that it calls."""

    text: str
    functions: set[str]


def stretch_of(
    p: Plan, moving: int, fixed: int, code: int, guarded: bool, notes: Sequence[bool]
) -> Stretch | None:
    """The tight loop of a step, if there is one.

    The outputs of the plan are the carry that follows (`moving` numbers), others, at `code` the
    code of the step, whether the guards held (if `guarded`), and the expected conditions, whose
    truths are the `notes`. Its inputs are the carry, `fixed` settings, and data.
    """
    if not notes:
        return None
    conditions = p.outputs[len(p.outputs) - len(notes) :]
    truths = {_asked(p.code, lane.at): note for lane, note in zip(conditions, notes, strict=True)}
    always = Expected(p.code, truths)
    if guarded:
        always.require(always.of[p.outputs[code + 1].at], True)
    always.require(always.of[p.outputs[code].at], False)
    if always.never:
        return None
    return _Text(always, [always.of[x.at] for x in p.outputs[:moving]], fixed).stretch()


def _asked(code: Scalars, at: int) -> int:
    """The truth value that a number stands for."""
    asked = code.argument("number", at)
    return at if asked is None else asked


class Expected:
    """Code under expectations: `of[i]` is the number that i has become, `tests` are the conditions
    that are left and the truth that each must have; `never` is set where one cannot have it.
    """

    def __init__(self, old: Scalars, truths: Mapping[int, bool]) -> None:
        self.code = Scalars(2 * old.limit)
        self.of: dict[int, int] = {}
        self.tests: dict[int, bool] = {}
        self.never = False
        for at, (operation, *args) in enumerate(old.instructions):
            if operation == "input":
                now = self.code.input(args[0]).at
            elif operation == "constant":
                now = self.code.place(args[0])
            else:
                now = self.code.write(operation, [self.of[a] for a in args])
            if at in truths and operation != "constant":
                self.require(now, truths[at])
                now = self.code.place(truths[at])
            self.of[at] = now

    def require(self, at: int, truth: bool) -> None:
        """A condition must have this truth: what joins several is taken apart."""
        operation, *args = self.code.instructions[at]
        if operation == "constant":
            self.never |= bool(args[0]) != truth
        elif operation in ("not", "number"):
            self.require(args[0], truth != (operation == "not"))
        elif operation == ("and" if truth else "or"):
            for a in args:
                self.require(a, truth)
        else:
            self.never |= self.tests.setdefault(at, truth) != truth


class _Text:
    """The text of a stretch.

    Of the carry, some numbers stay as they are; those that a step needs go round in registers;
    those that count by whole numbers and are asked at the ends only are computed there; and the
    others are computed once, after the last step.
    """

    def __init__(self, always: Expected, following: Sequence[int], fixed: int) -> None:
        self.code, self.following, self.fixed = always.code, following, fixed
        self.moving = len(following)
        code = self.code
        self.inputs = self._inputs()
        self.staying = {
            i for i, at in enumerate(following) if code.instructions[at] == ("input", i)
        }
        self.counting = {i: by for i in range(self.moving) if (by := self._count(i)) is not None}
        self.outer = [t for t in always.tests.items() if self._rising(t[0])]
        self.tests = [t for t in always.tests.items() if not self._rising(t[0])]
        self.turning = self._turning()
        for i in self.turning:
            self.counting.pop(i, None)
        self.leaving = [
            i for i in range(self.moving) if i not in {*self.staying, *self.turning, *self.counting}
        ]

    def _inputs(self) -> list[frozenset[int]]:
        """The numbers of the carry that each instruction depends on."""
        found: list[frozenset[int]] = []
        for operation, *args in self.code.instructions:
            if operation == "input":
                found.append(frozenset(args if args[0] < self.moving else ()))
            elif operation == "constant":
                found.append(frozenset())
            else:
                found.append(frozenset().union(*(found[a] for a in args)))
        return found

    def _count(self, i: int) -> float | None:
        """What is added to a number of the carry at each step, if that is a whole number."""
        operation, *args = self.code.instructions[self.following[i]]
        if operation == "fadd":
            values = [self.code.values[a] for a in args]
            for a, by in zip(args, reversed(values), strict=True):
                if self.code.instructions[a] == ("input", i) and by is not None:
                    return float(by) if by > 0 and float(by).is_integer() else None
        return None

    def _rising(self, at: int) -> bool:
        """Whether a condition compares a number that counts with one that stays: if it is the same
        at the first and at the last step, it is the same between them.
        """
        operation, *args = self.code.instructions[at]
        if operation not in _ORDERED:
            return False
        moved = [a for a in args if self.inputs[a] - self.staying]
        if len(moved) != 1 or len(self.inputs[moved[0]]) != 1:
            return False
        (i,) = self.inputs[moved[0]]
        return i in self.counting and moved[0] in (self.following[i], self.code.input(i).at)

    def _turning(self) -> list[int]:
        """The numbers that a step needs from the step before."""
        found: set[int] = set()
        waiting = [i for at, _ in self.tests for i in self.inputs[at]]
        while True:
            while waiting:
                i = waiting.pop()
                if i not in found and i not in self.staying:
                    found.add(i)
                    waiting += self.inputs[self.following[i]]
            for i in range(self.moving):  # what follows the last step may look one step back
                if i not in found and i not in self.counting:
                    waiting += [
                        j for j in self.inputs[self.following[i]] - found - self.staying
                        if j not in self.counting
                    ]  # fmt: skip
            if not waiting:
                return sorted(found)

    # ---- writing
    def stretch(self) -> Stretch:
        """The whole function."""
        code, moving = self.code, self.moving

        def setting(k: int, body: Body) -> str:
            table, at = ("carry", k) if k < moving else ("settings", k - moving)
            body.add(f"%{body.prefix}p{k} = getelementptr double, ptr %{table}, i64 {at}")
            body.add(f"%{body.prefix}s{k} = load double, ptr %{body.prefix}p{k}")
            return f"%{body.prefix}s{k}"

        def value(k: int, body: Body) -> str:
            if k < moving:
                return f"%c{k}"
            name = f"%{body.prefix}d{k}"
            body.add(f"{name}.p = getelementptr double, ptr %data, i64 {k - moving - self.fixed}")
            body.add(f"{name} = load double, ptr {name}.p")
            return name

        wanted = [at for at, _ in (*self.tests, *self.outer)]
        wanted += [at for i, at in enumerate(self.following) if i not in self.staying]
        known = {*self.staying, *range(moving, moving + self.fixed)}
        entry, body = Body(code, setting, prefix="e"), Body(code, value)
        once = {at: entry.compute(Lane(code, at)) for at in settled(code, wanted, known)}
        for at, operand in once.items():
            body.know(at, operand)
        starts = {i: setting(i, entry) for i in self.turning}
        first = {i: setting(i, entry) for i in self.counting}
        last = self._last(entry, first)
        for mark, ends in (("f", first), ("l", last)):
            self._outer(entry.branch(mark), ends, entry)
        inner = []
        for at, truth in self.tests:
            if at in once:
                _require(entry, at, once[at], truth)
            else:
                inner.append((at, truth))
        following = {i: body.compute(Lane(code, self.following[i])) for i in self.turning}
        for at, _ in inner:
            for a in code.instructions[at][1:]:
                body.compute(Lane(code, a))
        block = "step"
        for at, truth in inner:
            block = _require(body, at, body.compute(Lane(code, at)), truth)
        after, stores = self._after(body, following, last)
        lines = [
            "entry:", *entry.lines, "br label %begin",
            "begin:", "br label %step",
            "step:",
            f"%k = phi i64 [ 0, %begin ], [ %k1, %{block} ]",
            *(
                f"%c{i} = phi double [ {starts[i]}, %begin ], [ {following[i]}, %{block} ]"
                for i in self.turning
            ),
            *body.lines,
            "%k1 = add i64 %k, 1",
            "%more = icmp slt i64 %k1, %count",
            "br i1 %more, label %step, label %after",
            "after:", *after.lines,
            *(
                line for i, name in stores.items() for line in (
                    f"%q{i} = getelementptr double, ptr %carry, i64 {i}",
                    f"store double {name}, ptr %q{i}",
                )
            ),
            "ret i1 true",
            "fail:", "ret i1 false",
        ]  # fmt: skip
        text = "\n  ".join(lines)
        head = (
            "define i1 @stretch(ptr noalias %carry, ptr noalias %settings, ptr noalias %data, "
            "i64 %count)"
        )
        return Stretch(f"{head} {{\n  {text}\n}}\n", entry.functions | body.functions)

    def _after(
        self, body: Body, following: Mapping[int, str], last: Mapping[int, str]
    ) -> tuple[Body, dict[int, str]]:
        """What is computed after the last step, and all numbers of the carry that changed."""
        after = body.branch("z")
        for i, name in last.items():
            after.know(self.code.input(i).at, name)
        stores = {i: after.compute(Lane(self.code, self.following[i])) for i in self.leaving}
        stores |= following
        for i in self.counting:
            after.add(f"%n{i} = fadd double {last[i]}, {literal(self.counting[i])}")
            stores[i] = f"%n{i}"
        return after, stores

    def _last(self, entry: Body, first: Mapping[int, str]) -> dict[int, str]:
        """What the numbers that count are before the last step, if they are whole numbers now."""
        if first:
            entry.add("%steps = sub i64 %count, 1")
            entry.add("%along = sitofp i64 %steps to double")
        last = {}
        for i, name in first.items():
            entry.add(f"%b{i}.s = call double @llvm.fabs.f64(double {name})")
            entry.add(f"%b{i}.f = call double @llvm.floor.f64(double {name})")
            entry.add(f"%b{i}.w = fcmp oeq double %b{i}.f, {name}")
            entry.add(f"%b{i}.e = fcmp olt double %b{i}.s, {literal(EXACT)}")
            entry.add(f"%b{i}.b = and i1 %b{i}.w, %b{i}.e")
            entry.add(f"br i1 %b{i}.b, label %whole{i}, label %fail")
            entry.add(f"whole{i}:")
            entry.add(f"%b{i}.m = fmul double %along, {literal(self.counting[i])}")
            entry.add(f"%b{i} = fadd double {name}, %b{i}.m")
            last[i] = f"%b{i}"
        return last

    def _outer(self, body: Body, ends: Mapping[int, str], entry: Body) -> None:
        """The conditions on what counts, at one end."""
        for i, name in ends.items():
            body.know(self.code.input(i).at, name)
        for at, truth in self.outer:
            _require(body, at, body.compute(Lane(self.code, at)), truth)
        entry.lines += body.lines


def _require(body: Body, at: int, operand: str, truth: bool) -> str:
    """Go on where a condition has its truth; the label where that is."""
    on = f"{body.prefix}on{at}"
    ways = (on, "fail") if truth else ("fail", on)
    body.add(f"br i1 {operand}, label %{ways[0]}, label %{ways[1]}")
    body.add(f"{on}:")
    return on


def driver(width: int) -> str:
    """The walk as a whole: rows that are kept by the full loop, what lies between them by stretches
    as long as those succeed.
    """
    lines = [
        "entry:",
        f"%long = icmp sge i64 %mask, {SHORT}", "br label %loop",
        "loop:",
        "%k = phi i64 [ 0, %entry ], [ %k, %vain ], [ %far, %went ], [ %on, %next ]",
        "%row = phi ptr [ %rows, %entry ], [ %row, %vain ], [ %row, %went ], [ %row1, %next ]",
        "%retry = phi i64 [ 0, %entry ], [ %later, %vain ], [ %retry, %went ], [ %retry, %next ]",
        f"%pause = phi i64 [ {PAUSE}, %entry ], [ %longer, %vain ], [ {PAUSE}, %went ], "
        "[ %pause, %next ]",
        "%left = sub i64 %count, %k",
        "%over = icmp sle i64 %left, 0", "br i1 %over, label %end, label %look",
        "look:",
        "%t = add i64 %first, %k",
        "%rest = sub i64 0, %t",
        "%ahead = and i64 %rest, %mask",  # steps before the next that is kept
        "%room = sub i64 %dense, %t",
        "%a = call i64 @llvm.smin.i64(i64 %ahead, i64 %room)",
        "%gap = call i64 @llvm.smin.i64(i64 %a, i64 %left)",
        f"%worth = icmp sge i64 %gap, {SHORT}",
        "%rested = icmp sge i64 %k, %retry",
        "%go = and i1 %worth, %rested", "br i1 %go, label %try, label %slow",
        "try:",
        f"%n = call i64 @llvm.smin.i64(i64 %gap, i64 {MOST})",
        "%ok = call i1 @stretch(ptr %carry, ptr %settings, ptr %data, i64 %n)",
        "br i1 %ok, label %went, label %vain",
        "went:", "%far = add i64 %k, %n", "br label %loop",
        "vain:", "%later = add i64 %k, %pause",
        "%twice = mul i64 %pause, 2",
        f"%longer = call i64 @llvm.smin.i64(i64 %twice, i64 {LONGEST})", "br label %loop",
        "slow:",
        "%sparse = icmp sgt i64 %room, 0",
        "%thin = and i1 %sparse, %long",
        "%wait = sub i64 %retry, %k",
        "%some0 = call i64 @llvm.smax.i64(i64 %gap, i64 0)",
        "%some1 = add i64 %some0, 1",
        "%some2 = select i1 %rested, i64 %some1, i64 %wait",
        "%some3 = select i1 %thin, i64 %some2, i64 %left",
        "%m = call i64 @llvm.smin.i64(i64 %some3, i64 %left)",
        "%s = call i64 @full(ptr %carry, ptr %settings, ptr %data, i64 %t, i64 %m, ptr %row, "
        "i64 %mask, i64 %dense, ptr %result)",
        "%kept = load double, ptr %result",
        "%rows1 = fptosi double %kept to i64",
        f"%doubles = mul i64 %rows1, {width}",
        "%row1 = getelementptr double, ptr %row, i64 %doubles",
        "%codep = getelementptr double, ptr %result, i64 1",
        "%code = load double, ptr %codep",
        "%on = add i64 %k, %s",
        f"%going = fcmp oeq double %code, {literal(0.0)}",
        "br i1 %going, label %next, label %end",
        "next:", "br label %loop",
        "end:",
        f"%why = phi double [ {literal(0.0)}, %loop ], [ %code, %slow ]",
        "%gone = phi i64 [ %k, %loop ], [ %on, %slow ]",
        "%last = phi ptr [ %row, %loop ], [ %row1, %slow ]",
        "%x = ptrtoint ptr %last to i64", "%y = ptrtoint ptr %rows to i64",
        "%bytes = sub i64 %x, %y", f"%total = sdiv i64 %bytes, {8 * width}",
        "%number = sitofp i64 %total to double", "store double %number, ptr %result",
        "%whyp = getelementptr double, ptr %result, i64 1", "store double %why, ptr %whyp",
        "ret i64 %gone",
    ]  # fmt: skip
    text = "\n  ".join(lines)
    return (
        "declare i64 @llvm.smin.i64(i64, i64)\ndeclare i64 @llvm.smax.i64(i64, i64)\n"
        f"define i64 @walk({ARGUMENTS}) {{\n  {text}\n}}\n"
    )
