"""Functions that are no single instruction, as the C library computes them, number by number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from steepest.errors import CompilationError

__all__ = ["definitions"]

_ONE: Final = {
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "cbrt", "erf", "erfc"),
    *("sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
}
_TWO: Final = {"pow", "atan2"}
_WRITTEN: Final = {
    "sigmoid": """define internal double @steepest_sigmoid(double %x) {
  %minus = fneg double %x
  %e = call double @exp(double %minus)
  %below = fadd double %e, 1.0
  %y = fdiv double 1.0, %below
  ret double %y
}
"""
}


def definitions(names: Iterable[str], lanes: int = 1) -> str:
    """The functions as IR, for one number or a vector of them."""
    text, declared = [], set()
    for name in sorted(names):
        if name in _WRITTEN:
            text.append(_WRITTEN[name])
            declared.add("declare double @exp(double)")
        elif name in _ONE or name in _TWO:
            count = 2 if name in _TWO else 1
            given = ", ".join(f"double %x{i}" for i in range(count))
            types = ", ".join(["double"] * count)
            declared.add(f"declare double @{name}({types})")
            text.append(
                f"define internal double @steepest_{name}({given}) alwaysinline {{\n"
                f"  %y = call double @{name}({given})\n  ret double %y\n}}\n"
            )
        else:
            raise CompilationError(f"there is no machine code for the function {name!r}")
        if lanes > 1:
            text.append(_by_lane(name, 2 if name in _TWO else 1, lanes))
    return "\n".join(sorted(declared)) + "\n" + "".join(text)


def _by_lane(name: str, count: int, lanes: int) -> str:
    vector = f"<{lanes} x double>"
    given = ", ".join(f"{vector} %x{i}" for i in range(count))
    lines = [f"define internal {vector} @steepest_{name}_v{lanes}({given}) {{"]
    last = "poison"
    for k in range(lanes):
        lines += [f"  %p{i}_{k} = extractelement {vector} %x{i}, i64 {k}" for i in range(count)]
        args = ", ".join(f"double %p{i}_{k}" for i in range(count))
        lines.append(f"  %q{k} = call double @steepest_{name}({args})")
        lines.append(f"  %r{k} = insertelement {vector} {last}, double %q{k}, i64 {k}")
        last = f"%r{k}"
    return "\n".join([*lines, f"  ret {vector} {last}", "}", ""])
