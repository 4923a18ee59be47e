"""log and its family: x = 2^k·m with √½ <= m < √2, and log m by s = (m - 1)/(m + 1).

log m = 2s + s³·R(s²) = f - (f²/2 - s·(f²/2 + s²·R)), where f = m - 1, keeps the digits of a small f
(the method of e_log.c in fdlibm, Sun Microsystems 1993). Polynomials: scripts/fit_vectormath.py.
"""

from __future__ import annotations

import math
from typing import Final

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import exp
from steepest.native.vectormath.sheet import Sheet, Value, bits_of

TINIEST_NORMAL: Final = 2.0**-1022
ROOT_HALF: Final = bits_of(math.sqrt(0.5))
WHOLE: Final = 2.0**52  # the double whose low bits are an integer's


def log(m: Sheet, x: Value) -> Value:
    """Natural logarithm, to 1 ulp."""
    k, mantissa = split(m, x)
    f = mantissa - 1.0
    h, sr = halves(m, f)
    y = m.fma(k, c.LN2, f - (h - m.fma(k, c.LN2_LOW, sr)))
    return with_edges(m, x, y)


def log2(m: Sheet, x: Value) -> Value:
    """Logarithm to the base 2, to 1 ulp; exact for powers of 2."""
    k, mantissa = split(m, x)
    high, low = converted(m, mantissa - 1.0, c.LOG2_E, c.LOG2_E_LOW)
    y = k + high
    return with_edges(m, x, y + ((high - (y - k)) + low))


def log10(m: Sheet, x: Value) -> Value:
    """Logarithm to the base 10, to 1 ulp."""
    k, mantissa = split(m, x)
    high, low = converted(m, mantissa - 1.0, c.LOG10_E, c.LOG10_E_LOW)
    tens = k * c.LOG10_2
    low = low + m.fma(k, c.LOG10_2_LOW, m.fma(k, c.LOG10_2, -tens))
    y = tens + high
    return with_edges(m, x, y + ((high - (y - tens)) + low))


def log1p(m: Sheet, x: Value) -> Value:
    """log(1 + x), to 1 ulp."""
    y = log_one_plus(m, x, m.constant(0.0))
    y = m.select(x < math.inf, y, x)
    y = m.select(x > -1.0, y, m.select(x.equals(-1.0), -math.inf, math.nan))
    return m.select(abs(x) < 2.0**-54, x, y)


def softplus(m: Sheet, x: Value) -> Value:
    """log(1 + exp(x)), to 1.7 ulp: max(x, 0) + log(1 + exp(-|x|))."""
    e = exp(m, -abs(x))
    beyond = m.select(e < 2.0**-54, e, log_one_plus(m, e, m.constant(0.0)))
    y = m.select(x > 0.0, x, 0.0) + beyond
    return m.select(x.is_nan(), x, y)


def split(m: Sheet, x: Value) -> tuple[Value, Value]:
    """k, as a float, and the mantissa m, between √½ and √2: x = 2^k·m, also below 2^-1022."""
    small = x < TINIEST_NORMAL
    k, mantissa = split_normal(m.select(small, x * 2.0**54, x))
    return k - m.select(small, 54.0, 0.0), mantissa


def split_normal(x: Value) -> tuple[Value, Value]:
    """As `split`, for no subnormals: what is counted from √½·2^-1024 has k + 1024 at its top."""
    counted = x.bits - (ROOT_HALF - (1024 << 52))
    biased = counted >> 52
    k = (biased | bits_of(WHOLE)).real - (WHOLE + 1024.0)
    return k, ((counted & (2**52 - 1)) + ROOT_HALF).real


def halves(m: Sheet, f: Value) -> tuple[Value, Value]:
    """f²/2 and s·(f²/2 + s²·R), of which log(1 + f) = f - (f²/2 - s·(f²/2 + s²·R)) is made."""
    s = f / (2.0 + f)
    z = s * s
    h = (0.5 * f) * f
    return h, s * m.fma(z, m.polynomial(z, c.LOG), h)


def converted(m: Sheet, f: Value, factor: float, factor_low: float) -> tuple[Value, Value]:
    """log(1 + f)·(factor + factor_low), as a sum of two doubles."""
    h, sr = halves(m, f)
    high = f - h
    low = ((f - high) - h) + sr
    product = high * factor
    return product, m.fma(low, factor, m.fma(high, factor_low, m.fma(high, factor, -product)))


def log_one_plus(m: Sheet, x: Value, low: Value, more: Value | None = None) -> Value:
    """log(1 + x + low), for x > -1 and finite; `more` is added to the power of two."""
    u = 1.0 + x
    back = u - 1.0
    lost = (x - back) + (1.0 - (u - back))
    k, mantissa = split_normal(u)
    near = k.equals(0.0)
    f = m.select(near, x, mantissa - 1.0)
    h, sr = halves(m, f)
    mended = (m.select(near, 0.0, lost) + low) / u
    if more is not None:
        k = k + more
    return m.fma(k, c.LN2, f - (h - (sr + m.fma(k, c.LN2_LOW, mended))))


def with_edges(m: Sheet, x: Value, y: Value) -> Value:
    """A logarithm's values at infinity, at zero, below zero, and of a NaN."""
    y = m.select(x < math.inf, y, x)
    return m.select(x <= 0.0, m.select(x.equals(0.0), -math.inf, math.nan), y)
