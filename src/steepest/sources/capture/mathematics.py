"""What the functions of `math` mean: their own values and errors, the rows' slopes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import make
from steepest.graph.operation import ROWS
from steepest.graph.traced import as_node
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, has_handle
from steepest.sources.capture.scalars import ScalarHandle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["MATHEMATICS", "to_int"]

Rule = Callable[..., Any]


def to_int(trace: Trace, x: Any = 0, *base: Any) -> Any:
    """`int(v)`: an integer that goes on being followed, so that as an index it is a gather."""
    if not isinstance(x, Handle) or x.size != 1:
        from steepest.sources.capture.handle import plain

        return int(plain(x), *base)
    number = _number(x)
    if not isinstance(number, ScalarHandle) or number.dtype.kind in "iu":
        return number if isinstance(number, Handle) else int(number)
    return trace.combine(
        lambda v: np.int64(int(v)),
        lambda n: make(ROWS["cast"], (as_node(n),), dtype="<i8"),
        (number,),
        "int",
    )


def _number(x: Any) -> Any:
    """A single number out of an array of one, as `float` takes it."""
    return x.item() if isinstance(x, ArrayHandle) else x


def _doubles(trace: Trace, things: Any) -> Any:
    """Numbers in a row, as the doubles that `math` makes of them."""
    array = trace.as_array(things if isinstance(things, Handle) else list(things))
    return array.astype(np.float64) if array.dtype != np.float64 else array


def _whole(of_numbers: Rule, of_nodes: Any) -> Rule:
    """`math.floor(v)` and its like: an integer."""

    def rule(trace: Trace, x: Any) -> Any:
        return to_int(trace, of_nodes(x)) if isinstance(x, Handle) else of_numbers(x)

    return rule


def _said(function: Rule, express: Callable[..., Any] | str) -> Rule:
    """A function of `math`: its own value and its own errors, and the row or rows it means."""

    def rule(trace: Trace, *args: Any, **named: Any) -> Any:
        if not any(isinstance(a, Handle) for a in args):
            return function(*args, **named)
        return trace.combine(
            lambda *v: np.asarray(function(*v, **named))[()],
            ROWS[express] if isinstance(express, str) else express,
            [_number(a) for a in args],
            f"math.{function.__name__}",
        )

    return rule


def _hypot(trace: Trace, *args: Any) -> Any:
    if not has_handle(args):
        return math.hypot(*args)
    return trace.combine(
        lambda v: np.float64(math.hypot(*v)), ROWS["length"],
        (_doubles(trace, [_number(a) for a in args]),), "math.hypot",
    )  # fmt: skip


def _dist(trace: Trace, p: Any, q: Any) -> Any:
    p, q = (x if isinstance(x, (Handle, tuple, list)) else list(x) for x in (p, q))
    if not has_handle(p) and not has_handle(q):
        return math.dist(p, q)
    return trace.combine(
        lambda a, b: np.float64(math.dist(a, b)), lambda a, b: ROWS["length"](a - b),
        (_doubles(trace, p), _doubles(trace, q)), "math.dist",
    )  # fmt: skip


def _fsum(trace: Trace, things: Any) -> Any:
    parts = things if isinstance(things, Handle) else list(things)
    if not has_handle(parts):
        return math.fsum(parts)
    return trace.combine(
        lambda v: np.float64(math.fsum(v)), ROWS["fsum"], (_doubles(trace, parts),), "math.fsum"
    )


def _prod(trace: Trace, things: Any, *, start: Any = 1) -> Any:
    """One factor after the other, as `math.prod` multiplies."""
    found = start
    for factor in things:
        found = found * factor
    return found


def _sumprod(trace: Trace, p: Any, q: Any) -> Any:
    p, q = (x if isinstance(x, Handle) else list(x) for x in (p, q))
    if not has_handle(p) and not has_handle(q):
        return SUMPROD(p, q)
    return trace.combine(
        lambda a, b: np.float64(SUMPROD(a.tolist(), b.tolist())), ROWS["sumprod"],
        (_doubles(trace, p), _doubles(trace, q)), "math.sumprod",
    )  # fmt: skip


def _modf(trace: Trace, x: Any) -> Any:
    if not isinstance(x, Handle):
        return math.modf(x)
    return tuple(_said(f, n)(trace, x) for f, n in (
        (_fraction, lambda v: v - np.trunc(v)), (_integral, np.trunc),
    ))  # fmt: skip


def _fraction(x: Any) -> float:
    return math.modf(x)[0]


def _integral(x: Any) -> float:
    return math.modf(x)[1]


def _frexp(trace: Trace, x: Any) -> Any:
    if not isinstance(x, Handle):
        return math.frexp(x)
    mantissa, exponent = np.frexp(_number(x))
    return mantissa, to_int(trace, exponent)


def _is_close(trace: Trace, a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    if not has_handle((a, b, rel_tol, abs_tol)):
        return math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    a, b = _number(a), _number(b)
    if a == b:
        return True
    if not (np.isfinite(a) and np.isfinite(b)):
        return False
    off = abs(a - b)
    return bool(off <= rel_tol * abs(b)) or bool(off <= rel_tol * abs(a)) or bool(off <= abs_tol)


SUMPROD: Any = getattr(math, "sumprod", None)  # Python 3.12
MATHEMATICS: dict[Any, Rule] = {
    math.fsum: _fsum, math.prod: _prod, math.hypot: _hypot, math.dist: _dist, math.modf: _modf,
    math.frexp: _frexp, math.isclose: _is_close,
    math.log: _said(math.log, lambda x, *b: np.log(x) / np.log(b[0]) if b else np.log(x)),
    math.remainder: _said(math.remainder, lambda a, b: a - np.rint(a / b) * b),
    math.gamma: _said(math.gamma, "gamma"),
    math.floor: _whole(math.floor, np.floor), math.ceil: _whole(math.ceil, np.ceil),
    math.trunc: _whole(math.trunc, np.trunc),
}  # fmt: skip
FMA: Any = getattr(math, "fma", None)  # Python 3.13
if SUMPROD is not None:
    MATHEMATICS[SUMPROD] = _sumprod
if FMA is not None:
    MATHEMATICS[FMA] = _said(FMA, lambda a, b, c: a * b + c)
_ROWS = {name: name for name in (
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log2", "log10", "log1p", "sqrt",
    "isnan", "isinf", "isfinite", "erf", "erfc", "cbrt", "exp2", "copysign", "fmod", "nextafter",
    "ldexp",
)} | {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "pow": "power", "fabs": "absolute",
    "degrees": "rad2deg", "radians": "deg2rad", "lgamma": "gammaln",
}  # fmt: skip
MATHEMATICS |= {
    getattr(math, name): _said(getattr(math, name), row)
    for name, row in _ROWS.items()
    if hasattr(math, name)
}
