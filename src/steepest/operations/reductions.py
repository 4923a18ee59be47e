"""Rows that make fewer numbers of many: sum, mean, prod, max, min, var."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import (
    JOINTLY,
    REDUCTIONS,
    STRUCTURE,
    Operation,
    Rule,
    binds,
    real_dtype,
    register,
)
from steepest.operations import machine
from steepest.operations.scans import OTHERS
from steepest.operations.shape import normal_axis

__all__ = ["MEAN", "SUM", "reduced_shape"]

Shape = tuple[int, ...]
Axes = tuple[int, ...]


def reduced_shape(x: Shape, axis: Axes, keepdims: bool) -> Shape:
    """The shape that is left when the axes `axis` are summed away."""
    return tuple(1 if i in axis else n for i, n in enumerate(x) if keepdims or i not in axis)


def _kept(value: Any, x: Any, axis: Axes) -> Any:
    """A reduced value at the shape that broadcasts against x."""
    return np.reshape(value, reduced_shape(x.shape, axis, keepdims=True))


def _reduction(name: str, numpy_function: Any, **rules: Any) -> Operation:
    return register(Operation(name=name,
        run=lambda x, axis, keepdims: numpy_function(x, axis=axis, keepdims=keepdims), arity=1,
        shape=reduced_shape, elementwise=False, dtype=rules.pop("dtype", real_dtype),
        family="reduction", spellings=(), **rules))  # fmt: skip


def _arguments(
    x: Any, axis: Any, keepdims: Any, more: dict[str, Any], name: str
) -> tuple[Axes, bool]:
    left = {
        k: v
        for k, v in more.items()
        if v is not np._NoValue and v is not None and not (k == "where" and v is True)
    }
    if left:
        raise NotDifferentiableError(
            f"np.{name} with {', '.join(left)} has no row; leave it out, or use np.where first"
        )
    if not x.shape and axis in (0, -1):  # which NumPy lets one number have
        axis = None
    return normal_axis(axis, len(x.shape)), bool(keepdims) and keepdims is not np._NoValue


def _bind(row: Operation, *functions: Any, ufunc: Any = None) -> Rule:
    def call(
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        **more: Any,
    ) -> Any:
        axes, keep = _arguments(x, axis, keepdims, {"dtype": dtype, "out": out, **more}, row.name)
        return row(x, axis=axes, keepdims=keep)

    if ufunc is not None:
        REDUCTIONS[ufunc] = call
    return binds(*functions)(call)


def _sum_dtype(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.dtype(np.int64) if x.dtype.kind in "bi" else x.dtype


def _sum_back(y_bar: Any, args: Any, wanted: Any, axis: Axes, keepdims: bool) -> Any:
    return (np.broadcast_to(_kept(y_bar, args[0], axis), args[0].shape),)


SUM: Final = _reduction(
    "sum",
    np.sum,
    linear=JOINTLY,
    transpose=_sum_back,
    moves=True,
    dtype=_sum_dtype,
    shown="Σ dx",
    machine=machine.total,
)
_bind(SUM, np.sum, ufunc=np.add)


def _mean_back(y_bar: Any, args: Any, wanted: Any, axis: Axes, keepdims: bool) -> Any:
    count = int(np.prod([args[0].shape[a] for a in axis], dtype=int))
    return (np.broadcast_to(_kept(y_bar / count, args[0], axis), args[0].shape),)


MEAN: Final = _reduction(
    "mean",
    np.mean,
    linear=JOINTLY,
    transpose=_mean_back,
    moves=True,
    shown="mean of dx",
    machine=machine.mean,
)
_bind(MEAN, np.mean)


def _var_tangent(tangents: Any, args: Any, y: Any, axis: Axes, keepdims: bool) -> Any:
    x, (dx,) = args[0], tangents
    return 2 * MEAN((x - MEAN(x, axis=axis, keepdims=True)) * dx, axis=axis, keepdims=keepdims)


VAR: Final = _reduction("var", np.var, tangent=_var_tangent, shown="2·mean((x − mean x)·dx)",
    machine=machine.variance)  # fmt: skip


@binds(np.var)
def var(
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: int = 0,
    keepdims: Any = False,
    **more: Any,
) -> Any:
    axes, keep = _arguments(x, axis, keepdims, {"dtype": dtype, "out": out, **more}, "var")
    if not ddof:
        return VAR(x, axis=axes, keepdims=keep)
    # In NumPy's own order: a factor n/(n - ddof) behind the mean would round once more.
    count = int(np.prod([x.shape[a] for a in axes], dtype=int))
    squares = np.square(x - MEAN(x, axis=axes, keepdims=True))
    return SUM(squares, axis=axes, keepdims=keep) / max(count - ddof, 0)


@binds(np.std)
def std(x: Any, *args: Any, **named: Any) -> Any:
    return np.sqrt(var(x, *args, **named))


def _extreme_tangent(tangents: Any, args: Any, y: Any, axis: Axes, keepdims: bool) -> Any:
    """The mean of the tangents where the extreme is reached: on ties each gets an equal share."""
    x, (dx,) = args[0], tangents
    there = np.equal(x, y if len(axis) == len(x.shape) else _kept(y, x, axis))
    # counted in whole numbers, which divide float64 as its own numbers do
    counted = there if x.dtype == np.float64 else there.astype(x.dtype)
    number = SUM(counted, axis=axis, keepdims=keepdims)
    return SUM(np.where(there, dx, 0.0), axis=axis, keepdims=keepdims) / number


def _same(x: Any, axis: Axes, keepdims: bool) -> Any:
    return x.dtype


for _name, _function, _ufunc in (("max", np.max, np.maximum), ("min", np.min, np.minimum)):
    _row = _reduction(_name, _function, tangent=_extreme_tangent, dtype=_same,
        shown="dx where x is the extreme", convention="ties share equally",
        machine={"max": machine.largest, "min": machine.smallest}[_name])  # fmt: skip
    _bind(_row, _function, {"max": np.amax, "min": np.amin}[_name], ufunc=_ufunc)


def _seen(extreme: Any, nothing: float) -> Rule:
    """The extreme of what is no NaN; NaN where nothing else is there."""

    def reduce(x: Any, axis: Any = 0, keepdims: Any = False, **more: Any) -> Any:
        axes, keep = _arguments(x, axis, keepdims, more, "fmax.reduce")
        missing = np.isnan(x)
        found = extreme(np.where(missing, nothing, x), axis=axes, keepdims=keep)
        return np.where(np.all(missing, axis=axes, keepdims=keep), np.nan, found)

    return reduce


REDUCTIONS[np.fmax] = _seen(np.max, -np.inf)
REDUCTIONS[np.fmin] = _seen(np.min, np.inf)


def _prod_tangent(tangents: Any, args: Any, y: Any, axis: Axes, keepdims: bool) -> Any:
    """The product rule: each dx times all other factors; exact with zeros, in linear work, to any
    order.
    """
    x, (dx,) = args[0], tangents
    rest = [i for i in range(len(x.shape)) if i not in axis]
    kept = tuple(x.shape[i] for i in rest)
    flat = (*kept, int(np.prod([x.shape[a] for a in axis], dtype=int)))
    x, dx = (np.reshape(np.transpose(v, (*rest, *axis)), flat) for v in (x, dx))
    found = np.sum(OTHERS(x) * dx if flat[-1] > 1 else dx, axis=-1)
    return np.reshape(found, reduced_shape(args[0].shape, axis, keepdims))


def _prod_dtype(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.dtype(np.int64) if x.dtype.kind in "bi" else x.dtype


PROD: Final = _reduction("prod", np.prod, tangent=_prod_tangent, dtype=_prod_dtype,
    shown="Σᵢ dxᵢ·Πⱼ≠ᵢ xⱼ", convention="zeros among the factors are exact",
    machine=STRUCTURE)  # fmt: skip
_bind(PROD, np.prod, ufunc=np.multiply)


def _norm_run(x: Any, axis: Axes, keepdims: bool) -> Any:
    if len(axis) == np.ndim(x):
        return np.reshape(np.linalg.norm(x), (1,) * np.ndim(x)) if keepdims else np.linalg.norm(x)
    if len(axis) == 1:
        return np.linalg.norm(x, axis=axis[0], keepdims=keepdims)
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def _norm_tangent(tangents: Any, args: Any, y: Any, axis: Axes, keepdims: bool) -> Any:
    """The tangent is Σ x·dx / y; at 0, the tip of the cone, the middle of all slopes: 0."""
    x, (dx,) = args[0], tangents
    if len(axis) == len(x.shape):  # x/y is what a vector of length 1 is made with
        slope = SUM(x / y * dx, axis=axis, keepdims=keepdims)
    else:
        slope = SUM(x * dx, axis=axis, keepdims=keepdims) / y
    return np.where(np.equal(y, 0), 0.0, slope)


NORM: Final = register(Operation(name="norm", run=_norm_run, arity=1, shape=reduced_shape,
    elementwise=False, dtype=real_dtype, tangent=_norm_tangent, family="reduction",
    shown="Σ x·dx / norm x", convention="at 0, the tip of the cone, the derivative is 0",
    machine=machine.norm,
))  # fmt: skip


def _norm_p_tangent(
    tangents: Any, args: Any, y: Any, ord: float, axis: Axes, keepdims: bool
) -> Any:
    """Σ (|x|/y)ᵖ⁻¹·sign x·dx; at 0, the tip of the cone, 0."""
    x, (dx,) = args[0], tangents
    size = _kept(y, x, axis)
    share = np.abs(x) / np.where(np.equal(size, 0), 1.0, size)
    return SUM(share ** (ord - 1) * np.sign(x) * dx, axis=axis, keepdims=keepdims)


NORM_P: Final = register(Operation(name="norm_p",
    run=lambda x, ord, axis, keepdims: np.linalg.norm(x, ord, axis[0], keepdims), arity=1,
    shape=lambda x, ord, axis, keepdims: reduced_shape(x, axis, keepdims), elementwise=False,
    dtype=real_dtype, tangent=_norm_p_tangent, family="linear algebra",
    shown="Σ (|x|/y)ᵖ⁻¹·sign x·dx", convention="at 0, the tip of the cone, the derivative is 0",
))  # fmt: skip


@binds(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The root of the sum of squares (the Euclidean or Frobenius norm), over all axes or some."""
    axes = normal_axis(axis, len(x.shape))
    if isinstance(ord, (int, float)) and 1 < ord < np.inf and ord != 2 and len(axes) == 1:
        return NORM_P(x, ord=ord, axis=axes, keepdims=bool(keepdims))
    if (
        ord is not None
        and not (ord == 2 and len(axes) == 1)
        and not (ord == "fro" and len(axes) == 2)
    ):
        raise NotDifferentiableError(
            f"np.linalg.norm with ord={ord!r} has no row; write it out, or use the Euclidean one"
        )
    if axis is not None and len(axes) == len(x.shape):  # NumPy adds up; without axis, it calls dot
        return np.sqrt(np.sum(np.square(x), axis=axes, keepdims=bool(keepdims)))
    return NORM(x, axis=axes, keepdims=bool(keepdims))


@binds("scipy.linalg.norm")
def scipy_norm(
    x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.norm`: of a matrix also the largest sum of a column or of a row."""
    if ord in (1, np.inf) and axis is None and len(x.shape) == 2:
        sums = np.sum(np.abs(x), axis=0 if ord == 1 else 1)
        return np.reshape(np.max(sums), (1, 1)) if keepdims else np.max(sums)
    return norm(x, ord, axis, keepdims)


@binds(np.ptp)
def ptp(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)
