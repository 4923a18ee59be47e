"""Rows over SciPy's Bessel functions and integrals: DLMF chapters 6, 7 and 10."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.graph.operation import ROWS, Operation, binds
from steepest.operations.elementwise import exactly, unary
from steepest.operations.gamma import fixed
from steepest.operations.special import scipy_function

__all__ = ["IV", "JV", "KV", "YV"]

OWN = (400.0, "SciPy's own error, near its zeros that of cos and sin of large arguments")
NEAR, RIGHT = (-9.0, 9.0), (0.2, 9.0)


def _of_order(
    name: str, letter: str, slope: Callable[..., Any], precise: Any, usual: float = 1.0
) -> Operation:
    """A Bessel function of a plain order: its slope holds the two neighbours (DLMF 10.6, 10.29)."""
    run = _of_tiny(name) if name in ("iv", "ive") else scipy_function(name)
    row: Operation = unary(name, lambda x, order=usual: run(order, x),
        lambda x, y, order=usual: slope(row, x, order), RIGHT, spelled="", precise=precise,
        latex=rf"{letter}_{{{{{{order}}}}}}\left({{0}}\right)", family="special",
        shown=f"½·({letter}₍ₙ₋₁₎ ∓ {letter}₍ₙ₊₁₎)", tolerance=OWN)  # fmt: skip
    binds(f"scipy.special.{name}")(
        lambda v, x: row(x, order=fixed(v, f"the order of scipy.special.{name}"))
    )
    return row


def _of_tiny(name: str) -> Callable[..., Any]:
    """SciPy's function, but next to 0, where it gives NaN or 0, the first term (x/2)ⁿ/n! of the
    series (DLMF 10.25.2), which is all that float64 can tell.
    """
    usual = scipy_function(name)

    def run(order: float, x: Any) -> Any:
        found = usual(order, x)
        tiny = np.abs(x) < 1e-150
        if order < 0 or not float(order).is_integer() or not np.any(tiny):
            return found
        first = (np.where(tiny, x, 0.0) / 2) ** order / math.gamma(order + 1)
        return np.where(tiny, first, found).astype(found.dtype)[()]

    return run


def _falling(row: Operation, x: Any, order: float) -> Any:
    below = order - 1
    if below < 0 and float(below).is_integer():  # J₋ₙ = (−1)ⁿ·Jₙ, also for x < 0
        return ((-1) ** int(below) * row(x, order=-below) - row(x, order=order + 1)) / 2
    return (row(x, order=below) - row(x, order=order + 1)) / 2


def _rising(row: Operation, x: Any, order: float) -> Any:
    below = abs(order - 1) if float(order).is_integer() else order - 1  # I₋ₙ = Iₙ
    return (row(x, order=below) + row(x, order=order + 1)) / 2


JV = _of_order("jv", "J", _falling, lambda mp, x, order=1.0: mp.besselj(order, x))
YV = _of_order("yv", "Y", _falling, lambda mp, x, order=0.7: mp.bessely(order, x), 0.7)
IV = _of_order("iv", "I", _rising, lambda mp, x, order=1.0: mp.besseli(order, x))
KV = _of_order(
    "kv",
    "K",
    lambda row, x, order: -_rising(row, x, order),
    lambda mp, x, order=0.7: mp.besselk(order, x),
    0.7,
)
binds("scipy.special.jn")(lambda n, x: JV(x, order=fixed(n, "the order of scipy.special.jn")))
# DLMF 10.6.3, 10.29.3: SciPy has quicker functions for the orders 0 and 1.
for _name, _rows, _signs, _domain in (
    ("j", JV, (-1, 1, -1), NEAR), ("y", YV, (-1, 1, -1), RIGHT),
    ("i", IV, (1, 1, 1), NEAR), ("k", KV, (-1, -1, -1), RIGHT),
):  # fmt: skip
    _mp = {"j": "besselj", "y": "bessely", "i": "besseli", "k": "besselk"}[_name]
    _first, _low, _high = _signs
    _zero = f"bessel_{_name}0"
    _one = unary(f"bessel_{_name}1", scipy_function(f"{_name}1"),
        lambda x, y, r=_rows, z=_zero, p=_low, q=_high: (p * ROWS[z](x) + q * r(x, order=2.0)) / 2,
        _domain, scipy=f"{_name}1", spelled="", precise=lambda mp, x, f=_mp: getattr(mp, f)(1, x),
        latex=rf"{_name.upper()}_{{1}}", family="special",
        shown=f"½·(±{_name.upper()}₀ ± {_name.upper()}₂)", tolerance=OWN)  # fmt: skip
    unary(_zero, scipy_function(f"{_name}0"), lambda x, y, r=_one, s=_first: s * r(x),
        _domain, scipy=f"{_name}0", spelled="",
        precise=lambda mp, x, f=_mp: getattr(mp, f)(0, x), family="special",
        latex=rf"{_name.upper()}_{{0}}", shown=f"{'−' if _first < 0 else ''}{_name.upper()}₁",
        tolerance=OWN)  # fmt: skip

FADES = (400.0, "its terms cancel for large x, where the slope is the value by 2·x")


def _faded(mp: Any, x: Any, order: Any) -> Any:
    """exp(−|x|)·Iₙ(x)."""
    return mp.exp(-mp.fabs(x)) * mp.besseli(order, x)


IVE = _of_order("ive", "e^{-|x|}I",
    lambda row, x, order: _rising(row, x, order) - np.sign(x) * row(x, order=order),
    lambda mp, x, order=1.0: _faded(mp, x, order))  # fmt: skip
I1E = unary("bessel_i1e", scipy_function("i1e"),
    lambda x, y: (I0E(x) + IVE(x, order=2.0)) / 2 - np.sign(x) * y,
    (0.2, 9.0), scipy="i1e", spelled="", family="special", shown="exp(−|x|)·I₁′ − sign x·y",
    precise=lambda mp, x: _faded(mp, x, 1), tolerance=FADES)  # fmt: skip
I0E: Operation = unary("bessel_i0e", scipy_function("i0e"), lambda x, y: I1E(x) - np.sign(x) * y,
    (0.2, 9.0), scipy="i0e", spelled="", family="special", shown="I₁·exp(−|x|) − sign x·y",
    precise=lambda mp, x: _faded(mp, x, 0), tolerance=FADES)  # fmt: skip
# ---- integrals -----------------------------------------------------------------------------------

unary("exp1", scipy_function("exp1"), lambda x, y: -np.exp(-x) / x, (0.05, 20.0), scipy="exp1",
    spelled="", precise=lambda mp, x: mp.e1(x), latex=r"E_{1}", shown="−exp(−x)/x",
    family="special", tolerance=(30.0, "SciPy's own error"), steep=True)  # fmt: skip
unary("expi", scipy_function("expi"), lambda x, y: np.exp(x) / x, (0.5, 20.0), scipy="expi",
    spelled="", precise=lambda mp, x: mp.ei(x), latex=r"\operatorname{Ei}", shown="exp(x)/x",
    family="special", tolerance=(60.0, "SciPy's own error"), steep=True)  # fmt: skip


def _run_dawsn(x: Any, order: int = 0) -> Any:
    """The order-th derivative of Dawson's integral F.

    F′ = 1 − 2·x·F, and F⁽ⁿ⁺¹⁾ = −2·x·F⁽ⁿ⁾ − 2·n·F⁽ⁿ⁻¹⁾ (DLMF 7.10), of which nothing is left for
    large x: there the series Σ (2k − 1)!!/(2ᵏ⁺¹·x²ᵏ⁺¹) is differentiated term by term.
    """
    import scipy.special

    found = scipy.special.dawsn(x)
    if not order:
        return found
    far = np.abs(x) > FAR
    inside = np.where(far, 0.0, x)
    before, near = scipy.special.dawsn(inside), 1 - 2 * inside * scipy.special.dawsn(inside)
    for n in range(1, order):
        before, near = near, -2 * inside * near - 2 * n * before
    inverse = 1 / np.where(far, x, FAR)
    series, term = np.zeros_like(inverse), 0.5
    for k in range(TERMS):
        rising = math.prod(range(2 * k + 1, 2 * k + 1 + order))
        series = series + term * rising * inverse ** (2 * k + 1 + order)
        term *= (2 * k + 1) / 2
    return np.where(far, (-1) ** order * series, near).astype(found.dtype)[()]


FAR, TERMS = 10.0, 24  # the terms of the series shrink to 1e-18 of the first there


def _precise_dawsn(mp: Any, x: Any, order: int = 0) -> Any:
    """The recurrence, with as many more digits as it cancels."""
    with mp.extraprec(20 + 2 * (order + 1) * max(0, int(mp.mag(x)) if x else 0)):
        before, found = mp.mpf(0), _dawson(mp, x)
        for n in range(order):
            fall = 1 - 2 * x * found if not n else -2 * x * found - 2 * n * before
            before, found = found, fall
        return found


def _dawson(mp: Any, x: Any) -> Any:
    """√π/2·exp(−x²)·erfi x; far out its series, smallest term first left out."""
    if mp.fabs(x) < 1e4:
        with mp.extraprec(int(1.5 * x * x) + 10 if mp.fabs(x) < 50 else 10):
            return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)
    term = found = 1 / (2 * x)
    for k in range(1, 10_000):
        term *= (2 * k - 1) / (2 * x * x)
        found += term
        if mp.fabs(term) < mp.fabs(found) * mp.eps:
            break
    return found


DAWSN: Operation = unary("dawsn", _run_dawsn,
    lambda x, y, order=0: DAWSN(x, order=order + 1), (-4.0, 4.0), scipy="dawsn",
    spelled="", precise=_precise_dawsn, shown="1 − 2·x·y", family="special",
    tolerance=(400.0, "1 − 2·x·y cancels up to x = 10"))  # fmt: skip
unary("exp10", scipy_function("exp10"), lambda x, y: y * np.log(exactly(x, 10)), (-9.0, 9.0),
    scipy="exp10", spelled="", precise=lambda mp, x: mp.mpf(10) ** x, shown="10ˣ·log 10",
    family="special", tolerance=(20.0, "SciPy's own error"))  # fmt: skip
for _plain in ("expm1", "log1p", "cbrt", "exp2"):
    # SciPy's own of the same name, which may differ from NumPy's in the last digit
    _ready = {
        "expm1": (lambda x, y: np.exp(x), lambda mp, x: mp.expm1(x), NEAR, "exp x"),
        "log1p": (lambda x, y: 1 / (1 + x), lambda mp, x: mp.log1p(x), (-0.9, 9.0), "1/(1 + x)"),
        "cbrt": (
            lambda x, y: 1 / (3 * np.square(y)),
            lambda mp, x: mp.sign(x) * mp.cbrt(mp.fabs(x)),
            RIGHT,
            "1/(3·∛x²)",
        ),
        "exp2": (
            lambda x, y: y * np.log(exactly(x, 2)),
            lambda mp, x: mp.mpf(2) ** x,
            NEAR,
            "2ˣ·log 2",
        ),
    }[_plain]
    unary(f"scipy_{_plain}", scipy_function(_plain), _ready[0], _ready[2], scipy=_plain,
        spelled="", precise=_ready[1], shown=_ready[3], family="special",
        tolerance=(4.0, "SciPy's own error"), steep=_plain in ("log1p", "cbrt"))  # fmt: skip
