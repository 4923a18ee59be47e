"""What comes back from a walk: where it ended, its best point, its path and its verdict."""

from __future__ import annotations

import functools
import html
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.numerals import count, number, point
from steepest.descent.record import Record
from steepest.descent.stopping import Ending, Stop
from steepest.descent.table import Table, tabulated
from steepest.descent.walk import Carry, Walk
from steepest.errors import DescentError
from steepest.objective import Objective, Vector

if TYPE_CHECKING:
    from steepest.diagnosis import Verdict

__all__ = ["Descent", "Place"]


@dataclass(frozen=True)
class Place:
    """A point of a walk: its `value`, its `step` (0 is the start), and `x` and `gradient` in the
    structure of the start.
    """

    x: Any
    value: float
    gradient: Any
    step: int


@dataclass(eq=False, repr=False)
class Descent:
    """A walk down (or up, from `ascend`).

    x           where it ended, in the structure of the start: a number, an array, a dict ...
    last, best  that point and the best one, each a Place with x, value, gradient, step
    path        (k, n) the kept points; values (k,), gradients (k, n), accepted (k,) beside them,
                thinned as steepest.descent.record says; record.t gives their numbers
    steps       how many steps were taken; evaluations: how often the function was called
    ending      why it stopped: "gradient", "standstill", "steps", "evaluations", "seconds",
                "outside", "nonfinite", "interrupted", "callback" or "failed" (the walk that an
                exception carries)
    verdict     what that means: cause, evidence and advice

    `table()` shows the first and last steps, `plot()` draws, `save(path)` keeps everything, and
    `steepest.resume` goes on.
    """

    walk: Walk
    carry: Carry
    record: Record
    reason: Ending
    names: tuple[str, ...]
    sign: int = 1  # +1 down, −1 up; the carry and the record hold sign · f
    objective: Objective | None = None  # None when loaded from a file
    label: str = ""
    tier: str = "python"
    judged: Verdict | None = field(default=None)  # the saved verdict of a loaded walk
    outline: Any = None  # the saved outline of the start, where the objective is not at hand

    @property
    def method(self) -> Any:
        """The method that walked."""
        return self.walk.method

    @property
    def stop(self) -> Stop:
        """Its stopping rules."""
        return self.walk.stop

    @property
    def ending(self) -> str:
        """Why the walk stopped, in one word."""
        return self.reason.name.lower()

    @property
    def evaluations(self) -> int:
        """How often the function was called by the walk."""
        return self.carry.t

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return max(0, self.carry.taken - 1)

    @property
    def path(self) -> Vector:
        """The kept points (k, n)."""
        return self.record.x

    @property
    def values(self) -> Vector:
        """The values there (k,)."""
        return self.sign * self.record.f

    @property
    def gradients(self) -> Vector:
        """The gradients there (k, n)."""
        return self.sign * self.record.g

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Which of the kept points belong to the walk (k,); the others are refused trials."""
        return self.record.accepted

    @property
    def x(self) -> Any:
        """Where the walk ended."""
        return self._shaped(self.carry.last_x)

    @property
    def last(self) -> Place:
        """The last point of the walk."""
        c = self.carry
        return self._place(c.last_x, c.last_f, c.last_g, self.steps)

    @property
    def best(self) -> Place:
        """The lowest point of the walk (of an ascent, the highest)."""
        c = self.carry
        return self._place(c.best_x, c.best_f, c.best_g, c.best_step)

    @functools.cached_property
    def verdict(self) -> Verdict:
        """Found when first asked for, because it probes the ground around the end of the walk."""
        if self.judged is not None:
            return self.judged
        from steepest.diagnosis import diagnose

        return diagnose(self)

    def table(self, first: int = 3, last: int = 3) -> Table:
        """The first and last steps, with the numbers plugged into the method's formula."""
        if first < 0 or last < 0:
            raise DescentError(f"table(first={first}, last={last}): give counts of 0 or more")
        return tabulated(self, first, last)

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the walk on matplotlib axes (new ones without `ax`), which are returned."""
        from importlib import import_module

        return import_module("steepest.pictures").plot_descent(self, ax=ax, **options)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the walk to one file (npz with a JSON header), from which `resume` goes on.

        The file appears whole or not at all. Raises RecordError where it cannot be written;
        nothing of the walk is lost by that.
        """
        from steepest.descent.archive import write

        write(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Descent:
        """Read a saved walk; to go on with it, give its function to `steepest.resume`."""
        from steepest.descent.archive import read

        return read(path)

    def _shaped(self, vector: Vector) -> Any:
        if self.objective is not None:
            return self.objective.structure.unflatten(np.array(vector))
        if self.outline is not None:
            from steepest.descent.template import drawn

            return drawn(self.outline, vector)
        return np.array(vector)

    def _place(self, x: Vector, f: float, g: Vector, step: int) -> Place:
        return Place(self._shaped(x), self.sign * f, self._shaped(self.sign * g), step)

    def _lines(self) -> list[str]:
        way = "Descent" if self.sign > 0 else "Ascent"
        f = self.label or "f"
        took = f"{count(self.steps, 'step')}, {count(self.evaluations, 'evaluation')}"
        start = f"f from {number(self.values[0])} to {number(self.last.value)}"
        lines = [
            f"{way} of {f} by {self.method!r}: {took}",
            f"  {start} at {point(self.names, self.carry.last_x)}",
        ]
        # A best value that differs by rounding alone is not news.
        better = self.carry.last_f - self.carry.best_f
        if better > 1e-12 * max(abs(self.carry.last_f), abs(self.carry.best_f)):
            lines.append(
                f"  best f = {number(self.best.value)} at step {self.best.step}: "
                f"{point(self.names, self.carry.best_x)}"
            )
        return lines

    def __repr__(self) -> str:
        return "\n".join([*self._lines(), *(f"  {line}" for line in str(self.verdict).split("\n"))])

    def _repr_html_(self) -> str:
        lines = "<br>".join(html.escape(line.strip()) for line in self._lines())
        verdict = html.escape(str(self.verdict)).replace("\n", "<br>")
        return f"<p>{lines}</p><p><em>{verdict}</em></p>{self.table()._repr_html_()}"
