"""The register of the corpus: functions as they are written, the points they are tried at, and
what is known of their derivative.

The modules of the corpus import this and nothing else of ours, so that they are what anybody might
have in a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["ENTRIES", "Entry", "sample"]


@dataclass(frozen=True, eq=False)
class Entry:
    """One function of the corpus, at one or two points.

    points     the arguments of each call; the first of them is what is differentiated by
    gradient   the derivative by hand, as a function of the same arguments, computed with mpmath or
               from a formula written down separately; None where there is none
    analytic   the code runs on complex numbers as it stands, so that the complex step is a truth
    named      keyword arguments of every call
    """

    function: Callable[..., Any]
    points: tuple[tuple[Any, ...], ...]
    gradient: Callable[..., Any] | None
    analytic: bool
    named: dict[str, Any]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def field(self) -> str:
        return self.function.__module__.rpartition(".")[2]


ENTRIES: list[Entry] = []


def sample(
    *points: tuple[Any, ...],
    gradient: Callable[..., Any] | None = None,
    analytic: bool = False,
    **named: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function with the points it is tried at."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        ENTRIES.append(Entry(function, points, gradient, analytic, named))
        return function

    return enter
