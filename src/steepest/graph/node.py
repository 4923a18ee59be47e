"""Nodes: what a function is, frozen. Equal nodes are one object, so `is` and `==` mean the same."""

from __future__ import annotations

import math
from _thread import RLock
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Rational
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import Operation, register

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = [
    "CONSTANT", "INPUT", "Node", "Origin", "born_at", "constant", "exactly", "fresh", "make",
    "variable",
]  # fmt: skip

Params = tuple[tuple[str, Any], ...]


class Origin:
    """Where a node came from: a line of the user's file, or a stretch of a typed formula."""

    __slots__ = ("file", "line", "text")

    def __init__(self, file: str, line: int, text: str = "") -> None:
        self.file, self.line, self.text = file, line, text

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class _Making:
    """The fields of a node, as long as they are filled in."""

    __slots__ = ("__weakref__", "args", "dtype", "op", "origin", "params", "shape", "weak")
    op: Operation
    args: tuple[Node, ...]
    params: Params
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    weak: bool
    origin: Origin | None


class Node(_Making):
    """One value of a function: an operation, its arguments, its static shape and dtype. Made by
    `make`, never changed.

    `weak` marks Python numbers, which take the precision of what they meet (NumPy's own rule).
    `origin` is the line of user code, or the place in a formula, that it came from; of equal nodes
    the first one's.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"a node is never changed; make another one instead of setting {name!r}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a node is not pickled by itself: pickle the Function it belongs to")

    def param(self, name: str) -> Any:
        """The parameter called `name` (an axis, a shape, an index...)."""
        for key, value in self.params:
            if key == name:
                return value
        raise KeyError(f"operation {self.op.name!r} has no parameter {name!r} here")

    @property
    def value(self) -> Any:
        """The number or array that a constant holds."""
        held = self.params[0][1] if self.op is CONSTANT else self.param("value")
        return held.value

    @property
    def exact(self) -> Fraction | None:
        """The rational number that a scalar constant means: 0.1 is 1/10, as typed; None for
        everything else.
        """
        return self.param("value").exact if self.op is CONSTANT else None

    @property
    def name(self) -> str:
        """The name of an input."""
        return str(self.param("name"))

    @property
    def real(self) -> bool:
        """Whether a derivative by this node can exist: its numbers are floating point."""
        return self.dtype.kind == "f"

    def __repr__(self) -> str:
        if self.op is CONSTANT:
            return f"constant({self.value!r})"
        if self.op is INPUT:
            return f"variable({self.name!r}, {self.shape}, {self.dtype})"
        inside = ", ".join(a.op.name if a.args else repr(a) for a in self.args)
        return f"<{self.op.name}({inside}) shape={self.shape} dtype={self.dtype}>"


_AS_WRITTEN: Any = object()


def _rational(value: Any) -> Fraction | None:
    """What a number means as it is written; None for what is no finite number."""
    from fractions import Fraction

    if np.shape(value) or np.result_type(value).kind not in "iuf":
        return None
    if isinstance(value, int) or np.result_type(value).kind in "iu":
        return Fraction(int(value))
    return Fraction(repr(float(value))) if math.isfinite(value) else None


class Held:
    """The value of a constant, comparable to the bit: 0.0 is not -0.0, 1 is not 1.0, and NaN equals
    itself.
    """

    __slots__ = ("_exact", "key", "value")

    def __init__(self, value: Any, exact: Any = _AS_WRITTEN) -> None:
        self.value = value
        self._exact = exact
        if isinstance(value, np.ndarray):
            small = value.nbytes <= 4096 and value.dtype != object
            self.key: Any = (value.dtype.str, value.shape, value.tobytes() if small else id(value))
        else:
            sign = math.copysign(1.0, value) if isinstance(value, float) else 0.0
            same = "nan" if value != value else value
            self.key = (type(value), same, sign, None if exact is _AS_WRITTEN else exact)

    @property
    def exact(self) -> Fraction | None:
        """The rational number that is meant: the shortest decimal that gives this one, if no other
        was said. Worked out when it is first asked for.
        """
        if self._exact is _AS_WRITTEN:
            self._exact = _rational(self.value)
        found: Fraction | None = self._exact
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class _Kept(ref["Node"]):
    """A node that is in the table of all nodes, for as long as anybody holds it."""

    __slots__ = ("key",)
    key: Any


_nodes: dict[Any, _Kept] = {}  # each under its operation, arguments and parameters
_lock = RLock()  # a node may be forgotten while another one is entered
_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def born_at(origin: Origin | None) -> Iterator[None]:
    """Give nodes made inside this block an origin: derivative nodes inherit the line of what they
    differentiate.
    """
    before = _origin.get()
    _origin.set(origin)
    try:
        yield
    finally:
        _origin.set(before)


def set_origin(origin: Origin | None) -> None:
    """What `born_at` does, without the block: for inner loops that restore it themselves."""
    _origin.set(origin)


def _intern(
    op: Operation,
    args: tuple[Node, ...],
    params: Params,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    weak: bool,
    origin: Origin | None,
    key: Any,
) -> Node:
    node: Any = _Making()
    node.op, node.args, node.params, node.shape, node.dtype, node.weak = (
        op, args, params, shape, dtype, weak,
    )  # fmt: skip
    node.origin = origin or _origin.get()
    node.__class__ = Node  # and from here on it is never changed
    kept = _Kept(node, _forget)
    kept.key = key
    with _lock:
        there = _nodes.get(key)
        other = None if there is None else there()
        if other is not None:  # made by another thread meanwhile
            return other
        _nodes[key] = kept
    made: Node = node
    return made


def _forget(kept: _Kept, nodes: dict[Any, _Kept] = _nodes, lock: RLock = _lock) -> None:
    """Take a node that nobody holds any more out of the table, unless an equal one is there.

    The table is an argument, since modules lose their names while the interpreter ends.
    """
    with lock:
        if nodes.get(kept.key) is kept:
            del nodes[kept.key]


def _known(key: Any) -> Node | None:
    """The node under this key, where somebody holds it."""
    kept = _nodes.get(key)
    return None if kept is None else kept()


def make(op: Operation, args: Sequence[Node], origin: Origin | None = None, **params: Any) -> Node:
    """Apply the row `op` to nodes: the node that says so, with its shape and dtype worked out.

    Raises ShapeError when the shapes do not fit, TypeError when the number of arguments is wrong.
    """
    args = tuple(args)
    listed: Params = tuple(sorted(params.items())) if params else ()
    key = (op, args, listed)
    found = _known(key)
    if found is not None:
        return found
    if op.arity is not None and len(args) != op.arity:
        raise TypeError(
            f"{op.name} takes {op.arity} argument{'s' * (op.arity != 1)}, but {len(args)} were "
            "given"
        )
    shape = op.shape(*[a.shape for a in args], **params)
    if op.dtype is not None:
        dtype = np.dtype(op.dtype(*args, **params))
    else:
        dtype = ufunc_dtype(op.run, tuple([_kind(a) if a.weak else a.dtype for a in args]))
    weak = op.elementwise and (bool(args) or op.family == "constant")
    for a in args:
        if not a.weak:
            weak = False
            break
    return _intern(op, args, listed, shape, dtype, weak, origin, key)


def _kind(node: Node) -> Any:
    return (
        (int if node.dtype.kind == "i" else float)
        if node.weak and node.dtype.kind in "if"
        else node.dtype
    )


FLOAT = np.dtype(np.float64)
_resolved: dict[Any, np.dtype[Any]] = {}


def ufunc_dtype(ufunc: Any, kinds: tuple[Any, ...]) -> np.dtype[Any]:
    """The dtype that a NumPy function gives for operands of these dtypes; `int` and `float` stand
    for Python's.
    """
    key = (ufunc, kinds)
    found = _resolved.get(key)
    if found is None:
        if all(isinstance(k, type) for k in kinds):
            # Python numbers only: they come out as NumPy's own default.
            kinds = tuple(np.dtype(k) for k in kinds)
        found = _resolved[key] = ufunc.resolve_dtypes((*kinds, None))[-1]
    return found


def real_dtype(*args: Node, **params: Any) -> np.dtype[Any]:
    """The dtype rule of rows that always give real numbers: float32 kept, integers promoted to
    float64.
    """
    strong = [a.dtype for a in args if not a.weak]
    found = np.result_type(*strong) if strong else np.dtype(np.float64)
    return found if found.kind == "f" else np.dtype(np.float64)


def common_dtype(*args: Node, **params: Any) -> np.dtype[Any]:
    """The dtype rule of rows that choose or move values: NumPy's promotion of all arguments."""
    kinds = [_kind(a)(0) if a.weak and a.dtype.kind in "if" else a.dtype for a in args]
    return np.result_type(*kinds)


def _no_values(*values: Any, **params: Any) -> Any:
    raise TypeError("an input or a constant has no operation to run")


INPUT = register(Operation(name="input", run=_no_values, arity=0, flat=True, family="leaf"))
CONSTANT = register(Operation(name="constant", run=_no_values, arity=0, flat=True, family="leaf"))


def variable(
    name: str, shape: tuple[int, ...] = (), dtype: Any = np.float64, origin: Origin | None = None
) -> Node:
    """An input of a function. The same name, shape and dtype always give the same node."""
    dtype = np.dtype(dtype)
    params: Params = (("dtype", dtype.str), ("name", name), ("shape", tuple(shape)))
    return _leaf(INPUT, params, tuple(shape), dtype, False, origin)


def fresh(
    name: str, shape: tuple[int, ...] = (), dtype: Any = np.float64, weak: bool = False
) -> Node:
    """An input that equals no other, whatever its name: a tangent, a captured array. `weak` for a
    Python number that is read anew.
    """
    dtype = np.dtype(dtype)
    params: Params = (
        ("dtype", dtype.str),
        ("mark", _Mark()),
        ("name", name),
        ("shape", tuple(shape)),
    )
    return _leaf(INPUT, params, tuple(shape), dtype, weak, None)


class _Mark:
    """Equal to itself alone."""

    __slots__ = ()


def _leaf(
    op: Operation,
    params: Params,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    weak: bool,
    origin: Origin | None,
) -> Node:
    key = (op, (), params)
    found = _known(key)
    return found if found is not None else _intern(op, (), params, shape, dtype, weak, origin, key)


def constant(value: Any, origin: Origin | None = None) -> Node:
    """A constant. Python numbers and fractions are weak (they take the precision of what they meet)
    and exact.

    A float means the shortest decimal that gives it, so `constant(0.1)` is one tenth when digits
    are asked for;
    a float that is pi or Euler's number to the last bit becomes that number.
    """
    if isinstance(value, (bool, np.bool_)):
        held = Held(np.bool_(value), None)
        return _leaf(CONSTANT, (("value", held),), (), np.dtype(bool), False, origin)
    if isinstance(value, float) and not isinstance(value, np.generic):
        return _leaf(CONSTANT, (("value", Held(value)),), (), FLOAT, True, origin)
    if isinstance(value, int):
        if abs(value) > 2**63 - 1:
            return exactly(value, origin)
        return _leaf(CONSTANT, (("value", Held(value)),), (), np.dtype(np.int64), True, origin)
    if isinstance(value, Rational) and not isinstance(value, np.generic):
        return exactly(value, origin)
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ShapeError(
            f"a constant of dtype {array.dtype} cannot take part in a derivative: it holds "
            f"{type(value).__name__}; give numbers (float, int or bool)"
        )
    array = array.copy()
    if array.shape:
        array.flags.writeable = False
    held = Held(array)
    return _leaf(CONSTANT, (("value", held),), array.shape, array.dtype, False, origin)


def exactly(value: Any, origin: Origin | None) -> Node:
    """A float that means exactly this number, whatever its decimals say."""
    try:
        near = float(value)
    except OverflowError:  # exact it stays; as a float it is beyond the largest
        near = math.inf if value > 0 else -math.inf
    written = value.denominator == 1 and abs(value.numerator) < 2**53
    if not written and math.isfinite(near):
        written = _rational(near) == value
    held = Held(near) if written else Held(near, value)
    return _leaf(CONSTANT, (("value", held),), (), FLOAT, True, origin)
