"""asin, acos, atan and atan2: brought below ½, and polynomials of what is left (our own).

Where a multiple of π/4 is added, it is one of two doubles, and what its sum is rounded by is kept.
"""

from __future__ import annotations

import math
from typing import Final

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.sheet import SIGN, Sheet, Value

QUARTER: Final = (c.HALF_PI / 2, c.HALF_PI_LOW / 2)
HALF: Final = (c.HALF_PI, c.HALF_PI_LOW)
WHOLE: Final = (c.HALF_PI * 2, c.HALF_PI_LOW * 2)
THREE_QUARTERS: Final = (c.THREE_QUARTERS_PI, c.THREE_QUARTERS_PI_LOW)


def asin(m: Sheet, x: Value) -> Value:
    """Inverse sine, to 1 ulp: from ½ on as π/2 - 2·asin √((1 - a)/2), a = |x|."""
    a = abs(x)
    steep = a >= 0.5
    z, s = half_angle(m, a, steep)
    beyond = (s * z) * m.polynomial(z, c.ASIN)
    # What the root was rounded by, over 2s: of 1/2s, 3 - 4s is enough for s above ¼, and below it
    # the sum is so large that it does not matter.
    mended = m.fma(-s, s, z) * m.fma(s, -4.0, 3.0)
    twice = s + s
    high = c.HALF_PI - twice
    low = (c.HALF_PI - high) - twice
    far = high + (low + m.fma(-2.0, beyond + mended, c.HALF_PI_LOW))
    return m.with_sign(m.select(steep, far, s + beyond), x)


def acos(m: Sheet, x: Value) -> Value:
    """Inverse cosine, to 1.3 ulp: π/2 - asin x, or from ½ on 2·asin √((1 - a)/2), a = |x|."""
    a = abs(x)
    steep, left = a >= 0.5, x < 0.0
    z, s = half_angle(m, a, steep)
    turned = m.select(steep, -0.0, 0.0).bits
    t = (m.select(steep, s + s, s).bits | ((x.bits ^ turned) & SIGN)).real
    base = m.select(steep, m.select(left, WHOLE[0], 0.0), HALF[0])
    base_low = m.select(steep, m.select(left, WHOLE[1], 0.0), HALF[1])
    high = base - t
    low = (base - high) - t
    return high + (low + m.fma(-(t * z), m.polynomial(z, c.ASIN), base_low))


def atan(m: Sheet, x: Value) -> Value:
    """Inverse tangent, to 1.2 ulp; from 2^60 on it is π/2."""
    return m.with_sign(atan_ratio(m, m.at_most(abs(x), 2.0**60), m.constant(1.0)), x)


def atan2(m: Sheet, y: Value, x: Value) -> Value:
    """The angle of the point (x, y), to 1.2 ulp: also on the axes, at zeros, and at infinity."""
    up, right = abs(y), abs(x)
    infinite = m.larger(up, right).equals(math.inf)
    up = m.select(infinite, m.select(up.equals(math.inf), 1.0, 0.0), up)
    right = m.select(infinite, m.select(right.equals(math.inf), 1.0, 0.0), right)
    # Scaled until the larger is between 2 and 4: no sum overflows, no divisor is subnormal.
    exponent = m.at_least(m.larger(up, right), 2.0**-1022).bits >> 52
    factor = ((2047 - exponent) << 52).real
    angle = atan_ratio(m, up * factor, right * factor, x.bits & SIGN)
    return m.select(y.is_nan(), y, m.with_sign(angle, y))


def atan_ratio(m: Sheet, y: Value, x: Value, turned: Value | None = None) -> Value:
    """atan(y/x) for y, x >= 0, or π minus that where a sign bit is set in `turned`.

    Up to ½ it is a polynomial of t = y/x; up to 2, π/4 and one of t = (y - x)/(y + x), where the
    difference is exact; beyond, π/2 and one of t = -x/y.
    """
    steep, middle = y > x + x, y + y > x
    over = m.select(steep, -x, m.select(middle, y - x, y))
    under = m.select(steep, y, m.select(middle, y + x, x))
    under = m.select(under.equals(0.0), 1.0, under)
    t, t_low = quotient(m, over, m.constant(0.0), under, m.constant(0.0))
    z = t * t
    beyond = m.fma(t * z, m.polynomial(z, c.ATAN), t_low)
    near: list[Value | float] = [0.0, 0.0]
    between: list[Value | float] = [*QUARTER]
    if turned is not None:
        left = turned < 0
        t, beyond = (t.bits ^ turned).real, (beyond.bits ^ turned).real
        near = [m.select(left, pi, 0.0) for pi in WHOLE]
        between = [m.select(left, *pair) for pair in zip(THREE_QUARTERS, QUARTER, strict=True)]
    base, base_low = (
        m.select(steep, a, m.select(middle, b, e))
        for a, b, e in zip(HALF, between, near, strict=True)
    )
    sum_ = base + t
    return sum_ + ((t - (sum_ - base)) + (beyond + base_low))


def half_angle(m: Sheet, a: Value, steep: Value) -> tuple[Value, Value]:
    """s, and its square: a itself, or √((1 - a)/2)."""
    z = m.select(steep, m.fma(a, -0.5, 0.5), a * a)
    return z, m.select(steep, m.sqrt(z), a)
