"""Dictionaries of rows that are filled in stages.

Importing `steepest.operations` enters the rows that most formulas of numbers need. When something
is asked for that is not among these, the others are entered, a module at a time and the rows in
common use first, until it is there; when all are asked for, all of them. Whoever starts a program
for one gradient does not wait for matrices, nor for Bessel functions.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values

__all__ = ["Registry"]

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class Registry(dict[K, V]):
    """A dictionary of rows, or of something that leads to rows; it reads as if it were complete."""

    __slots__ = ()

    def __missing__(self, key: K) -> V:
        for _ in _stages():
            if dict.__contains__(self, key):
                return dict.__getitem__(self, key)
        raise KeyError(key)

    @overload
    def get(self, key: K, default: None = None) -> V | None: ...
    @overload
    def get(self, key: K, default: V) -> V: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: Any, default: Any = None) -> Any:
        """What is under the key, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        if dict.__contains__(self, key):
            return True
        return any(dict.__contains__(self, key) for _ in _stages())

    def __iter__(self) -> Iterator[K]:
        _complete()
        return dict.__iter__(self)

    def __len__(self) -> int:
        _complete()
        return dict.__len__(self)

    def keys(self) -> dict_keys[K, V]:
        """All keys."""
        _complete()
        return dict.keys(self)

    def values(self) -> dict_values[K, V]:
        """All values."""
        _complete()
        return dict.values(self)

    def items(self) -> dict_items[K, V]:
        """All pairs of a key and its value."""
        _complete()
        return dict.items(self)

    entered = dict.get  # what has been entered under a key until now; nothing is loaded to find it

    def so_far(self) -> list[V]:
        """What has been entered until now."""
        return list(dict.values(self))


# The modules of rows that wait, in their order: each enters those before it, too.
_waiting = dict.fromkeys((
    "choose", "hyperbolic", "shape", "linear", "scans", "reductions", "order", "products", "seldom",
))  # fmt: skip


def _stages() -> Iterator[None]:
    """Enter the rows that wait, stage after stage."""
    for name in tuple(_waiting):
        importlib.import_module(f"steepest.operations.{name}")
        _waiting.pop(name, None)  # a miss does not come here again
        yield


def _complete() -> None:
    for _ in _stages():
        pass
