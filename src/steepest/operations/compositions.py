"""NumPy functions that are written with rows, and so need none of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import ROWS, binds
from steepest.graph.traced import Traced, as_node
from steepest.operations.keys import Fancy

__all__ = ["choose", "count_nonzero", "diagflat", "diff", "ediff1d", "kron", "linspace", "trace"]


@binds(np.conjugate, np.real)
def itself(x: Any) -> Any:
    """Real numbers are their own conjugates."""
    return x


@binds(np.count_nonzero)
def count_nonzero(x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not zero."""
    return np.sum(np.not_equal(x, 0), axis=axis, keepdims=keepdims)


@binds(np.trace)
def trace(
    x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of a matrix's diagonal, or of one beside it."""
    if dtype is not None or out is not None:
        raise NotDifferentiableError("np.trace with dtype or out has no row; leave them out")
    x = np.moveaxis(np.moveaxis(x, axis1, -1), axis2 - (axis2 % x.ndim > axis1 % x.ndim), -1)
    rows, columns = x.shape[-2:]
    along = np.arange(max(min(rows + min(offset, 0), columns - max(offset, 0)), 0))
    return np.sum(x[..., along + max(-offset, 0), along + max(offset, 0)], axis=-1)


@binds(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """`np.choose`: from each array where its number stands."""
    if out is not None or mode != "raise":
        raise NotDifferentiableError("np.choose with out or mode has no row; leave them out")
    made = choices[0]
    for k in range(1, len(choices)):
        made = np.where(np.equal(a, k), choices[k], made)
    return np.broadcast_to(made, np.broadcast_shapes(np.shape(a), *map(np.shape, choices)))


@binds(np.ediff1d)
def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """`np.ediff1d`: differences of neighbours, and what was asked to stand before and after."""
    flat = np.ravel(x)
    parts = [to_begin, flat[1:] - flat[:-1], to_end]
    return np.concatenate([np.ravel(p) for p in parts if p is not None])


@binds(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """`np.diagflat`: a matrix with the elements on a diagonal."""
    flat = np.ravel(v)
    n = flat.shape[0]
    size = n + abs(k)
    along = np.arange(n)
    places = (along + max(-k, 0)) * size + along + max(k, 0)
    empty = np.zeros(size * size, flat.dtype)
    return np.reshape(ROWS["put"](empty, flat, places, key=(Fancy(0),)), (size, size))


@binds(np.diff)
def diff(
    x: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    """Differences of neighbours along an axis, n times over."""
    axis = axis % x.ndim
    for value, before in ((prepend, True), (append, False)):
        if value is np._NoValue:
            continue
        shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        edge = np.broadcast_to(value, shape) if np.ndim(value) == 0 else value
        x = np.concatenate([edge, x] if before else [x, edge], axis)
    lead = (slice(None),) * axis
    for _ in range(n):
        x = x[(*lead, slice(1, None))] - x[(*lead, slice(None, -1))]
    return x


@binds(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances; the last one is `stop` itself, as in NumPy."""
    if retstep or dtype is not None or axis != 0:
        raise NotDifferentiableError("np.linspace with retstep, dtype or axis has no row")
    parts = num - 1 if endpoint else num
    shape = (num,) + (1,) * max(np.ndim(start), np.ndim(stop))
    width = 1.0 * stop - start
    counts = np.arange(float(num)).reshape(shape).astype(width.dtype)
    if parts <= 0:
        return start + 0.0 * counts * stop
    step = width / parts
    even = np.any(np.equal(step, 0))  # then NumPy divides first, which rounds otherwise
    inside = np.where(even, counts / parts * width, counts * step) + start
    return np.where(counts == parts, stop, inside) if endpoint else inside


@binds(np.kron)
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: every element of a times all of b, as blocks."""
    a, b = _handle(a), _handle(b)
    if not a.ndim or not b.ndim:
        return a * b
    axes = max(a.ndim, b.ndim)
    ones = np.ones(axes, int)
    first, second = ((*ones[: axes - x.ndim], *x.shape) for x in (a, b))
    left = np.reshape(a, tuple(int(n) for pair in zip(first, ones, strict=True) for n in pair))
    right = np.reshape(b, tuple(int(n) for pair in zip(ones, second, strict=True) for n in pair))
    shape = tuple(int(m * n) for m, n in zip(first, second, strict=True))
    return np.reshape(left * right, shape)


@binds(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    """X as mantissa·2ᵏ with the mantissa in [1/2, 1)."""
    exponent = ROWS["exponent"](x)
    return ROWS["ldexp"](x, -exponent), exponent


def _handle(x: Any) -> Any:
    return x if isinstance(x, Traced) else Traced(as_node(np.asarray(x)))


def _products(name: str) -> None:
    """The products of vectors and matrices that NumPy has had since 2.0 and 2.2."""

    def vecdot(a: Any, b: Any) -> Any:
        return np.matmul(a[..., None, :], b[..., :, None])[..., 0, 0]

    def matvec(a: Any, b: Any) -> Any:
        return np.matmul(a, b[..., :, None])[..., 0]

    def vecmat(a: Any, b: Any) -> Any:
        return np.matmul(a[..., None, :], b)[..., 0, :]

    if hasattr(np, name):
        binds(getattr(np, name))({"vecdot": vecdot, "matvec": matvec, "vecmat": vecmat}[name])


for _name in ("vecdot", "matvec", "vecmat"):
    _products(_name)
