"""Rules for single factors of a product: each changes the factors in place and returns a number to
multiply with.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from steepest.calculus.reading.terms import ONE, ZERO, Atom, Factors
from steepest.graph.operation import ROWS

if TYPE_CHECKING:
    from steepest.calculus.reading.algebra import Algebra

__all__ = ["RULES"]


def _absolute(algebra: Algebra, atom: Atom, exponent: Fraction, factors: Factors) -> Fraction:
    """|u|² = u² and u/|u| = sign(u)."""
    unit = algebra.unit
    inside = atom.args[0].only()
    whole = exponent.numerator if exponent.denominator == 1 else 0
    if whole % 2 == 0 and whole:
        del factors[atom, unit]
        squared = algebra.power_by_number(atom.args[0], exponent)
        product, number = squared.terms[0]
        for b, d, e in product.factors:
            factors[b, d] = factors.get((b, d), ZERO) + e
        return number
    if whole == -1 and inside is not None and inside[1] == 1 and len(inside[0].factors) == 1:
        b, d, e = inside[0].factors[0]
        if e == 1 and factors.get((b, d), ZERO) >= 1:
            factors[b, d] -= 1
            factors[atom, unit] += 1
            sign = algebra.atom(ROWS["sign"], atom.args)
            factors[sign, unit] = factors.get((sign, unit), ZERO) + 1
    return ONE


def _sign(algebra: Algebra, atom: Atom, exponent: Fraction, factors: Factors) -> Fraction:
    """sign(u)·u = |u| and sign(u)·|u| = u."""
    unit = algebra.unit
    if exponent.denominator != 1 or exponent < 1:
        return ONE
    absolute = algebra.atom(ROWS["absolute"], atom.args)
    inside = atom.args[0].only()
    if factors.get((absolute, unit), ZERO) >= 1:
        factors[atom, unit] -= 1
        factors[absolute, unit] -= 1
        number, base = algebra.primitive(atom.args[0]) if inside is None else (ONE, None)
        if base is not None:
            factors[base, unit] = factors.get((base, unit), ZERO) + 1
            return number
        assert inside is not None
        for b, d, e in inside[0].factors:
            factors[b, d] = factors.get((b, d), ZERO) + e
        return inside[1]
    if inside is None:
        number, base = algebra.primitive(atom.args[0])
        if factors.get((base, unit), ZERO) >= 1:
            factors[base, unit] -= 1
            factors[atom, unit] -= 1
            factors[absolute, unit] = factors.get((absolute, unit), ZERO) + 1
            return 1 / number
    elif inside[1] == 1 and len(inside[0].factors) == 1:
        b, d, e = inside[0].factors[0]
        if e == 1 and factors.get((b, d), ZERO) >= 1:
            factors[b, d] -= 1
            factors[atom, unit] -= 1
            factors[absolute, unit] = factors.get((absolute, unit), ZERO) + 1
    return ONE


def _cube_root(algebra: Algebra, atom: Atom, exponent: Fraction, factors: Factors) -> Fraction:
    """∛u³ = u."""
    whole = int(exponent / 3)
    if not whole:
        return ONE
    factors[atom, algebra.unit] = exponent - 3 * whole
    cubed = algebra.power_by_number(atom.args[0], Fraction(whole))
    product, number = cubed.terms[0]
    for b, d, e in product.factors:
        factors[b, d] = factors.get((b, d), ZERO) + e
    return number


RULES = {"absolute": _absolute, "sign": _sign, "cbrt": _cube_root}
