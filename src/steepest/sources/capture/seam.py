"""The seam between a user's code and the trace.

Every call and every read of a twin goes through here.

Functions are called as twins, NumPy's by their meaning; what C code hands back comes in as handles.
"""

from __future__ import annotations

import functools
import random
from types import CellType, FunctionType, MethodType
from typing import Any

import numpy as np

from steepest.graph.operation import Operation
from steepest.graph.traced import meaning
from steepest.sources.capture.functions import call_function
from steepest.sources.capture.guards import (
    attribute_slot,
    item_slot,
)
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.rules import RULES
from steepest.sources.capture.standing import StandIn, stood_for
from steepest.sources.capture.trace import is_library
from steepest.sources.capture.twin import SEAM, is_twin, twin_of
from steepest.sources.capture.view import View, Viewing, is_viewable

__all__ = ["Seam"]

# Methods of containers that change them.
CHANGES = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
    "setdefault", "popitem", "add", "discard",
    "appendleft", "popleft", "rotate",
}  # fmt: skip
# Functions that take a list apart and do not ask which one it was.
TAKES_APART: set[Any] = {
    map, filter, zip, enumerate, functools.reduce, sum, min, max, sorted, list, tuple, iter,
    reversed,
}  # fmt: skip
RANDOM = (np.random.Generator, np.random.RandomState, random.Random)
DISPATCHER = type(np.sum)


class Seam(Viewing):
    """One trace's seam. The method names are what rewritten code calls."""

    def call(self, function: Any, /, *args: Any, **named: Any) -> Any:
        """`function(*args, **named)`."""
        if self.trace.closed:
            return function(*args, **named)
        if type(function) is StandIn:
            function = stood_for(function)
        for a in (*args, *named.values()):
            self.whole(a)
        if function is getattr and type(args[1]) is str and hasattr(args[0], args[1]):
            return self.attribute(args[0], args[1])
        try:
            rule = RULES.get(function)
        except TypeError:  # not hashable
            rule = None
        if rule is not None:
            return rule(self.trace, *map(self.trace.entered, args), **named)
        args = tuple(map(self.trace.enter, args))
        return self._by_kind(function, args, {k: self.trace.enter(v) for k, v in named.items()})

    def _by_kind(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
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
        """The twin of a Python function, ready to be called; its view where it has no source.

        None where it is neither a user's nor a library's Python.
        """
        if type(function) is not FunctionType:
            return None
        if type(function.__globals__) is View:  # defined by code that is being followed
            return function
        found = twin_of(function)
        if found is None:
            return self.view(function)
        self.trace.followed |= found.covers
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        cells[SEAM] = CellType(self)
        self.read_outer(function, found.reads)
        if found.stores_globals:
            self.trace.outer.setdefault(
                id(function.__globals__),
                (function.__globals__, function.__globals__.get("__name__", "")),
            )
        defaults = self._defaults(function)
        closure = tuple(cells[k] for k in found.code.co_freevars)
        new = FunctionType(found.code, function.__globals__, function.__name__, defaults, closure)
        new.__kwdefaults__ = self._named_defaults(function)
        return new

    def _named_defaults(self, function: FunctionType) -> dict[str, Any] | None:
        if not function.__kwdefaults__:
            return None
        for name, value in function.__kwdefaults__.items():
            self._fact(
                (id(function), name),
                item_slot(function.__kwdefaults__, name, f"default of {name}", value),
            )
            self.own(value, name)
        return {k: self.trace.enter(v) for k, v in function.__kwdefaults__.items()}

    def _defaults(self, function: FunctionType) -> tuple[Any, ...] | None:
        """Defaults are memory from outside, too."""
        if function.__defaults__ is None:
            return None
        for i, v in enumerate(function.__defaults__):
            self.own(v, f"default {i} of {function.__name__}")
        self._fact(
            (id(function), "defaults"),
            attribute_slot(function, "__defaults__", function.__name__, function.__defaults__),
        )
        return tuple(self.trace.enter(v) for v in function.__defaults__)

    def _call_function(
        self, function: FunctionType, args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        if is_twin(function.__code__):
            return function(*args, **named)
        module = function.__globals__.get("__name__", "")
        if module.startswith("scipy") and _concerns(args, named) and meaning(function) is not None:
            return self._call_numpy(function, args, named)
        if module.startswith("steepest") or (
            module.startswith("numpy") and not _concerns(args, named)
        ):
            return self.trace.adopt(function(*args, **named))
        new = self.twin(function)
        if new is None:
            self.trace.note(
                f"{function.__name__} has no source at hand: only what NumPy sees of it is followed"
            )
            self.trace.do_not_keep(
                f"{function.__name__} has no source at hand, so what it reads cannot be compared"
            )
            return self.trace.enter(function(*args, **named))
        if type(new.__globals__) is View:
            args, named = self.arguments(new, args, named)
            return stood_for(new(*args, **named))
        return new(*args, **named)

    def _construct(self, kind: type, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """A new object of a user's class: its own __init__, as a twin."""
        init = kind.__dict__.get("__init__") or next(
            (k.__dict__["__init__"] for k in kind.__mro__ if "__init__" in k.__dict__), None
        )
        plain_new = getattr(kind, "__new__", None) is object.__new__ and type(kind) is type
        if (
            type(init) is FunctionType
            and plain_new
            and not is_library(kind.__module__)
            and (twin_of(init) is not None or is_viewable(init))
        ):
            made: Any = object.__new__(kind)
            self.trace.inside[id(made)] = made
            self.call(init, made, *args, **named)
            return made
        made = self._call_compiled(kind, args, named)
        if kind.__module__ != "builtins" and not isinstance(made, Handle):
            self.trace.inside[id(made)] = made
        return made

    def _call_numpy(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        args = tuple(map(self.trace.entered, args))
        named = {k: self.trace.entered(v) for k, v in named.items()}
        if not (any(map(has_handle, args)) or any(map(has_handle, named.values()))):
            return self.trace.adopt(function(*args, **named))
        if isinstance(function, np.ufunc):
            from steepest.sources.capture.ufuncs import call_ufunc

            return call_ufunc(self.trace, function, "__call__", args, named)
        args = tuple(self.callback(a) for a in args)
        return call_function(
            self.trace, function, args, {k: self.callback(v) for k, v in named.items()}
        )

    def _call_object(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Anything else that can be called.

        Methods in C, ufunc methods, cached functions, user objects with __call__.
        """
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
        called = getattr(type(function), "__call__", None)  # noqa: B004  (which one it is matters here)
        if type(called) is FunctionType:
            return self.call(called, function, *args, **named)
        if self._name_of(own) is not None:
            self._container_method(own, function.__name__)
        if function is next:
            self.trace.do_not_keep("next() takes something else each time")
        return self._call_compiled(function, args, named)

    def _call_compiled(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """C code takes handles as far as their hooks carry; what insists on arrays gets them."""
        if function in TAKES_APART or getattr(function, "__module__", "") == "itertools":
            args = tuple(map(self.trace.entered, args))
        wrapped = [self.callback(a) for a in args]
        options = {k: self.callback(v) for k, v in named.items()}
        try:
            return self.trace.enter(function(*wrapped, **options))
        except TypeError as error:
            if not (any(map(has_handle, args)) or any(map(has_handle, named.values()))):
                raise
            name = getattr(function, "__name__", repr(function))
            self.trace.lose(f"{name} takes only plain numbers and arrays: {error}")
            return self.trace.enter(function(*plain(tuple(wrapped)), **plain(options)))

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
