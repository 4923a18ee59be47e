"""erf, and the polynomials it is made of (our own)."""

from __future__ import annotations

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.exponential import power_of_two
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
