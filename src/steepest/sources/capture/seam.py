"""The seam between a user's code and the trace: every call, read and loop of a twin goes through here.

What is read from outside becomes a fact to be compared before the path is used again; arrays come in as handles on their own
memory; functions are called as twins.
"""

from __future__ import annotations

import builtins
import functools
import random
from collections.abc import Iterable
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from steepest.graph.operation import Operation
from steepest.sources.capture.functions import call_function
from steepest.sources.capture.guards import (
    MISSING,
    Slot,
    attribute_slot,
    cell_slot,
    content_slot,
    item_slot,
)
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.rules import RULES
from steepest.sources.capture.trace import Trace, is_library
from steepest.sources.capture.twin import SEAM, is_twin, twin_of

__all__ = ["Seam"]

CHANGES = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem", "add", "discard",
    "appendleft", "popleft", "rotate",
}  # fmt: skip
RANDOM = (np.random.Generator, np.random.RandomState, random.Random)
DISPATCHER = type(np.sum)


class Seam:
    """One trace's seam. The method names are what rewritten code calls."""

    slice = builtins.slice

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    # ---- reads ---------------------------------------------------------------------------------------------------
    def enter(self, value: Any) -> Any:
        """An outer name was read."""
        return self.trace.enter(value)

    def _fact(self, key: Any, slot: Slot | None) -> None:
        """Remember a fact outside, as it was before the function changed it."""
        trace = self.trace
        if slot is None or key in trace.slots or trace.closed:
            return
        before = trace.pending_slots.pop(key, None)
        slot = before if before is not None else slot
        if not has_handle(slot.was) and not isinstance(slot.was, ModuleType):
            trace.slots[key] = slot

    def read_outer(self, function: FunctionType, names: Iterable[str]) -> None:
        """A twin begins: the outer names it reads are facts, and what they hold is held outside."""
        module, free = function.__globals__, dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        for name in names:
            if name in free:
                slot = cell_slot(free[name], name)
                self._fact((id(free[name]), name), slot)
            elif name in module:
                slot = item_slot(module, name, name, module[name])
                self._fact((id(module), name), slot)
            else:
                continue
            if slot is not None:
                self.own(slot.was, name)

    def own(self, value: Any, name: str) -> None:
        """Something is held outside: what is read of it later is a fact too."""
        self.trace.own(value, name)
        if not isinstance(value, (Handle, type, ModuleType, FunctionType, BuiltinFunctionType, *_SIMPLE)):
            self.trace.outer.setdefault(id(value), (value, name))

    def _name_of(self, thing: Any) -> str | None:
        found = self.trace.outer.get(id(thing))
        return None if found is None else found[1]

    def attribute(self, thing: Any, name: str) -> Any:
        """`thing.name` was read."""
        if isinstance(thing, Handle):
            return getattr(thing, name)
        getter = self._property(thing, name)
        if getter is not None:
            return self.call(getter, thing)
        value = getattr(thing, name)
        if isinstance(thing, ModuleType):
            if not is_library(thing.__name__) and not isinstance(value, (ModuleType, type)):
                self._fact((id(thing), name), attribute_slot(thing, name, f"{thing.__name__}.{name}", value))
                self.own(value, f"{thing.__name__}.{name}")
            return self.trace.enter(value)
        owner = self._name_of(thing)
        if owner is not None and not isinstance(value, (MethodType, BuiltinFunctionType)):
            self._fact((id(thing), name), attribute_slot(thing, name, f"{owner}.{name}", value))
            self.own(value, f"{owner}.{name}")
        elif isinstance(thing, type) and not isinstance(value, (FunctionType, MethodType, BuiltinFunctionType)):
            self._fact((id(thing), name), attribute_slot(thing, name, f"{thing.__name__}.{name}", value))
            self.own(value, f"{thing.__name__}.{name}")
        return self.trace.enter(value)

    @staticmethod
    def _property(thing: Any, name: str) -> FunctionType | None:
        """The function behind a property: reading it is a call."""
        if isinstance(thing, (ModuleType, type)):
            return None
        for kind in type(thing).__mro__:
            found = kind.__dict__.get(name)
            if found is not None:
                return found.fget if type(found) is property and type(found.fget) is FunctionType else None
        return None

    def will_change(self, thing: Any, name: str | None) -> None:
        """`thing.name += 1` or `thing[k] += 1` comes next: a fact only if it is read as well."""
        owner = self._name_of(thing)
        if owner is None or isinstance(thing, (Handle, np.ndarray)):
            return
        if name is None:
            self._will_change_content(thing, owner)
        elif (id(thing), name) not in self.trace.slots:
            slot = attribute_slot(thing, name, f"{owner}.{name}", getattr(thing, name, MISSING))
            self.trace.pending_slots.setdefault((id(thing), name), slot)

    def _will_change_content(self, thing: Any, owner: str) -> None:
        key = (id(thing), "content")
        if key not in self.trace.slots and key not in self.trace.pending_slots and hasattr(thing, "__iter__"):
            self.trace.pending_slots[key] = content_slot(thing, owner)

    def item(self, thing: Any, key: Any) -> Any:
        """`thing[key]` was read."""
        if isinstance(thing, np.ndarray):
            return self.trace.enter(thing)[key]
        own = getattr(type(thing), "__getitem__", None)
        if type(own) is FunctionType and not isinstance(thing, Handle):
            return self.call(own, thing, key)
        value = thing[key]
        owner = self._name_of(thing)
        if owner is not None and type(thing) in (list, dict):
            if (id(thing), "content") in self.trace.pending_slots or isinstance(key, builtins.slice):
                self.whole(thing)
            else:
                self._fact((id(thing), "item", plain(key)), item_slot(thing, plain(key), f"{owner}[{key!r}]", value))
        if owner is not None:
            self.own(value, f"{owner}[{plain(key)!r}]")
        return self.trace.enter(value)

    def each(self, things: Any) -> Any:
        """`for ... in things`: the content of an outer list or dictionary is a fact, arrays come in as handles."""
        if isinstance(things, (Handle, range, str)):
            return things
        if isinstance(things, np.ndarray):
            return self.trace.enter(things)
        self.whole(things)
        return map(self.trace.enter, things)

    def whole(self, thing: Any) -> None:
        """A container from outside was used as a whole."""
        owner = self._name_of(thing)
        if owner is not None and type(thing) in (list, dict, set, frozenset):
            self._fact((id(thing), "content"), content_slot(thing, owner))
        elif owner is not None and hasattr(thing, "__next__"):
            self.trace.do_not_keep(f"{owner} is an iterator, and gives something else each time")

    # ---- calls ---------------------------------------------------------------------------------------------------
    def call(self, function: Any, /, *args: Any, **named: Any) -> Any:
        """`function(*args, **named)`."""
        if self.trace.closed:
            return function(*args, **named)
        for a in args:
            self.whole(a)
        try:
            rule = RULES.get(function)
        except TypeError:  # not hashable
            rule = None
        if rule is not None:
            return rule(self.trace, *args, **named)
        kind = type(function)
        if kind is FunctionType:
            return self._call_function(function, args, named)
        if kind is MethodType:
            if isinstance(function.__self__, Handle):
                return function(*args, **named)
            if type(function.__func__) is FunctionType:
                return self.call(function.__func__, function.__self__, *args, **named)
        if kind is functools.partial:
            return self.call(function.func, *function.args, *args, **{**function.keywords, **named})
        if isinstance(function, type):
            return self._construct(function, args, named)
        if kind is DISPATCHER or isinstance(function, np.ufunc):
            return self._call_numpy(function, args, named)
        return self._call_object(function, args, named)

    def twin(self, function: Any) -> FunctionType | None:
        """The twin of a Python function, ready to be called; None where its source cannot be had."""
        found = twin_of(function) if type(function) is FunctionType else None
        if found is None:
            return None
        self.trace.followed |= found.covers
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        cells[SEAM] = CellType(self)
        self.read_outer(function, found.reads)
        if found.stores_globals:
            self.trace.outer.setdefault(id(function.__globals__), (function.__globals__, function.__globals__.get("__name__", "")))
        defaults = self._defaults(function)
        closure = tuple(cells[k] for k in found.code.co_freevars)
        new = FunctionType(found.code, function.__globals__, function.__name__, defaults, closure)
        new.__kwdefaults__ = self._named_defaults(function)
        return new

    def _named_defaults(self, function: FunctionType) -> dict[str, Any] | None:
        if not function.__kwdefaults__:
            return None
        for name, value in function.__kwdefaults__.items():
            self._fact((id(function), name), item_slot(function.__kwdefaults__, name, f"default of {name}", value))
            self.own(value, name)
        return {k: self.trace.enter(v) for k, v in function.__kwdefaults__.items()}

    def _defaults(self, function: FunctionType) -> tuple[Any, ...] | None:
        """Defaults are memory from outside, too."""
        if function.__defaults__ is None:
            return None
        for i, v in enumerate(function.__defaults__):
            self.own(v, f"default {i} of {function.__name__}")
        self._fact((id(function), "defaults"), attribute_slot(function, "__defaults__", function.__name__, function.__defaults__))
        return tuple(self.trace.enter(v) for v in function.__defaults__)

    def _call_function(self, function: FunctionType, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if is_twin(function.__code__):
            return function(*args, **named)
        module = function.__globals__.get("__name__", "")
        if module.startswith("steepest") or (module.startswith("numpy") and not _concerns(args, named)):
            return self.trace.adopt(function(*args, **named))
        new = self.twin(function)
        if new is None:
            self.trace.note(f"{function.__name__} has no source at hand: only what NumPy sees of it is followed")
            self.trace.do_not_keep(f"{function.__name__} has no source at hand, so what it reads cannot be compared")
            return self.trace.enter(function(*args, **named))
        return new(*args, **named)

    def _construct(self, kind: type, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """A new object of a user's class: its own __init__, as a twin."""
        init = kind.__dict__.get("__init__") or next((k.__dict__["__init__"] for k in kind.__mro__ if "__init__" in k.__dict__), None)
        plain_new = kind.__new__ is object.__new__ and type(kind) is type
        if type(init) is FunctionType and plain_new and not is_library(kind.__module__) and twin_of(init) is not None:
            made = kind.__new__(kind)
            self.call(init, made, *args, **named)
            return made
        return self.trace.enter(kind(*args, **named))

    def _call_numpy(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if not (any(map(has_handle, args)) or any(map(has_handle, named.values()))):
            return self.trace.adopt(function(*args, **named))
        if isinstance(function, np.ufunc):
            from steepest.sources.capture.ufuncs import call_ufunc

            return call_ufunc(self.trace, function, "__call__", args, named)
        args = tuple(self.callback(a) for a in args)
        return call_function(self.trace, function, args, {k: self.callback(v) for k, v in named.items()})

    def _call_object(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Anything else that can be called: methods in C, ufunc methods, cached functions, user objects with __call__."""
        own = getattr(function, "__self__", None)
        if isinstance(own, np.ndarray) and not isinstance(own, Handle):
            return getattr(self.trace.enter(own), function.__name__)(*args, **named)
        if isinstance(own, np.ufunc):
            from steepest.sources.capture.ufuncs import call_ufunc

            if any(map(has_handle, args)) or any(map(has_handle, named.values())):
                return call_ufunc(self.trace, own, function.__name__, args, named)
            return self.trace.adopt(function(*args, **named))
        if isinstance(own, RANDOM):
            self.trace.random = True
            return self.trace.adopt(function(*plain(args), **plain(named)))
        if isinstance(function, np.vectorize):
            return self._vectorized(function, args)
        if isinstance(function, Operation):
            return function(*args, **named)
        if hasattr(function, "cache_info") and any(map(has_handle, args)):
            return self.call(function.__wrapped__, *args, **named)
        called = getattr(type(function), "__call__", None)
        if type(called) is FunctionType:
            return self.call(called, function, *args, **named)
        if self._name_of(own) is not None:
            self._container_method(own, function.__name__)
        if function is next:
            self.trace.do_not_keep("next() takes something else each time")
        wrapped = [self.callback(a) for a in args]
        return self.trace.enter(function(*wrapped, **{k: self.callback(v) for k, v in named.items()}))

    def _container_method(self, own: Any, name: str) -> None:
        owner = self._name_of(own)
        if owner is not None and name in CHANGES:
            self._will_change_content(own, owner)
            if name in ("pop", "popitem", "popleft", "setdefault"):  # these read, too
                self.whole(own)
        else:
            self.whole(own)

    def _vectorized(self, function: np.vectorize, args: tuple[Any, ...]) -> Any:
        """`np.vectorize`: the function on each element, the results stacked."""
        arrays = np.broadcast_arrays(*(self.trace.as_array(a) for a in args))
        shape = arrays[0].shape
        flat = [np.ravel(a) for a in arrays]
        results = [self.call(function.pyfunc, *(f[i] for f in flat)) for i in range(flat[0].size)]
        if not results:
            return self.trace.adopt(np.empty(shape))
        made = self.trace.as_array(results)
        return made.reshape(shape) if shape else made[0]

    def callback(self, argument: Any) -> Any:
        """A function on its way into C code: its twin goes instead."""
        if type(argument) is FunctionType and not is_twin(argument.__code__):
            return self.twin(argument) or argument
        if type(argument) is MethodType and type(argument.__func__) is FunctionType:
            return functools.partial(self.call, argument)
        return argument


def _concerns(args: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether a call hands over something traced, or a function of the user's."""
    return any(has_handle(a) or callable(a) for a in (*args, *named.values()))


_SIMPLE = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype, range, builtins.slice, np.ufunc)
