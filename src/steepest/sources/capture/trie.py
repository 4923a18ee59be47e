"""The paths of a function for arguments of one kind: a tree of questions with shared beginnings.

From the root on every answer leads to the next question, as it did in the run that was traced; the
end of the way is a tape. So a path is found by one walk, however many there are.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.sources.capture.guards import Read
from steepest.sources.capture.leaves import Leaves
from steepest.sources.capture.places import Places
from steepest.sources.capture.questions import Condition, End, Fact, Next, Place, Question
from steepest.sources.capture.tape import Tape

__all__ = ["Found", "Trail", "Trie"]

Trail = list[tuple[Place, Hashable, Next]]  # from the root to an end: place, answer, what follows


class Found(NamedTuple):
    """A known path, and what was read outside on the way: the captured values, in its order."""

    end: End
    captured: tuple[Any, ...]


class Trie:
    """All that is kept for arguments of one kind.

    Paths are added and removed by one thread at a time; they may be walked by others meanwhile,
    since what follows an answer is exchanged as a whole.
    """

    def __init__(self, leaves: Leaves) -> None:
        self.leaves = leaves
        self.lost: Tape | None = None  # cannot be followed here: every call takes this one
        self._start = Place()
        self._conditions = 0

    def walk(self, inputs: Sequence[Any], missed: list[Fact] | None = None) -> Found | None:
        """The path that holds at these inputs, or None; `missed` takes facts with new answers."""
        if not self._conditions:
            return self._walk(list(inputs), missed)
        with np.errstate(all="ignore"):
            return self._walk(list(inputs), missed)

    def _walk(self, values: list[Any], missed: list[Fact] | None) -> Found | None:
        waiting: list[tuple[Next, int]] = []
        following = self._start.answers.get(None, ())
        while True:
            if len(following) == 1:
                thing = following[0]
            else:
                here = len(values)
                waiting += [(thing, here) for thing in reversed(following)]
                if not waiting:
                    return None
                thing, depth = waiting.pop()
                del values[depth:]
            if isinstance(thing, End):
                captured = thing.captured(values)
                if captured is not None:
                    return Found(thing, captured)
                following = ()
                continue
            following = thing.answer(values)
            if not following and missed is not None and isinstance(thing, Fact):
                missed.append(thing)

    def add(self, tape: Tape) -> tuple[Trail, End, list[End]]:
        """Add a path: its trail and its end, and the ends (of the same path) that it replaces."""
        places = Places(self.leaves.inputs)
        loads = {n: r for n, r in tape.graph.captured if n not in tape.varied}
        trail: Trail = []
        place: Place = self._start
        token: Hashable = None
        for asked in tape.questions:
            known = place.answers.get(token, ())
            asking = (q for q in known if isinstance(q, Question) and q.is_asked(asked, places))
            question = next(asking, None)
            if question is None:
                if isinstance(asked, Read):
                    question = Fact(asked, places)
                else:
                    question = Condition(asked, loads, places)
                    self._conditions += 1
                place.put(token, question)
            else:
                question.place(asked, places)
            trail.append((place, token, question))
            place, token = question, question.token(asked)
        replaced = [e for e in place.answers.get(token, ()) if isinstance(e, End)]
        end = End(tape, places)
        place.put(token, end)
        trail.append((place, token, end))
        return trail, end, replaced

    def remove(self, trail: Trail) -> None:
        """Remove a path, and the questions that nobody asks any longer."""
        for place, token, thing in reversed(trail):
            place.drop(token, thing)
            if place.answers:
                return
            self._conditions -= type(place) is Condition
