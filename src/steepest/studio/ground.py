"""What a page stands on: a formula it typed, the real mountain, or the function that the studio was
started with. A page names it; only the command line can name a file.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import Any

from steepest.errors import FormulaError, ShapeError
from steepest.function import Function
from steepest.sources.terrain import Terrain
from steepest.studio.limits import LIMITS, text_within
from steepest.studio.tape import tape_of

__all__ = ["Grounds", "described"]

LONG_FORMULA = 1_500  # letters of LaTeX that still fit on a page


class Grounds:
    """The functions that pages ask about; the latest are kept."""

    def __init__(self, own: Function | None = None) -> None:
        self.own = own
        self._lock = threading.Lock()
        self._formula = functools.lru_cache(maxsize=64)(_typed)
        self._terrain = functools.lru_cache(maxsize=1)(lambda: Function(Terrain.jacksboro()))

    def find(self, named: Any) -> Function:
        """The function that a request names in `of`.

        Raises FormulaError where the formula cannot be read, LimitError where it is too long.
        """
        if not isinstance(named, Mapping):
            raise FormulaError('say what to look at: of={"formula": "n^2 + 3e^2"}')
        with self._lock:
            if named.get("own") and self.own is not None:
                return self.own
            if named.get("terrain") == "jacksboro":
                return self._terrain()
            variables = named.get("variables")
            if variables is not None:
                variables = tuple(
                    text_within(v, "name") for v in list(variables)[: LIMITS.variables]
                )
            return self._formula(text_within(named.get("formula")), variables)


def _typed(formula: str, variables: tuple[str, ...] | None) -> Function:
    function = Function(formula, variables)
    if not 1 <= len(function.variables) <= LIMITS.variables:
        have = ", ".join(function.variables) or "none"
        raise ShapeError(
            f"the studio shows functions of one to {LIMITS.variables} variables; this one has "
            f"{have}. Descents in more dimensions: steepest.descend in Python"
        )
    function.gradient  # noqa: B018  (raises ShapeError where the formula gives a vector)
    return function


def described(function: Function) -> dict[str, Any]:
    """What a page is told of a function: its names, its formulas, its tape."""
    axes = function.axes
    found: dict[str, Any] = {
        "variables": function.variables,
        "name": function.label.name,
        "text": str(function),
        "notes": function.notes,
        "units": function.units,
        "axes": axes,
        "numerical": function.tracing is not None and function.tracing.exact is False,
        "tape": tape_of(function),
        "latex": shown(function),
    }
    source = function.source
    if isinstance(source, Terrain):
        b = source.bounds
        found["bounds"] = [[b.south, b.north], [b.west, b.east]]
        found["title"] = source.name
        found["rate"] = float(f"{2 * max(source.spacing):.1g}")  # on metres 0.1 takes for ever
    return found


def shown(function: Function) -> str | None:
    """The formula in LaTeX; None where there is none, or one too long for a page."""
    latex = function._repr_latex_()
    return latex.strip("$") if latex and len(latex) <= LONG_FORMULA else None
