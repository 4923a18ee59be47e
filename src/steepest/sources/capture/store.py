"""What is kept of a function: its paths, in bounded memory.

Bounded are the graph nodes of all paths together, not their number: past the bound those go that
were not taken for the longest time.
"""

from __future__ import annotations

import math
from _thread import allocate_lock
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from steepest.graph.node import Node
from steepest.sources.capture.guards import Read
from steepest.sources.capture.questions import End
from steepest.sources.capture.tape import Tape
from steepest.sources.capture.trie import Trail, Trie

__all__ = ["Store"]

NODES = 200_000  # graph nodes of all kept paths together, and the questions on them
NUMBERS = 1 << 24  # numbers in arrays outside, which paths keep alive (128 MB of float64)
KINDS = 64  # kinds of arguments (structure, shapes, dtypes) for which paths are kept


class Store:
    """The paths of one function, by kind of arguments; the one taken last is the last in order."""

    def __init__(self) -> None:
        self.nodes = 0
        self._numbers = 0
        self._arrays: Counter[Node] = Counter()  # by how many paths each array is held
        self._tries: OrderedDict[Any, Trie] = OrderedDict()
        self._ends: OrderedDict[End, tuple[Trie, Trail]] = OrderedDict()
        self._lock = allocate_lock()

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def paths(self) -> int:
        """How many paths are kept; one that cannot be followed counts, too."""
        with self._lock:
            return len(self._ends) + sum(t.lost is not None for t in self._tries.values())

    def known(self, kind: Any) -> Trie | None:
        """The paths for arguments of a kind, if there are any yet."""
        return self._tries.get(kind)

    def trie(self, kind: Any, make: Callable[[], Trie]) -> Trie:
        """The paths for arguments of a kind; the kind that came first goes when there are many."""
        with self._lock:
            found = self._tries.get(kind)
            if found is None:
                found = self._tries[kind] = make()
                if len(self._tries) > KINDS:
                    _, oldest = self._tries.popitem(last=False)
                    for end in [e for e, (t, _) in self._ends.items() if t is oldest]:
                        self._drop(end)
            return found

    def used(self, end: End) -> None:
        """A path was taken."""
        with self._lock:
            if end in self._ends:
                self._ends.move_to_end(end)

    def keep(self, kind: Any, trie: Trie, tape: Tape) -> bool:
        """Keep a path. False: it is too big, or others had to go for it."""
        with self._lock:
            if self._tries.get(kind) is not trie:  # it went while this path was being traced
                return True
            if tape.weight > NODES:
                return False
            trail, end, replaced = trie.add(tape)
            self._ends[end] = trie, trail
            self._count(tape)
            for old in replaced:  # the same path: of another thread, or with arrays reshaped since
                self._drop(old)
            fits = True
            while len(self._ends) > 1 and (self.nodes > NODES or self._numbers > NUMBERS):
                self._drop(next(iter(self._ends)))
                fits = False
            return fits

    def forget(self, keys: Sequence[Hashable]) -> None:
        """Forget the paths on which one of these facts is an input."""
        with self._lock:
            gone = set(keys)
            for end in list(self._ends):
                asked = (q for q in end.tape.questions if type(q) is Read and q.node is not None)
                if any(q.key in gone for q in asked):
                    self._drop(end)

    def _drop(self, end: End) -> None:
        trie, trail = self._ends.pop(end)
        trie.remove(trail)
        self.nodes -= end.tape.weight
        for node, _ in end.tape.graph.captured:
            self._arrays[node] -= 1
            if not self._arrays[node]:
                del self._arrays[node]
                self._numbers -= math.prod(node.shape)

    def _count(self, tape: Tape) -> None:
        self.nodes += tape.weight
        for node, _ in tape.graph.captured:
            if node not in self._arrays:
                self._numbers += math.prod(node.shape)
            self._arrays[node] += 1
