"""Nested values and the flat list inside them.

Numbers, arrays, lists, tuples, dicts and dataclasses, in and the same out.

A `Structure` is the nest without its numbers. It is what a gradient has in common with the point it
belongs to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.record import record, replaced

__all__ = ["Structure", "flatten", "floating", "promoted"]


@record(eq=True)
class Static:
    """Something in a nest that is no number (a name, None, a function).

    Kept as it is, equal by value where that is cheap.
    """

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Static):
            return False
        a, b = self.value, other.value
        return a is b or (type(a) is type(b) and isinstance(a, _PLAIN) and bool(a == b))

    def __hash__(self) -> int:
        return hash(
            (type(self.value), self.value if isinstance(self.value, _PLAIN) else id(self.value))
        )


_PLAIN = (str, bytes, bool, int, float, type(None), np.dtype)


@record(eq=True)
class Structure:
    """One level of a nest: its type, its keys, and the structure under each.

    A leaf has a shape and a dtype instead.

    Two structures are equal when a value of one could stand where a value of the other stands.
    """

    kind: (
        type | None
    )  # list, tuple, dict, a dataclass or a named tuple; None: a leaf or something static
    keys: tuple[Any, ...] = ()
    children: tuple[Structure, ...] = ()
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] | None = None  # None: not a leaf
    static: Static | None = None

    def __hash__(self) -> int:
        found: int | None = self.__dict__.get("hash")  # a nest of some size is asked often
        if found is None:
            parts = (self.kind, self.keys, self.children, self.shape, self.dtype, self.static)
            found = self.__dict__["hash"] = hash(parts)
        return found

    @property
    def is_leaf(self) -> bool:
        """Whether this is one number or one array."""
        return self.dtype is not None

    def leaves(self) -> Iterator[Structure]:
        """The leaves, in the order in which `flatten` lists them."""
        if self.is_leaf:
            yield self
        for child in self.children:
            yield from child.leaves()

    @property
    def lasting(self) -> bool:
        """Whether nothing in it can change: what is no number is a plain value."""
        plain = self.static is None or isinstance(self.static.value, _PLAIN)
        return plain and all(child.lasting for child in self.children)

    @property
    def count(self) -> int:
        """How many leaves there are."""
        return sum(1 for _ in self.leaves())

    @property
    def size(self) -> int:
        """How many numbers there are: the length of the flat vector."""
        return sum(_length(s.shape) for s in self.leaves())

    def names(self, root: str = "") -> list[str]:
        """What a user would write to reach each leaf: `w[0]`, `params["a"]`, `model.rate`."""
        if self.is_leaf:
            return [root]
        found: list[str] = []
        for key, child in zip(self.keys, self.children, strict=True):
            found += child.names(root + _access(self.kind, key))
        return found

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """The nest again, with these leaves. Raises ShapeError when their number does not fit."""
        rest = iter(leaves)
        try:
            made = self._build(rest)
        except StopIteration:
            made = rest
        if made is rest or next(rest, rest) is not rest:
            raise ShapeError(
                f"this structure has {self.count} leaves "
                f"({', '.join(self.names('x')) or 'none'}), but {len(leaves)} were given"
            )
        return made

    def _build(self, leaves: Iterator[Any]) -> Any:
        if self.dtype is not None:
            return next(leaves)
        if self.static is not None:
            return self.static.value
        parts = [
            next(leaves) if child.dtype is not None else child._build(leaves)
            for child in self.children
        ]
        assert self.kind is not None
        if self.kind is dict:
            return dict(zip(self.keys, parts, strict=True))
        if self.kind in (list, tuple):
            return self.kind(parts)
        if hasattr(self.kind, "_fields"):
            return self.kind(*parts)
        # a dataclass: its fields as they were, without running its __init__ again
        made: Any = object.__new__(self.kind)
        for key, part in zip(self.keys, parts, strict=True):
            object.__setattr__(made, key, part)
        return made

    def to_vector(self, leaves: Sequence[Any]) -> np.ndarray[Any, Any]:
        """All numbers in one flat vector, float64 (float32 if every leaf is), each leaf in C order.

        Raises ShapeError when a leaf has another shape than this structure says.
        """
        parts = []
        for name, mine, leaf in zip(self.names("x"), self.leaves(), leaves, strict=True):
            array = np.asarray(leaf)
            if array.shape != mine.shape:
                raise ShapeError(
                    f"{name} has shape {array.shape}, but this structure has shape {mine.shape} "
                    "there"
                )
            parts.append(array.ravel())
        dtype = np.result_type(np.float32, *(p.dtype for p in parts)) if parts else np.dtype(float)
        return np.concatenate(parts).astype(dtype, copy=False) if parts else np.empty(0)

    def from_vector(self, vector: Any) -> list[Any]:
        """The leaves out of one flat vector, each in its own shape and dtype.

        Scalars as NumPy scalars.

        Raises ShapeError when the length does not fit.
        """
        flat = np.asarray(vector).ravel()
        if flat.size != self.size:
            raise ShapeError(
                f"a vector of length {flat.size} was given for a structure of {self.size} "
                f"numbers ({', '.join(self.names('x'))})"
            )
        leaves, start = [], 0
        for leaf in self.leaves():
            stop = start + _length(leaf.shape)
            dtype = leaf.dtype if leaf.dtype is not None and leaf.dtype.kind == "f" else flat.dtype
            leaves.append(flat[start:stop].reshape(leaf.shape).astype(dtype)[()])
            start = stop
        return leaves


def _length(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


def _access(kind: type | None, key: Any) -> str:
    if kind in (list, tuple):
        return f"[{key}]"
    if kind is dict:
        return f'["{key}"]' if isinstance(key, str) else f"[{key!r}]"
    return f".{key}"


def flatten(value: Any) -> tuple[list[Any], Structure]:
    """The numbers and arrays inside `value`, as they are, and the structure they stand in.

    Lists, tuples, named tuples, dicts (in their own order) and dataclasses are nests; numbers and
    arrays of numbers are leaves; everything else (text, None, True, functions, other objects)
    belongs to the structure.

    >>> leaves, structure = flatten({"a": 1.5, "b": [2.0, 3.0]})
    >>> leaves
    [1.5, 2.0, 3.0]
    >>> structure.names("params")
    ['params["a"]', 'params["b"][0]', 'params["b"][1]']
    >>> structure.unflatten([10.0, 20.0, 30.0])
    {'a': 10.0, 'b': [20.0, 30.0]}

    Raises ShapeError for complex numbers, arrays of objects, and structures that contain
    themselves.
    """
    leaves: list[Any] = []
    return leaves, _flatten(value, leaves, "", [])


NUMBER = Structure(None, dtype=np.dtype(float))


def _flatten(value: Any, leaves: list[Any], at: str, above: list[int]) -> Structure:
    if type(value) is float or type(value) is np.float64:
        leaves.append(value)
        return NUMBER
    keyed = _entries(value)
    if keyed is not None:
        if id(value) in above:
            raise ShapeError(f"the structure contains itself at x{at}; give one that ends")
        kind, keys, parts = keyed
        inside = [*above, id(value)]
        children = tuple(
            _flatten(p, leaves, at + _access(kind, k), inside)
            for k, p in zip(keys, parts, strict=True)
        )
        return Structure(kind, tuple(keys), children)
    if isinstance(value, (np.ndarray, np.number)):
        dtype, shape = value.dtype, value.shape
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        dtype, shape = np.dtype(float if isinstance(value, float) else np.int64), ()
    elif isinstance(value, complex):
        dtype, shape = np.dtype(complex), ()
    else:
        return Structure(None, static=Static(value))
    if dtype.kind not in "fiub":
        what = "complex numbers" if dtype.kind == "c" else f"dtype {dtype}"
        raise ShapeError(f"x{at} holds {what}, and slopes are taken over real numbers; give floats")
    leaves.append(value)
    return Structure(None, shape=tuple(shape), dtype=dtype)


def _entries(value: Any) -> tuple[type, Sequence[Any], Sequence[Any]] | None:
    """A nest as (type, keys, parts); None for everything else."""
    kind = type(value)
    if kind is dict:
        return dict, list(value), list(value.values())
    if kind in (list, tuple):
        return kind, range(len(value)), value
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return kind, kind._fields, value
    if hasattr(kind, "__dataclass_fields__"):
        from dataclasses import fields

        keys = [f.name for f in fields(value)]
        return kind, keys, [getattr(value, k) for k in keys]
    return None


def promoted(leaf: Any) -> Any:
    """A leaf as the floating-point value that slopes are taken at: a copy.

    Float32 and float64 kept, integers to float64.
    """
    array = np.array(leaf)
    return array.astype(array.dtype if array.dtype in (np.float32, np.float64) else np.float64)[()]


def floating(structure: Structure) -> Structure:
    """The structure of the same nest of floating-point numbers."""
    if structure.is_leaf:
        if structure.dtype in (np.float32, np.float64):
            return structure
        return replaced(structure, dtype=np.dtype(float))
    return replaced(structure, children=tuple(floating(c) for c in structure.children))
