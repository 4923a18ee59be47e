"""From a graph of arrays to straight-line code on single numbers: what the compiler is given.

Arrays are taken apart: an array of shape (3, 2) is six numbers. Rows that move and combine numbers
(indexing, joining, sums, products) run as they always do, on arrays of handles instead of numbers;
elementwise rows name the instruction or function that computes one element. What depends on no
input is computed here, once. Loops over whole arrays, which large ones want, would be a second kind
of plan beside this one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from steepest.errors import CompilationError
from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.operation import ROWS, STRUCTURE
from steepest.graph.traverse import topological
from steepest.native.scalars import BOOLEAN, LIMIT, Lane, Scalars

__all__ = ["Plan", "lower", "plan", "settled"]

MANY = 16  # numbers of an output from which it matters how the zeros among them come there


@dataclass(frozen=True, eq=False)
class Plan:
    """Straight-line code: `code` computes, `outputs` says which of its numbers are results.

    Inputs and outputs count single numbers: those of the first input in order, then the second's.
    """

    code: Scalars
    shapes: tuple[tuple[int, ...], ...]  # of the inputs
    outputs: tuple[Lane, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    guards: tuple[Lane, ...] = ()  # truth values that must hold for the outputs to count

    @property
    def size(self) -> int:
        """How many instructions it has, numbers that are known or given not counted."""
        leaves = ("input", "constant")
        return sum(1 for i in self.code.instructions if i[0] not in leaves)

    def zeros(self, leaf: int) -> bool:
        """Whether most numbers of an output are known to be zero: it is better made of zeros, into
        which the others are written.
        """
        start = sum(math.prod(shape) for shape in self.output_shapes[:leaf])
        lanes = self.outputs[start : start + math.prod(self.output_shapes[leaf])]
        known = sum([lane.at in self.zero for lane in lanes])
        return len(lanes) >= MANY and 2 * known >= len(lanes)

    @property
    def given(self) -> int:
        """How many numbers are given."""
        return sum(math.prod(shape) for shape in self.shapes)

    @cached_property
    def zero(self) -> frozenset[int]:
        """Where the number 0, and not -0, is."""
        values = enumerate(self.code.values)
        return frozenset(
            at for at, v in values if type(v) is float and not v and math.copysign(1.0, v) > 0
        )

    def settled(self, inputs: Container[int]) -> list[int]:
        """The numbers that depend on these inputs alone and that something else needs: they can
        be computed once, before a loop.
        """
        return settled(self.code, [lane.at for lane in self.outputs], inputs)


def settled(code: Scalars, wanted: Iterable[int], inputs: Container[int]) -> list[int]:
    """The numbers that depend on these inputs alone, and that are wanted or needed by others."""
    once: set[int] = set()
    for at, (operation, *args) in enumerate(code.instructions):
        if operation == "input":
            found = args[0] in inputs
        else:
            found = operation == "constant" or all(a in once for a in args)
        if found:
            once.add(at)
    needed = list(wanted)
    for at, (operation, *args) in enumerate(code.instructions):
        if at not in once and operation != "input":
            needed += args
    return [at for at in dict.fromkeys(needed) if at in once]


def plan(
    inputs: Sequence[Node],
    outputs: Sequence[Node],
    limit: int = LIMIT,
    guards: Sequence[tuple[Node, Any]] = (),
) -> Plan:
    """The code that computes `outputs` from `inputs`, where each of the `guards` (a node, and the
    value that it must have) holds.

    Raises CompilationError where a row has no machine code, for numbers that are not float64, and
    for more than `limit` instructions.
    """
    code = Scalars(limit)
    given: dict[Node, Any] = {}
    k = 0
    for node in inputs:
        if node.dtype != np.float64:
            raise CompilationError(f"{node.name} holds {node.dtype}; machine code is for float64")
        size = int(np.prod(node.shape, dtype=int))
        if size > limit:
            raise CompilationError(f"{node.name} has {size:,} elements, more than {limit:,}")
        given[node] = _array([code.input(k + i) for i in range(size)], node.shape)
        k += size
    try:
        found = lower(code, (*(n for n, _ in guards), *outputs), given)
    except (CompilationError, MemoryError, RecursionError):
        raise
    except Exception as fault:  # a row that is at odds with lanes must not end a user's program
        said = f"steepest is at fault: writing machine code failed with {fault!r}; please report it"
        warnings.warn(said, RuntimeWarning, stacklevel=2)
        raise CompilationError(said) from fault
    held = tuple(
        condition
        for lanes, (_, expected) in zip(found, guards, strict=False)
        for condition in _holding(code, lanes, expected)
        if condition.known is not True
    )
    flat = tuple(x.number() for lanes in found[len(guards) :] for x in lanes.ravel().tolist())
    shapes = tuple(n.shape for n in inputs)
    return Plan(code, shapes, flat, tuple(n.shape for n in outputs), held)


def _holding(code: Scalars, found: Any, expected: Any) -> list[Lane]:
    """The conditions that an array of lanes has the values expected; NaN agrees with NaN."""
    wanted = np.asarray(expected)
    if wanted.shape != found.shape or wanted.dtype.kind not in "biuf":
        raise CompilationError(
            f"a condition of this path is about {wanted.dtype} of shape {wanted.shape}, and only "
            "numbers are compared in machine code"
        )
    held = []
    for lane, value in zip(found.ravel(), wanted.ravel().tolist(), strict=True):
        if lane.kind == BOOLEAN and isinstance(value, bool):
            held.append(lane if value else ~lane)
        elif value != value:
            held.append(lane.number().isnan())
        else:
            held.append(lane.number().equals(float(value)))
    return held


def lower(code: Scalars, outputs: Sequence[Node], given: Mapping[Node, Any]) -> list[Any]:
    """Write what computes the outputs; each comes as an array of lanes in its shape."""
    known: dict[Node, Any] = {}  # what depends on no input, as NumPy has it
    lanes: dict[Node, Any] = dict(given)
    for node in topological(outputs, stop=given):
        if node in lanes:
            continue
        if node.op is INPUT:
            raise CompilationError(f"{node.name!r} is not among the inputs")
        if node.op is CONSTANT:
            known[node] = node.value
        elif all(a in known for a in node.args) and not node.op.inside:
            with np.errstate(all="ignore"):
                known[node] = node.op.run(*(known[a] for a in node.args), **dict(node.params))
        else:
            lanes[node] = _lowered(code, node, [known.get(a, lanes.get(a)) for a in node.args])
    return [_lanes(code, lanes[n] if n in lanes else known[n], n.shape) for n in outputs]


def _lowered(code: Scalars, node: Node, args: list[Any]) -> Any:
    row, params = node.op, dict(node.params) if node.params else {}
    if row.inside:
        graph = params["graph"]
        given = {n: _lanes(code, a, n.shape) for n, a in zip(graph.inputs, args, strict=True)}
        return lower(code, [graph.outputs[params["which"]]], given)[0]
    if row.machine is None:
        raise CompilationError(f"{row.name} has no machine code{_at(node)}")
    if not _exact(node):
        raise CompilationError(
            f"{row.name} gives {node.dtype}{_at(node)}; machine code is for float64 and booleans"
        )
    if node.dtype.kind == "b" and row.name in _AMONG_TRUTHS:
        row = ROWS[_AMONG_TRUTHS[row.name]]
    if row.machine == STRUCTURE:
        return _lanes(code, row.run(*_parts(node, args), **params), node.shape)
    if not row.elementwise:
        assert callable(row.machine)
        return _as_array(row.machine(*args, **params), node.shape)
    wide = [_flat(a, node.shape) for a in args]
    assert row.machine is not None
    if isinstance(row.machine, str):
        found = code.each(row.machine, wide)
    else:
        lane = code.lane
        found = [row.machine(*map(lane, o), **params) for o in zip(*wide, strict=True)]
    return _array(found, node.shape)


def _parts(node: Node, args: list[Any]) -> list[Any]:
    """The arguments of a row that only moves numbers: those as objects, positions as they are."""
    count = len(args) if node.op.values is None else node.op.values
    for position in args[count:]:
        if isinstance(position, np.ndarray) and position.dtype.hasobject:
            raise CompilationError(
                f"{node.op.name} takes its positions from the input{_at(node)}; in machine code "
                "they must be known"
            )
    return [*(np.asarray(a, dtype=object) for a in args[:count]), *args[count:]]


def _flat(x: Any, shape: tuple[int, ...]) -> list[Any]:
    """The elements of an argument, broadcast to the shape of the result."""
    if not shape:
        return [x.item() if isinstance(x, (np.ndarray, np.generic)) else x]
    if not isinstance(x, np.ndarray):
        x = np.asarray(x)
    if x.shape == shape:
        return x.ravel().tolist()  # type: ignore[no-any-return]
    if x.ndim == 0:
        return [x.item()] * int(np.prod(shape, dtype=int))
    return np.broadcast_to(x, shape).ravel().tolist()


# Rows whose results on whole numbers are whole numbers, and exact as float64 up to 2⁵³.
_WHOLE = {
    "absolute", "add", "broadcast_to", "cast", "concatenate", "index", "maximum", "minimum",
    "multiply", "negative", "put", "reshape", "scatter_add", "stack", "subtract", "sum",
    "transpose", "where",
}  # fmt: skip
# What NumPy means by these between truth values.
_AMONG_TRUTHS = {
    "add": "logical_or", "multiply": "logical_and", "maximum": "logical_or",
    "minimum": "logical_and",
}  # fmt: skip


def _exact(node: Node) -> bool:
    """Whether float64 (and bits) can hold what a node gives."""
    kind, size = node.dtype.kind, node.dtype.itemsize
    if kind == "i":
        return size == 8 and node.op.name in _WHOLE
    return (kind == "f" and size == 8) or kind == "b"


def _at(node: Node) -> str:
    return f" ({node.origin})" if node.origin else ""


def _array(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    out = np.empty(shape, object)
    if shape:
        out.reshape(-1)[:] = items
    else:
        out[()] = items[0]
    return out


def _as_array(found: Any, shape: tuple[int, ...]) -> Any:
    """An array of lanes and numbers; NumPy hands out a lone object bare."""
    if isinstance(found, np.ndarray) and found.shape == shape:
        return found
    return _array([found], shape)


def _lanes(code: Scalars, found: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(found, np.ndarray) and found.shape == shape and found.dtype.hasobject:
        return _array([code.lane(x) for x in found.ravel().tolist()], shape)
    flat = np.broadcast_to(np.asarray(found, dtype=object), shape).ravel()
    return _array([code.lane(x) for x in flat], shape)
