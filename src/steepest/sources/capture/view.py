"""Functions whose source cannot be had: typed at the plain prompt, made by `exec`, edited since.

The same code object runs on a view of its globals. Every global it reads comes through here, as a
fact that is compared before the path is used again; functions and modules come as stand-ins, which
are called through the seam. What it writes is handed to the real dictionary at the next read.
Objects whose parts are read where nobody sees it are noticed, and then nothing is kept.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Mapping
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

import numpy as np

from steepest.sources.capture.bytecode import codes_in, names_in
from steepest.sources.capture.guards import MISSING, PLAIN, cell_slot, item_slot
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.reads import Reads
from steepest.sources.capture.standing import StandIn, Use, only_asked, stood_for, use_in
from steepest.sources.capture.trace import is_library
from steepest.sources.capture.twin import FRAME_SENSITIVE

__all__ = ["View", "Viewing", "is_generated", "is_standard"]

STANDING = (
    ModuleType, FunctionType, BuiltinFunctionType, MethodType, MethodWrapperType,
    WrapperDescriptorType, functools.partial, np.ufunc, np.vectorize, type(np.sum),
    type(functools.lru_cache(len)),
)  # fmt: skip
CONTAINERS = (list, dict, set, frozenset)
NO_USE = Use()


class View(dict[str, Any]):
    """A module's globals, as code without a source sees them in one run.

    `LOAD_GLOBAL` asks `__getitem__` of anything that is not exactly a dict, and so does a class
    body of the builtins; `STORE_GLOBAL` writes here whatever stands in `__setitem__`.
    """

    def __init__(self, real: dict[str, Any], seam: Viewing) -> None:
        super().__init__(__name__=real.get("__name__", ""), __builtins__=_Builtins(self))
        self.real = real
        self.seam = seam
        self.own = frozenset(self)
        self.written: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        return self.look(name, use_in(sys._getframe(1)))

    def look(self, name: str, use: Use) -> Any:
        """What a name means now. Raises KeyError where it means nothing."""
        self.flush()
        inner = self.real.get("__builtins__", builtins)
        known = inner if isinstance(inner, Mapping) else vars(inner)
        here = name in self.real
        value = self.real[name] if here else known[name]
        if self.seam.trace.closed or (name in FRAME_SENSITIVE and not here):
            return value if name != "globals" else lambda: self.real
        if name not in self.written:
            slot = item_slot(self.real, name, name, value if here else MISSING)
            known = self.seam._number((id(self.real), name), slot)
            value = known if here else value
        return self.seam.shown(value, name, use)

    def flush(self) -> None:
        """Hand what was written to the real dictionary."""
        if len(self) == len(self.own):
            return
        for name in [k for k in self if k not in self.own]:
            value = stood_for(dict.pop(self, name))
            if type(value) is FunctionType and value.__globals__ is self:
                value = _at_home(value, self.real)
            self.real[name] = value
            self.written.add(name)
            self.seam.trace.changes = True
            self.seam.trace.outer.setdefault(
                id(self.real), (self.real, self.real.get("__name__", ""))
            )


def _at_home(function: FunctionType, real: dict[str, Any]) -> FunctionType:
    """A function that was defined in a view, with the real globals."""
    new = FunctionType(
        function.__code__, real, function.__name__, function.__defaults__, function.__closure__
    )
    new.__kwdefaults__ = function.__kwdefaults__
    new.__dict__.update(function.__dict__)
    return new


class _Builtins(dict[str, Any]):
    """The builtins beside a view: class bodies look here, and `import` asks for `__import__`."""

    def __init__(self, view: View) -> None:
        super().__init__(vars(builtins))
        self.view = view
        self["__import__"] = self._import

    def __getitem__(self, name: str) -> Any:
        if name.startswith("__"):
            return dict.__getitem__(self, name)
        return self.view.look(name, use_in(sys._getframe(1)))

    def _import(
        self, name: str, names: Any = None, local: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        found = builtins.__import__(name, self.view.real, local, wanted, level)
        return found if self.view.seam.trace.closed else StandIn(found, self.view.seam)


class Viewing(Reads):
    """The part of the seam that code without a source goes through."""

    def view(self, function: FunctionType) -> FunctionType | None:
        """The same code on a view of its globals; None for Python's own and for generated code."""
        if not is_viewable(function):
            return None
        self.trace.note(
            f"{function.__name__} has no source at hand: it is followed by the names it reads"
        )
        self.trace.followed_codes.update(codes_in(function.__code__))
        real = function.__globals__
        view = self.trace.views.setdefault(id(real), View(real, self))
        code = function.__code__
        cells = tuple(
            self._cell(code, name, cell)
            for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True)
        )
        defaults = self._defaults(function)
        if defaults is not None:
            defaults = tuple(self.given(v, "a default") for v in defaults)
        new = FunctionType(code, view, function.__name__, defaults, cells)
        named = self._named_defaults(function)
        new.__kwdefaults__ = named and {k: self.given(v, k) for k, v in named.items()}
        return new

    def _defaults(self, function: FunctionType) -> tuple[Any, ...] | None:
        raise NotImplementedError

    def _named_defaults(self, function: FunctionType) -> dict[str, Any] | None:
        raise NotImplementedError

    def _cell(self, code: CodeType, name: str, cell: CellType) -> CellType:
        """A variable of an enclosing function; exchanged where it is shown as something else."""
        slot = cell_slot(cell, name)
        if slot is None or name == "__class__":
            return cell
        self._fact((id(cell), name), slot)
        value = cell.cell_contents
        shown = self.shown(value, name)
        if shown is value:
            return cell
        if any(_assigns(c, name) for c in codes_in(code)):
            self.trace.do_not_keep(f"{name} is read and assigned where it cannot be seen")
            return cell
        return CellType(shown)

    def shown(self, value: Any, name: str, use: Use = NO_USE) -> Any:
        """What code without a source gets for something that is held outside."""
        if isinstance(value, (Handle, *PLAIN)):
            return value
        self.own(value, name)
        if self._stands(value, use):
            return StandIn(value, self)
        if type(value) in CONTAINERS:
            if (id(value), "content", None) in self.trace.slots:
                return value
            self.whole(value)
        if not self._is_seen(value):
            self.trace.do_not_keep(f"{name} is used where its parts cannot be seen")
        return self.trace.enter(value)

    def _stands(self, value: Any, use: Use) -> bool:
        if type(value) is StandIn or value is super:
            return False
        if use.called and callable(value):
            return True
        if isinstance(value, STANDING):
            return True
        return use.asked and not _is_data(value)

    def given(self, value: Any, name: str, use: Use = NO_USE) -> Any:
        """What it gets for an argument or a result: it may have been made in this run."""
        if isinstance(value, (Handle, *PLAIN)):
            return value
        if self._stands(value, use):
            return StandIn(value, self)
        if id(value) in self.trace.inside:
            return value
        if self._name_of(value) is not None:
            return self.shown(value, name)
        if not (self._is_seen(value) if _is_data(value) else _is_known(type(value))):
            self.trace.do_not_keep(f"{name} is used where its parts cannot be seen")
        return self.trace.enter(value)

    def arguments(
        self, function: FunctionType, args: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call: objects that are only asked for attributes come as stand-ins."""
        code = function.__code__
        asked = only_asked(code)

        def one(name: str, value: Any) -> Any:
            return self.given(value, name, Use(asked=name in asked))

        names = [*code.co_varnames[: code.co_argcount]]
        names += ["an argument"] * (len(args) - len(names))
        return tuple(map(one, names, args)), {k: one(k, v) for k, v in named.items()}

    def called(self, function: Any, args: tuple[Any, ...], named: dict[str, Any], use: Use) -> Any:
        """A stand-in was called."""
        self.flush()
        try:
            result = self.call(function, *args, **named)
        finally:
            self.flush()
        return self.given(result, f"the result of {getattr(function, '__name__', 'a call')}", use)

    def asked(self, thing: Any, name: str, use: Use) -> Any:
        """A stand-in was asked for an attribute."""
        self.flush()
        value = stood_for(self.attribute(thing, name))
        if isinstance(thing, ModuleType) and is_library(thing.__name__):
            if isinstance(value, (Handle, *PLAIN)):
                return value
            indexed = type(getattr(type(value), "__getitem__", None)) is FunctionType
            return StandIn(value, self) if indexed or self._stands(value, use) else value
        if id(value) in self.trace.inside and not self._stands(value, use):
            return value
        return self.shown(value, f"{getattr(thing, '__name__', type(thing).__name__)}.{name}", use)

    def will_be_set(self, thing: Any) -> None:
        """An attribute of a stand-in is given: handles left there are swept at the end."""
        if self.trace.closed:
            return
        if isinstance(thing, ModuleType):
            self.trace.outer.setdefault(id(vars(thing)), (vars(thing), thing.__name__))
        else:
            self._outside(thing)

    def flush(self) -> None:
        """Hand over what views have written: other code is about to run on the real globals."""
        for view in list(self.trace.views.values()):
            view.flush()

    def _is_seen(self, value: Any, depth: int = 5) -> bool:
        """Whether a fact or a handle stands for all that can be read of a value.

        An array in a list cannot: the code takes it out itself, and then an element of it.
        """
        if type(value) is StandIn or isinstance(value, (Handle, *PLAIN, *_exact_numbers())):
            return True
        if isinstance(value, np.ndarray):
            return depth == 5 and type(value) is np.ndarray and value.dtype.kind in "fiub"
        if isinstance(value, type):
            return _is_known(value)
        if type(value) is tuple:
            return all(self._is_seen(v, depth) for v in value)
        if depth and type(value) in CONTAINERS:
            parts = value.values() if type(value) is dict else value
            return all(self._is_seen(v, depth - 1) for v in parts)
        return id(value) in self.trace.inside


def _is_data(value: Any) -> bool:
    """Numbers, arrays and what Python makes of them: they have attributes that are not facts."""
    return isinstance(value, (Handle, np.ndarray, *PLAIN, *CONTAINERS, tuple, *_exact_numbers()))


def _exact_numbers() -> tuple[type, ...]:
    """`Fraction` and `Decimal`, where anybody has loaded them."""
    homes = (("fractions", "Fraction"), ("decimal", "Decimal"))
    found = (getattr(sys.modules.get(home), name, None) for home, name in homes)
    return tuple(kind for kind in found if kind is not None)


def _is_known(kind: type) -> bool:
    """Whether a class is Python's own or a library's, which keep no facts of the user's."""
    return is_library(kind.__module__) or is_standard(kind.__module__)


def is_standard(module: str) -> bool:
    """Whether a module is Python's own."""
    return module.partition(".")[0] in sys.stdlib_module_names


def _assigns(code: CodeType, name: str) -> bool:
    return name in names_in(code, ("STORE_DEREF", "DELETE_DEREF"))


def is_viewable(function: FunctionType) -> bool:
    """Whether a function without a source is the user's own."""
    module = str(function.__globals__.get("__name__", ""))
    own = not (is_library(module) or is_standard(module))
    return (
        own
        and not function.__code__.co_filename.startswith("<frozen")
        and not is_generated(function.__code__, module)
    )


def is_generated(code: CodeType, module: str) -> bool:
    """Whether dataclasses or named tuples have written this code."""
    return code.co_filename.startswith("<string>") and (
        code.co_qualname.startswith("__create_fn__") or module.startswith("namedtuple_")
    )
