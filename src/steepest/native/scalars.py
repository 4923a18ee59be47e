"""Straight-line code on single numbers: a list of instructions, and handles to write it with.

Every instruction is there once: the same operation on the same numbers is the same instruction.
Instructions that change no bit (x·1, x/1, −(−x), a + (−b)) are not written at all, and what is
known when the code is written is computed then. One liberty is taken: x + 0 is x, so that a result
that is zero may have the other sign than in NumPy.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from steepest.errors import CompilationError

__all__ = ["BOOLEAN", "LIMIT", "NUMBER", "Lane", "Scalars"]

NUMBER, BOOLEAN = "number", "boolean"
LIMIT = 20_000  # instructions of one function

_COMPARISONS: Final = ("olt", "ole", "ogt", "oge", "oeq", "une", "uno")
_LOGIC: Final = ("and", "or", "xor", "not")
_COMMUTE: Final = ("fadd", "fmul", "oeq", "une", "and", "or", "xor")
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
        self.limit = limit
        self._known: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self.instructions)

    # ---- leaves
    def input(self, k: int) -> Lane:
        """The k-th number that is given."""
        return Lane(self, self._enter(("input", k), NUMBER, ("input", k)))

    def constant(self, value: Any) -> Lane:
        """A number, or a truth value, that is known."""
        if isinstance(value, (bool, np.bool_)):
            return Lane(self, self._enter(("constant", bool(value)), BOOLEAN, bool(value)))
        x = float(value)
        bits = struct.pack("<d", x)
        return Lane(self, self._enter(("constant", x), NUMBER, bits))

    def lane(self, x: Any) -> Lane:
        """Anything that an instruction can take, as a lane."""
        return x if isinstance(x, Lane) else self.constant(x)

    def known(self, i: int) -> Any:
        """The value of a constant; None for everything else."""
        operation, *args = self.instructions[i]
        return args[0] if operation == "constant" else None

    def find(self, operation: str, like: int) -> int | None:
        """Another operation on the same numbers, if it is there."""
        return self._known.get((operation, *self.instructions[like][1:]))

    # ---- instructions
    def do(self, operation: str, *args: Any) -> Lane:
        """One instruction, or a function by its name, applied to lanes and numbers."""
        lanes = [self.lane(a) for a in args]
        if operation in _LOGIC:
            lanes = [x.truth() for x in lanes]
        elif operation == "select":
            lanes[0] = lanes[0].truth()
        elif operation != "number":
            lanes = [x.number() for x in lanes]
        shorter = self._shorter(operation, lanes)
        if shorter is not None:
            return shorter
        numbers = [x.at for x in lanes]
        if operation in _COMMUTE:
            numbers.sort()
        kind = BOOLEAN if operation in _COMPARISONS or operation in _LOGIC else NUMBER
        if operation == "select":
            kind = lanes[1].kind
        key = (operation, *numbers)
        return Lane(self, self._enter(key, kind, key))

    def _enter(self, instruction: Instruction, kind: str, key: Any) -> int:
        at = self._known.get(key)
        if at is None:
            at = self._known[key] = len(self.instructions)
            if at >= self.limit:
                raise CompilationError(
                    f"the function takes more than {self.limit:,} operations on single numbers, "
                    "which is too long for straight-line machine code; it is interpreted, where "
                    "NumPy computes whole arrays at once"
                )
            self.instructions.append(instruction)
            self.kinds.append(kind)
        return at

    def _shorter(self, operation: str, lanes: list[Lane]) -> Lane | None:
        """What an instruction comes to when it need not be written."""
        values = [self.known(x.at) for x in lanes]
        compute = _ARITHMETIC.get(operation)
        if compute is not None and all(v is not None for v in values):
            with np.errstate(all="ignore"):
                return self.constant(compute(*values))
        rule = _SHORTER.get(operation)
        return None if rule is None else rule(self, lanes, values)

    def negated(self, x: Lane) -> Lane | None:
        """Y where x is −y."""
        operation, *args = self.instructions[x.at]
        return Lane(self, args[0]) if operation == "fneg" else None


def _is(value: Any, number: float) -> bool:
    return (
        value is not None
        and value == number
        and math.copysign(1, value) == math.copysign(1, number)
    )


def _add(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    a, b = x
    if v[1] == 0:
        return a
    if v[0] == 0:
        return b
    for p, q in ((a, b), (b, a)):
        minus = code.negated(q)
        if minus is not None:
            return code.do("fsub", p, minus)
    return None


def _subtract(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    a, b = x
    if v[1] == 0:
        return a
    if v[0] == 0:
        return code.do("fneg", b)
    minus = code.negated(b)
    return None if minus is None else code.do("fadd", a, minus)


def _multiply(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    for p, q, known in ((x[0], x[1], v[1]), (x[1], x[0], v[0])):
        if _is(known, 1.0):
            return p
        if _is(known, -1.0):
            return code.do("fneg", p)
        minus = code.negated(p)
        if minus is not None:
            return code.do("fneg", minus * q)
    return None


def _divide(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    if v[1] is None:
        return None
    mantissa, exponent = math.frexp(v[1])
    if abs(mantissa) == 0.5 and abs(exponent) < 1000:  # a power of two: its reciprocal is exact
        return code.do("fmul", x[0], 1 / v[1])
    return None


def _negative(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    return code.negated(x[0])


def _select(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    condition, yes, no = x
    if v[0] is not None:
        return yes if v[0] else no
    if yes.at == no.at:
        return yes
    if yes.kind != no.kind:
        return code.do("select", condition, yes.number(), no.number())
    if yes.kind == BOOLEAN:
        return code.do("or", condition & yes, ~condition & no)
    return None


def _and(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    return _logical(x, v, neutral=True)


def _or(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    return _logical(x, v, neutral=False)


def _logical(x: list[Lane], v: list[Any], neutral: bool) -> Lane | None:
    for p, known, other in ((x[0], v[1], x[1]), (x[1], v[0], x[0])):
        if known is not None:
            return p if known == neutral else other
    return x[0] if x[0].at == x[1].at else None


def _not(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    operation, *args = code.instructions[x[0].at]
    return Lane(code, args[0]) if operation == "not" else None


def _as_number(code: Scalars, x: list[Lane], v: list[Any]) -> Lane | None:
    if x[0].kind == NUMBER:
        return x[0]
    return None if v[0] is None else code.constant(float(v[0]))


_SHORTER: Final[dict[str, Callable[[Scalars, list[Lane], list[Any]], Lane | None]]] = {
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
        if isinstance(other, np.ndarray) and other.ndim:
            return NotImplemented  # the array takes its elements one by one
        pair = (other, self) if swapped else (self, other)
        return self.code.do(operation, *pair)

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
        return self.code.known(self.at)

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
