"""What a path rests on, besides its inputs.

Facts outside the function that were read, and text that left it.

A condition on a value is a `Guard` of the graph. A fact outside (a global, a closure cell, an
attribute, an item of an outer list) is a `Slot`: it is compared before a path is used again, first
with `is`, then with `==` for plain values.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "ATTRIBUTE",
    "CELL",
    "ITEM",
    "MISSING",
    "Said",
    "Slot",
    "agrees",
    "attribute_slot",
    "cell_slot",
    "content_slot",
    "item_slot",
    "same",
]

MISSING: Any = object()
CELL, ITEM, ATTRIBUTE = "cell", "item", "attribute"
PLAIN = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype, range, slice)


@dataclass(frozen=True, slots=True)
class Slot:
    """One fact outside the function: how to read it now, what it was, and its name for people.

    `place` says where it stands, (CELL, cell, None), (ITEM, dict or list, key) or (ATTRIBUTE,
    object, name), for who reads it without Python.
    """

    name: str
    read: Callable[[], Any]
    was: Any
    place: tuple[str, Any, Any] | None = None

    def holds(self) -> bool:
        """Whether the fact is what it was when the path was traced."""
        try:
            return same(self.read(), self.was)
        except Exception:  # noqa: BLE001  (a property or a deleted name: whatever it raises, the fact is not what it was)
            return False


def same(now: Any, was: Any) -> bool:
    """Whether a plain value is equal, of the same type; anything else must be the same object."""
    if now is was:
        return True
    if type(now) is not type(was):
        return False
    if isinstance(was, PLAIN):
        return bool(now == was) or (now != now and was != was)
    if isinstance(was, (tuple, list)):
        return len(now) == len(was) and all(same(a, b) for a, b in zip(now, was, strict=True))
    if isinstance(was, types.MethodType):
        return now.__func__ is was.__func__ and now.__self__ is was.__self__
    return False


def cell_slot(cell: types.CellType, name: str) -> Slot | None:
    """A variable of an enclosing function."""
    try:
        was = cell.cell_contents
    except ValueError:  # not assigned yet
        return None
    return Slot(name, lambda: cell.cell_contents, was, (CELL, cell, None))


def item_slot(holder: Any, key: Any, name: str, was: Any) -> Slot:
    """A global (an item of a module's dictionary), or an item of a list or a dictionary."""
    place = (ITEM, holder, key)
    if isinstance(holder, dict):
        return Slot(name, lambda: holder.get(key, MISSING), was, place)
    return Slot(name, lambda: holder[key], was, place)


def attribute_slot(holder: Any, attribute: str, name: str, was: Any) -> Slot:
    """An attribute of an object."""
    place = (ATTRIBUTE, holder, attribute)
    return Slot(name, lambda: getattr(holder, attribute, MISSING), was, place)


def content_slot(holder: Any, name: str) -> Slot:
    """All of a list, a dictionary or a set that was used as a whole: what is in it, in order."""
    return Slot(f"the content of {name}", lambda: _content(holder), _content(holder))


def _content(held: Any, depth: int = 5) -> Any:
    """What a container holds, containers in it included: a copy that later changes do not touch."""
    if depth and isinstance(held, dict):
        return [(k, _content(v, depth - 1)) for k, v in held.items()]
    if depth and isinstance(held, (list, tuple, set, frozenset)):
        return [_content(v, depth - 1) for v in held]
    return held


@dataclass(frozen=True, slots=True)
class Said:
    """The expectation of a guard on text: what was said of a value, and how it was said."""

    say: Callable[[Any], str]
    text: str


def agrees(value: Any, expected: Any) -> bool:
    """Whether a guard's node has the value that was expected, NaN agreeing with NaN."""
    if isinstance(expected, Said):
        return expected.say(np.asarray(value)[()]) == expected.text
    if np.ndim(expected) == 0 and np.ndim(value) == 0:
        return bool(value == expected) or bool(value != value and expected != expected)
    a, b = np.asarray(value), np.asarray(expected)
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
