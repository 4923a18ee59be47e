"""The text of a stretch: steps in blocks, the way one by one, all else many steps at a time.

A block has as many steps as a vector register holds numbers. Its steps are taken one after another
by what leads from each to the next and nothing else, and the points they come by are put down in
memory, with what functions gave there. What is to be told of these points, values, slopes, the
tests, is computed for all of them at once, after the steps of the block that follows: so it never
waits for them, and the processor does both at the same time. A step takes hardly longer than the
way alone.

The number of steps need not be a multiple of a block: of the last one only some are wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from steepest.native.course import Course
from steepest.native.emit import Body, is_call, literal, type_of
from steepest.native.plan import settled
from steepest.native.scalars import BOOLEAN, Lane

__all__ = ["LINE", "Blocks"]

EXACT: Final = 2.0**52  # below it, whole numbers can be counted by ones
LINE: Final = 8  # numbers in a line of the cache
_SIGNATURE: Final = (
    "i1 @stretch(ptr noalias %carry, ptr noalias %settings, ptr noalias %data, i64 %count, "
    "ptr noalias %scratch)"
)


class Blocks:
    """Writes a stretch in blocks of `lanes` steps."""

    def __init__(self, course: Course, fixed: int, lanes: int) -> None:
        self.course, self.code, self.lanes = course, course.code, lanes
        self.moving, self.fixed = course.moving, fixed
        self.vector, self.truths = type_of(lanes), type_of(lanes, boolean=True)
        self.entry = Body(self.code, self._setting, prefix="e")
        self.way = Body(self.code, self._on_the_way)
        self.view = Body(self.code, self._seen, lanes=lanes, prefix="w")
        self.after = Body(self.code, self._at_last, prefix="z")
        self._room = -(-(2 * lanes + 1) // LINE) * LINE  # for two blocks, and what comes after them
        self._called: list[str] = []  # what functions give on the way, and the view needs

    @property
    def scratch(self) -> int:
        """How many numbers are put down."""
        return self._room * (len(self.course.way) + len(self._called))

    @property
    def functions(self) -> set[str]:
        """The functions that are called, for one number or for a block of them."""
        bodies = (self.entry, self.way, self.view, self.after)
        return {name for body in bodies for name in body.functions}

    # ---- where numbers come from
    def _setting(self, k: int, body: Body) -> str:
        if k >= self.moving + self.fixed:
            return self._datum(k, body)
        table, at = ("carry", k) if k < self.moving else ("settings", k - self.moving)
        body.add(f"%{body.prefix}p{k} = getelementptr double, ptr %{table}, i64 {at}")
        body.add(f"%{body.prefix}s{k} = load double, ptr %{body.prefix}p{k}")
        return f"%{body.prefix}s{k}"

    def _datum(self, k: int, body: Body) -> str:
        name, at = f"%{body.prefix}d{k}", k - self.moving - self.fixed
        body.add(f"{name}.p = getelementptr double, ptr %data, i64 {at}")
        body.add(f"{name} = load double, ptr {name}.p")
        return name

    def _on_the_way(self, k: int, body: Body) -> str:
        return f"%c{k}" if k < self.moving else self._datum(k, body)

    def _seen(self, k: int, body: Body) -> str:
        """Number k at all steps of a block; what is delayed is there a step after it was made."""
        if k >= self.moving:
            return self._spread(self._datum(k, body), f"d{k}.all", False, body)
        if k in self.course.way:
            return self._behind(f"at{k}", body)
        made = body.compute(Lane(self.code, self.course.following[k]))
        chosen = ", ".join(f"i32 {self.lanes - 1 + j}" for j in range(self.lanes))
        body.add(
            f"%x{k} = shufflevector {self.vector} %p{k}, {self.vector} {made}, "
            f"<{self.lanes} x i32> <{chosen}>"
        )
        return f"%x{k}"

    def _behind(self, place: str, body: Body) -> str:
        """What was put down at the steps of the block that is looked at."""
        body.add(f"%{place}.p = getelementptr double, ptr %{place}, i64 %behind")
        body.add(f"%{place}.all = load {self.vector}, ptr %{place}.p, align 8")
        return f"%{place}.all"

    def _at_last(self, k: int, body: Body) -> str:
        """Number k at the last step."""
        if k >= self.moving:
            return self._datum(k, body)
        if k in self.course.way:
            return self._put_down(k, "before.end", body)
        return self._of_last(self.view.compute(self.code.input(k)), body, f"x{k}.last")

    def _put_down(self, k: int, place: str, body: Body) -> str:
        """Number k of the way, out of what a block puts down."""
        body.add(f"%at{k}.{place}.p = getelementptr double, ptr %at{k}, i64 %{place}")
        body.add(f"%at{k}.{place} = load double, ptr %at{k}.{place}.p")
        return f"%at{k}.{place}"

    def _of_last(self, vector: str, body: Body, name: str) -> str:
        """What numbers of a block are at the last step."""
        body.add(f"%{name} = extractelement {self.vector} {vector}, i64 %last")
        return f"%{name}"

    def _spread(self, scalar: str, name: str, boolean: bool, body: Body) -> str:
        """One number for all steps of a block."""
        one, many = type_of(1, boolean), type_of(self.lanes, boolean)
        body.add(f"%{name}.e = insertelement {many} poison, {one} {scalar}, i64 0")
        zeros = f"<{self.lanes} x i32> zeroinitializer"
        body.add(f"%{name} = shufflevector {many} %{name}.e, {many} poison, {zeros}")
        return f"%{name}"

    # ---- the text
    def text(self) -> str:
        """The whole function."""
        course, entry, way, view, lanes = self.course, self.entry, self.way, self.view, self.lanes
        once = self._once()
        starts = {
            i: self._setting(i, entry)
            for i in (*course.way, *course.delayed, *course.extremes, *course.counting)
        }
        before = self._before(starts)
        last = self._last(starts)
        for mark, ends in (("f", {i: starts[i] for i in last}), ("l", last)):
            self._outer(entry.branch(mark), ends)
        for at, truth in course.tests:
            if at in once:
                _require(entry, at, once[at], truth)
        following = {i: way.compute(Lane(self.code, course.following[i])) for i in course.way}
        put_down = {f"at{i}": f"%c{i}" for i in course.way} | self._from_functions()
        made = {i: view.compute(Lane(self.code, course.following[i])) for i in course.delayed}
        for i in course.delayed:
            view.compute(self.code.input(i))
        self._wanted()
        fails = self._fails([(at, truth) for at, truth in course.tests if at not in once])
        made |= {i: self._extreme(i) for i in course.extremes}
        stores = self._stores(following, made, starts, last)
        lines = [
            "entry:",
            *(
                f"%{place} = getelementptr double, ptr %scratch, i64 {self._room * n}"
                for n, place in enumerate(put_down)
            ),
            *entry.lines, "br label %begin",
            "begin:", "br label %block",
            "block:", "%k = phi i64 [ 0, %begin ], [ %k1, %next ]",
            *(
                f"%a{i} = phi double [ {starts[i]}, %begin ], [ %t{i}, %next ]"
                for i in course.way
            ),
            *(f"%p{i} = phi {self.vector} [ {before[i]}, %begin ], [ %u{i}, %next ]" for i in made),
            f"%here = and i64 %k, {lanes}", f"%there = add i64 %here, {lanes}",
            "%more = icmp slt i64 %k, %count", "br i1 %more, label %step, label %turn",
            "step:", "%s = phi i64 [ %here, %block ], [ %s1, %step ]",
            *(
                f"%c{i} = phi double [ %a{i}, %block ], [ {following[i]}, %step ]"
                for i in course.way
            ),
            *way.lines,
            *(
                line for place, operand in put_down.items() for line in (
                    f"%{place}.s = getelementptr double, ptr %{place}, i64 %s",
                    f"store double {operand}, ptr %{place}.s",
                )
            ),
            "%s1 = add i64 %s, 1", "%again = icmp slt i64 %s1, %there",
            "br i1 %again, label %step, label %turn",
            "turn:",
            *(
                f"%t{i} = phi double [ %a{i}, %block ], [ {following[i]}, %step ]"
                for i in course.way
            ),
            f"%behind = xor i64 %here, {lanes}",
            f"%before = sub i64 %k, {lanes}",
            "%rest = sub i64 %count, %before",
            "%some = icmp sgt i64 %k, 0", "br i1 %some, label %look, label %next",
            "look:", *view.lines, f"br i1 {fails}, label %fail, label %fine",
            "fine:", "br i1 %more, label %next, label %after",
            "next:",
            *(
                f"%u{i} = phi {self.vector} [ %p{i}, %turn ], [ {name}, %fine ]"
                for i, name in made.items()
            ),
            f"%k1 = add i64 %k, {lanes}", "br label %block",
            "after:", *self.after.lines,
            *(
                line for i, name in stores.items() for line in (
                    f"%q{i} = getelementptr double, ptr %carry, i64 {i}",
                    f"store double {name}, ptr %q{i}",
                )
            ),
            "ret i1 true",
            "fail:", "ret i1 false",
        ]  # fmt: skip
        return f"define {_SIGNATURE} {{\n  " + "\n  ".join(lines) + "\n}\n"

    def _once(self) -> dict[int, str]:
        """What is computed once, before the first step."""
        course = self.course
        wanted = [at for at, _ in (*course.tests, *course.outer)]
        wanted += [at for i, at in enumerate(course.following) if i not in course.staying]
        found = {}
        inputs = {args[0] for op, *args in self.code.instructions if op == "input"}
        for at in settled(self.code, wanted, course.staying | inputs - set(range(self.moving))):
            operation, *args = self.code.instructions[at]
            if operation == "input" and args[0] >= self.moving + self.fixed:
                continue  # a datum is read where it is used
            found[at] = operand = self.entry.compute(Lane(self.code, at))
            if operation != "constant":
                boolean = self.code.kinds[at] == BOOLEAN
                self.view.fetch(at, partial(self._spread, operand, f"o{at}", boolean))
                for body in (self.way, self.after):
                    body.know(at, operand)
        return found

    def _from_functions(self) -> dict[str, str]:
        """What functions give on the way, and where it is put down: it is not computed again."""
        course, way, view = self.course, self.way, self.view
        waiting = [at for at, _ in course.tests]
        waiting += [course.following[i] for i in course.delayed]
        waiting += [extreme.by for extreme in course.extremes.values()]
        seen: set[int] = set()
        found: dict[str, str] = {}
        while waiting:
            at = waiting.pop()
            if at in seen or view.known(at) is not None:
                continue
            seen.add(at)
            operation, *args = self.code.instructions[at]
            operand = way.known(at)
            if is_call(operation) and operand is not None:
                place = f"put{at}"
                found[place] = operand
                view.fetch(at, partial(self._behind, place))
            elif operation not in ("input", "constant"):
                waiting += args
        self._called = list(found)
        return found

    def _before(self, starts: Mapping[int, str]) -> dict[int, str]:
        """What the first block finds where later ones find what the block before has made."""
        course, last = self.course, f"i64 {self.lanes - 1}"
        found = {
            i: self._spread(starts[i], f"p{i}.start", False, self.entry) for i in course.extremes
        }
        for i in course.delayed:
            found[i] = f"%p{i}.start"
            self.entry.add(
                f"{found[i]} = insertelement {self.vector} poison, double {starts[i]}, {last}"
            )
        return found

    def _last(self, first: Mapping[int, str]) -> dict[int, str]:
        """What the numbers that count are before the last step, if they are whole numbers now."""
        entry, last = self.entry, {}
        if self.course.counting:
            entry.add("%steps = sub i64 %count, 1")
            entry.add("%along = sitofp i64 %steps to double")
        for i, by in self.course.counting.items():
            entry.add(f"%n{i}.s = call double @llvm.fabs.f64(double {first[i]})")
            entry.add(f"%n{i}.f = call double @llvm.floor.f64(double {first[i]})")
            entry.add(f"%n{i}.w = fcmp oeq double %n{i}.f, {first[i]}")
            entry.add(f"%n{i}.e = fcmp olt double %n{i}.s, {literal(EXACT)}")
            entry.add(f"%n{i}.b = and i1 %n{i}.w, %n{i}.e")
            entry.add(f"br i1 %n{i}.b, label %whole{i}, label %fail")
            entry.add(f"whole{i}:")
            entry.add(f"%n{i}.m = fmul double %along, {literal(by)}")
            entry.add(f"%n{i} = fadd double {first[i]}, %n{i}.m")
            entry.add(f"%n{i}.l = call double @llvm.fabs.f64(double %n{i})")
            entry.add(f"%n{i}.x = fcmp olt double %n{i}.l, {literal(EXACT)}")
            entry.add(f"br i1 %n{i}.x, label %counted{i}, label %fail")
            entry.add(f"counted{i}:")
            last[i] = f"%n{i}"
        return last

    def _outer(self, body: Body, ends: Mapping[int, str]) -> None:
        """The conditions on what counts, at one end."""
        for i, name in ends.items():
            body.know(self.code.input(i).at, name)
        for at, truth in self.course.outer:
            _require(body, at, body.compute(Lane(self.code, at)), truth)
        self.entry.lines += body.lines

    def _wanted(self) -> None:
        """Which steps of the block are wanted: all of them, but in the last block."""
        view, lanes = self.view, self.lanes
        view.add(f"%rest.e = insertelement <{lanes} x i64> poison, i64 %rest, i64 0")
        view.add(
            f"%rest.all = shufflevector <{lanes} x i64> %rest.e, <{lanes} x i64> poison, "
            f"<{lanes} x i32> zeroinitializer"
        )
        numbers = ", ".join(f"i64 {j}" for j in range(lanes))
        view.add(f"%wanted = icmp slt <{lanes} x i64> <{numbers}>, %rest.all")

    def _fails(self, tests: Sequence[tuple[int, bool]]) -> str:
        """Whether a test fails at a wanted step."""
        view, bad = self.view, literal(False, self.lanes)
        for at, truth in tests:
            operand = view.compute(Lane(self.code, at))
            if truth:
                view.add(f"%not{at} = xor {self.truths} {operand}, {literal(True, self.lanes)}")
                operand = f"%not{at}"
            view.add(f"%bad{at} = or {self.truths} {bad}, {operand}")
            bad = f"%bad{at}"
        view.add(f"%lost = and {self.truths} {bad}, %wanted")
        view.add(f"%fails = call i1 @llvm.vector.reduce.or.v{self.lanes}i1({self.truths} %lost)")
        return "%fails"

    def _extreme(self, i: int) -> str:
        """The extremes after a block: each lane has its own."""
        view, extreme = self.view, self.course.extremes[i]
        by = view.compute(Lane(self.code, extreme.by))
        view.add(f"%m{i}.c = fcmp {extreme.comparison} {self.vector} {by}, %p{i}")
        view.add(f"%m{i}.w = and {self.truths} %m{i}.c, %wanted")
        view.add(f"%m{i} = select {self.truths} %m{i}.w, {self.vector} {by}, {self.vector} %p{i}")
        return f"%m{i}"

    # ---- after the last step
    def _stores(
        self,
        following: Mapping[int, str],
        made: Mapping[int, str],
        first: Mapping[int, str],
        last: Mapping[int, str],
    ) -> dict[int, str]:
        """All numbers of the carry that have changed, after the last step."""
        course, after, stores = self.course, self.after, {}
        after.add("%last = sub i64 %rest, 1")
        after.add("%end = add i64 %behind, %rest")
        after.add("%before.end = add i64 %behind, %last")
        after.add(f"%full = add i64 %behind, {self.lanes}")
        for i in course.extremes:
            stores[i] = self._outermost(i, made[i], first[i])
        for i in course.way:
            after.add(f"%at{i}.full = getelementptr double, ptr %at{i}, i64 %full")
            after.add(f"store double %t{i}, ptr %at{i}.full")
            stores[i] = self._put_down(i, "end", after)
        for i in course.delayed:
            stores[i] = self._of_last(made[i], after, f"y{i}")
        for i, name in last.items():
            after.know(self.code.input(i).at, name)
            after.add(f"%n{i}.next = fadd double {name}, {literal(course.counting[i])}")
            stores[i] = f"%n{i}.next"
        for i in course.leaving:
            at = course.following[i]
            seen = self.view.known(at) if self.code.values[at] is None else None
            stores[i] = (
                after.compute(Lane(self.code, at)) if seen is None
                else self._of_last(seen, after, f"y{i}")
            )  # fmt: skip
        return stores

    def _outermost(self, i: int, lanes: str, first: str) -> str:
        """The extreme of all lanes. Of zeros the first counts, whose sign is not known here: one
        that was none before is for the full loop.
        """
        after, comparison = self.after, self.course.extremes[i].comparison
        width, name = self.lanes, lanes
        while width > 1:
            old, width = type_of(width), width // 2
            halves = []
            for half in (0, 1):
                chosen = ", ".join(f"i32 {half * width + j}" for j in range(width))
                halves.append(f"%m{i}.{width}.{half}")
                after.add(
                    f"{halves[half]} = shufflevector {old} {name}, {old} poison, "
                    f"<{width} x i32> <{chosen}>"
                )
            kind, name = f"<{width} x double>", f"%m{i}.{width}"
            after.add(f"{name}.c = fcmp {comparison} {kind} {halves[1]}, {halves[0]}")
            after.add(
                f"{name} = select <{width} x i1> {name}.c, {kind} {halves[1]}, {kind} {halves[0]}"
            )
        after.add(f"%m{i}.one = extractelement <1 x double> {name}, i64 0")
        after.add(f"%m{i}.z = fcmp oeq double %m{i}.one, {literal(0.0)}")
        after.add(f"%m{i}.n = fcmp une double {first}, {literal(0.0)}")
        after.add(f"%m{i}.new = and i1 %m{i}.z, %m{i}.n")
        after.add(f"br i1 %m{i}.new, label %fail, label %clear{i}")
        after.add(f"clear{i}:")
        return f"%m{i}.one"


def _require(body: Body, at: int, operand: str, truth: bool) -> None:
    """Go on where a condition has its truth."""
    on = f"{body.prefix}on{at}"
    ways = (on, "fail") if truth else ("fail", on)
    body.add(f"br i1 {operand}, label %{ways[0]}, label %{ways[1]}")
    body.add(f"{on}:")
