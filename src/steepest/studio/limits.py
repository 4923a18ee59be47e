"""How much one page may ask for; each limit with a sentence for whoever meets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steepest.errors import SteepestError

__all__ = ["LIMITS", "LimitError", "Limits", "count_within", "text_within"]


class LimitError(SteepestError, ValueError):
    """More was asked for than the studio computes for one page."""


@dataclass(frozen=True)
class Limits:
    """The largest requests that are answered."""

    letters: int = 2_000  # of a formula
    variables: int = 8  # of a formula that is typed on a page
    message: int = 65_536  # bytes of one request
    side: int = 512  # points along one side of a grid
    starts: int = 240  # points along one side of a field of starts
    steps: int = 200_000  # of one walk
    quick: float = 4.0  # seconds of a processor for what is drawn while a point moves
    long: float = 60.0  # seconds for a walk or a field of walks
    connections: int = 64  # pages at once
    blunders: int = 20  # requests that cannot be read, before a connection is closed
    memory: int = 4 * 2**30  # bytes of address space of one worker


LIMITS = Limits()


def text_within(text: object, what: str = "formula") -> str:
    """A text that is not too long."""
    if not isinstance(text, str):
        raise LimitError(f"the {what} is not a text; send it as one")
    if len(text) > LIMITS.letters:
        raise LimitError(
            f"this {what} has {len(text):,} letters; the studio reads up to {LIMITS.letters:,}. "
            "Longer ones can be used in Python: steepest.Function(...)"
        )
    return text


def count_within(value: object, most: int, what: str) -> int:
    """A whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise LimitError(f"{what} must be a whole number from 1 to {most:,}, and {value!r} is not")
    return value


def numbers_within(values: object, count: int, what: str) -> Sequence[float]:
    """So many finite numbers."""
    if (
        isinstance(values, list)
        and len(values) == count
        and all(isinstance(v, int | float) and abs(v) < 1e300 for v in values)
    ):
        return [float(v) for v in values]
    raise LimitError(f"{what} must be {count} finite number{'s' * (count != 1)}, in a list")
