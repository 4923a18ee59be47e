"""The truth: the same source, read again in extended precision, and differenced there.

A module of the corpus is executed a second time with `numpy`, `math` and `scipy.special` exchanged
for counterparts that compute in `np.longdouble` (64 bits of mantissa where the processor has them).
Central differences of that, at shrinking steps and extrapolated to step 0, agree to 1e-13 or so,
and tell by their disagreement how far they may be off. Nothing of steepest takes part.
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
import importlib
import inspect
import math
import sys
import types
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import scipy.special

__all__ = ["derivative", "extended", "leaves", "mapped"]

LONG = np.longdouble
EPS = float(np.finfo(LONG).eps)
DIGITS = 30


# ---- numbers and nests of them
def mapped(f: Callable[[Any], Any], nest: Any) -> Any:
    """The nest with `f` of every array and every number in it that is no integer."""
    if isinstance(nest, dict):
        return {k: mapped(f, v) for k, v in nest.items()}
    if isinstance(nest, tuple) and hasattr(nest, "_fields"):
        return type(nest)(*(mapped(f, v) for v in nest))
    if isinstance(nest, (list, tuple)):
        return type(nest)(mapped(f, v) for v in nest)
    if dataclasses.is_dataclass(nest):
        parts = {p.name: mapped(f, getattr(nest, p.name)) for p in dataclasses.fields(nest)}
        return dataclasses.replace(nest, **parts)
    if isinstance(nest, (float, np.floating)) or (
        isinstance(nest, np.ndarray) and nest.dtype.kind == "f"
    ):
        return f(nest)
    return nest


def leaves(nest: Any) -> list[Any]:
    """Every array and number in the nest, in order."""
    found: list[Any] = []
    mapped(lambda leaf: found.append(leaf) or leaf, nest)
    return found


def long(value: Any) -> Any:
    """An array or a number in extended precision."""
    return np.array(value, LONG) if isinstance(value, np.ndarray) else LONG(value)


# ---- NumPy, math and SciPy in extended precision
def _longer(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes arrays: of float64, or of no type said, it makes them long."""

    @functools.wraps(function)
    def made(*args: Any, **named: Any) -> Any:
        if named.get("dtype") in (float, Float, np.float64):
            named["dtype"] = LONG
        args = tuple(LONG if isinstance(a, type) and a in (float, Float) else a for a in args)
        out = function(*args, **named)
        said = "dtype" in named or any(isinstance(a, (type, np.dtype)) for a in args)
        return out.astype(LONG) if out.dtype == np.float64 and not said else out

    return made


def _refined(a: Any, b: Any) -> Any:
    """a⁻¹b: NumPy's solution refined until the residual, in extended precision, is nothing."""
    a, b = np.asarray(a, LONG), np.asarray(b, LONG)
    x = np.linalg.solve(a.astype(float), b.astype(float)).astype(LONG)
    for _ in range(4):
        x = x + np.linalg.solve(a.astype(float), (b - a @ x).astype(float))
    return x


def _cholesky(a: Any) -> Any:
    a = np.asarray(a, LONG)
    low = np.zeros_like(a)
    for j in range(len(a)):
        low[j, j] = np.sqrt(a[j, j] - low[j, :j] @ low[j, :j])
        for i in range(j + 1, len(a)):
            low[i, j] = (a[i, j] - low[i, :j] @ low[j, :j]) / low[j, j]
    return low


def _det(a: Any) -> Any:
    a = np.array(a, LONG)
    sign = LONG(1)
    for k in range(len(a)):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        if p != k:
            a[[k, p]], sign = a[[p, k]], -sign
        for i in range(k + 1, len(a)):
            a[i, k:] = a[i, k:] - a[i, k] / a[k, k] * a[k, k:]
    return sign * np.prod(np.diag(a))


def _slogdet(a: Any) -> Any:
    found = _det(a)
    return np.sign(found), np.log(np.abs(found))


def _eigvalsh(a: Any) -> Any:
    with mpmath.workdps(DIGITS):
        found = mpmath.eigsy(mpmath.matrix([[_mp(v) for v in row] for row in a]), eigvals_only=True)
        return np.array([_long(v) for v in found])


def _least_squares(a: Any, b: Any, rcond: Any = None) -> Any:
    a, b = np.asarray(a, LONG), np.asarray(b, LONG)
    return (_refined(a.T @ a, a.T @ b),)


def _mp(value: Any) -> Any:
    high = float(value)
    return mpmath.mpf(high) + mpmath.mpf(float(value - LONG(high)))


def _long(value: Any) -> Any:
    high = float(value)
    return LONG(high) + LONG(float(value - mpmath.mpf(high)))


def _special(of_mp: Callable[..., Any]) -> Callable[..., Any]:
    """A special function, number by number in mpmath."""

    def one(*args: Any) -> Any:
        with mpmath.workdps(DIGITS):
            return _long(of_mp(*(_mp(LONG(a)) for a in args)))

    each = np.frompyfunc(one, len(inspect.signature(of_mp).parameters), 1)

    def function(*args: Any) -> Any:
        found = each(*args)
        return found.astype(LONG) if isinstance(found, np.ndarray) else found

    return function


def _logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    a = np.asarray(a, LONG)
    top = np.max(a, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(a - top) * (1 if b is None else b), axis=axis, keepdims=True))
    return total + top if keepdims else np.squeeze(total + top, axis=axis)[()]


SPECIAL: dict[str, Callable[..., Any]] = {
    "erf": _special(lambda x: mpmath.erf(x)),
    "erfc": _special(lambda x: mpmath.erfc(x)),
    "gammaln": _special(lambda x: mpmath.loggamma(x)),
    "gamma": _special(lambda x: mpmath.gamma(x)),
    "digamma": _special(lambda x: mpmath.digamma(x)),
    "betaln": _special(lambda a, b: mpmath.log(mpmath.beta(a, b))),
    "ndtr": _special(lambda x: mpmath.ncdf(x)),
    "log_ndtr": _special(lambda x: mpmath.log(mpmath.ncdf(x))),
    "expit": lambda x: 1 / (1 + np.exp(-np.asarray(x, LONG)))[()],
    "logit": lambda p: np.log(p / (1 - p)),
    "xlogy": lambda x, y: np.where(x == 0, LONG(0), x * np.log(np.where(x == 0, LONG(1), y)))[()],
    "entr": lambda x: -x * np.log(x),
    "j0": _special(lambda x: mpmath.besselj(0, x)),
    "j1": _special(lambda x: mpmath.besselj(1, x)),
    "logsumexp": _logsumexp,
    "softmax": lambda x, axis=None: (
        np.exp(x - np.max(x, axis=axis, keepdims=True))
        / np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True)
    ),
}


def _interp(x: Any, xp: Any, fp: Any) -> Any:
    x, xp, fp = (np.asarray(v, LONG) for v in (x, xp, fp))
    k = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    at = np.clip(x, xp[0], xp[-1])
    return fp[k] + (fp[k + 1] - fp[k]) / (xp[k + 1] - xp[k]) * (at - xp[k])


def _bincount(bins: Any, weights: Any, minlength: int = 0) -> Any:
    out = np.zeros(max(minlength, int(np.max(bins)) + 1), LONG)
    np.add.at(out, bins, weights)
    return out


def _polyfit(x: Any, y: Any, degree: int) -> Any:
    return _least_squares(np.vander(np.asarray(x, LONG), degree + 1), y)[0]


LINEAR = {
    "solve": _refined, "det": _det, "slogdet": _slogdet, "cholesky": _cholesky,
    "inv": lambda a: _refined(a, np.eye(len(a))), "eigvalsh": _eigvalsh, "lstsq": _least_squares,
}  # fmt: skip
MAKERS = (
    "zeros", "ones", "empty", "eye", "identity", "array", "asarray", "arange", "linspace",
    "zeros_like", "ones_like", "empty_like", "full", "full_like", "asfarray", "diag",
)  # fmt: skip
RENAMED = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "pow": "power",
    "fabs": "abs", "fsum": "sum", "radians": "deg2rad", "degrees": "rad2deg", "dist": "dist",
}  # fmt: skip


class _Kind(type):
    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, (float, np.longdouble))


class Float(metaclass=_Kind):
    """What `float` means: numbers stay as long as they are."""

    def __new__(cls, value: Any = 0.0) -> Any:
        if isinstance(value, np.ndarray) and value.dtype == LONG:
            return value.reshape(())[()]
        return value if isinstance(value, np.longdouble) else float(value)


def _of_math(name: str) -> Any:
    own = getattr(math, name)
    if not callable(own) or name in ("comb", "factorial", "isclose", "floor", "ceil", "trunc"):
        return own
    if name in ("erf", "erfc"):
        return SPECIAL[name]
    if name == "lgamma":
        return SPECIAL["gammaln"]
    if name == "gamma":
        return SPECIAL["gamma"]
    if name == "log":
        return lambda x, *base: (
            _checked(math.log, np.log, x) / (np.log(LONG(base[0])) if base else 1)
        )
    if name == "dist":
        return lambda p, q: np.sqrt(sum((a - b) ** 2 for a, b in zip(p, q, strict=True)))
    if name == "hypot":
        return lambda *x: np.sqrt(sum(v * v for v in x))
    if name == "fsum":
        return sum
    if name == "prod":
        return math.prod
    return functools.partial(_checked, own, getattr(np, RENAMED.get(name, name)))


def _checked(own: Callable[..., Any], longer: Callable[..., Any], *args: Any) -> Any:
    own(*map(float, args))  # for its errors
    return longer(*map(LONG, args))


DUNDER = ("__name__", "__loader__", "__spec__", "__package__", "__builtins__", "__getattr__")


def _module(name: str, inside: types.ModuleType, **exchanged: Any) -> types.ModuleType:
    made = types.ModuleType(name)
    made.__dict__.update({k: v for k, v in vars(inside).items() if k not in DUNDER})
    made.__dict__.update(exchanged)
    return made


@functools.cache
def _counterparts() -> dict[str, types.ModuleType]:
    linear = _module("numpy.linalg", np.linalg, **LINEAR)
    longer = {m: _longer(getattr(np, m)) for m in MAKERS if hasattr(np, m)}
    longer |= {"interp": _interp, "bincount": _bincount, "polyfit": _polyfit}
    numpy = _module("numpy", np, linalg=linear, **longer)
    numpy.float64 = LONG  # type: ignore[attr-defined]
    special = _module("scipy.special", scipy.special, **SPECIAL)
    functions = {n: _of_math(n) for n in dir(math) if not n.startswith("_") and n in MATH}
    return {
        "numpy": numpy,
        "numpy.linalg": linear,
        "math": _module("math", math, **functions),
        "scipy": _module("scipy", importlib.import_module("scipy"), special=special),
        "scipy.special": special,
    }


MATH = frozenset((
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"),
    *("exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "pow", "fabs", "hypot"),
    *("erf", "erfc", "lgamma", "gamma", "radians", "degrees", "dist", "fsum"),
))  # fmt: skip


@functools.cache
def extended(module: str) -> types.ModuleType:
    """The module of that name, in extended precision."""
    source = importlib.import_module(module)
    made = types.ModuleType(f"{module}_in_extended_precision")

    def brought(name: str, *more: Any, **named: Any) -> Any:
        known = _counterparts()
        if name == "scipy.special" and not (more[2:] and more[2]):
            return known["scipy"]
        return known.get(name) or builtins.__import__(name, *more, **named)

    names = dict(vars(builtins)) | {"__import__": brought, "float": Float}
    made.__dict__["__builtins__"] = names
    sys.modules[made.__name__] = made  # where dataclasses look for it
    text = inspect.getsource(source).replace("tests.corpus.register", "tests.corpus.unregistered")
    exec(compile(text, f"<{module} in extended precision>", "exec"), made.__dict__)
    return made


# ---- differences
def derivative(
    entry: Any, args: tuple[Any, ...], named: dict[str, Any]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each leaf of the first argument, ∂f/∂leaf of shape (*f.shape, *leaf.shape) and its error
    bar.
    """
    f = getattr(extended(entry.function.__module__), entry.name)
    first, *others = args
    flat = [long(leaf) for leaf in leaves(first)]
    rest = [mapped(long, a) for a in others]

    def at(parts: list[Any]) -> Any:
        turn = iter(parts)
        copies = [mapped(_own, a) for a in rest]
        with np.errstate(all="ignore"):
            value = f(mapped(lambda leaf: _own(next(turn)), first), *copies, **mapped(long, named))
        return np.asarray(value, LONG)

    found = []
    for k, leaf in enumerate(flat):
        columns = []
        for index in np.ndindex(np.shape(leaf)):

            def along(t: Any, k: int = k, index: tuple[int, ...] = index) -> Any:
                moved = [np.array(p, LONG) for p in flat]
                moved[k][index] += t
                return at([m[()] for m in moved])

            columns.append(_slope(along, max(1.0, abs(float(np.asarray(leaf)[index])))))
        shape = (*columns[0][0].shape, *np.shape(leaf))
        found.append(tuple(np.stack([c[j] for c in columns], -1).reshape(shape) for j in (0, 1)))
    return found


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _at(f: Callable[[Any], Any], h: Any) -> Any:
    """The value there; NaN outside the domain of a function that raises."""
    try:
        return f(h)
    except (ValueError, ArithmeticError):
        return np.asarray(LONG("nan"))


def _slope(f: Callable[[Any], Any], scale: float) -> tuple[np.ndarray, np.ndarray]:
    """The derivative at 0 and its error bar: Neville's extrapolation of central differences.

    Of all entries of the tableaux that start from 1/50, 1/1000, 1/100 000 of the scale, the one
    whose neighbours agree best.
    """
    best = error = None
    for start in (2e-2, 1e-3, 1e-5):
        before: list[Any] = []
        h = LONG(start * scale)
        for _ in range(7):
            up, down = _at(f, h), _at(f, -h)
            row = [(up - down) / (2 * h)]
            noise = 4 * EPS * np.maximum(np.abs(up), np.abs(down)) / h
            for k, older in enumerate(before):
                row.append(row[k] + (row[k] - older) / (4 ** LONG(k + 1) - 1))
                off = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - older)) + noise
                off = np.where(np.isfinite(off), off, np.inf)
                if best is None or error is None:
                    best, error = row[-1], off
                better = off < error
                best, error = np.where(better, row[-1], best), np.where(better, off, error)
            before, h = row, h / 2
    assert best is not None and error is not None
    return np.asarray(best), np.asarray(error)
