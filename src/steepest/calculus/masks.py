"""Where something is: everywhere (True), nowhere (False), or where a mask says.

Reverse mode carries such facts with its cotangents, forward mode asks for them where an operation
is steep. Most of them follow from shapes and places alone; those are worked out here and now, and
leave no node behind. What depends on values is a node of truth values, kept short by the laws of
logic, which hold exactly. A mask may have fewer axes than what it belongs to, and then broadcasts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.graph.node import CONSTANT, Node, constant, make
from steepest.graph.operation import EACH, ROWS, Operation
from steepest.graph.traced import Traced

__all__ = [
    "Mask", "as_mask", "both", "carried_back", "carried_forward", "condition", "either", "negated",
    "parted", "plain", "spread", "truth", "uniform", "within",
]  # fmt: skip

Mask = Node | bool
LITERALS = 8  # how long a conjunction may be to be looked into: the passes stay linear


def truth(values: Any) -> Mask:
    """A mask that is known: of truth values, or of weights that count where they are positive."""
    values = np.asarray(values)
    values = values if values.dtype == bool else values > 0
    if values.all():
        return True
    return constant(values) if values.any() else False


def as_mask(node: Node) -> Mask:
    """A node as a mask: of truth values, or of weights that count where they are positive."""
    if node.op is CONSTANT:
        return truth(node.value)
    return node if node.dtype == bool else make(ROWS["greater"], (node, constant(0.0)))


def condition(node: Node) -> Node:
    """What a choice goes by, as truth values: numbers other than zero count as true."""
    return node if node.dtype == bool else make(ROWS["not_equal"], (node, constant(0.0)))


def plain(mask: Mask, shape: tuple[int, ...]) -> Any:
    """The truth values of a mask that is known, in this shape; None for one that is not."""
    if isinstance(mask, bool):
        return np.broadcast_to(np.bool_(mask), shape)
    return np.broadcast_to(mask.value, shape) if mask.op is CONSTANT else None


def spread(mask: Mask, shape: tuple[int, ...]) -> Node:
    """A mask as a node of truth values in this shape."""
    node = _node(mask)
    return node if node.shape == shape else make(ROWS["broadcast_to"], (node,), shape=shape)


def uniform(mask: Mask) -> bool:
    """Whether a mask is one for all: everything has arrived, or nothing."""
    return isinstance(mask, bool) or math.prod(mask.shape) == 1


# ---- logic ---------------------------------------------------------------------------------------


def negated(mask: Mask) -> Mask:
    """Where the mask is false."""
    if isinstance(mask, bool):
        return not mask
    if mask.op is CONSTANT:
        return truth(~mask.value)
    if mask.op.name == "logical_not" and mask.args[0].dtype == bool:
        return mask.args[0]
    return make(ROWS["logical_not"], (mask,))


def either(a: Mask, b: Mask) -> Mask:
    """Where one of two masks is true."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a or b if isinstance(a, bool) else b or a
    if a is b or a in _parts(b, "logical_or") or b in _parts(a, "logical_and"):
        return b
    if b in _parts(a, "logical_or") or a in _parts(b, "logical_and"):
        return a
    if a.op is CONSTANT and b.op is CONSTANT:
        return truth(a.value | b.value)
    apart = parted(a, b)
    return make(ROWS["logical_or"], (a, b)) if apart is None else apart[1]


def both(a: Mask, b: Mask) -> Mask:
    """Where two masks are true."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a and b if isinstance(a, bool) else b and a
    if a is b or a in _parts(b, "logical_or") or b in _parts(a, "logical_and"):
        return a
    if b in _parts(a, "logical_or") or a in _parts(b, "logical_and"):
        return b
    if a.op is CONSTANT and b.op is CONSTANT:
        return truth(a.value & b.value)
    return False if _opposite(a, b) else make(ROWS["logical_and"], (a, b))


def parted(a: Mask, b: Mask) -> tuple[Node, Mask] | None:
    """A condition that is true all over `a` and false all over `b`, and where one of them is true;
    None where there is no such condition to be seen.

    a = m and c, b = m and not c: there it is c, and together they are m.
    """
    if isinstance(a, bool) or isinstance(b, bool):
        return None
    first, second = _literals(a), _literals(b)
    for c in first:
        against = next((d for d in second if _opposite(c, d)), None)
        if against is None:
            continue
        one = [x for x in first if x is not c and x not in second]
        other = [x for x in second if x is not against and x not in first]
        common = _all([x for x in first if x in second])
        if not one or not other:
            free: Mask = True
            if one:
                free = make(ROWS["logical_or"], (against, _node(_all(one))))
            elif other:
                free = make(ROWS["logical_or"], (c, _node(_all(other))))
            return c, both(common, free)
        return c, make(ROWS["logical_or"], (a, b))
    return None


def _node(mask: Mask) -> Node:
    return constant(mask) if isinstance(mask, bool) else mask


def _all(masks: Sequence[Node]) -> Mask:
    found: Mask = True
    for m in masks:
        found = both(found, m)
    return found


def _opposite(a: Node, b: Node) -> bool:
    if a.shape != b.shape:
        return False
    if a.op is CONSTANT and b.op is CONSTANT:
        return not np.any(a.value == b.value)
    return (a.op.name == "logical_not" and a.args[0] is b) or (
        b.op.name == "logical_not" and b.args[0] is a
    )


def _parts(node: Node, name: str) -> tuple[Node, ...]:
    """The two sides of a conjunction or disjunction."""
    return node.args if node.op.name == name and all(a.dtype == bool for a in node.args) else ()


def _literals(mask: Node) -> list[Node]:
    """What must hold together for a mask to be true, as far as it is looked into."""
    found: list[Node] = []
    stack = [mask]
    while stack:
        node = stack.pop()
        sides = _parts(node, "logical_and")
        if len(sides) == 2 and len(found) + len(stack) < LITERALS:
            stack += reversed(sides)
        else:
            found.append(node)
    return found


# ---- along with values ---------------------------------------------------------------------------


def carried_forward(row: Operation, masks: Sequence[Mask], node: Node) -> Mask:
    """Where the result of a movement moves, given where each of its values does."""
    places = node.args[len(masks) :]
    shapes = [a.shape for a in node.args]
    known = [plain(m, s) for m, s in zip(masks, shapes, strict=False)]
    if all(k is not None for k in known) and all(p.op is CONSTANT for p in places):
        return truth(row.run(*known, *(p.value for p in places), **dict(node.params)))
    if len(masks) == 1 and masks[0] is not True and uniform(masks[0]):
        return both(carried_forward(row, [True], node), _single(masks[0]))
    if row.name in ("sum", "mean"):
        return make(ROWS["any"], [spread(masks[0], shapes[0])], **dict(node.params))
    given = [spread(m, s) for m, s in zip(masks, shapes, strict=False)]
    return as_mask(make(row, (*given, *places), **dict(node.params)))


def carried_back(node: Node, mask: Mask, wanted: Sequence[bool]) -> list[Mask | None]:
    """Where something arrives at each argument of a linear row on whole arrays, given where it does
    at its result: the row's own transpose, applied to truth values, with all coefficients 1.
    """
    row = node.op
    if mask is not True and uniform(mask):
        single = _single(mask)
        everywhere = carried_back(node, True, wanted)
        return [None if m is None else both(m, single) for m in everywhere]
    if mask is True and row.name not in PARTIAL_READERS:
        return [True if w else None for w in wanted]
    assert row.transpose is not None
    factors = len(node.args) if row.linear == EACH or row.values is None else row.values
    fixed = [i >= factors or (row.linear == EACH and not a.real) for i, a in enumerate(node.args)]
    ones: list[Any] = [np.broadcast_to(np.True_, a.shape) for a in node.args]
    known: Any = plain(mask, node.shape)
    if known is None or any(
        f and a.op is not CONSTANT for f, a in zip(fixed, node.args, strict=True)
    ):
        known = Traced(spread(mask, node.shape))
        args = [Traced(a) if f else one for a, f, one in zip(node.args, fixed, ones, strict=True)]
    else:
        args = [a.value if f else one for a, f, one in zip(node.args, fixed, ones, strict=True)]
    found = row.transpose(known, args, wanted, **dict(node.params))
    return [
        None if f is None or not w else as_mask(f.node) if isinstance(f, Traced) else truth(f)
        for f, w in zip(found, wanted, strict=True)
    ]


# Rows whose transposes leave some places untouched.
PARTIAL_READERS = {"index", "put", "matmul_where"}


def _single(mask: Mask) -> Mask:
    """A mask that is one for all, as a single truth value."""
    if isinstance(mask, bool) or mask.shape == ():
        return mask
    return make(ROWS["reshape"], (mask,), shape=())


def within(mask: Mask, full: tuple[int, ...], shape: tuple[int, ...]) -> Mask:
    """Where something arrives at an argument of this shape that was broadcast to `full`: wherever
    it arrives at one of its copies.
    """
    if isinstance(mask, bool) or mask.shape == ():
        return mask
    shift = len(mask.shape) - len(shape)  # axes are counted from the last one
    axes, left = [], []
    for i, n in enumerate(mask.shape):
        gone = i < shift or shape[i - shift] != full[i - shift + len(full) - len(shape)]
        if gone and n != 1:
            axes.append(i)
        if i >= shift:
            left.append(1 if gone else n)
    if mask.op is CONSTANT:
        return truth(np.any(mask.value, axis=tuple(axes)).reshape(left))
    node = make(ROWS["any"], (mask,), axis=tuple(axes), keepdims=shift <= 0) if axes else mask
    ends = tuple(left)
    return node if node.shape == ends else make(ROWS["reshape"], (node,), shape=ends)
