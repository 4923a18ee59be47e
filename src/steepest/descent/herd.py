"""The meaning of one step of many walks: the same method, the same tests, and nothing kept.

A walk of a herd leaves no record: where it ended, how many steps it took and why it ended are all
that remains, so that millions fit into memory. `Herd.advance` says what a step is, for the driver
in Python, which takes one walk after another, and for machine code, which holds several in each
register. A walk that has ended stays where it is while its neighbours go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from steepest.descent.choice import both, choose, either, finite
from steepest.descent.measure import largest
from steepest.descent.method import Method
from steepest.descent.stopping import GOING, GRADIENT, NONFINITE, OUTSIDE, STEPS
from steepest.objective import Evaluation, Vector

__all__ = ["Herd", "Member", "Runner"]


class Member(NamedTuple):
    """One walk between two evaluations."""

    x: Vector  # (n,) where to evaluate next
    state: Any  # the method's
    t: Any  # evaluations made
    before: Vector  # (n,) the point of the walk before x
    scale: Any  # min(1, largest component of the start's gradient)
    taken: Any  # steps
    code: Any  # why it ended; 0: it has not


class Runner(NamedTuple):
    """One walk that is taken to run through all its steps: nothing is asked on the way."""

    x: Vector  # (n,)
    state: Any


@dataclass(frozen=True)
class Herd:
    """Many walks by one method. `tolerance` is that of `descend`: 0 asks nothing of the slopes."""

    method: Method
    tolerance: float

    def begin(self, x: Vector, state: Any) -> Member:
        """A walk before its first evaluation, at x, with the state that the method begins with."""
        return Member(x, state, 0, x, 1.0, 0, GOING)

    def runner(self, x: Vector, state: Any) -> Runner:
        """A walk that is going to run through its steps."""
        return Runner(x, state)

    def member(
        self, x: Vector, state: Any, t: Any, before: Vector, scale: Any, taken: Any
    ) -> Member:
        """A walk on its way."""
        return Member(x, state, t, before, scale, taken, GOING)

    def run(self, evaluate: Callable[[Vector], Evaluation], c: Runner, t: Any) -> Runner:
        """One step of a walk that runs."""
        f, g, _ = evaluate(c.x)
        next_x, state, _ = self.method.update(c.state, c.x, f, g, t)
        return Runner(next_x, state)

    def advance(
        self, evaluate: Callable[[Vector], Evaluation], c: Member, held: Any = True, missed: Any = 0
    ) -> Member:
        """One step of a walk that is watched.

        Where `held` is false the function takes another path at c.x: the walk waits there, with the
        code `missed`.
        """
        f, g, inside = evaluate(c.x)
        next_x, state, accepted = self.method.update(c.state, c.x, f, g, c.t)
        slope = largest(g)
        scale = choose(c.t == 0, choose(slope < 1.0, slope, 1.0), c.scale)
        code = self.judged(f, slope, inside, accepted, scale)
        alive = both(c.code == GOING, held)
        on = both(alive, code == GOING)
        lost = both(alive, either(code == NONFINITE, code == OUTSIDE))
        found = choose(c.code == GOING, choose(held, code, missed), c.code)
        return Member(
            x=choose(on, next_x, choose(lost, c.before, c.x)),
            state={k: choose(on, state[k], c.state[k]) for k in c.state},
            t=choose(on, c.t + 1, c.t),
            before=choose(both(on, accepted), c.x, c.before),
            scale=choose(alive, scale, c.scale),
            taken=choose(
                both(on, accepted),
                c.taken + 1,
                choose(both(lost, c.taken > 0), c.taken - 1, c.taken),
            ),
            code=found,
        )

    def last(self, f: Any, slope: Any, inside: Any, scale: Any) -> Any:
        """Why a walk ends that went through all its steps: by a look at its last point."""
        code = self.judged(f, slope, inside, True, scale)
        return choose(code == GOING, STEPS, code)

    def run_out(self, x: Vector, at: Evaluation) -> Any:
        """The same for one that ran, by the point x and what is there."""
        code = self.last(at.f, largest(at.g), at.inside, 1.0)
        return choose(finite(largest(x)), code, NONFINITE)

    def ends(self, code: Any, scale: Vector, values: Vector, gradients: Vector) -> Any:
        """Why each of many walks ended, where the code is GOING by a look at the last point."""
        found = code.astype(np.int8)
        slope = np.abs(gradients.T).max(axis=0)
        going = found == GOING
        found[going] = STEPS
        found[going & (slope <= self.tolerance * scale)] = GRADIENT
        found[going & ~(np.isfinite(values) & np.isfinite(slope))] = NONFINITE
        return found

    @staticmethod
    def lost(code: Any) -> Any:
        """Which walks stepped to where nothing is."""
        return code > STEPS

    def judged(self, f: Any, slope: Any, inside: Any, accepted: Any, scale: Any) -> Any:
        """Why a walk ends at a point with this value and largest slope; 0 where it does not."""
        sound = both(finite(f), finite(slope))
        flat = choose(slope <= self.tolerance * scale, GRADIENT, GOING)
        fit = choose(sound, flat, choose(inside, NONFINITE, OUTSIDE))
        return choose(accepted, choose(inside, fit, OUTSIDE), GOING)
