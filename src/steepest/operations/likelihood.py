"""Rows over SciPy's functions of entropy, likelihood and their kin: xlogy, gamma, beta, and others.

SciPy is loaded when the first of them runs, not before.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.graph.operation import ROWS, Operation
from steepest.operations.elementwise import PI, binary, named, real, unary
from steepest.operations.special import scipy_function

__all__ = ["XLOGY"]

POSITIVE = (0.05, 20.0)


def _double(*args: Any) -> Any:
    """SciPy keeps float32 where all arguments have it; a Python float counts as float64."""
    single = all(a.dtype == np.float32 and not a.weak for a in args)
    return np.dtype(np.float32 if single else np.float64)


def _real(name: str) -> Any:
    """A function of scipy.special that takes whole numbers and truth values as float64."""
    function = scipy_function(name)
    return lambda x: function(real(x))


def _digamma(x: Any) -> Any:
    return ROWS["digamma"](x)


XLOGY: Final[Operation] = binary("xlogy", scipy_function("xlogy"), lambda a, b, y: np.log(b),
    lambda a, b, y: np.where(np.equal(a, 0), 0.0, a / b), (POSITIVE, POSITIVE), scipy="xlogy",
    dtype=_double,
    precise=lambda mp, a, b: a * mp.log(b) if a else mp.mpf(0), shown="log b·da + a/b·db",
    family="special", steep=True, convention="0·log 0 = 0, with slope 0 in b",
)  # fmt: skip
binary("xlog1py", scipy_function("xlog1py"), lambda a, b, y: np.log1p(b),
    lambda a, b, y: np.where(np.equal(a, 0), 0.0, a / (1 + b)), (POSITIVE, (-0.9, 20.0)),
    scipy="xlog1py",
    dtype=_double, precise=lambda mp, a, b: a * mp.log1p(b) if a else mp.mpf(0), spelled="",
    shown="log(1 + b)·da + a/(1 + b)·db", family="special", steep=True,
    convention="0·log 0 = 0, with slope 0 in b",
    tolerance=(4.0, "1 + b is rounded"),
)  # fmt: skip
unary("gamma", scipy_function("gamma"), lambda x, y: y * _digamma(x), (0.05, 15.0), scipy="gamma",
    spelled="", latex=r"\Gamma", shown="Γ(x)·digamma x", family="special",
    tolerance=(8.0, "SciPy's gamma, and its digamma near the zero at 1.46"),
)  # fmt: skip
binary("beta", scipy_function("beta"), lambda a, b, y: y * (_digamma(a) - _digamma(a + b)),
    lambda a, b, y: y * (_digamma(b) - _digamma(a + b)), ((0.2, 8.0), (0.2, 8.0)), scipy="beta",
    dtype=_double,
    spelled="", precise=lambda mp, a, b: mp.beta(a, b), family="special",
    shown="B·((ψ(a) − ψ(a + b))·da + (ψ(b) − ψ(a + b))·db)",
    tolerance=(400.0, "a difference of two digammas"),
)  # fmt: skip
binary("betaln", scipy_function("betaln"), lambda a, b, y: _digamma(a) - _digamma(a + b),
    lambda a, b, y: _digamma(b) - _digamma(a + b), ((0.2, 8.0), (0.2, 8.0)), scipy="betaln",
    dtype=_double,
    spelled="", precise=lambda mp, a, b: mp.log(mp.beta(a, b)), family="special",
    shown="(ψ(a) − ψ(a + b))·da + (ψ(b) − ψ(a + b))·db",
    tolerance=(200.0, "logarithms, and digammas, that cancel"),
)  # fmt: skip
unary("logit", scipy_function("logit"), lambda x, y: 1 / (x * (1 - x)), (0.01, 0.99),
    scipy="logit", spelled="", precise=lambda mp, x: mp.log(x / (1 - x)), shown="1/(x·(1 − x))",
    family="special", steep=True, tolerance=(8.0, "small near 1/2"),
)  # fmt: skip
unary("log_expit", scipy_function("log_expit"), lambda x, y: ROWS["sigmoid"](-x), (-30.0, 30.0),
    scipy="log_expit", spelled="", precise=lambda mp, x: -mp.log1p(mp.exp(-x)),
    shown="σ(−x)", family="special",
)  # fmt: skip
unary("erfinv", _real("erfinv"),
    lambda x, y: np.sqrt(named(x, PI)) / 2 * np.exp(np.square(y)), (-0.95, 0.95), scipy="erfinv",
    spelled="", precise=lambda mp, x: mp.erfinv(x), shown="√π/2·exp(y²)", family="special",
    tolerance=(20.0, "SciPy's erfinv"),
)  # fmt: skip
unary("exp1", _real("exp1"), lambda x, y: -np.exp(-x) / x, POSITIVE, scipy="exp1",
    spelled="", precise=lambda mp, x: mp.e1(x), shown="−exp(−x)/x", family="special",
    tolerance=(20.0, "SciPy's exp1"),
)  # fmt: skip
unary("expi", _real("expi"), lambda x, y: np.exp(x) / x, POSITIVE, scipy="expi",
    spelled="", precise=lambda mp, x: mp.ei(x), shown="exp x / x", family="special",
    tolerance=(60.0, "SciPy's expi near its zero at 0.37"),
)  # fmt: skip
