"""Rewrites of the graph that runs: only such as keep every bit of every value.

x·1, x/1, x − 0, −(−x), x¹ and movements that move nothing disappear; arithmetic on exact constants
is done when its float result is the exact one; a + (−b) is a − b; a value is not repeated along new
axes for an operation that does so by itself. What a person reads is rewritten elsewhere
(`identities`), by laws of real numbers.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from steepest.graph.node import CONSTANT, Node, constant, make
from steepest.graph.operation import ROWS
from steepest.graph.traverse import replace, topological

__all__ = ["running"]

WHOLE = 2.0**26  # sums and products of two whole numbers below this are exact
SMALL = 4096  # bytes: constants up to this size are moved at once


def running(outputs: Sequence[Node], of: Iterable[Node] = ()) -> list[Node]:
    """The same values, bit for bit, from fewer operations.

    What the nodes `of` are made of stays as it is: a derivative shares it with its function, which
    is computed anyway.
    """
    return beside(outputs, topological(of))


def beside(outputs: Sequence[Node], kept: Iterable[Node]) -> list[Node]:
    """What `running` does, beside nodes that are `kept` together with all that they depend on."""
    return replace(outputs, {n: n for n in kept}, rebuild=_rebuild)


def _rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    if not args:
        return node
    name = node.op.name
    shorter = _SHORTER.get(name)
    if name in _BROADCASTING:
        once = _once(node, args) if node.shape else None
        if once is not None and (once.dtype, once.weak) == (node.dtype, node.weak):
            return once
        for a in args:
            if a.op.name == "broadcast_to":
                args = _unrepeated(node, args)
                break
    if shorter is not None:
        found = shorter(node, args)
        if found is not None and found.shape == node.shape:
            found = _as_typed(found, node)
            if (found.dtype, found.weak) == (node.dtype, node.weak):
                return found
    if args == node.args:
        return node
    return make(node.op, args, node.origin, **dict(node.params))


def _unrepeated(node: Node, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """The arguments without `broadcast_to` where the operation gives the same without it."""
    for i, a in enumerate(args):
        if a.op.name == "broadcast_to":
            fewer = (*args[:i], a.args[0], *args[i + 1 :])
            found = make(node.op, fewer, node.origin, **dict(node.params))
            if (found.shape, found.dtype, found.weak) == (node.shape, node.dtype, node.weak):
                args = fewer
    return args


def _once(node: Node, args: tuple[Node, ...]) -> Node | None:
    """What is done alike to one number repeated is done once, and then repeated."""
    single = [a.args[0] if a.op.name == "broadcast_to" else a for a in args]
    if any(a.shape != () for a in single):
        return None
    found = _rebuild(make(node.op, single, node.origin, **dict(node.params)), tuple(single))
    return make(ROWS["broadcast_to"], (found,), shape=node.shape)


def _as_typed(found: Node, node: Node) -> Node:
    """A Python number in the dtype that the node it stands for had: it takes the precision of what
    it met.
    """
    if (
        found.op is not CONSTANT
        or not found.weak
        or (found.dtype, found.weak) == (node.dtype, node.weak)
    ):
        return found
    if not node.weak:
        return constant(np.asarray(found.value, node.dtype))
    if type(found.value) is int and abs(found.value) < WHOLE:
        return constant(float(found.value))  # where the node is one of ints, found has its type
    if found.exact is None:
        return found
    whole = node.dtype.kind == "i" and found.exact.denominator == 1
    return constant(int(found.exact) if whole else found.exact)  # an int where a float was


def is_number(node: Node, value: float) -> bool:
    """Whether a node is the scalar constant `value` (0 means 0.0, not -0.0)."""
    if node.op is not CONSTANT or node.shape != ():
        return False
    held = float(node.value)
    return held == value and math.copysign(1.0, held) == math.copysign(1.0, value)


def _fold(node: Node, args: tuple[Node, ...], run: Callable[..., Any]) -> Node | None:
    """Exact arithmetic on Python numbers, when the float result means exactly the same number."""
    for a in args:
        if a.op is not CONSTANT or not a.weak:
            return None
    near = [a.value for a in args]
    if all(type(n) in (int, float) and abs(n) < WHOLE and n == int(n) for n in near):
        found = run(*map(float, near))
        return constant(found) if found or math.copysign(1.0, found) > 0 else None
    numbers = [a.exact for a in args]
    if any(q is None for q in numbers):
        return None
    try:
        exact = run(*numbers)
        if exact is None:
            return None
        with np.errstate(all="ignore"):  # an overflow is a finding here: then nothing is folded
            value = float(node.op.run(*(float(a.value) for a in args)))  # -0.0 stays -0.0
    except (OverflowError, ZeroDivisionError):
        return None
    if not math.isfinite(value) or (exact == 0 and math.copysign(1.0, value) < 0):
        return None
    found = constant(value)
    return found if found.exact == exact else None


def _multiply(node: Node, args: tuple[Node, ...]) -> Node | None:
    a, b = args
    held = [(one, other) for one, other in ((a, b), (b, a)) if one.op is CONSTANT]
    for one, other in held:
        if is_number(one, 1.0):
            return other
    for one, other in held:
        if is_number(one, -1.0) and other.real:
            return make(ROWS["negative"], (other,), node.origin)
    return _fold(node, args, operator.mul)


def _divide(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0] if is_number(args[1], 1.0) else None


def _subtract(node: Node, args: tuple[Node, ...]) -> Node | None:
    a, b = args
    if is_number(b, 0.0):
        return a
    if b.op.name == "negative" and b.real:
        return make(ROWS["add"], (a, b.args[0]), node.origin)
    return _fold(node, args, operator.sub)


def _add(node: Node, args: tuple[Node, ...]) -> Node | None:
    for a, b in (args, args[::-1]):
        if b.op.name == "negative" and b.real:
            return make(ROWS["subtract"], (a, b.args[0]), node.origin)
    return _fold(node, args, operator.add)


def _power(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0] if is_number(args[1], 1.0) else None


def _negative(node: Node, args: tuple[Node, ...]) -> Node | None:
    (a,) = args
    if a.op.name == "negative":
        return a.args[0]
    return _fold(node, args, operator.neg)


def _no_movement(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0]  # kept only if shape and dtype are unchanged, as `_rebuild` checks


def _moved(node: Node, args: tuple[Node, ...]) -> Node | None:
    """A movement of a small constant array, done at once."""
    held = [a for a in args if a.op is CONSTANT and not a.weak and a.value.nbytes <= SMALL]
    if len(held) < len(args) or 8 * math.prod(node.shape) > SMALL:
        return None
    return constant(np.asarray(node.op.run(*(a.value for a in held), **dict(node.params))))


def _reshape(node: Node, args: tuple[Node, ...]) -> Node | None:
    (a,) = args
    if a.shape == node.shape:
        return a
    if a.op.name == "reshape":
        (inner,) = a.args
        return inner if inner.shape == node.shape else make(node.op, (inner,), shape=node.shape)
    return _moved(node, args)


def _transpose(node: Node, args: tuple[Node, ...]) -> Node | None:
    (a,) = args
    if a.op.name != "transpose":
        return _moved(node, args)
    first = a.param("axes")
    axes = tuple(first[i] for i in node.param("axes"))
    (inner,) = a.args
    return inner if axes == tuple(range(len(axes))) else make(node.op, (inner,), axes=axes)


def _broadcast(node: Node, args: tuple[Node, ...]) -> Node | None:
    """Repeated once, and from as few axes as there are."""
    (a,) = args
    if a.shape == node.shape:
        return a
    if a.op.name in ("broadcast_to", "reshape"):
        (inner,) = a.args
        lead = len(a.shape) - len(inner.shape)
        new_axes = lead >= 0 and a.shape == (1,) * lead + inner.shape
        if a.op.name == "broadcast_to" or new_axes:
            return make(node.op, (inner,), shape=node.shape)
    return None


def _index(node: Node, args: tuple[Node, ...]) -> Node | None:
    """An element of what was stacked is what was put there, and any of one number is that."""
    a, key = args[0], node.param("key")
    if a.op.name == "broadcast_to" and a.args[0].shape == ():
        return make(ROWS["broadcast_to"], a.args, shape=node.shape)
    if a.op.name != "stack" or len(args) > 1 or any(k is None for k in key):
        return _moved(node, args)
    from steepest.operations.keys import is_whole

    axis = a.param("axis")
    others = (*key[:axis], *key[axis + 1 :])
    alone = type(key[axis]) is int and is_whole(others, a.args[0].shape)
    return a.args[int(key[axis])] if alone else None


def _not(node: Node, args: tuple[Node, ...]) -> Node | None:
    """Not equal, in one operation: true for a NaN in both ways of saying it."""
    (a,) = args
    other = {"equal": "not_equal", "not_equal": "equal"}.get(a.op.name)
    return None if other is None else make(ROWS[other], a.args, node.origin)


def _where(node: Node, args: tuple[Node, ...]) -> Node | None:
    condition, a, b = args
    if a is b:
        return a
    if condition.op is CONSTANT and np.all(condition.value):
        return a
    if condition.op is CONSTANT and not np.any(condition.value):
        return b
    return None


_SHORTER: dict[str, Callable[[Node, tuple[Node, ...]], Node | None]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
    "negative": _negative,
    "where": _where,
    "positive": _no_movement,
    "broadcast_to": _broadcast,
    "reshape": _reshape,
    "transpose": _transpose,
    "index": _index,
    "winners": _moved,
    "logical_not": _not,
    "cast": _no_movement,
}

# Elementwise rows whose results are rounded once, in whatever order a machine takes the elements.
_BROADCASTING = {
    "add", "subtract", "multiply", "divide", "where", "where_moving", "less", "less_equal",
    "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
}  # fmt: skip
