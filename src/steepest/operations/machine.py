"""How rows run in machine code, where no single instruction or function does: rules on lanes.

A lane stands for one number of straight-line code (`native.scalars`): it adds, multiplies and
compares like a number, `x.do("sin")` applies a function, `c.select(a, b)` chooses. Arrays of lanes
are NumPy arrays of objects. Nothing here knows a compiler.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.errors import CompilationError

__all__ = [
    "all_of",
    "any_of",
    "cast",
    "clip",
    "hypot",
    "largest",
    "logaddexp",
    "maximum",
    "mean",
    "minimum",
    "ndtr",
    "norm",
    "power",
    "rounded",
    "selected_product",
    "sign",
    "sinc",
    "smallest",
    "total",
    "variance",
]

Shape = tuple[int, ...]
INF = math.inf

# ---- one number at a time ------------------------------------------------------------------------


def power(a: Any, b: Any) -> Any:
    """Small whole exponents as products, which round as often as pow may; the square root."""
    if b.known is not None and a.known is None:
        n = float(b.known)
        if n in (2.0, 3.0, 4.0, -2.0):
            square = a * a
            if n == 2.0:
                return square
            return 1.0 / square if n < 0.0 else square * (a if n == 3.0 else square)
        if n in (1.0, 0.0):
            return a if n else a.code.constant(1.0)
        if n == -1.0:
            return 1.0 / a
        if n == 0.5:  # pow gives +0 for -0, and infinity for minus infinity
            return a.equals(-INF).select(INF, abs(a.do("sqrt")))
    return a.do("pow", b)


def sign(x: Any) -> Any:
    """-1, 0 or 1; NaN for NaN."""
    return (x > 0.0).select(1.0, (x < 0.0).select(-1.0, x.isnan().select(x, 0.0)))


def maximum(a: Any, b: Any) -> Any:
    """NumPy's: a NaN on either side is the result."""
    return ((a >= b) | a.isnan()).select(a, b)


def minimum(a: Any, b: Any) -> Any:
    """NumPy's: a NaN on either side is the result."""
    return ((a <= b) | a.isnan()).select(a, b)


def clip(x: Any, low: Any, high: Any) -> Any:
    """min(max(x, low), high)."""
    return minimum(maximum(x, low), high)


def hypot(a: Any, b: Any) -> Any:
    """√(a² + b²), scaled by the larger side so that no square overflows."""
    a, b = abs(a), abs(b)
    long, short = (a > b).select(a, b), (a > b).select(b, a)
    ratio = short / long
    length = long.equals(0.0).select(short, long * (1.0 + ratio * ratio).do("sqrt"))
    return (a.equals(INF) | b.equals(INF)).select(INF, (a + b).isnan().select(a + b, length))


def logaddexp(a: Any, b: Any) -> Any:
    """log(eᵃ + eᵇ) = max + log1p(e^−|a − b|); equal sides first, for ±∞."""
    b = a.code.lane(b)
    apart = maximum(a, b) + (-abs(a - b)).do("exp").do("log1p")
    return a.equals(b).select(a + math.log(2.0), apart)


def sinc(x: Any, order: int = 0) -> Any:
    """sin(πx)/(πx) as NumPy forms it; its derivatives sum series, which are interpreted."""
    if order:
        raise CompilationError("the derivatives of sinc have no machine code")
    y = math.pi * x.equals(0.0).select(1e-20, x)
    return y.do("sin") / y


def ndtr(x: Any) -> Any:
    """Φ(x) = erfc(−x/√2)/2."""
    return 0.5 * (-x * math.sqrt(0.5)).do("erfc")


def rounded(x: Any, decimals: int) -> Any:
    """NumPy's rounding: scaled, rounded to even, scaled back."""
    if decimals == 0:
        return x.do("rint")
    scale = 10.0 ** abs(decimals)
    if decimals > 0:
        return (x * scale).do("rint") / scale
    return (x / scale).do("rint") * scale


def cast(x: Any, dtype: str) -> Any:
    """To truth values, to whole numbers (towards zero), to float64."""
    kind = np.dtype(dtype).kind
    return x.truth() if kind == "b" else x.number().do("trunc") if kind == "i" else x.number()


# ---- arrays of numbers ---------------------------------------------------------------------------


def _over(
    x: Any, axis: Shape, keepdims: bool, reduce: Callable[[Sequence[Any]], Any]
) -> Any:  # array of lanes
    """Reduce some axes, each group of elements in NumPy's order."""
    rest = [i for i in range(x.ndim) if i not in axis]
    groups = np.transpose(x, (*rest, *axis)).reshape((*(x.shape[i] for i in rest), -1))
    out = np.empty(groups.shape[:-1], object)
    for at in np.ndindex(out.shape):
        out[at] = reduce(list(groups[at]))
    if keepdims:
        return out.reshape([1 if i in axis else n for i, n in enumerate(x.shape)])
    return out


def pairwise(items: Sequence[Any]) -> Any:
    """The sum of a list in the order of NumPy's pairwise summation of a contiguous array."""
    n = len(items)
    if n == 0:
        return 0.0
    if n < 8:
        found = items[0]
        for x in items[1:]:
            found = found + x
        return found
    if n > 128:
        half = n // 2 - (n // 2) % 8
        return pairwise(items[:half]) + pairwise(items[half:])
    r, whole = list(items[:8]), n - n % 8
    for i in range(8, whole, 8):
        r = [p + q for p, q in zip(r, items[i : i + 8], strict=True)]
    found = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
    for x in items[whole:]:
        found = found + x
    return found


def total(x: Any, axis: Shape, keepdims: bool) -> Any:
    """`np.sum`."""
    return _over(x, axis, keepdims, pairwise)


def mean(x: Any, axis: Shape, keepdims: bool) -> Any:
    """`np.mean`."""
    count = math.prod(x.shape[i] for i in axis)
    return _over(x, axis, keepdims, lambda items: pairwise(items) / float(count))


def variance(x: Any, axis: Shape, keepdims: bool) -> Any:
    """`np.var`."""
    apart = x - mean(x, axis, keepdims=True)
    return mean(apart * apart, axis, keepdims)


def norm(x: Any, axis: Shape, keepdims: bool) -> Any:
    """The root of the sum of squares."""
    return _over(x, axis, keepdims, lambda items: pairwise([v * v for v in items]).do("sqrt"))


def _folded(combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def fold(items: Sequence[Any]) -> Any:
        while len(items) > 1:  # by pairs, so that no chain is longer than it must be
            pairs = zip(items[::2], items[1::2], strict=False)
            items = [combine(a, b) for a, b in pairs] + ([items[-1]] if len(items) % 2 else [])
        return items[0]

    return lambda x, axis, keepdims: _over(x, axis, keepdims, fold)


largest = _folded(maximum)
smallest = _folded(minimum)
any_of = _folded(lambda a, b: a | b)
all_of = _folded(lambda a, b: a & b)


def selected_product(a: Any, a_counts: Any, b: Any, b_counts: Any) -> Any:
    """A matrix product of which only the terms count whose factors both do."""
    terms = a[..., :, :, None] * b[..., None, :, :]
    left = np.broadcast_to(a_counts, a.shape)[..., :, :, None]
    right = np.broadcast_to(b_counts, b.shape)[..., None, :, :]
    counted = np.empty(terms.shape, object)
    for at, (term, *conditions) in zip(
        np.ndindex(terms.shape),
        zip(*(np.broadcast_to(v, terms.shape).ravel() for v in (terms, left, right)), strict=True),
        strict=True,
    ):
        for c in conditions:
            term = c.select(term, 0.0) if hasattr(c, "select") else term if c else 0.0
        counted[at] = term
    return _over(counted, (terms.ndim - 2,), False, pairwise)
