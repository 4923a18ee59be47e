"""What a step expects of its conditions, noted for those who compile it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from steepest.graph.traced import Traced

__all__ = ["expectations", "expected"]

_noted: ContextVar[list[tuple[Traced, bool]] | None] = ContextVar("noted", default=None)


def expected(condition: Any, truth: bool) -> Any:
    """The condition itself, with a note that it has this truth at most steps.

    Machine code may test the condition alone, and leave out what would follow from its contrary for
    as long as it holds. No value depends on such a note.

    >>> expected(False, True)
    False
    """
    if isinstance(condition, Traced):
        noted = _noted.get()
        if noted is not None:
            noted.append((condition, truth))
    return condition


@contextmanager
def expectations() -> Iterator[list[tuple[Traced, bool]]]:
    """Collect what `expected` notes about symbols, in order.

    >>> with expectations() as noted:
    ...     always = expected(True, True)
    >>> noted
    []
    """
    noted: list[tuple[Traced, bool]] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
