"""What a twin reads: outer names, attributes, items, and what loops run over.

What was read outside the function becomes a fact, compared before the path is used again; arrays
come in as handles on their own memory.
"""

from __future__ import annotations

import builtins
import functools
import inspect
from collections.abc import Container, Hashable, Iterable, Mapping
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

import numpy as np

from steepest.record import replaced
from steepest.sources.capture.guards import (
    CONTAINERS,
    MISSING,
    NUMBERS,
    Slot,
    attribute_slot,
    cell_slot,
    content_slot,
    is_memory,
    item_slot,
    layout_slot,
)
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.trace import Trace, is_library

__all__ = ["Reads"]

_SIMPLE = (
    int,
    float,
    complex,
    bool,
    str,
    bytes,
    type(None),
    np.generic,
    np.dtype,
    range,
    builtins.slice,
    np.ufunc,
)
_BEHAVIOUR = (ModuleType, type, MethodType, BuiltinFunctionType)  # not facts but what is done


class Reads:
    """The half of the seam that reading goes through."""

    slice = builtins.slice

    def __init__(self, trace: Trace, names: Mapping[str, Hashable] = MappingProxyType({})) -> None:
        self.trace = trace
        self.names = names  # outer names of numbers that are inputs, with their keys

    def outer(self, name: str, value: Any) -> Any:
        """An outer name was read."""
        key = self.names.get(name)
        return self.trace.enter(value) if key is None else self._again(key, value)

    def _again(self, key: Hashable, value: Any) -> Any:
        """A number outside that is an input was read: its handle, unless it is another by now."""
        held = self.trace.varied[key]
        if value is held.slot.was:
            return held.handle
        if not isinstance(value, Handle):
            self.trace.spoilt[key] = held.slot
        return self.trace.enter(value)

    def _number(self, key: Hashable, slot: Slot) -> Any:
        """A fact that may be a number: what to go on with, where it is an input a handle."""
        trace = self.trace
        if key in trace.varied:
            return self._again(key, slot.was)
        if type(slot.was) not in NUMBERS or key in trace.pending_slots or trace.closed:
            self._fact(key, slot)
            return slot.was
        if key in trace.free and key not in trace.slots:
            return trace.number(key, slot)
        if key not in trace.slots:
            trace.fact(key, replaced(slot, number=True))
        return slot.was

    def _fact(self, key: Any, slot: Slot | None) -> None:
        """Remember a fact outside, as it was before the function changed it."""
        trace = self.trace
        if slot is None or key in trace.slots or trace.closed:
            return
        before = trace.pending_slots.pop(key, None)
        slot = before if before is not None else slot
        if not has_handle(slot.was) and not isinstance(slot.was, ModuleType):
            trace.fact(key, slot)
            if key in trace.free:
                trace.spoilt[key] = slot

    def read_outer(
        self, function: FunctionType, names: Iterable[str], bound: Container[str]
    ) -> dict[str, Hashable]:
        """A twin begins: the outer names it reads are facts, and what they hold is held outside.

        `bound`: names that stand for something else, too. Given back are the names of numbers that
        are inputs, with their keys.
        """
        inputs: dict[str, Hashable] = {}
        module, free = (
            function.__globals__,
            dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)),
        )
        for name in names:
            key: Hashable
            if name in free:
                slot, key = cell_slot(free[name], name), (id(free[name]), name)
            elif name in module:
                slot, key = item_slot(module, name, name, module[name]), (id(module), name)
            else:
                continue
            if slot is None or name in bound:
                self._fact(key, slot)
            elif self._number(key, slot) is not slot.was:
                inputs[name] = key
            if slot is not None:
                self.own(slot.was, name)
        return inputs

    def own(self, value: Any, name: str) -> None:
        """Something is held outside: what is read of it later is a fact too."""
        self.trace.own(value, name)
        if is_memory(value):
            self._fact((id(value), "content", None), content_slot(value, name))
        elif isinstance(value, np.ndarray) and not isinstance(value, Handle):
            self._fact((id(value), "layout", None), layout_slot(value, name))
        if not isinstance(
            value, (Handle, type, ModuleType, FunctionType, BuiltinFunctionType, *_SIMPLE)
        ):
            self.trace.outer.setdefault(id(value), (value, name))

    def _name_of(self, thing: Any) -> str | None:
        found = self.trace.outer.get(id(thing))
        return None if found is None else found[1]

    def call(self, function: Any, /, *args: Any, **named: Any) -> Any:
        """Properties and `__getitem__` are calls; the seam says what a call is."""
        raise NotImplementedError

    def attribute(self, thing: Any, name: str) -> Any:
        """`thing.name` was read."""
        if isinstance(thing, Handle):
            return getattr(thing, name)
        if type(thing) is ModuleType and is_library(thing.__name__):
            return self.trace.enter(getattr(thing, name))
        getter = self._property(thing, name)
        if getter is not None:
            self._class_fact(type(thing), thing, name, None)
            return self._kept(thing, name, self.call(getter, thing))
        try:
            value = getattr(thing, name)
        except AttributeError:
            if (owner := self._outside(thing)) is not None:
                slot = attribute_slot(thing, name, f"{owner}.{name}", MISSING)
                self._fact((id(thing), name), slot)
            raise
        owner = None if isinstance(value, _BEHAVIOUR) else self._outside(thing)
        if owner is not None:
            called = f"{owner}.{name}"
            value = self._number((id(thing), name), attribute_slot(thing, name, called, value))
            self.own(value, called)
        elif not isinstance(thing, (ModuleType, *_SIMPLE)):
            self._class_fact(thing if isinstance(thing, type) else type(thing), thing, name, value)
        return self.trace.enter(value)

    def _kept(self, thing: Any, name: str, value: Any) -> Any:
        """The value of a property; a `cached_property` is found in its object from now on."""
        if isinstance(inspect.getattr_static(type(thing), name), functools.cached_property):
            vars(thing)[name] = value
            if id(thing) not in self.trace.inside:
                self.trace.do_not_keep(f"{name} is kept in an object that is there outside")
        return value

    def _class_fact(self, kind: type, thing: Any, name: str, value: Any) -> None:
        """A method, or what an object made in this run has from its class: it is held outside."""
        if kind is super:
            after = thing.__self_class__.__mro__
            rest = after[after.index(thing.__thisclass__) + 1 :]
            kind = next((k for k in rest if name in k.__dict__), kind)
            thing = None
        elif self._name_of(thing) is not None:
            where = f"the class of {self._name_of(thing)}"
            self._fact((id(thing), "__class__"), attribute_slot(thing, "__class__", where, kind))
        if is_library(kind.__module__) or kind.__module__ == "builtins":
            if isinstance(value, np.ndarray) and getattr(kind, name, None) is value:
                self.own(value, f"{kind.__name__}.{name}")
            return
        if name not in getattr(thing, "__dict__", ()) and hasattr(kind, name):
            own = getattr(kind, name)
            where = f"{kind.__name__}.{name}"
            self._fact((id(kind), name), attribute_slot(kind, name, where, own))
            if own is value and not isinstance(value, _BEHAVIOUR):
                self.own(value, where)

    def _outside(self, thing: Any) -> str | None:
        """What to call a thing whose attributes are facts.

        None for libraries, for numbers, and for what was made in this run.
        """
        if isinstance(thing, ModuleType):
            return None if is_library(thing.__name__) else thing.__name__
        if isinstance(thing, _SIMPLE) or id(thing) in self.trace.inside:
            return None
        known = self._name_of(thing)
        if known is None:
            self.trace.outer[id(thing)] = (thing, type(thing).__name__)
        return known or (thing.__name__ if isinstance(thing, type) else type(thing).__name__)

    @staticmethod
    def _property(thing: Any, name: str) -> FunctionType | None:
        """The function behind a property: reading it is a call."""
        if isinstance(thing, (ModuleType, type)):
            return None
        for kind in type(thing).__mro__:
            found = kind.__dict__.get(name)
            if found is not None:
                getter = {property: "fget", functools.cached_property: "func"}.get(type(found))
                if getter == "func" and name in vars(thing):
                    return None
                getter = None if getter is None else getattr(found, getter)
                return getter if type(getter) is FunctionType else None
        return None

    def will_change(self, thing: Any, name: str | None) -> None:
        """`thing.name += 1` or `thing[k] += 1` comes next: a fact only if it is read as well."""
        owner = self._name_of(thing) if name is None else self._outside(thing)
        if owner is None or isinstance(thing, (Handle, np.ndarray)):
            return
        self.trace.changes = True
        if name is None:
            self._will_change_content(thing, owner)
        elif (id(thing), name) not in self.trace.slots:
            slot = attribute_slot(thing, name, f"{owner}.{name}", getattr(thing, name, MISSING))
            self.trace.pending_slots.setdefault((id(thing), name), slot)

    def _will_change_content(self, thing: Any, owner: str) -> None:
        self.trace.changes = True
        key = (id(thing), "content", None)
        if (
            key not in self.trace.slots
            and key not in self.trace.pending_slots
            and hasattr(thing, "__iter__")
        ):
            self.trace.pending_slots[key] = content_slot(thing, owner)

    def item(self, thing: Any, key: Any) -> Any:
        """`thing[key]` was read."""
        if isinstance(thing, np.ndarray):
            return self.trace.enter(thing)[key]
        own = getattr(type(thing), "__getitem__", None)
        if type(own) is FunctionType and not isinstance(thing, Handle):
            return self.call(own, thing, key)
        owner = self._name_of(thing)
        try:
            value = thing[key]
        except LookupError:
            if owner is not None:
                self._item_fact(thing, plain(key), owner, MISSING)
            raise
        if owner is not None:
            value = self._item_fact(thing, plain(key), owner, value)
            self.own(value, f"{owner}[{plain(key)!r}]")
        return self.trace.enter(value)

    def _item_fact(self, thing: Any, key: Any, owner: str, value: Any) -> Any:
        """What stands in one place of something outside; all of it, where a place has no name."""
        if isinstance(thing, tuple):
            return value
        pending = (id(thing), "content", None) in self.trace.pending_slots
        if pending or isinstance(key, builtins.slice):
            self.whole(thing)
        elif isinstance(key, _SIMPLE) or (isinstance(key, tuple) and not has_handle(key)):
            slot = item_slot(thing, key, f"{owner}[{key!r}]", value)
            return self._number((id(thing), "item", key), slot)
        else:
            self.trace.do_not_keep(f"{owner} is used where its parts cannot be seen")
        return value

    def each(self, things: Any) -> Any:
        """`for ...

        In things`: the content of an outer list or dictionary is a fact, arrays come in as handles.
        """
        if isinstance(things, (Handle, range, str)):
            return things
        if isinstance(things, np.ndarray):
            return self.trace.enter(things)
        self.whole(things)
        return map(self.trace.enter, things)

    def each_apart(self, things: Any) -> Any:
        """`for a, b in things`: what is taken apart comes in part by part."""
        return map(self.trace.entered, self.each(things))

    def parts(self, value: Any) -> Any:
        """`a, b = value`."""
        if isinstance(value, np.ndarray):
            return self.trace.enter(value)
        self.whole(value)
        return self.trace.entered(value)

    def used(self, value: Any) -> Any:
        """`if things`, `k in things`, `things == others`, `things + others`, `*things`."""
        if isinstance(value, CONTAINERS):
            self.whole(value)
        return value

    def matched(self, value: Any) -> Any:
        """`match value:` looks into containers, and asks objects for attributes."""
        self.whole(value)
        owner = self._name_of(value)
        if owner is not None and not isinstance(value, (tuple, np.ndarray, Enum, *CONTAINERS)):
            self.trace.do_not_keep(f"{owner} is matched where its attributes cannot be seen")
        return self.trace.entered(value) if isinstance(value, np.ndarray) else value

    def belonging(self, found: Any, *of: Any) -> Any:
        """`globals()`, `vars(thing)`: a dictionary that belongs to somebody outside."""
        if type(found) is dict and not any(id(o) in self.trace.inside for o in of):
            self.own(found, "globals()" if not of else f"vars({type(of[0]).__name__})")
        return found

    def whole(self, thing: Any) -> None:
        """A container from outside was used as a whole."""
        owner = self._name_of(thing)
        if owner is not None and isinstance(thing, CONTAINERS):
            if (id(thing), "content", None) not in self.trace.slots:
                self._fact((id(thing), "content", None), content_slot(thing, owner))
        elif owner is not None and hasattr(thing, "__next__"):
            self.trace.do_not_keep(f"{owner} is an iterator, and gives something else each time")
