"""Rows for the parts of numbers: sign, whole part and fraction, powers of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.graph.operation import ROWS, ZERO, binds, real_dtype
from steepest.operations.elementwise import ANY, binary, exactly, real, unary
from steepest.operations.special import sigmoid

__all__ = ["divmod_of", "modf"]

FLAT = "flat between its jumps: derivative zero, at the jumps too"

binary("copysign", np.copysign, lambda a, b, y: np.sign(a) * np.copysign(1.0, b), ZERO,
    spelled="", precise=lambda mp, a, b: mp.fabs(a) * (1 if b >= 0 else -1),
    latex=r"\operatorname{{copysign}}\left({0}, {1}\right)", shown="sign a·sign b·da",
    convention="at a = 0 the derivative is 0, as that of |a|; in b it is flat")  # fmt: skip
binary("fmod", np.fmod, lambda a, b, y: 1.0, lambda a, b, y: -np.trunc(a / b),
    (ANY, (0.5, 20.0)), spelled="", latex=r"\operatorname{{fmod}}\left({0}, {1}\right)",
    precise=lambda mp, a, b: a - b * (mp.floor(a / b) if a >= 0 else mp.ceil(a / b)),
    shown="da − trunc(a/b)·db",
    convention="at a jump the derivative from the side of 0 is taken")  # fmt: skip
binary("heaviside", np.heaviside, ZERO, lambda a, b, y: np.where(np.equal(a, 0), 1.0, 0.0),
    spelled="", precise=lambda mp, a, b: mp.mpf(1 if a > 0 else 0) if a else b,
    latex=r"H\left({0}, {1}\right)", shown="db where a = 0",
    convention="a step: its derivative in a is zero, at the step too")  # fmt: skip
unary("signbit", np.signbit, ZERO, spelled="", precise=lambda mp, x: x < 0, shown="0",
    convention=FLAT, family="comparison")  # fmt: skip
FRACTION = unary("fraction", lambda x: np.modf(real(x))[0], lambda x, y: 1.0, spelled="",
    shown="dx", precise=lambda mp, x: x - (mp.floor(x) if x >= 0 else mp.ceil(x)),
    convention="at a jump the slope 1 of both sides")  # fmt: skip


@binds(np.modf)
def modf(x: Any) -> Any:
    """`np.modf`: the fraction, and the whole part."""
    return FRACTION(x), np.trunc(x)


@binds(np.divmod)
def divmod_of(a: Any, b: Any) -> Any:
    """`np.divmod`: quotient and remainder."""
    return ROWS["floor_divide"](a, b), ROWS["remainder"](a, b)


LDEXP = binary("ldexp", lambda x, n: np.ldexp(real(x), np.asarray(n).astype(int)),
    lambda x, n, y: np.exp2(np.trunc(1.0 * n)), ZERO, (ANY, (-4.0, 4.0)), spelled="",
    dtype=lambda x, n: real_dtype(x),
    precise=lambda mp, x, n: x * mp.mpf(2) ** int(n), latex=r"{0} \cdot 2^{{{1}}}",
    shown="2ⁿ·dx", convention="n is a whole number, and does not move")  # fmt: skip
binds(np.ldexp)(lambda x, n: LDEXP(x, n))


def _share(a: Any, b: Any, y: Any) -> Any:
    """2ᵃ/(2ᵃ + 2ᵇ), to all digits."""
    return sigmoid((a - b) * np.log(exactly(a, 2)))


binary("logaddexp2", np.logaddexp2, _share, lambda a, b, y: _share(b, a, y),
    spelled="", precise=lambda mp, a, b: mp.log(mp.mpf(2) ** a + mp.mpf(2) ** b) / mp.log(2),
    latex=r"\log_2\left(2^{{{0}}} + 2^{{{1}}}\right)", shown="2ᵃ⁻ʸ·da + 2ᵇ⁻ʸ·db",
    family="special")  # fmt: skip
binary("nextafter", np.nextafter, lambda a, b, y: np.ones(np.shape(a)), ZERO, spelled="",
    precise=lambda mp, a, b: a, shown="da", convention="the step to the next number is taken as "
    "fixed", tolerance=(2.0, "the value is by its meaning one unit beside the number"),
)  # fmt: skip
