"""Where a call jumps to: a kernel, and around it what stands for the call (`native.vectorcall`).

What stands around is the same for all functions that are called in one way, and is translated once
for these; the addresses in it are filled in for each.
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from steepest.native import abi
from steepest.native.engine import Code, Module, linked, translated
from steepest.native.kernel import kernel_module
from steepest.native.plan import Plan
from steepest.native.vectorcall import Form, text_of

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
    whole       an int is taken where a float may be given
    """

    arguments: tuple[tuple[int, ...] | None, ...]
    captured: tuple[np.ndarray[Any, Any] | Fact, ...]
    facts: tuple[Fact, ...]
    outputs: Any
    whole: bool = False


class Entry:
    """An entry in memory, and the one after it, to which it hands what it does not take."""

    def __init__(self, code: Code, onward: ctypes.c_void_p) -> None:
        self.code, self._onward = code, onward

    @property
    def address(self) -> int:
        """Where calls jump to."""
        return self.code.addresses["entry"]

    def hand_on_to(self, other: Entry | None) -> None:
        """Send what does not fit here to another entry; None: to Python."""
        self._onward.value = None if other is None else other.address


def entry_of(p: Plan, call: Call) -> Entry:
    """Compile a plan with its entry. Raises CompilationError where that cannot be done."""
    started = time.perf_counter()
    onward = ctypes.c_void_p()
    imports = {**abi.symbols(), "onward": ctypes.addressof(onward)}
    outside = {f"fact{k}_": fact for k, fact in enumerate(call.facts)}
    for k, thing in enumerate(call.captured):
        if isinstance(thing, Fact):
            outside[f"number{k}_"] = thing
        else:
            imports[f"captured{k}"] = abi.address_of(thing)
    for name, fact in outside.items():
        imports[f"{name}holder"] = abi.address_of(fact.holder)
        imports[f"{name}key"] = abi.address_of(fact.key)
        imports[f"{name}was"] = abi.address_of(fact.was)
    form = Form(
        call.arguments,
        tuple(a.kind if isinstance(a, Fact) else a.shape for a in call.captured),
        tuple((f.kind, f.was is NOTHING) for f in call.facts),
        tuple((shape, p.zeros(j)) for j, shape in enumerate(p.output_shapes)),
        call.outputs,
        call.whole,
        bool(p.guards),
    )
    around = _module(form)
    used = {name: at for name, at in imports.items() if f"@{name}" in around.ir}
    modules = [kernel_module(p), around]
    return Entry(linked(modules, ["entry"], started, used, (onward, call)), onward)


@lru_cache(maxsize=64)
def _module(form: Form) -> Module:
    return translated(text_of(form), hurry=len(form.arguments) + len(form.results) > MANY)
