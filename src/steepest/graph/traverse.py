"""The only walks over a graph: its order, its evaluation, and replacing parts of it. None of them
recurses.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from steepest.errors import VariableError
from steepest.graph.node import CONSTANT, INPUT, Node, make

__all__ = [
    "Program",
    "count",
    "evaluate",
    "inputs_of",
    "number_of",
    "replace",
    "step_of",
    "topological",
]


def topological(
    outputs: Iterable[Node], stop: Mapping[Node, Any] | frozenset[Node] = frozenset()
) -> list[Node]:
    """Every node the outputs depend on, each after its arguments; nodes in `stop` are listed, not
    entered.
    """
    order: list[Node] = []
    entered: set[Node] = set()
    waiting: list[Node] = []  # for what they depend on to be listed
    ahead = [iter(outputs)]  # what is still to be entered, of each node that waits
    while ahead:
        for node in ahead[-1]:
            if node not in entered:
                entered.add(node)
                if node.args and node not in stop:
                    waiting.append(node)
                    ahead.append(iter(node.args))
                    break
                order.append(node)
        else:
            ahead.pop()
            if waiting:
                order.append(waiting.pop())
    return order


def inputs_of(outputs: Iterable[Node]) -> list[Node]:
    """The input nodes that the outputs depend on, in order of first use."""
    return [n for n in topological(outputs) if n.op is INPUT]


def count(outputs: Iterable[Node]) -> int:
    """How many operations there are: nodes other than inputs and constants."""
    return sum(1 for n in topological(outputs) if n.op is not INPUT and n.op is not CONSTANT)


def replace(
    outputs: Sequence[Node],
    known: Mapping[Node, Node],
    rebuild: Callable[[Node, tuple[Node, ...]], Node] | None = None,
) -> list[Node]:
    """The outputs with `known` nodes exchanged, everything that depends on them made anew (shapes
    included).
    """
    new: dict[Node, Node] = dict(known)
    for node in topological(outputs, stop=known):
        if node in new:
            continue
        args = tuple([new[a] for a in node.args])
        if rebuild is not None:
            new[node] = rebuild(node, args)
        elif args == node.args:
            new[node] = node
        else:
            new[node] = make(node.op, args, node.origin, **dict(node.params))
    return [new[n] for n in outputs]


# On single numbers these are the same operations to the last bit, at a tenth of a ufunc's price.
ON_NUMBERS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.negative: operator.neg,
}


def _run_of(node: Node) -> Callable[..., Any]:
    """What computes a node from the values of its arguments."""
    run = node.op.run
    if node.params:
        return partial(run, **dict(node.params))
    quick = ON_NUMBERS.get(run)
    if quick is None or node.shape or node.dtype.kind != "f":
        return run
    for a in node.args:
        if a.dtype.kind != "f":
            return run
    return quick


def _reader(at: tuple[int, ...]) -> Callable[[list[Any]], Sequence[Any]]:
    """What picks a step's arguments out of all values, in one call."""
    if len(at) == 1:
        return operator.itemgetter(slice(at[0], at[0] + 1))
    return operator.itemgetter(*at)


def _plain(value: Any) -> Any:
    """A single number as NumPy's scalar, which is faster to compute with than an array."""
    return value[()] if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def step_of(
    node: Node, places: Mapping[Node, int]
) -> tuple[Callable[..., Any], Callable[[list[Any]], Sequence[Any]]]:
    """One node for those who run a graph piece by piece: what computes it, and what picks its
    arguments out of a list of values, given the place of each there.
    """
    return _run_of(node), _reader(tuple(places[a] for a in node.args))


def number_of(node: Node) -> Any:
    """What a constant is in a running graph."""
    return _plain(node.value)


def _with_last_uses(steps: Sequence[Step], keep: set[int]) -> tuple[Ready, ...]:
    """The steps, each with the places that nobody reads after it, except those to `keep`."""
    ready: list[Ready] = []
    needed = set(keep)
    for run, at, where in reversed(steps):
        dead = []
        for i in (*at, where):
            if i not in needed:
                needed.add(i)
                dead.append(i)
        ready.append((run, _reader(at), where, dead))
    return tuple(ready[::-1])


def _computed(node: Node, run: Callable[..., Any], values: Sequence[Any]) -> Any:
    """What a node is that depends on constants alone."""
    with np.errstate(all="ignore"):
        value = run(*values)
    return np.asarray(value).item() if node.weak and np.ndim(value) == 0 else value


Step = tuple[Callable[..., Any], tuple[int, ...], int]  # what computes it, from where, to where
Ready = tuple[Callable[..., Any], Callable[[list[Any]], Sequence[Any]], int, list[int]]


class Program:
    """Outputs prepared for being computed again and again: a flat list of steps; what never changes
    is done once.

    Values are dropped after their last use. Floating-point warnings are silent here: a NaN or an
    infinity is a
    result, and the caller's to judge.
    """

    __slots__ = (
        "_constants",
        "_inputs",
        "_outputs",
        "_ready",
        "_size",
        "_steps",
        "inputs",
        "outputs",
    )

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        order = topological(outputs)
        slot: dict[Node, int] = {}
        for n in inputs:
            slot.setdefault(n, len(slot))
        self._size = len(slot)
        self._inputs = tuple(slot[n] for n in inputs)
        constants: dict[int, Any] = {}
        steps: list[Step] = []
        for node in order:
            if node in slot:
                continue
            where = slot[node] = len(slot)
            if node.op is INPUT:
                raise VariableError(
                    f"the function depends on {node.name!r}, which is not among its inputs "
                    f"({', '.join(n.name for n in inputs) or 'none'}); give it a value or "
                    "declare it"
                )
            if node.op is CONSTANT:
                constants[where] = _plain(node.value)
                continue
            run = _run_of(node)
            at = tuple([slot[a] for a in node.args])
            for i in at:
                if i not in constants:
                    steps.append((run, at, where))
                    break
            else:
                constants[where] = _computed(node, run, [constants[i] for i in at])
        self._size = len(slot)
        self._outputs = tuple(slot[n] for n in outputs)
        self._steps = tuple(steps)
        self._constants = tuple(constants.items())
        self._ready = _with_last_uses(steps, {*self._outputs, *constants})

    @property
    def size(self) -> int:
        """How many operations one call runs."""
        return len(self._steps)

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs at these values of the inputs."""
        slots: list[Any] = [None] * self._size
        for i, v in zip(self._inputs, values, strict=True):
            slots[i] = v
        for i, v in self._constants:
            slots[i] = v
        with np.errstate(all="ignore"):
            for run, read, where, dead in self._ready:
                slots[where] = run(*read(slots))
                for i in dead:
                    slots[i] = None
        return [slots[i] for i in self._outputs]

    def every_value(self, *values: Any) -> dict[Node, Any]:
        """All intermediate values, node by node: for explaining, not for speed."""
        order = topological(self.outputs)
        found = evaluate(order, dict(zip(self.inputs, values, strict=True)))
        return dict(zip(order, found, strict=True))


def evaluate(outputs: Sequence[Node], values: Mapping[Node, Any]) -> list[Any]:
    """The numbers of `outputs` when the input nodes have these values. For repeated use, make a
    `Program`.
    """
    return Program(tuple(values), outputs)(*values.values())
