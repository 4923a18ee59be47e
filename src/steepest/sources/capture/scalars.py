"""A number that varies: immutable, as NumPy's scalars are."""

# ruff: noqa: D102  (most methods are NumPy's own, under NumPy's own names)
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import Node
from steepest.graph.operation import BINDINGS, FLOAT
from steepest.sources.capture.handle import Handle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["FloatHandle", "ScalarHandle"]


class ScalarHandle(Handle):
    """A number that varies.

    To `isinstance` it is what NumPy's own scalar is, so a float64 one is a `float`.
    """

    __slots__ = ("_node", "_value")
    _node: Node
    _value: Any

    def __init__(self, trace: Trace, value: Any, node: Node) -> None:
        _set_trace(self, trace)
        _set_value(self, value)
        _set_node(self, node)

    @property
    def node(self) -> Node:  # type: ignore[override]
        return self._node

    @property
    def __class__(self) -> Any:
        return int if self._value.dtype.kind == "i" else type(self._value)

    @__class__.setter
    def __class__(self, other: Any) -> None:
        raise TypeError("the class of a NumPy scalar cannot be changed")

    def _plain(self) -> Any:
        return self._value

    def _varies(self) -> bool:
        return not self._trace.closed

    def __hash__(self) -> int:  # type: ignore[override]
        """As a dictionary key it is its value, and the path is the one where it has that value."""
        if not self._trace.closed:
            self._trace.guard(self.node, self._value, "it was a key or was hashed")
        return hash(self._value)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"'{type(self._value).__name__}' object is not iterable")

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def copy(self) -> Any:
        return self

    def tolist(self) -> Any:
        return self

    def astype(self, dtype: Any, **named: Any) -> Any:
        return self._trace.combine(
            lambda v: v.astype(dtype), lambda n: BINDINGS["cast"](n, dtype), (self,), "astype"
        )

    def is_integer(self) -> bool:
        return bool(np.equal(np.rint(self), self))

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "_node") and name != "_trace":
            raise AttributeError(
                f"'{type(self._value).__name__}' object attribute {name!r} is read-only"
            )
        object.__setattr__(self, name, value)


# Past `__setattr__`, which is for code that is being followed.
_set_trace, _set_value, _set_node = (
    vars(kind)[name].__set__
    for kind, name in ((Handle, "_trace"), (ScalarHandle, "_value"), (ScalarHandle, "_node"))
)


class FloatHandle(ScalarHandle):
    """A Python float that varies: a number outside the function, or computed from such alone.

    Its arithmetic is Python's own, with Python's own errors, and its text is Python's. In NumPy's
    it is weak.
    """

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        return float

    @__class__.setter
    def __class__(self, other: Any) -> None:
        raise TypeError("the class of a float cannot be changed")

    @property
    def dtype(self) -> np.dtype[Any]:
        return FLOAT

    def _text(self, say: Callable[[Any], str]) -> str:
        return super()._text(lambda v: say(float(v)))
