"""Facts outside that keep changing: a number that did so three times becomes an input.

From then on it is read anew at every call, like an array outside. It is followed as a value; where
it decides something (a condition, an index, a length) that is a condition like any other. Some
functions cannot have it so, because a part of them takes nothing but a true number; there it stays
a fact, and every new value is traced.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Hashable, Iterable, Mapping

from steepest.sources.capture.guards import Slot
from steepest.sources.capture.questions import Fact

__all__ = ["Changes"]

OFTEN = 3  # new values, after which a number is an input
FACTS = 1000  # whose changes are counted


class Changes:
    """How often each fact had a new value, and what follows from it."""

    def __init__(self) -> None:
        self.inputs: dict[Hashable, Slot] = {}  # facts that are inputs; slots keep holders alive
        self._never = False  # the function changes things outside: what it reads stays a fact
        self._counts: dict[Hashable, tuple[Slot, int]] = {}
        self._fixed: dict[Hashable, Slot] = {}
        self._lock = allocate_lock()

    def note(self, missed: Iterable[Fact]) -> None:
        """These facts had values that were not known."""
        with self._lock:
            for fact in missed:
                slot = fact.slot
                known = fact.key in self._fixed or fact.key in self.inputs
                if self._never or known or not slot.number:
                    continue
                count = self._counts.get(fact.key, (slot, 0))[1] + 1
                if len(self._counts) >= FACTS:
                    self._counts.clear()
                self._counts[fact.key] = slot, count
                if count >= OFTEN:
                    self.inputs = {**self.inputs, fact.key: slot}

    def fix(self, slots: Mapping[Hashable, Slot]) -> None:
        """From now on these are facts for good."""
        with self._lock:
            if len(self._fixed) >= FACTS:
                self._fixed.clear()
            self._fixed.update(slots)
            self.inputs = {k: v for k, v in self.inputs.items() if k not in slots}

    def stop(self) -> None:
        """From now on everything is a fact: running this function twice is not what it was once."""
        with self._lock:
            self._never = True
            self.inputs = {}
