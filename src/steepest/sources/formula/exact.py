"""Exact numbers, as they are typed: whole ones as int, others as Fraction (loaded for these)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["Exact", "ratio"]

Exact: TypeAlias = "int | Fraction"


def ratio(top: int, bottom: int) -> Exact:
    """top/bottom, an int where it is whole."""
    if top % bottom == 0:
        return top // bottom
    from fractions import Fraction

    return Fraction(top, bottom)
