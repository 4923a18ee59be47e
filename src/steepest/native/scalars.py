"""Straight-line code on single numbers: a list of instructions, and handles to write it with.

Every instruction is there once: the same operation on the same numbers is the same instruction.
Instructions that change no bit (x·1, x/1, −(−x), a + (−b)) are not written at all, and what is
known when the code is written is computed then. One liberty is taken: x + 0 is x, so that a result
that is zero may have the other sign than in NumPy.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from steepest.errors import CompilationError

__all__ = ["BOOLEAN", "LIMIT", "NUMBER", "Lane", "Scalars"]

NUMBER, BOOLEAN = "number", "boolean"
LIMIT = 20_000  # instructions of one function

_LOGIC: Final = frozenset(("and", "or", "xor", "not"))
_TRUTHS: Final = frozenset(("olt", "ole", "ogt", "oge", "oeq", "une", "uno", *_LOGIC))
_COMMUTE: Final = frozenset(("fadd", "fmul", "oeq", "une", "and", "or", "xor"))
_COMMON: Final = frozenset(("fadd", "fsub", "fmul"))
_PLAIN: Final = frozenset(("input", "fadd", "fsub", "fmul", "fdiv", "sin", "cos", "exp", "log"))
_ARITHMETIC: Final[dict[str, Callable[..., Any]]] = {
    "fadd": np.add, "fsub": np.subtract, "fmul": np.multiply, "fdiv": np.divide,
    "fneg": np.negative, "sqrt": np.sqrt, "fabs": np.abs, "floor": np.floor, "ceil": np.ceil,
    "trunc": np.trunc, "rint": np.rint, "copysign": np.copysign,
    "olt": np.less, "ole": np.less_equal, "ogt": np.greater, "oge": np.greater_equal,
    "oeq": np.equal, "une": np.not_equal, "uno": lambda a, b: a != a or b != b,
    "and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor, "not": np.logical_not,
}  # fmt: skip

Instruction = tuple[Any, ...]  # (operation, *numbers of earlier instructions)


class Scalars:
    """The code: `instructions[i]` computes number i. ("input", k) is the k-th number that is given,
    ("constant", x) is known.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.instructions: list[Instruction] = []
        self.kinds: list[str] = []
        self.values: list[Any] = []  # of constants; None for everything else
        self.lanes: list[Lane] = []  # the handle of each
        self.limit = limit
        self.strict = False  # whether x + 0 is left to be computed, for its sign where x is zero
        self._known: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self.instructions)

    # ---- leaves
    def input(self, k: int) -> Lane:
        """The k-th number that is given."""
        return self.lanes[self._enter(("input", k), NUMBER)]

    def constant(self, value: Any) -> Lane:
        """A number, or a truth value, that is known."""
        return self.lanes[self.place(value)]

    def lane(self, x: Any) -> Lane:
        """Anything that an instruction can take, as a lane."""
        return x if type(x) is Lane else self.lanes[self.place(x)]

    def place(self, x: Any) -> int:
        """The number of the instruction that computes x: a lane, or a constant."""
        if isinstance(x, np.ndarray):  # one of no dimensions, which NumPy puts in arrays of objects
            x = x.item()
        if type(x) is Lane:
            return x.at
        if isinstance(x, (bool, np.bool_)):
            key: Any = ("constant", bool(x), BOOLEAN)  # True == 1.0
        else:
            x = float(x)
            key = ("constant", x if x and x == x else struct.pack("<d", x))
        at = self._known.get(key)
        if at is None:
            value = key[1] if len(key) == 3 else x
            kind = BOOLEAN if len(key) == 3 else NUMBER
            at = self._known[key] = self._append(("constant", value), kind, value)
        return at

    def find(self, operation: str, like: int) -> int | None:
        """Another operation on the same numbers, if it is there."""
        return self._known.get((operation, *self.instructions[like][1:]))

    # ---- instructions
    def do(self, operation: str, *args: Any) -> Lane:
        """One instruction, or a function by its name, applied to lanes and numbers."""
        at = [a.at if type(a) is Lane else self.place(a) for a in args]
        return self.lanes[self.write(operation, at)]

    def write(self, operation: str, at: list[int]) -> int:
        """One instruction on earlier ones, all by their numbers."""
        kinds, values = self.kinds, self.values
        if operation in _LOGIC:
            at = [i if kinds[i] == BOOLEAN else self._truth(i) for i in at]
        elif operation == "select":
            at[0] = self._truth(at[0])
        elif operation != "number":
            for k, i in enumerate(at):
                if kinds[i] != NUMBER:
                    at[k] = self.write("number", [i])
        known = [values[i] for i in at]
        if None not in known and operation in _ARITHMETIC:
            with np.errstate(all="ignore"):
                return self.place(_ARITHMETIC[operation](*known))
        rule = _SHORTER.get(operation)
        if rule is not None:
            shorter = rule(self, at, known)
            if shorter is not None:
                return shorter
        if operation in _COMMUTE and at[0] > at[1]:
            at.reverse()
        instruction = (operation, *at)
        found = self._known.get(instruction)
        if found is None:
            kind = kinds[at[1]] if operation == "select" else ""
            return self._enter(instruction, kind)
        return found

    def each(self, operation: str, columns: Sequence[Sequence[Any]]) -> list[Lane]:
        """One instruction for each element of some columns of lanes and numbers."""
        lanes, write, place = self.lanes, self.write, self.place
        rows = zip(*columns, strict=True)
        if operation not in _COMMON:
            return [
                lanes[write(operation, [x.at if type(x) is Lane else place(x) for x in row])]
                for row in rows
            ]
        found, known, instructions = [], self._known, self.instructions
        commutes = operation in _COMMUTE
        for x, y in rows:
            i = x.at if type(x) is Lane else place(x)
            j = y.at if type(y) is Lane else place(y)
            # most have nothing that could be simplified: they are numbers, and none is known
            if instructions[i][0] in _PLAIN and instructions[j][0] in _PLAIN:
                key = (operation, j, i) if commutes and i > j else (operation, i, j)
                at = known.get(key)
                found.append(lanes[self._enter(key, NUMBER) if at is None else at])
            else:
                found.append(lanes[write(operation, [i, j])])
        return found

    def _truth(self, i: int) -> int:
        if self.kinds[i] == BOOLEAN:
            return i
        return self.write("une", [i, self.place(0.0)])

    def _enter(self, instruction: Instruction, kind: str = "") -> int:
        at = self._known.get(instruction)
        if at is None:
            kind = kind or (BOOLEAN if instruction[0] in _TRUTHS else NUMBER)
            at = self._known[instruction] = self._append(instruction, kind, None)
        return at

    def _append(self, instruction: Instruction, kind: str, value: Any) -> int:
        at = len(self.instructions)
        if at >= self.limit:
            raise CompilationError(
                f"the function takes more than {self.limit:,} operations on single numbers, "
                "which is too long for straight-line machine code; it is interpreted, where "
                "NumPy computes whole arrays at once"
            )
        self.instructions.append(instruction)
        self.kinds.append(kind)
        self.values.append(value)
        self.lanes.append(Lane(self, at))
        return at

    def argument(self, operation: str, i: int) -> int | None:
        """The number that y has where i is the operation applied to y alone; else None."""
        instruction = self.instructions[i]
        return instruction[1] if instruction[0] == operation else None


def _add(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    a, b = x
    if v[1] == 0 and not code.strict:
        return a
    if v[0] == 0 and not code.strict:
        return b
    if code.instructions[b][0] == "fneg":
        return code.write("fsub", [a, code.instructions[b][1]])
    if code.instructions[a][0] == "fneg":
        return code.write("fsub", [b, code.instructions[a][1]])
    return None


def _subtract(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    a, b = x
    if v[1] == 0 and not code.strict:
        return a
    if v[0] == 0 and not code.strict:
        return code.write("fneg", [b])
    minus = code.argument("fneg", b)
    return None if minus is None else code.write("fadd", [a, minus])


def _multiply(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    a, b = x
    for p, known in ((a, v[1]), (b, v[0])):
        if known is not None and (known == 1.0 or known == -1.0):
            return p if known == 1.0 else code.write("fneg", [p])
    if code.instructions[a][0] == "fneg":
        return code.write("fneg", [code.write("fmul", [code.instructions[a][1], b])])
    if code.instructions[b][0] == "fneg":
        return code.write("fneg", [code.write("fmul", [a, code.instructions[b][1]])])
    return None


def _divide(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    if v[1] is None:
        return None
    mantissa, exponent = math.frexp(v[1])
    if abs(mantissa) == 0.5 and abs(exponent) < 1000:  # a power of two: its reciprocal is exact
        return code.write("fmul", [x[0], code.place(1 / v[1])])
    return None


def _negative(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    return code.argument("fneg", x[0])


def _select(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    condition, yes, no = x
    if v[0] is not None:
        return yes if v[0] else no
    if yes == no:
        return yes
    kinds = code.kinds
    if kinds[yes] != kinds[no]:
        return code.write("select", [condition, *(code.write("number", [i]) for i in (yes, no))])
    if kinds[yes] == BOOLEAN:
        other = code.write("and", [code.write("not", [condition]), no])
        return code.write("or", [code.write("and", [condition, yes]), other])
    return None


def _and(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    return _logical(x, v, neutral=True)


def _or(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    return _logical(x, v, neutral=False)


def _logical(x: list[int], v: list[Any], neutral: bool) -> int | None:
    for p, known, other in ((x[0], v[1], x[1]), (x[1], v[0], x[0])):
        if known is not None:
            return p if known == neutral else other
    return x[0] if x[0] == x[1] else None


def _not(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    return code.argument("not", x[0])


def _as_number(code: Scalars, x: list[int], v: list[Any]) -> int | None:
    if code.kinds[x[0]] == NUMBER:
        return x[0]
    return None if v[0] is None else code.place(float(v[0]))


_SHORTER: Final[dict[str, Callable[[Scalars, list[int], list[Any]], int | None]]] = {
    "fadd": _add,
    "fsub": _subtract,
    "fmul": _multiply,
    "fdiv": _divide,
    "fneg": _negative,
    "select": _select,
    "and": _and,
    "or": _or,
    "not": _not,
    "number": _as_number,
}


def _binary(operation: str, swapped: bool = False) -> Callable[[Lane, Any], Any]:
    def method(self: Lane, other: Any) -> Any:
        code, at = self.code, self.at
        if type(other) is Lane:
            return code.lanes[code.write(operation, [at, other.at])]
        if isinstance(other, np.ndarray) and other.ndim:
            return NotImplemented  # the array takes its elements one by one
        there = code.place(other)
        return code.lanes[code.write(operation, [there, at] if swapped else [at, there])]

    return method


class Lane:
    """One number of straight-line code. NumPy can hold lanes in an array of objects, and move, add
    and multiply them there.
    """

    __slots__ = ("at", "code")

    def __init__(self, code: Scalars, at: int) -> None:
        self.code, self.at = code, at

    @property
    def kind(self) -> str:
        """NUMBER or BOOLEAN."""
        return self.code.kinds[self.at]

    @property
    def known(self) -> Any:
        """The value, where it is a constant; else None."""
        return self.code.values[self.at]

    def number(self) -> Lane:
        """A truth value as 0 or 1; a number as it is."""
        return self if self.kind == NUMBER else self.code.do("number", self)

    def truth(self) -> Lane:
        """Whether a number is not zero; a truth value as it is."""
        return self if self.kind == BOOLEAN else self.code.do("une", self, 0.0)

    def do(self, function: str, *more: Any) -> Lane:
        """A function by its name, of this number first."""
        return self.code.do(function, self, *more)

    def select(self, yes: Any, no: Any) -> Lane:
        """`yes` where this truth value holds, else `no`."""
        return self.code.do("select", self, yes, no)

    def __repr__(self) -> str:
        return f"<{self.at}: {' '.join(map(str, self.code.instructions[self.at]))}>"

    def __bool__(self) -> bool:
        raise CompilationError(
            "a row asked whether a number is true while it was being compiled; it is interpreted"
        )

    __add__, __radd__ = _binary("fadd"), _binary("fadd", swapped=True)
    __sub__, __rsub__ = _binary("fsub"), _binary("fsub", swapped=True)
    __mul__, __rmul__ = _binary("fmul"), _binary("fmul", swapped=True)
    __truediv__, __rtruediv__ = _binary("fdiv"), _binary("fdiv", swapped=True)
    __and__, __or__, __xor__ = _binary("and"), _binary("or"), _binary("xor")
    __lt__, __le__, __gt__, __ge__ = map(_binary, ("olt", "ole", "ogt", "oge"))

    def equals(self, other: Any) -> Lane:
        """Whether two numbers are equal (NaN equals nothing)."""
        return self.code.do("oeq", self, other)

    def isnan(self) -> Lane:
        """Whether it is no number."""
        return self.code.do("uno", self, self)

    def sqrt(self) -> Lane:
        """The square root: NumPy asks objects for it under this name."""
        return self.code.do("sqrt", self)

    def conjugate(self) -> Lane:
        """Itself; NumPy's variance asks for it."""
        return self

    @property
    def real(self) -> Lane:
        """Itself."""
        return self

    def __neg__(self) -> Lane:
        return self.code.do("fneg", self)

    def __abs__(self) -> Lane:
        return self.code.do("fabs", self)

    def __invert__(self) -> Lane:
        return self.code.do("not", self)
