"""Exact numbers: powers and roots of fractions, and which of them are written as decimals."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["finite_decimal", "integer_power", "root"]


def integer_power(q: Fraction, e: int) -> Fraction:
    """q^e, exactly, for e of either sign."""
    return (
        Fraction(q.numerator**e, q.denominator**e)
        if e >= 0
        else Fraction(q.denominator**-e, q.numerator**-e)
    )


def root(n: int, k: int) -> tuple[int, int]:
    """A positive whole number as outside^k · inside, with `outside` as large as small primes allow:
    √12 is 2·√3.
    """
    outside, inside = 1, 1
    for prime in (2, 3, 5, 7, 11, 13):
        times = 0
        while n % prime == 0:
            n //= prime
            times += 1
        outside *= prime ** (times // k)
        inside *= prime ** (times % k)
    exact = round(n ** (1 / k)) if n < 2**53 else 0
    if exact > 1 and exact**k == n:
        return outside * exact, inside
    return outside, inside * n


def finite_decimal(q: Fraction) -> bool:
    """Whether a fraction has a finite decimal expansion."""
    d = q.denominator
    for prime in (2, 5):
        while d % prime == 0:
            d //= prime
    return d == 1
