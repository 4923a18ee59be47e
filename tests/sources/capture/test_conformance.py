"""NumPy's values, to the bit, through the front door: dtypes, shapes, special values, keywords.

A call is made plainly and replayed from the recording; both must give the same numbers, in the
same shape and dtype, or the same kind of error. Where a keyword cannot be followed, the whole
function is numerical, and says so: then its value is the function's own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from steepest.errors import CaptureError, ShapeError
from steepest.sources.pieces import as_source

SHAPES = [(), (0,), (1,), (3,), (5,), (2, 3), (1, 3), (3, 1), (2, 0), (2, 1, 3)]
ODD = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 1e308, -1e308, 1.0, -1.0, 0.5, 2.0]

UNARY = [
    np.absolute, np.arccos, np.arccosh, np.arcsin, np.arcsinh, np.arctan, np.arctanh, np.cbrt,
    np.ceil, np.conjugate, np.cos, np.cosh, np.deg2rad, np.exp, np.exp2, np.expm1, np.fabs,
    np.floor, np.isfinite, np.isinf, np.isnan, np.log, np.log10, np.log1p, np.log2, np.logical_not,
    np.negative, np.positive, np.rad2deg, np.reciprocal, np.rint, np.sign, np.signbit, np.sin,
    np.sinc, np.sinh, np.spacing, np.sqrt, np.square, np.tan, np.tanh, np.trunc, np.nan_to_num,
    np.modf, np.frexp, np.i0, np.fix, np.isposinf, np.real, np.imag,
]  # fmt: skip
BINARY = [
    np.add, np.arctan2, np.copysign, np.divide, np.equal, np.float_power, np.floor_divide, np.fmax,
    np.fmin, np.fmod, np.greater, np.greater_equal, np.heaviside, np.hypot, np.less, np.less_equal,
    np.logaddexp, np.logaddexp2, np.logical_and, np.logical_or, np.logical_xor, np.maximum,
    np.minimum, np.multiply, np.not_equal, np.power, np.remainder, np.subtract, np.divmod,
    np.isclose,
]  # fmt: skip
REDUCE = [
    np.sum, np.prod, np.mean, np.std, np.var, np.max, np.min, np.any, np.all, np.argmax, np.argmin,
    np.median, np.ptp, np.nansum, np.nanmax, np.nanmean, np.nanprod, np.count_nonzero,
]  # fmt: skip
MOVE = [
    np.ravel, np.squeeze, np.flip, np.transpose, np.atleast_1d, np.atleast_2d, np.atleast_3d,
    np.diff, np.sort, np.argsort, np.cumsum, np.cumprod, np.gradient, np.ediff1d, np.fliplr,
    np.tril, np.triu, np.trace, np.diag, np.nonzero, np.unique, np.diagflat,
]  # fmt: skip


def arrays(kinds: tuple[str, ...], odd: bool = True) -> some.SearchStrategy[Any]:
    """Arrays of the shapes and kinds, made of ordinary and odd numbers."""

    @some.composite
    def make(draw: Any) -> Any:
        shape = draw(some.sampled_from(SHAPES))
        kind = draw(some.sampled_from(kinds))
        size = int(np.prod(shape, dtype=int))
        number = some.floats(-9, 9, allow_subnormal=False)
        number = some.one_of(number, some.sampled_from(ODD)) if odd else number
        values = draw(some.lists(number, min_size=size, max_size=size))
        with np.errstate(all="ignore"):
            if kind in ("i8", "?"):
                values = [v % 5 if np.isfinite(v) else 3 for v in values]
            return np.array(values, "f8").reshape(shape).astype(kind)

    return make()


def numbers(value: Any) -> list[Any]:
    parts = value if isinstance(value, (tuple, list)) else (value,)
    return [np.asarray(p) for p in parts]


def agree(f: Callable[[Any], Any], x: Any, ulp: int = 0, zeros: str = "each") -> None:
    """The recording of f gives what f gives, to so many units in the last place of what is added
    up. Of zeros, each must have its sign; or there must be "as many" negative ones; or "any".
    """
    source = as_source(f)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            plain = f(x.copy())
        except Exception as error:  # noqa: BLE001  (whatever NumPy raises, we raise)
            with pytest.raises(type(error)):
                source.piece((x,), {}, (0,))
            return
        if not all(p.dtype.kind in "fiub" for p in numbers(plain)):
            return
        try:
            piece = source.piece((x,), {}, (0,))
        except ShapeError:  # several results, and numerical: that is refused
            if source.tracing.exact is not False:
                raise
            return
        if source.tracing.exact is False:
            return  # said aloud, and the value is f's own
        found = piece.result(piece.run("value", lambda: piece.outputs)())
    for ours, numpys in zip(numbers(found), numbers(plain), strict=True):
        assert ours.shape == numpys.shape
        assert ours.dtype == numpys.dtype or (numpys.shape == () and ours.dtype.kind == "f")
        if ulp and numpys.dtype.kind == "f":
            room = ulp * np.finfo(numpys.dtype).eps
            whole = float(np.sum(np.abs(x[np.isfinite(x)]) / x.size, dtype=np.float64)) * x.size
            np.testing.assert_allclose(ours, numpys, rtol=room, atol=room * whole)
        else:
            np.testing.assert_array_equal(ours, numpys)
        if numpys.dtype.kind == "f" and not ulp:
            known = ~np.isnan(numpys)
            signs = [np.signbit(v)[known] for v in (ours, numpys)]
            assert zeros != "each" or np.array_equal(*signs)
            assert zeros != "as many" or np.sum(signs[0]) == np.sum(signs[1])


REAL, ANY = ("f4", "f8"), ("f4", "f8", "i8", "?")


@given(some.sampled_from(UNARY), arrays(REAL))
@settings(max_examples=100)
def test_functions_of_one(function: Any, x: Any) -> None:
    agree(lambda v: function(v), x)


@given(some.sampled_from(BINARY), arrays(REAL), arrays(ANY), some.booleans())
@settings(max_examples=100)
def test_functions_of_two(function: Any, x: Any, other: Any, swapped: bool) -> None:
    f = (lambda v: function(other, v)) if swapped else (lambda v: function(v, other))
    agree(f, x, zeros=of_equals(function))


def of_equals(function: Any) -> str:
    """Which of −0 and 0 fmax and fmin give is not said by C, and depends on the processor."""
    return "any" if function in (np.fmax, np.fmin) else "each"


@given(
    some.sampled_from(BINARY),
    arrays(REAL),
    some.sampled_from([0, 1, -2, 0.5, -0.0, True, np.inf, np.float32(3), np.float64(0.1)]),
)
@settings(max_examples=100)
def test_numbers_of_python_are_weak(function: Any, x: Any, number: Any) -> None:
    agree(lambda v: function(v, number), x, zeros=of_equals(function))
    agree(lambda v: function(number, v), x, zeros=of_equals(function))


@given(
    some.sampled_from(REDUCE),
    arrays(REAL),
    some.fixed_dictionaries(
        {},
        optional={
            "axis": some.sampled_from([None, 0, -1, 1, (0, 1), (0,), (-1, 0), ()]),
            "keepdims": some.booleans(),
            "dtype": some.sampled_from([np.float32, np.float64, int]),
            "ddof": some.sampled_from([0, 1, 3]),
            "initial": some.sampled_from([0, 2.5, -1]),
            "where": some.booleans(),
        },
    ),
)
@settings(max_examples=80)
def test_reductions(function: Any, x: Any, named: dict[str, Any]) -> None:
    # `initial` comes first in NumPy's order of summation, last in ours
    agree(lambda v: function(v, **named), x, 8 if "initial" in named else 0)


@given(
    some.sampled_from([np.sum, np.mean, np.max, np.prod, np.std, np.any, np.nansum]),
    arrays(REAL, odd=False),
    some.sampled_from([0, -1, None]),
    some.data(),
)
@settings(max_examples=50)
def test_reductions_where_a_mask_is_true(function: Any, x: Any, axis: Any, data: Any) -> None:
    mask = np.array(data.draw(some.lists(some.booleans(), min_size=x.size, max_size=x.size)))
    mask = mask.astype(bool).reshape(x.shape)
    first = {"initial": 0.5} if function is np.max else {}
    # NumPy adds up each stretch between masked elements by itself; we add zeros in their place
    ulp = 8 if function in (np.sum, np.mean, np.std, np.nansum, np.prod) else 0
    agree(lambda v: function(v, axis=axis, where=mask, **first), x, ulp)
    agree(lambda v: function(v, axis=axis, where=v > 1, **first), x, ulp)


@given(some.sampled_from(BINARY[:28]), arrays(REAL, odd=False), arrays(REAL, odd=False))
@settings(max_examples=50)
def test_outputs_and_masks(function: Any, x: Any, other: Any) -> None:
    def into(v: Any) -> Any:
        out = np.full(np.broadcast_shapes(v.shape, other.shape), 7.0)
        function(v, other, out=out)
        return out

    def masked(v: Any) -> Any:
        out = np.full(np.broadcast_shapes(v.shape, other.shape), 7.0)
        return function(v, other, out=out, where=other > 0)

    # several at once, or one by one under a mask: NumPy has two loops, which round differently
    ulp = 4 if function in (np.power, np.float_power, np.arctan2, np.hypot, *LOGARITHMS) else 0
    agree(into, x, zeros=of_equals(function))
    agree(masked, x, ulp, zeros=of_equals(function))


LOGARITHMS = (np.logaddexp, np.logaddexp2)


@given(
    some.sampled_from([np.add, np.multiply, np.maximum, np.minimum, np.logaddexp, np.subtract]),
    arrays(REAL),
    some.sampled_from([0, -1, None]),
    some.booleans(),
)
@settings(max_examples=50)
def test_methods_of_ufuncs(function: Any, x: Any, axis: Any, keepdims: bool) -> None:
    agree(lambda v: function.reduce(v, axis=axis, keepdims=keepdims), x)
    agree(lambda v: function.accumulate(v, axis=axis or 0), x)
    agree(lambda v: function.outer(v, np.array([1.0, -2.0])), x)


@given(some.sampled_from(MOVE), arrays(REAL), some.sampled_from([None, 0, -1, 1, 5]))
@settings(max_examples=100)
def test_functions_that_move(function: Any, x: Any, axis: Any) -> None:
    # To NumPy −0 and 0 are equal, and its sort is not stable: which of them comes first, and
    # which `unique` keeps, depends on the instructions of the processor. None may be lost.
    zeros = {np.sort: "as many", np.unique: "any"}.get(function, "each")
    agree(lambda v: function(v), x, zeros=zeros)
    agree(lambda v: function(v, axis=axis), x, zeros=zeros)


CALLS: dict[str, Callable[[Any], Any]] = {
    "clip": lambda v: np.clip(v, -1, 0.5),
    "clip below": lambda v: np.clip(v, None, 0.5),
    "clip, arrays": lambda v: v.clip(v * 0, np.float32(2)),
    "clip out": lambda v: np.clip(v, 0, 1, out=np.zeros_like(v)),
    "round": lambda v: np.round(v, 1),
    "round out": lambda v: np.round(v, out=np.zeros_like(v)),
    "where": lambda v: np.where(v > 0, v, 1),
    "where int": lambda v: np.where(v > 0, v, np.arange(v.size).reshape(v.shape)),
    "select": lambda v: np.select([v > 1, v > 0], [v, 2 * v], 3),
    "quantile": lambda v: np.quantile(v, [0.1, 0.5], axis=-1),
    "quantile, method": lambda v: np.quantile(v, 0.3, method="lower", keepdims=True),
    "percentile, nearest": lambda v: np.percentile(v, 40, method="nearest"),
    "median, axes": lambda v: np.median(v, axis=(0, 1), keepdims=True),
    "std, mean given": lambda v: np.std(v, axis=0, mean=np.mean(v, axis=0, keepdims=True)),
    "var, correction": lambda v: np.var(v, correction=1),
    "mean, dtype": lambda v: np.mean(v, dtype=np.float32),
    "sum, out": lambda v: np.sum(v, axis=0, out=np.zeros(v.shape[1:], v.dtype)),
    "cumsum, dtype": lambda v: np.cumsum(v, axis=0, dtype=np.float32),
    "cumsum, out": lambda v: np.cumsum(v, out=np.zeros(v.size)),
    "sort, axis None": lambda v: np.sort(v, axis=None),
    "partition": lambda v: np.partition(v, 1, axis=0),
    "diff, n, prepend": lambda v: np.diff(v, n=2, axis=0, prepend=v[:1]),
    "pad": lambda v: np.pad(v, 1),
    "pad, reflect": lambda v: np.pad(v, 1, mode="reflect"),
    "roll, several": lambda v: np.roll(v, (1, 2), axis=(0, -1)),
    "repeat, axis": lambda v: np.repeat(v, 2, axis=-1),
    "tile": lambda v: np.tile(v, (2, 1)),
    "take, wrap": lambda v: np.take(v, [7, -8], mode="wrap"),
    "take, clip": lambda v: np.take(v, [7, -8], axis=0, mode="clip"),
    "take, out": lambda v: np.take(v, [0, 0], out=np.zeros(2)),
    "reshape F": lambda v: np.reshape(v, (-1,), order="F"),
    "ravel F": lambda v: np.ravel(v, order="F"),
    "ravel K": lambda v: np.ravel(v.T, order="K"),
    "flatten F": lambda v: v.flatten("F"),
    "expand_dims": lambda v: np.expand_dims(v, (0, -1)),
    "moveaxis": lambda v: np.moveaxis(v, (0, 1), (-1, 0)),
    "stack, out": lambda v: np.stack([v, v], axis=-1, out=np.zeros((*v.shape, 2))),
    "concatenate, dtype": lambda v: np.concatenate([v, v], axis=0, dtype=np.float32,
                                                   casting="same_kind"),
    "concatenate mixes": lambda v: np.concatenate([v.ravel(), [1, 2], [True]]),
    "array of mixes": lambda v: np.array([v.ravel()[0], 1, True]),
    "dot": lambda v: np.dot(v, v.T),
    "matmul": lambda v: v @ np.swapaxes(v, -1, -2),
    "inner": lambda v: np.inner(v, v),
    "outer": lambda v: np.outer(v, v),
    "vecdot": lambda v: np.vecdot(v, v + 1),
    "tensordot 0": lambda v: np.tensordot(v, v, 0),
    "kron": lambda v: np.kron(v, np.array([1, 2])),
    "einsum": lambda v: np.einsum("...i,...i->...", v, v),
    "einsum, optimize": lambda v: np.einsum("...i,...i->...i", v, v, optimize=True),
    "norm": lambda v: np.linalg.norm(v, axis=-1),
    "norm 1": lambda v: np.linalg.norm(v, 1, axis=0, keepdims=True),
    "norm inf": lambda v: np.linalg.norm(v.ravel(), np.inf),
    "average": lambda v: np.average(v, axis=0, weights=np.arange(1.0, len(v) + 1)),
    "average, returned": lambda v: np.average(v, returned=True),
    "interp": lambda v: np.interp(v, [0.0, 1.0, 2.0], [1.0, 5.0, 2.0], left=-1),
    "trapezoid": lambda v: np.trapezoid(v, dx=0.5, axis=0),
    "cov": lambda v: np.cov(v.reshape(-1, 1), rowvar=False, ddof=0),
    "ptp": lambda v: np.ptp(v, axis=0, keepdims=True),
    "argmax, keepdims": lambda v: np.argmax(v, axis=-1, keepdims=True),
    "count_nonzero": lambda v: np.count_nonzero(v, axis=0, keepdims=True),
    "searchsorted": lambda v: np.searchsorted(np.sort(v.ravel()), [0.0, 1.0], side="right"),
    "nan_to_num": lambda v: np.nan_to_num(v, nan=2.0, posinf=9),
    "linspace": lambda v: np.linspace(v, 2, 4),
    "linspace, open": lambda v: np.linspace(0, v, 3, endpoint=False),
    "astype int": lambda v: np.floor(np.clip(v, -3, 3)).astype(int) * v,
    "power, int array": lambda v: v ** np.array([2, 3, 0])[: v.shape[-1]],
    "power, negative int": lambda v: v**-2,
    "true_divide int": lambda v: v / 3 + 1 // 2,
    "bool arithmetic": lambda v: (v > 0) * v - (v < 0),
    "add, dtype": lambda v: np.add(v, 1, dtype=np.float64),
    "exp, casting": lambda v: np.exp(v, dtype=np.float32, casting="same_kind"),
    "add, where no out": lambda v: np.add(v, v, where=v == v, out=v * 0),
    "copyto": lambda v: (lambda out: np.copyto(out, v, where=v > 0) or out)(np.ones(v.shape)),
    "full_like": lambda v: np.full_like(v, v.ravel()[0], dtype=np.float32),
    "ones_like int": lambda v: np.ones_like(v, dtype=int) + v,
    "asarray float32": lambda v: np.asarray(v, dtype=np.float32) + v,
    "cross": lambda v: np.cross(v, [1.0, 2.0, 3.0]),
    "vander": lambda v: np.vander(v, 3, increasing=True),
    "polyval": lambda v: np.polyval([1, 2.0, 3], v),
    "meshgrid": lambda v: np.meshgrid(v, [1, 2], indexing="ij")[0],
    "unwrap": lambda v: np.unwrap(v, axis=0),
    "logspace": lambda v: np.logspace(0, np.clip(v, 0, 2), 3),
    "convolve": lambda v: np.convolve(v.ravel(), [1, 2], "same"),
    "histogram weights": lambda v: np.bincount([0, 1, 1], weights=v),
    "nansum, axis": lambda v: np.nansum(v, axis=-1, keepdims=True),
    "choose": lambda v: np.choose([0, 1, 0], [v, 2]),
    "insert": lambda v: np.insert(v, 1, 5, axis=0),
    "delete": lambda v: np.delete(v, 0, axis=-1),
}  # fmt: skip


# How far the signs of zeros are compared: as in `test_functions_that_move`, where a sort is in it;
# and BLAS and NumPy's own loops differ in the sign of what underflows in a product.
ZEROS = {
    "sort, axis None": "as many",
    "partition": "as many",
    **dict.fromkeys(("median, axes", "quantile, method", "percentile, nearest"), "any"),
    **dict.fromkeys(("tensordot 0", "dot", "matmul", "inner", "vecdot"), "any"),
}


@pytest.mark.parametrize("name", CALLS)
@given(data=some.data())
@settings(max_examples=6)
def test_calls_with_keywords(name: str, data: Any) -> None:
    # of solids, `inner` sums in another order than the product of matrices that stands for it
    solid = name == "inner"
    x = data.draw(arrays(REAL, odd=not solid))
    agree(CALLS[name], x, 64 if solid else 0, ZEROS.get(name, "each"))


@pytest.mark.parametrize("number", [np.array(2.0), np.float32(2.0)])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_the_places_of_one_number(number: Any, axis: Any) -> None:
    """`np.argsort` takes a number without axes, and gives it one; `np.sort` refuses."""
    agree(lambda v: np.argsort(v, axis=axis) * v, number)
    agree(lambda v: np.sort(v, axis=axis), number)


# Methods whose arguments do not stand as in the function of the same name.
METHODS: dict[str, Callable[[Any], Any]] = {
    "clip below": lambda v: v.clip(0),
    "clip above": lambda v: v.clip(max=0.3),
    "clip, named": lambda v: v.clip(min=-0.1, max=0.3),
    "clip, out": lambda v: v.clip(0, 1, np.zeros_like(v)),
    "compress": lambda v: v.compress([True, False, True]),
    "compress, mask": lambda v: v.compress(v.ravel() > 0),
    "compress, axis": lambda v: v.compress([True, False], axis=1),
    "dot": lambda v: v.dot(v.T),
    "repeat": lambda v: v.repeat(2, 0),
    "take": lambda v: v.take([0, -1], 1),
    "round": lambda v: v.round(1),
    "trace": lambda v: v.trace(1),
    "swapaxes": lambda v: v.swapaxes(0, -1),
    "std": lambda v: v.std(0, ddof=1),
    "sum": lambda v: v.sum(1, keepdims=True),
    "diagonal": lambda v: v.diagonal(1),
    "searchsorted": lambda v: v.ravel().searchsorted(v[0]) * v[0],
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_followed_exactly(name: str) -> None:
    x = np.array([[0.4, -0.7], [0.2, 0.9]])
    source = as_source(METHODS[name])
    piece = source.piece((x,), {}, (0,))
    assert source.tracing.exact is True, source.tracing.reasons
    found = piece.result(piece.run("value", lambda: piece.outputs)())
    np.testing.assert_array_equal(found, METHODS[name](x))


def test_a_norm_along_an_axis_is_added_up_as_numpy_does() -> None:
    """Without an axis NumPy calls BLAS, with one it does not: another digit, here."""
    x = np.array([2.3300781, 2.1554806, 5.0], np.float32)
    agree(lambda v: np.linalg.norm(v), x)
    agree(lambda v: np.linalg.norm(v, axis=-1), x)
    agree(lambda v: np.linalg.norm(v, axis=0, keepdims=True), x)
    agree(lambda v: np.linalg.norm(v[None], axis=(0, 1)), x)


@pytest.mark.parametrize("ufunc", [np.hypot, np.logaddexp, np.logaddexp2, np.subtract])
@pytest.mark.parametrize("x", [np.array([-3.0]), np.array(-3.0), np.array([-0.0])])
def test_a_reduction_of_one_number(ufunc: Any, x: Any) -> None:
    """Where there is a number that changes nothing, NumPy starts from it: hypot(0, −3) is 3."""
    agree(lambda v: ufunc.reduce(v), x)


def test_an_error_of_ours_is_no_error_of_numpys() -> None:
    assert not issubclass(CaptureError, (TypeError, ValueError))
