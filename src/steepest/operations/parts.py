"""Elementwise rows of what a number is made of: its sign, its remainder, its power of two.

With NumPy's and SciPy's small functions that are written with other rows.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.operation import ZERO, Operation, binds
from steepest.operations.elementwise import ANY, binary, real

__all__ = ["LDEXP"]


def _precise_fmod(mp: Any, a: Any, b: Any) -> Any:
    """What is left of a, with a's sign."""
    left = mp.fmod(abs(a), abs(b))
    return left if a >= 0 else -left


binary("copysign", np.copysign, lambda a, b, y: np.copysign(1.0, a) * np.copysign(1.0, b), ZERO,
    precise=lambda mp, a, b: abs(a) if b >= 0 else -abs(a), shown="± da",
    convention="at a = 0 the slope is that of the side on which the sign of a zero lies",
)  # fmt: skip
binary("fmod", np.fmod, lambda a, b, y: np.ones(np.shape(b)), lambda a, b, y: -np.trunc(a / b),
    (ANY, (0.5, 20.0)), precise=_precise_fmod, shown="da − trunc(a/b)·db",
    convention="at its jumps the slope is that of the piece it belongs to",
)  # fmt: skip
LDEXP: Final[Operation] = binary("ldexp",
    lambda a, b: np.ldexp(real(a), np.asarray(b).astype(np.int32)),
    lambda a, b, y: LDEXP(np.ones(np.shape(a)), b), ZERO, (ANY, (-5.0, 5.0)),
    precise=lambda mp, a, b: mp.ldexp(a, int(b)), spelled="", shown="2ᵇ·da",
    dtype=lambda a, b: a.dtype if a.dtype.kind == "f" else np.float64,
    convention="b is a whole number, and does not move",
)  # fmt: skip
binds(np.ldexp)(LDEXP)
binary("nextafter", np.nextafter, lambda a, b, y: np.ones(np.shape(a)), ZERO, spelled="",
    precise=lambda mp, a, b: a, shown="da", convention="the step to the next number is taken as "
    "fixed", tolerance=(2.0, "the value is by its meaning one unit beside the number"),
)  # fmt: skip
binary("logaddexp2", np.logaddexp2, lambda a, b, y: 1 / (1 + np.exp2(b - a)),
    lambda a, b, y: 1 / (1 + np.exp2(a - b)), spelled="",
    precise=lambda mp, a, b: mp.log(mp.mpf(2) ** a + mp.mpf(2) ** b) / mp.log(2),
    shown="da/(1 + 2ᵇ⁻ᵃ) + db/(1 + 2ᵃ⁻ᵇ)", family="special",
    tolerance=(8.0, "exp2 of a difference that was rounded"),
)  # fmt: skip
