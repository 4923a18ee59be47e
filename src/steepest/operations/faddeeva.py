"""Rows over SciPy's Dawson integral F and scaled error function erfcx: DLMF 7.2 to 7.10.

Both are one function in the complex plane, w(z) = i/π·∫ exp(−t²)/(z − t) dt, on its two axes. The
rules F′ = 1 − 2·x·F and erfcx′ = 2·x·erfcx − 2/√π lose all digits for large x, so each slope is the
row itself with one more in `order`, how often it has been differentiated. Integrating by parts
gives exp(−t²) a Hermite polynomial, to which powers of t below its own degree contribute nothing:

    w⁽ⁿ⁾(z) = i·(−1)ⁿ/(π·zⁿ)·∫ Hₙ(t)·tⁿ·exp(−t²)/(z − t) dt,

in which nothing cancels, and which the trapezoidal rule gives to all digits in a few dozen terms
(E. T. Goodwin, "The evaluation of integrals of the form ∫ f(x)·exp(−x²) dx", 1949).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from steepest.graph.operation import Operation
from steepest.operations.elementwise import PI, exactly, named, unary
from steepest.operations.special import scipy_function

__all__ = ["DAWSN", "ERFCX"]

DAWSN_OF, ERFCX_OF = scipy_function("dawsn"), scipy_function("erfcx")
NEAR = 2.0  # below it, the rules themselves keep their digits
STEP = 0.25  # the rule errs by exp(−(π/STEP)²), and for a pole at i·x by exp(x² − 2π·x/STEP)
COUNT = 26  # terms on either side; exp(−t²) is 1e-18 there
ALONE = 7.0  # from there on the pole at x is beyond the last term


def _weighed(t: Any, order: int) -> Any:
    """STEP·Hₙ(t)·tⁿ·exp(−t²)."""
    before, hermite = 0.0, np.ones_like(t)
    for n in range(order):
        before, hermite = hermite, 2 * t * hermite - 2 * n * before
    return STEP * hermite * t**order * np.exp(-np.square(t))


def _between(x: Any, usual: Any, first: Any, sign: float, order: int) -> Any:
    """By the rule f⁽ⁿ⁺¹⁾ = sign·2·(x·f⁽ⁿ⁾ + n·f⁽ⁿ⁻¹⁾), whose first has a constant in it."""
    before, found = usual, first
    for n in range(1, order):
        before, found = found, sign * 2 * (x * found + n * before)
    return found


def _run_dawsn(x: Any, order: int = 0) -> Any:
    """The order-th derivative of F; the terms lie so that x is the middle between two of them."""
    found = DAWSN_OF(x)
    if not order:
        return found
    size = np.abs(np.asarray(x, float))
    inside, outside = np.minimum(size, NEAR), np.maximum(size, NEAR)
    value = DAWSN_OF(inside)
    near = _between(inside, value, 1 - 2 * inside * value, -1, order)
    start = np.where(outside < ALONE, np.mod(outside - STEP / 2, STEP), 0.0)
    t = start[..., None] + STEP * np.arange(-COUNT, COUNT + 1)
    inverse = 1 / outside
    sums = np.sum(_weighed(t, order) / (1 - t * inverse[..., None]), axis=-1)
    far = (-1) ** order * inverse ** (order + 1) * sums / (2 * math.sqrt(math.pi))
    side = np.sign(x) if order % 2 == 0 else np.where(np.isnan(x), x, 1.0)  # F is odd
    return (side * np.where(size < NEAR, near, far)).astype(found.dtype)[()]


def _run_erfcx(x: Any, order: int = 0) -> Any:
    """The order-th derivative of erfcx."""
    found = ERFCX_OF(x)
    if not order:
        return found
    x = np.asarray(x, float)
    inside, outside = np.minimum(x, NEAR), np.maximum(x, NEAR)
    value = ERFCX_OF(inside)
    near = _between(inside, value, 2 * inside * value - 2 / math.sqrt(math.pi), 1, order)
    t = STEP * np.arange(-COUNT, COUNT + 1)
    inverse = np.asarray(1 / outside)
    sums = np.sum(_weighed(t, order) / (1 + np.square(t * inverse[..., None])), axis=-1)
    far = (-1) ** order * inverse ** (order + 1) * sums / math.pi
    return np.where(x < NEAR, near, far).astype(found.dtype)[()]


# ---- in many digits ------------------------------------------------------------------------------


def _precise_dawsn(mp: Any, x: Any, order: int = 0) -> Any:
    """The recurrence, with as many more digits as it cancels."""
    with mp.extraprec(20 + 2 * (order + 1) * max(0, int(mp.mag(x)) if x else 0)):
        value = _dawson(mp, x)
        return _between(x, value, 1 - 2 * x * value, -1, order) if order else value


def _precise_erfcx(mp: Any, x: Any, order: int = 0) -> Any:
    """The recurrence, with as many more digits as it cancels."""
    with mp.extraprec(20 + 2 * (order + 1) * max(0, int(mp.mag(x)) if x else 0)):
        value = _scaled(mp, x)
        return _between(x, value, 2 * x * value - 2 / mp.sqrt(mp.pi), 1, order) if order else value


def _dawson(mp: Any, x: Any) -> Any:
    """√π/2·exp(−x²)·erfi x."""
    if mp.fabs(x) >= 1e4:
        return _tail(mp, x, 1) / 2
    with mp.extraprec(int(1.5 * x * x) + 10 if mp.fabs(x) < 50 else 10):
        return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)


def _scaled(mp: Any, x: Any) -> Any:
    """exp(x²)·erfc x."""
    if x >= 1e4:
        return _tail(mp, x, -1) / mp.sqrt(mp.pi)
    return mp.exp(x * x) * mp.erfc(x)


def _tail(mp: Any, x: Any, sign: int) -> Any:
    """Σ signᵏ·(2k − 1)!!/(2ᵏ·x²ᵏ⁺¹), smallest term first left out (DLMF 7.12.1)."""
    term = found = 1 / x
    for k in range(1, 10_000):
        term *= sign * (2 * k - 1) / (2 * x * x)
        found += term
        if mp.fabs(term) < mp.fabs(found) * mp.eps:
            break
    return found


# ---- rows ----------------------------------------------------------------------------------------

DAWSN: Operation = unary("dawsn", _run_dawsn,
    lambda x, y, order=0: DAWSN(x, order=order + 1), (-20.0, 20.0), scipy="dawsn",
    spelled="", precise=_precise_dawsn, shown="1 − 2·x·y", family="special",
    latex=r"\operatorname{{dawsn}}^{{({order})}}\left({0}\right)",
    tolerance=(60.0, "SciPy's own error near 0.02, and 1 − 2·x·y up to 2"))  # fmt: skip
ERFCX: Operation = unary("erfcx", _run_erfcx,
    lambda x, y, order=0: ERFCX(x, order=order + 1), (-4.0, 20.0), scipy="erfcx",
    spelled="erfcx", precise=_precise_erfcx, shown="2·x·erfcx x − 2/√π", family="special",
    latex=r"\operatorname{{erfcx}}^{{({order})}}\left({0}\right)",
    tolerance=(60.0, "the two terms of its slope cancel from 0 to 2"))  # fmt: skip
unary("log_ndtr", scipy_function("log_ndtr"),
    lambda x, y: np.sqrt(2 / named(x, PI)) / ERFCX(-x / np.sqrt(exactly(x, 2))),
    (-8.0, 5.0), spelled="logndtr", scipy="log_ndtr", latex=r"\ln\Phi",
    precise=lambda mp, x: mp.log(mp.ncdf(x)), shown="φ(x)/Φ(x)", family="special",
    tolerance=(60.0, "SciPy's log_ndtr and erfcx themselves"))  # fmt: skip
