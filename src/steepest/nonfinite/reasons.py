"""Why an operation has no finite value, or no finite slope, at some operands: one sentence each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.graph.operation import Operation

__all__ = ["why_slope", "why_value"]

Test = Callable[..., bool]

# (operations, when, what to say): the first that fits is said.
VALUES: tuple[tuple[tuple[str, ...], Test, str], ...] = (
    (("log", "log2", "log10"), lambda x: x < 0, "a negative number has no real logarithm"),
    (("log", "log2", "log10"), lambda x: x == 0, "the logarithm of 0 is −∞"),
    (
        ("log1p",),
        lambda x: x < -1,
        "1 + x is negative there, and a negative number has no real logarithm",
    ),
    (("log1p",), lambda x: x == -1, "1 + x is 0 there, and the logarithm of 0 is −∞"),
    (("sqrt",), lambda x: x < 0, "a negative number has no real square root"),
    (("divide",), lambda a, b: a == 0 and b == 0, "0/0 is not a number"),
    (("divide", "floor_divide"), lambda a, b: b == 0, "it is a division by zero"),
    (("remainder",), lambda a, b: b == 0, "there is no remainder of a division by zero"),
    (("reciprocal",), lambda x: x == 0, "it is a division by zero"),
    (("power",), lambda a, b: a == 0 and b < 0, "0 to a negative power is a division by zero"),
    (
        ("power",),
        lambda a, b: a < 0 and b != math.floor(b),
        "a negative number has no real power with an exponent that is not whole",
    ),
    (
        ("arcsin", "arccos"),
        lambda x: abs(x) > 1,
        "only numbers from −1 to 1 are a sine or a cosine",
    ),
    (("arccosh",), lambda x: x < 1, "only numbers from 1 on are a hyperbolic cosine"),
    (("arctanh",), lambda x: abs(x) == 1, "arctanh is infinite at −1 and 1"),
    (("arctanh",), lambda x: abs(x) > 1, "only numbers between −1 and 1 are a hyperbolic tangent"),
    (
        ("gammaln", "digamma"),
        lambda x: x <= 0 and x == math.floor(x),
        "the gamma function has a pole there",
    ),
    (("csc", "cot"), lambda x: x == 0, "the sine is 0 there, and it is divided by"),
)


def why_value(row: Operation, operands: Sequence[Any], result: Any, dtype: np.dtype[Any]) -> str:
    """Why finite operands give this result."""
    said = _first_that_fits(row.name, operands)
    if said:
        return said
    if np.any(np.isinf(result)):
        return f"the result is larger than {_largest(dtype)}, the largest number that {dtype} holds"
    return "there is no real value at these operands"


def why_slope(
    row: Operation, operands: Sequence[Any], adjoint: Any, slope: Any, gradient: Any
) -> str:
    """Why a finite value has no finite slope, while the adjoint that comes back to it is finite."""
    rule = f" (the rule is {row.shown})" if row.shown else ""
    said = _first_that_fits(row.name, operands)
    if said:
        return f"{said}, and it has no slope either"
    if np.ndim(adjoint) == 0 and adjoint == 0:
        return (
            f"{row.name} is infinitely steep there{rule}, and what comes back to it is 0: 0 times "
            "infinity is not a number"
        )
    if np.ndim(slope) == 0 and np.isinf(slope):
        said = f"{row.name} is infinitely steep there{rule}"
        if not np.any(np.isnan(gradient)):
            return said
        return f"{said}, and further back that meets a slope of 0: 0 times infinity is not a number"
    return f"the slope of {row.name} is not finite there{rule}"


def _first_that_fits(name: str, operands: Sequence[Any]) -> str:
    if any(np.ndim(v) for v in operands):
        return ""
    for names, fits, said in VALUES:
        if name in names and fits(*(float(v) for v in operands)):
            return said
    return ""


def _largest(dtype: np.dtype[Any]) -> str:
    return f"{float(np.finfo(dtype).max):.2g}" if dtype.kind == "f" else "any"
