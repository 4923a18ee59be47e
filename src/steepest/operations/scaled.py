"""Rows over SciPy's scaled Bessel functions, exp(−|x|)·Iᵥ and exp(x)·Kᵥ: DLMF 10.25 to 10.40.

By the rules of products their slopes would be differences of nearly equal numbers, of which nothing
is left for large x. So each slope is the row itself, with one more in `times`, how often it has
been differentiated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.graph.operation import Operation, binds
from steepest.operations.elementwise import unary
from steepest.operations.gamma import fixed
from steepest.operations.second_kind import besselk
from steepest.operations.special import scipy_function

__all__ = ["IVE", "KVE"]

FAR, TERMS = 25.0, 45  # from there on, and from order² on, the terms shrink below 1e-20
LOSS = "SciPy's own error, in slopes 2·x times of it up to x = 25"


def _differences(run: Callable[..., Any], order: float, x: Any, times: int) -> Any:
    """(Fᵥ₋₁ − 2·Fᵥ + Fᵥ₊₁)/2 for x > 0, so many times over.

    It is the slope of exp(−x)·Iᵥ (DLMF 10.29.1), and minus that of exp(x)·Kᵥ.
    """
    found = 0.0
    for j in range(2 * times + 1):
        beside = order + times - j
        beside = abs(beside) if float(beside).is_integer() else beside
        found = found + (-1) ** j * math.comb(2 * times, j) * run(beside, x)
    return found / 2**times


def _series(order: float, x: Any, times: int, sign: int) -> Any:
    """Hankel's Σ signᵏ·aₖ(v)/xᵏ⁺¹ᐟ² (DLMF 10.40.1 and 2), differentiated term by term."""
    inverse = 1 / x
    total, a, power = 0.0, 1.0, inverse**times / np.sqrt(x)
    for k in range(TERMS):
        falling = math.prod(-(k + 0.5 + i) for i in range(times))
        total = total + a * falling * power
        a *= sign * (4 * order**2 - (2 * k + 1) ** 2) / (8 * (k + 1))
        power = power * inverse
    return total


def _slopes(name: str, factor: float, sign: int) -> Callable[..., Any]:
    """The function itself, and its derivatives."""
    usual = scipy_function(name)

    def run(x: Any, order: float, times: int = 0) -> Any:
        found = usual(order, x)
        if not times:
            return found
        size = np.abs(np.asarray(x, float))
        far = size >= max(FAR, order**2)
        near = (-sign) ** times * _differences(usual, order, np.where(far, FAR, size), times)
        away = factor * _series(order, np.where(far, size, FAR), times, sign)
        slope = np.where(far, away, near)
        if (order + times) % 2 == 1:
            slope = np.sign(x) * slope
        elif name == "kve" or not float(order).is_integer():  # no real function for x < 0
            slope = np.where(np.less(x, 0), np.nan, slope)
        return slope.astype(found.dtype)[()]

    return run


def _precise(mp: Any, x: Any, plain: Any, sign: int, order: float, times: int) -> Any:
    """`_differences` in mpmath, with as many more digits as they cancel."""
    if x < 0 and (sign > 0 or not float(order).is_integer()):
        return mp.nan
    size = mp.fabs(x)
    with mp.extraprec(20 + 2 * times * max(0, int(mp.mag(x)) if x else 0)):
        found = mp.exp(sign * size) * _differences(lambda v, z: plain(mp, v, z), order, size, times)
        found *= (-sign) ** times
        return mp.sign(x) * found if (order + times) % 2 == 1 else found


def _rows(
    name: str, shown: str, factor: float, sign: int, plain: Any, usual: float, own: float
) -> Operation:
    """The function of any plain order, and those of the orders 0 and 1."""
    run = _slopes(f"{name}ve", factor, sign)
    row: Operation = unary(f"{name}ve", lambda x, order=usual, times=0: run(x, order, times),
        lambda x, y, order=usual, times=0: row(x, order=order, times=times + 1), (0.2, 40.0),
        spelled="", family="special", tolerance=(own, LOSS), shown=shown,
        precise=lambda mp, x, order=usual, times=0: _precise(mp, x, plain, sign, order, times),
        latex=rf"\operatorname{{{{{name}ve}}}}_{{{{{{order}}}}}}^{{{{({{times}})}}}}\left({{0}}\right)",
    )  # fmt: skip
    binds(f"scipy.special.{name}ve")(
        lambda v, x: row(x, order=fixed(v, f"the order of scipy.special.{name}ve"))
    )
    for order in (0, 1):  # for which SciPy has quicker functions
        other = f"{name}{order}e"
        unary(f"bessel_{other}", scipy_function(other),
            lambda x, y, n=float(order): row(x, order=n, times=1), (0.2, 40.0), scipy=other,
            spelled="", family="special", tolerance=(400.0, LOSS), shown=shown,
            precise=lambda mp, x, n=float(order): _precise(mp, x, plain, sign, n, 0),
            latex=rf"\operatorname{{{other}}}")  # fmt: skip
    return row


IVE = _rows("i", "½·(yₙ₋₁ − 2·yₙ + yₙ₊₁) for x > 0", 1 / math.sqrt(2 * math.pi), -1,
    lambda mp, order, x: mp.besseli(order, x), 1.0, 400.0)  # fmt: skip
KVE = _rows("k", "−½·(yₙ₋₁ − 2·yₙ + yₙ₊₁)", math.sqrt(math.pi / 2), 1, besselk, 0.75, 1000.0)
