"""Numbers as people read them: few digits, a real minus sign, short exponents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["count", "factor", "number", "point", "subscript"]


def number(value: Any, digits: int = 6) -> str:
    """A number with at most so many significant digits.

    >>> number(4.6000000000000005), number(-1.5e-9), number(float("-inf")), number(1e20)
    ('4.6', '−1.5e−9', '−∞', '1e20')
    >>> number(1506.4, 3)
    '1510'
    """
    real = float(value)
    if math.isnan(real):
        return "NaN"
    if math.isinf(real):
        return "∞" if real > 0 else "−∞"
    text = f"{real:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        short = 0 <= int(exponent) < 7
        text = f"{float(text):.0f}" if short else f"{mantissa}e{int(exponent)}"
    return "0" if real == 0 else text.replace("-", "−")


def factor(value: Any, digits: int = 6) -> str:
    """A number as a factor of a product: negative ones in brackets.

    >>> factor(-4)
    '(−4)'
    """
    text = number(value, digits)
    return f"({text})" if text.startswith("−") else text


def point(names: Sequence[str], x: Any, digits: int = 6, most: int = 4) -> str:
    """A point, component by component; of many, the first few.

    >>> point(("n", "e"), [2.0, -1.0])
    'n = 2, e = −1'
    """
    shown = [f"{name} = {number(value, digits)}" for name, value in zip(names, x, strict=True)]
    return ", ".join(shown) if len(shown) <= most else ", ".join(shown[: most - 1]) + ", …"


def count(many: int, thing: str) -> str:
    """A number of things, in the singular and the plural.

    >>> count(1, "step"), count(12000, "step")
    ('1 step', '12,000 steps')
    """
    return f"{many:,} {thing}" + ("" if many == 1 else "s")


def subscript(name: str, index: int) -> str:
    """A variable's name at a step: w2, but x1₍₂₎ where the name itself ends in a digit or bracket.

    >>> subscript("w", 2), subscript("x1", 12)
    ('w2', 'x1₍₁₂₎')
    """
    if name[-1:].isalpha():
        return f"{name}{index}"
    return f"{name}₍{str(index).translate(str.maketrans('0123456789', '₀₁₂₃₄₅₆₇₈₉'))}₎"
