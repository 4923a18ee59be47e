"""What the user's function holds instead of its numbers: true NumPy values, each with its node.

An `ArrayHandle` is a window on true memory, so values, views and aliasing are NumPy's own; its node is read off the buffer of
that memory. A `ScalarHandle` is a number that varies: immutable, as NumPy's scalars are. What does not vary comes out as a
plain number. Every way out of a handle is hooked: what is asked becomes a guard, what is lost is told.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import Node, constant, make
from steepest.graph.operation import BINDINGS, ROWS, Operation
from steepest.graph.traced import Traced
from steepest.sources.capture.guards import Said
from steepest.sources.capture.memory import Buffer, owner_of

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["ArrayHandle", "Handle", "ScalarHandle", "has_handle", "plain"]

Array = np.ndarray[Any, Any]


def plain(x: Any) -> Any:
    """The value itself, with every handle in it (in lists, tuples and dicts too) exchanged for its numbers."""
    if isinstance(x, Handle):
        return x._plain()
    if type(x) in (list, tuple):
        return type(x)(plain(i) for i in x)
    if type(x) is dict:
        return {k: plain(v) for k, v in x.items()}
    if type(x) is slice:
        return slice(plain(x.start), plain(x.stop), plain(x.step))
    return x


def has_handle(x: Any, depth: int = 6) -> bool:
    """Whether a value is a handle, or a list or tuple that holds one."""
    if isinstance(x, Handle):
        return True
    return bool(depth) and type(x) in (list, tuple) and any(has_handle(i, depth - 1) for i in x)


class Handle(Traced):
    """What both kinds share: NumPy's protocols, operators, methods and the ways out."""

    __slots__ = ("_trace",)
    _trace: Trace

    def _plain(self) -> Any:
        """The value, as NumPy has it."""
        raise NotImplementedError

    def _varies(self) -> bool:
        raise NotImplementedError

    def apply(self, row: Operation, args: Sequence[Any], params: dict[str, Any]) -> Any:
        """A row called by its own name, on handles."""
        return self._trace.combine(lambda *v: row.run(*v, **params), lambda *n: row(*n, **params), args, row.name)

    # ---- what it tells about itself
    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(np.shape(self._plain()))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.size(self._plain()))

    @property
    def dtype(self) -> np.dtype[Any]:
        found: np.dtype[Any] = self._plain().dtype
        return found

    @property
    def real(self) -> Any:
        return self

    @property
    def imag(self) -> Any:
        return np.zeros_like(self._plain())

    @property
    def T(self) -> Any:
        return np.transpose(self)  # type: ignore[call-overload]

    def __getattr__(self, name: str) -> Any:
        """Any other attribute of an ndarray: told as lost where it computes something of what varies."""
        if name == "__array_wrap__":  # NumPy's own Python asks for it, to give results the argument's type
            return lambda made, *context: made
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._plain(), name)
        if callable(found) and self._varies():
            self._trace.lose(f"the method .{name}() has no row")
        return found

    # ---- ways out
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self._varies():
            self._trace.lose("a value that varies was turned into a plain array (np.asarray or C code)")
        value = np.asarray(self._plain())
        return value.astype(dtype) if dtype is not None and value.dtype != dtype else np.array(value) if copy else value

    def __float__(self) -> float:
        if self._varies():
            self._trace.lose("a value that varies was turned into a Python float by C code")
        return float(self._plain())

    def __complex__(self) -> complex:
        if self._varies():
            self._trace.lose("a value that varies was turned into a complex number")
        return complex(self._plain())

    def __int__(self) -> int:
        value = int(self._plain())
        if self._varies() and not self._trace.closed:
            node = self.node
            whole = node if node.dtype.kind in "iu" else make(ROWS["cast"], (node,), dtype="<i8")
            self._trace.guard(whole, value, "it was turned into an integer")
        return value

    def __index__(self) -> int:
        value = operator.index(self._plain())
        if self._varies() and not self._trace.closed:
            self._trace.guard(self.node, value, "Python needed it as an integer")
        return value

    def __bool__(self) -> bool:
        value = bool(self._plain())
        if self._varies() and not self._trace.closed:
            node = self.node
            if node.dtype != bool:
                node = make(ROWS["not_equal"], (node, constant(np.zeros((), node.dtype))))
            self._trace.guard(node, value, "a condition asked for it")
        return value

    def _text(self, say: Callable[[Any], str]) -> str:
        """Text leaves the trace: the path is the one where the same thing is said."""
        said = say(self._plain())
        if self._varies() and not self._trace.closed:
            self._trace.guard(self.node, Said(say, said), "it was written as text")
        return said

    def __format__(self, spec: str) -> str:
        return self._text(lambda v: format(v, spec))

    def __repr__(self) -> str:
        return self._text(repr)

    def __str__(self) -> str:
        return self._text(str)

    def __reduce__(self) -> Any:
        if self._varies():
            self._trace.lose("a value that varies was pickled")
        return np.array, (np.asarray(self._plain()),)

    def __len__(self) -> int:
        return len(self._plain())

    def __contains__(self, x: Any) -> bool:
        return bool(np.any(self == x))

    def __round__(self, digits: int | None = None) -> Any:
        rounded = np.round(self, digits or 0)  # type: ignore[call-overload]
        return int(rounded) if digits is None else rounded

    def __floor__(self) -> int:
        return int(np.floor(self))  # type: ignore[call-overload]

    def __ceil__(self) -> int:
        return int(np.ceil(self))  # type: ignore[call-overload]

    def __trunc__(self) -> int:
        return int(self)

    # ---- NumPy's protocols
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from steepest.sources.capture.ufuncs import call_ufunc

        return call_ufunc(self._trace, ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from steepest.sources.capture.functions import call_function

        return call_function(self._trace, func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        from steepest.sources.capture.indexing import read

        return read(self, key)

    # ---- methods that need more than NumPy's function of the same name
    def reshape(self, *shape: Any, **named: Any) -> Any:
        shape = tuple(self._trace.fixed(s, "it is a shape") for s in shape)
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **named)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)  # type: ignore[call-overload]

    def flatten(self, order: Any = "C") -> Any:
        return np.ravel(self, order).copy()  # type: ignore[call-overload]

    def item(self, *at: Any) -> Any:
        if at:
            return self[at[0] if len(at) == 1 and type(at[0]) is tuple else at]
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return np.reshape(self, ())[()]  # type: ignore[call-overload]

    def conj(self) -> Any:
        return self

    conjugate = conj


def _method(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def method(self: Any, *args: Any, **named: Any) -> Any:
        return function(self, *args, **named)

    method.__name__ = name
    return method


for _name in (
    "sum", "prod", "max", "min", "mean", "var", "std", "any", "all", "argmax", "argmin", "argsort", "cumsum", "cumprod", "dot",
    "clip", "round", "trace", "take", "repeat", "diagonal", "swapaxes", "squeeze", "ravel", "searchsorted", "nonzero", "ptp",
):  # fmt: skip
    setattr(Handle, _name, _method(_name))


class ScalarHandle(Handle):
    """A number that varies. To `isinstance` it is what NumPy's own scalar is, so a float64 one is a `float`."""

    __slots__ = ("_node", "_value")

    def __init__(self, trace: Trace, value: Any, node: Node) -> None:
        self._trace = trace
        self._value = value
        self._node = node

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
        return self._trace.combine(lambda v: v.astype(dtype), lambda n: BINDINGS["cast"](n, dtype), (self,), "astype")

    def is_integer(self) -> bool:
        return bool(np.equal(np.rint(self), self))  # type: ignore[call-overload]

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "_node") and name != "_trace":
            raise AttributeError(f"'{type(self._value).__name__}' object attribute {name!r} is read-only")
        object.__setattr__(self, name, value)


class ArrayHandle(Handle):
    """A window on true memory, and the buffer of that memory."""

    __slots__ = ("_buffer", "_held")

    def __init__(self, trace: Trace, held: Array, buffer: Buffer) -> None:
        self._trace = trace
        self._held = held
        self._buffer = buffer

    @classmethod
    def fresh(cls, trace: Trace, block: Array, node: Node) -> ArrayHandle:
        """A handle on new memory that holds what `node` says."""
        buffer = trace.buffers[id(block)] = Buffer(block, node)
        return cls(trace, block, buffer)

    @property
    def node(self) -> Node:  # type: ignore[override]
        found = self._buffer.read(self._held)
        return constant(self._held) if found is None else found

    @property
    def __class__(self) -> Any:
        return np.ndarray

    @__class__.setter
    def __class__(self, other: Any) -> None:
        raise TypeError("the class of an array cannot be changed")

    def _plain(self) -> Any:
        return self._held

    def _varies(self) -> bool:
        return self._buffer.varies and not self._trace.closed

    @property
    def shape(self) -> tuple[int, ...]:
        return self._held.shape

    @shape.setter
    def shape(self, new: Any) -> None:
        self._held = self._held.view()
        self._held.shape = new

    @property
    def flat(self) -> Any:
        return self.ravel()

    @property
    def base(self) -> Any:
        return None if self._held.base is None else self._trace.enter(self._held.base)

    def window(self, held: Array) -> Any:
        """Another window on the same block, if it is one; None when NumPy has made new memory."""
        return ArrayHandle(self._trace, held, self._buffer) if owner_of(held) is self._buffer.block else None

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self._held)))

    def __setitem__(self, key: Any, value: Any) -> None:
        from steepest.sources.capture.indexing import write

        write(self, key, value)

    def written(self, value: Any) -> None:
        """Memory here has just been given what `value` says (a node-side value, or None: what does not vary)."""
        self._buffer.write(self._held, value)

    def astype(self, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True) -> Any:
        if not copy and self.dtype == np.dtype(dtype):
            return self
        new = self._trace.combine(
            lambda v: v.astype(dtype, order, casting), lambda n: BINDINGS["cast"](n, dtype), (self,), "astype"
        )
        return new

    def copy(self, order: Any = "C") -> Any:
        return self._trace.combine(lambda v: v.copy(order), lambda n: n, (self,), "copy")

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def tolist(self) -> Any:
        return [row.tolist() if isinstance(row, ArrayHandle) else row for row in self] if self.shape else self[()]

    def fill(self, value: Any) -> None:
        self[...] = value

    def sort(self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> None:
        self[...] = np.sort(self, axis)  # type: ignore[call-overload]

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        np.put(self, indices, values, mode)  # type: ignore[call-overload]

    def view(self, *how: Any, **named: Any) -> Any:
        """Another window on the same memory; read as another dtype, it cannot be followed."""
        seen = self._held.view(*how, **named)
        if seen.dtype == self.dtype and type(seen) is np.ndarray:
            return ArrayHandle(self._trace, seen, self._buffer)
        return self.__getattr__("view")(*how, **named)


# ---- operators: the value by Python's own operator, the node by the row -----------------------------------------------

_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "power", "matmul": "matmul", "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
_ALONE = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": np.invert}


def _rule(row: Any) -> Callable[..., Any]:
    if isinstance(row, str):
        return ROWS[row]
    from steepest.sources.capture.ufuncs import truth_rule

    return truth_rule(row)


def _binary(name: str, row: Any, swapped: bool) -> Callable[[Any, Any], Any]:
    do = getattr(operator, f"__{name}__")

    def method(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        if type(other) in (list, tuple):
            other = self._trace.as_array(other)
        args = (other, self) if swapped else (self, other)
        return self._trace.combine(do, _rule(row), args, f"the operator {name}")

    return method


def _in_place(name: str, row: Any) -> Callable[[Any, Any], Any]:
    do = getattr(operator, f"__i{name}__")

    def method(self: Any, other: Any) -> Any:
        trace = self._trace
        if type(other) in (list, tuple):
            other = trace.as_array(other)
        moving = not trace.closed and (self._varies() or trace.varies(other))
        made = trace.expressed(_rule(row), (self, other), f"the operator {name}=") if moving else None
        trace.about_to_write(self._buffer)
        do(self._held, other._plain() if isinstance(other, Handle) else other)
        self.written(trace.node_like(made, self._held))
        return self

    return method


def _alone(name: str, row: Any) -> Callable[[Any], Any]:
    do = getattr(operator, f"__{name}__")
    return lambda self: self._trace.combine(do, _rule(row), (self,), f"the operator {name}")


for _name, _row in _BINARY.items():
    setattr(Handle, f"__{_name}__", _binary(_name, _row, swapped=False))
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Handle, f"__r{_name}__", _binary(_name, _row, swapped=True))
        setattr(ArrayHandle, f"__i{_name}__", _in_place(_name, _row))
for _name, _row in _ALONE.items():
    setattr(Handle, f"__{_name}__", _alone(_name, _row))


def _divmod(self: Any, other: Any) -> Any:
    return self // other, self % other


def _rdivmod(self: Any, other: Any) -> Any:
    return other // self, other % self


Handle.__divmod__ = _divmod  # type: ignore[attr-defined]
Handle.__rdivmod__ = _rdivmod  # type: ignore[attr-defined]
