"""sinh, cosh and tanh by exp, near zero by polynomials of our own; their inverses by log(1 + x)."""

from __future__ import annotations

import math

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import exponential_sum, power_of_two
from steepest.native.vectormath.logarithmic import log_one_plus
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.sheet import Sheet, Value


def sinh(m: Sheet, x: Value) -> Value:
    """Hyperbolic sine, to 1 ulp; infinite beyond 710.48."""
    a = abs(x)
    quarter, low, opposite = quarters(m, a)
    far = quarter - opposite
    far = 2.0 * (far + (((quarter - far) - opposite) + low))
    z = a * a
    near = m.fma(a * z, m.polynomial(z, c.SINH), a)
    return m.with_sign(m.select(a < 1.0, near, far), x)


def cosh(m: Sheet, x: Value) -> Value:
    """Hyperbolic cosine, to 1 ulp; infinite beyond 710.48."""
    quarter, low, opposite = quarters(m, abs(x))
    sum_ = quarter + opposite
    return 2.0 * (sum_ + (((quarter - sum_) + opposite) + low))


def tanh(m: Sheet, x: Value) -> Value:
    """Hyperbolic tangent, to 1.2 ulp: from 0.55 on 1 - 2/(exp(2a) + 1), a = |x|."""
    a = m.at_most(abs(x), 22.0)
    s, s_low, whole = exponential_sum(m, a + a)
    factor = power_of_two(whole)
    e = factor * s
    under = e + 1.0
    under_low = m.fma(factor, s_low, 1.0 - (under - e))
    q = 2.0 / under
    far = 1.0 - m.fma((q * q) * -0.5, under_low, q)
    z = a * a
    near = m.fma(a * z, m.polynomial(z, c.TANH), a)
    return m.with_sign(m.select(a < 0.55, near, far), x)


def atanh(m: Sheet, x: Value) -> Value:
    """½·log(1 + 2a/(1 - a)) with the sign of x, to 1 ulp, a = |x|."""
    a = abs(x)
    under = 1.0 - a
    q, q_low = quotient(m, a + a, m.constant(0.0), under, (1.0 - under) - a)
    y = 0.5 * log_one_plus(m, q, q_low)
    y = m.select(a < 1.0, y, m.select(a.equals(1.0), math.inf, math.nan))
    return m.with_sign(m.select(a < 2.0**-54, a, y), x)


def asinh(m: Sheet, x: Value) -> Value:
    """log(1 + a + a²/(1 + √(1 + a²))) with the sign of x, to 1.5 ulp, a = |x|; log 2a far out."""
    a = abs(x)
    square = a * a
    beyond = square / (1.0 + m.sqrt(1.0 + square))
    near = a + beyond
    far = a > 2.0**500
    y = log_one_plus(
        m,
        m.select(far, a, near),
        m.select(far, 0.0, beyond - (near - a)),
        m.select(far, 1.0, 0.0),
    )
    y = m.select(a < math.inf, y, a)
    return m.with_sign(m.select(a < 2.0**-54, a, y), x)


def acosh(m: Sheet, x: Value) -> Value:
    """log(1 + t + √(2t + t²)), to 1.2 ulp, t = x - 1; log 2x far out."""
    t = x - 1.0
    square = m.fma(t, t, t + t)
    root = m.sqrt(square)
    root_low = m.fma(-root, root, square) / (root + root)
    near = root + t
    far = x > 2.0**500
    low = m.select(t < root, t - (near - root), root - (near - t))
    low = m.select(t > 0.0, low + root_low, 0.0)
    y = log_one_plus(m, m.select(far, x, near), m.select(far, 0.0, low), m.select(far, 1.0, 0.0))
    y = m.select(x < math.inf, y, x)
    return m.select(x < 1.0, math.nan, y)


def quarters(m: Sheet, a: Value) -> tuple[Value, Value, Value]:
    """exp(a)/4, what it is rounded by, and exp(-a)/4: halved twice, as exp(710.4) is no double."""
    s, s_low, whole = exponential_sum(m, m.at_most(a, 710.5))
    factor = power_of_two(whole - 2)
    quarter = factor * s
    return quarter, factor * s_low, 0.0625 / quarter
