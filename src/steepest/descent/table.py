"""The first and last steps of a walk, with the numbers plugged into the formula."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.descent.first_order import GradientDescent
from steepest.descent.numerals import count, factor, number, subscript
from steepest.descent.step import rate_at

if TYPE_CHECKING:
    from steepest.descent.result import Descent

__all__ = ["Table", "tabulated"]

PLUGGED = 4  # with more variables than this, steps are shown by value, slope and length


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; prints as text, and as HTML in a notebook.

    A row of None stands for the steps that are not shown; `left_out` says how many.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...] | None, ...]
    left_out: int

    def __str__(self) -> str:
        shown = [row for row in self.rows if row is not None]
        widths = [max(map(len, column)) for column in zip(self.headings, *shown, strict=True)]
        lines = [self.title, _line(self.headings, widths)]
        lines += [f"   ⋮ {self._gap()}" if row is None else _line(row, widths) for row in self.rows]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__

    def _gap(self) -> str:
        return count(self.left_out, "step") + " not shown"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.headings)
        body = "".join(
            f'<tr><td colspan="{len(self.headings)}">⋮ {self._gap()}</td></tr>'
            if row is None
            else "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return (
            f"<table><caption>{html.escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))


def tabulated(walk: Descent, first: int, last: int) -> Table:
    """The table of a descent; a step needs the rows on both of its sides."""
    t = walk.record.t
    pairs = [i for i in range(len(t) - 1) if t[i + 1] == t[i] + 1]
    chosen = pairs if len(pairs) <= first + last else pairs[:first] + pairs[len(pairs) - last :]
    few = len(walk.names) <= PLUGGED
    rows: list[tuple[str, ...] | None] = []
    shown = 0
    previous = -1
    for i in chosen:
        if t[i] != previous + 1:
            rows.append(None)
        previous = int(t[i])
        shown += 1
        rows.extend(_step(walk, i) if few else [_summary(walk, i)])
    total = max(0, walk.evaluations - 1)
    if chosen and previous + 1 < total:
        rows.append(None)
    headings = ("step", "the numbers", "f before → after") if few else (
        "step", "f before → after", "length of ∇f", "length of the step")  # fmt: skip
    return Table(_title(walk), headings, tuple(rows), total - shown)


def _title(walk: Descent) -> str:
    formula = getattr(walk.method, "formula", None)
    if formula is None:
        return f"{walk.method!r}"
    if not isinstance(walk.method, GradientDescent):
        return str(formula)
    sign = "−" if walk.sign > 0 else "+"
    rate = walk.method.rate
    with_rate = "" if callable(rate) else f", with the rate α = {number(rate)}"
    if len(walk.names) == 1:
        w = walk.names[0]
        return f"{w} ← {w} {sign} α·df/d{w}{with_rate}"
    return f"w ← w {sign} α·∂f/∂w for each variable w{with_rate}"


def _step(walk: Descent, i: int) -> list[tuple[str, ...]]:
    record, names = walk.record, walk.names
    t = int(record.t[i])
    values = f"{number(walk.values[i])} → {number(walk.values[i + 1])}"
    lines: list[tuple[str, ...]] = []
    for k, name in enumerate(names):
        old, new = subscript(name, t + 1), subscript(name, t + 2)
        before, after = record.x[i, k], record.x[i + 1, k]
        numbers = f"{new} = {_change(walk, t, name, old, before, after, walk.gradients[i, k])}"
        lines.append((str(t + 1) if k == 0 else "", numbers, values if k == 0 else ""))
    return lines


def _change(walk: Descent, t: int, name: str, old: str, before: Any, after: Any, g: Any) -> str:
    """w1 − α·df/dw = 5 − 0.1·4 = 4.6, or w1 + step = 5 + (−0.4) = 4.6 for another method."""
    if isinstance(walk.method, GradientDescent):
        slope = f"df/d{name}" if len(walk.names) == 1 else f"∂f/∂{name}"
        sign = "−" if walk.sign > 0 else "+"
        rate = number(rate_at(walk.method.rate, t))
        return (
            f"{old} {sign} α·{slope} = {number(before)} {sign} {rate}·{factor(g)} = {number(after)}"
        )
    return f"{old} + step = {number(before)} + {factor(after - before)} = {number(after)}"


def _summary(walk: Descent, i: int) -> tuple[str, ...]:
    return (
        str(int(walk.record.t[i]) + 1),
        f"{number(walk.values[i])} → {number(walk.values[i + 1])}",
        number(np.linalg.norm(walk.record.g[i])),
        number(walk.record.lengths[i + 1]),
    )
