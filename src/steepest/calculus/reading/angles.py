"""Sines and cosines as they are written: tan, sec and their like in quotients, sin 2u for 2·sin
u·cos u.
"""

from __future__ import annotations

from fractions import Fraction

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.terms import ONE, ZERO, Atom, Base, Factors, Product
from steepest.graph.operation import ROWS

__all__ = ["double_angle", "with_tangents"]

_TANGENTS = (("sin", "cos", "tan", "cot", "sec", "csc"), ("sinh", "cosh", "tanh", "", "sech", ""))


def double_angle(
    algebra: Algebra, product: Product, coefficient: Fraction
) -> tuple[Product, Fraction] | None:
    """The product sin u·cos u as ½·sin 2u, where both stand in a product once."""
    plain = [b for b, d, e in product.factors if isinstance(b, Atom) and e == 1 and not d.factors]
    for sine in plain:
        other = {"sin": "cos", "sinh": "cosh"}.get(sine.name)
        if other is None:
            continue
        partner = algebra.atom(ROWS[other], sine.args)
        if partner in plain and sine.op is not None:
            unit = algebra.unit
            argument = algebra.add([(Fraction(2), sine.args[0])])
            double = algebra.atom(sine.op, (argument,))
            swap: Factors = {(sine, unit): -ONE, (partner, unit): -ONE, (double, unit): ONE}
            return algebra.times(product, swap), coefficient / 2
    return None


def with_tangents(
    algebra: Algebra, numbers: dict[Base, Fraction], secants: bool
) -> list[tuple[Base, Fraction]]:
    """sin/cos as tan, 1/cos as sec (not below a bracket); likewise for the hyperbolic functions."""
    for sine, cosine, tangent, cotangent, secant, cosecant in _TANGENTS:
        if not secants:
            secant = cosecant = ""
        for base in [b for b in numbers if isinstance(b, Atom) and b.name in (sine, cosine)]:
            assert isinstance(base, Atom)
            if base not in numbers:
                continue
            s, c = (algebra.atom(ROWS[n], base.args) for n in (sine, cosine))
            p, q = numbers.get(s, ZERO), numbers.get(c, ZERO)
            if p * q < 0 and p.denominator == q.denominator == 1:
                shared = min(abs(p), abs(q))
                if p > 0 or not cotangent:
                    t, e = tangent, shared if p > 0 else -shared
                else:
                    t, e = cotangent, shared
                if (
                    abs(p) == abs(q)
                    or (p > 0 and secant and abs(q) > p)
                    or (p < 0 and cosecant and abs(p) > q)
                ):
                    numbers[algebra.atom(ROWS[t], base.args)] = e
                    p, q = (p - shared, q + shared) if p > 0 else (p + shared, q - shared)
            for atom, e, other in ((s, p, cosecant), (c, q, secant)):
                numbers.pop(atom, None)
                if e < 0 and other and e.denominator == 1:
                    numbers[algebra.atom(ROWS[other], base.args)] = -e
                elif e:
                    numbers[atom] = e
    return list(numbers.items())
