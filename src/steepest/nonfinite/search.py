"""Where a NaN or an infinity is born: walks from what is not finite back to the operation that made
it.

Only what matters is followed: a NaN in the branch that `where` did not take, or in an element that
nobody reads, explains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.calculus import derive
from steepest.graph.node import CONSTANT, Node, fresh, make
from steepest.graph.traverse import evaluate, topological

__all__ = ["Birth", "birth_of_slope", "birth_of_value"]

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Values = Mapping[Node, Any]


class Birth(NamedTuple):
    """An operation (or an input) and the elements of its result at which it happens."""

    node: Node
    places: Mask
    argument: int = 0  # for slopes: by which argument
    slope: Any = None  # for slopes: what goes on to that argument


def birth_of_value(outputs: Sequence[Node], values: Values) -> Birth | None:
    """The first operation that makes something not finite of what is finite; None when all
    outputs are finite.
    """
    order = topological(outputs)
    asked: dict[Node, Mask] = {n: np.ones(n.shape, bool) for n in outputs}
    found = None
    for node in reversed(order):
        if node not in asked:
            continue
        bad = asked[node] & odd(values[node])
        if not np.any(bad):
            continue
        parts = _inherited(node, bad, values)
        own = bad if not any(np.any(p) for p in parts) else _not_covered(node, bad, parts)
        if np.any(own):
            found = Birth(node, own)  # the last one met is the first one computed
        for a, part in zip(node.args, parts, strict=True):
            asked[a] = asked.get(a, np.zeros(a.shape, bool)) | part
    return found


def odd(value: Any) -> Mask:
    """Where a value is NaN or infinite; whole numbers and truth values never are."""
    array = np.asarray(value)
    return ~np.isfinite(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)


def _inherited(node: Node, bad: Mask, values: Values) -> list[Mask]:
    """For each argument, the elements that were not finite already and from which `bad` comes."""
    if node.op.elementwise:
        sides = [bad] * len(node.args)
        if node.op.selects:
            chosen = np.broadcast_to(np.asarray(values[node.args[0]], bool), bad.shape)
            sides = [np.zeros_like(bad), bad & chosen, bad & ~chosen][: len(node.args)]
        return [odd(values[a]) & _shrunk(s, a.shape) for a, s in zip(node.args, sides, strict=True)]
    reached: list[Any] = [None] * len(node.args)
    if node.op.moves and node.op.transpose is not None:
        arrays = [np.asarray(values[a]) for a in node.args]
        reached = list(
            node.op.transpose(
                bad.astype(float), arrays, [a.real for a in node.args], **dict(node.params)
            )
        )
    return [
        odd(values[a]) & (True if r is None else np.asarray(r) > 0)
        for a, r in zip(node.args, reached, strict=True)
    ]


def _not_covered(node: Node, bad: Mask, parts: Sequence[Mask]) -> Mask:
    """Of an elementwise operation, the elements whose operands were all finite."""
    if not node.op.elementwise:
        return np.zeros_like(bad)
    covered = np.zeros_like(bad)
    for part in parts:
        covered |= np.broadcast_to(part, bad.shape)
    return bad & ~covered


def _shrunk(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Where any of the elements that one element was broadcast to is true."""
    lead = mask.ndim - len(shape)
    axes = (*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1))
    return np.any(mask, axis=axes, keepdims=True).reshape(shape) if axes else mask


def birth_of_slope(
    order: Sequence[Node], values: Values, adjoints: Values, inputs: Sequence[Node]
) -> Birth | None:
    """On the way back from the output, the first operation whose slope makes a finite adjoint not
    finite.

    `order` is topological; only what goes on to one of `inputs` counts.
    """
    leads = {n for n in inputs if n in adjoints and np.any(odd(adjoints[n]))}
    for node in order:
        if node in adjoints and np.any(odd(adjoints[node])) and any(a in leads for a in node.args):
            leads.add(node)
    for node in reversed(order):
        if node not in adjoints or not any(a in leads for a in node.args):
            continue
        for i, slope in _sent_on(node, values, adjoints[node]).items():
            argument = node.args[i]
            bad = (
                odd(slope) & odd(adjoints[argument])
                if argument in leads
                else np.zeros(argument.shape, bool)
            )
            if not np.any(bad):
                continue
            if not node.op.elementwise:
                if not np.any(odd(adjoints[node])):
                    return Birth(node, np.ones(node.shape, bool), i, slope)
                continue
            places = np.broadcast_to(bad, node.shape) & ~odd(adjoints[node])
            if np.any(places):
                return Birth(node, places, i, slope)
    return None


def _sent_on(node: Node, values: Values, adjoint: Any) -> dict[int, Any]:
    """What one operation sends back to each of its arguments: its own rule, transposed, at these
    values.
    """
    own = [
        a if a.op is CONSTANT or not a.real else fresh("argument", a.shape, a.dtype)
        for a in node.args
    ]
    alone = make(node.op, own, **dict(node.params))
    moving = {i: n for i, n in enumerate(own) if n is not node.args[i]}
    y_bar = fresh("adjoint", node.shape, node.dtype)
    found = evaluate(
        derive.vjp([alone], list(moving.values()), [y_bar]),
        {
            y_bar: adjoint,
            **{n: values[a] for n, a in zip(own, node.args, strict=True) if n.op is not CONSTANT},
        },
    )
    return dict(zip(moving, found, strict=True))
