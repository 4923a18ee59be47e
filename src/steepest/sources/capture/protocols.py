"""Operators and Python's own functions on objects of the user's classes.

`v + w`, `abs(v)`, `for a in v`, `v.n = 3`: where a class answers these with methods written in
Python, the methods are called through the seam, by the rules of Python's data model
(https://docs.python.org/3/reference/datamodel.html). Everything else is left to Python itself.
"""

from __future__ import annotations

import builtins
import functools
import math
import operator
from collections.abc import Callable
from types import BuiltinFunctionType, GeneratorType
from typing import Any

import numpy as np

from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.attributes import BASIC
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.iteration import Iteration
from steepest.sources.capture.operators import leaves_it_to
from steepest.sources.capture.scalars import FloatHandle, ScalarHandle

__all__ = ["Protocols"]

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow,
    "matmul": operator.matmul, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
    "lshift": operator.lshift, "rshift": operator.rshift, "divmod": divmod,
}  # fmt: skip
COMPARISONS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "lt": (operator.lt, "gt"), "le": (operator.le, "ge"), "gt": (operator.gt, "lt"),
    "ge": (operator.ge, "le"), "eq": (operator.eq, "eq"), "ne": (operator.ne, "ne"),
}  # fmt: skip
ALONE: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg, "pos": operator.pos, "invert": operator.invert,
}  # fmt: skip
# Numbers, single or in arrays: no class of the user's is asked, and none is a container of facts.
ANSWERED = {int, float, bool, np.float64, np.ndarray, ScalarHandle, FloatHandle, ArrayHandle}
IN_PLACE = {k: getattr(operator, f"i{k}") for k in BINARY if k not in ("and", "or", "divmod")} | {
    "and": operator.iand,
    "or": operator.ior,
}
# Python's functions of one object that do nothing but call a method of its class.
ASKED_OF_CLASS: dict[Any, str] = {
    abs: "abs", len: "len", round: "round", float: "float", int: "int", complex: "complex",
    str: "str", repr: "repr", hash: "hash", next: "next", reversed: "reversed", iter: "iter",
    math.floor: "floor", math.ceil: "ceil", math.trunc: "trunc", operator.index: "index",
    operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", operator.abs: "abs",
}  # fmt: skip
OF_TWO: dict[Any, str] = {
    **{function: name for name, function in BINARY.items()},
    **{function: name for name, (function, _) in COMPARISONS.items()},
}


class Protocols(Iteration):
    """The part of the seam through which Python's operators and protocols go."""

    # ---- operators
    def operate(self, name: str, a: Any, b: Any) -> Any:
        """`a + b` and its like."""
        if type(a) in ANSWERED and type(b) in ANSWERED:
            return BINARY[name](a, b)
        self.used(a)
        self.used(b)
        if not self.trace.closed and (type(a) not in BASIC or type(b) not in BASIC):
            found = self._asked_both(a, b, f"__{name}__", f"__r{name}__")
            if found is not NotImplemented:
                return found
            if isinstance(a, (Handle, np.generic, np.ndarray)) and self.is_sequence(b):
                b = list(self.hinted(b))  # which is what NumPy makes of it
        return BINARY[name](a, b)

    def compare(self, name: str, a: Any, b: Any) -> Any:
        """`a < b` and its like."""
        plainly, swapped = COMPARISONS[name]
        if type(a) in ANSWERED and type(b) in ANSWERED:
            return plainly(a, b)
        if not self.trace.closed and (type(a) not in BASIC or type(b) not in BASIC):
            found = self._asked_both(a, b, f"__{name}__", f"__{swapped}__")
            if found is not NotImplemented:
                return found
            if name == "ne" and self.answers(type(a), "__eq__") and not _own_ne(type(a)):
                same = self._asked_both(a, b, "__eq__", "__eq__")
                if same is not NotImplemented:
                    return not self.truth(same)
        return plainly(a, b)

    def _asked_both(self, a: Any, b: Any, name: str, swapped: str) -> Any:
        """What the classes of two operands say, in Python's order.

        NotImplemented where neither answers with a method of the user's.
        """
        left, right = self.answers(type(a), name), self.answers(type(b), swapped)
        if left is None and right is None:
            return NotImplemented
        first = right is not None and type(a) is not type(b) and issubclass(type(b), type(a))
        if first and right is not left:
            found = self.call(right, b, a)
            if found is not NotImplemented:
                return found
        if left is not None:
            found = self.call(left, a, b)
            if found is not NotImplemented:
                return found
        if right is None or first or (type(a) is type(b) and name != swapped):
            return NotImplemented
        if left is None and not _leaves_it_to(a, b):
            return NotImplemented
        return self.call(right, b, a)

    def alone(self, name: str, a: Any) -> Any:
        """`-a` and its like."""
        asked = not self.trace.closed and type(a) not in ANSWERED
        method = self.answers(type(a), f"__{name}__") if asked else None
        return ALONE[name](a) if method is None else self.call(method, a)

    def in_place(self, name: str, a: Any, b: Any) -> Any:
        """What `a += b` binds to `a`."""
        method = None if self.trace.closed else self.answers(type(a), f"__i{name}__")
        self.used(b)
        if method is not None:
            found = self.call(method, a, b)
            if found is not NotImplemented:
                return found
        if method is None and (type(a) in BASIC or isinstance(a, (Handle, np.ndarray))):
            if type(a) in BASIC and self.answers(type(b), f"__r{name}__"):
                return self.operate(name, a, b)
            return IN_PLACE[name](a, b)
        if self.answers(type(a), f"__{name}__") or self.answers(type(b), f"__r{name}__"):
            return self.operate(name, a, b)
        return IN_PLACE[name](a, b)

    def contains(self, item: Any, things: Any) -> bool:
        """`item in things`."""
        things = self.used(things)
        if type(things) in BASIC or self.trace.closed:
            return item in things
        method = self.answers(type(things), "__contains__")
        if method is not None:
            return bool(self.truth(self.call(method, things, item)))
        if hasattr(type(things), "__contains__") or not self.stepped(things):
            return item in things
        return any(v is item or self.truth(self.compare("eq", v, item)) for v in self.each(things))

    def truth(self, value: Any) -> Any:
        """`if value`: what its class says, or the value itself for Python to judge."""
        if type(value) not in BASIC and not self.trace.closed:
            method = self.answers(type(value), "__bool__")
            if method is None and not hasattr(type(value), "__bool__"):
                method = self.answers(type(value), "__len__")
            if method is not None:
                return self.call(method, value)
        return self.used(value)

    # ---- Python's functions
    @staticmethod
    def asks_class(function: Any) -> bool:
        """Whether a function of Python's own may be answered by a class of the user's."""
        return function in ASKED_OF_CLASS or function in OF_TWO

    def asked_of_class(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """`abs(v)`, `len(v)`, `operator.add(v, w)`, `sum(vs)`.

        NotImplemented where no class of the user's is asked.
        """
        if not args or named or not isinstance(function, (type, BuiltinFunctionType)):
            return NotImplemented
        if function in (min, max) and len(args) > 1:
            return self._ordered(function, args)
        if len(args) == 2 and function in OF_TWO:
            name = OF_TWO[function]
            return (self.compare if name in COMPARISONS else self.operate)(name, *args)
        if function is builtins.sum and len(args) <= 2:
            return self._sum(*args)
        if function in (sorted, min, max) and len(args) == 1:
            return self._ordered(function, args[0])
        if function is operator.contains and len(args) == 2:
            return self.contains(args[1], args[0])
        asked = ASKED_OF_CLASS.get(function)
        if asked is None or type(args[0]) in BASIC:
            return NotImplemented
        method = self.answers(type(args[0]), f"__{asked}__")
        if method is not None and (len(args) == 1 or function is round):
            return self.call(method, *args)
        if function is iter and len(args) == 1 and self.stepped(args[0]):
            return self.steps(args[0])
        return NotImplemented

    def _sum(self, things: Any, start: Any = 0) -> Any:
        """`sum` where the user's class adds: one after the other."""
        if type(things) not in (list, tuple, GeneratorType):
            return NotImplemented
        self.whole(things)
        kept = list(things) if type(things) is GeneratorType else things
        if not any(
            self.answers(type(v), "__add__") or self.answers(type(v), "__radd__") for v in kept
        ):
            if kept is things:
                return NotImplemented
            return self.trace.enter(builtins.sum(map(self.trace.enter, kept), start))
        things = kept
        return functools.reduce(lambda a, b: self.operate("add", a, b), things, start)

    def _ordered(self, function: Any, things: Any) -> Any:
        """`sorted`, `min` and `max` of objects whose class says which comes first."""
        sign = "gt" if function is max else "lt"
        if type(things) not in (list, tuple) or not any(
            self.answers(type(v), f"__{sign}__") for v in things
        ):
            return NotImplemented
        self.whole(things)
        if function is sorted:
            first = functools.cmp_to_key(lambda a, b: -bool(self.truth(self.compare("lt", a, b))))
            return sorted(things, key=first)
        best = things[0]
        for v in things[1:]:
            best = v if self.truth(self.compare(sign, v, best)) else best
        return best


def _own_ne(kind: type) -> bool:
    return any("__ne__" in k.__dict__ for k in kind.__mro__ if k is not object)


def _leaves_it_to(a: Any, b: Any) -> bool:
    """Whether an operand that is not of the user's leaves the operation to one that is.

    Python's numbers do; NumPy's do where the other is no sequence, or says so itself.
    """
    if isinstance(a, (str, bytes)):
        return False
    return not isinstance(a, (Handle, np.generic, np.ndarray)) or leaves_it_to(a, b)
