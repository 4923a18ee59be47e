"""sinh, cosh and tanh: polynomials near zero, and beyond that exp, as a sum of two doubles."""

from __future__ import annotations

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import exponential_sum, power_of_two
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


def quarters(m: Sheet, a: Value) -> tuple[Value, Value, Value]:
    """exp(a)/4, what it is rounded by, and exp(-a)/4: halved twice, as exp(710.4) is no double."""
    s, s_low, whole = exponential_sum(m, m.at_most(a, 710.5))
    factor = power_of_two(whole - 2)
    quarter = factor * s
    return quarter, factor * s_low, 0.0625 / quarter
