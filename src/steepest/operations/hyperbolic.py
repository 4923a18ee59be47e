"""Elementwise rows in less common use: the inverses of sine, cosine and tangent, degrees, and
hyperbolic functions with their inverses. What their rules keep to is said in `elementwise`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import steepest.operations.choose  # noqa: F401  (its rows come before these)
from steepest.operations import machine
from steepest.operations.elementwise import INSIDE, PI, binary, named, real, unary

__all__: list[str] = []

# ---- inverse trigonometric functions -------------------------------------------------------------

unary("arcsin", np.arcsin, lambda x, y: 1 / np.sqrt((1 - x) * (1 + x)), INSIDE,
    spelled="arcsin asin", latex=r"\arcsin", precise=lambda mp, x: mp.asin(x),
    shown="1/√((1 − x)·(1 + x))", steep=True, machine="asin")  # fmt: skip
unary("arccos", np.arccos, lambda x, y: -(1 / np.sqrt((1 - x) * (1 + x))), INSIDE,
    spelled="arccos acos", latex=r"\arccos", precise=lambda mp, x: mp.acos(x),
    shown="−1/√((1 − x)·(1 + x))", steep=True, machine="acos")  # fmt: skip
unary("arctan", np.arctan, lambda x, y: 1 / (1 + np.square(x)), spelled="arctan atan",
    latex=r"\arctan", precise=lambda mp, x: mp.atan(x), shown="1/(1 + x²)",
    machine="atan")  # fmt: skip
binary("arctan2", np.arctan2, lambda a, b, y: over_length(b, a), lambda a, b, y: -over_length(a, b),
    ((0.1, 20.0), (-20.0, 20.0)), spelled="arctan2 atan2", precise=lambda mp, a, b: mp.atan2(a, b),
    shown="(b·da − a·db)/(a² + b²)",
    convention="at (0, 0) there is no angle; both derivatives are taken as 0",
    machine="atan2")  # fmt: skip
binary("hypot", np.hypot, lambda a, b, y: np.where(np.equal(y, 0), 0.0, a / y),
    lambda a, b, y: np.where(np.equal(y, 0), 0.0, b / y), latex=r"\sqrt{{{{{0}}}^2 + {{{1}}}^2}}",
    precise=lambda mp, a, b: mp.hypot(a, b), shown="(a·da + b·db)/hypot(a, b)",
    convention="at (0, 0), the tip of the cone, both derivatives are 0",
    machine=machine.hypot)  # fmt: skip


def over_length(p: Any, q: Any) -> Any:
    """p/(p² + q²) without overflow; 0 at the origin."""
    length = np.hypot(p, q)
    return np.where(np.equal(length, 0), 0.0, p / length / length)


for _name, _turn, _factor in (
    ("deg2rad", np.deg2rad, lambda p: p / 180),
    ("rad2deg", np.rad2deg, lambda p: 180 / p),
):
    unary(_name, _turn, lambda x, y, f=_factor: f(named(x, PI)),
        precise=lambda mp, x, f=_factor: x * f(mp.pi),
        numpy=(_turn, {"deg2rad": np.radians, "rad2deg": np.degrees}[_name]),
        shown={"deg2rad": "π/180", "rad2deg": "180/π"}[_name],
        spelled={"deg2rad": "deg2rad radians", "rad2deg": "rad2deg degrees"}[_name],
        machine=lambda x, f=_factor: x * f(math.pi))  # fmt: skip


# ---- hyperbolic functions ------------------------------------------------------------------------

unary("sinh", np.sinh, lambda x, y: np.cosh(x), latex=r"\sinh", shown="cosh x", machine="sinh")
unary("cosh", np.cosh, lambda x, y: np.sinh(x), latex=r"\cosh", shown="sinh x", machine="cosh")
SECH = unary("sech", lambda x: 1 / np.cosh(real(x)), lambda x, y: -(y * np.tanh(x)),
    latex=r"\operatorname{sech}", shown="−sech x·tanh x",
    machine=lambda x: 1.0 / x.do("cosh"))  # fmt: skip
# sech² and not 1/cosh²: far out cosh overflows, and slopes of slopes would be 0·∞.
unary(
    "tanh", np.tanh, lambda x, y: np.square(SECH(x)), latex=r"\tanh", shown="sech²x", machine="tanh"
)
unary("arcsinh", np.arcsinh, lambda x, y: 1 / np.hypot(x, 1.0), spelled="arcsinh asinh arsinh",
    latex=r"\operatorname{arsinh}", precise=lambda mp, x: mp.asinh(x), shown="1/√(1 + x²)",
    machine="asinh",
)  # fmt: skip
unary("arccosh", np.arccosh, lambda x, y: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)), (1.01, 20.0),
    spelled="arccosh acosh arcosh", latex=r"\operatorname{arcosh}",
    precise=lambda mp, x: mp.acosh(x), shown="1/(√(x − 1)·√(x + 1))", steep=True,
    machine="acosh")  # fmt: skip
unary("arctanh", np.arctanh, lambda x, y: 1 / ((1 - x) * (1 + x)), INSIDE,
    spelled="arctanh atanh artanh", latex=r"\operatorname{artanh}",
    precise=lambda mp, x: mp.atanh(x), shown="1/((1 − x)·(1 + x))", steep=True,
    machine="atanh")  # fmt: skip
