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
from steepest.graph.operation import FLOAT, Operation, register, ufunc_dtype

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

    __slots__ = ("__weakref__", "args", "dtype", "op", "origin", "params", "shape", "sort", "weak")
    op: Operation
    args: tuple[Node, ...]
    params: Params
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    weak: bool
    sort: Sort | None
    origin: Origin | None


class Sort:
    """A dtype of single numbers, weak or not: one object for each, so that what an elementwise row
    makes of such numbers is worked out once.
    """

    __slots__ = ("dtype", "weak")

    def __init__(self, dtype: np.dtype[Any], weak: bool) -> None:
        self.dtype, self.weak = dtype, weak


class Node(_Making):
    """One value of a function: an operation, its arguments, its static shape and dtype. Made by
    `make`, never changed.

    `weak` marks Python numbers, which take the precision of what they meet (NumPy's own rule).
    `sort` is the dtype and weakness of a single number, None for an array.
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


_nodes: dict[Any, _Kept] = {}  # each under what tells it from all others
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


set_origin = _origin.set  # what `born_at` does, for inner loops that restore it themselves


_sorts: dict[tuple[np.dtype[Any], bool], Sort] = {}
_made: dict[tuple[Any, ...], Sort] = {}  # a row and the sorts of its arguments -> its result's


def _sort_of(shape: tuple[int, ...], dtype: np.dtype[Any], weak: bool) -> Sort | None:
    if shape:
        return None
    return _sorts.get((dtype, weak)) or _sorts.setdefault((dtype, weak), Sort(dtype, weak))


def _intern(
    op: Operation,
    args: tuple[Node, ...],
    params: Params,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    weak: bool,
    sort: Sort | None,
    origin: Origin | None,
    key: Any,
) -> Node:
    node: Any = _Making()
    node.op, node.args, node.params, node.shape, node.dtype, node.weak, node.sort = (
        op, args, params, shape, dtype, weak, sort,
    )  # fmt: skip
    node.origin = origin or _origin.get()
    node.__class__ = Node  # and from here on it is never changed
    kept = _Kept(node, _forget)
    kept.key = key
    with _lock:
        there = _nodes.setdefault(key, kept)
        if there is not kept:
            other = there()
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


def make(op: Operation, args: Sequence[Node], origin: Origin | None = None, **params: Any) -> Node:
    """Apply the row `op` to nodes: the node that says so, with its shape and dtype worked out.

    Raises ShapeError when the shapes do not fit, TypeError when the number of arguments is wrong.
    """
    args = tuple(args)
    listed: Params = tuple(sorted(params.items())) if params else ()
    key = (op, args, listed)
    kept = _nodes.get(key)
    found = None if kept is None else kept()
    if found is not None:
        return found
    of_numbers = (op, *[a.sort for a in args])
    known = None if listed else _made.get(of_numbers)
    if known is not None:
        return _intern(op, args, (), (), known.dtype, known.weak, known, origin, key)
    if op.arity is not None and len(args) != op.arity:
        raise TypeError(
            f"{op.name} takes {op.arity} argument{'s' * (op.arity != 1)}, but {len(args)} were "
            "given"
        )
    shape = op.shape(*[a.shape for a in args], **params)
    if op.dtype is not None:
        dtype = np.dtype(op.dtype(*args, **params))
    else:
        dtype = ufunc_dtype(op.run, args)
    weak = op.elementwise and (bool(args) or op.family == "constant")
    for a in args:
        if not a.weak:
            weak = False
            break
    sort = _sort_of(shape, dtype, weak)
    if sort is not None and op.elementwise and not listed and None not in of_numbers:
        _made[of_numbers] = sort
    return _intern(op, args, listed, shape, dtype, weak, sort, origin, key)


def _no_values(*values: Any, **params: Any) -> Any:
    raise TypeError("an input or a constant has no operation to run")


INPUT = register(Operation(name="input", run=_no_values, arity=0, flat=True, family="leaf"))
CONSTANT = register(Operation(name="constant", run=_no_values, arity=0, flat=True, family="leaf"))


def variable(
    name: str, shape: tuple[int, ...] = (), dtype: Any = FLOAT, origin: Origin | None = None
) -> Node:
    """An input of a function. The same name, shape and dtype always give the same node."""
    shape, dtype = tuple(shape), np.dtype(dtype)
    params: Params = (("dtype", dtype.str), ("name", name), ("shape", shape))
    return _leaf(INPUT, params, shape, dtype, False, origin, params)


def fresh(name: str, shape: tuple[int, ...] = (), dtype: Any = FLOAT, weak: bool = False) -> Node:
    """An input that equals no other, whatever its name: a tangent, a captured array. `weak` for a
    Python number that is read anew.
    """
    shape, dtype, mark = tuple(shape), np.dtype(dtype), _Mark()
    params: Params = (("dtype", dtype.str), ("mark", mark), ("name", name), ("shape", shape))
    return _leaf(INPUT, params, shape, dtype, weak, None, mark)


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
    mark: Any,
) -> Node:
    """The input or constant that its `mark` tells from all others."""
    key = (op, mark)
    kept = _nodes.get(key)
    found = None if kept is None else kept()
    if found is not None:
        return found
    return _intern(op, (), params, shape, dtype, weak, _sort_of(shape, dtype, weak), origin, key)


def _constant(held: Held, weak: bool, origin: Origin | None, dtype: Any, *shape: int) -> Node:
    return _leaf(CONSTANT, (("value", held),), shape, dtype, weak, origin, held.key)


def constant(value: Any, origin: Origin | None = None) -> Node:
    """A constant. Python numbers and fractions are weak (they take the precision of what they meet)
    and exact.

    A float means the shortest decimal that gives it, so `constant(0.1)` is one tenth when digits
    are asked for;
    a float that is pi or Euler's number to the last bit becomes that number.
    """
    if isinstance(value, (bool, np.bool_)):
        return _constant(Held(np.bool_(value), None), False, origin, np.dtype(bool))
    if isinstance(value, float) and not isinstance(value, np.generic):
        return _constant(Held(value), True, origin, FLOAT)
    if isinstance(value, int):
        if abs(value) > 2**63 - 1:
            return exactly(value, origin)
        return _constant(Held(value), True, origin, np.dtype(np.int64))
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
    return _constant(Held(array), False, origin, array.dtype, *array.shape)


def exactly(value: Any, origin: Origin | None) -> Node:
    """A float that means exactly this number, whatever its decimals say."""
    if type(value) is int and -(2**53) < value < 2**53:
        return _constant(Held(float(value)), True, origin, FLOAT)
    try:
        near = float(value)
    except OverflowError:  # exact it stays; as a float it is beyond the largest
        near = math.inf if value > 0 else -math.inf
    written = math.isfinite(near) and _rational(near) == value
    held = Held(near) if written else Held(near, value)
    return _constant(held, True, origin, FLOAT)
