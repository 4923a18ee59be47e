"""One step of a walk on symbols: the nodes that a native loop is made of.

The walk's own `advance` runs once, on handles instead of numbers, with the function's nodes in
place of its evaluation. Settings of the walk (rates, tolerances, budgets) are inputs like the
carry, so that another rate is no other program.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import CompilationError
from steepest.expression import Expression
from steepest.graph.expected import expectations
from steepest.graph.graph import Guard
from steepest.graph.node import Node, fresh, make
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import replace
from steepest.native.loop import Step
from steepest.objective import Evaluation
from steepest.sources.structure import Structure, flatten
from steepest.walkable.form import Form
from steepest.walkable.ground import one_output

__all__ = ["Symbols", "condition", "evaluated", "symbolic_step", "symbols_of"]

REMEMBERED = 64  # nests whose symbols are kept


class Symbols:
    """A nest of numbers as inputs of a graph, every leaf a node of float64; and as one vector."""

    def __init__(self, value: Any) -> None:
        self.structure = flatten(value)[1]
        self._leaves = tuple(self.structure.leaves())
        self._sizes = [math.prod(leaf.shape) for leaf in self._leaves]
        dtypes = [leaf.dtype for leaf in self._leaves if leaf.dtype is not None]
        if any(dtype.kind == "f" and dtype != np.float64 for dtype in dtypes):
            names = zip(self.structure.names(), self._leaves, strict=True)
            odd = ", ".join(f"{name} ({leaf.dtype})" for name, leaf in names)
            raise CompilationError(f"machine code is for float64, and not all of these are: {odd}")

    @cached_property
    def nodes(self) -> list[Node]:
        """An input for every leaf."""
        return [
            fresh(name.lstrip(".") or "x", leaf.shape)
            for name, leaf in zip(self.structure.names(), self._leaves, strict=True)
        ]

    def handles(self) -> Any:
        """The nest with a handle for every leaf."""
        return self.structure.unflatten([Traced(n) for n in self.nodes])

    def pack(self, value: Any) -> Any:
        """All numbers of such a nest in one vector of float64."""
        parts = [
            np.ravel(np.asarray(x, dtype=np.float64)) for x in leaves_of(self.structure, value)
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def part(self, key: str) -> slice:
        """Where the numbers under a name stand in the vector."""
        at = self.structure.keys.index(key)
        before, here = (
            sum(c.size for c in self.structure.children[i:j]) for i, j in ((0, at), (at, at + 1))
        )
        return slice(before, before + here)

    def unpack(self, vector: Any) -> Any:
        """The nest again, whole numbers as whole numbers."""
        found: list[Any] = []
        start = 0
        for leaf, size in zip(self._leaves, self._sizes, strict=True):
            part, start = vector[start : start + size], start + size
            if leaf.shape:
                found.append(part.reshape(leaf.shape).astype(leaf.dtype))
            else:
                found.append(float(part[0]) if leaf.dtype == np.float64 else int(part[0]))
        return self.structure.unflatten(found)


_known: dict[Any, Symbols] = {}


def symbols_of(value: Any) -> Symbols:
    """The symbols of a nest, the same ones for all that are built alike."""
    outline = _outline(value)
    found = _known.get(outline)
    if found is None:
        if len(_known) >= REMEMBERED:
            _known.clear()
        found = _known[outline] = Symbols(value)
    return found


def _outline(value: Any) -> Any:
    """What two nests that are built alike have in common; it stands for what is no number as long
    as the symbols keep that alive.
    """
    kind = type(value)
    if kind in (float, int):
        return kind
    if kind is np.ndarray:
        return value.shape, value.dtype
    if isinstance(value, tuple):
        return kind, *map(_outline, value)
    if kind is dict:
        return kind, *value, *map(_outline, value.values())
    if hasattr(kind, "__dataclass_fields__"):
        return kind, *(_outline(getattr(value, name)) for name in kind.__dataclass_fields__)
    return kind, value if isinstance(value, (str, bool, type(None))) else id(value)


def leaves_of(structure: Structure, value: Any) -> list[Any]:
    """The leaves of a nest that is built like this one, handles among them."""
    if structure.is_leaf:
        return [value]
    if structure.static is not None:
        return []
    found = []
    for key, child in zip(structure.keys, structure.children, strict=True):
        named = structure.kind not in (dict, list, tuple)
        found += leaves_of(child, getattr(value, key) if named else value[key])
    return found


def evaluated(
    expression: Expression, form: Form, x: Traced, sign: int
) -> tuple[Evaluation, list[Node]]:
    """F and its gradient at x (n,), as handles, and the nodes of the guards."""
    output = one_output(expression)
    gradient = derive.gradient(output, expression.inputs)
    known: dict[Node, Node] = {}
    start = 0
    for node in expression.inputs:
        stop = start + int(np.prod(node.shape, dtype=int))
        part = x[start] if not node.shape else np.reshape(x[start:stop], node.shape)
        known[node] = as_node(part)
        start = stop
    if (start,) != x.shape:
        raise CompilationError(f"{form.variables} hold {start} numbers, and the start {x.shape}")
    f, *rest = replace([output, *gradient, *(g.node for g in expression.guards)], known)
    parts: Any = [Traced(n).reshape(-1) for n in rest[: len(gradient)]]
    g = np.concatenate(parts)
    value = Traced(f)
    if sign < 0:
        value, g = -value, -g
    return Evaluation(value, g, True), rest[len(gradient) :]  # type: ignore[arg-type]


def condition(guards: Sequence[Guard], nodes: Sequence[Node]) -> Node | None:
    """Whether all guards hold; None when there are none."""
    found: Any = None
    for guard, node in zip(guards, nodes, strict=True):
        holds = _holds(guard, node)
        found = holds if found is None else np.logical_and(found, holds)
    return None if found is None else as_node(found)


def _holds(guard: Guard, node: Node) -> Any:
    value: Any = Traced(node)
    if not isinstance(guard.expected, (bool, int, float, np.generic, np.ndarray)):
        raise CompilationError(
            f"a path hangs on more than numbers: {guard.reason} ({guard.origin})"
        )
    expected = np.asarray(guard.expected)
    if expected.dtype.kind not in "fiub":
        raise CompilationError(f"a path hangs on {expected.dtype}: {guard.reason} ({guard.origin})")
    agree = np.equal(value, expected)
    if expected.dtype.kind == "f" and np.isnan(expected).any():
        agree = np.where(np.isnan(expected), np.isnan(value), agree)
    return agree if not node.shape else np.all(agree)


def symbolic_step(
    walk: Any, settings: Symbols, carry: Symbols, expression: Expression, form: Form, sign: int
) -> Step:
    """The nodes of one step.

    Raises CompilationError where the method asks what only numbers can answer.
    """
    guards: list[Node] = []
    values: list[Node] = []

    def evaluate(x: Any) -> Evaluation:
        found, nodes = evaluated(expression, form, x, sign)
        guards.extend(nodes)
        values.append(as_node(found.f))
        return found

    try:
        with np.errstate(all="ignore"), expectations() as noted:
            following, row, code = settings.handles().advance(evaluate, carry.handles())
        leaves = leaves_of(carry.structure, following)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise CompilationError(
            f"the step of {walk.method!r} cannot be written as machine code: {error}"
        ) from error
    made = [_like(as_node(v), n) for v, n in zip(leaves, carry.nodes, strict=True)]
    return Step(
        carry.nodes,
        settings.nodes,
        [n for n, _ in expression.captured],
        made,
        [as_node(v) for v in row],
        as_node(code),
        condition(expression.guards, guards),
        walk.untaken,
        values,
        [(as_node(condition), truth) for condition, truth in noted],
    )


def _like(node: Node, wanted: Node) -> Node:
    """What a step makes of a part of the carry, in the shape of that part."""
    if node.shape == wanted.shape:
        return node
    if node.shape == ():
        return make(ROWS["broadcast_to"], (node,), shape=wanted.shape)
    raise CompilationError(f"{wanted.name} has shape {wanted.shape}, and after a step {node.shape}")
