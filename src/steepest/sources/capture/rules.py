"""What calls mean that never reach NumPy's protocols.

Making arrays, Python's own functions, and `math`.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import make
from steepest.graph.operation import BINDINGS, ROWS
from steepest.graph.traced import as_node
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.scalars import ScalarHandle

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["RULES"]

Rule = Callable[..., Any]


def _new(function: Rule) -> Rule:
    """An array that does not vary, but may be written into: a handle.

    Its shape is plain, whatever it was computed from.
    """

    def rule(trace: Trace, *args: Any, **named: Any) -> Any:
        fixed = {k: trace.fixed(v, "it is a shape") for k, v in named.items()}
        return trace.adopt(function(*(trace.fixed(a, "it is a shape") for a in args), **fixed))

    return rule


def _full(trace: Trace, shape: Any, value: Any, dtype: Any = None, **named: Any) -> Any:
    filled = trace.as_array(value) if not isinstance(value, ScalarHandle) else value
    out = trace.adopt(np.empty(trace.fixed(shape, "it is a shape"), dtype or filled.dtype))
    out[...] = filled
    return out


def _full_like(trace: Trace, x: Any, value: Any, dtype: Any = None, **named: Any) -> Any:
    x = trace.as_array(x)
    return _full(trace, named.get("shape", x.shape), value, dtype or x.dtype)


def _like(function: Rule) -> Rule:
    def rule(trace: Trace, x: Any, *args: Any, **named: Any) -> Any:
        return trace.adopt(function(trace.as_array(x)._plain(), *args, **named))

    return rule


def _arange(trace: Trace, *args: Any, **named: Any) -> Any:
    if not any(isinstance(a, Handle) for a in args):
        return trace.adopt(np.arange(*args, **named))
    start, _, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    counts = np.arange(
        len(np.arange(*(trace.fixed(a, "it decides how many elements there are") for a in args)))
    )
    return start + step * trace.adopt(counts)


def _array(
    trace: Trace, x: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **named: Any
) -> Any:
    if not has_handle(x):
        return trace.adopt(np.array(x, dtype, ndmin=ndmin))
    made = trace.as_array(x, dtype)
    if made is x and copy is True:  # not None, nor NumPy's "if needed", which has no truth value
        made = made.copy()
    return made if made.ndim >= ndmin else made.reshape((1,) * (ndmin - made.ndim) + made.shape)


def _as_array(trace: Trace, x: Any, dtype: Any = None, *args: Any, **named: Any) -> Any:
    return _array(trace, x, dtype, copy=False)


def _contiguous(trace: Trace, x: Any, dtype: Any = None, **named: Any) -> Any:
    made = _array(trace, x, dtype, copy=False)
    made = made.reshape(1) if made.ndim == 0 else made
    return made if made.flags.c_contiguous else made.copy()


def _fortran(trace: Trace, x: Any, dtype: Any = None, **named: Any) -> Any:
    made = _array(trace, x, dtype, copy=False)
    return made if made.flags.f_contiguous else made.copy("F")


def _to_float(kind: Any) -> Rule:
    def rule(trace: Trace, x: Any = 0.0) -> Any:
        if not isinstance(x, Handle) or x.size != 1:
            return kind(plain(x))  # or its error
        number = x.item() if isinstance(x, ArrayHandle) else x
        dtype = np.dtype(np.float64 if kind is float else kind)
        return (
            number
            if not isinstance(number, Handle) or number.dtype == dtype
            else number.astype(dtype)
        )

    return rule


def _to_int(trace: Trace, x: Any = 0, *base: Any) -> Any:
    """`int(v)`: an integer that goes on being followed, so that as an index it is a gather."""
    if not isinstance(x, Handle) or x.size != 1:
        return int(plain(x), *base)
    number = x.item() if isinstance(x, ArrayHandle) else x
    if not isinstance(number, ScalarHandle) or number.dtype.kind in "iu":
        return number if isinstance(number, Handle) else int(number)
    return trace.combine(
        lambda v: np.int64(int(v)),
        lambda n: make(ROWS["cast"], (as_node(n),), dtype="<i8"),
        (number,),
        "int",
    )


def _to_whole(of_numbers: Rule, of_nodes: Any) -> Rule:
    """`math.floor(v)` and its like: an integer."""

    def rule(trace: Trace, x: Any) -> Any:
        return _to_int(trace, of_nodes(x)) if isinstance(x, Handle) else of_numbers(x)

    return rule


def _round(trace: Trace, x: Any, digits: Any = None) -> Any:
    if not isinstance(x, Handle):
        return round(x) if digits is None else round(x, digits)
    return _to_int(trace, np.rint(x)) if digits is None else np.round(x, digits)


def _math(function: Rule, row: str) -> Rule:
    """A function of `math`: its own value and its own errors, the row's node."""

    def rule(trace: Trace, *args: Any) -> Any:
        if not any(isinstance(a, Handle) for a in args):
            return function(*args)
        scalars = [a.item() if isinstance(a, ArrayHandle) else a for a in args]
        return trace.combine(
            lambda *v: np.asarray(function(*v))[()], ROWS[row], scalars, f"math.{function.__name__}"
        )

    return rule


def _math_log(trace: Trace, x: Any, *base: Any) -> Any:
    if not isinstance(x, Handle) and not any(isinstance(b, Handle) for b in base):
        return math.log(x, *base)
    natural = _math(math.log, "log")
    if not base:
        return natural(trace, x)
    scalars = [a.item() if isinstance(a, ArrayHandle) else a for a in (x, *base)]
    return trace.combine(
        lambda v, b: np.float64(math.log(v, b)),
        lambda n, b: np.log(n) / np.log(b),
        scalars,
        "math.log",
    )


def _math_hypot(trace: Trace, *args: Any) -> Any:
    if not any(isinstance(a, Handle) for a in args):
        return math.hypot(*args)
    return functools.reduce(lambda a, b: _math(math.hypot, "hypot")(trace, a, b), args)


def _fsum(trace: Trace, things: Any) -> Any:
    parts = list(things)
    return (
        np.sum(trace.as_array(parts))
        if any(isinstance(p, Handle) for p in parts)
        else math.fsum(parts)
    )


def _prod(trace: Trace, things: Any, *, start: Any = 1) -> Any:
    return functools.reduce(lambda a, b: a * b, things, start)


def _print(trace: Trace, *args: Any, **named: Any) -> None:
    """Printing is a side effect, not a use.

    It says the numbers of the run in which the function was traced.
    """
    trace.note("what the function prints is printed when it is traced, not at every call")
    print(*plain(args), **named)  # noqa: T201  (the user's own)


def _copy(trace: Trace, x: Any) -> Any:
    return x.__copy__() if isinstance(x, Handle) else copy.copy(x)


def _type(trace: Trace, x: Any, *more: Any) -> Any:
    return x.__class__ if isinstance(x, Handle) and not more else type(x, *more)


def _is_scalar(trace: Trace, x: Any) -> bool:
    return isinstance(x, ScalarHandle) or bool(np.isscalar(x))


class _Converter:
    """NumPy's `_array_converter`, which its own Python asks to make arrays of arguments."""

    def __init__(self, trace: Trace, *values: Any) -> None:
        self._trace, self._values = trace, values
        self.scalar_input = tuple(np.ndim(plain(v)) == 0 and _no_array(v) for v in values)

    def as_arrays(self, subok: bool = True, pyscalars: str = "convert_if_no_array") -> Any:
        return tuple(self[i] for i in range(len(self._values)))

    def __getitem__(self, i: int) -> Any:
        return self._trace.as_array(self._values[i])

    def result_type(self, extra_dtype: Any = None, ensure_inexact: bool = False) -> Any:
        kinds = [plain(v) for v in self._values] + [d for d in (extra_dtype,) if d is not None]
        return np.result_type(*kinds, *([0.0] if ensure_inexact else []))

    def wrap(self, made: Any, /, to_scalar: Any = None) -> Any:
        bare = all(self.scalar_input) if to_scalar is None else to_scalar
        return made[()] if bare and np.ndim(plain(made)) == 0 else made


def _no_array(x: Any) -> bool:
    return not isinstance(x, np.ndarray)


def _strided(trace: Trace, x: Any, shape: Any = None, strides: Any = None, **named: Any) -> Any:
    """`as_strided`: another window on the same memory, wherever its strides lead."""
    x = trace.as_array(x)
    held = np.lib.stride_tricks.as_strided(
        x._plain(), trace.fixed(shape, "it is a shape"), trace.fixed(strides, "it is a stride")
    )
    return ArrayHandle(trace, held, x._buffer)


def _math_dist(trace: Trace, p: Any, q: Any) -> Any:
    if not (has_handle(list(p)) or has_handle(list(q))):
        return math.dist(p, q)
    return trace.combine(
        lambda a, b: np.float64(math.dist(a, b)),
        lambda a, b: BINDINGS[np.linalg.norm](a - b),
        (trace.as_array(list(p)), trace.as_array(list(q))),
        "math.dist",
    )


def _math_modf(trace: Trace, x: Any) -> Any:
    if not isinstance(x, Handle):
        return math.modf(x)
    return np.modf(x.item() if isinstance(x, ArrayHandle) else x)


def _math_remainder(trace: Trace, x: Any, y: Any) -> Any:
    if not isinstance(x, Handle) and not isinstance(y, Handle):
        return math.remainder(x, y)
    scalars = [a.item() if isinstance(a, ArrayHandle) else a for a in (x, y)]
    return trace.combine(
        lambda a, b: np.float64(math.remainder(a, b)),
        lambda a, b: a - b * np.rint(a / b),
        scalars,
        "math.remainder",
    )


RULES: dict[Any, Rule] = {
    **{f: _new(f) for f in (np.zeros, np.ones, np.empty, np.eye, np.identity)},
    **{f: _like(f) for f in (np.zeros_like, np.ones_like, np.empty_like)},
    np.full: _full, np.full_like: _full_like, np.arange: _arange,
    np.array: _array, np.asarray: _as_array, np.asanyarray: _as_array,
    np.asarray_chkfinite: _as_array,
    np.ascontiguousarray: _contiguous,
    np.asfortranarray: _fortran,
    np.broadcast: lambda trace, *arrays: np.broadcast(*plain(arrays)),
    copy.copy: _copy, copy.deepcopy: lambda trace, x, memo=None: copy.deepcopy(x, memo),
    np.fromiter: lambda trace, things, dtype=None, count=-1: _array(trace, list(things), dtype),
    float: _to_float(float), np.float64: _to_float(np.float64), np.float32: _to_float(np.float32),
    int: _to_int, round: _round, print: _print, type: _type, np.isscalar: _is_scalar,
    np.lib.stride_tricks.as_strided: _strided,
    math.dist: _math_dist, math.modf: _math_modf, math.remainder: _math_remainder,
    math.fsum: _fsum, math.prod: _prod, math.log: _math_log, math.hypot: _math_hypot,
    math.floor: _to_whole(math.floor, np.floor), math.ceil: _to_whole(math.ceil, np.ceil),
    math.trunc: _to_whole(math.trunc, np.trunc),
}  # fmt: skip
for _row in [
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "exp",
    "expm1",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "isnan",
    "isinf",
    "isfinite",
    "erf",
    "erfc",
]:
    RULES[getattr(math, _row)] = _math(getattr(math, _row), _row)
for _name, _row in {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh",
    "pow": "power", "fabs": "absolute", "degrees": "rad2deg", "radians": "deg2rad",
    "lgamma": "gammaln", "gamma": "gamma", "copysign": "copysign", "fmod": "fmod",
    "ldexp": "ldexp",
}.items():  # fmt: skip
    RULES[getattr(math, _name)] = _math(getattr(math, _name), _row)
for _name in ("cbrt", "exp2"):
    if hasattr(math, _name):
        RULES[getattr(math, _name)] = _math(getattr(math, _name), _name)
_converter = getattr(import_module("numpy._core.fromnumeric"), "_array_converter", None)
if _converter is not None:  # since NumPy 2.1
    RULES[_converter] = _Converter
