"""What a run has read outside the function: facts, and numbers that are inputs."""

from __future__ import annotations

from collections.abc import Container, Hashable
from typing import TYPE_CHECKING, Any, cast

from steepest.graph.graph import Guard
from steepest.graph.node import Node
from steepest.record import record, replaced
from steepest.sources.capture.guards import Slot
from steepest.sources.capture.leaves import Leaves
from steepest.sources.capture.scalars import FloatHandle, ScalarHandle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["Outside", "Varied"]


@record()
class Varied:
    """A fact that is an input."""

    slot: Slot
    node: Node
    handle: ScalarHandle


class Outside:
    """The part of a trace that is about the world outside; keys are a holder's identity and a name.

    `leaves` are shared with the traces of other paths; `free` are the facts that are inputs.
    """

    def __init__(self, leaves: Leaves, free: Container[Hashable] = ()) -> None:
        self.leaves = leaves
        self.free = free
        self.guards: list[Guard] = []
        self.captured: list[tuple[Node, Any]] = []  # arrays and numbers outside, with their values
        self.slots: dict[Any, Slot] = {}
        self.moments: dict[Any, int] = {}  # how many guards there were when a fact was read
        self.pending_slots: dict[Any, Slot] = {}  # `x.n += 1`: a fact only if x.n is read as well
        self.varied: dict[Any, Varied] = {}
        self.spoilt: dict[Any, Slot] = {}  # facts that should have been inputs, and could not
        self.changes = False  # things outside, so that a second run is not what the first was

    def fact(self, key: Hashable, slot: Slot) -> None:
        """Something outside was read: the path is the one where it is what it is now."""
        self.slots[key] = slot
        self.moments[key] = len(self.guards)

    def number(self, key: Hashable, slot: Slot) -> ScalarHandle:
        """A number outside was read that is an input here: the handle on it."""
        node = self.leaves.fact(key, slot.was, slot.name)
        kind = FloatHandle if type(slot.was) is float else ScalarHandle
        handle = kind(cast("Trace", self), slot.was, node)
        slot = replaced(slot, number=True)
        self.fact(key, slot)
        self.captured.append((node, slot.was))
        self.varied[key] = Varied(slot, node, handle)
        return handle
