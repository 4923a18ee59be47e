"""A graph as a function in machine code from one flat array to another: void f(in, out)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.graph.node import Node
from steepest.native.emit import Body, declarations
from steepest.native.engine import Code, compiled, functions
from steepest.native.plan import Plan, plan

__all__ = ["Kernel", "kernel_ir", "kernel_of"]


def kernel_ir(p: Plan, name: str = "kernel") -> str:
    """The module of one function: loads at first use, stores as soon as a result is there."""

    def read(k: int, body: Body) -> str:
        body.add(f"%p{k} = getelementptr double, ptr %in, i64 {k}")
        body.add(f"%x{k} = load double, ptr %p{k}")
        return f"%x{k}"

    body = Body(p.code, read)
    for j, lane in enumerate(p.outputs):
        held = body.compute(lane)
        body.add(f"%o{j} = getelementptr double, ptr %out, i64 {j}")
        body.add(f"store double {held}, ptr %o{j}")
    lines = "\n  ".join([*body.lines, "ret void"])
    return (
        declarations([1])
        + functions(body.functions)
        + f"define void @{name}(ptr noalias readonly %in, ptr noalias %out) {{\n  {lines}\n}}\n"
    )


class Kernel:
    """Outputs of a graph, computed by machine code; called like a `Program`."""

    def __init__(self, p: Plan, code: Code) -> None:
        self.plan, self.code = p, code
        self._run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(
            code.addresses["kernel"]
        )

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs at these values of the inputs, as arrays and numbers."""
        flat = np.concatenate([np.ravel(np.asarray(v, dtype=float)) for v in values])
        out = np.empty(len(self.plan.outputs))
        self._run(flat.ctypes.data, out.ctypes.data)
        found, start = [], 0
        for shape in self.plan.output_shapes:
            size = int(np.prod(shape, dtype=int))
            found.append(out[start : start + size].reshape(shape)[()])
            start += size
        return found


def kernel_of(inputs: Sequence[Node], outputs: Sequence[Node]) -> Kernel:
    """Compile a graph.

    Raises CompilationError where that cannot be done.
    """
    p = plan(inputs, outputs)
    return Kernel(p, compiled(kernel_ir(p), ["kernel"]))
