"""Was anything lost? The function is run once more, plainly, nearby, and the tape must agree.

It sees losses that no hook can see (a write through a plain alias, C code) and faults of our own
rows. The value must be NumPy's own, up to the order of rounding; the tape's slope must be the slope
of the tape's values, by differences. Where the comparison cannot be made the answer is None,
"unchecked", never True.
"""

from __future__ import annotations

import contextvars
import gc
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from steepest.calculus.derive import jvp
from steepest.errors import NotDifferentiableError, SteepestError
from steepest.graph.graph import Guard
from steepest.graph.node import Node, fresh
from steepest.graph.traverse import Program, evaluate, topological
from steepest.sources.capture.guards import Said, agrees
from steepest.sources.capture.scattered import Scattered, moved, weighed
from steepest.sources.capture.tape import Tape
from steepest.sources.capture.trace import is_library
from steepest.sources.capture.view import is_generated
from steepest.sources.numerical import agreement

__all__ = ["Verdict", "check"]

DISTANCES = (
    1e-3,
    1e-5,
    1e-7,
    0.0,
)  # relative to the size of x; 0: the point itself, where only the value can be compared
CLOSE = 1e-10  # relative; sums of the same numbers in another order differ by far less
NOISE = 1e-13  # relative to the largest number that occurs on the way
STANDARD = (
    os.path.dirname(os.__file__),
    "<frozen",
)  # Python's own library keeps no facts of the user's
AGAIN = (
    "it gives another value when called again at the same point (randomness, or a count it keeps), "
    "so there is nothing to compare with"
)
READERS = (open, os.open, np.fromfile)

Values = Sequence[Any]


class Verdict(NamedTuple):
    """What the check found.

    `strangers`: Python code that ran unseen, and may have read things nobody compares.
    """

    exact: bool | None
    reason: str = ""
    random: bool = False
    strangers: tuple[str, ...] = ()


def check(
    tape: Tape,
    plain: Callable[[Values, Any], list[Any]],
    values: Values,
    here: Values,
    followed: set[Any],
    written: Sequence[tuple[Any, Any]],
    real: Sequence[bool],
) -> Verdict:
    """Compare the tape with the function.

    `here`: the outputs that the traced run itself gave at `values`; `real`: which inputs may be
    moved; `written`: memory outside that the function changes, and what it held before; each plain
    run begins from that.
    """
    watch = _Watch(followed)
    captured = tape.captured_values()
    whole = tape.prepared(tape.graph.roots)
    runs = 0
    for distance, loosely in _places(tape):
        if runs >= (2 if distance else 1):
            break
        there = moved(values, distance, real)
        found = _replayed(tape, whole, there, captured, loosely)
        if found is None:
            continue
        runs += 1
        wanted = watch.run(plain, there, written)
        if isinstance(wanted, Exception):
            continue
        lost = _difference(found, wanted, tape, [*there, *captured])
        if lost:
            again = watch.run(plain, there, written)
            if isinstance(again, list) and not _same(wanted, again):
                return Verdict(None, AGAIN, random=True, strangers=watch.strangers)
            if loosely and not any(map(_is_said, tape.graph.guards)):
                continue  # the function asks whether two numbers are equal, and goes another way
            if loosely:
                lost = f"{lost} ({_exact_use(tape)})"
            return Verdict(False, lost, strangers=watch.strangers)
        if not all(map(_finite, wanted)):
            continue
        if not distance:
            return Verdict(
                None,
                "points nearby take other paths, so only the value here could be compared",
                strangers=watch.strangers,
            )
        exact, reason = _slope(tape, whole, there, captured, real, loosely)
        return Verdict(exact, reason, strangers=watch.strangers)
    return Verdict(
        None,
        "there is no point nearby with a finite value on the same path to compare at",
        strangers=watch.strangers,
    )


def _places(tape: Tape) -> Iterator[tuple[float, bool]]:
    """How far away to compare, and whether loosely: where an exact value would have to recur.

    Text that says every digit, or a key that is hashed, is never the same nearby. Most often it
    decides nothing, and the way there is the same; if not, what depends on it was lost.
    """
    *near, here = DISTANCES
    yield from ((d, False) for d in near)
    if any(_is_exact(g) for g in tape.graph.guards):
        yield from ((d, True) for d in near[1:])
    yield here, False


def _is_said(guard: Guard) -> bool:
    """Whether a guard asks for a real number itself, or for the text that says it."""
    return isinstance(guard.expected, Said) or guard.node.dtype.kind == "f"


def _is_exact(guard: Guard) -> bool:
    """Whether a guard asks for one value of a real number, or for the text that says it.

    So does one that two real numbers are equal, at the end of an iteration that stands still.
    """
    node = guard.node
    if _is_said(guard):
        return True
    met = {"equal": True, "not_equal": False}.get(node.op.name)
    held = met is not None and bool(np.all(np.asarray(guard.expected, bool) == met))
    return held and node.args[0].dtype.kind == "f"


def _exact_use(tape: Tape) -> str:
    """What may have decided otherwise: text, or an exact value, that was made of a number."""
    guard = next(g for g in tape.graph.guards if _is_said(g))
    at = f" at {guard.origin}" if guard.origin else ""
    return f"{guard.reason}{at}, and that decides"


def _replayed(
    tape: Tape, whole: Program, values: Values, captured: Values, loosely: bool = False
) -> list[Any] | None:
    """The tape's outputs there; None on another path."""
    try:
        found = whole(*values, *captured)
    except (ValueError, IndexError, TypeError, ArithmeticError):
        return None
    guards = tape.graph.guards
    if not guards:
        return found
    if not all(
        agrees(v, g.expected) or (loosely and _is_exact(g))
        for v, g in zip(found[: len(guards)], guards, strict=True)
    ):
        return None
    return found[len(guards) :]


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return bool(np.all(np.isfinite(np.asarray(value, float))))


def _same(a: Values, b: Values) -> bool:
    return len(a) == len(b) and all(
        np.array_equal(p, q, equal_nan=True) for p, q in zip(a, b, strict=True)
    )


def _difference(found: Values, wanted: Values, tape: Tape, arguments: Values) -> str:
    """A sentence on how the tape differs from the function; empty where it does not."""
    if len(found) != len(wanted):
        return f"nearby the function gives {len(wanted)} results, but {len(found)} were followed"
    scale = 0.0
    for got, want in zip(found, wanted, strict=True):
        if type(got) is np.float64 and isinstance(want, float) and got == want:
            continue
        got, want = np.asarray(got), np.asarray(want)
        if got.shape != want.shape:
            return (
                f"nearby the function gives shape {want.shape}, but shape {got.shape} was followed"
            )
        if np.array_equal(got, want, equal_nan=got.dtype.kind == "f" and want.dtype.kind == "f"):
            continue
        unit = np.finfo(want.dtype).eps / np.finfo(float).eps if want.dtype.kind == "f" else 1.0
        scale = scale or _largest(tape, arguments)
        with np.errstate(all="ignore"):
            off = np.abs(got - want)
            bound = unit * (CLOSE * np.abs(want) + NOISE * scale)
            both = ~np.isfinite(got) & ~np.isfinite(want)
        if not np.all((off <= bound) | both):
            worst = np.unravel_index(int(np.argmax(np.where(both, 0, off))), off.shape)
            return (
                f"nearby the function gives {want[worst]!s}, but what was followed gives "
                f"{got[worst]!s}: "
                "something it does was not seen"
            )
    return ""


def _largest(tape: Tape, arguments: Values) -> float:
    """The largest finite number that occurs on the way.

    What rounding errors are relative to where values cancel.
    """
    nodes = [n for n in topological(tape.graph.outputs) if n.dtype.kind == "f"]
    found = evaluate(nodes, dict(zip(tape.arguments, arguments, strict=True)))
    sizes = [float(np.max(np.abs(v[np.isfinite(v)]), initial=0.0)) for v in map(np.asarray, found)]
    return max(sizes, default=0.0)


def _slope(
    tape: Tape,
    whole: Program,
    values: Values,
    captured: Values,
    real: Sequence[bool],
    loosely: bool,
) -> tuple[bool | None, str]:
    """The tape's derivative along one direction, against differences of the tape's own values."""
    graph = tape.graph
    moving = [n for n, r in zip(graph.inputs, real, strict=True) if r and n.real]
    outputs = [o for o in graph.outputs if o.real]
    if not moving or not outputs:
        return True, ""
    every = tape.order if len(outputs) == len(graph.roots) else topological(outputs)
    if any(n.op.family == "custom" for n in every):
        return (
            None,
            "part of its slope is given by its author's own rule, which st.check_grad compares",
        )
    scattered = Scattered(1000)
    ways = [scattered.weight(n.shape, n.dtype) for n in moving]
    try:
        found = _along(tape, outputs, moving, (*values, *captured), ways)
    except SteepestError as error:
        return False, f"no derivative rule could be applied: {error}"
    weights = [scattered.weight(o.shape) for o in outputs]
    mine = float(sum(map(weighed, weights, found)))
    if not math.isfinite(mine):
        return False, "the slope that was followed is not finite where the value is"
    if len(outputs) < len(graph.outputs):
        whole = Program(tape.arguments, [*(g.node for g in graph.guards), *outputs])
    by_node = dict(zip(moving, ways, strict=True))

    def there(t: Any) -> list[Any]:
        return [
            np.asarray(v, float) + t * by_node[n] if n in by_node else v
            for n, v in zip(graph.inputs, values, strict=True)
        ]

    def at(t: float) -> float:
        results = _replayed(tape, whole, there(t), captured, loosely)
        with suppress(ArithmeticError, ValueError):
            return np.nan if results is None else float(sum(map(weighed, weights, results)))
        return np.nan

    def at_all(ts: Sequence[float]) -> list[float]:
        """One run for all, where every number of the graph may as well be several."""
        with np.errstate(all="ignore"):
            if not loosely and _is_numbers(tape):
                sums = _replayed_together(tape, whole, [*there(np.array(ts)), *captured], weights)
                if sums is not None:
                    return list(np.broadcast_to(sums, len(ts)).tolist())
            return [at(t) for t in ts]

    double = all(n.dtype == np.float64 for n in (*moving, *outputs))
    return agreement(at_all, mine, 1e-6 if double else 1e-3)


def _is_numbers(tape: Tape) -> bool:
    """Whether a graph is of single numbers, and each guard of truth: it runs on arrays as well."""
    return all(g.node.dtype == bool for g in tape.graph.guards) and all(
        not n.shape and n.op.elementwise for n in (*tape.graph.inputs, *tape.order)
    )


def _replayed_together(
    tape: Tape, whole: Program, values: Values, weights: Sequence[Any]
) -> Any | None:
    """The outputs' weighted sum at several points: NaN where one is on another path; None where
    an operation does not take them together.
    """
    try:
        found = whole(*values)
    except (ValueError, IndexError, TypeError, ArithmeticError):
        return None
    guards = tape.graph.guards
    sums = sum(w * r for w, r in zip(weights, found[len(guards) :], strict=True))
    for value, guard in zip(found, guards, strict=False):
        sums = np.where(value == guard.expected, sums, np.nan)
    return sums


def _along(
    tape: Tape, outputs: Sequence[Node], moving: Sequence[Node], values: Values, ways: Values
) -> list[Any]:
    """How the outputs change along some ways: by the gradient, which whoever traces wants most
    often, and which is kept with the path; in forward mode where there is none.
    """
    if len(outputs) == 1 and not outputs[0].shape:
        with suppress(NotDifferentiableError):
            slopes = tape.gradient(moving)
            found = tape.prepared(slopes)(*values)
            return [sum(map(weighed, ways, found))]
    tangents = [fresh(f"d{n.name}", n.shape, n.dtype) for n in moving]
    slopes = jvp(outputs, moving, tangents)
    return Program((*tape.arguments, *tangents), slopes)(*values, *ways)


def _looks_outside(function: Any, frame: FrameType) -> bool:
    """Whether a function in C reads what nobody can compare: files, and variables of a context."""
    if isinstance(getattr(function, "__self__", None), contextvars.ContextVar):
        return not is_library(frame.f_globals.get("__name__", ""))  # NumPy keeps errstate in one
    return function in READERS


def _collects(frame: FrameType | None) -> bool:
    """Whether the garbage collector has called this: it comes whenever it likes, anywhere."""
    codes = {getattr(c, "__code__", None) for c in gc.callbacks}
    while frame is not None and frame.f_code not in codes:
        frame = frame.f_back
    return frame is not None


class _Watch:
    """Runs the plain function, lists code that was not followed, leaves memory outside alone."""

    def __init__(self, followed: set[Any]) -> None:
        self.followed = followed
        self._strangers: dict[str, None] = {}

    @property
    def strangers(self) -> tuple[str, ...]:
        return tuple(self._strangers)

    def _see(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call" and _looks_outside(argument, frame):
            self._strangers.setdefault(f"{argument.__qualname__} (in C)")
        if event != "call":
            return
        code = frame.f_code
        if (code.co_filename, code.co_firstlineno, code.co_name) in self.followed:
            return
        if code in self.followed or is_generated(code, frame.f_globals.get("__name__", "")):
            return
        standard = code.co_filename.startswith(STANDARD) and "site-packages" not in code.co_filename
        strange = not standard and not is_library(frame.f_globals.get("__name__", ""))
        if strange and not _collects(frame):
            self._strangers.setdefault(f"{code.co_name} ({code.co_filename}:{code.co_firstlineno})")

    def run(
        self,
        plain: Callable[[Values, Any], list[Any]],
        values: Values,
        written: Sequence[tuple[Any, Any]],
    ) -> list[Any] | Exception:
        """The function's outputs there, or what it raised."""
        after = [block.copy() for block, _ in written]
        for block, content in written:
            block[...] = content
        try:
            with np.errstate(all="ignore"):
                return plain(values, self._see)
        except Exception as error:  # noqa: BLE001  (the user's own function may raise anything at another point)
            return error
        finally:
            for (block, _), content in zip(written, after, strict=True):
                block[...] = content
