"""Whether NumPy computes a function of one number and of many to the same bits on this processor.

Where vectors of eight are there (AVX-512), it has code of its own for ufuncs, while `x ** y` on one
number and `math.exp` ask the C library: the last bits differ, and what was followed is run by
ufuncs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["SAME", "agree_to_the_last_bits"]


def _same() -> bool:
    x = np.random.default_rng(0).uniform(0.1, 3.0, 2000)
    one = [float(v) for v in x]
    return all(
        np.array_equal(wide(x), [narrow(v) for v in one])
        for wide, narrow in (
            (np.exp, math.exp),
            (np.log, math.log),
            (np.sin, math.sin),
            (np.arctan, math.atan),
            (lambda v: np.power(v, 2.3), lambda v: v**2.3),
            (lambda v: np.power(2.3, v), lambda v: 2.3**v),
        )
    )


SAME = _same()


def agree_to_the_last_bits(found: Any, wanted: Any) -> None:
    """Equal to the bit where NumPy is of one mind, else to rounding."""
    if SAME:
        np.testing.assert_array_equal(found, wanted)
    else:
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=0)
