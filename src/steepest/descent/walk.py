"""The meaning of one step, for every driver: evaluate, update, look, test.

`Walk.advance` is the only place that says what a step is. The driver in Python calls it once for
each evaluation; drivers in machine code and over batches must give the same carry, bit for bit,
and one test holds them to it. The carry is everything a walk needs to go on: save it, and the walk
resumes as if it had never stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.descent.choice import both, choose, either, finite, root, symbolic
from steepest.descent.measure import dot, largest
from steepest.descent.method import Method, State, checked_state
from steepest.descent.stopping import GOING, NONFINITE, OUTSIDE, Stop
from steepest.errors import DescentError
from steepest.graph.expected import expected
from steepest.objective import Evaluation, Vector

__all__ = ["Carry", "Row", "Walk", "begin"]

EPSILON = float(np.finfo(np.float64).eps)
ROUNDING = 32 * EPSILON  # a rise of so little, relative to f, is rounding and not a step uphill
RESOLVED = 1e-16  # |s|² beyond this part of |x|² is a move long enough to measure curvature on


class Carry(NamedTuple):
    """A walk between two evaluations: fixed shapes throughout, n variables."""

    t: int  # evaluations made
    x: Vector  # (n,) where to evaluate next
    state: State  # the method's
    taken: int  # points of the walk so far, the start included
    last_x: Vector  # (n,) the newest point of the walk, with its
    last_f: float  # value
    last_g: Vector  # and gradient
    best_x: Vector  # (n,) the lowest point so far
    best_f: float
    best_g: Vector
    best_t: int
    best_step: int  # how many steps led there
    best_length: float
    uphill: tuple[float, ...]  # moves that went up; the first's t, f before, f after, curvature
    curvature: tuple[float, ...]  # secant curvature along the moves: largest, newest, smallest
    still: int  # points in a row that the walk took without a real move
    refused: int  # evaluations in a row that the method refused
    scale: float  # min(1, largest component of the start's gradient)


class Row(NamedTuple):
    """One evaluation as the record keeps it; `length` is the move that led to it."""

    t: int
    x: Vector
    f: float
    g: Vector
    accepted: bool
    length: float


def begin(method: Method, x: Vector) -> Carry:
    """The carry before the first evaluation, at the start x (n,)."""
    nothing = np.zeros_like(x)
    return Carry(
        t=0, x=_frozen(x.copy()), state=_frozen_state(checked_state(method.init(x.copy()), method)),
        taken=0, last_x=x.copy(), last_f=np.inf, last_g=nothing,
        best_x=x.copy(), best_f=np.inf, best_g=nothing, best_t=0, best_step=0, best_length=0.0,
        uphill=(0.0, -1.0, math.nan, math.nan, math.nan),
        curvature=(-math.inf, math.nan, math.inf), still=0, refused=0, scale=1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """A method and its stopping rules, ready to be handed to an objective's loop."""

    method: Method
    stop: Stop
    untaken: ClassVar[tuple[int, ...]] = (OUTSIDE, NONFINITE)  # codes of steps that do not count

    def advance(
        self, evaluate: Callable[[Vector], Evaluation], c: Carry
    ) -> tuple[Carry, Row | None, int]:
        """One evaluation at c.x and one update: (the carry after it, its row, an Ending's number).

        A point that is accepted although it is off the map, or its value or gradient is not
        finite, ends the walk before it: the carry is the one before, and there is no row.
        """
        f, g, inside = evaluate(_frozen(c.x))
        next_x, state, accepted = self.method.update(c.state, c.x, f, _frozen(g), c.t)
        slope = largest(g)  # NaN if any component is
        lost = _lost(f, slope, inside, accepted)
        if not symbolic(lost) and lost:
            return c, None, lost
        move = c.x - c.last_x
        square, size = dot(move, move), dot(c.x, c.x)
        length = root(square)
        curvature = _curvature(c, g, move, square, size, accepted)
        better = expected(both(accepted, f < c.best_f), True)
        moved = either(c.taken == 0, self._moved(c.x, move, square, size))
        following = Carry(
            t=c.t + 1,
            x=next_x,
            state=_frozen_state(state) if state else state,
            taken=c.taken + choose(accepted, 1, 0),
            last_x=choose(accepted, c.x, c.last_x),
            last_f=choose(accepted, f, c.last_f),
            last_g=choose(accepted, g, c.last_g),
            best_x=choose(better, c.x, c.best_x),
            best_f=choose(better, f, c.best_f),
            best_g=choose(better, g, c.best_g),
            best_t=choose(better, c.t, c.best_t),
            best_step=choose(better, c.taken, c.best_step),
            best_length=choose(better, length, c.best_length),
            uphill=_uphill(c, f, curvature, accepted, better),
            curvature=curvature,
            still=choose(accepted, choose(moved, 0, c.still + 1), c.still),
            refused=choose(accepted, 0, c.refused + 1),
            scale=choose(expected(c.t > 0, True), c.scale, choose(slope < 1.0, slope, 1.0)),
        )
        row = Row(c.t, c.x, f, g, accepted if symbolic(accepted) else bool(accepted), length)
        code = self.stop.test(following, accepted, slope)
        return following, row, choose(lost, lost, code)

    def _moved(self, x: Vector, move: Vector, square: Any, size: Any) -> Any:
        """Whether any component moved by more than its tolerance.

        A move longer than √2 · tolerance · |x| certainly has such a component, which spares the
        look at each of them, and changes no answer.
        """
        step = self.stop.step_tolerance
        least = choose(step > 4 * EPSILON, step, 4 * EPSILON)
        far = expected(square > 2 * least * least * size, True)
        if not symbolic(far) and far:
            return True
        return either(far, np.any(np.abs(move) > least * np.abs(x)))

    def check(self, before: Carry, after: Carry) -> None:
        """Hold the first update to the contract: shapes stay, names stay, arrays come back."""
        x: Any = after.x
        if not isinstance(x, np.ndarray) or x.shape != before.x.shape or x.dtype != np.float64:
            raise DescentError(
                f"update of {self.method!r} gave next_x = {x!r}, where an array of shape "
                f"{before.x.shape} and type float64 is needed"
            )
        shapes = [{k: np.shape(v) for k, v in c.state.items()} for c in (before, after)]
        if shapes[0] != shapes[1]:
            raise DescentError(
                f"update of {self.method!r} changed its state from {shapes[0]} to {shapes[1]}: "
                "names and shapes must stay what init gave"
            )


def _lost(f: Any, slope: Any, inside: Any, accepted: Any) -> Any:
    """OUTSIDE or NONFINITE for a point that is accepted and cannot be walked on; else 0."""
    sound = choose(expected(both(finite(f), finite(slope)), True), GOING, NONFINITE)
    return choose(accepted, choose(inside, sound, OUTSIDE), GOING)


def _curvature(
    c: Carry, g: Vector, move: Vector, square: Any, size: Any, accepted: Any
) -> tuple[Any, ...]:
    """Curvature along the move s by the secant (g₂ − g₁)·s / (s·s), where s is long enough."""
    resolved = expected(square > RESOLVED * size, True)
    long = both(both(accepted, expected(c.taken > 0, True)), resolved)
    bend = dot(g - c.last_g, move) / choose(resolved, square, 1.0)
    largest, newest, smallest = c.curvature
    return (
        choose(both(long, bend > largest), bend, largest),
        choose(long, bend, newest),
        choose(both(long, bend < smallest), bend, smallest),
    )


def _uphill(
    c: Carry, f: Any, curvature: tuple[Any, ...], accepted: Any, better: Any
) -> tuple[Any, ...]:
    """Count the moves that rose by more than rounding, and remember the first.

    A point lower than all before it did not rise.
    """
    size, size_before = abs(f), abs(c.last_f)
    least = ROUNDING * choose(size_before > size, size_before, size)
    rose = both(choose(better, False, accepted), f - c.last_f > least)
    many, at, before, after, bend = c.uphill
    first = both(rose, many == 0)
    return (
        choose(rose, many + 1, many),
        choose(first, 1.0 * c.t, at),
        choose(first, c.last_f, before),
        choose(first, f, after),
        choose(first, curvature[1], bend),
    )


def _frozen(array: Vector) -> Vector:
    """An array that update must not write into: a half-written state could not be resumed."""
    if isinstance(array, np.ndarray):
        array.setflags(write=False)
    return array


def _frozen_state(state: State) -> Mapping[str, NDArray[Any]]:
    if any(map(symbolic, state.values())):
        return state
    frozen = {name: np.asarray(value) for name, value in state.items()}
    for array in frozen.values():
        array.setflags(write=False)
    return frozen
