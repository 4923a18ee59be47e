"""Far out, next to nothing, at the edges and on the kinks: values and slopes as the rows'
conventions state them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import jvp
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS, Operation
from steepest.graph.traverse import evaluate
from tests.assay import EPS, assayable, settings_of
from tests.witness import mp, number, precisely, same_kind

inf, nan = math.inf, math.nan
SIZES = [
    5e-324,
    1e-310,
    1e-300,
    1e-160,
    1e-20,
    1e-8,
    0.3,
    0.999999999,
    1.0,
    1.5,
    2.0,
    40.0,
    700.0,
    1e5,
    1e16,
    1e160,
    1e300,
]
UNARY = [
    r.name
    for r in ROWS.values()
    if assayable(r) and r.arity == 1 and r.family != "comparison" and r.name not in ("cast",)
]
# How far mpmath itself can go: its argument reduction or recursion would run for ever.
NOT_FAR = {
    "gammaln": 1e5,
    "digamma": 1e5,
    "polygamma": 1e5,
    "erf": 1e5,
    "erfc": 1e4,
    "ndtr": 1e5,
    "log_ndtr": 30.0,
    "gelu": 1e5,
    "sinc": 1e5,
    "dawsn": 1e160,  # and its slopes there are no float64
    "erfcx": 1e160,
    # mpmath sums as many terms as the argument is large
    "gammainc": 40.0,
    "gammaincc": 40.0,
    "bessel_y0": 40.0,
    "bessel_y1": 40.0,
    "yv": 40.0,
    # SciPy's own is 0 beyond 697, and NaN beyond 2³⁰
    "kv": 40.0,
    "ive": 1e5,
    "kve": 1e5,
    "bessel_i0e": 1e160,
    "bessel_i1e": 1e160,
}
# How near to 0: there SciPy itself gives up.
NOT_NEAR = {
    "gammaln": 1e-300,
    "erfcinv": 1e-300,  # SciPy's is infinite for subnormal numbers
    # as are these, or NaN
    **dict.fromkeys(("bessel_k0", "bessel_k1", "kv", "bessel_k0e", "bessel_k1e", "kve"), 1e-160),
    **dict.fromkeys(("bessel_y0", "bessel_y1", "yv"), 1e-160),
}
# Further ulp, of the value and of the slope, where SciPy's own errors are larger: a slope has
# them only if it is made of such values.
SCIPYS: dict[str, tuple[float, float, str]] = {
    "jv": (60.0, 60.0, "the slope is half the difference of two other orders"),
    "kv": (300.0, 300.0, "the slope is made of the value and of another order"),
    "kve": (300.0, 900.0, "the slope is the difference of three orders"),
    "ive": (60.0, 60.0, "the slope is the difference of three orders"),
    "gammainc": (60.0, 0.0, "the slope is a density, written out"),
}


def slopes(row: Operation, at: list[float], params: dict[str, Any]) -> tuple[float, list[float]]:
    inputs = [variable(f"e{i}") for i in range(len(at))]
    node = make(row, inputs, **params)
    partials = [jvp([node], [x], [constant(1.0)])[0] for x in inputs]
    value, *found = evaluate([node, *partials], dict(zip(inputs, map(np.float64, at), strict=True)))
    return float(value), [float(f) for f in found]


def true_to_size(found: float, truth: Any, bend: Any, more: float = 0.0) -> bool:
    """Within 16 ulp and conditioning; an overflow may be infinite, an underflow zero."""
    if mp.isnan(truth):
        return math.isnan(found)
    if mp.isinf(truth) or abs(truth) > mp.mpf(2) ** 1024 * (1 - mp.mpf(2) ** -52):
        return same_kind(found, inf * float(mp.sign(truth)))
    tolerance = (16 + more) * EPS * abs(truth) + 4 * EPS * abs(bend) + mp.mpf(2) ** -1021
    return bool(mp.isfinite(mp.mpf(found)) and abs(mp.mpf(found) - truth) <= tolerance)


@pytest.mark.parametrize("name", UNARY)
def test_large_and_tiny_arguments(name: str) -> None:
    row = ROWS[name]
    wrong = []
    for params in settings_of(row):
        x = variable("e0")
        node = make(row, [x], **params)
        (slope,) = jvp([node], [x], [constant(1.0)])
        (bend,) = jvp([slope], [x], [constant(1.0)])
        for size in SIZES:
            for at in (size, -size):
                if not NOT_NEAR.get(name, 0.0) <= size <= NOT_FAR.get(name, inf):
                    continue
                found = evaluate([node, slope, bend], {x: np.float64(at)})
                with mp.workdps(60):
                    if row.family != "special":  # whose meanings ask for more by themselves
                        mp.prec += int(abs(mp.mag(mp.mpf(at)))) * 2  # for 1 + x and whole turns
                    try:
                        truth = [number(v) for v in precisely([node, slope, bend], {x: at})]
                    except (ValueError, ZeroDivisionError):
                        continue  # a pole; tested below
                    if mp.isnan(truth[0]):
                        assert math.isnan(found[0]), (
                            name,
                            at,
                        )  # outside the domain; the slope says nothing
                        continue
                    more = SCIPYS.get(name, (0.0, 0.0, ""))
                    for k, what in enumerate(("value", "slope")):
                        f, t, b = found[k], truth[k], truth[k + 1]
                        if not true_to_size(float(f), t, b * at, more[k]):
                            wrong.append(
                                f"{what} of {name}{params} at {at}: {f}, not {mp.nstr(t, 17)}"
                            )
                    if (
                        mp.isfinite(truth[2])
                        and abs(truth[2]) < 1e300
                        and not math.isfinite(found[2])
                    ):
                        wrong.append(
                            f"second slope of {name}{params} at {at}: {found[2]}, "
                            f"not {mp.nstr(truth[2], 17)}"
                        )
    assert not wrong, "\n".join(wrong)


# name: (argument, value, slope): the limits, and what each row's convention says.
INFINITE: dict[str, list[tuple[float, float, float]]] = {
    "exp": [(inf, inf, inf), (-inf, 0.0, 0.0)],
    "exp2": [(inf, inf, inf), (-inf, 0.0, 0.0)],
    "expm1": [(inf, inf, inf), (-inf, -1.0, 0.0)],
    "log": [(inf, inf, 0.0), (0.0, -inf, inf)],
    "log2": [(inf, inf, 0.0), (0.0, -inf, inf)],
    "log10": [(inf, inf, 0.0), (0.0, -inf, inf)],
    "log1p": [(inf, inf, 0.0), (-1.0, -inf, inf)],
    "sqrt": [(inf, inf, 0.0), (0.0, 0.0, inf)],
    "cbrt": [(inf, inf, 0.0), (-inf, -inf, 0.0), (0.0, 0.0, inf), (-0.0, -0.0, inf)],
    "square": [(inf, inf, inf), (-inf, inf, -inf), (-0.0, 0.0, -0.0)],
    "reciprocal": [(inf, 0.0, -0.0), (0.0, inf, -inf), (-0.0, -inf, -inf)],
    "absolute": [(0.0, 0.0, 0.0), (-0.0, 0.0, 0.0), (-inf, inf, -1.0), (inf, inf, 1.0)],
    "sign": [(0.0, 0.0, 0.0), (inf, 1.0, 0.0), (-inf, -1.0, 0.0)],
    "floor": [(2.0, 2.0, 0.0), (-0.5, -1.0, 0.0), (inf, inf, 0.0)],
    "ceil": [(2.0, 2.0, 0.0), (-0.5, -0.0, 0.0)],
    "rint": [(0.5, 0.0, 0.0), (1.5, 2.0, 0.0), (2.5, 2.0, 0.0)],
    "trunc": [(-1.5, -1.0, 0.0), (1.5, 1.0, 0.0)],
    "sin": [(0.0, 0.0, 1.0), (-0.0, -0.0, 1.0), (inf, nan, nan)],
    "cos": [(0.0, 1.0, -0.0), (inf, nan, nan)],
    "tan": [(-0.0, -0.0, 1.0), (inf, nan, nan)],
    "csc": [(0.0, inf, -inf), (-0.0, -inf, -inf)],
    "cot": [(0.0, inf, -inf)],
    "arcsin": [(1.0, math.pi / 2, inf), (-1.0, -math.pi / 2, inf), (1.5, nan, nan)],
    "arccos": [(1.0, 0.0, -inf), (-1.0, math.pi, -inf), (1.5, nan, nan)],
    "arctan": [(inf, math.pi / 2, 0.0), (-inf, -math.pi / 2, 0.0), (-0.0, -0.0, 1.0)],
    "sinh": [(inf, inf, inf), (-inf, -inf, inf), (-0.0, -0.0, 1.0)],
    "cosh": [(inf, inf, inf), (-inf, inf, -inf)],
    "tanh": [(inf, 1.0, 0.0), (-inf, -1.0, 0.0), (-0.0, -0.0, 1.0), (800.0, 1.0, 0.0)],
    "arcsinh": [(inf, inf, 0.0), (-inf, -inf, 0.0)],
    "arccosh": [(1.0, 0.0, inf), (inf, inf, 0.0), (0.5, nan, nan), (-3.0, nan, nan)],
    "arctanh": [(1.0, inf, inf), (-1.0, -inf, inf)],
    "erf": [(inf, 1.0, 0.0), (-inf, -1.0, 0.0)],
    "erfc": [(inf, 0.0, -0.0), (-inf, 2.0, -0.0)],
    "ndtr": [(inf, 1.0, 0.0), (-inf, 0.0, 0.0)],
    "gammaln": [(inf, inf, inf), (1.0, 0.0, -0.5772156649015329), (2.0, 0.0, 0.42278433509846714)],
    "sinc": [(0.0, 1.0, 0.0), (-0.0, 1.0, 0.0)],
    "sigmoid": [(inf, 1.0, 0.0), (-inf, 0.0, 0.0), (0.0, 0.5, 0.25)],
    "softplus": [(inf, inf, 1.0), (-inf, 0.0, 0.0), (0.0, math.log(2), 0.5)],
    "gelu": [(inf, inf, nan), (-inf, -0.0, nan), (0.0, 0.0, 0.5)],
    "silu": [(inf, inf, nan), (-inf, -0.0, nan), (0.0, 0.0, 0.5)],
    "relu": [(0.0, 0.0, 0.0), (-0.0, 0.0, 0.0), (inf, inf, 1.0), (-inf, 0.0, 0.0)],
    "leaky_relu": [(0.0, 0.0, 0.01), (inf, inf, 1.0), (-inf, -inf, 0.01)],
    "elu": [(0.0, 0.0, 1.0), (inf, inf, 1.0), (-inf, -1.0, 0.0), (800.0, 800.0, 1.0)],
}


@pytest.mark.parametrize("name", INFINITE)
def test_limits_and_conventions(name: str) -> None:
    for at, value, slope in INFINITE[name]:
        found, (by,) = slopes(ROWS[name], [at], {})
        assert same_kind(found, value) or found == pytest.approx(value, rel=1e-15), (at, found)
        assert same_kind(by, slope) or by == pytest.approx(slope, rel=1e-15), (at, by)
        if value == 0 and at != 0:
            assert math.copysign(1, found) == math.copysign(1, value), at


@pytest.mark.parametrize("name", UNARY)
def test_nan_stays_nan(name: str) -> None:
    row = ROWS[name]
    for params in settings_of(row):
        value, (slope,) = slopes(row, [nan], params)
        assert math.isnan(value)
        # flat rows, and slopes that only ask on which side of a kink, say nothing about a NaN
        assert (
            math.isnan(slope)
            or slope == 0.0
            or name in ("leaky_relu", "negative", "positive", "deg2rad", "rad2deg", "fraction")
        )


# name: (arguments, value, slope by each)
CORNERS: dict[str, list[tuple[tuple[float, ...], float, tuple[float, ...]]]] = {
    "power": [
        ((0.0, 0.0), 1.0, (0.0, -inf)),  # 0⁰ = 1; 0ᵇ falls from ∞ to 0 at b = 0
        ((0.0, 2.0), 0.0, (0.0, 0.0)),
        ((0.0, 1.0), 0.0, (1.0, 0.0)),
        ((0.0, 0.5), 0.0, (inf, 0.0)),
        ((-2.0, 3.0), -8.0, (12.0, nan)),
        ((-2.0, 0.0), 1.0, (0.0, nan)),
        ((-2.0, -1.0), -0.5, (-0.25, nan)),
        ((-2.0, 0.5), nan, (nan, nan)),
        ((inf, 0.0), 1.0, (0.0, inf)),
        ((inf, 2.0), inf, (inf, inf)),
        ((2.0, 1000.0), 2.0**1000, (1000 * 2.0**999, 2.0**1000 * math.log(2))),
    ],
    "divide": [
        ((1.0, 0.0), inf, (inf, -inf)),
        ((0.0, 0.0), nan, (inf, nan)),
        ((3.0, -2.0), -1.5, (-0.5, -0.75)),
    ],
    "arctan2": [
        ((0.0, 0.0), 0.0, (0.0, 0.0)),
        ((0.0, -1.0), math.pi, (-1.0, -0.0)),
        ((-0.0, -1.0), -math.pi, (-1.0, 0.0)),
        ((1e200, 1e200), math.pi / 4, (5e-201, -5e-201)),
        ((1e-200, 1e-200), math.pi / 4, (5e199, -5e199)),
    ],
    "hypot": [
        ((0.0, 0.0), 0.0, (0.0, 0.0)),
        ((3e200, 4e200), 5e200, (0.6, 0.8)),
        ((3e-320, 4e-320), 5e-320, (0.6, 0.8)),
        ((-3.0, 0.0), 3.0, (-1.0, 0.0)),
    ],
    "logaddexp": [
        ((1000.0, 0.0), 1000.0, (1.0, 0.0)),
        ((-1000.0, -1000.0), -1000 + math.log(2), (0.5, 0.5)),
        ((inf, 0.0), inf, (1.0, 0.0)),
        ((-inf, 0.0), 0.0, (0.0, 1.0)),
    ],
    "maximum": [
        ((2.0, 2.0), 2.0, (0.5, 0.5)),
        ((3.0, 2.0), 3.0, (1.0, 0.0)),
        ((-inf, 2.0), 2.0, (0.0, 1.0)),
    ],
    "minimum": [
        ((2.0, 2.0), 2.0, (0.5, 0.5)),
        ((3.0, 2.0), 2.0, (0.0, 1.0)),
        ((nan, 2.0), nan, (0.5, 0.5)),
    ],
    "clip": [
        ((2.0, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
        ((-2.0, 0.0, 1.0), 0.0, (0.0, 1.0, 0.0)),
        ((0.5, 0.0, 1.0), 0.5, (1.0, 0.0, 0.0)),
        ((0.0, 0.0, 1.0), 0.0, (0.5, 0.5, 0.0)),
        ((1.0, 0.0, 1.0), 1.0, (0.5, 0.0, 0.5)),
        (
            (0.5, 2.0, 1.0),
            1.0,
            (0.0, 0.0, 1.0),
        ),  # the bounds the wrong way round: NumPy gives the upper one
        ((1.5, 2.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
        ((1.0, 1.0, 1.0), 1.0, (0.25, 0.25, 0.5)),  # min(max(x, low), high), each tie halved
    ],
    "remainder": [
        ((-1.0, 3.0), 2.0, (1.0, 1.0)),
        ((7.5, 2.0), 1.5, (1.0, -3.0)),
        ((4.0, 2.0), 0.0, (1.0, -2.0)),
    ],
    "floor_divide": [((-1.0, 3.0), -1.0, (0.0, 0.0)), ((7.5, 2.0), 3.0, (0.0, 0.0))],
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_of_rows_of_several_arguments(name: str) -> None:
    for at, value, expected in CORNERS[name]:
        found, by = slopes(ROWS[name], list(at), {})
        assert same_kind(found, value) or found == pytest.approx(value, rel=1e-15), (at, found)
        for b, e in zip(by, expected, strict=True):
            assert same_kind(b, e) or b == pytest.approx(e, rel=1e-15), (at, by)
