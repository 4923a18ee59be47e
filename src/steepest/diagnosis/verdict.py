"""What a verdict is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """How a walk ended and why, in words and numbers.

    cause     one word or two to test in a program: "converged", "budget", "uphill", "diverging",
              "bouncing", "flat start", "saddle", "maximum", "level", "kink", "left the map",
              "not finite", "unbounded", "interrupted", "standstill", "rate ran out",
              "wrong gradient", "not repeatable", "rate too small", "plateau", "badly scaled",
              "ill-conditioned"; of an ascent "downhill" and "minimum" where a
              descent has "uphill" and "maximum"
    sentence  what happened
    evidence  the numbers behind it
    advice    what to do next, "" if nothing
    """

    cause: str
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    advice: str = ""

    def __str__(self) -> str:
        return self.sentence + (f"\n{self.advice}" if self.advice else "")

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(str(self))}</p>".replace("\n", "<br>")
