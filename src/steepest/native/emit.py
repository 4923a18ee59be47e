"""From straight-line code to the text of LLVM's intermediate representation (IR).

The text is written directly: that is twenty times faster than building it from objects. Numbers
are computed in depth-first order from the results, loaded where they are first used and stored as
soon as they are there, so that few are alive at a time and no pass has to sort them. There are no
fast-math flags anywhere and no contraction: the bits are those of the operations as written, and
multiply-adds are fused where the code says so (`native.chain`) and nowhere else. LLVM's own
functions are not declared, which version 19 and later do not ask for.

One instruction is written for one number, or for a vector of `lanes` independent points at once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Final

from steepest.native.scalars import Lane, Scalars

__all__ = ["Body", "is_call", "literal", "type_of"]

_PLAIN: Final = {"fadd", "fsub", "fmul", "fdiv"}
_INTRINSIC: Final = {
    "sqrt": "sqrt",
    "fabs": "fabs",
    "floor": "floor",
    "ceil": "ceil",
    "trunc": "trunc",
    "rint": "roundeven",
}
_COMPARE: Final = {"olt", "ole", "ogt", "oge", "oeq", "une", "uno"}
_LOGIC: Final = {"and", "or", "xor"}
# What needs no function: one or two instructions of the processor, all in all.
_ARITHMETIC: Final = frozenset(
    (*_PLAIN, *_INTRINSIC, *_COMPARE, *_LOGIC, "fneg", "not", "select", "number", "fma", "copysign")
)


def is_call(operation: str) -> bool:
    """Whether an instruction calls a function, which takes as long as tens of others."""
    return operation not in _ARITHMETIC and operation not in ("input", "constant")


def type_of(lanes: int, boolean: bool = False) -> str:
    """The type of one value: a double, or a vector of them; a bit, or a vector of them."""
    one = "i1" if boolean else "double"
    return one if lanes == 1 else f"<{lanes} x {one}>"


def literal(value: float | bool, lanes: int = 1) -> str:
    """A constant, to the bit."""
    if isinstance(value, bool):
        return str(value).lower() if lanes == 1 else f"splat (i1 {str(value).lower()})"
    bits = f"0x{int.from_bytes(struct.pack('>d', value)):016X}"
    return bits if lanes == 1 else f"splat (double {bits})"


def suffix(lanes: int) -> str:
    """How LLVM's own functions name the type."""
    return "f64" if lanes == 1 else f"v{lanes}f64"


class Body:
    """The lines of one stretch of straight-line code, in the order in which they are to run.

    `read(k)` gives the operand of the k-th input, and may add lines of its own. `functions` are the
    names of the functions that are called.
    """

    def __init__(
        self,
        code: Scalars,
        read: Callable[[int, Body], str],
        *,
        lanes: int = 1,
        prefix: str = "v",
    ) -> None:
        self.code, self.lanes, self.prefix = code, lanes, prefix
        self.lines: list[str] = []
        self.functions: set[str] = set()
        self._read = read
        self._operands: dict[int, str] = {}
        self._fetch: dict[int, Callable[[Body], str]] = {}

    def add(self, line: str) -> None:
        """A line of somebody else's."""
        self.lines.append(line)

    def branch(self, prefix: str) -> Body:
        """Code that runs only sometimes, after this: it knows what is computed here, and what it
        computes is known nowhere else.
        """
        found = Body(self.code, self._read, lanes=self.lanes, prefix=prefix)
        found._operands = dict(self._operands)
        found.functions = self.functions
        return found

    def know(self, at: int, operand: str) -> None:
        """A number that is computed elsewhere, and where it is."""
        self._operands[at] = operand

    def fetch(self, at: int, by: Callable[[Body], str]) -> None:
        """A number that is computed elsewhere, and what brings it when it is first needed."""
        self._fetch[at] = by

    def known(self, at: int) -> str | None:
        """The operand that holds a number, if it is there."""
        return self._operands.get(at)

    def compute(self, lane: Lane) -> str:
        """The operand that holds a number, computed now if it was not before."""
        instructions, known = self.code.instructions, self._operands
        stack = [lane.at]
        while stack:
            at = stack[-1]
            if at in known:
                stack.pop()
                continue
            operation, *args = instructions[at]
            if at in self._fetch:
                known[at] = self._fetch[at](self)
            elif operation == "input":
                known[at] = self._read(args[0], self)
            elif operation == "constant":
                known[at] = literal(args[0], self.lanes)
            else:
                waiting = [a for a in reversed(args) if a not in known]
                if waiting:
                    stack += waiting
                    continue
                known[at] = self._write(at, operation, [known[a] for a in args])
            stack.pop()
        return known[lane.at]

    def _write(self, at: int, operation: str, args: Sequence[str]) -> str:
        if operation in ("sin", "cos"):
            other = self.code.find("cos" if operation == "sin" else "sin", at)
            if other is not None:
                return self._both(at, other, operation, args[0])
        result = f"%{self.prefix}{at}"
        self.lines.append(f"{result} = {self._text(operation, args)}")
        return result

    def _both(self, at: int, other: int, operation: str, angle: str) -> str:
        """Sine and cosine of one angle, which share most of their work."""
        d, name = type_of(self.lanes), self._named("sincos")
        results = f"%{self.prefix}{at}", f"%{self.prefix}{other}"
        pair = f"{results[0]}.both"
        self.lines.append(f"{pair} = call {{{d}, {d}}} {name}({d} {angle})")
        sine, cosine = results if operation == "sin" else results[::-1]
        for place, result in ((0, sine), (1, cosine)):
            self.lines.append(f"{result} = extractvalue {{{d}, {d}}} {pair}, {place}")
        self._operands[other] = results[1]
        return results[0]

    def _named(self, function: str, lanes: int = 0) -> str:
        lanes = lanes or self.lanes
        self.functions.add(function)
        return f"@steepest_{function}" + ("" if lanes == 1 else f"_v{lanes}")

    def _text(self, operation: str, args: Sequence[str], lanes: int = 0) -> str:
        lanes = lanes or self.lanes
        d, b, s = type_of(lanes), type_of(lanes, boolean=True), suffix(lanes)
        if operation in _PLAIN:
            return f"{operation} {d} {args[0]}, {args[1]}"
        if operation == "fneg":
            return f"fneg {d} {args[0]}"
        if operation in _COMPARE:
            return f"fcmp {operation} {d} {args[0]}, {args[1]}"
        if operation == "select":
            return f"select {b} {args[0]}, {d} {args[1]}, {d} {args[2]}"
        if operation in _LOGIC:
            return f"{operation} {b} {args[0]}, {args[1]}"
        if operation == "not":
            return f"xor {b} {args[0]}, {literal(True, lanes)}"
        if operation == "number":
            return f"uitofp {b} {args[0]} to {d}"
        if operation in _INTRINSIC:
            return f"call {d} @llvm.{_INTRINSIC[operation]}.{s}({d} {args[0]})"
        if operation == "fma":
            return f"call {d} @llvm.fma.{s}({', '.join(f'{d} {a}' for a in args)})"
        if operation == "copysign":
            return f"call {d} @llvm.copysign.{s}({d} {args[0]}, {d} {args[1]})"
        return f"call {d} {self._named(operation, lanes)}({', '.join(f'{d} {a}' for a in args)})"
