"""exp and its family: exp(x) = 2^n·exp(r), n the integer nearest to x/ln 2, |r| < 0.35.

r = x - n·ln 2 in two steps, ln 2 as the sum of two doubles; the first step is exact. Polynomials
are our own (scripts/fit_vectormath.py). Errors are the largest of docs/vectormath.md, rounded up.
"""

from __future__ import annotations

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.sheet import ROUNDER, Sheet, Value, bits_of


def exp(m: Sheet, x: Value) -> Value:
    """Exponential function, to 1.1 ulp: 0 below -745.13, infinite above 709.78."""
    n, whole = m.nearest(x := within(m, x, -750.0, 710.0), c.LOG2_E)
    r = m.fma(-n, c.LN2_LOW, m.fma(-n, c.LN2, x))
    return scale(1.0 + m.fma(r * r, m.polynomial(r, c.EXP), r), whole)


def exp2(m: Sheet, x: Value) -> Value:
    """2^x, to 1 ulp, exact for integers: x = n + f, and f·ln 2 = r + what that was rounded by."""
    n, whole = m.nearest(x := within(m, x, -1080.0, 1025.0), 1.0)
    f = x - n
    r = f * c.LN2
    low = m.fma(f, c.LN2_LOW, m.fma(f, c.LN2, -r))
    return scale(1.0 + (r + m.fma(r * r, m.polynomial(r, c.EXP), low)), whole)


def expm1(m: Sheet, x: Value) -> Value:
    """exp(x) - 1 = 2^n·(exp(r) - 1) + (2^n - 1), to 1.7 ulp; by halves, as 2^1024 is no double."""
    y = within(m, x, -40.0, 710.0)
    n, whole = m.nearest(y, c.LOG2_E)
    r, rest = remainder(m, y, n)
    half = power_of_two(whole - 1)
    result = 2.0 * m.fma(half, r + rest, half - 0.5)
    return m.select(abs(x) < 2.0**-54, x, result)


def sigmoid(m: Sheet, x: Value) -> Value:
    """1/(1 + exp(-x)), to 1 ulp; for x < 0 as e/(1 + e) with e = exp(x)."""
    e, e_low = exponential_pair(m, m.at_least(-abs(x), -750.0))
    sum_ = 1.0 + e
    sum_low = (e - (sum_ - 1.0)) + e_low
    negative = x < 0.0
    over = m.select(negative, e, 1.0)
    over_low = m.select(negative, e_low, 0.0)
    q, q_low = quotient(m, over, over_low, sum_, sum_low)
    return q + q_low


def within(m: Sheet, x: Value, low: float, high: float) -> Value:
    """x, or the bound that it is beyond."""
    return m.at_least(m.at_most(x, high), low)


def remainder(m: Sheet, x: Value, n: Value, low: Value | None = None) -> tuple[Value, Value]:
    """r, and exp(r) - 1 - r to more digits than a double has of 1: exp(x + low) = 2^n·exp(r)."""
    r0 = m.fma(-n, c.LN2, x)
    r = m.fma(-n, c.LN2_LOW, r0)
    rest = m.fma(r * r, m.polynomial(r, c.EXP), m.fma(-n, c.LN2_LOW, r0 - r))
    if low is not None:  # exp(r + low) = exp(r) + low·exp(r), up to low²
        rest = rest + m.fma(low, r + rest, low)
    return r, rest


def exponential_sum(m: Sheet, x: Value, low: Value | None = None) -> tuple[Value, Value, Value]:
    """exp(x + low) = 2^n·(s + s_low), to about 2^-57: s, s_low, and n in an integer's low bits."""
    n, whole = m.nearest(x, c.LOG2_E)
    r, rest = remainder(m, x, n, low)
    one_r = 1.0 + r
    rest = (r - (one_r - 1.0)) + rest
    s = one_r + rest
    return s, rest - (s - one_r), whole


def exponential_pair(m: Sheet, x: Value) -> tuple[Value, Value]:
    """exp(x) as a sum of two doubles, wherever it is not infinite."""
    s, s_low, whole = exponential_sum(m, x)
    return scale(s, whole), scale(s_low, whole)


def power_of_two(whole: Value) -> Value:
    """2^n for -1023 < n < 1024, where no more than the low twelve bits matter."""
    return ((whole + 1023) << 52).real


def scale(y: Value, whole: Value) -> Value:
    """y·2^n in two steps, as 2^n need not be a double though y·2^n is; only the last one rounds."""
    biased = whole + (2 * 1023 - bits_of(ROUNDER))
    half = biased >> 1
    return (y * (half << 52).real) * ((biased - half) << 52).real
