"""The same functions from the C library, one lane at a time.

For processors without a fused multiply-add, on which our own formulas would not hold.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

from steepest.native.vectormath.sheet import Sheet, Value

# Functions of C99 (7.12), under its names, which are ours too.
SYMBOLS: Final = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "cbrt", "erf", "erfc"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)
OF_TWO: Final = ("atan2", "pow")
PREFIX: Final = "steepest_libm_"

# Processors whose every model has a fused multiply-add; x86 has it as a feature.
ALWAYS_FUSED: Final = ("aarch64", "arm64", "powerpc64", "ppc64", "s390x", "riscv64")


def has_fma(triple: str, features: str) -> bool:
    """Whether a target multiplies and adds in one: `features` as in LLVM, "+avx2,+fma,-sse4a"."""
    return triple.startswith(ALWAYS_FUSED) or "+fma" in features.split(",")


def library_symbols() -> dict[str, int]:
    """Names that IR without fused multiply-adds may call, and their addresses in this process."""
    if sys.platform == "win32":
        library = ctypes.CDLL("ucrtbase")
    else:
        from ctypes.util import find_library

        library = ctypes.CDLL(find_library("m"))
    return {
        PREFIX + symbol: ctypes.cast(getattr(library, symbol), ctypes.c_void_p).value or 0
        for symbol in SYMBOLS
    }


def declare(name: str) -> str:
    """The line that lets IR call one of `library_symbols`."""
    listed = "double, double" if name.removeprefix(PREFIX) in OF_TWO else "double"
    return f"declare double @{name}({listed}) nounwind willreturn memory(none)"


def call(symbol: str, m: Sheet, *arguments: Value) -> Value:
    """A function of the C library, on each lane."""
    name = PREFIX + symbol
    m.needs.add(name)
    if m.lanes == 1:
        listed = ", ".join(m.typed(a) for a in arguments)
        return m.write(f"call double @{name}({listed})", "double")
    result, double = "poison", m.type_of("double")
    for lane in range(m.lanes):
        parts = [
            m.write(f"extractelement {m.typed(a)}, i64 {lane}", "double").name for a in arguments
        ]
        listed = ", ".join(f"double {part}" for part in parts)
        one = m.write(f"call double @{name}({listed})", "double")
        result = m.write(
            f"insertelement {double} {result}, double {one.name}, i64 {lane}", "double"
        ).name
    return Value(m, result, "double")


def sigmoid(m: Sheet, x: Value) -> Value:
    """1/(1 + exp(-x)); for x < 0 as e/(1 + e) with e = exp(x)."""
    e = call("exp", m, -abs(x))
    return m.select(x < 0.0, e, 1.0) / (1.0 + e)


def softplus(m: Sheet, x: Value) -> Value:
    """max(x, 0) + log(1 + exp(-|x|))."""
    y = m.select(x > 0.0, x, 0.0) + call("log1p", m, call("exp", m, -abs(x)))
    return m.select(x.is_nan(), x, y)


def sincos(m: Sheet, x: Value) -> tuple[Value, Value]:
    """Sine and cosine."""
    return call("sin", m, x), call("cos", m, x)
