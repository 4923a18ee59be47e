"""The row `call`: a node that stands for a whole graph applied to arguments.

The graph is a parameter, so a function used many times is kept once; its derivative is again a
call, of the graph that computes the derivative (see `calculus.forward` and `calculus.transpose`),
so derivative graphs stay as small.
"""

from __future__ import annotations

from typing import Any, Final

from steepest.errors import ShapeError
from steepest.graph.graph import Graph
from steepest.graph.node import Node
from steepest.graph.operation import Operation, register
from steepest.graph.traverse import Program

__all__ = ["CALL", "call"]


def _program(graph: Graph, which: int) -> Program:
    """The graph made ready to compute one of its outputs; made once, and kept with the graph."""
    found = graph.made.get(("program", which))
    if found is None:
        found = graph.made[("program", which)] = Program(
            graph.inputs, graph.outputs[which : which + 1]
        )
    return found


def _run(*values: Any, graph: Graph, which: int) -> Any:
    return _program(graph, which)(*values)[0]


def _shape(*shapes: tuple[int, ...], graph: Graph, which: int) -> tuple[int, ...]:
    expected = tuple(n.shape for n in graph.inputs)
    if shapes != expected:
        raise ShapeError(
            f"a call with arguments of shapes {shapes}: the graph takes {expected}; "
            "broadcast them before"
        )
    return graph.outputs[which].shape


def _dtype(*args: Node, graph: Graph, which: int) -> Any:
    for a, n in zip(args, graph.inputs, strict=True):
        if a.dtype != n.dtype:
            raise ShapeError(
                f"a call with an argument of dtype {a.dtype} for {n!r}: cast it before"
            )
    return graph.outputs[which].dtype


CALL: Final = register(Operation(
    name="call", run=_run, arity=None, shape=_shape, dtype=_dtype, elementwise=False, inside=True,
    family="call", shown="the call of its derivative", latex=r"\operatorname{call}",
))  # fmt: skip


def call(graph: Graph, *args: Any) -> list[Any]:
    """Apply a graph to traced values: one result for each of its outputs.

    Raises ShapeError where shapes, dtypes or their number are not those of the graph's inputs, and
    where the graph holds guards or captured values: its caller has to pass those as inputs.
    """
    if graph.guards or graph.captured:
        raise ShapeError(
            "a graph with guards or captured values cannot be called: "
            "make them inputs of the graph first"
        )
    if len(args) != len(graph.inputs):
        raise ShapeError(
            f"a graph of {len(graph.inputs)} inputs was called with {len(args)} arguments"
        )
    return [CALL(*args, graph=graph, which=k) for k in range(len(graph.outputs))]
