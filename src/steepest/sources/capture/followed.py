"""A NumPy function, followed.

Traced once for each path it takes, found again at every other call.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from steepest.errors import CaptureError
from steepest.graph.node import fresh
from steepest.sources.capture.arguments import Arguments, Layout, Layouts
from steepest.sources.capture.changes import Changes
from steepest.sources.capture.leaves import Leaves
from steepest.sources.capture.lines import depth_of_user
from steepest.sources.capture.promises import acceptable, proved
from steepest.sources.capture.questions import Fact
from steepest.sources.capture.recording import Recording
from steepest.sources.capture.store import Store
from steepest.sources.capture.tape import Path, Tape
from steepest.sources.capture.trace import Trace
from steepest.sources.capture.tracing import Tracing
from steepest.sources.capture.trie import Found, Trie
from steepest.sources.structure import flatten

__all__ = ["Followed", "NumericalWarning"]


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
        if not pure:
            self.tracing.note("traced at every call: pure=False was asked for")
        self._layouts = Layouts(function, self.argnums)
        self._store = Store()
        self._changes = Changes()

    def path(
        self,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        trial: bool = False,
    ) -> Path:
        """The path that this call takes: one that is known and still holds, or a new one.

        On a `trial` nobody relies on the slopes, so differences are not spoken of yet.
        """
        given, notes = self._layouts.of(args, kwargs or {})
        for note in notes:
            self.tracing.note(note)
        trie = self._store.known(given.layout.kind)
        if trie is not None:
            if trie.lost is not None:
                return self._lost(trie.lost, given, trial)
            missed: list[Fact] = []
            found = trie.walk(given.values, missed)
            if found is not None and (not found.end.tape.unproved or self._proves(found, given)):
                self._store.used(found.end)
                return self._at(found.end.tape, given, found.captured)
            if missed:
                self._changes.note(missed)
        tape = self._follow(given)
        if tape.numerical:
            return self._lost(tape, given, trial)
        return self._at(tape, given, tape.captured_values())

    def _lost(self, tape: Tape, given: Arguments, trial: bool) -> Path:
        """A path by differences: that is said once, or refused every time."""
        if not trial:
            if self.strict:
                raise CaptureError(
                    f"{self.tracing.name} cannot be followed exactly, and strict=True was asked "
                    f"for: {tape.reasons[0]}"
                )
            if not tape.told:
                tape.told = True
                message = f"{self.tracing.name} is differentiated by differences: {tape.reasons[0]}"
                warnings.warn(message, NumericalWarning, stacklevel=depth_of_user())
        return self._at(tape, given, tape.captured_values())

    def _at(self, tape: Tape, given: Arguments, captured: tuple[Any, ...]) -> Path:
        return Path(tape, given, captured, self._plain)

    def _plain(self, layout: Layout, values: Sequence[Any], watch: Any = None) -> list[Any]:
        """The function itself, on copies; `watch` sees each Python frame that it enters."""
        args, kwargs = layout.call(list(values))
        outer = sys.getprofile()
        if watch is not None:
            sys.setprofile(watch)
        try:
            result = self.function(*args, **kwargs)
        finally:
            if watch is not None:
                _resume(outer)
        return flatten(result)[0]

    def _proves(self, found: Found, given: Arguments) -> bool:
        """Whether a path holds at new values of numbers outside; if not, they are facts again."""
        tape = found.end.tape
        if proved(tape, given, lambda *v: self._plain(given.layout, *v)):
            return True
        self._fix(tape)
        return False

    def _fix(self, tape: Tape) -> None:
        self._changes.fix({asked.key: asked.slot for asked in tape.varied.values()})
        self._store.forget([asked.key for asked in tape.varied.values()])

    # ---- following
    def _follow(self, given: Arguments) -> Tape:
        """Trace this call, and keep the path."""
        layout = given.layout
        trie = self._store.trie(layout.kind, lambda: Trie(Leaves(_inputs(given))))
        tape = self._record(given, trie.leaves)
        if tape.numerical:
            trie.lost = tape
        elif tape.keep and self.pure and not self._store.keep(layout.kind, trie, tape):
            self.tracing.crowded()
        self.tracing.count(tape, self._store.paths)
        return tape

    def _record(self, given: Arguments, leaves: Leaves) -> Tape:
        """The tape of one run; of another where numbers outside could not be inputs in it."""
        trace = Trace(leaves, self._changes.inputs)
        run = Recording(
            self.function,
            self.tracing.name,
            given,
            lambda *v: self._plain(given.layout, *v),
            trace,
        )
        tape = run.tape()
        inputs = trace.varied or trace.spoilt
        if inputs and (run.changes_things or not acceptable(trace, tape)):
            self._changes.fix({**{k: v.slot for k, v in trace.varied.items()}, **trace.spoilt})
            self._store.forget([*trace.varied, *trace.spoilt])
            self.tracing.traced += 1
            return self._record(given, leaves)
        if run.changes_things:
            self._changes.stop()
        for varied in trace.varied.values():
            self.tracing.note(
                f"{varied.slot.name} changes often, so it is read anew at every call, like an array"
            )
        return tape


def _inputs(given: Arguments) -> tuple[Any, ...]:
    """A node for every input leaf."""
    return tuple(
        fresh(name, value.shape, value.dtype)
        for name, value in zip(given.layout.names, given.values, strict=True)
    )


def _resume(profiler: Any) -> None:
    """Let whoever was profiling go on; cProfile's own object is no function, and starts itself."""
    if profiler is None or callable(profiler):
        sys.setprofile(profiler)
    else:
        sys.setprofile(None)
        profiler.enable()
