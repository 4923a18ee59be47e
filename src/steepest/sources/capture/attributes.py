"""Attributes and items of objects of the user's classes, read and given.

Descriptors, `__getattr__`, property setters, `__setitem__` and contexts are methods that the
interpreter calls where nobody sees it. Here they are called through the seam.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from steepest.graph.operation import Traceable
from steepest.sources.capture.guards import attribute_slot
from steepest.sources.capture.lines import is_library
from steepest.sources.capture.view import Viewing, is_generated, is_standard

__all__ = ["BASIC", "POLYNOMIALS", "Attributes", "looked_up", "own_method", "unborn"]

# What has no method of the user's: answered at once.
BASIC = {int, float, bool, str, list, tuple, dict, set, np.ndarray, np.float64, type(None)}


# Classes of NumPy's that are written in Python and compute: followed like the user's.
POLYNOMIALS = ("numpy.polynomial.", "numpy.lib._polynomial_impl")


def looked_up(kind: type, name: str) -> Any:
    """What a class has under a name, itself or inherited, unbound; None where it has nothing."""
    return next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None)


def own_method(kind: type, name: str) -> FunctionType | None:
    """The method by which a class of the user's answers, if it is written in Python.

    A library's classes are left to Python, but for polynomials.
    """
    if kind in BASIC or issubclass(kind, Traceable):
        return None
    found = looked_up(kind, name)
    if type(found) is not FunctionType:
        return None
    module = str(found.__globals__.get("__name__", ""))
    if is_standard(module) or is_generated(found.__code__, module):
        return None
    return found if not is_library(module) or module.startswith(POLYNOMIALS) else None


class Attributes(Viewing):
    """The part of the seam through which attributes and items go."""

    def answers(self, kind: type, name: str) -> FunctionType | None:
        """The user's method by which a class answers: which one it is, is a fact."""
        method = own_method(kind, name)
        if method is not None and not self.trace.closed:
            where = f"{kind.__name__}.{name}"
            self._fact((id(kind), name), attribute_slot(kind, name, where, getattr(kind, name)))
        return method

    def attribute(self, thing: Any, name: str) -> Any:
        """`thing.name` was read: descriptors and `__getattr__` are calls, as properties are."""
        kind = type(thing)
        if kind in BASIC or self.trace.closed or isinstance(thing, (Traceable, type, ModuleType)):
            return super().attribute(thing, name)
        found = looked_up(kind, name)
        here = name in getattr(thing, "__dict__", ())
        if found is None:
            general = self.answers(kind, "__getattr__")
            if general is not None and not here and not name.startswith("__"):
                return self.call(general, thing, name)
            return super().attribute(thing, name)
        if type(found) is functools.cached_property and not here and id(thing) in self.trace.inside:
            value = self.call(found.func, thing)
            thing.__dict__[name] = value
            return value
        getter = self.answers(type(found), "__get__")
        if getter is not None and not (here and not hasattr(type(found), "__set__")):
            self._class_fact(kind, thing, name, None)
            return self.trace.enter(self.call(getter, found, thing, kind))
        return super().attribute(thing, name)

    def holder(self, thing: Any, name: str) -> Any:
        """What `thing.name = v` is written to: the thing, or what passes it on to its setter."""
        if isinstance(thing, Traceable) or self.trace.closed or isinstance(thing, type):
            return thing
        kind = type(thing)
        found = looked_up(kind, name)
        if type(found) is property and type(found.fset) is FunctionType:
            return _Setter(functools.partial(self.call, found.fset, thing), self, thing)
        given = None if found is None else self.answers(type(found), "__set__")
        if given is not None:
            return _Setter(functools.partial(self.call, given, found, thing), self, thing)
        general = self.answers(kind, "__setattr__")
        if general is not None:
            return _Setter(functools.partial(self.call, general, thing, name), self, thing)
        return thing

    def held(self, thing: Any, name: str) -> Any:
        """`thing.name` on its way to being changed in place: no fact yet."""
        if isinstance(thing, Traceable) or self._property(thing, name) is None:
            return getattr(thing, name)
        return self.attribute(thing, name)

    def keeper(self, thing: Any) -> Any:
        """What `thing[key] = v` is written to."""
        if type(thing) in BASIC or self.trace.closed:
            return thing
        method = self.answers(type(thing), "__setitem__")
        return thing if method is None else _Keeper(self, thing, method)

    def context(self, thing: Any) -> Any:
        """What `with thing` enters and leaves."""
        enter = self.answers(type(thing), "__enter__")
        leave = self.answers(type(thing), "__exit__")
        if enter is None or leave is None or self.trace.closed:
            return thing
        return _Context(
            functools.partial(self.call, enter, thing), functools.partial(self.call, leave, thing)
        )

    def decorator(self, function: Any) -> Any:
        """`@function` over a definition inside a function; a library's are left to Python."""
        if type(function) is not FunctionType or self.trace.closed:
            return function
        module = str(function.__globals__.get("__name__", ""))
        if is_standard(module) or is_library(module):
            return function
        return functools.partial(self.call, function)


class _Setter:
    """Takes an attribute and hands it to the method that sets it."""

    __slots__ = ("_give", "_seam", "_thing")

    def __init__(self, give: Callable[[Any], Any], seam: Attributes, thing: Any) -> None:
        object.__setattr__(self, "_give", give)
        object.__setattr__(self, "_seam", seam)
        object.__setattr__(self, "_thing", thing)

    def __setattr__(self, name: str, value: Any) -> None:
        self._give(value)

    def __getattr__(self, name: str) -> Any:
        return self._seam.attribute(self._thing, name)


class _Keeper:
    """Takes an item and hands it to the method that keeps it."""

    __slots__ = ("_method", "_seam", "_thing")

    def __init__(self, seam: Attributes, thing: Any, method: FunctionType) -> None:
        self._seam, self._thing, self._method = seam, thing, method

    def __setitem__(self, key: Any, value: Any) -> None:
        self._seam.call(self._method, self._thing, key, value)

    def __getitem__(self, key: Any) -> Any:
        return self._seam.item(self._thing, key)


class _Context:
    """Enters and leaves through the seam."""

    __slots__ = ("_enter", "_leave")

    def __init__(self, enter: Callable[[], Any], leave: Callable[..., Any]) -> None:
        self._enter, self._leave = enter, leave

    def __enter__(self) -> Any:
        return self._enter()

    def __exit__(self, *error: Any) -> Any:
        return self._leave(*error)


def unborn(made: Any, post: Callable[..., Any]) -> Any:
    """What a dataclass's own __init__ fills in place of the object.

    The object is given all of it before `post`, its `__post_init__`, is called.
    """

    class Unborn:
        @property
        def __post_init__(self) -> Callable[..., Any]:
            for name, value in vars(self).items():
                object.__setattr__(made, name, value)
            return post

    return Unborn()
