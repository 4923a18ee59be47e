"""Quotients of numbers that are known to more digits than a double holds."""

from __future__ import annotations

from steepest.native.vectormath.sheet import Sheet, Value


def quotient(
    m: Sheet, over: Value, over_low: Value, under: Value, under_low: Value
) -> tuple[Value, Value]:
    """(over + over_low)/(under + under_low), as a sum of two doubles: one division, then mended."""
    inverse = 1.0 / under
    q = over * inverse
    missing = m.fma(-q, under_low, m.fma(-q, under, over) + over_low)
    return q, missing * inverse
