"""A NumPy function, followed.

Traced once for each path it takes, found again at every other call.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any, NamedTuple

import numpy as np

import steepest.operations
import steepest.sources.capture.operators  # noqa: F401  (gives handles their operators)
from steepest.errors import CaptureError
from steepest.graph.graph import Graph
from steepest.graph.node import Node, fresh
from steepest.graph.traced import as_node
from steepest.graph.traverse import topological
from steepest.sources.capture.arguments import Arguments
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.check import check
from steepest.sources.capture.handle import Handle, plain
from steepest.sources.capture.memory import Buffer
from steepest.sources.capture.rules import RULES
from steepest.sources.capture.scalars import ScalarHandle
from steepest.sources.capture.seam import Seam
from steepest.sources.capture.tape import Path, Tape
from steepest.sources.capture.trace import OPERATIONS, Endless, Trace, line_of
from steepest.sources.capture.tracing import Tracing
from steepest.sources.structure import Structure, flatten

__all__ = ["Followed", "NumericalWarning"]

PATHS = 32  # paths kept for arguments of one structure; beyond them every call is traced afresh
KEYS = 64  # structures of arguments for which paths are kept
NODES = 200_000  # operations kept in all paths together
HANDS_OVER = (  # to C code, as it stands
    Seam._call_compiled.__code__,
    Handle.__getattr__.__code__,
    RULES[float].__code__,
)


class NumericalWarning(UserWarning):
    """A function could not be followed, so its slopes come from differences.

    The message names the line.
    """


class Followed:
    """A function whose derivatives can be taken, although nobody wrote it for that.

    `argnums`: the positions (or names) of the arguments that will be differentiated; None, all of
    them. Integers among those become float64; integers, texts and truth values in other arguments
    stay what they are, and belong to the path. `strict`: raise CaptureError instead of falling back
    on differences. `pure=False`: trace afresh at every call, for functions whose side effects
    matter.

    Raises CaptureError when strict, or when steepest itself is at fault (please report it then);
    whatever the function itself raises passes through.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        strict: bool = False,
        pure: bool = True,
        argnums: Sequence[int | str] | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(
                f"a function is needed, but {type(function).__name__} was given; wrap the "
                "expression in a lambda"
            )
        self.function = function
        self.strict = strict
        self.pure = pure
        self.argnums = None if argnums is None else tuple(argnums)
        self.tracing = Tracing(getattr(function, "__name__", type(function).__name__))
        self._tapes: dict[Any, list[Tape]] = {}
        self._lock = threading.Lock()

    def path(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Path:
        """The path that this call takes: one that is known and still holds, or a new one."""
        given = Arguments.of(self.function, args, kwargs or {}, self.argnums)
        for note in given.notes:
            self.tracing.note(note)
        tape = self._known(given)
        if tape is None:
            tape = self._follow(given)
            self._keep(given, tape)
        return self._at(tape, given)

    def _at(self, tape: Tape, given: Arguments) -> Path:
        return Path(
            tape,
            given.values,
            given.names,
            given.differentiable,
            given.structure,
            given.owners,
            lambda v: self._plain(given, v),
        )

    def _plain(self, given: Arguments, values: Sequence[Any], watch: Any = None) -> list[Any]:
        """The function itself, on copies; `watch` sees each Python frame that it enters."""
        args, kwargs = given.call(list(values))
        outer = sys.getprofile()
        if watch is not None:
            sys.setprofile(watch)
        try:
            result = self.function(*args, **kwargs)
        finally:
            if watch is not None:
                _resume(outer)
        return flatten(result)[0]

    # ---- which paths are known
    def _known(self, given: Arguments) -> Tape | None:
        with self._lock:
            tapes = tuple(self._tapes.get(given.key, ()))
        for tape in tapes:
            if tape.numerical:
                return tape
            if self._holds(tape, given):
                return tape
        return None

    @staticmethod
    def _holds(tape: Tape, given: Arguments) -> bool:
        return (
            tape.facts_hold()
            and tape.shapes_hold()
            and tape.guards_hold(given.values, tape.captured_values())
        )

    def _keep(self, given: Arguments, tape: Tape) -> None:
        with self._lock:
            tapes = self._tapes.setdefault(given.key, [])
            if len(self._tapes) > KEYS:  # each holds on to what was given: the oldest goes
                del self._tapes[next(iter(self._tapes))]
            if tape.numerical:
                tapes[:] = [tape]
            elif tape.keep and self.pure:
                tapes[:] = [
                    t for t in tapes if t.facts_hold() and not self._holds(t, given)
                ]  # another thread's, too
                total = sum(t.size for several in self._tapes.values() for t in several)
                if len(tapes) >= PATHS or total + tape.size > NODES:
                    self.tracing.crowded(PATHS if len(tapes) >= PATHS else None)
                else:
                    tapes.append(tape)
            self.tracing.count(tape, sum(map(len, self._tapes.values())))
        if tape.numerical:
            message = f"{self.tracing.name} is differentiated by differences: {tape.reasons[0]}"
            if self.strict:
                raise CaptureError(
                    f"{self.tracing.name} cannot be followed exactly, and strict=True was asked "
                    f"for: {tape.reasons[0]}"
                )
            warnings.warn(message, NumericalWarning, stacklevel=4)

    # ---- following
    def _follow(self, given: Arguments) -> Tape:
        trace = Trace()
        inputs, handles = _enter(trace, given)
        seam = Seam(trace)
        self._own_outside(seam, given)
        try:
            run = self._run(trace, seam, given, handles)
        finally:
            before = {
                b.captured: (b.block, b.before)
                for b in trace.buffers.values()
                if b.before is not None
            }
            trace.close()
        if isinstance(run, str):
            return Tape(
                Graph(inputs, ()),
                Structure(tuple),
                exact=False,
                reasons=(run,),
                notes=tuple(map(_sentence, trace.notes.items())),
            )
        roots = [*(g.node for g in trace.guards), *run.nodes]
        reached = set(topological(roots))
        captured = tuple(
            (n, _reader(before.get(n, (block, block))[1]))
            for n, block in trace.captured
            if n in reached
        )
        graph = Graph(inputs, run.nodes, tuple(trace.guards), captured)
        tape = Tape(
            graph,
            run.structure,
            tuple(trace.slots.values()),
            notes=tuple(map(_sentence, trace.notes.items())),
        )
        tape.reasons = tuple(map(str, trace.losses))
        if tape.reasons:
            tape.exact = False
            return tape
        self._judge(tape, trace, given, run, list(before.values()))
        if set(before) & reached:
            trace.unkept["it goes on from what an array outside held, and changes it"] = None
        if trace.unkept or trace.random:
            tape.keep = False
            tape.notes = (
                *tape.notes,
                *(f"traced at every call: {_sentence(u)}" for u in trace.unkept.items()),
            )
        return tape

    def _run(
        self, trace: Trace, seam: Seam, given: Arguments, handles: Sequence[Any]
    ) -> _Run | str:
        """Run the function on handles. A sentence instead, when only following it made it fail."""
        args, kwargs = given.call(handles, copies=False)
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
            self._as_the_function_itself(given, error)
            line = _line(error)
            if _is_ours(error):
                raise CaptureError(
                    "steepest failed while following "
                    f"{self.tracing.name}{f' at {line}' if line else ''}: "
                    f"{type(error).__name__}: {error}. The function itself runs; please report "
                    "this, with the function"
                ) from error
            return (
                f"it raises {type(error).__name__} ({error}) on values that are being "
                f"followed ({line})"
            )
        if trace.faults:
            fault, where = trace.faults[0]
            raise CaptureError(
                "steepest failed while following "
                f"{self.tracing.name}{f' at {where}' if where else ''}: "
                f"{type(fault).__name__}: {fault}. Please report this, with the function"
            ) from fault
        return _Run(nodes, structure, values)

    def _as_the_function_itself(self, given: Arguments, error: Exception) -> None:
        """Let the function's own error through.

        What it raises on plain numbers too is not about following it.
        """
        with np.errstate(all="ignore"):
            try:
                self._plain(given, given.values)
            except Exception as own:
                raise own from None

    def _judge(
        self, tape: Tape, trace: Trace, given: Arguments, run: _Run, written: list[Any]
    ) -> None:
        verdict = check(
            tape,
            lambda v, watch: self._plain(given, v, watch),
            given.values,
            run.values,
            trace.followed | trace.followed_codes,
            written,
            given.differentiable,
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

    def _own_outside(self, seam: Seam, given: Arguments) -> None:
        """What the function hangs on and what it is given are held outside.

        Their attributes are facts.
        """
        function = self.function
        if isinstance(function, MethodType):
            seam.own(function.__self__, "self")
        elif not hasattr(function, "__code__"):
            seam.own(function, self.tracing.name)
        for name, thing in given.objects:
            seam.own(thing, name)


def _resume(profiler: Any) -> None:
    """Let whoever was profiling go on; cProfile's own object is no function, and starts itself."""
    if profiler is None or callable(profiler):
        sys.setprofile(profiler)
    else:
        sys.setprofile(None)
        profiler.enable()


class _Run(NamedTuple):
    """What one traced run gave: the outputs' nodes, their nest, and their values."""

    nodes: tuple[Node, ...]
    structure: Structure
    values: list[Any]


def _enter(trace: Trace, given: Arguments) -> tuple[tuple[Node, ...], list[Any]]:
    """A node and a handle for every input leaf.

    Arrays on memory of their own, so that the caller's is not written.
    """
    nodes: list[Node] = []
    handles: list[Any] = []
    for name, value in zip(given.names, given.values, strict=True):
        node = fresh(name, np.shape(value), np.result_type(value))
        nodes.append(node)
        trace.inputs[node] = value.copy() if isinstance(value, np.ndarray) else value
        if isinstance(value, np.ndarray):
            block = value.copy()
            buffer = trace.buffers[id(block)] = Buffer(block, node)
            handles.append(ArrayHandle(trace, block, buffer))
        else:
            handles.append(ScalarHandle(trace, value, node))
    return tuple(nodes), handles


def _reader(block: np.ndarray[Any, Any]) -> Callable[[], np.ndarray[Any, Any]]:
    return lambda: block


def _sentence(said: tuple[str, Any]) -> str:
    what, origin = said
    return f"{what} ({origin})" if origin else what


def _line(error: BaseException) -> str:
    trace = error.__traceback__
    found = None
    while trace is not None:
        found = (
            line_of(trace.tb_frame) and f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            if not _inside(trace.tb_frame)
            else found
        )
        trace = trace.tb_next
    return found or ""


def _inside(frame: Any) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(("steepest.", "numpy."))


def _is_ours(error: BaseException) -> bool:
    """Whether the innermost frame is a line of steepest; depth alone is nobody's fault.

    Nor is what C code says of a handle, or what it misses in one.
    """
    if isinstance(error, (RecursionError, MemoryError)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code in HANDS_OVER:
        return False
    return str(trace.tb_frame.f_globals.get("__name__", "")).startswith("steepest.")
