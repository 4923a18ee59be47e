"""The seam between a user's code and the trace.

Every call and every read of a twin goes through here.

Functions are called as twins, NumPy's by their meaning; what C code hands back comes in as handles.
"""

from __future__ import annotations

import functools
from types import BuiltinFunctionType, CellType, FunctionType, GeneratorType, MethodType
from typing import Any

import numpy as np

from steepest.graph.operation import Operation
from steepest.graph.traced import meaning
from steepest.sources.capture.attributes import POLYNOMIALS, looked_up, own_method, unborn
from steepest.sources.capture.draws import (
    draw,
    is_generator,
    is_seed,
    made_generator,
    makes_generator,
    shared_generator,
)
from steepest.sources.capture.functions import call_function
from steepest.sources.capture.guards import Slot, attribute_slot, content_slot, item_slot
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.protocols import Protocols
from steepest.sources.capture.rules import RULES
from steepest.sources.capture.scalars import FloatHandle, ScalarHandle
from steepest.sources.capture.standing import StandIn, stood_for
from steepest.sources.capture.trace import is_library
from steepest.sources.capture.twin import SEAM, is_twin, twin_of
from steepest.sources.capture.ufuncs import call_ufunc, rule_of
from steepest.sources.capture.view import View, is_generated, is_standard, is_viewable

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
DISPATCHER = type(np.sum)
NUMBERS = {int, float, bool, np.float64, ScalarHandle, FloatHandle}
MAKES_ARRAYS = {np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.full, np.full_like}


class Seam(Protocols):
    """One trace's seam. The method names are what rewritten code calls."""

    def call(self, function: Any, /, *args: Any, **named: Any) -> Any:
        """`function(*args, **named)`."""
        if self.trace.closed:
            return function(*args, **named)
        if type(function) is StandIn:
            function = stood_for(function)
        alone = type(function) is np.ufunc and not named and function.nin == len(args)
        if alone and NUMBERS.issuperset(map(type, args)):
            name = f"np.{function.__name__}"
            return self.trace.combine(function, rule_of(function), args, name)
        for a in (*args, *named.values()):
            self.whole(a)
        by_name = function is getattr or function is hasattr  # `in` would ask a user's `__eq__`
        if by_name and len(args) > 1 and type(args[1]) is str:
            return self._asked_by_name(function, *args)
        if function is setattr and len(args) == 3:
            return setattr(self.holder(args[0], args[1]), args[1], args[2])
        answer = self.asked_of_class(function, args, named)
        if answer is not NotImplemented:
            return answer
        try:
            rule = RULES.get(function)
        except TypeError:  # not hashable
            rule = None
        if rule is not None:
            if function in MAKES_ARRAYS:
                args = tuple(map(self.as_numpy, args))
            result = rule(self.trace, *map(self.trace.entered, args), **named)
            return self.made(result) if hasattr(type(result), "__next__") else result
        args = tuple(map(self.trace.enter, args))
        return self._by_kind(function, args, {k: self.trace.enter(v) for k, v in named.items()})

    def _asked_by_name(self, function: Any, thing: Any, name: str, *default: Any) -> Any:
        """`getattr(thing, "name", default)`, `hasattr(thing, "name")`."""
        try:
            value = self.attribute(thing, name)
        except AttributeError:
            if function is getattr and not default:
                raise
            return default[0] if function is getattr else False
        return value if function is getattr else True

    def _by_kind(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        kind = type(function)
        if kind is FunctionType:
            return self._call_function(function, args, named)
        if makes_generator(function):
            return made_generator(self.trace, function, args, named)
        if is_seed(function):
            return draw(self.trace, shared_generator(), function, args, named)
        if kind is MethodType:
            if isinstance(function.__self__, Handle):
                return function(*args, **named)
            if type(function.__func__) is FunctionType:
                return self.call(function.__func__, function.__self__, *args, **named)
        if kind is functools.partial:
            self._hold(function)
            return self.call(function.func, *function.args, *args, **{**function.keywords, **named})
        if isinstance(function, type):
            return self._construct(function, args, named)
        if kind is DISPATCHER or isinstance(function, np.ufunc):
            return self._call_numpy(function, args, named)
        return self._call_object(function, args, named)

    def _hold(self, function: functools.partial[Any]) -> None:
        """What a partial from outside holds is held outside, too."""
        owner = self._name_of(function)
        if owner is not None:
            self._fact((id(function), "content", None), content_slot(function.keywords, owner))
            for value in (*function.args, *function.keywords.values()):
                self.own(value, owner)

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
        inputs = self.read_outer(function, found.reads, found.binds)
        cells[SEAM] = CellType(Seam(self.trace, inputs))
        if found.stores_globals or found.binds.intersection(function.__code__.co_freevars):
            self.trace.changes = True
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
                (id(function), "default", name),
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
            (id(function), "default", None),
            attribute_slot(function, "__defaults__", function.__name__, function.__defaults__),
        )
        return tuple(self.trace.enter(v) for v in function.__defaults__)

    def _call_function(
        self, function: FunctionType, args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        if is_twin(function.__code__):
            return self._begun(function(*args, **named))
        module = function.__globals__.get("__name__", "")
        if (
            module.startswith("scipy")
            and self._concerns(args, named)
            and meaning(function) is not None
        ):
            return self._call_numpy(function, args, named)
        if module.startswith("steepest") or (
            module.startswith("numpy")
            and not module.startswith(POLYNOMIALS)
            and not self._concerns(args, named)
        ):
            return self.trace.adopt(function(*args, **named))
        new = self.twin(function)
        if new is None:
            self.trace.note(
                f"{function.__name__} has no source at hand: only what NumPy sees of it is followed"
            )
            if not is_standard(module) and not is_library(module):  # they keep no facts
                self.trace.do_not_keep(
                    f"{function.__name__} has no source at hand, so what it reads cannot be "
                    "compared"
                )
            return self.trace.enter(function(*args, **named))
        if type(new.__globals__) is View:
            args, named = self.arguments(new, args, named)
            return stood_for(new(*args, **named))
        return self._begun(new(*args, **named))

    def _begun(self, result: Any) -> Any:
        """A generator that a call in this run began was not there before it."""
        return self.made(result) if type(result) is GeneratorType else result

    def _construct(self, kind: type, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """A new object of a user's class: its own __init__, as a twin."""
        init = looked_up(kind, "__init__")
        calls = looked_up(type(kind), "__call__") is type.__dict__["__call__"]
        plain_new = looked_up(kind, "__new__") is object.__dict__["__new__"] and calls
        if (
            type(init) is FunctionType
            and plain_new
            and (
                not is_library(kind.__module__)
                or self._concerns(args, named)
                or init.__globals__["__name__"].startswith(POLYNOMIALS)
            )
        ):
            post = own_method(kind, "__post_init__")
            if is_generated(init.__code__, kind.__module__):
                if post is not None and own_method(kind, "__setattr__") is None:
                    made: Any = self.made(object.__new__(kind))
                    init(unborn(made, functools.partial(self.call, post, made)), *args, **named)
                    return made
            elif twin_of(init) is not None or is_viewable(init):
                made = self.made(object.__new__(kind))
                self.call(init, made, *args, **named)
                return made
        made = self._call_compiled(kind, args, named)
        if kind.__module__ != "builtins" and not isinstance(made, Handle):
            self.trace.inside[id(made)] = made
        return made

    def _call_numpy(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        args = tuple(self.trace.entered(self.as_numpy(a)) for a in args)
        named = {k: self.trace.entered(v) for k, v in named.items()}
        if not (any(map(has_handle, args)) or any(map(has_handle, named.values()))):
            return self.trace.adopt(function(*args, **named))
        if isinstance(function, np.ufunc):
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
        if isinstance(own, np.generic) and not any(map(has_handle, args)):
            return self.trace.adopt(function(*args, **named))
        if isinstance(own, np.ufunc):
            from steepest.sources.capture.ufuncs import call_ufunc

            if any(map(has_handle, args)) or any(map(has_handle, named.values())):
                return call_ufunc(self.trace, own, function.__name__, args, named)
            return self.trace.adopt(function(*args, **named))
        if is_generator(own):
            return draw(self.trace, own, function, args, named)
        if isinstance(function, np.vectorize):
            return self._vectorized(function, args, named)
        if isinstance(function, Operation):
            return function(*args, **named)
        if hasattr(function, "cache_info"):
            return self._remembered(function, args, named)
        called = getattr(type(function), "__call__", None)  # noqa: B004  (which one it is matters here)
        if type(called) is FunctionType:
            return self.call(called, function, *args, **named)
        if self._name_of(own) is not None:
            self._container_method(own, function.__name__)
        if function is next and id(args[0]) not in self.trace.inside:
            self.trace.do_not_keep("next() takes something else each time")
        return self._call_compiled(function, args, named)

    def _remembered(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """`lru_cache`: bypassed for what is followed; else a fact, and cheap to ask for again."""
        if any(map(has_handle, args)):
            return self.call(function.__wrapped__, *args, **named)
        found = function(*args, **named)
        if (name := self._name_of(function)) is not None:
            asked = Slot(f"{name}{args}", lambda: function(*args, **named), found)
            self._fact((id(function), "cached", args, *named.items()), asked)
        return self.trace.enter(found)

    def _call_compiled(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """C code takes handles as far as their hooks carry; what insists on arrays gets them."""
        apart = function in TAKES_APART or getattr(function, "__module__", "") == "itertools"
        if apart:
            alone = function in (min, max) and len(args) > 1  # they compare what they are given
            args = tuple(
                self.hinted(a)
                if self.stepped(a) and not alone
                else self.trace.entered(self.asked_for(a))
                for a in args
            )
            named = {k: self.asked_for(v) for k, v in named.items()}
        wrapped = [self.callback(a) for a in args]
        options = {k: self.callback(v) for k, v in named.items()}
        try:
            result = function(*wrapped, **options)
            if apart and hasattr(type(result), "__next__") and not any(result is a for a in args):
                self.made(result)  # an iterator over what was given
            return self.trace.enter(result)
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

    def _vectorized(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """`np.vectorize`: the function on each element, the results stacked."""
        every = (*args, *named.values())
        names: list[Any] = [*range(len(args)), *named]
        varied = [i for i, name in enumerate(names) if name not in function.excluded]

        def once(*elements: Any) -> Any:
            filled = list(every)
            for i, element in zip(varied, elements, strict=True):
                filled[i] = element
            by_name = dict(zip(named, filled[len(args) :], strict=True))
            return self.call(function.pyfunc, *filled[: len(args)], **by_name)

        given = tuple(every[i] for i in varied)
        if function.signature is not None:
            by_signature: Any = np.vectorize
            return self.call(by_signature._vectorize_call_with_signature, function, once, given)
        arrays = np.broadcast_arrays(*(self.trace.as_array(a) for a in given))
        shape = arrays[0].shape
        flat = [np.ravel(a) for a in arrays]
        results = [once(*(f[i] for f in flat)) for i in range(flat[0].size)]
        if not results:
            return self.trace.adopt(np.empty(shape))
        if type(results[0]) is not tuple:
            return self._stacked(results, shape, function.otypes, 0)
        columns = enumerate(zip(*results, strict=True))
        return tuple(self._stacked(list(c), shape, function.otypes, i) for i, c in columns)

    def _stacked(self, results: list[Any], shape: Any, types: Any, number: int) -> Any:
        """Results as an array, of the type that was asked for or that the first one has."""
        made = self.trace.as_array(results)
        wanted = types[number] if types else np.asarray(plain(results[0])).dtype
        made = made.astype(wanted) if made.dtype != wanted else made
        return made.reshape(shape) if shape else made[0]

    def asked_for(self, argument: Any) -> Any:
        """A function of Python's own on its way into `map`, `sorted` and their like."""
        if isinstance(argument, (BuiltinFunctionType, type)) and (
            argument in RULES or self.asks_class(argument)
        ):
            return functools.partial(self.call, argument)
        return argument

    def callback(self, argument: Any) -> Any:
        """A function on its way into C code: its twin goes instead."""
        if type(argument) is FunctionType and not is_twin(argument.__code__):
            return self.twin(argument) or argument
        if type(argument) is MethodType and type(argument.__func__) is FunctionType:
            return functools.partial(self.call, argument)
        return argument

    def _concerns(self, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
        """Whether a call hands over something traced, or a function or an object of this run."""
        return any(
            has_handle(a) or callable(a) or id(a) in self.trace.inside
            for a in (*args, *named.values())
        )
