"""The methods of ufuncs that go through an array step by step: reduce, accumulate, reduceat, at.

Sums and products have rows of their own. Any other ufunc with a row is applied as often as NumPy
applies it, in NumPy's order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import REDUCTIONS, ROWS
from steepest.graph.traced import Traced, as_node
from steepest.operations.keys import normal_key
from steepest.sources.capture.handle import Handle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["accumulated", "at_places", "reduced", "segments"]

Rule = Callable[..., Any]
STEPS = 2_000  # so many applications of a ufunc may be written out one by one
SCANS = {np.add: "cumsum", np.multiply: "cumprod"}
# what changes nothing
NEUTRAL = {np.add: 0.0, np.multiply: 1.0, np.logical_or: False, np.logical_and: True}


def _few(count: int, what: str) -> None:
    if count > STEPS:
        raise NotDifferentiableError(f"{what} over more than {STEPS:,} elements has no row")


def reduced(trace: Trace, ufunc: Any, rule: Rule | None, x: Any, options: dict[str, Any]) -> Any:
    """`ufunc.reduce`; with `where=`, what is left out is exchanged for what changes nothing."""
    mask, first = options.pop("where", True), options.pop("initial", None)
    if mask is not True:
        nothing = NEUTRAL.get(ufunc, first)
        if nothing is None:
            raise NotDifferentiableError(f"np.{ufunc.__name__}.reduce with where= has no row")
        x = np.where(trace.lift(mask) if isinstance(mask, Handle) else mask, x, nothing)
    if first is not None and not x.size:
        shape = np.add.reduce(np.zeros(x.shape), **options).shape
        return np.broadcast_to(first * np.ones((), x.dtype), shape)
    if ufunc in REDUCTIONS:
        found = REDUCTIONS[ufunc](x, **options)
    elif ufunc in WHETHER:
        found = WHETHER[ufunc](x, axis=options["axis"], keepdims=options.get("keepdims", False))
    else:
        found = _folded(ufunc, rule, x, **options)
    return found if first is None else ufunc(found, first)


WHETHER = {np.logical_and: np.all, np.logical_or: np.any}


def _folded(ufunc: Any, rule: Rule | None, x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    if rule is None or isinstance(axis, tuple) or (axis is None and x.ndim > 1):
        raise NotDifferentiableError(f"np.{ufunc.__name__}.reduce over several axes has no row")
    if not x.ndim:
        return _alone(ufunc, rule, x)
    axis = (axis or 0) % x.ndim
    _few(x.shape[axis], f"np.{ufunc.__name__}.reduce")
    if not x.shape[axis]:
        raise NotDifferentiableError(f"np.{ufunc.__name__}.reduce of nothing has no row")
    lead = (slice(None),) * axis
    parts = [x[(*lead, i)] for i in range(x.shape[axis])]
    found = functools.reduce(rule, parts) if len(parts) > 1 else _alone(ufunc, rule, parts[0])
    return np.expand_dims(found, axis) if keepdims else found


def _alone(ufunc: Any, rule: Rule, x: Any) -> Any:
    """NumPy starts from what changes nothing, if there is such a number: hypot(0, −3) is 3."""
    return x if ufunc.identity is None else rule(ufunc.identity, x)


def accumulated(ufunc: Any, rule: Rule, x: Any, axis: int = 0) -> Any:
    """`ufunc.accumulate`."""
    if ufunc in SCANS:
        return getattr(np, SCANS[ufunc])(x, axis=axis)
    axis = axis % x.ndim
    _few(x.shape[axis], f"np.{ufunc.__name__}.accumulate")
    if not x.shape[axis]:
        return rule(x, x)
    lead = (slice(None),) * axis
    parts: list[Any] = []
    for i in range(x.shape[axis]):
        part = x[(*lead, i)]
        parts.append(part if not parts else rule(parts[-1], part))
    return np.stack(parts, axis)


def segments(ufunc: Any, rule: Rule, x: Any, places: Any, axis: int = 0) -> Any:
    """`ufunc.reduceat`: one reduction for each stretch between two places."""
    axis = axis % x.ndim
    if ufunc is np.add:
        return ROWS["add_reduceat"](x, places=tuple(int(i) for i in places), axis=axis)
    lead = (slice(None),) * axis
    length = x.shape[axis]
    _few(length, f"np.{ufunc.__name__}.reduceat")
    found = []
    for start, stop in zip(places, [*places[1:], length], strict=True):
        parts = range(int(start), int(stop)) if start < stop else [int(start)]
        found.append(functools.reduce(rule, (x[(*lead, i)] for i in parts)))
    return np.stack(found, axis)


def at_places(
    ufunc: Any, rule: Rule | None, x: Any, values: tuple[Any, ...], key: Any, shape: Any
) -> Any:
    """`ufunc.at(x, key, *values)`: repeated places count each time, one after the other."""
    normal, arrays = normal_key(key, x.shape)
    values = tuple(np.broadcast_to(Traced(as_node(v)), shape) for v in values)
    if ufunc in (np.add, np.subtract):
        (change,) = values
        change = change if ufunc is np.add else -change
        return x + ROWS["scatter_add"](change, *arrays, key=normal, shape=x.shape)
    if rule is None or any(isinstance(a, Traced) for a in arrays):
        raise NotDifferentiableError(f"np.{ufunc.__name__}.at has no row")
    numbers = np.arange(x.size).reshape(x.shape)[key].ravel()
    flat = np.reshape(x, (x.size,))
    parts = [np.reshape(v, (numbers.size,)) for v in values]
    for turn in _turns(numbers):
        there = numbers[turn]
        new = rule(flat[there], *(p[turn] for p in parts))
        normal, arrays = normal_key(there, flat.shape)
        flat = ROWS["put"](flat, new, *arrays, key=normal)
    return np.reshape(flat, x.shape)


def _turns(numbers: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """The places in rounds: in each round every place at most once, in their order."""
    seen: dict[int, int] = {}
    rounds: list[list[int]] = []
    for i, number in enumerate(numbers.tolist()):
        turn = seen.get(number, 0)
        seen[number] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(i)
    _few(len(rounds), "repeated places of a ufunc's .at")
    return [np.array(r, np.intp) for r in rounds]
