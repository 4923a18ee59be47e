"""Where a call jumps to: a kernel, and around it what stands for the call (`native.vectorcall`).

What stands around is the same for all functions that are called in one way, and is compiled once
for these. What differs, the kernel's address and the objects that are looked at, is in a frame.
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from steepest.native import abi
from steepest.native.engine import Code, linked, translated
from steepest.native.kernel import kernel_module
from steepest.native.plan import Plan
from steepest.native.vectorcall import NEXT, Form, text_of

__all__ = ["Call", "Entry", "Fact", "NOTHING", "entry_of"]

MANY: Final = 32  # arguments and results from which LLVM's better code is not worth its time
NOTHING: Final = object()  # what a dictionary holds under a key that it does not have


@dataclass(frozen=True)
class Fact:
    """Something outside that must still be the very same object: what a closure's cell holds, an
    item of a dictionary, an attribute. Where it is a number that is read, `was` is its type.
    """

    kind: str
    holder: Any
    key: Any
    was: Any


@dataclass(frozen=True)
class Call:
    """What a path takes and gives.

    arguments   for each argument its shape, None for a Python float
    captured    arrays and numbers outside, which are read at every call
    outputs     numbers of outputs in nested tuples: (0, (1, 2)); an output of shape () is a float
    room        where the object that is called holds its frame (`leaf.room_of`)
    whole       an int is taken where a float may be given
    """

    arguments: tuple[tuple[int, ...] | None, ...]
    captured: tuple[np.ndarray[Any, Any] | Fact, ...]
    facts: tuple[Fact, ...]
    outputs: Any
    room: int
    whole: bool = False


class Entry:
    """An entry in memory: the code that all calls of its form share, and the frame in which that
    finds what is this path's own (`vectorcall.frame_of`).
    """

    def __init__(self, code: Code, around: Code, frame: Any, keep: Any) -> None:
        self.code, self._around, self._frame, self._keep = code, around, frame, keep

    @property
    def address(self) -> int:
        """Where calls jump to."""
        return self._around.addresses["entry"]

    @property
    def frame(self) -> int:
        """Where what it works with is."""
        return ctypes.addressof(self._frame)

    def hand_on_to(self, other: Entry | None) -> None:
        """Send what does not fit here to another entry; None: to Python."""
        self._frame[NEXT] = 0 if other is None else other.frame


def entry_of(p: Plan, call: Call) -> Entry:
    """Compile a plan with its entry. Raises CompilationError where that cannot be done."""
    started = time.perf_counter()
    form = Form(
        call.arguments,
        tuple(a.kind if isinstance(a, Fact) else a.shape for a in call.captured),
        tuple((f.kind, f.was is NOTHING) for f in call.facts),
        tuple((shape, p.zeros(j)) for j, shape in enumerate(p.output_shapes)),
        call.outputs,
        call.whole,
        bool(p.guards),
        call.room,
    )
    around = _around(form)
    kernel = kernel_module(p)
    code = linked([kernel], ["kernel"], started, told=[around.ir])
    words = [around.addresses["door"], 0, code.addresses["kernel"]]
    for thing in (*call.facts, *call.captured):
        if isinstance(thing, Fact):
            words += [abi.address_of(o) for o in (thing.holder, thing.key, thing.was)]
        else:
            words.append(abi.address_of(thing))
    return Entry(code, around, (ctypes.c_int64 * len(words))(*words), call)


@lru_cache(maxsize=64)
def _around(form: Form) -> Code:
    """The code of a form, made once."""
    started = time.perf_counter()
    hurry = len(form.arguments) + len(form.results) > MANY
    module = translated(text_of(form), hurry=hurry)
    needed = {name: at for name, at in abi.symbols().items() if f"@{name}" in module.ir}
    return linked([module], ["entry", "door"], started, needed)
