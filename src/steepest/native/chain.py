"""The way from one step to the next, made short.

A loop whose steps depend on one another takes as long as the longest chain of operations that leads
from one point to the next: every addition or multiplication in it waits for the one before. The
gradient's rule and the method's update leave much there that could be done beside it: the rate, the
constants and all that is known early are multiplied in one after another. So such a number is
written once more, for the next point alone:

    c·(d·(x·y))     (c·d·x)·y           what is known early first, what comes last once
    c·(x·y + z)     (c·x)·y + c·z       one fused multiply-add, where the machine has it
    x + x           2·x

Only products and sums of the gradient and of the update are written so, and sums keep their order.
What the function's value depends on is not taken apart, for its author may rely on how it rounds;
but a product that goes into a sum is fused with it, which leaves out one rounding. The value and
the gradient of a row are computed as they are written. So a row of the record is to the bit what
the interpreter computes at its point, and the step from there agrees with the interpreter's to some
units in the last place of its largest term.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import replace
from typing import Final

from steepest.errors import CompilationError
from steepest.native.plan import Plan
from steepest.native.scalars import NUMBER, Lane, Scalars

__all__ = ["ancestors", "leaner", "shortened"]

# Cycles from operands to result on today's processors; other operations are functions.
_CYCLES: Final = {
    "fadd": 4, "fsub": 4, "fmul": 4, "fma": 4, "fdiv": 13, "sqrt": 18, "fneg": 1, "fabs": 1,
    "select": 2, "and": 1, "or": 1, "xor": 1, "not": 1, "number": 5,
}  # fmt: skip
_COMPARED: Final = 4
_CALLED: Final = 40
_EARLY: Final = -1  # the depth of what is known before the loop
MOST: Final = 12  # instructions that one number may cost more than before


def shortened(
    p: Plan, ways: Sequence[int], early: Container[int], kept: Iterable[int], fused: bool
) -> Plan:
    """The plan with those of its outputs that lead to the next step, `ways`, in their short form.

    `early` are the inputs that are known before the loop, `kept` the outputs whose numbers (and all
    that these depend on) are fused, but not taken apart; `fused`: the machine multiplies and adds
    at once.
    """
    code = p.code
    kept = ancestors(code, (p.outputs[k].at for k in kept))
    writer = _Writer(code, early, kept, fused)
    outputs = writer.rewritten(
        p.outputs, ways, lambda new, old: writer.depth(new) < writer.depth(old)
    )
    return replace(p, outputs=outputs)


def leaner(
    p: Plan, ways: Sequence[int], early: Container[int], kept: Iterable[Lane], fused: bool
) -> Plan:
    """The same for loops that work on many points at once, which wait for nothing: where it saves
    instructions. What is `kept` is not taken apart, but fused.
    """
    code = p.code
    writer = _Writer(code, early, ancestors(code, (lane.at for lane in kept)), fused)
    outputs = writer.rewritten(p.outputs, ways, lambda new, old: True)
    before, after = (writer.cost(x.at for x in o) for o in (p.outputs, outputs))
    return replace(p, outputs=outputs) if after < before else p


def ancestors(code: Scalars, numbers: Iterable[int]) -> set[int]:
    """Some numbers, and all that they are computed from."""
    found: set[int] = set()
    waiting = list(numbers)
    while waiting:
        at = waiting.pop()
        operation, *args = code.instructions[at]
        if at not in found and operation not in ("input", "constant"):
            found.add(at)
            waiting += args
    return found


class _Writer:
    """Writes short forms into the code; `depths[i]` is when number i is there, in cycles."""

    def __init__(
        self, code: Scalars, early: Container[int], kept: Collection[int], fused: bool
    ) -> None:
        self.code, self.early, self.kept, self.fused = code, early, kept, fused
        self._fused: dict[int, int] = {}
        self.depths: list[int] = []
        self.left = 0  # instructions that may still be written

    def depth(self, at: int) -> int:
        """When a number is there; _EARLY before the loop."""
        depths = self.depths
        for operation, *args in self.code.instructions[len(depths) :]:
            if operation == "constant":
                depths.append(_EARLY)
            elif operation == "input":
                depths.append(_EARLY if args[0] in self.early else 0)
            else:
                start = max(depths[a] for a in args)
                ordered = operation.startswith(("o", "u"))
                cycles = _CYCLES.get(operation, _COMPARED if ordered else _CALLED)
                depths.append(_EARLY if start == _EARLY else start + cycles)
        return depths[at]

    def cost(self, numbers: Iterable[int]) -> int:
        """The instructions in a loop that computes them; a change of sign comes with a product."""
        return sum(
            self.depth(at) != _EARLY and self.code.instructions[at][0] != "fneg"
            for at in ancestors(self.code, numbers)
        )

    def rewritten(
        self, outputs: Sequence[Lane], ways: Iterable[int], better: Callable[[int, int], bool]
    ) -> tuple[Lane, ...]:
        """The outputs, those of `ways` in their short form where it is `better` than the old."""
        found = list(outputs)
        for k in ways:
            at = outputs[k].at
            operation, *args = self.code.instructions[at]
            if operation not in ("fadd", "fsub") or at in self.kept:
                continue
            self.left = MOST
            try:
                new = self.total(operation, args, [])
            except CompilationError:  # no more instructions fit in; the others stay as they are
                break
            if self.left >= 0 and better(new, at):
                found[k] = Lane(self.code, new)
        return tuple(found)

    def taken(self, at: int) -> int:
        """A number that is not taken apart, its sums and products fused."""
        if not self.fused:
            return at
        found = self._fused.get(at)
        if found is None:
            found = self._fused[at] = self._with_fused_sums(at)
        return found

    def _with_fused_sums(self, at: int) -> int:
        operation, *args = self.code.instructions[at]
        if operation not in ("fadd", "fsub"):
            return at
        x, y = args
        if operation == "fadd" and self.code.instructions[x][0] == "fmul":
            x, y = y, x
        (first, *factors) = self.code.instructions[y]
        if first != "fmul" or x == y:
            return self.write(operation, self.taken(args[0]), self.taken(args[1]))
        u, v = factors
        if operation == "fsub":
            u = self.write("fneg", u)
        return self.write("fma", u, v, self.taken(x))

    def total(self, operation: str, args: Sequence[int], factors: list[int]) -> int:
        """A sum or difference of two numbers, times some factors that are known earlier."""
        x, y = args
        minus = [*factors, self.code.place(-1.0)] if operation == "fsub" else factors
        terms = [(x, factors), (y, minus)]
        if self.depth(x) > self.depth(y):
            terms.reverse()
        (u, v), (a, b) = (self.pair(*term) for term in reversed(terms))  # the later term first
        if u is None and a is not None:
            u, v, a, b = a, b, u, v
        if u is None or not self.fused:
            return self.write("fadd", self.product(u, v), self.product(a, b))
        return self.write("fma", u, v, self.product(a, b))

    def pair(self, at: int, factors: list[int]) -> tuple[int | None, int]:
        """The same as two numbers whose product it is, the later one last; None stands for 1."""
        operation, *args = self.code.instructions[at]
        if at not in self.kept and self.left > 0:
            if operation == "fneg":
                return self.pair(args[0], [*factors, self.code.place(-1.0)])
            if operation == "fmul":
                early, late = sorted(args, key=self.depth)
                return self.pair(late, [*factors, early])
            if operation == "fadd" and args[0] == args[1]:
                return self.pair(args[0], [*factors, self.code.place(2.0)])
            if operation in ("fadd", "fsub"):
                return None, self.total(operation, args, factors)
        numbers = sorted(map(self.taken, (at, *self.flat(factors))), key=self.depth)
        first: int | None = None
        for n in numbers[:-1]:
            first = n if first is None else self.write("fmul", first, n)
        return first, numbers[-1]

    def flat(self, factors: Iterable[int]) -> list[int]:
        """Factors that are products themselves taken apart, so that what is known early meets."""
        found: list[int] = []
        waiting = list(factors)
        while waiting:
            at = waiting.pop()
            operation, *args = self.code.instructions[at]
            if operation == "fmul" and at not in self.kept and self.depth(at) != _EARLY:
                waiting += args
            else:
                found.append(at)
        return found

    def product(self, u: int | None, v: int) -> int:
        return v if u is None else self.write("fmul", u, v)

    def write(self, operation: str, *args: int) -> int:
        before = len(self.code)
        at = self.code.write(operation, list(args))
        assert self.code.kinds[at] == NUMBER
        if self.depth(at) != _EARLY:
            self.left -= len(self.code) - before
        return at
