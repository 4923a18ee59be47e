"""What a check of a gradient found: a sentence, and a row for every coordinate."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from steepest.descent.numerals import number
from steepest.sources.ladder import Ladder

__all__ = ["RIGHT", "UNJUDGED", "WRONG", "Coordinate", "GradientCheck"]

RIGHT, WRONG, UNJUDGED = "right", "wrong", "cannot be judged"
ORDER = {WRONG: 0, UNJUDGED: 1, RIGHT: 2}
HEAD = ("coordinate", "gradient", "differences", "±", "digits", "verdict")


@dataclass(frozen=True)
class Coordinate:
    """One partial derivative: what was given, what differences say, and what follows.

    name     what one would write to reach it: `params["w"][1, 0]`
    given    the partial derivative that is being checked
    ladder   the steps, the slopes to the right and to the left at each, and what was read off them
    digits   how many leading digits agree, as far as can be told; NaN where nothing can
    verdict  "right", "wrong" or "cannot be judged", and `reason` says why
    exact    the derivative by a complex step, where the function runs on complex numbers
    """

    name: str
    given: float
    ladder: Ladder
    digits: float
    verdict: str
    reason: str
    exact: float | None = None

    @property
    def differences(self) -> float:
        """The derivative by differences."""
        return self.ladder.slope

    @property
    def error(self) -> float:
        """How far the differences may be off."""
        return self.ladder.error

    @property
    def urgency(self) -> tuple[int, float]:
        """Smaller, the more it deserves a look: what is wrong first, and by most."""
        return ORDER[self.verdict], self.digits if self.digits == self.digits else -1.0

    def __str__(self) -> str:
        return self.name

    def as_data(self) -> dict[str, Any]:
        """Plain numbers and texts; `ladder` holds a row for each step: h, right, left slope."""
        return {
            "name": self.name,
            "given": self.given,
            "differences": self.differences,
            "error": self.error,
            "digits": self.digits,
            "verdict": self.verdict,
            "reason": self.reason,
            "place": self.ladder.kind,
            "complex_step": self.exact,
            "ladder": [[r.step, r.right, r.left] for r in self.ladder.rungs],
        }


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """A gradient compared with differences. Printed, it is a sentence and a table, worst first.

    ok           True: right everywhere; False: wrong somewhere; None: it cannot be told everywhere
    sentence     what came of it
    coordinates  every coordinate that was compared, in order
    digits       how many digits agree, in the structure of x (NaN where nothing can be told)
    noise        how uncertain the function's own values are
    remarks      what else a reader should know, a sentence each
    """

    ok: bool | None
    sentence: str
    coordinates: tuple[Coordinate, ...]
    digits: Any
    noise: float
    remarks: tuple[str, ...] = ()

    @property
    def worst(self) -> Coordinate:
        """The coordinate that most deserves a look."""
        return min(self.coordinates, key=lambda c: c.urgency)

    def __bool__(self) -> bool:
        return self.ok is True

    def as_data(self) -> dict[str, Any]:
        """Everything as plain numbers, texts and lists."""
        return {
            "ok": self.ok,
            "sentence": self.sentence,
            "worst": self.worst.name,
            "noise": self.noise,
            "remarks": list(self.remarks),
            "coordinates": [c.as_data() for c in self.coordinates],
        }

    def table(self, most: int = 8) -> list[tuple[str, ...]]:
        """The worst coordinates as texts: name, gradient, differences, ±, digits, verdict."""
        worst_first = sorted(self.coordinates, key=lambda c: c.urgency)
        return [
            (
                c.name,
                number(c.given, 10),
                number(c.differences, 10),
                number(c.error, 1),
                f"{c.digits:.0f}" if c.digits == c.digits else "",
                c.verdict,
            )
            for c in worst_first[:most]
        ]

    def __repr__(self) -> str:
        rows = [HEAD, *self.table()]
        widths = [max(len(r[k]) for r in rows) for k in range(len(HEAD))]
        aligned = [
            "  ".join(
                t.ljust(w) if k in (0, len(HEAD) - 1) else t.rjust(w)
                for k, (t, w) in enumerate(zip(r, widths, strict=True))
            ).rstrip()
            for r in rows
        ]
        return "\n".join([self.sentence, *self.remarks, "", *aligned, *self._left_out])

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        rows = [
            "<tr>" + "".join(f"<{tag}>{html.escape(t)}</{tag}>" for t in row) + "</tr>"
            for tag, row in (("th", HEAD), *(("td", r) for r in self.table()))
        ]
        said = [*(self.sentence, *self.remarks), *self._left_out]
        return "".join(f"<p>{html.escape(s)}</p>" for s in said) + f"<table>{''.join(rows)}</table>"

    @property
    def _left_out(self) -> list[str]:
        more = len(self.coordinates) - len(self.table())
        return [f"and {more:,} more, which agree as well or better"] if more else []
