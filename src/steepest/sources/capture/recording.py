"""One run of a function on handles, and the tape that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import MethodType
from typing import Any, NamedTuple

import numpy as np

import steepest.operations
import steepest.sources.capture.operators  # noqa: F401  (gives handles their operators)
from steepest.errors import CaptureError
from steepest.graph.graph import Graph, Guard
from steepest.graph.node import Node
from steepest.graph.traced import as_node
from steepest.graph.traverse import topological
from steepest.sources.capture.arguments import Arguments
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.check import check
from steepest.sources.capture.faults import line, of_steepest
from steepest.sources.capture.guards import Read
from steepest.sources.capture.handle import plain
from steepest.sources.capture.memory import Buffer
from steepest.sources.capture.promises import finite
from steepest.sources.capture.scalars import ScalarHandle
from steepest.sources.capture.seam import Seam
from steepest.sources.capture.tape import Tape
from steepest.sources.capture.trace import OPERATIONS, Endless, Trace
from steepest.sources.structure import Structure, flatten

__all__ = ["Plain", "Recording"]

Plain = Callable[..., list[Any]]  # the function itself: leaves (and who watches) in, leaves out


class _Run(NamedTuple):
    """What one traced run gave: the outputs' nodes, their nest, and their values."""

    nodes: tuple[Node, ...]
    structure: Structure
    values: list[Any]


class Recording:
    """One run of a function on handles, begun with a trace that nobody else has."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        given: Arguments,
        run_plainly: Plain,
        trace: Trace,
    ) -> None:
        self.function, self.name, self.given, self.trace = function, name, given, trace
        self.plain = run_plainly
        self._written: dict[Node | None, Any] = {}  # arrays outside, and what was in them before

    @property
    def changes_things(self) -> bool:
        """Whether the run did more than give a result, so that running it again is another run."""
        trace = self.trace
        return bool(trace.changes or trace.unkept or trace.random or self._written)

    def tape(self) -> Tape:
        """Run the function, and check what was followed against it."""
        trace = self.trace
        handles = _enter(trace, self.given)
        seam = Seam(trace)
        self._own_outside(seam)
        try:
            run = self._run(seam, handles)
        finally:
            self._written = {
                b.captured: (b.block, b.before)
                for b in trace.buffers.values()
                if b.captured is not None and b.before is not None
            }
            trace.close()
        self._compare_facts()
        notes = tuple(map(_sentence, trace.notes.items()))
        if isinstance(run, str):
            graph = Graph(trace.leaves.inputs, ())
            return Tape(graph, Structure(tuple), exact=False, reasons=(run,), notes=notes)
        tape = self._made(run)
        tape.notes = notes
        tape.reasons = tuple(map(str, trace.losses))
        if tape.reasons:
            tape.exact = False
            return tape
        self._judge(tape, run)
        if not self._written.keys().isdisjoint(tape.order):
            trace.unkept["it goes on from what an array outside held, and changes it"] = None
        if trace.unkept or trace.random:
            tape.keep = False
            unkept = (f"traced at every call: {_sentence(u)}" for u in trace.unkept.items())
            tape.notes = (*tape.notes, *unkept)
        return tape

    def _compare_facts(self) -> None:
        """See whether the run has changed numbers outside that it has read."""
        trace = self.trace
        for key, slot in trace.slots.items():
            if slot.number and not slot.holds():
                trace.changes = True
                if key in trace.varied:
                    trace.spoilt[key] = slot

    def _made(self, run: _Run) -> Tape:
        """The tape of what was followed."""
        trace = self.trace
        guards = tuple(trace.guards)
        if trace.varied:
            guards += finite(trace, [*(g.node for g in guards), *run.nodes])
        captured: tuple[tuple[Node, Any], ...] = ()
        if trace.captured:
            reached = set(topological([*(g.node for g in guards), *run.nodes]))
            numbers = {v.node: v.slot.read for v in trace.varied.values()}
            captured = tuple(
                (n, numbers[n] if n in numbers else _reader(self._written.get(n, (0, block))[1]))
                for n, block in trace.captured
                if n in reached
            )
        graph = Graph(trace.leaves.inputs, run.nodes, guards, captured)
        tape = Tape(graph, run.structure, tuple(_in_order(trace, guards)))
        tape.unproved = {key: varied.slot for key, varied in trace.varied.items()}
        return tape

    def _run(self, seam: Seam, handles: Sequence[Any]) -> _Run | str:
        """Run the function on handles. A sentence instead, when only following it made it fail."""
        trace = self.trace
        args, kwargs = self.given.layout.call(handles, copies=False)
        try:
            with trace:
                result = seam.call(self.function, *args, **kwargs)
            leaves, structure = flatten(result)
            nodes = tuple(as_node(trace.lift(leaf)) for leaf in leaves)
            values = [np.array(plain(leaf)) for leaf in leaves]
        except Endless as stop:
            return (
                f"it takes more than {OPERATIONS:,} operations on values that are being followed "
                f"({stop}); operations on whole arrays in place of loops over elements count once"
            )
        except Exception as error:
            self._as_the_function_itself()
            at = line(error)
            if of_steepest(error):
                raise self._fault(error, at, "The function itself runs; please") from error
            return (
                f"it raises {type(error).__name__} ({error}) on values that are being "
                f"followed ({at})"
            )
        if trace.faults:
            fault, where = trace.faults[0]
            raise self._fault(fault, where, "Please") from fault
        return _Run(nodes, structure, values)

    def _fault(self, error: BaseException, at: Any, please: str) -> CaptureError:
        return CaptureError(
            f"steepest failed while following {self.name}{f' at {at}' if at else ''}: "
            f"{type(error).__name__}: {error}. {please} report this, with the function"
        )

    def _as_the_function_itself(self) -> None:
        """Let the function's own error through.

        What it raises on plain numbers too is not about following it.
        """
        with np.errstate(all="ignore"):
            try:
                self.plain(self.given.values)
            except Exception as own:
                raise own from None

    def _judge(self, tape: Tape, run: _Run) -> None:
        trace = self.trace
        verdict = check(
            tape,
            self.plain,
            self.given.values,
            run.values,
            trace.followed | trace.followed_codes,
            list(self._written.values()),
            self.given.layout.differentiable,
        )
        tape.exact = verdict.exact
        if verdict.reason:
            tape.reasons = (verdict.reason,)
        if trace.random or verdict.random:
            trace.random = True
            tape.notes = (
                *tape.notes,
                "randomness was noticed: it is traced at every call, and slopes belong to that "
                "call's draw",
            )
            if tape.exact:
                tape.exact = None
        for stranger in verdict.strangers:
            trace.unkept[f"{stranger} runs where it cannot be followed"] = None

    def _own_outside(self, seam: Seam) -> None:
        """What the function hangs on and what it is given are held outside.

        Their attributes are facts.
        """
        function = self.function
        if isinstance(function, MethodType):
            seam.own(function.__self__, "self")
        elif not hasattr(function, "__code__"):
            seam.own(function, self.name)
        for name, thing in self.given.layout.objects:
            seam.own(thing, name)


def _enter(trace: Trace, given: Arguments) -> list[Any]:
    """A handle for every input leaf.

    Arrays on memory of their own, so that the caller's is not written.
    """
    handles: list[Any] = []
    for node, value in zip(trace.leaves.inputs, given.values, strict=True):
        if isinstance(value, np.ndarray):
            trace.inputs[node] = value.copy()
            block = value.copy()
            buffer = trace.buffers[id(block)] = Buffer(block, node)
            handles.append(ArrayHandle(trace, block, buffer))
        else:
            trace.inputs[node] = value
            handles.append(ScalarHandle(trace, value, node))
    return handles


def _in_order(trace: Trace, guards: Sequence[Guard]) -> Iterator[Read | Guard]:
    """Facts and conditions, in the order in which the run met them."""
    facts = iter(trace.slots.items())
    ahead = next(facts, None)
    for i in range(len(guards) + 1):
        while ahead is not None and (trace.moments[ahead[0]] <= i or i == len(guards)):
            key, slot = ahead
            varied = trace.varied.get(key)
            yield Read(key, slot, None if varied is None else varied.node)
            ahead = next(facts, None)
        if i < len(guards):
            yield guards[i]


def _reader(block: np.ndarray[Any, Any]) -> Callable[[], np.ndarray[Any, Any]]:
    return lambda: block


def _sentence(said: tuple[str, Any]) -> str:
    what, origin = said
    return f"{what} ({origin})" if origin else what
