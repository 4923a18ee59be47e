"""Rows over SciPy's functions of the gamma family, and of probability."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import Operation, binds
from steepest.graph.traced import Traced
from steepest.operations.elementwise import PI as PI_ROW
from steepest.operations.elementwise import binary, exactly, named, unary
from steepest.operations.faddeeva import ERFCX
from steepest.operations.special import (
    GAMMALN,
    digamma,
    polygamma,
    scipy_function,
    sigmoid,
)

__all__ = ["GAMMA", "fixed"]

UNIT = (0.01, 0.99)
OWN = "SciPy's own error"


def fixed(x: Any, what: str) -> float:
    """An argument in which there is no derivative: a plain number."""
    if isinstance(x, Traced) or np.ndim(x):
        raise NotDifferentiableError(f"{what} has a row for a plain number only")
    return float(x)


def _root(x: Any, factor: float) -> Any:
    return np.sqrt(factor * named(x, PI_ROW))


# ---- gamma and beta ------------------------------------------------------------------------------

GAMMA: Operation = unary("gamma", scipy_function("gamma"), lambda x, y: y * digamma(x),
    (0.05, 20.0), scipy="gamma", spelled="", latex=r"\Gamma", precise=lambda mp, x: mp.gamma(x),
    shown="Γ(x)·ψ(x)", family="special", tolerance=(20.0, OWN))  # fmt: skip
BETA: Operation = binary("beta", scipy_function("beta"),
    lambda a, b, y: y * (digamma(a) - digamma(a + b)),
    lambda a, b, y: y * (digamma(b) - digamma(a + b)), ((0.2, 9.0), (0.2, 9.0)), scipy="beta",
    spelled="", precise=lambda mp, a, b: mp.beta(a, b), shown="B·(ψ(a) − ψ(a + b))·da + …",
    family="special", tolerance=(900.0, OWN + "; the two terms may cancel"))  # fmt: skip
binary("betaln", scipy_function("betaln"), lambda a, b, y: digamma(a) - digamma(a + b),
    lambda a, b, y: digamma(b) - digamma(a + b), ((0.2, 9.0), (0.2, 9.0)), scipy="betaln",
    spelled="", precise=lambda mp, a, b: mp.log(mp.beta(a, b)), shown="(ψ(a) − ψ(a + b))·da + …",
    family="special", tolerance=(900.0, OWN + "; the two terms may cancel"))  # fmt: skip


@binds("scipy.special.polygamma")
def scipy_polygamma(n: Any, x: Any) -> Any:
    """`scipy.special.polygamma` of a plain order."""
    order = int(fixed(n, "the order of scipy.special.polygamma"))
    return polygamma(x, order=order) if order else digamma(x)


def _density(order: float, x: Any) -> Any:
    """x^(a−1)·exp(−x)/Γ(a); for a small order without a logarithm, which rounds more next to 0."""
    if 1 < order < 20:
        above = exactly(x, order - 1)
        return (x * np.exp(-x / above)) ** above / GAMMA(exactly(x, order))
    return np.exp((order - 1) * np.log(x) - x - GAMMALN(exactly(x, order)))


def _lower(mp: Any, x: Any, order: float) -> Any:
    """P(a, x); outside x ≥ 0 it is no real number."""
    return mp.nan if x < 0 else mp.gammainc(order, 0, x, regularized=True)


def _upper(mp: Any, x: Any, order: float) -> Any:
    """Q(a, x), which is 1 − P for small x, where mpmath's own would sum for ever."""
    if x < 1:
        return 1 - _lower(mp, x, order)
    return mp.gammainc(order, x, mp.inf, regularized=True)


LOWER: Operation = unary("gammainc", lambda x, order=2.5: scipy_function("gammainc")(order, x),
    lambda x, y, order=2.5: _density(order, x), (0.1, 9.0), spelled="",
    precise=lambda mp, x, order=2.5: _lower(mp, x, order),
    shown="xᵃ⁻¹·exp(−x)/Γ(a)", family="special", latex=r"P_{{{order}}}\left({0}\right)",
    tolerance=(30.0, OWN))  # fmt: skip
UPPER: Operation = unary("gammaincc", lambda x, order=2.5: scipy_function("gammaincc")(order, x),
    lambda x, y, order=2.5: -_density(order, x), (0.1, 9.0), spelled="",
    precise=lambda mp, x, order=2.5: _upper(mp, x, order),
    shown="−xᵃ⁻¹·exp(−x)/Γ(a)", family="special", latex=r"Q_{{{order}}}\left({0}\right)",
    tolerance=(30.0, OWN))  # fmt: skip
binds("scipy.special.gammainc")(
    lambda a, x: LOWER(x, order=fixed(a, "the first argument of scipy.special.gammainc"))
)
binds("scipy.special.gammaincc")(
    lambda a, x: UPPER(x, order=fixed(a, "the first argument of scipy.special.gammaincc"))
)

# ---- inverses of distributions -------------------------------------------------------------------

unary("erfinv", scipy_function("erfinv"), lambda x, y: _root(x, 0.25) * np.exp(np.square(y)),
    (-0.99, 0.99), scipy="erfinv", spelled="", precise=lambda mp, x: mp.erfinv(x),
    latex=r"\operatorname{erf}^{-1}", shown="√π/2·exp(y²)", family="special",
    tolerance=(30.0, OWN))  # fmt: skip
# exp(y²) from y alone has y²·2 times y's rounding error; erfc y = x gives it as erfcx(y)/x.
unary("erfcinv", scipy_function("erfcinv"),
    lambda x, y: -_root(x, 0.25) * np.where(y > 0, ERFCX(y) / x, ERFCX(-y) / (2 - x)),
    (0.01, 1.99), scipy="erfcinv", spelled="", precise=lambda mp, x: _precise_erfcinv(mp, x),
    shown="−√π/2·exp(y²)", family="special", tolerance=(30.0, OWN))  # fmt: skip


def _precise_erfcinv(mp: Any, x: Any) -> Any:
    """Halley's steps from SciPy's value, three times as many digits with each."""
    if not 0 < x < 2:
        return mp.nan
    y = mp.mpf(float(scipy_function("erfcinv")(float(x))))
    if mp.isinf(y):  # next to 0 (DLMF 7.17.6)
        log = -mp.log(x)
        y = mp.sqrt(log - mp.log(mp.pi * log) / 2)
    if x == 1:
        return mp.mpf(0)
    with mp.extraprec(20 + max(0, -int(mp.mag(1 - x)))):
        step = y
        while mp.fabs(step) ** 3 > mp.fabs(y) ** 3 * mp.eps:
            step = (mp.erfc(y) - x) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
            y += step / (1 - y * step)
    return y


def _ndtri_slope(x: Any, y: Any) -> Any:
    """1/φ(y) as √(π/2)·erfcx(|y|/√2) over the smaller of x and 1 − x."""
    t = y / np.sqrt(exactly(x, 2))
    return _root(x, 0.5) * np.where(y < 0, ERFCX(-t) / x, ERFCX(t) / (1 - x))


unary("ndtri", scipy_function("ndtri"), _ndtri_slope, UNIT,
    scipy="ndtri", spelled="", precise=lambda mp, x: -mp.sqrt(2) * _precise_erfcinv(mp, 2 * x),
    latex=r"\Phi^{-1}", shown="√(2π)·exp(y²/2)", family="special",
    tolerance=(60.0, OWN))  # fmt: skip
unary("logit", scipy_function("logit"), lambda x, y: 1 / (x * (1 - x)), UNIT, scipy="logit",
    spelled="", precise=lambda mp, x: mp.log(x / (1 - x)), shown="1/(x·(1 − x))", family="special",
    latex=r"\operatorname{logit}", steep=True)  # fmt: skip
unary("log_expit", scipy_function("log_expit"), lambda x, y: sigmoid(-x), (-30.0, 30.0),
    scipy="log_expit", spelled="", precise=lambda mp, x: -mp.log1p(mp.exp(-x)), shown="σ(−x)",
    latex=r"\ln\sigma", family="special")  # fmt: skip

# ---- entropies -----------------------------------------------------------------------------------

AWAY = ((0.05, 9.0), (0.05, 9.0))
unary("entr", scipy_function("entr"), lambda x, y: -1 - np.log(x), (0.05, 9.0), scipy="entr",
    spelled="", precise=lambda mp, x: -x * mp.log(x) if x > 0 else -mp.inf if x < 0 else mp.mpf(0),
    convention="SciPy's: −∞ for x < 0", shown="−1 − log x", family="special",
    latex=r"\operatorname{entr}", steep=True)  # fmt: skip
binary("xlogy", scipy_function("xlogy"), lambda a, b, y: np.log(b),
    lambda a, b, y: np.where(np.equal(a, 0), 0.0, a / b), AWAY, scipy="xlogy", spelled="",
    precise=lambda mp, a, b: a * mp.log(b), shown="log b·da + a/b·db", family="special",
    convention="where a is 0, nothing answers to b", steep=True)  # fmt: skip
binary("xlog1py", scipy_function("xlog1py"), lambda a, b, y: np.log1p(b),
    lambda a, b, y: np.where(np.equal(a, 0), 0.0, a / (1 + b)), AWAY, scipy="xlog1py", spelled="",
    precise=lambda mp, a, b: a * mp.log1p(b), shown="log(1 + b)·da + a/(1 + b)·db",
    family="special", convention="where a is 0, nothing answers to b", steep=True)  # fmt: skip
binary("rel_entr", scipy_function("rel_entr"), lambda a, b, y: np.log(a / b) + 1,
    lambda a, b, y: -a / b, AWAY, scipy="rel_entr", spelled="", steep=True,
    precise=lambda mp, a, b: a * mp.log(a / b), shown="(log(a/b) + 1)·da − a/b·db",
    family="special")  # fmt: skip
binary("kl_div", scipy_function("kl_div"), lambda a, b, y: np.log(a / b), lambda a, b, y: 1 - a / b,
    ((0.05, 1.0), (2.0, 9.0)), scipy="kl_div", spelled="",
    precise=lambda mp, a, b: a * mp.log(a / b) - a + b,
    shown="log(a/b)·da + (1 − a/b)·db", family="special", steep=True,
    tolerance=(30.0, "its terms cancel where a and b are close"))  # fmt: skip


def _boxcox_power(x: Any, power: Any, y: Any) -> Any:
    log = np.log(x)
    safe = np.where(np.equal(power, 0), 1.0, power)
    return np.where(np.equal(power, 0), np.square(log) / 2, (x**power * log - y) / safe)


binary("boxcox", scipy_function("boxcox"), lambda x, power, y: x ** (power - 1), _boxcox_power,
    ((0.05, 9.0), (0.3, 3.0)), scipy="boxcox", spelled="",
    precise=lambda mp, x, power: (x**power - 1) / power, shown="xᵖ⁻¹·dx + (xᵖ·log x − y)/p·dp",
    family="special", tolerance=(400.0, "its terms cancel near x = 1"))  # fmt: skip
binary("huber", scipy_function("huber"),
    lambda d, r, y: np.where(np.abs(r) <= d, 0.0, np.abs(r) - d),
    lambda d, r, y: np.where(np.abs(r) <= d, r, d * np.sign(r)), ((0.5, 3.0), (-6.0, 6.0)),
    scipy="huber", spelled="",
    precise=lambda mp, d, r: r * r / 2 if mp.fabs(r) <= d else d * (mp.fabs(r) - d / 2),
    shown="r within d, else ±d", family="special")  # fmt: skip


def _widening(d: Any, u: Any, h: Any) -> Any:
    """The slope by d, d·(h − 1)²/h with h = √(1 + u²), without the difference."""
    return d * np.square(np.square(u) / (h + 1)) / h


binary("pseudo_huber", scipy_function("pseudo_huber"),
    lambda d, r, y: _widening(d, r / d, np.hypot(1.0, r / d)),
    lambda d, r, y: r / np.hypot(1.0, r / d), ((0.5, 3.0), (-6.0, 6.0)), scipy="pseudo_huber",
    spelled="", precise=lambda mp, d, r: d * d * (mp.sqrt(1 + (r / d) ** 2) - 1),
    shown="r/√(1 + (r/d)²)·dr + …", family="special",
    tolerance=(4.0, "its slope by d takes a fourth power"))  # fmt: skip
