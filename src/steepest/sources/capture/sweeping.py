"""After a run: what the function left outside is plain again."""

from __future__ import annotations

from typing import Any

from steepest.sources.capture.handle import has_handle, plain
from steepest.sources.capture.standing import holds_stand_in, stood_for

__all__ = ["sweep_one"]


def sweep_one(thing: Any, depth: int = 3) -> None:
    """Exchange the handles in one list, dictionary or object, and in the lists it holds."""
    held = thing if isinstance(thing, (list, dict)) else _attributes(thing)
    for key, value in list(enumerate(held) if isinstance(held, list) else held.items()):
        if depth and isinstance(value, (list, dict)):
            sweep_one(value, depth - 1)
        elif has_handle(value) or holds_stand_in(value):
            held[key] = stood_for(plain(value))


def _attributes(thing: Any) -> dict[str, Any]:
    """The attributes of an object, where it keeps them in a dictionary."""
    found = getattr(thing, "__dict__", None)
    return found if isinstance(found, dict) else {}
