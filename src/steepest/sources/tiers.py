"""From interpreted to compiled: what becomes of a path that is taken often.

The first calls on a path run its graph step by step. At call number HOT the graph becomes machine
code, and where everything that the path takes and rests on can be looked at from there, calls of
the operator jump straight into it. The rule counts calls, not time, so that the same program
computes the same bits whenever it runs.
"""

from __future__ import annotations

from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from steepest.errors import CompilationError
from steepest.record import record
from steepest.sources.capture.guards import ATTRIBUTE, CELL, ITEM, LAYOUT, MISSING, Said, Slot
from steepest.sources.piece import Piece
from steepest.sources.structure import Structure

if TYPE_CHECKING:
    from steepest.native.entry import Call, Entry
    from steepest.native.kernel import Kernel

__all__ = ["HOT", "Compiled", "Tiers"]

HOT: Final = 16  # calls on one path; the next one is compiled
LONG: Final = 4 * HOT  # ... also where a number outside has had one value all the time
DOORS: Final = 8  # paths of one operator that calls can jump into at one time
ENTRIES: Final = 64  # ... and in its life: a call may still run there, so they go when it goes


@record(eq=True)
class Compiled:
    """What has been compiled of a function, or why nothing has.

    paths      one for each path in machine code
    reason     a sentence, where there is no machine code
    """

    paths: tuple[CompiledPath, ...] = ()
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.paths)

    def __repr__(self) -> str:
        if not self.paths:
            return f"no machine code: {self.reason}"
        return "\n".join(map(repr, self.paths))


@record(eq=True)
class CompiledPath:
    """One path in machine code: how much, how long it took, and how it is called.

    operations   additions, products, functions ... on single numbers
    size         bytes of the object
    seconds      that compiling took, or loading
    cached       whether it was found on disk
    direct       whether calls jump straight into it; else `reason` says why Python comes first
    ir           the code as LLVM was given it
    """

    operations: int
    size: int
    seconds: float
    cached: bool
    direct: bool
    reason: str
    ir: str

    def __repr__(self) -> str:
        how = "found on disk" if self.cached else "compiled"
        called = "called directly" if self.direct else f"called through Python: {self.reason}"
        return (
            f"{self.operations} operations in {self.size:,} bytes of machine code, {how} in "
            f"{1e3 * self.seconds:.1f} ms; {called}"
        )


class _Tier:
    """How far one path has come."""

    def __init__(self) -> None:
        self.calls = 0
        self.tried = False
        self.kernel: Kernel | None = None
        self.entry: Entry | None = None
        self.operations = 0
        self.reason = ""  # why it is not compiled, or not called directly

    @property
    def told(self) -> CompiledPath | None:
        """What there is to tell of it."""
        made = self.entry or self.kernel
        if made is None:
            return None
        c = made.code
        direct = self.entry is not None
        return CompiledPath(
            self.operations,
            c.size,
            c.seconds,
            c.cached,
            direct,
            "" if direct else self.reason,
            c.ir,
        )


class _Mark:
    """A path, as long as it is kept."""

    __slots__ = ("__weakref__",)


class Tiers:
    """All paths of one operator, and the doors into their machine code."""

    def __init__(self) -> None:
        self._tiers: list[_Tier] = []
        self._by_path: WeakKeyDictionary[_Mark, _Tier] = WeakKeyDictionary()
        self._doors: list[tuple[Entry, Piece]] = []  # in the order in which they are tried
        self._made: list[Entry] = []

    @property
    def compiled(self) -> Compiled:
        """What has been compiled."""
        paths = tuple(t for t in (tier.told for tier in self._tiers) if t is not None)
        if paths:
            return Compiled(paths)
        return Compiled(reason=self._tiers[-1].reason if self._tiers else "")

    def _tier(self, piece: Piece) -> _Tier:
        """How far a path has come here; other operators on the same source count for themselves."""
        mark = piece.made.get(_Mark)
        if mark is None:
            mark = piece.made[_Mark] = _Mark()
        found = self._by_path.get(mark)
        if found is None:
            found = self._by_path[mark] = _Tier()
        return found

    def result(self, holder: Any, piece: Piece) -> Any:
        """The outputs at this call; by the graph, or by machine code where the path is hot."""
        tier = self._tier(piece)
        tier.calls += 1
        ready = tier.calls > HOT and (piece.proved() or tier.calls > LONG)
        if ready and not tier.tried:
            self.compile(holder, piece)
        elif tier.entry and not tier.kernel and not tier.reason and tier.calls > 2 * HOT:
            try:
                self._make_kernel(tier, piece)
            except CompilationError as error:
                tier.reason = str(error)
        if tier.kernel is None:
            return piece.result(piece.computed())
        return piece.result(tier.kernel(*piece.values, *piece.read))

    def compile(self, holder: Any, piece: Piece) -> None:
        """Make machine code of this path, whatever its number of calls."""
        from steepest.native.engine import available

        tier = self._tier(piece)
        if tier.tried:
            return
        tier.tried = True
        tier.reason = available() or _kind_of_numbers(piece)
        try:
            if not tier.reason and not self._make_entry(holder, tier, piece):
                self._make_kernel(tier, piece)
        except CompilationError as error:
            tier.reason = str(error)
        except BaseException:  # Ctrl-C: it can be tried again
            tier.tried = False
            raise
        self._tiers.append(tier)

    def _make_entry(self, holder: Any, tier: _Tier, piece: Piece) -> bool:
        """Let calls jump straight into the code of this path, where that can be."""
        from steepest.native.entry import entry_of
        from steepest.native.leaf import install

        found = _call_of(holder, piece)
        if isinstance(found, str):
            tier.reason = found
            return False
        doors = [(e, p) for e, p in self._doors if all(slot.holds() for slot in p.slots)]
        if len(doors) >= DOORS or len(self._made) >= ENTRIES:
            tier.reason = f"{len(self._made)} other paths are called directly, and no more are"
            return False
        guards = [(g.node, g.expected) for g in piece.guards]
        try:
            planned = piece.planned(guards)
        except CompilationError as error:
            if not guards:
                raise
            tier.reason = f"its conditions are looked at by Python ({error})"
            return False
        tier.entry = entry_of(planned, found)
        tier.operations = planned.size
        self._made.append(tier.entry)
        self._doors = [*doors, (tier.entry, piece)]
        for (entry, _), (following, _) in pairwise(self._doors):
            entry.hand_on_to(following)
        first = self._doors[0][0]
        install(holder, first.address, first.frame)
        return True

    def _make_kernel(self, tier: _Tier, piece: Piece) -> None:
        """Machine code that Python calls, once it has found out that the path is this one."""
        from steepest.native.kernel import Kernel

        planned = piece.planned()
        tier.operations = tier.operations or planned.size
        tier.kernel = Kernel(planned)


def _kind_of_numbers(piece: Piece) -> str:
    for node in (*piece.inputs, *piece.captured, *piece.outputs):
        if node.dtype != np.float64:
            return f"it takes or gives {node.dtype}, and machine code is for float64"
    return ""


def _call_of(holder: Any, piece: Piece) -> Call | str:
    """What an entry has to look at, or the sentence why it cannot."""
    from steepest.native import abi
    from steepest.native.entry import Call
    from steepest.native.leaf import has_room, room_of

    if abi.unsupported():
        return abi.unsupported()
    if not has_room(holder):
        return (
            f"{type(holder).__name__} is a subclass, whose own methods may have to be called"
            if holder.direct
            else "it returns a function, which Python makes"
        )
    arguments = _arguments(piece)
    if isinstance(arguments, str):
        return arguments
    outputs = _nest(piece.output_structure, count())
    if isinstance(outputs, str):
        return outputs
    captured = tuple(
        read() if slot is None else _fact(slot, number=True)
        for read, slot in zip(piece.readers, piece.numbers, strict=True)
    )
    for thing in captured:
        if isinstance(thing, str):
            return thing
    if not piece.proved():
        return "a number outside has not been seen to change yet"
    if not all(_is_plain_array(a) for a, s in zip(captured, piece.numbers, strict=True) if not s):
        return "an array outside is not contiguous float64"
    # how an array lies in its memory is looked at anyway, where it is read
    seen = {(LAYOUT, id(a)) for a in captured}
    facts = [
        _fact(s) for s in piece.slots if not s.place or (s.place[0], id(s.place[1])) not in seen
    ]
    for fact in facts:
        if isinstance(fact, str):
            return fact
    if any(isinstance(g.expected, Said) for g in piece.guards):
        return "it depends on how a number is written as text"
    return Call(arguments, captured, tuple(facts), outputs, room_of(holder), piece.whole)


def _is_plain_array(a: Any) -> bool:
    return type(a) is np.ndarray and a.dtype == np.float64 and a.flags.c_contiguous


def _arguments(piece: Piece) -> tuple[tuple[int, ...] | None, ...] | str:
    """For each argument its shape, None for a number."""
    positional, named = piece.input_structure.children
    if named.children:
        return "arguments are given by name"
    found: list[tuple[int, ...] | None] = []
    for part in positional.children:
        if not part.is_leaf or part.dtype != np.float64 or len(found) >= len(piece.values):
            return "an argument is neither a float nor an array of float64"
        value = piece.values[len(found)]
        if isinstance(value, np.ndarray) and not value.shape:
            return "an argument is an array without dimensions"
        found.append(np.shape(value) if isinstance(value, np.ndarray) else None)
    return tuple(found)


def _nest(structure: Structure, numbers: Any) -> Any:
    """The numbers of the outputs in nested tuples; a sentence where there is another nest."""
    if structure.is_leaf:
        return next(numbers)
    if structure.kind is not tuple:
        kind = "something else" if structure.kind is None else f"a {structure.kind.__name__}"
        return f"the result is {kind}, not a number, an array or a tuple of them"
    parts = [_nest(child, numbers) for child in structure.children]
    return next((p for p in parts if isinstance(p, str)), tuple(parts))


def _fact(slot: Slot, number: bool = False) -> Any:
    """A fact outside as an entry compares it, or reads it where it is a `number` of which any will
    do; a sentence where it has to be Python.
    """
    from steepest.native.entry import NOTHING, Fact

    by_python = f"{slot.name} is {'read' if number else 'compared'} by Python"
    if slot.place is None:
        return by_python
    kind, holder, key = slot.place
    if kind == ITEM and slot.was is MISSING and type(holder) is dict and type(key) is str:
        return Fact(kind, holder, key, NOTHING)
    if kind == ITEM and not (type(holder) is dict and type(key) in (str, int)):
        return by_python
    if kind not in (CELL, ITEM, ATTRIBUTE) or slot.was is MISSING:
        return by_python
    if number:
        return Fact(kind, holder, key, type(slot.was))
    try:
        same_object = slot.read() is slot.was
    except Exception:  # noqa: BLE001  (a property may raise anything)
        return by_python
    return Fact(kind, holder, key, slot.was) if same_object else by_python
