"""What calls mean that never reach NumPy's protocols.

Making arrays, Python's own functions, and `math`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.mathematics import MATHEMATICS, to_int
from steepest.sources.capture.routines import WITHOUT_PROTOCOL
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
    if not has_handle(x) or (dtype is not None and np.dtype(dtype).hasobject):
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


def _round(trace: Trace, x: Any, digits: Any = None) -> Any:
    if not isinstance(x, Handle):
        return round(x) if digits is None else round(x, digits)
    return to_int(trace, np.rint(x)) if digits is None else np.round(x, digits)


def _print(trace: Trace, *args: Any, **named: Any) -> None:
    """Printing is a side effect, not a use.

    It says the numbers of the run in which the function was traced.
    """
    trace.note("what the function prints is printed when it is traced, not at every call")
    print(*plain(args), **named)  # noqa: T201  (the user's own)


def _as_strided(
    trace: Trace, x: Any, shape: Any = None, strides: Any = None, *args: Any, **named: Any
) -> Any:
    """A window by addresses alone, which is how every window is found."""
    x = trace.as_array(x)
    shape, strides = (trace.fixed(v, "it is a shape") for v in (shape, strides))
    seen = np.lib.stride_tricks.as_strided(x._plain(), shape, strides)
    return ArrayHandle(trace, seen, x._buffer)


def _copy(trace: Trace, x: Any) -> Any:
    return x.__copy__() if isinstance(x, Handle) else copy.copy(x)


def _type(trace: Trace, x: Any, *more: Any) -> Any:
    return x.__class__ if isinstance(x, Handle) and not more else type(x, *more)


def _is_scalar(trace: Trace, x: Any) -> bool:
    return isinstance(x, ScalarHandle) or bool(np.isscalar(x))


RULES: dict[Any, Rule] = {
    **{f: _new(f) for f in (np.zeros, np.ones, np.empty, np.eye, np.identity)},
    **{f: _like(f) for f in (np.zeros_like, np.ones_like, np.empty_like)},
    np.full: _full, np.full_like: _full_like, np.arange: _arange,
    np.array: _array, np.asarray: _as_array, np.asanyarray: _as_array,
    np.asarray_chkfinite: _as_array,
    np.ascontiguousarray: _contiguous,
    np.asfortranarray: _fortran,
    np.lib.stride_tricks.as_strided: _as_strided,
    np.bool: lambda trace, x=False: np.bool(bool(x)),
    np.broadcast: lambda trace, *arrays: np.broadcast(*plain(arrays)),
    copy.copy: _copy, copy.deepcopy: lambda trace, x, memo=None: copy.deepcopy(x, memo),
    np.fromiter: lambda trace, things, dtype=None, count=-1: _array(trace, list(things), dtype),
    float: _to_float(float), np.float64: _to_float(np.float64), np.float32: _to_float(np.float32),
    int: to_int, round: _round, print: _print, type: _type, np.isscalar: _is_scalar,
}  # fmt: skip
RULES |= WITHOUT_PROTOCOL | MATHEMATICS
