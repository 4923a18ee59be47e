"""A function as a whole: inputs, outputs, what held on the way, what is read anew at each call."""

from __future__ import annotations

from typing import Any

from steepest.graph.node import INPUT, Node, Origin
from steepest.record import each, record

__all__ = ["Graph", "Guard"]


@record()
class Guard:
    """A fact that held while a path was followed: `node` had the value `expected`. Elsewhere the
    path is another.
    """

    node: Node
    expected: Any
    origin: Origin | None = None
    reason: str = ""


@record()
class Graph:
    """A function as a whole: inputs in order, outputs in order; captured values are inputs, each
    with its reader.

    A graph can itself be a parameter of a node (`call`, later a loop): it is immutable and equal
    only to itself.
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    guards: tuple[Guard, ...] = ()
    captured: tuple[tuple[Node, Any], ...] = ()  # (input node, a callable that reads the value now)
    made: dict[Any, Any] = each(factory=dict, init=False)  # programs and derivatives, made once

    def __post_init__(self) -> None:
        for n in self.inputs:
            if n.op is not INPUT:
                raise TypeError(f"a graph's inputs are input nodes; {n!r} is computed from others")

    @property
    def roots(self) -> tuple[Node, ...]:
        """Everything that has to be computed to run it: the guards' nodes, then the outputs."""
        return (*(g.node for g in self.guards), *self.outputs)
