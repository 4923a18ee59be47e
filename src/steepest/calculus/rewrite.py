"""Rewrites of the graph that runs: only such as keep every bit of every value.

x·1, x/1, x − 0, −(−x), x¹ and movements that move nothing disappear; arithmetic on exact constants
is done when its float result is the exact one. What a person reads is rewritten elsewhere
(`identities`), by laws of real numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from steepest.graph.node import CONSTANT, Node, constant, make
from steepest.graph.traverse import replace

__all__ = ["running"]


def running(outputs: Sequence[Node]) -> list[Node]:
    """The same values, bit for bit, from fewer operations."""
    return replace(outputs, {}, rebuild=_rebuild)


def _rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    if not args:
        return node
    shorter = _SHORTER.get(node.op.name)
    if shorter is not None:
        found = shorter(node, args)
        if found is not None and found.shape == node.shape:
            found = _as_typed(found, node)
            if (found.dtype, found.weak) == (node.dtype, node.weak):
                return found
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    return make(node.op, args, node.origin, **dict(node.params))


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
    return found if found.exact is None else constant(found.exact)  # an int where a float was


def is_number(node: Node, value: float) -> bool:
    """Whether a node is the scalar constant `value` (0 means 0.0, not -0.0)."""
    if node.op is not CONSTANT or node.shape != ():
        return False
    held = float(node.value)
    return held == value and math.copysign(1.0, held) == math.copysign(1.0, value)


def _fold(node: Node, args: tuple[Node, ...], run: Callable[..., Fraction | None]) -> Node | None:
    """Exact arithmetic on Python numbers, when the float result means exactly the same number."""
    if not all(a.weak for a in args):
        return None
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
    if (
        not math.isfinite(value)
        or Fraction(repr(value)) != exact
        or (exact == 0 and math.copysign(1.0, value) < 0)
    ):
        return None
    return constant(exact)


def _multiply(node: Node, args: tuple[Node, ...]) -> Node | None:
    a, b = args
    if is_number(a, 1.0):
        return b
    if is_number(b, 1.0):
        return a
    return _fold(node, args, lambda p, q: p * q)


def _divide(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0] if is_number(args[1], 1.0) else None


def _subtract(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0] if is_number(args[1], 0.0) else _fold(node, args, lambda p, q: p - q)


def _add(node: Node, args: tuple[Node, ...]) -> Node | None:
    return _fold(node, args, lambda p, q: p + q)


def _power(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0] if is_number(args[1], 1.0) else None


def _negative(node: Node, args: tuple[Node, ...]) -> Node | None:
    (a,) = args
    if a.op.name == "negative":
        return a.args[0]
    return _fold(node, args, lambda p: -p)


def _no_movement(node: Node, args: tuple[Node, ...]) -> Node | None:
    return args[0]  # kept only if shape and dtype are unchanged, as `_rebuild` checks


def _where(node: Node, args: tuple[Node, ...]) -> Node | None:
    condition, a, b = args
    if a is b:
        return a
    if condition.op is CONSTANT and condition.shape == ():
        return a if bool(condition.value) else b
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
    "broadcast_to": _no_movement,
    "reshape": _no_movement,
    "cast": _no_movement,
}
