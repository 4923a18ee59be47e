"""What a run asks on its way: facts outside, and conditions on values. Answers lead on.

A question is the same for all paths that come to it; its answers lead to the next questions, or to
the end of a path. Values worked out for one question are there for all that follow: they lie in one
growing list, and every question knows the places of what it needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from steepest.graph.graph import Guard
from steepest.graph.node import CONSTANT, Node
from steepest.graph.traverse import number_of, step_of, topological
from steepest.sources.capture.guards import Read, Said, Slot, same
from steepest.sources.capture.places import Places
from steepest.sources.capture.tape import Tape

__all__ = ["Condition", "End", "Fact", "Next", "Place", "Question"]

Reader = Callable[[], Any]
HASHED: frozenset[Any] = frozenset({int, bool, str, bytes, type(None)})


class Place:
    """Where a path goes on: the questions (or the end) that follow each answer.

    As a rule one follows. There are several where runs with equal answers did not go on alike.
    """

    __slots__ = ("answers",)

    def __init__(self) -> None:
        self.answers: dict[Hashable, tuple[Next, ...]] = {}

    def put(self, token: Hashable, thing: Next) -> None:
        """Let something follow an answer; what came last is tried first."""
        self.answers[token] = (thing, *self.answers.get(token, ()))

    def drop(self, token: Hashable, thing: Next) -> None:
        """Let it no longer follow."""
        rest = tuple(t for t in self.answers.get(token, ()) if t is not thing)
        if rest:
            self.answers[token] = rest
        else:
            self.answers.pop(token, None)


class Question(Place):
    """What is asked of the world, or of the values worked out so far."""

    __slots__ = ()

    def is_asked(self, asked: Any, places: Places) -> bool:
        """Whether a run asks this same question."""
        raise NotImplementedError

    def token(self, asked: Any) -> Hashable:
        """The answer of a run, as a key; a new answer is taken up."""
        raise NotImplementedError

    def place(self, asked: Any, places: Places) -> None:
        """Note which values are at hand behind this question; making it does so, too."""
        raise NotImplementedError

    def answer(self, values: list[Any]) -> tuple[Next, ...]:
        """What follows, at the values worked out so far; what is worked out here joins them."""
        raise NotImplementedError


def _kind(value: Any) -> Any:
    return type(value)


class Fact(Question):
    """A fact outside: what is it now?"""

    __slots__ = ("key", "latest", "objects", "read", "slot", "varies")

    def __init__(self, asked: Read, places: Places) -> None:
        super().__init__()
        self.key = asked.key
        self.slot: Slot = asked.slot
        self.read = asked.slot.read
        self.objects: dict[Hashable, Any] = {}  # answers that are compared one by one
        self.varies: dict[Hashable, Node] = {}  # kinds of number of which any will do
        self.latest: tuple[Any, Hashable] = (self, None)
        self.place(asked, places)

    def is_asked(self, asked: Any, places: Places) -> bool:
        """Whether a run reads this same fact."""
        return type(asked) is Read and asked.key == self.key

    def token(self, asked: Any) -> Hashable:
        """The answer of a run, as a key; a new answer is taken up."""
        was = asked.slot.was
        if asked.node is not None:
            self.varies[_kind(was)] = asked.node
            kind: Hashable = _kind(was)
            return kind
        token = self._find(was)
        if token is None:
            token = id(was)  # which stays its own as long as `objects` holds it
            self.objects[token] = was
        self.latest = (was, token)
        return token

    def place(self, asked: Any, places: Places) -> None:
        """Note where the number lies, if it is an input."""
        if asked.node is not None:
            places.add(asked.node)

    def _find(self, value: Any) -> Hashable | None:
        kind = _kind(value)
        if kind in HASHED:
            return (kind, value)
        if kind is float and value == value:
            return (kind, value, math.copysign(1.0, value))
        for token, was in self.objects.items():
            if same(value, was):
                return token
        return None

    def answer(self, values: list[Any]) -> tuple[Next, ...]:
        """What follows the fact as it is now."""
        try:
            value = self.read()
        except Exception:  # noqa: BLE001  (a property or a deleted name: whatever it raises, it is not what it was)
            return ()
        was, token = self.latest
        if value is not was:
            kind = _kind(value)
            if kind in self.varies:
                values.append(value)
                return self.answers.get(kind, ())
            token = self._find(value)
        return self.answers.get(token, ())

    def drop(self, token: Hashable, thing: Next) -> None:
        """Let it no longer follow, and forget an answer that leads nowhere."""
        super().drop(token, thing)
        if token not in self.answers:
            self.objects.pop(token, None)
            self.varies.pop(token, None)
            if self.latest[1] == token:
                self.latest = (self, None)


class Condition(Question):
    """A condition on a value: what does the node give here?"""

    __slots__ = ("_at", "_constants", "_loads", "_steps", "_told", "dtype", "node", "nodes")

    def __init__(self, asked: Guard, loads: dict[Node, Reader], places: Places) -> None:
        super().__init__()
        self.node = places.first(asked.node)
        self.dtype = self.node.dtype
        new = topological([self.node], stop=places)
        new = [n for n in new if n not in places]
        data = [n for n in new if n in loads]
        fixed = [n for n in new if n.op is CONSTANT]
        made = [n for n in new if n.op is not CONSTANT and n not in loads]
        self.nodes = (*data, *fixed, *made)  # in the order in which they come to lie
        for n in self.nodes:
            places.add(n)
        self._loads = tuple(Load(n, loads[n]) for n in data)
        self._constants = tuple(map(number_of, fixed))
        self._steps = tuple(step_of(n, places) for n in made)
        self._at = places[self.node]
        self._told: dict[str, Said] = {}

    def is_asked(self, asked: Any, places: Places) -> bool:
        """Whether a run asks for this same node, or for one that means the same."""
        return type(asked) is Guard and places.alike(self.node, asked.node)

    def token(self, asked: Any) -> Hashable:
        """The answer of a run, as a key; a new answer is taken up."""
        if isinstance(asked.expected, Said):
            self._told.setdefault(asked.expected.text, asked.expected)
            return asked.expected.text
        return self._key(asked.expected)

    def place(self, asked: Any, places: Places) -> None:
        """Note where all that was worked out for it lies."""
        for node in self.nodes:
            places.add(node)

    def _key(self, value: Any) -> Hashable:
        """A value to the bit: zeros of different sign lead to different paths."""
        if self.dtype.kind in "biu" and self.node.shape == ():
            return int(value)
        array = np.asarray(value, self.dtype)
        return array.shape, array.tobytes()

    def answer(self, values: list[Any]) -> tuple[Next, ...]:
        """What follows the value of the node, which is worked out from what is there already."""
        try:
            values += [load.now() for load in self._loads]
            values += self._constants
            for run, places in self._steps:
                values.append(run(*places(values)))
            value = values[self._at]
            if self._told:
                said = np.asarray(value)[()]
                for text, told in self._told.items():
                    if told.say(said) == text:
                        return self.answers.get(text, ())
            return self.answers.get(self._key(value), ())
        except (ValueError, IndexError, TypeError, ArithmeticError):
            return ()  # on another path, where this question makes no sense


class Load:
    """Memory outside, read anew; it must have the shape and dtype that it had."""

    __slots__ = ("dtype", "read", "shape")

    def __init__(self, node: Node, read: Reader) -> None:
        self.read, self.shape, self.dtype = read, node.shape, node.dtype

    def now(self) -> Any:
        """What it holds. Raises ValueError where it has been reshaped."""
        value = self.read()
        if value.shape != self.shape or value.dtype != self.dtype:
            raise ValueError("an array outside has another shape than it had")
        return value


class End:
    """The end of a path: its tape."""

    __slots__ = ("_at", "_loads", "tape")

    def __init__(self, tape: Tape, places: Places) -> None:
        self.tape = tape
        loads = []
        for node, read in tape.graph.captured:
            if node not in places:
                places.add(node)
                loads.append(Load(node, read))
        self._loads = tuple(loads)
        self._at = tuple(places[n] for n, _ in tape.graph.captured)

    def captured(self, values: list[Any]) -> tuple[Any, ...] | None:
        """What is read outside, in the tape's order; None where an array has been reshaped."""
        if not self._at:
            return ()
        try:
            values += [load.now() for load in self._loads]
        except ValueError:
            return None
        return tuple([values[i] for i in self._at])


Next = Question | End
