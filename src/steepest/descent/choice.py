"""Choosing without jumps: what a step is made of, on numbers, or on symbols to be compiled.

The step of a walk is written once. The driver in Python runs it on numbers, one step after another;
the driver in machine code runs it once, on symbols that speak NumPy, and compiles what they wrote
down. So a step may not ask `if` of a value: it chooses between two values that are both there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["both", "choose", "either", "finite", "root", "symbolic"]

_PLAIN = (bool, np.bool_, float, int, np.float64)


def symbolic(x: Any) -> bool:
    """Whether x is a symbol: it speaks NumPy's protocol, and is not NumPy's own.

    >>> symbolic(1.0), symbolic(np.zeros(2))
    (False, False)
    """
    return (
        type(x) not in _PLAIN
        and hasattr(x, "__array_ufunc__")
        and not isinstance(x, (np.ndarray, np.generic))
    )


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """`np.where` for one truth value and whole quantities: a select, never a jump, in machine code.

    >>> choose(True, 1.0, 2.0)
    1.0
    """
    if symbolic(condition):
        return np.where(condition, yes, no)
    return yes if condition else no


def both(a: Any, b: Any) -> Any:
    """A and b.

    >>> both(True, False)
    False
    """
    if symbolic(a):
        return np.logical_and(a, b)
    return b if a else False


def either(a: Any, b: Any) -> Any:
    """A or b.

    >>> either(False, True)
    True
    """
    if symbolic(a):
        return np.logical_or(a, b)
    return True if a else b


def finite(x: Any) -> Any:
    """Whether a number is neither infinite nor NaN.

    >>> finite(1.0), finite(np.inf)
    (True, False)
    """
    return np.isfinite(x) if symbolic(x) else math.isfinite(x)


def root(x: Any) -> Any:
    """The square root of a number.

    >>> root(4.0)
    2.0
    """
    return np.sqrt(x) if symbolic(x) else math.sqrt(x)
