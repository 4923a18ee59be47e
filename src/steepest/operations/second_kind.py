"""Bessel functions of the second kind, to any number of digits.

mpmath's own take limits where the order is whole, and are a thousand times slower there than the
series with a logarithm in it (DLMF 10.8.1 and 10.31.1), which serves until x has as many bits as
are asked for.
"""

from __future__ import annotations

from typing import Any

__all__ = ["besselk", "bessely"]


def bessely(mp: Any, order: float, x: Any) -> Any:
    """Yᵥ(x), which is real for x > 0."""
    if not _by_series(mp, order, x):
        return mp.bessely(order, x) if x >= 0 else mp.nan
    return -2 / mp.pi * _series(mp, abs(int(order)), x, 1) * _side(order)


def besselk(mp: Any, order: float, x: Any) -> Any:
    """Kᵥ(x), which is real for x > 0."""
    if not _by_series(mp, order, x):
        return mp.besselk(order, x) if x >= 0 else mp.nan
    return _series(mp, abs(int(order)), x, -1)


def _by_series(mp: Any, order: float, x: Any) -> bool:
    return float(order).is_integer() and 0 < x < mp.prec


def _side(order: float) -> int:
    """Y₋ₙ = (−1)ⁿ·Yₙ."""
    return -1 if order < 0 and order % 2 else 1


def _series(mp: Any, n: int, x: Any, sign: int) -> Any:
    """Kₙ for a sign of −1; −π/2·Yₙ for 1.

    It is ½·(x/2)⁻ⁿ·Σ (n−k−1)!/k!·zᵏ over k < n, less signⁿ·(log(x/2)·Cₙ − ½·Σ (ψ(k+1) +
    ψ(n+k+1))·Cₙₖ), where z = sign·x²/4, and Cₙ = Σ Cₙₖ = Σ (x/2)ⁿ·(−z)ᵏ/(k!·(n + k)!) is Iₙ or Jₙ.
    """
    with mp.extraprec(30 + 3 * int(x) + 2 * n * max(0, -int(mp.mag(x)))):
        half, z = x / 2, sign * x * x / 4
        poles = mp.fsum(mp.factorial(n - k - 1) / mp.factorial(k) * z**k for k in range(n))
        term, harmonic = half**n / mp.factorial(n), mp.fsum(mp.mpf(1) / k for k in range(1, n + 1))
        total = weighed = mp.mpf(0)
        k = 0
        while mp.fabs(term) * (1 + mp.fabs(harmonic)) > mp.fabs(total) * mp.eps or k < x:
            total += term
            weighed += term * (harmonic - 2 * mp.euler)
            k += 1
            term *= -z / (k * (n + k))
            harmonic += mp.mpf(1) / k + mp.mpf(1) / (n + k)
        return poles / half**n / 2 - sign**n * (mp.log(half) * total - weighed / 2)
