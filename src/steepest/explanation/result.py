"""What `explain` gives back: all values and adjoints of one call, as a table, as data, as a
picture.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steepest.explanation.step import Step, plain_data, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Explanation"]

MANY = 60  # more steps are cut in the middle of the printed table
ENDS = 25  # and this many stay at each end
HEADINGS = ("#", "name", "operation", "value", "adjoint", "line")
INKS = {"value": "#1d2433", "adjoint": "#a31f3a"}  # ink forward, red backward, as in the pictures


@dataclass(frozen=True, eq=False)
class Explanation:
    """All values of one call (forward) and all adjoints (backward), in the order of computation.

    It prints as a table, in a terminal and in a notebook; `explanation[3]` and
    `explanation["h1"]` are single steps, `plot()` draws the graph, `as_data()` is ready for JSON.
    """

    function: str
    steps: tuple[Step, ...]
    tracing: Any

    @property
    def output(self) -> Step:
        """The function's value; its adjoint is 1."""
        return (
            self.steps[-1]
            if self.steps[-1].role == "output"
            else next(s for s in self.steps if s.role == "output")
        )

    @property
    def value(self) -> Any:
        """What the function came to."""
        return self.output.value

    @property
    def exact(self) -> bool | None:
        """Whether the slopes are exact: False, by differences; None, unchecked (or a formula,
        which needs no check).
        """
        exact: bool | None = self.tracing.exact
        return exact

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, key: int | str) -> Step:
        """A step by its number (from 1, as the table counts) or by its name."""
        if isinstance(key, int):
            if not 1 <= key <= len(self.steps):
                raise IndexError(
                    f"there is no step {key}; they are numbered from 1 to {len(self.steps)}"
                )
            return self.steps[key - 1]
        for step in self.steps:
            if step.name == key:
                return step
        named = ", ".join(s.name for s in self.steps if s.name) or "none"
        raise KeyError(f"there is no step called {key!r}; the names are {named}")

    # ---- as a table
    def rows(self) -> list[tuple[str, ...]]:
        """The table's cells as text, a tuple for each step."""
        return [
            (
                str(s.number),
                s.name or ("→" if s.role == "output" else ""),
                s.text or s.role,
                shown(s.value),
                "" if s.adjoint is None else shown(s.adjoint),
                _place(s),
            )
            for s in self.steps
        ]

    @property
    def title(self) -> str:
        """The function and its value."""
        return (
            f"{self.function} = {shown(self.value)}, and how it answers to every value on the way"
        )

    def __str__(self) -> str:
        rows = self.rows()
        columns = [i for i in range(len(HEADINGS)) if i < 5 or any(r[5] for r in rows)]
        cells = [[HEADINGS[i] for i in columns], *([r[i] for i in columns] for r in rows)]
        widths = [max(len(c[i]) for c in cells) for i in range(len(columns))]
        lines = [
            "  ".join(
                c.rjust(w) if i == 0 else c.ljust(w)
                for i, (c, w) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        if len(rows) > MANY:
            count = len(rows) - 2 * ENDS
            left_out = f"{'⋮':>{widths[0]}}  {count} steps not shown; as_data() has them all"
            lines = [*lines[: ENDS + 1], left_out, *lines[-ENDS:]]
        return "\n".join([self.title, *lines, *self._remarks()])

    __repr__ = __str__

    def _remarks(self) -> list[str]:
        if self.tracing.exact is False:
            return [f"by differences, not exact: {reason}" for reason in self.tracing.reasons]
        return []

    def _repr_html_(self) -> str:
        head = "".join(f"<th style='text-align:left'>{h}</th>" for h in HEADINGS)
        body = []
        for row in self.rows():
            cells = []
            for heading, cell in zip(HEADINGS, row, strict=True):
                ink = f"color:{INKS[heading]};" if heading in INKS else ""
                cells.append(f"<td style='text-align:left;{ink}'>{html.escape(cell)}</td>")
            body.append(f"<tr>{''.join(cells)}</tr>")
        remarks = "".join(f"<p>{html.escape(r)}</p>" for r in self._remarks())
        return (
            f"<table><caption>{html.escape(self.title)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(body)}</tbody></table>{remarks}"
        )

    # ---- as data, as a picture
    def as_data(self) -> dict[str, Any]:
        """Everything as JSON has it. Arrays of more than 1000 elements are told by their
        beginning and their norm.
        """
        return {
            "function": self.function,
            "value": plain_data(self.value),
            "exact": self.exact,
            "output": self.output.number,
            "steps": [s.as_data() for s in self.steps],
        }

    def plot(self, *, ax: Axes | None = None, most: int = 60, title: str | None = None) -> Axes:
        """The graph as a picture: values in ink from left to right, adjoints in red from right to
        left.

        Args:
            ax: axes to draw into; a new figure if none are given.
            most: so many steps are drawn; of a longer function the last ones, which is said.
            title: above the picture; the function and its value if not given.
        """
        from steepest.pictures.graph import plot_graph

        return plot_graph(self, most=most, title=title, ax=ax)


def _place(step: Step) -> str:
    if step.origin is None:
        return ""
    line = step.line
    cut = line if len(line) <= 44 else line[:43] + "…"
    return f"{os.path.basename(step.origin.file)}:{step.origin.line}" + (f"  {cut}" if cut else "")
