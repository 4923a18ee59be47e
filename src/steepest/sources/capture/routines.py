"""NumPy functions whose own Python ends in C too early to be followed, said in what is followed.

Each rule takes what the function takes. Where elements go (how many bins, which mask) is part of
the path; the elements themselves are gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import constant
from steepest.graph.operation import BINDINGS, ROWS
from steepest.graph.traced import Traced, as_node
from steepest.operations.keys import Fancy
from steepest.sources.capture.handle import Handle, plain
from steepest.sources.capture.nditer import stepper

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["ROUTINES", "WITHOUT_PROTOCOL"]

Rule = Callable[..., Any]
MOVES_EDGES = ("constant", "edge", "reflect", "symmetric", "wrap")


def _bincount(trace: Trace, x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each number occurs, or the sums of weights: repeated places count each time."""
    x, least = trace.as_array(x), trace.fixed(minlength, "it is a length")
    if trace.varies(x) and x.size:
        trace.fixed(np.maximum(np.max(x) + 1, least), "it decides how many bins there are")
    weights = None if weights is None else trace.as_array(weights, np.float64)
    given = (x,) if weights is None else (x, weights)

    def count(*values: Any) -> Any:
        bins: Any = np.bincount
        return bins(*values, minlength=least)

    length = len(count(*plain(given)))

    def express(x: Any, *weights: Any) -> Any:
        what = weights[0] if weights else constant(np.ones(x.shape, np.intp))
        return ROWS["scatter_add"](Traced(as_node(what)), x, key=(Fancy(0),), shape=(length,))

    return trace.combine(count, express, given, "np.bincount")


def _pad(trace: Trace, array: Any, pad_width: Any, mode: Any = "constant", **named: Any) -> Any:
    """Padding that repeats elements or writes constants moves data; NumPy tells where to."""
    plainly = named.get("reflect_type", "even") == "even" and not set(named) - {
        "reflect_type",
        "constant_values",
    }
    if mode not in MOVES_EDGES or not plainly:
        return NotImplemented
    array = trace.as_array(array)
    width = trace.fixed(pad_width, "it is a shape")
    numbers = np.arange(array.size).reshape(array.shape)
    flat = np.reshape(array, (array.size,))
    if mode != "constant":
        return flat[np.pad(numbers, width, mode)]
    values = trace.as_array(named.get("constant_values", 0)).astype(array.dtype)
    edges = np.broadcast_to(values, (array.ndim, 2)).reshape(-1)
    codes = (array.size + np.arange(2 * array.ndim)).reshape(array.ndim, 2)
    return np.concatenate([flat, edges])[np.pad(numbers, width, mode, constant_values=codes)]


def _along_axis(
    trace: Trace, function: Any, axis: Any, array: Any, *args: Any, **named: Any
) -> Any:
    """`np.apply_along_axis`: the function on each line, its results where the lines were."""
    from steepest.sources.capture.seam import Seam

    seam, array = Seam(trace), trace.as_array(array)
    axis = trace.fixed(axis, "it is an axis") % array.ndim
    lines = np.moveaxis(array, axis, -1)
    lead = lines.shape[:-1]
    made = [
        trace.as_array(seam.call(function, lines[at], *args, **named)) for at in np.ndindex(lead)
    ]
    if not made:
        return NotImplemented
    made = [made[0], *(m.astype(made[0].dtype) for m in made[1:])]
    shape = made[0].shape
    found = np.reshape(np.stack(made), (*lead, *shape))
    inner = range(len(lead), len(lead) + len(shape))
    return np.moveaxis(found, tuple(inner), tuple(range(axis, axis + len(shape))))


def _choose(trace: Trace, a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """`np.choose`: a gather from the stacked choices."""
    if out is not None or mode != "raise":
        return NotImplemented
    chosen = np.choose(plain(a), plain(list(choices)))  # raises where there is no such choice
    a, parts = trace.as_array(a), [trace.as_array(c).astype(chosen.dtype) for c in choices]
    shape = np.broadcast_shapes(a.shape, *(p.shape for p in parts))
    stacked = np.stack([np.broadcast_to(p, shape) for p in parts])
    return stacked[(np.broadcast_to(a, shape), *np.ogrid[tuple(slice(n) for n in shape)])]


def _compress(trace: Trace, condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    if out is not None:
        return NotImplemented
    kept = np.flatnonzero(trace.fixed(condition, "it is a mask"))
    return np.take(trace.as_array(a), trace.adopt(kept), axis=axis)


def _lexsort(trace: Trace, keys: Any, axis: int = -1) -> Any:
    """The order by several keys: places, as of a sort, which do not move."""
    stacked = trace.as_array(keys if isinstance(keys, Handle) else list(keys))
    return trace.combine(
        lambda v: np.lexsort(v, axis),
        lambda n: ROWS["lexsort"](n, axis=axis),
        (stacked,),
        "np.lexsort",
    )


def _correlate(trace: Trace, a: Any, v: Any, mode: Any = "valid") -> Any:
    """A convolution with the second turned round; NumPy turns the result where that is longer."""
    a, v = trace.as_array(a), trace.as_array(v)
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size or a.dtype != v.dtype:
        return NotImplemented

    def express(a: Any, v: Any) -> Any:
        if v.shape[0] <= a.shape[0]:
            return ROWS["convolve"](a, v[::-1], mode=mode)
        return ROWS["convolve"](v[::-1], a, mode=mode)

    return trace.combine(lambda a, v: np.correlate(a, v, mode), express, (a, v), "np.correlate")


def _interp(
    trace: Trace, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """`np.interp` with a period: the table repeated once on either side, as NumPy does it."""
    if period is None or np.any(plain(period) == 0):
        return NotImplemented
    period = abs(period)
    x, xp, fp = np.mod(x, period), np.mod(trace.as_array(xp, float), period), trace.as_array(fp)
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return np.interp(x, xp, np.concatenate([fp[-1:], fp, fp[:1]]))


def _einsum(trace: Trace, first: Any, *rest: Any, **named: Any) -> Any:
    """`np.einsum(x, [0, 1], y, [1, 2], [0, 2])`, with its subscripts as letters."""
    if isinstance(first, str):
        return NotImplemented
    parts = (first, *rest)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def said(numbers: Any) -> str:
        return "".join("..." if n is Ellipsis else letters[int(plain(n))] for n in numbers)

    arrays, subscripts = parts[0 : len(parts) // 2 * 2 : 2], parts[1::2]
    text = ",".join(said(s) for s in subscripts)
    if len(parts) % 2:
        text += "->" + said(parts[-1])
    return np.einsum(text, *arrays, **named)


def _partition(trace: Trace, a: Any, kth: Any, axis: Any = -1, *rest: Any, **named: Any) -> Any:
    return _divided(np.partition, trace, a, kth, axis)


def _argpartition(trace: Trace, a: Any, kth: Any, axis: Any = -1, *rest: Any, **named: Any) -> Any:
    return _divided(np.argpartition, trace, a, kth, axis)


def _divided(function: Any, trace: Trace, a: Any, kth: Any, axis: Any) -> Any:
    kth = tuple(np.ravel(trace.fixed(kth, "it tells how data are moved")).tolist())
    rule = BINDINGS[function]
    return trace.combine(
        lambda v: function(v, kth, axis),
        lambda n: rule(n, kth, axis),
        (trace.as_array(a),),
        f"np.{function.__name__}",
    )


ROUTINES: dict[Any, Rule] = {
    np.bincount: _bincount, np.pad: _pad, np.apply_along_axis: _along_axis, np.choose: _choose,
    np.compress: _compress, np.lexsort: _lexsort, np.correlate: _correlate, np.interp: _interp,
    np.einsum: _einsum, np.partition: _partition, np.argpartition: _argpartition,
}  # fmt: skip


# ---- what NumPy's own Python calls in C, and classes, which have no protocol of their own


class _Converter:
    """What NumPy's own Python converts its arguments with, on handles."""

    def __init__(self, trace: Trace, *given: Any) -> None:
        self.trace, self.given = trace, given
        self.real = CONVERTER(*(plain(g) for g in given))
        self.scalar_input = self.real.scalar_input

    def as_arrays(self, **how: Any) -> tuple[Any, ...]:
        """The arguments as arrays; Python's numbers stay numbers where NumPy leaves them so."""
        made = self.real.as_arrays(**how)
        return tuple(
            self.trace.as_array(g) if isinstance(m, np.ndarray) else m
            for g, m in zip(self.given, made, strict=True)
        )

    def result_type(self, *args: Any, **named: Any) -> Any:
        """The dtype that the arguments have in common."""
        return self.real.result_type(*args, **named)

    def wrap(self, array: Any, to_scalar: bool | None = None) -> Any:
        """A number where all arguments were numbers."""
        scalar = all(self.scalar_input) if to_scalar is None else to_scalar
        return array[()] if scalar and isinstance(array, Handle) and array.ndim == 0 else array

    def __getitem__(self, i: int) -> Any:
        return self.trace.as_array(self.given[i])


def _monotonic(trace: Trace, bins: Any) -> Any:
    """Which way bins go is part of the path."""
    bins = trace.as_array(bins)
    found = MONOTONIC(plain(bins))
    if trace.varies(bins):
        steps = bins[1:] - bins[:-1]
        trace.fixed(np.all(steps >= 0), "it tells which way the bins go")
        trace.fixed(np.all(steps <= 0), "it tells which way the bins go")
    return found


def _place(trace: Trace, array: Any, mask: Any, values: Any) -> None:
    """`np.place`: the values, over and over, where the mask is true."""
    fixed = trace.fixed(trace.as_array(mask), "it is a mask").astype(bool)
    count = int(np.count_nonzero(fixed))
    if count:
        there: Any = np.reshape(trace.enter(array), -1)
        there[np.flatnonzero(fixed)] = np.resize(trace.as_array(values), count)
        if there._buffer is not trace.enter(array)._buffer:
            trace.enter(array)[...] = np.reshape(there, np.shape(fixed))


def _enumerated(trace: Trace, array: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """`np.ndenumerate`."""
    array = trace.as_array(array)
    return ((at, array[at]) for at in np.ndindex(array.shape))


CONVERTER: Any = getattr(np._core._multiarray_umath, "_array_converter", None)  # type: ignore[attr-defined]
MONOTONIC: Any = getattr(np._core.multiarray, "_monotonicity", None)  # type: ignore[attr-defined]
PLACE: Any = getattr(np._core.multiarray, "_place", None)  # type: ignore[attr-defined]
UNIQUE: Any = getattr(np._core._multiarray_umath, "_unique_hash", None)  # type: ignore[attr-defined]
_RULES: dict[Any, Rule] = {
    CONVERTER: _Converter, MONOTONIC: _monotonic, PLACE: _place, np.ndenumerate: _enumerated,
    np.nditer: stepper,
    UNIQUE: lambda trace, *args, **named: NotImplemented,  # NumPy sorts instead
}  # fmt: skip
WITHOUT_PROTOCOL = {function: rule for function, rule in _RULES.items() if function is not None}
