"""A followed path of a function: its graph, and what it rests on.

Shared by all calls that take this path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from steepest.graph.graph import Graph
from steepest.graph.traverse import Program, count
from steepest.sources.capture.guards import Slot, agrees
from steepest.sources.structure import Structure

__all__ = ["Path", "Tape"]

Array = np.ndarray[Any, Any]


@dataclass(eq=False)
class Tape:
    """One way through the function.

    `exact`: True, the check has passed; False, something was lost, so `numerical` is set and only
    the outputs' structure counts; None, the check could not tell.
    """

    graph: Graph
    output_structure: Structure
    slots: tuple[Slot, ...] = ()
    exact: bool | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    keep: bool = True
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = count(self.graph.roots)

    @property
    def numerical(self) -> bool:
        """Whether the path could not be followed, so that slopes must come from differences."""
        return self.exact is False

    @cached_property
    def _guards(self) -> Program:
        return Program(self.arguments, [g.node for g in self.graph.guards])

    @cached_property
    def program(self) -> Program:
        """All outputs, from the inputs' values and then the captured ones."""
        return Program(self.arguments, self.graph.outputs)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The input nodes, then the captured ones."""
        return (*self.graph.inputs, *(n for n, _ in self.graph.captured))

    def captured_values(self) -> tuple[Any, ...]:
        """What the captured arrays hold now."""
        return tuple(read() for _, read in self.graph.captured)

    def facts_hold(self) -> bool:
        """Whether everything outside that was read is what it was."""
        return all(slot.holds() for slot in self.slots)

    def guards_hold(self, values: Sequence[Any], captured: Sequence[Any]) -> bool:
        """Whether the function takes this path at these values."""
        if not self.graph.guards:
            return True
        try:
            found = self._guards(*values, *captured)
        except (
            ValueError,
            IndexError,
            TypeError,
            ArithmeticError,
        ):  # another path, on which these nodes make no sense
            return False
        return all(agrees(v, g.expected) for v, g in zip(found, self.graph.guards, strict=True))

    def shapes_hold(self) -> bool:
        """Whether captured arrays still have their shapes and dtypes (they can be resized)."""
        return all(
            read().shape == n.shape and read().dtype == n.dtype for n, read in self.graph.captured
        )


@dataclass(frozen=True, eq=False)
class Path:
    """The path that one call takes: the tape, and the values of this call."""

    tape: Tape
    values: tuple[Any, ...]  # the input leaves, as floating-point numbers and arrays
    names: tuple[str, ...]  # what a user would write to reach each
    differentiable: tuple[bool, ...]  # False for leaves of arguments that are not differentiated
    input_structure: Structure  # of (args, kwargs)
    owners: tuple[int, ...]  # for each leaf, the number of its argument
    plain: Callable[
        [Sequence[Any]], list[Any]
    ]  # the user's function itself: leaves in, leaves of its result out

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
        """What the captured arrays hold now, in the order of `graph.captured`."""
        return self.tape.captured_values()

    def outputs(self) -> list[Any]:
        """The leaves of the result, from the graph (or from the function itself if it was lost)."""
        if self.numerical:
            return self.plain(self.values)
        return self.tape.program(*self.values, *self.captured_values())
