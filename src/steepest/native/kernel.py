"""A graph as a function in machine code: int32 kernel(inputs, outputs), on arrays of pointers.

Each input and each output has a pointer to its numbers, in C order. The result says whether the
guards held; where they did not, the outputs are not written.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.graph.node import Node
from steepest.native.emit import Body, declarations, type_of
from steepest.native.engine import Code, compiled, functions, target
from steepest.native.plan import Plan, plan
from steepest.native.scalars import Lane
from steepest.native.wide import Packs, WideBody

__all__ = ["Kernel", "kernel_ir", "kernel_of", "holding", "reading", "storing"]

WIDTH = 4  # doubles in a pack
LONG = 64  # numbers from which packs are looked for


def kernel_ir(p: Plan, name: str = "kernel") -> str:
    """The module of one function."""
    lines: list[str] = []

    def pointer(table: str, k: int) -> str:
        lines.append(f"%{table}{k}_at = getelementptr ptr, ptr %{table}, i64 {k}")
        lines.append(f"%{table}{k} = load ptr, ptr %{table}{k}_at")
        return f"%{table}{k}"

    body = reading(p, [pointer("in", k) for k in range(len(p.shapes))])
    if p.guards:
        body.add(f"br i1 {holding(p, body)}, label %path, label %stray")
        body.add("stray:")
        body.add("ret i32 0")
        body.add("path:")
    storing(p, body, [pointer("out", k) for k in range(len(p.output_shapes))])
    text = "\n  ".join([*lines, *body.lines, "ret i32 1"])
    return (
        declarations([1, WIDTH])
        + functions(body.functions)
        + f"define i32 @{name}(ptr noalias readonly %in, ptr noalias readonly %out) {{\n"
        f"  {text}\n}}\n"
    )


def reading(p: Plan, bases: Sequence[str]) -> Body:
    """A body that loads each number where it is first used; `bases`: where each input begins."""
    places = [(leaf, k) for leaf, shape in enumerate(p.shapes) for k in range(math.prod(shape))]

    def address(i: int, body: Body) -> str:
        leaf, k = places[i]
        if not k:
            return bases[leaf]
        if i not in known:
            known.add(i)
            body.add(f"%p{i} = getelementptr double, ptr {bases[leaf]}, i64 {k}")
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


def holding(p: Plan, body: Body) -> str:
    """Compute whether all guards hold; the operand that says so."""
    held = body.compute(p.guards[0])
    for k, guard in enumerate(p.guards[1:]):
        now = body.compute(guard)
        body.add(f"%held{k} = and i1 {held}, {now}")
        held = f"%held{k}"
    return held


def storing(p: Plan, body: Body, bases: Sequence[str | None]) -> dict[int, str]:
    """Compute all outputs, and store each as soon as it is there. Those whose base is None are
    single numbers that stay where they are: the operand of each. What is zero is not written into
    outputs that are made of zeros.
    """
    numbers, start = {}, 0
    for leaf, (base, shape) in enumerate(zip(bases, p.output_shapes, strict=True)):
        lanes = p.outputs[start : start + math.prod(shape)]
        start += len(lanes)
        if base is None:
            numbers[leaf] = body.compute(lanes[0])
            continue
        k, zeros = 0, p.zeros(leaf)
        while k < len(lanes):
            if zeros and lanes[k].at in p.zero:
                k += 1
            else:
                k += _store(body, lanes, k, base, f"%o{leaf}_{k}")
    return numbers


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

    def __init__(self, p: Plan, code: Code) -> None:
        self.code = code
        self._shapes = p.output_shapes
        self._make = [np.zeros if p.zeros(k) else np.empty for k in range(len(p.output_shapes))]
        self._run = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)(
            code.addresses["kernel"]
        )
        self._given = ctypes.c_void_p * len(p.shapes)
        self._found = ctypes.c_void_p * len(p.output_shapes)

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs at these values of the inputs, as arrays and numbers.

        Raises ArithmeticError where the guards do not hold.
        """
        given = [np.ascontiguousarray(v, dtype=np.float64) for v in values]
        found = [make(shape) for make, shape in zip(self._make, self._shapes, strict=True)]
        inputs = self._given(*(a.ctypes.data for a in given))
        if not self._run(inputs, self._found(*(a.ctypes.data for a in found))):
            raise ArithmeticError("these values belong to another path of the function")
        return [a[()] for a in found]


def kernel_of(inputs: Sequence[Node], outputs: Sequence[Node]) -> Kernel:
    """Compile a graph.

    Raises CompilationError where that cannot be done.
    """
    p = plan(inputs, outputs)
    return Kernel(p, compiled(kernel_ir(p), ["kernel"]))
