"""The handle that plain NumPy code works on: it speaks NumPy's protocols and adds a node for every
operation.

This one holds a node and no numbers; derivative rules run on it. The handle that follows a user's
own function, with real memory behind it, is a subclass in `sources.capture`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from steepest.errors import CaptureError, NotDifferentiableError
from steepest.graph.node import Node, constant, make
from steepest.graph.operation import BINDINGS, REDUCTIONS, ROWS, Operation, Traceable

__all__ = ["Traced", "as_node", "meaning"]


def _operator(name: str, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """A binary operator of Python as a row, or as what NumPy's function means in rows."""

    def method(self: Any, other: Any) -> Any:
        row = ROWS.entered(name)
        if row is not None and type(self) is type(other) is Traced:
            pair = (other.node, self.node) if swapped else (self.node, other.node)
            return Traced(make(row, pair))
        if other is None or isinstance(other, str):
            return NotImplemented
        apply = row or BINDINGS.entered(name) or ROWS[name]
        return apply(other, self) if swapped else apply(self, other)

    return method


class Traced(Traceable):
    """A value of a function that is being followed: an ndarray to NumPy code, a node to us."""

    __slots__ = ("node",)
    __array_priority__: ClassVar[float] = 1000.0
    __hash__ = None  # type: ignore[assignment]  # compared by value, as arrays are

    node: Node

    def __init__(self, node: Node) -> None:
        self.node = node

    def apply(self, row: Operation, args: Sequence[Any], params: dict[str, Any]) -> Any:
        return Traced(make(row, [as_node(a) for a in args], **params))

    # what an array tells about itself
    @property
    def shape(self) -> tuple[int, ...]:
        return self.node.shape

    @property
    def ndim(self) -> int:
        return len(self.node.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.node.shape, dtype=int))

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.node.dtype

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a number: it has no axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Traced({self.node!r})"

    def __bool__(self) -> bool:
        raise TypeError(
            "a derivative rule asked whether a traced value is true, but it has no value yet; "
            "choose with np.where"
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            "a traced value without numbers was turned into an array; use NumPy functions on it "
            "instead"
        )

    # NumPy's protocols
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "reduce" and ufunc in REDUCTIONS:
            return REDUCTIONS[ufunc](*inputs, **{"axis": 0, **kwargs})
        if method == "outer" and not kwargs:
            a, b = inputs
            return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
        rule = meaning(ufunc)
        if method != "__call__" or rule is None or kwargs:
            how = ufunc.__name__ + (f".{method}" if method != "__call__" else "")
            extra = f" with {', '.join(kwargs)}" if kwargs else ""
            raise NotDifferentiableError(
                f"np.{how}{extra} has no row, so it cannot be used on a traced value"
            )
        return rule(*inputs)

    def __array_function__(
        self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        rule = meaning(func)
        if rule is None:
            raise NotDifferentiableError(
                f"np.{func.__name__} has no row, so it cannot be used on a traced value; "
                "docs/operations.md lists the rows, and CONTRIBUTING.md shows how one is added"
            )
        return rule(*args, **kwargs)

    # indexing and the methods that rules use
    def __getitem__(self, key: Any) -> Any:
        return _function("getitem")(self, key)

    def reshape(self, *shape: Any) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.sum(self, axis=axis, keepdims=keepdims)

    def astype(self, dtype: Any) -> Any:
        return _function("cast")(self, dtype)

    # arithmetic, comparison and logic
    __add__, __radd__ = _operator("add"), _operator("add", swapped=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", swapped=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", swapped=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", swapped=True)
    __pow__, __rpow__ = _operator("power"), _operator("power", swapped=True)
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", swapped=True)
    __mod__, __rmod__ = _operator("remainder"), _operator("remainder", swapped=True)
    __floordiv__, __rfloordiv__ = _operator("floor_divide"), _operator("floor_divide", swapped=True)
    __and__, __rand__ = _operator("bitwise_and"), _operator("bitwise_and", swapped=True)
    __or__, __ror__ = _operator("bitwise_or"), _operator("bitwise_or", swapped=True)
    __lt__ = _operator("less")
    __le__ = _operator("less_equal")
    __gt__ = _operator("greater")
    __ge__ = _operator("greater_equal")
    __eq__ = _operator("equal")  # elementwise, as arrays compare
    __ne__ = _operator("not_equal")

    def __abs__(self) -> Any:
        return ROWS["absolute"](self)

    def __neg__(self) -> Any:
        return ROWS["negative"](self)

    def __pos__(self) -> Any:
        return self

    def __invert__(self) -> Any:
        return np.invert(self)


def _function(name: str) -> Callable[..., Any]:
    return BINDINGS[name]


def meaning(function: Any) -> Callable[..., Any] | None:
    """What a NumPy or SciPy callable means in terms of rows; None when there is no row for it."""
    try:
        found = BINDINGS.entered(function) or BINDINGS.get(function)
    except TypeError:  # not hashable
        return None
    if found is None and isinstance(function, (np.ufunc, FunctionType)):
        found = _of_scipy(function)
        if found is not None:
            BINDINGS[function] = found
    return found


def _of_scipy(function: Any) -> Callable[..., Any] | None:
    """What a function of SciPy means, which may not have been loaded when its rule was entered.

    A rule's name is "scipy.linalg.inv", whatever module of SciPy's own defines the function.
    """
    name, room = function.__name__, "scipy.special"
    if not isinstance(function, np.ufunc):
        room = ".".join(str(function.__module__).split(".")[:2])
    module: Any = sys.modules.get(room)
    if module is None or not room.startswith("scipy."):
        return None
    if isinstance(function, np.ufunc):
        for row in ROWS.values():
            if row.scipy and getattr(module, row.scipy, None) is function:
                return row
    if getattr(module, name, None) is not function:
        return None
    return BINDINGS.get(f"{room}.{name}")


def as_node(value: Any) -> Node:
    """The node of anything a rule may combine: a handle, a node, a number, an array."""
    if isinstance(value, Traced):
        return value.node
    if isinstance(value, Node):
        return value
    if isinstance(value, Traceable):
        raise CaptureError(
            f"a {type(value).__name__} reached a derivative rule; please report this, with the "
            "function"
        )
    return constant(value)
