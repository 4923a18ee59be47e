"""What a path rests on, besides its inputs.

Facts outside the function that were read, and text that left it.

A condition on a value is a `Guard` of the graph. A fact outside (a global, a closure cell, an
attribute, an item of an outer list) is a `Slot`: it is compared before a path is used again, first
with `is`, then with `==` for plain values.
"""

from __future__ import annotations

import array
import collections
import functools
import math
import operator
import sys
import types
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from steepest.graph.node import Node
from steepest.record import record

__all__ = [
    "ATTRIBUTE",
    "CELL",
    "CONTAINERS",
    "ITEM",
    "LAYOUT",
    "MISSING",
    "NUMBERS",
    "Read",
    "Said",
    "Slot",
    "agrees",
    "attribute_slot",
    "cell_slot",
    "content_slot",
    "is_masked",
    "is_memory",
    "item_slot",
    "layout_slot",
    "same",
]

MISSING: Any = object()
NUMBERS = (float, np.float64)  # kinds of facts that can become inputs
CELL, ITEM, ATTRIBUTE, LAYOUT = "cell", "item", "attribute", "layout"
PLAIN = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype, range, slice)
BYTES = (bytearray, memoryview, array.array)
MAPPINGS = (dict, types.MappingProxyType)
CONTAINERS = (list, *MAPPINGS, set, frozenset, collections.deque, *BYTES)  # what can change inside


@record()
class Slot:
    """One fact outside the function: how to read it now, what it was, and its name for people.

    `number`: wherever it is read, a handle could be given instead. `place` says where it stands,
    (CELL, cell, None), (ITEM, dict or list, key), (ATTRIBUTE, object, name) or (LAYOUT, array,
    None), for who reads it without Python.
    """

    name: str
    read: Callable[[], Any]
    was: Any
    number: bool = False
    place: tuple[str, Any, Any] | None = None

    def holds(self) -> bool:
        """Whether the fact is what it was."""
        try:
            return same(self.read(), self.was)
        except Exception:  # noqa: BLE001  (a property or a deleted name: whatever it raises, the fact is not what it was)
            return False


@record()
class Read:
    """A fact among what a run has asked: its key (the holder's identity and a name) and its slot.

    `node`: the input that stands for the fact where any number will do; None where it is compared.
    """

    key: Hashable
    slot: Slot
    node: Node | None = None


def same(now: Any, was: Any) -> bool:
    """Whether a plain value is equal, of the same type; anything else must be the same object.

    Zeros of different sign differ (`arctan2` tells them apart), NaN is NaN.
    """
    if now is was:
        return True
    kind = type(was)
    if type(now) is not kind:
        return False
    if kind is float or isinstance(was, np.floating):
        return bool(now == was and _sign(now) == _sign(was)) or bool(now != now and was != was)
    if kind is complex or isinstance(was, np.complexfloating):
        return same(now.real, was.real) and same(now.imag, was.imag)
    if kind is range or kind is slice:
        return all(same(getattr(now, k), getattr(was, k)) for k in ("start", "stop", "step"))
    if kind in PLAIN or isinstance(was, (np.generic, np.dtype)):
        return bool(now == was) or bool(now != now and was != was)
    if isinstance(was, (tuple, list)):
        return len(now) == len(was) and all(same(a, b) for a, b in zip(now, was, strict=True))
    if isinstance(was, types.MethodType):
        return now.__func__ is was.__func__ and now.__self__ is was.__self__
    return False


def _sign(number: Any) -> float:
    return math.copysign(1.0, number)


def cell_slot(cell: types.CellType, name: str) -> Slot | None:
    """A variable of an enclosing function."""
    try:
        was = cell.cell_contents
    except ValueError:  # not assigned yet
        return None
    read = functools.partial(getattr, cell, "cell_contents")
    return Slot(name, read, was, place=(CELL, cell, None))


def item_slot(holder: Any, key: Any, name: str, was: Any) -> Slot:
    """A global (an item of a module's dictionary), or an item of a list or a dictionary."""
    place = (ITEM, holder, key)
    if isinstance(holder, MAPPINGS):  # reading may have put it there, or made it up
        read = functools.partial(holder.get, key, MISSING)
        return Slot(name, read, read(), place=place)
    return Slot(name, functools.partial(operator.getitem, holder, key), was, place=place)


def attribute_slot(holder: Any, attribute: str, name: str, was: Any) -> Slot:
    """An attribute of an object."""
    place = (ATTRIBUTE, holder, attribute)
    return Slot(name, functools.partial(getattr, holder, attribute, MISSING), was, place=place)


def content_slot(holder: Any, name: str) -> Slot:
    """All of a container, or of memory that is no plain array of numbers, as it is now, in order.

    What stands in it is compared, too, where it is a container.
    """
    return Slot(f"the content of {name}", lambda: _content(holder), _content(holder))


def layout_slot(held: np.ndarray[Any, Any], name: str) -> Slot:
    """How an array lies in its memory: all of that may be assigned, or changed by a resize."""

    def now() -> tuple[Any, ...]:
        return held.shape, held.strides, held.dtype

    return Slot(f"the shape of {name}", now, now(), place=(LAYOUT, held, None))


def is_masked(held: Any) -> bool:
    """Whether something is a masked array (by its true type, and without loading `numpy.ma`)."""
    return "numpy.ma" in sys.modules and issubclass(type(held), np.ma.MaskedArray)


def is_memory(held: Any) -> bool:
    """Whether something is an array, but not one of numbers that a path reads again at each call.

    Objects, records, texts, dates; and subclasses, which may mean anything by an operation. (By
    its true type: to `isinstance`, what is followed is an array.)
    """
    return issubclass(type(held), np.ndarray) and (
        type(held) is not np.ndarray or held.dtype.kind not in "fiub"
    )


def _content(held: Any, depth: int = 5) -> Any:
    """What a container holds, containers in it included: a copy that later changes do not touch."""
    if is_masked(held):
        return _content(held.data), np.ma.getmaskarray(held).tobytes()
    if is_memory(held):
        numbers = np.asarray(held)
        inside = _content(numbers.ravel().tolist()) if numbers.dtype.hasobject else None
        return held.shape, held.dtype, inside if inside is not None else numbers.tobytes()
    if isinstance(held, BYTES):
        return held.tobytes() if not isinstance(held, bytearray) else bytes(held)
    if depth and isinstance(held, MAPPINGS):
        return [(k, _content(v, depth - 1)) for k, v in held.items()]
    if depth and isinstance(held, (tuple, *CONTAINERS)):
        return [_content(v, depth - 1) for v in held]
    return held


@record(eq=True)
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
