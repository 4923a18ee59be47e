"""Rows over SciPy's special functions, and the activation functions of neural networks.

SciPy is loaded when the first of them runs, not before. Conventions at kinks are the ones the field
uses, and are printed in the table of operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.graph.operation import ROWS, Operation, binds, real_dtype, register
from steepest.operations import machine
from steepest.operations.elementwise import ANY, PI, binary, named, real, unary

__all__ = ["elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "softplus"]


def scipy_function(name: str) -> Callable[..., Any]:
    """A function of scipy.special that loads SciPy when it is first called."""
    found: list[Any] = []

    def run(*values: Any) -> Any:
        if not found:
            import scipy.special

            found.append(getattr(scipy.special, name))
        if not all(getattr(v, "dtype", WHOLE).kind == "f" for v in values):
            values = _floats(values)
        return found[0](*values)

    run.__name__ = name
    return run


WHOLE = np.dtype(int)


def _floats(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments as floats of one kind: SciPy's functions do not all agree on what to make of
    whole numbers, truth values, and numbers of Python.
    """
    strong = [v.dtype for v in values if hasattr(v, "dtype")]
    kind = np.result_type(*strong) if strong else np.dtype(float)
    kind = kind if kind.kind == "f" else np.dtype(float)
    return tuple(np.asarray(v, kind)[()] for v in values)


def _pi(x: Any) -> Any:
    return named(x, PI)


unary("erf", scipy_function("erf"), lambda x, y: 2 / np.sqrt(_pi(x)) * np.exp(-np.square(x)),
    (-5.0, 5.0), scipy="erf", latex=r"\operatorname{erf}", shown="2/√π·exp(−x²)", family="special",
    machine="erf",
)  # fmt: skip
unary("erfc", scipy_function("erfc"), lambda x, y: -2 / np.sqrt(_pi(x)) * np.exp(-np.square(x)),
    (-5.0, 5.0), scipy="erfc", latex=r"\operatorname{erfc}", shown="−2/√π·exp(−x²)",
    family="special", machine="erfc")  # fmt: skip


_GAMMALN = scipy_function("gammaln")


def _run_gammaln(x: Any) -> Any:
    """SciPy's gammaln, or its complex loggamma near 1 and 2, where the first loses two digits."""
    import scipy.special

    found = _GAMMALN(x)
    near = np.minimum(np.abs(np.subtract(x, 1)), np.abs(np.subtract(x, 2))) < 0.2
    if not np.any(near):
        return found
    series = scipy.special.loggamma(np.where(near, x, 1.5).astype(complex)).real
    return np.where(near, series + 0.0, found).astype(found.dtype)[()]


GAMMALN: Operation = unary("gammaln", _run_gammaln, lambda x, y: digamma(x), (0.05, 20.0),
    scipy="gammaln", spelled="gammaln lgamma", latex=r"\ln\Gamma",
    precise=lambda mp, x: mp.loggamma(x) if x > 0 else mp.log(mp.fabs(mp.gamma(x))),
    shown="digamma x", family="special",
    tolerance=(4.0, "SciPy's gammaln has lost a digit from 1.2 to 1.8, where it is small",
))  # fmt: skip
digamma: Operation = unary("digamma", scipy_function("digamma"), lambda x, y: polygamma(x, order=1),
    (0.05, 20.0), scipy="psi", spelled="digamma psi", latex=r"\psi",
    precise=lambda mp, x: mp.psi(0, x), shown="polygamma(1, x)", family="special")  # fmt: skip


def _run_polygamma(x: Any, order: int) -> Any:
    import scipy.special

    zeta = scipy.special.zeta(order + 1.0, x)
    # DLMF 5.15.2: psi^(n)(x) = (-1)^(n+1) n! zeta(n+1, x)
    return (-1.0) ** (order + 1) * math.factorial(order) * zeta


polygamma: Operation = unary("polygamma", _run_polygamma,
    lambda x, y, order: polygamma(x, order=order + 1), (0.05, 20.0), spelled="",
    precise=lambda mp, x, order=1: mp.psi(order, x), shown="polygamma(n + 1, x)", family="special",
    latex=r"\psi^{{({order})}}\left({0}\right)")  # fmt: skip
binary("logaddexp", np.logaddexp, lambda a, b, y: sigmoid(a - b), lambda a, b, y: sigmoid(b - a),
    precise=lambda mp, a, b: mp.log(mp.exp(a) + mp.exp(b)),
    shown="da/(1 + exp(b − a)) + db/(1 + exp(a − b))", family="special",
    machine=machine.logaddexp)  # fmt: skip


def _run_sinc(x: Any, order: int = 0) -> Any:
    """The order-th derivative of sin(πx)/(πx), without cancellation near 0.

    With u = πx and j(u) = sin(u)/u: j⁽ᵏ⁾(u) = (sin⁽ᵏ⁾(u) − k·j⁽ᵏ⁻¹⁾(u))/u is stable for u > k;
    nearer to 0 the Taylor series of j is differentiated term by term.
    """
    x = np.asarray(real(x))
    if order == 0:
        return np.sinc(x)[()]
    u = math.pi * x
    edge = order + 0.6  # where both lose least
    safe = np.where(np.abs(u) > edge, u, edge)
    far = np.sinc(safe / math.pi)
    for k in range(1, order + 1):
        far = (np.sin(safe + k * (math.pi / 2)) - k * far) / safe
    near = np.zeros_like(u)
    small = np.where(np.abs(u) > edge, 0.0, u)
    first = (order + 1) // 2
    for m in range(first + 12 + 2 * order, first - 1, -1):  # u^(2m - order), smallest first
        term = (-1.0) ** m / math.factorial(2 * m + 1) * math.perm(2 * m, order)
        near = near + term * small ** (2 * m - order)
    return (math.pi**order * np.where(np.abs(u) > edge, far, near))[()]


def _precise_sinc(mp: Any, x: Any, order: int = 0) -> Any:
    """The same recurrence, with as many more digits as it cancels near 0."""
    if not order:
        return mp.sincpi(x)
    u = mp.pi * x
    if u == 0:
        return mp.mpf(0) if order % 2 else (-1) ** (order // 2) * mp.pi**order / (order + 1)
    with mp.extraprec(20 + 2 * order * max(0, -int(mp.mag(u)))):
        u = mp.pi * x
        found = mp.sin(u) / u
        for k in range(1, order + 1):
            found = (mp.sin(u + k * mp.pi / 2) - k * found) / u
        return mp.pi**order * found


SINC: Operation = register(Operation(name="sinc", run=_run_sinc, arity=1,
    partials=(lambda x, y, order=0: SINC(x, order=order + 1),), dtype=real_dtype,
    spellings=("sinc",), precise=_precise_sinc, domain=((-3.0, 3.0),), shown="(cos πx − sinc x)/x",
    family="special", convention="sinc x = sin(πx)/(πx), NumPy's; 1 at 0, with slope 0",
    machine=machine.sinc,
    latex=r"\operatorname{{sinc}}^{{({order})}}\left({0}\right)",
    tolerance=(4.0,
    "the recurrence for the derivative rounds three times more, and NumPy's sinc forms πx first"),
))  # fmt: skip

binds(np.sinc)(lambda x: SINC(x))

# ---- activation functions ------------------------------------------------------------------------

sigmoid: Operation = unary("sigmoid", scipy_function("expit"), lambda x, y: y * sigmoid(-x),
    (-30.0, 30.0), scipy="expit", spelled="sigmoid expit σ", latex=r"\sigma",
    precise=lambda mp, x: 1 / (1 + mp.exp(-x)), shown="σ(x)·σ(−x)", family="activation",
    machine="sigmoid",
)  # fmt: skip
softplus: Operation = unary("softplus",
    lambda x: np.logaddexp(0.0,
    x) if np.asarray(x).dtype != np.float32 else np.logaddexp(np.float32(0), x),
    lambda x, y: sigmoid(x), (-30.0, 30.0), latex=r"\operatorname{softplus}",
    precise=lambda mp, x: mp.log1p(mp.exp(x)), shown="σ(x)", family="activation",
    machine=lambda x: machine.logaddexp(x, 0.0))  # fmt: skip


# Where sigmoid and Φ have long been 0, so that their product with x is 0 at −∞ too, and not NaN.
FAR_LEFT = -1e4


def _run_gelu(x: Any) -> Any:
    import scipy.special

    return np.maximum(x, FAR_LEFT) * scipy.special.ndtr(x)


def _gelu_slope(x: Any, y: Any) -> Any:
    return NDTR(x) + x * (np.exp(-np.square(x) / 2) / np.sqrt(2 * _pi(x)))


NDTR: Operation = unary("ndtr", scipy_function("ndtr"),
    lambda x, y: np.exp(-np.square(x) / 2) / np.sqrt(2 * _pi(x)), (-8.0, 8.0), scipy="ndtr",
    spelled="ndtr Φ", latex=r"\Phi", precise=lambda mp, x: mp.ncdf(x), shown="exp(−x²/2)/√(2π)",
    family="special", machine=machine.ndtr)  # fmt: skip
gelu: Operation = unary("gelu", _run_gelu, _gelu_slope, (-8.0, 8.0),
    precise=lambda mp, x: x * mp.ncdf(x), latex=r"\operatorname{gelu}", shown="Φ(x) + x·φ(x)",
    machine=lambda x: machine.maximum(x, FAR_LEFT) * machine.ndtr(x),
    family="activation",
    convention="the exact one, x·Φ(x), not the tanh approximation; its slope is NaN at ±∞",
    tolerance=(4.0, "below 0, Φ(x) and x·φ(x) have opposite signs, and each has been rounded",
))  # fmt: skip
silu: Operation = unary("silu", lambda x: np.maximum(x, FAR_LEFT) * ROWS["sigmoid"].run(x),
    lambda x, y: sigmoid(x) * (1 + x * sigmoid(-x)), (-30.0, 30.0), spelled="silu swish",
    precise=lambda mp, x: x / (1 + mp.exp(-x)), shown="σ(x)·(1 + x·σ(−x))",
    latex=r"\operatorname{silu}", family="activation", convention="its slope is NaN at ±∞",
    machine=lambda x: machine.maximum(x, FAR_LEFT) * x.do("sigmoid"),
)  # fmt: skip


def _rectified(
    name: str, run: Any, tangent: Any, precise: Any, convention: str, shown: str, spelled: str,
    machine: Any,
) -> Operation:  # fmt: skip
    return register(Operation(name=name, run=run, arity=1, tangent=tangent, dtype=real_dtype,
        domain=(ANY,), precise=precise, spellings=tuple(spelled.split()),
        latex=rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}", shown=shown,
        convention=convention, family="activation", machine=machine))  # fmt: skip


relu: Operation = _rectified("relu", lambda x: np.maximum(x, 0.0),
    lambda dx, x, y: np.where(np.greater(x[0], 0), dx[0], 0.0), lambda mp, x: max(x, mp.mpf(0)),
    "at 0 the derivative is 0, as in every deep-learning library", "1 for x > 0, else 0", "relu",
    lambda x: machine.maximum(x, 0.0),
)  # fmt: skip


def _leaky_slope(dx: Any, x: Any, y: Any, slope: float = 0.01) -> Any:
    return np.where(np.greater(x[0], 0), dx[0], slope * dx[0])


leaky_relu: Operation = _rectified("leaky_relu",
    lambda x, slope=0.01: np.where(np.greater(x, 0), x, slope * x)[()], _leaky_slope,
    lambda mp, x, slope=0.01: x if x > 0 else mp.mpf(repr(slope)) * x,
    "slope 0.01 for x ≤ 0, 0 included", "1 for x > 0, else 0.01", "leaky_relu",
    lambda x, slope=0.01: (x > 0.0).select(x, slope * x))  # fmt: skip


def _elu_slope(dx: Any, x: Any, y: Any, alpha: float = 1.0) -> Any:
    return np.where(np.greater(x[0], 0), dx[0], alpha * np.exp(x[0]) * dx[0])


elu: Operation = _rectified("elu",
    lambda x, alpha=1.0: np.where(np.greater(x, 0), x, alpha * np.expm1(np.minimum(x, 0.0)))[()],
    _elu_slope, lambda mp, x, alpha=1.0: x if x > 0 else mp.mpf(repr(alpha)) * mp.expm1(x),
    "alpha = 1: smooth, the derivative is 1 at 0", "1 for x > 0, else exp x", "elu",
    lambda x, alpha=1.0: (x > 0.0).select(x, alpha * x.do("expm1")))  # fmt: skip
