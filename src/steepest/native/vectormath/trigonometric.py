"""sin, cos and tan: x = n·π/2 + r (reduction.py), and polynomials of r (our own).

Angles are taken without their sign, which is put back at the end: sin and tan are odd to the bit.
"""

from __future__ import annotations

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.quotient import quotient
from steepest.native.vectormath.reduction import reduce_angle, reduce_angle_finely
from steepest.native.vectormath.sheet import SIGN, Sheet, Value


def sin(m: Sheet, x: Value) -> Value:
    """Sine, to 1.6 ulp, of every double."""
    return sincos(m, x)[0]


def cos(m: Sheet, x: Value) -> Value:
    """Cosine, to 1.6 ulp, of every double."""
    return sincos(m, x)[1]


def sincos(m: Sheet, x: Value) -> tuple[Value, Value]:
    """Sine and cosine from one reduction."""
    r, quadrant = reduce_angle(m, abs(x))
    z = r * r
    sine = m.fma(r * z, m.polynomial(z, c.SIN), r)
    cosine = m.fma(z, m.polynomial(z, c.COS), 1.0)
    swapped = (quadrant << 63) < 0  # an odd quadrant, by what a blend looks at
    # Quadrants 2 and 3 turn the sine's sign, 1 and 2 the cosine's: bit 1 of n, and of n + 1.
    sine_sign = (quadrant << 62) ^ x.bits
    cosine_sign = (quadrant + 1) << 62
    return (
        (m.select(swapped, cosine, sine).bits ^ (sine_sign & SIGN)).real,
        (m.select(swapped, sine, cosine).bits ^ (cosine_sign & SIGN)).real,
    )


def tan(m: Sheet, x: Value) -> Value:
    """Tangent, to 1.8 ulp: sin r/cos r, or -cos r/sin r, each as a sum of two doubles."""
    r, r_low, quadrant = reduce_angle_finely(m, abs(x))
    z = r * r
    rest = m.fma(r * z, m.polynomial(z, c.SIN), r_low)
    sine = r + rest
    sine_low = rest - (sine - r)
    rest = m.fma(z, m.polynomial(z, c.COS), -(r * r_low))
    cosine = 1.0 + rest
    cosine_low = rest - (cosine - 1.0)
    swapped = (quadrant << 63) < 0  # an odd quadrant, by what a blend looks at
    q, q_low = quotient(
        m,
        m.select(swapped, cosine, sine),
        m.select(swapped, cosine_low, sine_low),
        m.select(swapped, sine, cosine),
        m.select(swapped, sine_low, cosine_low),
    )
    return ((q + q_low).bits ^ (((quadrant << 63) ^ x.bits) & SIGN)).real
