"""A followed path of a function: its graph, and what it rests on.

Shared by all calls that take this path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from steepest.graph.graph import Graph, Guard
from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.traverse import Program, topological
from steepest.record import each, record
from steepest.sources.capture.arguments import Arguments
from steepest.sources.capture.guards import Read, Slot
from steepest.sources.once import gradient_once, program_once
from steepest.sources.structure import Structure

__all__ = ["Path", "Tape"]

Array = np.ndarray[Any, Any]


@record(frozen=False)
class Tape:
    """One way through the function.

    `exact`: True, the check has passed; False, something was lost, so `numerical` is set and only
    the outputs' structure counts; None, the check could not tell.
    """

    graph: Graph
    output_structure: Structure
    questions: tuple[Read | Guard, ...] = ()  # facts outside and conditions, as the run asked them
    exact: bool | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    keep: bool = True
    told: bool = False  # that its slopes come from differences
    made: dict[Any, Any] = each(factory=dict)  # what others prepare of it, for as long
    unproved: dict[Any, Slot] = each(factory=dict)  # facts that are inputs, checked once
    weight: int = each(factory=int, init=False)

    def __post_init__(self) -> None:
        operations = [n for n in self.order if n.op is not INPUT and n.op is not CONSTANT]
        self.weight = len(operations) + len(self.questions) + 1

    @cached_property
    def order(self) -> list[Node]:
        """Every node of the graph, each after its arguments."""
        return topological(self.graph.roots)

    @property
    def numerical(self) -> bool:
        """Whether the path could not be followed, so that slopes must come from differences."""
        return self.exact is False

    @cached_property
    def varied(self) -> dict[Any, Read]:
        """The facts that are inputs, by their nodes."""
        asked = (q for q in self.questions if type(q) is Read)
        return {q.node: q for q in asked if q.node is not None}

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The facts outside that are compared."""
        asked = (q for q in self.questions if type(q) is Read)
        return tuple(q.slot for q in asked if q.node is None)

    @cached_property
    def program(self) -> Program:
        """All outputs, from the inputs' values and then the captured ones."""
        return self.prepared(self.graph.outputs)

    def gradient(self, by: Sequence[Node]) -> list[Node]:
        """The gradient of the one output, a number; made once."""
        return gradient_once(self.graph.made, self.graph.outputs[0], by)

    def prepared(self, outputs: Sequence[Node]) -> Program:
        """Some outputs, prepared for the arguments' values; once."""
        return program_once(self.graph.made, self.arguments, outputs)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The input nodes, then the captured ones."""
        return (*self.graph.inputs, *(n for n, _ in self.graph.captured))

    def captured_values(self) -> tuple[Any, ...]:
        """What the captured arrays, and facts that are inputs, hold now."""
        return tuple([read() for _, read in self.graph.captured])


@record(frozen=False)
class Path:
    """The path that one call takes: the tape, and the values of this call."""

    tape: Tape
    given: Arguments  # the values of this call, and how they are nested
    captured: tuple[Any, ...]  # what was read outside at this call, in the order of the graph's
    _function: Callable[..., list[Any]]

    def plain(self, values: Sequence[Any]) -> list[Any]:
        """The user's function itself: leaves in, leaves of its result out."""
        return self._function(self.given.layout, values)

    @property
    def values(self) -> tuple[Any, ...]:
        """The input leaves, as floating-point numbers and arrays."""
        return self.given.values

    @property
    def names(self) -> tuple[str, ...]:
        """What a user would write to reach each."""
        return self.given.layout.names

    @property
    def differentiable(self) -> tuple[bool, ...]:
        """False for leaves of arguments that are not differentiated."""
        return self.given.layout.differentiable

    @property
    def owners(self) -> tuple[int, ...]:
        """For each leaf, the number of its argument."""
        return self.given.layout.owners

    @property
    def input_structure(self) -> Structure:
        """Of (args, kwargs)."""
        return self.given.layout.structure

    @property
    def graph(self) -> Graph:
        """Inputs: one node for each leaf; outputs: the leaves of the result; guards.

        Captured arrays with their readers.
        """
        return self.tape.graph

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The input nodes, one for each leaf."""
        return self.graph.inputs

    @property
    def output_structure(self) -> Structure:
        """How the result is nested."""
        return self.tape.output_structure

    @property
    def numerical(self) -> bool:
        """Whether slopes must come from differences of `plain`.

        The function could not be followed here.
        """
        return self.tape.numerical

    def captured_values(self) -> tuple[Any, ...]:
        """What the captured arrays held at this call, in the order of `graph.captured`."""
        return self.captured

    def outputs(self) -> list[Any]:
        """The leaves of the result, from the graph (or from the function itself if it was lost)."""
        if self.numerical:
            return self.plain(self.values)
        return self.tape.program(*self.values, *self.captured)
