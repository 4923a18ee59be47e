"""pow, cbrt and sqrt."""

from __future__ import annotations

import math
from typing import Final

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import exponential_sum, scale
from steepest.native.vectormath.logarithmic import split
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.sheet import SIGN, Sheet, Value

# The upper half of a double's bits, taken as an integer, is about its logarithm, times 2^20 and
# 1023 too much: a third of it, and this, are those of the cube root to 5 %. (The constant B1 of
# s_cbrt.c in fdlibm, Sun Microsystems 1993, free to use with that notice.)
CUBE_ROOT_BITS: Final = int((1023 - 1023 / 3 - 0.03306235651) * 2**20)


def sqrt(m: Sheet, x: Value) -> Value:
    """Square root, to 0.5 ulp: every processor has it, and rounds once."""
    return m.sqrt(x)


def cbrt(m: Sheet, x: Value) -> Value:
    """Cube root, to 0.6 ulp: a guess from the bits, mended twice by how far its cube is off."""
    a = abs(x)
    small = a < 2.0**-800
    a = m.select(small, a * 2.0**216, a)
    # The upper half of the bits over 3, as a product with 2^32/3: vectors divide no integers.
    third = ((a.bits >> 32) * 0x5555_5556) >> 32
    t = ((third + CUBE_ROOT_BITS) << 32).real
    inverse = 1.0 / a
    q = (t * t) * (t * inverse)
    t = t * m.polynomial(q, c.CUBE_ROOT)
    square = t * t
    off = m.fma(square, t, -a)
    off = m.fma(m.fma(t, t, -square), t, off) * inverse
    # (1 + off)^(-1/3) = 1 - off/3 + 2·off²/9 - ..., where off < 2^-18.
    t = m.fma(t * off, m.fma(off, 2 / 9, -1 / 3), t)
    t = m.select(small, t * 2.0**-72, t)
    return m.select((a > 0.0) & (a < math.inf), m.with_sign(t, x), x)


def power(m: Sheet, x: Value, y: Value) -> Value:
    """x^y, to 1.2 ulp, with the edges of C's pow: exp(y·log |x|), the logarithm to 66 bits."""
    a = abs(x)
    high, low = logarithm_sum(m, a)
    # What is infinite has no low part; and the logarithm of 1 is 0 also times infinity.
    high = m.select(a.equals(0.0), -math.inf, m.select(a.equals(math.inf), math.inf, high))
    product = y * high
    product_low = m.fma(y, low, m.fma(y, high, -product))
    product_low = m.select(abs(product) < 800.0, product_low, 0.0)
    product = m.select(a.equals(1.0), 0.0, product)
    s, s_low, whole = exponential_sum(m, m.at_least(m.at_most(product, 710.0), -750.0), product_low)
    result = scale(s + s_low, whole)

    integer = m.trunc(y).equals(y)
    half = y * 0.5
    odd = integer & m.trunc(half).differs(half)
    result = (result.bits | m.select(odd, x, 0.0).bits & SIGN).real
    undefined = (x < 0.0) & (x > -math.inf) & ~integer
    result = m.select(undefined, math.nan, result)
    result = m.select(x.is_nan(), x, m.select(y.is_nan(), y, result))
    return m.select(y.equals(0.0) | x.equals(1.0), 1.0, result)


def logarithm_sum(m: Sheet, a: Value) -> tuple[Value, Value]:
    """The logarithm of a as a sum of two doubles, for finite a > 0, to about 2^-65 of itself.

    a = 2^k·m; log m = 2s + ⅔s³ + s⁵·(...), s = (m - 1)/(m + 1), each as a sum of two but the last.
    """
    k, mantissa = split(m, a)
    f = mantissa - 1.0
    under = 2.0 + f
    s, s_low = quotient(m, f, m.constant(0.0), under, f - (under - 2.0))
    z = s * s
    z_low = m.fma(s + s, s_low, m.fma(s, s, -z))
    cube = z * s
    cube_low = m.fma(z, s_low, m.fma(z_low, s, m.fma(z, s, -cube)))
    second = cube * c.TWO_THIRDS
    second_low = m.fma(cube, c.TWO_THIRDS, -second)
    second_low = m.fma(cube, c.TWO_THIRDS_LOW, m.fma(cube_low, c.TWO_THIRDS, second_low))
    rest = m.fma(cube * z, m.polynomial(z, c.LOG_FINE), m.fma(2.0, s_low, second_low))
    first = s + s
    sum_ = first + second
    rest = (second - (sum_ - first)) + rest
    twos = k * c.LN2
    twos_low = m.fma(k, c.LN2_LOW, m.fma(k, c.LN2, -twos))
    high = twos + sum_
    rest = (sum_ - (high - twos)) + (twos_low + rest)
    result = high + rest
    return result, rest - (result - high)
