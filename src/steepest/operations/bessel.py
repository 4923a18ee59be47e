"""Rows over SciPy's Bessel functions (DLMF 10.6, 10.29) and incomplete gamma and beta functions."""

from __future__ import annotations

from steepest.graph.operation import ROWS, Operation
from steepest.operations.elementwise import unary
from steepest.operations.special import scipy_function

__all__: list[str] = []

NEAR = (0.2, 10.0)
SCIPY = "SciPy's Bessel functions near their zeros"


def _row(name: str) -> Operation:
    return ROWS[name]


for _name, _slope, _shown, _precise in (
    ("j0", lambda x, y: -_row("j1")(x), "−J₁(x)", lambda mp, x: mp.besselj(0, x)),
    ("j1", lambda x, y: _row("j0")(x) - y / x, "J₀(x) − J₁(x)/x", lambda mp, x: mp.besselj(1, x)),
    ("y0", lambda x, y: -_row("y1")(x), "−Y₁(x)", lambda mp, x: mp.bessely(0, x)),
    ("y1", lambda x, y: _row("y0")(x) - y / x, "Y₀(x) − Y₁(x)/x", lambda mp, x: mp.bessely(1, x)),
    ("i0", lambda x, y: _row("i1")(x), "I₁(x)", lambda mp, x: mp.besseli(0, x)),
    ("i1", lambda x, y: _row("i0")(x) - y / x, "I₀(x) − I₁(x)/x", lambda mp, x: mp.besseli(1, x)),
    ("k0", lambda x, y: -_row("k1")(x), "−K₁(x)", lambda mp, x: mp.besselk(0, x)),
    ("k1", lambda x, y: -_row("k0")(x) - y / x, "−K₀(x) − K₁(x)/x",
        lambda mp, x: mp.besselk(1, x)),
):  # fmt: skip
    unary(_name, scipy_function(_name), _slope, NEAR, scipy=_name, spelled="", precise=_precise,
        latex=rf"{_name[0].upper()}_{_name[1]}", shown=_shown, family="special",
        tolerance=(200.0, SCIPY))  # fmt: skip
