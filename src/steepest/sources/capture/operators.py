"""Operators on handles: the value by Python's own operator, so that it is NumPy's to the bit.

The node by the row.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.graph.operation import ROWS
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.ufuncs import truth_rule

__all__ = ["attach", "leaves_it_to"]


_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
    "floordiv": "floor_divide", "mod": "remainder",
    "pow": "power", "matmul": "matmul", "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": "left_shift", "rshift": "right_shift",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal",
}  # fmt: skip
NUMBERS = (Handle, np.ndarray, np.generic, int, float, complex)
_ALONE = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": np.invert}


def _rule(row: Any) -> Callable[..., Any]:
    return ROWS[row] if isinstance(row, str) else truth_rule(row)


def _binary(name: str, row: Any, swapped: bool) -> Callable[[Any, Any], Any]:
    do = getattr(operator, f"__{name}__")

    def method(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        if type(other) in (list, tuple):
            other = self._trace.as_array(other)
        elif not isinstance(other, NUMBERS):
            if leaves_it_to(self, other):
                return NotImplemented
            elements = _elements(other)
            if elements is None:
                kind = type(other).__name__
                self._trace.lose(f"the operator {name} met an object of class {kind}")
                return do(other, self._plain()) if swapped else do(self._plain(), other)
            other = self._trace.as_array(elements)
        args = (other, self) if swapped else (self, other)
        return self._trace.combine(do, _rule(row), args, f"the operator {name}")

    return method


def leaves_it_to(a: Any, b: Any) -> bool:
    """Whether a value of NumPy's leaves an operation to an object of another class.

    It does where the other is no sequence, or says so itself.
    """
    kind = type(b)
    if getattr(kind, "__array_ufunc__", ...) is None:
        return True
    if getattr(kind, "__array_priority__", None) is not None:
        return True
    sequence = hasattr(kind, "__len__") and hasattr(kind, "__getitem__")
    return np.ndim(a) == 0 and not sequence and not hasattr(kind, "__array__")


def _elements(other: Any) -> list[Any] | None:
    """What NumPy makes an array of, where an object is a sequence."""
    kind = type(other)
    plainly = not hasattr(kind, "__array__") and not hasattr(kind, "__array_ufunc__")
    sequence = hasattr(kind, "__len__") and hasattr(kind, "__getitem__")
    return list(other) if plainly and sequence else None


def _in_place(name: str, row: Any) -> Callable[[Any, Any], Any]:
    do = getattr(operator, f"__i{name}__")

    def method(self: Any, other: Any) -> Any:
        trace = self._trace
        if type(other) in (list, tuple):
            other = trace.as_array(other)
        moving = not trace.closed and (self._varies() or trace.varies(other))
        made = (
            trace.expressed(_rule(row), (self, other), f"the operator {name}=") if moving else None
        )
        trace.about_to_write(self._buffer)
        do(self._held, other._plain() if isinstance(other, Handle) else other)
        self.written(trace.node_like(made, self._held))
        return self

    return method


def _alone(name: str, row: Any) -> Callable[[Any], Any]:
    do = getattr(operator, f"__{name}__")
    return lambda self: self._trace.combine(do, _rule(row), (self,), f"the operator {name}")


def _divmod(self: Any, other: Any) -> Any:
    return self // other, self % other


def _rdivmod(self: Any, other: Any) -> Any:
    return other // self, other % self


def attach() -> None:
    """Give the operators to the handles."""
    for name, row in _BINARY.items():
        setattr(Handle, f"__{name}__", _binary(name, row, swapped=False))
        if name not in ("lt", "le", "gt", "ge", "eq", "ne"):
            setattr(Handle, f"__r{name}__", _binary(name, row, swapped=True))
            setattr(ArrayHandle, f"__i{name}__", _in_place(name, row))
    for name, row in _ALONE.items():
        setattr(Handle, f"__{name}__", _alone(name, row))
    for name, method in (("__divmod__", _divmod), ("__rdivmod__", _rdivmod)):
        setattr(Handle, name, method)


attach()
