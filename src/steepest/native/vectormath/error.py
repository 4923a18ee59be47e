"""erf and erfc, with polynomials of our own (scripts/fit_vectormath.py)."""

from __future__ import annotations

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import exponential_sum, power_of_two, scale
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.sheet import Sheet, Value


def erf(m: Sheet, x: Value) -> Value:
    """Error function, to 1.5 ulp: from 1 on as 1 - exp(log erfc a), a = |x|, log erfc as fitted."""
    a = m.at_most(abs(x), 6.0)
    z = a * a
    near = m.fma(a, m.polynomial(z, c.ERF), a)
    u = m.polynomial(a - 1.0, c.ERF_TAIL)
    n, whole = m.nearest(u, c.LOG2_E)
    r = m.fma(-n, c.LN2_LOW, m.fma(-n, c.LN2, u))
    e = m.fma(r * r, m.polynomial(r, c.EXP), r)
    factor = power_of_two(whole)
    far = (1.0 - factor) - factor * e
    return m.with_sign(m.select(a < 1.0, near, far), x)


def erfc(m: Sheet, x: Value) -> Value:
    """Complementary error function, to 1.8 ulp: for a = |x| >= ½ as exp(-a²)·g/(1 + 2a).

    For negative x it is 2 less that. g is a polynomial in t = (a - 4)/(a + 4), where few terms
    suffice. (M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36, 1981.)
    """
    a = m.at_most(abs(x), 28.0)
    high = 1.0 - x
    near = high + m.fma(-x, m.polynomial(x * x, c.ERF), (1.0 - high) - x)

    t = (a - 4.0) / (a + 4.0)
    rest = t * m.polynomial(t, c.ERFC[1:])
    g = c.ERFC[0] + rest
    under = m.fma(a, 2.0, 1.0)
    g_low = rest - (g - c.ERFC[0])
    q, q_low = quotient(m, g, g_low, under, m.fma(a, 2.0, 1.0 - under))
    square = a * a
    s, s_low, whole = exponential_sum(m, -square, m.fma(-a, a, square))
    product = s * q
    product_low = m.fma(s, q_low, m.fma(s_low, q, m.fma(s, q, -product)))
    far = scale(product + product_low, whole)
    far = m.select(x < 0.0, 2.0 - far, far)
    return m.select(abs(x) < 0.5, near, m.select(x.is_nan(), x, far))
