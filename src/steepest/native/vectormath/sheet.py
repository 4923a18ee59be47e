"""Formulas that write themselves down as LLVM IR, for one number or for a vector of them.

Arithmetic on a `Value` appends an instruction to its `Sheet`. Nothing is rounded that is not
written: no fast-math flag, no contraction, and a fused multiply-add only where it says `fma`. So
the bits of a result depend neither on the level of optimisation nor on the number of lanes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["double", "i64", "i1"]

# Added to |x| < 2^51, this rounds to the nearest integer, which the low bits of the sum then hold.
ROUNDER: Final = 1.5 * 2.0**52
SIGN: Final = -(2**63)
SELDOM: Final = '!{!"branch_weights", i32 1, i32 100000}'


def bits_of(number: float) -> int:
    """The 64 bits of a float, as a signed integer."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits)


def literal(kind: Kind, number: float) -> str:
    """A constant as LLVM writes it: a double by its bits, so that no digit is lost."""
    if kind == "double":
        return f"0x{bits_of(float(number)) & 0xFFFF_FFFF_FFFF_FFFF:016X}"
    return str(int(number))


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """A number in each lane; operators mean what they mean for floats, integers and truths."""

    sheet: Sheet
    name: str
    kind: Kind

    def __add__(self, other: Value | float) -> Value:
        return self.sheet.binary("add", self, other)

    def __radd__(self, other: float) -> Value:
        return self.sheet.binary("add", self, other)

    def __sub__(self, other: Value | float) -> Value:
        return self.sheet.binary("sub", self, other)

    def __rsub__(self, other: float) -> Value:
        return self.sheet.binary("sub", other, self)

    def __mul__(self, other: Value | float) -> Value:
        return self.sheet.binary("mul", self, other)

    def __rmul__(self, other: float) -> Value:
        return self.sheet.binary("mul", self, other)

    def __truediv__(self, other: Value | float) -> Value:
        return self.sheet.binary("div", self, other)

    def __rtruediv__(self, other: float) -> Value:
        return self.sheet.binary("div", other, self)

    def __and__(self, other: Value | int) -> Value:
        return self.sheet.binary("and", self, other)

    def __or__(self, other: Value | int) -> Value:
        return self.sheet.binary("or", self, other)

    def __xor__(self, other: Value | int) -> Value:
        return self.sheet.binary("xor", self, other)

    def __lshift__(self, places: int) -> Value:
        return self.sheet.binary("shl", self, places)

    def __rshift__(self, places: int) -> Value:
        """Zeros come in at the top: AVX2 has no shift that repeats the sign of 64 bits."""
        return self.sheet.binary("lshr", self, places)

    def __neg__(self) -> Value:
        return self.sheet.write(f"fneg {self.sheet.type_of('double')} {self.name}", "double")

    def __abs__(self) -> Value:
        return self.sheet.intrinsic("fabs", self)

    def __invert__(self) -> Value:
        return self.sheet.binary("xor", self, -1)

    def __lt__(self, other: Value | float) -> Value:
        return self.sheet.compare("lt", self, other)

    def __le__(self, other: Value | float) -> Value:
        return self.sheet.compare("le", self, other)

    def __gt__(self, other: Value | float) -> Value:
        return self.sheet.compare("gt", self, other)

    def __ge__(self, other: Value | float) -> Value:
        return self.sheet.compare("ge", self, other)

    def equals(self, other: Value | float) -> Value:
        """True where both are the same number; 0 and -0 are."""
        return self.sheet.compare("eq", self, other)

    def differs(self, other: Value | float) -> Value:
        """True where they are not the same number, and for a NaN."""
        return self.sheet.compare("ne", self, other)

    def is_nan(self) -> Value:
        """True where this is not a number."""
        return self.sheet.compare("uno", self, self)

    @property
    def bits(self) -> Value:
        """The 64 bits of a float."""
        return self.sheet.cast(self, "i64")

    @property
    def real(self) -> Value:
        """The float whose bits these are."""
        return self.sheet.cast(self, "double")


@dataclass(slots=True)
class Sheet:
    """The body of one function, of `lanes` numbers at a time; no instruction is written twice."""

    lanes: int
    lines: list[str] = field(default_factory=list)
    block: str = "start"
    needs: set[str] = field(default_factory=set)  # functions that are called, by name
    known: dict[str, Value] = field(default_factory=dict)
    count: int = 0

    def type_of(self, kind: Kind) -> str:
        """The type of a value, in LLVM's words."""
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    @property
    def suffix(self) -> str:
        """What an intrinsic's name ends in."""
        return "f64" if self.lanes == 1 else f"v{self.lanes}f64"

    def fresh(self) -> str:
        """A name that is not taken."""
        self.count += 1
        return f"%v{self.count}"

    def write(self, instruction: str, kind: Kind) -> Value:
        """The result of an instruction, which is appended unless it stands there already."""
        known = self.known.get(instruction)
        if known is None:
            known = self.known[instruction] = Value(self, self.fresh(), kind)
            self.lines.append(f"{known.name} = {instruction}")
        return known

    def operand(self, value: Value | float, kind: Kind) -> str:
        """The name of a value, or a constant, the same in each lane."""
        if isinstance(value, Value):
            return value.name
        text = literal(kind, value)
        return text if self.lanes == 1 else f"splat ({kind} {text})"

    def constant(self, number: float) -> Value:
        """A float that is the same in each lane."""
        return Value(self, self.operand(number, "double"), "double")

    def binary(self, name: str, a: Value | float, b: Value | float) -> Value:
        """Two values of one kind, or one and a constant, under an operation of that kind."""
        kind = a.kind if isinstance(a, Value) else b.kind if isinstance(b, Value) else "double"
        operation = f"f{name}" if kind == "double" else name
        left, right = self.operand(a, kind), self.operand(b, kind)
        return self.write(f"{operation} {self.type_of(kind)} {left}, {right}", kind)

    def compare(self, relation: str, a: Value, b: Value | float) -> Value:
        """True only between numbers: a NaN is not less, not greater, not equal; it does differ."""
        if a.kind == "double":
            ordered = "" if relation == "uno" else "u" if relation == "ne" else "o"
            word = f"fcmp {ordered}{relation}"
        else:
            word = f"icmp {relation if relation in ('eq', 'ne') else 's' + relation}"
        return self.write(
            f"{word} {self.type_of(a.kind)} {a.name}, {self.operand(b, a.kind)}", "i1"
        )

    def cast(self, value: Value, kind: Kind) -> Value:
        """The same bits, as another kind."""
        there, here = self.type_of(kind), self.type_of(value.kind)
        return self.write(f"bitcast {here} {value.name} to {there}", kind)

    def intrinsic(self, name: str, *arguments: Value | float) -> Value:
        """A function of floats that LLVM knows by name."""
        double = self.type_of("double")
        listed = ", ".join(f"{double} {self.operand(a, 'double')}" for a in arguments)
        return self.write(f"call {double} @llvm.{name}.{self.suffix}({listed})", "double")

    def fma(self, a: Value | float, b: Value | float, c: Value | float) -> Value:
        """a·b + c, rounded once."""
        return self.intrinsic("fma", a, b, c)

    def sqrt(self, x: Value) -> Value:
        """The square root, rounded once."""
        return self.intrinsic("sqrt", x)

    def trunc(self, x: Value) -> Value:
        """The integer towards zero."""
        return self.intrinsic("trunc", x)

    def select(self, condition: Value, a: Value | float, b: Value | float) -> Value:
        """In each lane a where the condition holds, b where not."""
        kind = a.kind if isinstance(a, Value) else b.kind if isinstance(b, Value) else "double"
        truth, of = self.type_of("i1"), self.type_of(kind)
        left, right = self.operand(a, kind), self.operand(b, kind)
        return self.write(f"select {truth} {condition.name}, {of} {left}, {of} {right}", kind)

    def at_most(self, x: Value, bound: float) -> Value:
        """x, or the bound if x is above it; a NaN stays one."""
        return self.select(x > bound, bound, x)

    def at_least(self, x: Value, bound: float) -> Value:
        """The argument, or the bound if it is below; a NaN stays one."""
        return self.select(x < bound, bound, x)

    def larger(self, a: Value, b: Value) -> Value:
        """The larger; b if either is a NaN."""
        return self.select(a > b, a, b)

    def with_sign(self, magnitude: Value, sign: Value) -> Value:
        """A magnitude that has no sign of its own, with the sign of another number."""
        return (magnitude.bits | (sign.bits & SIGN)).real

    def polynomial(self, x: Value, coefficients: Sequence[Value | float]) -> Value:
        """c0 + c1·x + c2·x² + ..., in pairs (Estrin), which a processor can do side by side."""
        terms = list(coefficients)
        while len(terms) > 1:
            pairs: list[Value | float] = [
                self.fma(high, x, low) for low, high in zip(terms[::2], terms[1::2], strict=False)
            ]
            terms = pairs + terms[len(pairs) * 2 :]
            if len(terms) > 1:
                x = x * x
        (sum_,) = terms
        return sum_ if isinstance(sum_, Value) else self.constant(sum_)

    def nearest(self, x: Value, factor: float) -> tuple[Value, Value]:
        """The integer nearest to x·factor: as a float, and in the low bits of an integer."""
        shifted = self.fma(x, factor, ROUNDER)
        return shifted - ROUNDER, shifted.bits

    def rarely(self, condition: Value, name: str, x: Value, values: list[Value]) -> list[Value]:
        """The values as they are, but in lanes whose condition holds as `name` makes them of x.

        It is called only if there is such a lane: `name`_far(x) for a single number, and for
        vectors `name`_v<lanes> with the condition, x and the values.
        """
        some = condition.name
        if self.lanes > 1:
            some = self.fresh()
            reduce = f"@llvm.vector.reduce.or.v{self.lanes}i1"
            self.lines.append(f"{some} = call i1 {reduce}({self.typed(condition)})")
        self.needs.add(name)
        made, before, number = self.fresh(), self.block, self.count
        returned = f"{{{', '.join(self.type_of(v.kind) for v in values)}}}"
        callee, arguments = f"{name}_far", [x]
        if self.lanes > 1:
            callee, arguments = f"{name}{self.called}", [condition, x, *values]
        listed = ", ".join(self.typed(v) for v in arguments)
        parts = [self.fresh() for _ in values]
        self.block = f"common{number}"
        self.lines += [
            f"br i1 {some}, label %rare{number}, label %{self.block}, !prof {SELDOM}",
            f"rare{number}:",
            f"{made} = call {returned} @{callee}({listed})",
            *(f"{part} = extractvalue {returned} {made}, {i}" for i, part in enumerate(parts)),
            f"br label %{self.block}",
            f"{self.block}:",
        ]
        return [
            self.write(
                f"phi {self.type_of(v.kind)} [{v.name}, %{before}], [{part}, %rare{number}]", v.kind
            )
            for v, part in zip(values, parts, strict=True)
        ]

    def typed(self, value: Value) -> str:
        """A value after its type, as an argument."""
        return f"{self.type_of(value.kind)} {value.name}"

    @property
    def called(self) -> str:
        """What the name of a function of ours ends in."""
        return "" if self.lanes == 1 else f"_v{self.lanes}"
