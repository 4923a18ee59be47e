"""Rows over SciPy's Bessel functions and integrals: DLMF chapters 6, 7 and 10."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.graph.operation import ROWS, Operation, binds
from steepest.operations.elementwise import exactly, unary
from steepest.operations.gamma import fixed
from steepest.operations.second_kind import besselk, bessely
from steepest.operations.special import scipy_function

__all__ = ["IV", "JV", "KV", "YV"]

OWN = (400.0, "SciPy's own error, near its zeros that of cos and sin of large arguments")
NEAR, RIGHT = (-9.0, 9.0), (0.2, 9.0)


def _of_order(
    name: str, letter: str, slope: Callable[..., Any], precise: Any, usual: float = 1.0
) -> Operation:
    """A Bessel function of a plain order: its slope holds the two neighbours (DLMF 10.6, 10.29)."""
    run = _of_tiny(name) if name == "iv" else scipy_function(name)
    row: Operation = unary(name, lambda x, order=usual: run(order, x),
        lambda x, y, order=usual: slope(row, x, order), RIGHT, spelled="", precise=precise,
        latex=rf"{letter}_{{{{{{order}}}}}}\left({{0}}\right)", family="special",
        shown=f"½·({letter}₍ₙ₋₁₎ ∓ {letter}₍ₙ₊₁₎)", tolerance=OWN)  # fmt: skip
    binds(f"scipy.special.{name}")(
        lambda v, x: row(x, order=fixed(v, f"the order of scipy.special.{name}"))
    )
    return row


def _of_tiny(name: str) -> Callable[..., Any]:
    """SciPy's function, but next to 0, where it gives NaN or 0, the first term (x/2)ⁿ/Γ(n + 1) of
    the series (DLMF 10.25.2), which is all that float64 can tell.
    """
    usual = scipy_function(name)

    def run(order: float, x: Any) -> Any:
        found = usual(order, x)
        lost = (np.abs(x) < 1e-8) & np.not_equal(x, 0) & (np.isnan(found) | np.equal(found, 0))
        if not np.any(lost):
            return found
        order = abs(order) if float(order).is_integer() else order  # I₋ₙ = Iₙ
        first = (np.where(lost, x, 1.0) / 2) ** order / math.gamma(order + 1)
        return np.where(lost, first, found).astype(found.dtype)[()]

    return run


def _falling(row: Operation, x: Any, order: float) -> Any:
    below = order - 1
    if below < 0 and float(below).is_integer():  # J₋ₙ = (−1)ⁿ·Jₙ, also for x < 0
        return ((-1) ** int(below) * row(x, order=-below) - row(x, order=order + 1)) / 2
    return (row(x, order=below) - row(x, order=order + 1)) / 2


def _rising(row: Operation, x: Any, order: float) -> Any:
    below = abs(order - 1) if float(order).is_integer() else order - 1  # I₋ₙ = Iₙ
    return (row(x, order=below) + row(x, order=order + 1)) / 2


def _fading(row: Operation, x: Any, order: float) -> Any:
    """Without Kᵥ₊₁, which is the first to underflow (DLMF 10.29.2); K₋ᵥ = Kᵥ."""
    order = abs(order)
    return -row(x, order=abs(order - 1)) - order / x * row(x, order=order)


JV = _of_order("jv", "J", _falling, lambda mp, x, order=1.0: mp.besselj(order, x))
YV = _of_order("yv", "Y", _falling, lambda mp, x, order=0.75: bessely(mp, order, x), 0.75)
IV = _of_order("iv", "I", _rising, lambda mp, x, order=1.0: mp.besseli(order, x))
KV = _of_order(
    "kv",
    "K",
    _fading,
    lambda mp, x, order=0.75: besselk(mp, order, x),
    0.75,
)
binds("scipy.special.jn")(lambda n, x: JV(x, order=fixed(n, "the order of scipy.special.jn")))
# DLMF 10.6.3, 10.29.3: SciPy has quicker functions for the orders 0 and 1.
for _name, _domain, _precise, _zeroth, _first, _shown in (
    ("j", NEAR, lambda mp, order, x: mp.besselj(order, x),
        lambda x, one: -one(x), lambda x, y, zero: (zero(x) - JV(x, order=2.0)) / 2, "½·(J₀ − J₂)"),
    ("y", RIGHT, bessely,
        lambda x, one: -one(x), lambda x, y, zero: (zero(x) - YV(x, order=2.0)) / 2, "½·(Y₀ − Y₂)"),
    ("i", NEAR, lambda mp, order, x: mp.besseli(order, x),
        lambda x, one: one(x), lambda x, y, zero: (zero(x) + IV(x, order=2.0)) / 2, "½·(I₀ + I₂)"),
    ("k", RIGHT, besselk,
        lambda x, one: -one(x), lambda x, y, zero: -zero(x) - y / x, "−K₀ − K₁/x"),
):  # fmt: skip
    _one = unary(f"bessel_{_name}1", scipy_function(f"{_name}1"),
        lambda x, y, f=_first, z=f"bessel_{_name}0": f(x, y, ROWS[z]),
        _domain, scipy=f"{_name}1", spelled="", precise=lambda mp, x, f=_precise: f(mp, 1, x),
        latex=rf"{_name.upper()}_{{1}}", family="special", shown=_shown, tolerance=OWN)  # fmt: skip
    unary(f"bessel_{_name}0", scipy_function(f"{_name}0"), lambda x, y, f=_zeroth, r=_one: f(x, r),
        _domain, scipy=f"{_name}0", spelled="",
        precise=lambda mp, x, f=_precise: f(mp, 0, x), family="special",
        latex=rf"{_name.upper()}_{{0}}", shown=f"{'' if _name == 'i' else '−'}{_name.upper()}₁",
        tolerance=OWN)  # fmt: skip

# ---- integrals -----------------------------------------------------------------------------------

unary("exp1", scipy_function("exp1"), lambda x, y: -np.exp(-x) / x, (0.05, 20.0), scipy="exp1",
    spelled="", precise=lambda mp, x: mp.e1(x), latex=r"E_{1}", shown="−exp(−x)/x",
    family="special", tolerance=(30.0, "SciPy's own error"), steep=True)  # fmt: skip
unary("expi", scipy_function("expi"), lambda x, y: np.exp(x) / x, (0.5, 20.0), scipy="expi",
    spelled="", precise=lambda mp, x: mp.ei(x), latex=r"\operatorname{Ei}", shown="exp(x)/x",
    family="special", tolerance=(60.0, "SciPy's own error"), steep=True)  # fmt: skip
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
