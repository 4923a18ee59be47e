"""Stand-ins: what code without a source holds instead of the functions and modules it names.

A stand-in is called through the seam and reads attributes through the seam; to everyone else it is
what it stands for. Once its trace is over it does nothing of its own.
"""

from __future__ import annotations

import dis
import functools
import sys
from collections.abc import Sequence
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from steepest.record import record
from steepest.sources.capture.bytecode import steps_of

if TYPE_CHECKING:
    from steepest.sources.capture.view import Viewing

__all__ = ["StandIn", "Use", "holds_stand_in", "only_asked", "stood_for", "use_in"]

ASKS = ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR")  # 3.12 has one of the first two for both
LOADS = ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW")


class StandIn:
    """Something that is called, or asked for attributes, in place of the thing itself."""

    __slots__ = ("_real", "_seam")

    def __init__(self, real: Any, seam: Viewing) -> None:
        object.__setattr__(self, "_real", real)
        object.__setattr__(self, "_seam", seam)

    @property
    def __class__(self) -> Any:
        return type(self._real)

    @__class__.setter
    def __class__(self, other: Any) -> None:
        self._real.__class__ = other

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """Called through the seam, and directly once the trace is over."""
        args = tuple(map(stood_for, args))
        named = {k: stood_for(v) for k, v in named.items()}
        if self._seam.trace.closed:
            return self._real(*args, **named)
        return self._seam.called(self._real, args, named, use_in(sys._getframe(1)))

    def __getattr__(self, name: str) -> Any:
        if self._seam.trace.closed or name.startswith("__"):
            return getattr(self._real, name)
        return self._seam.asked(self._real, name, use_in(sys._getframe(1)))

    def __setattr__(self, name: str, value: Any) -> None:
        self._seam.will_be_set(self._real)
        setattr(self._real, name, stood_for(value))

    def __delattr__(self, name: str) -> None:
        delattr(self._real, name)

    def __getitem__(self, key: Any) -> Any:
        """Of `np.r_`, `np.c_` and their like."""
        if self._seam.trace.closed:
            return self._real[key]
        return self._seam.given(self._seam.item(self._real, key), "an item")

    def __eq__(self, other: object) -> bool:
        return bool(self._real == stood_for(other))

    def __hash__(self) -> int:
        return hash(self._real)

    def __repr__(self) -> str:
        return repr(self._real)

    def __dir__(self) -> list[str]:
        return dir(self._real)

    def __reduce__(self) -> Any:
        return stood_for, (self._real,)


def stood_for(x: Any) -> Any:
    """The thing itself, in tuples too."""
    if type(x) is StandIn:
        return x._real
    return tuple(map(stood_for, x)) if holds_stand_in(x) else x


def holds_stand_in(x: Any) -> bool:
    """Whether a value is a stand-in, or a tuple with one."""
    return type(x) is StandIn or (type(x) is tuple and any(map(holds_stand_in, x)))


@record()
class Use:
    """What becomes of a name that is being read."""

    called: bool = False  # it is called, at once
    asked: bool = False  # nothing is done with it but asking for (or giving) attributes


_OTHERWISE = Use()


def use_in(frame: FrameType) -> Use:
    """What the instruction that runs in a frame is about to do with what it reads."""
    return _uses(frame.f_code).get(frame.f_lasti, _OTHERWISE)


@functools.lru_cache(maxsize=1000)
def _uses(code: CodeType) -> dict[int, Use]:
    """By the place of the instruction that reads.

    What will be called has a NULL beside it: pushed before it (up to Python 3.12), after it (from
    3.13), or by the reading instruction itself, whose argument's lowest bit says so
    (https://docs.python.org/3/library/dis.html#opcode-LOAD_GLOBAL). For `module.name(...)` it
    stands before the module.
    """
    found = {}
    steps = steps_of(code)
    asked = only_asked(code)
    null = False  # beside what is being read now
    for i, step in enumerate(steps[:-1]):
        kind, bit = step.opname, bool((step.arg or 0) & 1)
        null = null if kind == "LOAD_ATTR" else i > 0 and steps[i - 1].opname == "PUSH_NULL"
        null |= kind == "LOAD_GLOBAL" and bit
        flagged = kind == "LOAD_ATTR" and bit and sys.version_info >= (3, 12)
        follows = steps[i + 1]
        stored = follows.opname == "STORE_FAST" and follows.argval in asked
        if stored or _asks(steps, i + 1):
            found[step.offset] = Use(asked=True)
        elif null or flagged or kind == "LOAD_METHOD" or follows.opname == "PUSH_NULL":
            found[step.offset] = Use(called=True)
    return found


def _asks(steps: Sequence[dis.Instruction], at: int) -> bool:
    """Whether what lies on the stack is asked for an attribute; `x.n += 1` copies it first."""
    if steps[at].opname == "COPY" and steps[at].arg == 1:
        return steps[at + 1].opname in ASKS
    return steps[at].opname in ASKS


@functools.lru_cache(maxsize=1000)
def only_asked(code: CodeType) -> frozenset[str]:
    """The locals that a code does nothing with but ask for attributes (`self`, most often)."""
    names = set(code.co_varnames) - set(code.co_cellvars)
    steps = steps_of(code)
    for i, step in enumerate(steps):
        harmless = step.opname == "STORE_FAST" or (step.opname in LOADS and _asks(steps, i + 1))
        if "_FAST" in step.opname and not harmless:
            touched = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            names -= {name for name in touched if isinstance(name, str)}
    return frozenset(names)
