"""What the user's function holds instead of its numbers: true NumPy values, each with its node.

Two kinds share what stands here: windows on memory (`arrays`) and numbers that vary (`scalars`).
What does not vary comes out as a plain number. Every way out of a handle is hooked: what is asked
becomes a guard, what is lost is told.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import constant, make
from steepest.graph.operation import ROWS, Operation
from steepest.graph.traced import Traced
from steepest.sources.capture.guards import Said

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["Handle", "has_handle", "is_complex", "is_strange", "plain"]

Array = np.ndarray[Any, Any]


def plain(x: Any) -> Any:
    """The value itself: every handle, in lists, tuples and dicts too, exchanged for its numbers."""
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


def is_complex(value: Any) -> bool:
    """Whether there are complex numbers in a result, which may be several arrays."""
    if isinstance(value, tuple):
        return any(map(is_complex, value))
    return isinstance(value, (np.ndarray, np.generic, complex)) and np.iscomplexobj(value)


def is_strange(x: Any) -> bool:
    """Whether a value is one that no row takes: an object, or an array of objects."""
    if type(x) is np.ndarray:  # no handle
        return bool(x.dtype == object)
    return not isinstance(x, Handle) and type(x).__module__.partition(".")[0] not in (
        "builtins",
        "numpy",
        "steepest",
    )


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
        return self._trace.combine(
            lambda *v: row.run(*v, **params), lambda *n: row(*n, **params), args, row.name
        )

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
        return self._trace.adopt(np.zeros_like(self._plain()))

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __getattr__(self, name: str) -> Any:
        """Any other attribute of an ndarray.

        Told as lost where it computes something of what varies.
        """
        if (
            name == "__array_wrap__"
        ):  # NumPy's own Python asks for it, to give results the argument's type
            return lambda made, *context: made
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._plain(), name)
        return self._lost(name, found) if callable(found) else found

    def _lost(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """A method that only NumPy knows: what varies on the way in is lost."""

        def called(*args: Any, **named: Any) -> Any:
            if self._varies() or any(map(self._trace.varies, (*args, *named.values()))):
                self._trace.lose(f"the method .{name}() has no row")
            return self._trace.adopt(method(*plain(args), **plain(named)))

        return called

    # ---- ways out
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self._varies():
            self._trace.lose(
                "a value that varies was turned into a plain array (np.asarray or C code)"
            )
        value = np.asarray(self._plain())
        return (
            value.astype(dtype)
            if dtype is not None and value.dtype != dtype
            else np.array(value)
            if copy
            else value
        )

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
        rounded = np.round(self, digits or 0)
        return int(rounded) if digits is None else rounded

    def __floor__(self) -> int:
        return int(np.floor(self))

    def __ceil__(self) -> int:
        return int(np.ceil(self))

    def __trunc__(self) -> int:
        return int(self)

    # ---- NumPy's protocols
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from steepest.sources.capture.ufuncs import call_ufunc

        return call_ufunc(self._trace, ufunc, method, inputs, kwargs)

    def __array_function__(
        self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        from steepest.sources.capture.functions import call_function

        return call_function(self._trace, func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        from steepest.sources.capture.indexing import read

        return read(self, key)

    # ---- methods that need more than NumPy's function of the same name
    def reshape(self, *shape: Any, **named: Any) -> Any:
        shape = tuple(self._trace.fixed(s, "it is a shape") for s in shape)
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **named)

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def flatten(self, order: Any = "C") -> Any:
        return np.ravel(self, order).copy()

    def item(self, *at: Any) -> Any:
        if at:
            return self[at[0] if len(at) == 1 and type(at[0]) is tuple else at]
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return np.reshape(self, ())[()]

    def compress(self, condition: Any, axis: Any = None, out: Any = None) -> Any:
        return np.compress(condition, self, axis, out)

    def clip(self, min: Any = None, max: Any = None, out: Any = None, **named: Any) -> Any:
        return np.clip(self, min, max, out=out, **named)

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
    "sum", "prod", "max", "min", "mean", "var", "std", "any", "all", "argmax", "argmin", "argsort",
    "cumsum", "cumprod", "dot", "round", "trace", "take", "repeat", "diagonal", "swapaxes",
    "squeeze", "ravel", "searchsorted", "nonzero", "ptp", "choose", "argpartition",
):  # fmt: skip
    setattr(Handle, _name, _method(_name))
