"""Small arrays written out: for a reader, the sum of the array [n², 3e²] is n² + 3e².

Code builds its numbers in arrays; a formula has none. Where a graph's arrays are small, each row is
run on arrays of
scalar nodes: NumPy moves the elements, and the elements are ordinary nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.graph.node import CONSTANT, INPUT, Node, constant
from steepest.graph.operation import Operation
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import topological

__all__ = ["LIMIT", "written_out"]

LIMIT = 400  # elements in all arrays together; beyond it arrays stay arrays
_SUMS: dict[str, Any] = {"sum": np.sum, "prod": np.prod}
_MOVES = {"stack", "concatenate", "reshape", "transpose", "index", "put", "broadcast_to", "matmul",
    "cast",}  # fmt: skip


def written_out(outputs: Sequence[Node], limit: int = LIMIT) -> list[Node]:
    """The same scalar outputs without arrays, where that can be written: their arrays small, their
    rows known here.

    Otherwise the outputs as they are.
    """
    order = topological(outputs)
    if all(n.shape == () for n in order) or any(o.shape != () for o in outputs):
        return list(outputs)
    if sum(int(np.prod(n.shape, dtype=int)) for n in order) > limit:
        return list(outputs)
    known: dict[Node, Any] = {}
    for node in order:
        found = _elements(node, [known[a] for a in node.args])
        if found is None:
            return list(outputs)
        known[node] = found
    return [as_node(_one(known[o])) for o in outputs]


def _one(value: Any) -> Any:
    return value[()] if isinstance(value, np.ndarray) else value


def _elements(node: Node, args: Sequence[Any]) -> Any:
    """A node's value as an array of scalar handles (or one handle); None where it cannot be written
    so.
    """
    row, params = node.op, dict(node.params)
    if row is CONSTANT:
        return Traced(node) if node.shape == () else _spread(node.value)
    if row is INPUT:
        return Traced(node) if node.shape == () else _spread_input(node)
    if node.shape == () and all(not isinstance(a, np.ndarray) for a in args):
        return row(*args, **params)
    if row.name in _SUMS:
        total = _SUMS[row.name](args[0], axis=params["axis"], keepdims=params["keepdims"])
        return total if isinstance(total, (np.ndarray, Traced)) else Traced(constant(float(total)))
    if row.name == "mean":
        count = args[0].size / max(1, int(np.prod(node.shape, dtype=int)))
        return np.sum(args[0], axis=params["axis"], keepdims=params["keepdims"]) / count
    if row.name in _MOVES and not _indexed_by_value(row, node):
        return _moved(row, node, args, params)
    if row.elementwise:
        spread = np.empty(node.shape, dtype=object)
        boxes = [np.broadcast_to(_boxed(a), node.shape) for a in args]
        for at in np.ndindex(node.shape):
            spread[at] = row(*(b[at] for b in boxes), **params)
        return spread
    return None


def _indexed_by_value(row: Operation, node: Node) -> bool:
    """Whether positions are worked out while running."""
    first = {"index": 1, "put": 2}.get(row.name, len(node.args))
    return any(a.op is not CONSTANT for a in node.args[first:])


def _moved(row: Operation, node: Node, args: Sequence[Any], params: dict[str, Any]) -> Any:
    if row.name == "cast":
        return args[0] if node.real else None
    first = {"index": 1, "put": 2}.get(row.name, len(args))
    boxed = [_boxed(a) for a in args[:first]]
    positions = [a.value for a in node.args[first:]]
    found = row.run(*boxed, *positions, **params)
    return _one(found) if np.shape(found) == () else found


def _boxed(value: Any) -> Any:
    """An array of objects, whatever stands there: NumPy must not look inside a handle."""
    if isinstance(value, np.ndarray):
        return value
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def _spread(array: Any) -> Any:
    spread = np.empty(array.shape, dtype=object)
    for at in np.ndindex(array.shape):
        spread[at] = Traced(
            constant(float(array[at]) if array.dtype.kind == "f" else array[at].item())
        )
    return spread


def _spread_input(node: Node) -> Any:
    spread = np.empty(node.shape, dtype=object)
    for at in np.ndindex(node.shape):
        spread[at] = Traced(node)[at]
    return spread
