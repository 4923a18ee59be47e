"""Multiplying out: products of sums as one sum of products."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from steepest.calculus.reading.terms import ONE, Factors, Product, Sum

if TYPE_CHECKING:
    from steepest.calculus.reading.algebra import Algebra

__all__ = ["MOST_TERMS", "expand"]

MOST_TERMS = 48  # beyond these many terms a sum is not multiplied out
MOST_WORK = 1000  # terms multiplied with terms, for one sum; EFFORT bounds them for a whole graph
DEEPEST = 4  # sums within sums


def expand(algebra: Algebra, s: Sum) -> Sum | None:
    """Products of sums multiplied out; None where that would be too long (see the limits above)."""
    before = algebra.effort
    for _ in range(DEEPEST):
        flat: list[tuple[Fraction, Sum]] = []
        changed = False
        for p, c in s.terms:
            bases = [
                (b, d, e)
                for b, d, e in p.factors
                if isinstance(b, Sum) and not d.factors and e >= 1 and len(b.terms) > 1
            ]
            if not bases:
                flat.append((c, algebra.term(ONE, {(b, d): e for b, d, e in p.factors})))
                continue
            changed = True
            grown = multiplied_out(algebra, p, bases)
            if grown is None or before - algebra.effort > MOST_WORK:
                return None
            flat.append((c, grown))
        if not changed:
            return s
        s = algebra.add(flat)
        if len(s.terms) > MOST_TERMS:
            return None
    return s


def multiplied_out(
    algebra: Algebra, p: Product, bases: list[tuple[Sum, Product, Fraction]]
) -> Sum | None:
    """One product with its sums `bases` multiplied out."""
    rest: Factors = {(b, d): e for b, d, e in p.factors}
    terms: list[tuple[Fraction, Sum]] = []
    for b, d, e in bases:
        rest[b, d] = e - int(e)
    found = algebra.term(ONE, {k: e for k, e in rest.items() if e})
    for b, _, e in bases:
        for _ in range(int(e)):
            algebra.effort -= len(found.terms) * len(b.terms)
            if len(found.terms) * len(b.terms) > 4 * MOST_TERMS or algebra.effort < 0:
                return None
            terms = []
            for q, c in found.terms:
                left = algebra.term(c, {(x, y): z for x, y, z in q.factors})
                for r, k in b.terms:
                    right = algebra.term(k, {(x, y): z for x, y, z in r.factors})
                    terms.append((ONE, algebra.multiply([left, right])))
            found = algebra.add(terms)
    return found
