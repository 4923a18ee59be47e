"""NumPy functions that are written with rows, and so need none of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import ROWS, binds
from steepest.graph.traced import Traced, as_node
from steepest.operations.linear import SCATTER, getitem, normal_key

__all__ = ["count_nonzero", "diagflat", "diff", "kron", "linspace", "trace"]


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
    if x.ndim != 2:
        raise NotDifferentiableError(
            f"np.trace of an array with {x.ndim} axes has no row; take np.diagonal and sum"
        )
    rows, columns = x.shape
    along = np.arange(max(min(rows + min(offset, 0), columns - max(offset, 0)), 0))
    return np.sum(getitem(x, (along + max(-offset, 0), along + max(offset, 0))))


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
    if parts <= 0:
        return start + np.zeros(shape) * stop
    counts = np.arange(float(num)).reshape(shape)
    inside = counts * ((stop - start) / parts) + start
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


@binds(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with the elements on its diagonal, or on one beside it."""
    v = np.ravel(_handle(v))
    n = v.shape[0] + abs(k)
    along = np.arange(v.shape[0])
    key, arrays = normal_key((along + max(-k, 0), along + max(k, 0)), (n, n))
    return SCATTER(v, *arrays, key=key, shape=(n, n))


@binds(np.heaviside)
def heaviside(x: Any, middle: Any) -> Any:
    """0 below 0, 1 above, and `middle` at 0: flat wherever it has a slope."""
    x = _handle(x)
    step = np.where(np.less(x, 0), 0.0, np.where(np.greater(x, 0), 1.0, middle))
    return np.where(np.isnan(x), x, step)


@binds(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    """The part behind the point, and the whole part."""
    whole = np.trunc(x)
    return np.where(np.isinf(x), 0.0, x - whole), whole


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
