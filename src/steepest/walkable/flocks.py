"""Many walks in machine code: columns of points, taken along in groups, the ended ones left behind.

Walks that ask nothing on the way run through all their steps at once. Those that are watched go in
rounds; after each, the walks that have ended leave the columns, and those whose function takes
another path from here on are taken up by the loop of that path.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import CompilationError
from steepest.expression import Expression
from steepest.graph.node import Node, fresh
from steepest.graph.traced import Traced, as_node
from steepest.native.loop import MISSED
from steepest.native.many import Field, Flock, Herd, lanes
from steepest.native.sharing import columns_of, cores, shared
from steepest.objective import Vector
from steepest.walkable.ground import Ground, data_of, one_output
from steepest.walkable.made import Own, made
from steepest.walkable.symbolic import Symbols, condition, evaluated, leaves_of, symbols_of

__all__ = ["Flocks"]

LIMIT = 3_000  # instructions of one step of one walk
ROUND = 256  # steps between two looks at who has ended
BLOCK = 2_000_000  # point-steps in one call: some milliseconds
MOST = 16_384  # walks in one call: their columns stay in the processor's cache
TILE = 65_536  # walks that are watched together


@dataclass
class Walkers:
    """Where some walks stand: x and before (N, n), state a dict of arrays (N, ...), and (N,) the
    rest.
    """

    x: Vector
    before: Vector
    state: dict[str, Any]
    t: Vector
    scale: Vector
    taken: Vector
    code: Vector


@dataclass
class Ends:
    """Where all walks ended: x (N, n), the gradients there when they are asked for, and (N,) the
    rest.
    """

    x: Vector
    values: Vector
    taken: Any
    code: Any
    slopes: Callable[[], Vector]


class Flocks:
    """Walks of one herd on one function. `sign` is −1 for walks that go up."""

    def __init__(self, ground: Ground, sign: int, herd: Any) -> None:
        self.ground, self.sign, self.herd = ground, sign, herd
        self.settings = symbols_of(herd)
        self._own: Own = {}  # of a method that may change

    def prepare(self, x: Vector, state: dict[str, Any]) -> None:
        """Compile what walks from x need. Raises CompilationError where that cannot be."""
        expression = self._expression(x)
        self._flock(expression, symbols_of(self.herd.begin(x, state)), watched=True)
        self._field(expression)

    # ---- the way
    def walk(self, starts: Vector, state: dict[str, Any], steps: int) -> Ends:
        """Take every walk along, to its end or through all its steps.

        Only the result is as long as there are walks; all else is made for some at a time.
        """
        count, n = starts.shape
        first = self._expression(starts[0])
        room = np.empty((n + 1, -(-count // lanes()) * lanes()))
        codes = np.empty(room.shape[1], dtype=np.int8)
        x, values, code = room[:n, :count].T, room[n, :count], codes[:count]
        ends = Ends(
            x, values, np.broadcast_to(steps, count), code,
            partial(self._slopes, first, data_of(first), x),
        )  # fmt: skip
        with ThreadPoolExecutor(cores()) as pool:
            if first.guards:
                gradients = np.empty((n, count)).T
                ends.slopes = lambda: gradients
            if self.herd.tolerance == 0 and not first.guards and steps:
                self._run_through(room, codes, first, starts, state, steps, pool)
                lost = np.flatnonzero(self.herd.lost(code))  # became infinite or NaN: once more
                tiles: list[Any] = [lost[k : k + TILE] for k in range(0, lost.size, TILE)]
            else:
                tiles = [slice(k, k + TILE) for k in range(0, count, TILE)]
            if tiles:
                ends.taken = np.array(ends.taken)
            for at in tiles:
                every, values[at], slopes = self._watched(
                    starts[at], {k: v[at] for k, v in state.items()}, steps, pool
                )
                x[at], ends.taken[at], code[at] = every.x, every.taken, every.code
                if first.guards:
                    gradients[at] = slopes
        return ends

    def _run_through(
        self, room: Vector, codes: Any, expression: Expression, starts: Vector,
        state: dict[str, Any], steps: int, pool: ThreadPoolExecutor,
    ) -> None:  # fmt: skip
        """All steps at once, and a look at what is there: `room` holds x and, last, the values."""
        count, n = starts.shape
        symbols = symbols_of(self.herd.runner(starts[0], {k: v[0] for k, v in state.items()}))
        flock = self._flock(expression, symbols, watched=False)
        last = self._last(expression, symbols)
        settings, data = self.settings.pack(self.herd), data_of(expression)
        known = np.concatenate([settings, data])

        def run(start: int, stop: int) -> None:
            x, here = room[:n, start:stop], slice(start, min(stop, count))
            parts = [starts[here], *(v[here] for v in state.values())]
            columns = _columns(parts, flock.lanes, x if flock.rows == n else None)
            flock.run(columns, settings, data, 0, steps)
            if flock.rows > n:
                x[:] = columns[:n]
            last.run(x, room[n:, start:stop], known, codes[start:stop])

        shared(room.shape[1], _block(steps, flock.lanes), run, pool)

    def _watched(
        self, starts: Vector, state: dict[str, Any], steps: int, pool: ThreadPoolExecutor
    ) -> tuple[Walkers, Vector, Vector]:
        """Some walks, in rounds until all have ended; values and gradients where they did."""
        count = starts.shape[0]
        t, scale, taken, code = np.zeros(count), np.ones(count), np.zeros(count), np.zeros(count)
        own = {k: np.array(v) for k, v in state.items()}
        every = Walkers(starts.copy(), starts.copy(), own, t, scale, taken, code)
        member = self.herd.begin(starts[0], {k: v[0] for k, v in state.items()})
        left = np.arange(count if steps else 0)
        while left.size:
            left = self._rounds(every, left, member, steps, pool)
        values, gradients = self.values(every.x, pool)
        found = self.herd.ends(code, scale, values, gradients)
        lost = (code == 0) & self.herd.lost(found)  # the last step led where nothing is
        if lost.any():
            every.x[lost], taken[lost] = every.before[lost], taken[lost] - 1
            values[lost], gradients[lost] = self.values(every.x[lost], pool)
        every.code = found
        return every, values, gradients

    def _rounds(
        self, every: Walkers, left: Any, member: Any, steps: int, pool: ThreadPoolExecutor
    ) -> Any:
        """One round of the walks `left`, on the path that the first of them takes."""
        expression = self._expression(every.x[left[0]])
        flock = self._flock(expression, symbols_of(member), watched=True)
        parts = (every.x, *every.state.values(), every.t, every.before, every.scale, every.taken)
        every.code[left] = 0
        columns = _columns([p[left] for p in (*parts, every.code)], flock.lanes)
        most = int(steps - every.taken[left].max())
        before = every.t[left[0]]
        if most > 0:
            self._drive(flock, columns, expression, 0, min(ROUND, most), pool)
            _spread(columns, [*parts, every.code], left)
        if most > 0 and every.code[left[0]] == MISSED and every.t[left[0]] == before:
            self._one_step(every, left[0])
        code = every.code[left]
        return left[((code == 0) | (code == MISSED)) & (every.taken[left] < steps)]

    def _one_step(self, every: Walkers, i: int) -> None:
        """A step in Python, where the path and the loop differ in the last bits."""
        member = self.herd.member(
            every.x[i], {k: v[i] for k, v in every.state.items()}, every.t[i], every.before[i],
            every.scale[i], every.taken[i],
        )  # fmt: skip
        with np.errstate(all="ignore"):
            now = self.herd.advance(self._evaluate, member)
        every.x[i], every.before[i], every.t[i] = now.x, now.before, now.t
        every.scale[i], every.taken[i], every.code[i] = now.scale, now.taken, now.code
        for k, v in now.state.items():
            every.state[k][i] = v

    def _evaluate(self, x: Vector) -> Any:
        from steepest.objective import Evaluation

        f, g = self.ground.value_and_gradient(x)
        return Evaluation(self.sign * f, self.sign * g, True)

    def _drive(
        self, flock: Flock, columns: Vector, expression: Expression, t: int, steps: int,
        pool: ThreadPoolExecutor,
    ) -> None:  # fmt: skip
        settings = self.settings.pack(self.herd)
        data = data_of(expression)

        def run(start: int, stop: int) -> None:
            flock.run(columns[:, start:stop], settings, data, t, steps)

        shared(columns.shape[1], _block(steps, flock.lanes), run, pool)

    # ---- values
    def values(self, x: Vector, pool: ThreadPoolExecutor) -> tuple[Vector, Vector]:
        """F (N,) and its gradient (N, n) at many points, each on its own path."""
        first = self._expression(x[0])
        if not first.guards:
            out = self._field(first).over([x.T], data_of(first), pool)
            return out[0], out[1:].T
        f, g = np.empty(x.shape[0]), np.empty(x.shape[::-1]).T
        left = np.arange(x.shape[0])
        while left.size:
            here = left[0]
            expression = self._expression(x[here])
            out = self._field(expression).over([x[left].T], data_of(expression), pool)
            held = out[-1] != 0
            f[left[held]], g[left[held]] = out[0, held], out[1:-1, held].T
            if not held[0]:  # the path and its code differ in the last bits
                f[here], g[here] = self.ground.value_and_gradient(x[here])
                held[0] = True
            left = left[~held]
        return f, g

    def _slopes(self, expression: Expression, data: Vector, x: Vector) -> Vector:
        """The gradient (N, n) at many points of one path, with this data."""
        return self._field(expression).over([x.T], data)[1:].T

    def _field(self, expression: Expression) -> Field:
        def make() -> Field:
            output = one_output(expression)
            gradient = derive.gradient(output, expression.inputs)
            held = condition(expression.guards, [g.node for g in expression.guards])
            data = [n for n, _ in expression.captured]
            outputs = [output, *gradient] if held is None else [output, *gradient, held]
            return Field(expression.inputs, data, outputs, LIMIT)

        return made(expression, "values", self.settings, self._own, make)

    # ---- what is compiled
    def _expression(self, x: Vector) -> Expression:
        expression = self.ground.function.expression_at(self.ground.form.arguments(x))
        if not expression.kept:
            raise CompilationError("the function is followed anew at every call")
        return expression

    def _flock(self, expression: Expression, symbols: Symbols, watched: bool) -> Flock:
        settings = self.settings
        key = (settings.structure, symbols.structure, self.ground.form, self.sign, watched)

        def make() -> Flock:
            return Flock(self._nodes(expression, settings, symbols, watched), LIMIT)

        return made(expression, key, settings, self._own, make)

    def _last(self, expression: Expression, symbols: Symbols) -> Field:
        """The value, and why the walk ends, where one that ran stands."""
        settings = self.settings

        def make() -> Field:
            herd, runner = settings.handles(), symbols.handles()
            found, _ = evaluated(expression, self.ground.form, runner.x, self.sign)
            value, code = as_node(self.sign * found.f), as_node(herd.run_out(runner.x, found))
            data = [*settings.nodes, *(n for n, _ in expression.captured)]
            return Field(symbols.nodes[:1], data, [value], LIMIT, code)

        key = (settings.structure, symbols.structure, self.ground.form, self.sign, "last")
        return made(expression, key, settings, self._own, make)

    def _nodes(
        self, expression: Expression, settings: Symbols, symbols: Symbols, watched: bool
    ) -> Herd:
        """One step of a member, or of a runner, as nodes."""
        herd, member, t = settings.handles(), symbols.handles(), fresh("t")
        found, guards = evaluated(expression, self.ground.form, member.x, self.sign)
        held = condition(expression.guards, guards)
        going: Node | None = None
        try:
            if watched:
                holds: Any = True if held is None else Traced(held)
                following = herd.advance(lambda x: found, member, holds, MISSED)
                going = as_node(np.equal(following.code, 0))
            else:
                following = herd.run(lambda x: found, member, Traced(t))
            leaves = leaves_of(symbols.structure, following)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise CompilationError(
                f"the step of {self.herd.method!r} cannot be written as machine code: {error}"
            ) from error
        data = [n for n, _ in expression.captured]
        made = [as_node(v) for v in leaves]
        return Herd(symbols.nodes, settings.nodes, data, t, made, going, [as_node(found.f)])


def _block(steps: int, lanes: int) -> int:
    """How many walks one call takes along."""
    return max(lanes, min(MOST, BLOCK // max(steps, 1)) // lanes * lanes)


def _columns(parts: list[Any], lanes: int, out: Vector | None = None) -> Vector:
    """Arrays (N, ...) as rows of one array, a column a walk."""
    count = parts[0].shape[0]
    rows = [p.T if p.ndim == 2 else np.reshape(p, (count, -1)).T for p in parts]
    return columns_of(rows, lanes, out)


def _spread(columns: Vector, parts: list[Any], at: Any) -> None:
    """Write columns back to the rows `at` of the arrays they were made from."""
    start = 0
    for p in parts:
        size = int(np.prod(p.shape[1:], dtype=int))
        p[at] = columns[start : start + size, : at.size].T.reshape((at.size, *p.shape[1:]))
        start += size
