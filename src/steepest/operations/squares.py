"""Whether a value is a sum of squares, by the way it was made.

The root of a sum of squares is a norm, however it is written: `np.sqrt(np.sum(x**2))`,
`(x @ x) ** 0.5`, `np.sqrt(dx*dx + dy*dy)`, `np.std(x)`. At 0 it has the tip of a cone, where the
middle of all slopes is 0, while the root by itself is infinitely steep there. Which of the two it
is cannot be told from the numbers, but from the operations it can.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from steepest.graph.node import CONSTANT, Node

__all__ = ["is_sum_of_squares"]

_known: WeakKeyDictionary[Node, bool] = WeakKeyDictionary()

PARTS = {
    "add",
    "sum",
    "mean",
    "reshape",
    "transpose",
    "broadcast_to",
    "index",
    "stack",
    "concatenate",
    "cast",
    "positive",
    "put",
    "where",
    "scatter_add",
    "absolute",
}  # fmt: skip  (sums and movements: they keep what they are made of)


def is_sum_of_squares(node: Node) -> bool:
    """Whether a node's values are squares, or sums and means of squares.

    Such a value is never negative, and 0 only where all its squares are.
    """
    stack = [node]
    while stack:
        at = stack[-1]
        if at in _known:
            stack.pop()
            continue
        asks = _asks(at)
        if isinstance(asks, bool):
            _known[at] = asks
            stack.pop()
            continue
        unknown = [a for a in asks if a not in _known]
        if unknown:
            stack += unknown
        else:
            _known[at] = all(_known[a] for a in asks)
            stack.pop()
    return _known[node]


def _asks(node: Node) -> bool | list[Node]:
    """The answer, or the nodes of which all must be sums of squares."""
    name, args = node.op.name, node.args
    if node.op is CONSTANT:
        return bool(np.all(np.asarray(node.value) == 0))
    if name in ("square", "var"):
        return True
    if name == "power":
        exponent = args[1].value if args[1].op is CONSTANT and args[1].shape == () else None
        return exponent is not None and exponent >= 2 and exponent % 2 == 0
    if name == "matmul":
        return args[0] is args[1] and len(node.args[0].shape) == 1
    if name == "multiply":
        if args[0] is args[1]:
            return True
        return [a for a in args if not _positive(a)] or False
    if name == "divide":
        return [args[0]] if _positive(args[1]) else False
    if name in PARTS:
        given = args if node.op.values is None else args[: node.op.values]
        return list(given[1:] if node.op.selects else given)
    return False


def _positive(node: Node) -> bool:
    return node.op is CONSTANT and bool(np.all(np.asarray(node.value) > 0))
