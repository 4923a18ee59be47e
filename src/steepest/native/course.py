"""The course of a step that is as expected, and what part each number of the carry has in it.

Under its expectations most of a step's bookkeeping is known, or is needed at the end only: the code
is written once more with each expectation in place of its condition (`Expected`). What is left of
the carry falls into parts (`Course`): some numbers stay, some count, the way leads from one step to
the next, and everything else can be told from the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from steepest.native.scalars import NUMBER, Scalars

__all__ = ["Course", "Expected", "Extreme"]

_ORDERED: Final = frozenset(("olt", "ole", "ogt", "oge"))


class Expected:
    """Code under expectations: `of[i]` is the number that i has become, `tests` are the conditions
    that are left and the truth that each must have; `never` is set where one cannot have it.
    """

    def __init__(self, old: Scalars, truths: Mapping[int, bool]) -> None:
        self.code = Scalars(2 * old.limit)
        self.code.strict = True  # what is zero by expectation only is added like any other number
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
        elif self.code.kinds[at] == NUMBER:
            self.require(self.code.write("une", [at, self.code.place(0.0)]), truth)
        elif operation == ("and" if truth else "or"):
            for a in args:
                self.require(a, truth)
        else:
            self.never |= self.tests.setdefault(at, truth) != truth


@dataclass(frozen=True)
class Extreme:
    """A number of the carry that becomes the number `by` where `comparison` (ogt, olt) holds
    between `by` and itself: the largest or the smallest so far.
    """

    comparison: str
    by: int


class Course:
    """What part each number of the carry has, by its place.

    staying     it is never replaced
    counting    it counts by whole numbers, and is asked at the first and the last step only
    way         it leads to itself, from step to step, or is needed for that
    delayed     what some other number of the code was at the step before
    extremes    the largest or smallest of all that a number of the code has been
    leaving     nobody asks for it before the last step

    `outer` are the tests that hold at every step if they hold at the first and the last, `tests`
    the others, each with the truth it must have. `following[i]` is the number in the code that
    replaces number i of the carry.
    """

    def __init__(self, always: Expected, following: Sequence[int]) -> None:
        self.code, self.following = always.code, following
        self.moving = len(following)
        self._inputs = self._found_inputs()
        self.staying = {
            i for i, at in enumerate(following) if self.code.instructions[at] == ("input", i)
        }
        self.counting = {i: by for i in range(self.moving) if (by := self._count(i)) is not None}
        turning: list[int] = []
        while (
            True
        ):  # what turns does not count, and what counts no longer may bring more that turns
            self.outer = [t for t in always.tests.items() if self._rising(t[0])]
            self.tests = [t for t in always.tests.items() if not self._rising(t[0])]
            turning = self._turning()
            if self.counting.keys().isdisjoint(turning):
                break
            for i in turning:
                self.counting.pop(i, None)
        self.leaving = [
            i for i in range(self.moving) if i not in {*self.staying, *turning, *self.counting}
        ]
        self.extremes = {i: e for i in turning if (e := self._extreme(i)) is not None}
        self.way = self._way([i for i in turning if i not in self.extremes])
        self.delayed = [i for i in turning if i not in self.way and i not in self.extremes]

    def _found_inputs(self) -> list[frozenset[int]]:
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
        moved = [a for a in args if self._inputs[a] - self.staying]
        if len(moved) != 1 or len(self._inputs[moved[0]]) != 1:
            return False
        (i,) = self._inputs[moved[0]]
        return i in self.counting and moved[0] in (self.following[i], self.code.input(i).at)

    def _needs(self, i: int) -> frozenset[int]:
        """The numbers of the carry that the next one of number i depends on."""
        return self._inputs[self.following[i]] - self.staying

    def _turning(self) -> list[int]:
        """The numbers that a step needs from the step before."""
        found: set[int] = set()
        waiting = [i for at, _ in self.tests for i in self._inputs[at]]
        while True:
            while waiting:
                i = waiting.pop()
                if i not in found and i not in self.staying:
                    found.add(i)
                    waiting += self._inputs[self.following[i]]
            for i in range(self.moving):  # what follows the last step may look one step back
                if i not in found and i not in self.counting:
                    waiting += [j for j in self._needs(i) - found if j not in self.counting]
            if not waiting:
                return sorted(found)

    def _extreme(self, i: int) -> Extreme | None:
        """How number i is an extreme, if it is one that nothing else looks at."""
        operation, *args = self.code.instructions[self.following[i]]
        mine = self.code.input(i).at
        if operation != "select" or args[2] != mine or i in self._inputs[args[1]]:
            return None
        comparison, *sides = self.code.instructions[args[0]]
        if comparison not in ("ogt", "olt") or sides != [args[1], mine]:
            return None
        asked = any(i in self._inputs[at] for at, _ in self.tests)
        asked |= any(i in self._inputs[at] for j, at in enumerate(self.following) if j != i)
        return None if asked else Extreme(comparison, args[1])

    def _way(self, turning: Iterable[int]) -> list[int]:
        """The numbers that lead to themselves, and what leads to these."""
        found: set[int] = set()
        for i in turning:
            reached = self._reached(self._needs(i))
            if i in reached:
                found |= reached
        return sorted(found)

    def _reached(self, first: Iterable[int]) -> set[int]:
        """Some numbers, and what they depend on from step to step."""
        reached: set[int] = set()
        waiting = list(first)
        while waiting:
            i = waiting.pop()
            if i not in reached:
                reached.add(i)
                waiting += self._needs(i)
        return reached
