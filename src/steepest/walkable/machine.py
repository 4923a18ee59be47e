"""A walk's ground in machine code: loops of whole steps, one for every path of the function.

Where a guard fails, the loop hands back the carry of the step before; the function is followed
again from there, and the walk goes on in the loop of the new path. What cannot be compiled takes
its steps in Python.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from steepest.errors import CompilationError
from steepest.expression import Expression
from steepest.native.engine import available
from steepest.native.loop import MISSED, Loop
from steepest.objective import INTERRUPTED, Objective, Vector
from steepest.walkable.flocks import Flocks
from steepest.walkable.form import Form
from steepest.walkable.ground import Ground, data_of
from steepest.walkable.made import Own, made
from steepest.walkable.symbolic import Symbols, symbolic_step, symbols_of

__all__ = ["Machine"]

LIMIT = 6_000  # instructions of one step; more take longer to compile than they save


class Layout(Protocol):
    """How rows are kept: those whose numbers are multiples of a stride, the first and the last."""

    head: int
    tail: int

    def stride(self, evaluations: int) -> int:
        """The stride after so many evaluations."""


class Keeper(Protocol):
    """Where a walk's rows go."""

    layout: Layout

    def keep(self, row: Any, carry: Any) -> None:
        """File one row, and the carry after it."""

    def keep_block(self, block: Vector, carry: Any) -> None:
        """File many rows, and the carry after the last."""


@dataclass(frozen=True)
class Packing:
    """How a walk's settings and its carry become vectors, and the settings' vector."""

    walk: Any
    settings: Symbols
    carry: Symbols
    fixed: Vector
    point: slice  # where the carry's vector has the point

    @classmethod
    def of(cls, walk: Any, carry: Any) -> Packing:
        """The packing of a walk, which its carry keeps from step to step."""
        settings, symbols = symbols_of(walk), symbols_of(carry)
        return cls(walk, settings, symbols, settings.pack(walk), symbols.part("x"))


@dataclass
class Run:
    """Where a walk stands inside one chunk: the carry in one vector, and what was kept."""

    vector: Vector
    t: int
    code: int = 0
    steps: int = 0
    seconds: float = 0.0
    blocks: list[Vector] = field(default_factory=list)


class Machine:
    """Whole steps on one function, in machine code.

    `sign` is −1 for a walk that goes up.
    """

    def __init__(self, ground: Ground, sign: int = 1) -> None:
        self.ground, self.sign = ground, sign
        self._packing: Packing | None = None  # of the walk that was here last, and its loop:
        self._last: tuple[Packing, Expression, Loop] | None = None
        self._own: Own = {}  # of a method that may change

    def negated(self) -> Machine:
        """The same ground upside down."""
        return Machine(self.ground, -self.sign)

    def refusal(self, walk: Any, carry: Any) -> str:
        """Why this walk cannot run here; an empty text when it can, and is compiled then."""
        why = available()
        if why:
            return why
        try:
            self._loop(self._packed(walk, carry), self._expression(carry.x))
        except CompilationError as error:
            return str(error)
        return ""

    def flocks(self, herd: Any) -> Flocks:
        """Many walks at once."""
        return Flocks(self.ground, self.sign, herd)

    def flock_refusal(self, herd: Any, x: Vector, state: Any) -> str:
        """Why many walks cannot run here; an empty text when they can."""
        why = available()
        if why:
            return why
        try:
            self.flocks(herd).prepare(x, state)
        except CompilationError as error:
            return str(error)
        return ""

    def loop(
        self, objective: Objective, walk: Any, carry: Any, recorder: Keeper, count: int
    ) -> tuple[Any, int, float]:
        """Up to `count` steps, as `Objective.loop` takes them; and the seconds that they took."""
        layout = recorder.layout
        if carry.t < layout.head:  # the first rows are kept one by one
            count = min(count, layout.head - carry.t)
        try:
            packing = self._packed(walk, carry)
            start = packing.carry.pack(carry)

            def run(steps: int) -> Run:
                stride = 1 if carry.t < layout.head else layout.stride(carry.t + steps)
                dense = carry.t + steps - layout.tail
                now = Run(start.copy(), carry.t)
                while now.steps < steps and now.code == 0:
                    self._segment(now, objective, packing, steps, stride, dense)
                return now

            done = run(count)
            code = done.code
            if 0 < done.steps < count:  # it ended early: once more, for the rows before the end
                done = run(done.steps)
        except KeyboardInterrupt:
            return carry, INTERRUPTED, 0.0
        following = packing.carry.unpack(done.vector)
        objective.evaluations += done.steps + (code in walk.untaken)
        if done.blocks:
            recorder.keep_block(_joined(done.blocks), following)
        return following, code, done.seconds

    def _segment(
        self, now: Run, objective: Objective, packing: Packing, steps: int, stride: int, dense: int
    ) -> None:
        """Steps on one path, as far as it goes."""
        expression = self._expression(now.vector[packing.point])
        try:
            loop = self._loop(packing, expression)
        except CompilationError:
            return self._interpreted(now, objective, packing)
        left, data = steps - now.steps, data_of(expression)
        started = time.monotonic()
        found = loop.run(now.vector, packing.fixed, data, now.t, left, stride, dense)
        now.seconds += time.monotonic() - started
        now.steps += found.steps
        now.t += found.steps
        now.blocks.append(found.rows)
        if found.code != MISSED:
            now.code = found.code
        elif found.steps == 0:
            # The path says that it holds here and the loop that it does not: their numbers differ
            # in the last bits. One step in Python leads on.
            self._interpreted(now, objective, packing)

    def _interpreted(self, now: Run, objective: Objective, packing: Packing) -> None:
        """One step in Python."""
        before, started = objective.evaluations, time.monotonic()
        with np.errstate(all="ignore"):
            carry = packing.carry.unpack(now.vector)
            following, row, code = packing.walk.advance(objective.evaluate, carry)
        objective.evaluations = before  # counted with the others
        now.seconds += time.monotonic() - started
        now.code = code
        now.vector = packing.carry.pack(following)
        if row is not None:
            now.steps += 1
            now.t += 1
            now.blocks.append(np.concatenate([np.ravel(part) for part in row]).reshape(1, -1) * 1.0)

    def _packed(self, walk: Any, carry: Any) -> Packing:
        if self._packing is None or self._packing.walk is not walk:
            self._packing, self._own = Packing.of(walk, carry), {}
        return self._packing

    def _expression(self, x: Vector) -> Expression:
        if not self.ground.function.by_path:
            return self.ground.function.expression
        return self.ground.function.expression_at(self.form.arguments(x))

    @property
    def form(self) -> Form:
        """How a vector and the function's arguments correspond."""
        return self.ground.form

    def _loop(self, packing: Packing, expression: Expression) -> Loop:
        last = self._last
        if last is not None and last[0] is packing and last[1] is expression:
            return last[2]
        if not expression.kept:
            raise CompilationError("the function is followed anew at every call")
        settings, symbols = packing.settings, packing.carry
        key = (settings.structure, symbols.structure, self.form, self.sign)

        def make() -> Loop:
            step = symbolic_step(packing.walk, settings, symbols, expression, self.form, self.sign)
            return Loop(step, LIMIT)

        found = made(expression, key, settings, self._own, make)
        self._last = packing, expression, found
        return found


def _joined(parts: list[Vector]) -> Vector:
    """Arrays one after another; a lone one as it is."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
