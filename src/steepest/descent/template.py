"""The outline of a start (a number, an array, a dict ...) as JSON, so that a saved walk has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["drawn", "outlined"]


def outlined(value: Any) -> tuple[Any, list[float]] | None:
    """(outline, leaves) of a start built from numbers, arrays, dicts, lists and tuples.

    None for anything else, such as a class of the user's own.

    >>> outlined({"w": np.array([1.0, 2.0]), "b": 0.5})
    ({'dict': {'w': {'array': [2]}, 'b': {'number': 'float'}}}, [1.0, 2.0, 0.5])
    """
    leaves: list[float] = []
    outline = _outline(value, leaves)
    return None if outline is None else (outline, leaves)


def _outline(value: Any, leaves: list[float]) -> Any:
    if isinstance(value, (int, float, np.number)) and np.isrealobj(value):
        leaves.append(float(value))
        return {"number": "float"}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        leaves.extend(value.ravel().tolist())
        return {"array": list(value.shape)}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        inner = {key: _outline(part, leaves) for key, part in value.items()}
        return None if None in inner.values() else {"dict": inner}
    if type(value) in (list, tuple):
        parts = [_outline(part, leaves) for part in value]
        return None if None in parts else {type(value).__name__: parts}
    return None


def drawn(outline: Any, leaves: Any) -> Any:
    """The start again.

    >>> drawn({"dict": {"w": {"array": [2]}, "b": {"number": "float"}}}, [1.0, 2.0, 0.5])
    {'w': array([1., 2.]), 'b': 0.5}
    """
    return _draw(outline, iter(leaves))


def _draw(outline: Any, leaves: Iterator[float]) -> Any:
    ((kind, inner),) = outline.items()
    if kind == "number":
        return float(next(leaves))
    if kind == "array":
        size = int(np.prod(inner, dtype=np.int64))
        return np.array([next(leaves) for _ in range(size)], dtype=np.float64).reshape(inner)
    if kind == "dict":
        return {key: _draw(part, leaves) for key, part in inner.items()}
    parts = [_draw(part, leaves) for part in inner]
    return tuple(parts) if kind == "tuple" else parts
