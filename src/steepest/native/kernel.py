"""A graph as a function in machine code: int32 kernel(inputs..., outputs...).

Each input and each output is a pointer to its numbers, in C order. The result says whether the
guards held; where they did not, the outputs are not written.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from steepest.errors import CompilationError
from steepest.graph.node import Node
from steepest.native.emit import Body, type_of
from steepest.native.engine import Module, called, linked, target, translated
from steepest.native.plan import Plan, plan
from steepest.native.scalars import Lane
from steepest.native.wide import Packs, WideBody

__all__ = ["Kernel", "kernel_ir", "kernel_module", "kernel_of"]

SHORT = 150  # operations up to which LLVM's quick code is as fast as its better one
WIDTH = 4  # doubles in a pack
LONG = 64  # numbers from which packs are looked for
# Code is put at the start of a page. An entry, its kernel and the functions that this calls would
# contend for the same lines of the processor's first cache, so each begins elsewhere in its page.
OFFSET = 1024
BLOCK = 200  # lines of a basic block
POINTERS = 1000  # that a call can take: ctypes passes 1,024


def kernel_module(p: Plan) -> Module:
    """The module of one function, translated."""
    return translated(kernel_ir(p), hurry=p.size <= SHORT)


def kernel_ir(p: Plan) -> str:
    """The module of one function. Raises CompilationError where it takes and gives too much."""
    if len(p.shapes) + len(p.output_shapes) > POINTERS:
        raise CompilationError(
            f"it takes and gives more than {POINTERS:,} arrays and numbers; arrays hold any number"
        )
    body = _reading(p)
    if p.guards:
        body.add(f"br i1 {_holding(p, body)}, label %path, label %stray")
        body.add("path:")
    _storing(p, body)
    body.add("ret i32 1")
    lines = [*_blocks(body.lines)]
    if p.guards or len(lines) > len(body.lines):
        lines += ["stray:", "ret i32 0"]
    text = "\n  ".join(lines)
    given = [f"ptr noalias readonly %in{k}" for k in range(len(p.shapes))]
    made = [f"ptr noalias %out{k}" for k in range(len(p.output_shapes))]
    return (
        called(body.functions)
        + f"define i32 @kernel({', '.join([*given, *made])}) "
        + f"prefix [{OFFSET} x i8] zeroinitializer {{\n  {text}\n}}\n"
    )


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """The same lines in basic blocks of bounded length, since what LLVM does with a block grows
    with the square of its stores. It would join blocks again that are left in one way only, and it
    cannot know that an output always has an address.
    """
    if len(lines) > BLOCK:
        yield "%placed = icmp ne ptr %out0, null"
    last = 0
    for k, line in enumerate(lines):
        if k - last >= BLOCK and line.startswith("%"):
            yield f"br i1 %placed, label %block{k}, label %stray"
            yield f"block{k}:"
            last = k
        yield line


def _reading(p: Plan) -> Body:
    """A body that loads each number where it is first used."""
    places = [(leaf, k) for leaf, shape in enumerate(p.shapes) for k in range(math.prod(shape))]

    def address(i: int, body: Body) -> str:
        leaf, k = places[i]
        if not k:
            return f"%in{leaf}"
        if i not in known:
            known.add(i)
            body.add(f"%p{i} = getelementptr double, ptr %in{leaf}, i64 {k}")
        return f"%p{i}"

    def read(i: int, body: Body) -> str:
        at = address(i, body)
        body.add(f"%x{i} = load double, ptr {at}")
        return f"%x{i}"

    known: set[int] = set()
    width = WIDTH if target().fused else 1
    if width == 1 or len(p.code) < LONG:
        return Body(p.code, read)
    packs = Packs(p.code, width, lambda i, j: j == i + 1 and places[i][0] == places[j][0])
    return WideBody(p.code, read, address, packs)


def _holding(p: Plan, body: Body) -> str:
    """Compute whether all guards hold; the operand that says so."""
    held = body.compute(p.guards[0])
    for k, guard in enumerate(p.guards[1:]):
        now = body.compute(guard)
        body.add(f"%held{k} = and i1 {held}, {now}")
        held = f"%held{k}"
    return held


def _storing(p: Plan, body: Body) -> None:
    """Compute all outputs, and store each as soon as it is there. What is zero is not written into
    outputs that are made of zeros.
    """
    start = 0
    for leaf, shape in enumerate(p.output_shapes):
        lanes = p.outputs[start : start + math.prod(shape)]
        start += len(lanes)
        k, zeros = 0, p.zeros(leaf)
        while k < len(lanes):
            if zeros and lanes[k].at in p.zero:
                k += 1
            else:
                k += _store(body, lanes, k, f"%out{leaf}", f"%o{leaf}_{k}")


def _store(body: Body, lanes: Sequence[Lane], k: int, base: str, name: str) -> int:
    """Store the k-th of some numbers, and those after it that come with it; how many."""
    kind, count = "double", 1
    held = None
    if isinstance(body, WideBody) and k + body.packs.width <= len(lanes):
        held = body.together(lanes[k : k + body.packs.width])
    if held is None:
        held = body.compute(lanes[k])
    else:
        count = body.packs.width  # type: ignore[attr-defined]
        kind = type_of(count)
    at = base
    if k:
        at = name
        body.add(f"{at} = getelementptr double, ptr {base}, i64 {k}")
    body.add(f"store {kind} {held}, ptr {at}, align 8")
    return count


class Kernel:
    """Outputs of a graph, computed by machine code; called like a `Program`."""

    def __init__(self, p: Plan) -> None:
        started = time.perf_counter()
        self.code = code = linked([kernel_module(p)], ["kernel"], started)
        self._shapes = p.output_shapes
        self._make = [np.zeros if p.zeros(k) else np.empty for k in range(len(p.output_shapes))]
        taken = [ctypes.c_void_p] * (len(p.shapes) + len(p.output_shapes))
        self._run = ctypes.CFUNCTYPE(ctypes.c_int32, *taken)(code.addresses["kernel"])

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs at these values of the inputs, as arrays and numbers.

        Raises ArithmeticError where the guards do not hold.
        """
        given = [np.ascontiguousarray(v, dtype=np.float64) for v in values]
        found = [make(shape) for make, shape in zip(self._make, self._shapes, strict=True)]
        if not self._run(*(a.ctypes.data for a in (*given, *found))):
            raise ArithmeticError("these values belong to another path of the function")
        return [a[()] for a in found]


def kernel_of(inputs: Sequence[Node], outputs: Sequence[Node]) -> Kernel:
    """Compile a graph.

    Raises CompilationError where that cannot be done.
    """
    p = plan(inputs, outputs)
    return Kernel(p)
