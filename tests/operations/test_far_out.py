"""Functions whose slopes, by the rules of products, would be differences of nearly equal numbers:
three derivatives of each, from next to 0 to far out, against mpmath.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special

import steepest as st
from steepest.calculus.derive import jvp
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traverse import evaluate
from steepest.printing.latex import latex
from tests.witness import mp

AT = [1e-8, 0.02, 0.3, 0.9, 1.6, 1.99, 2.0, 2.7, 4.0, 6.9, 7.1, 10.0, 17.0, 24.9, 25.1, 60.0,
      1e3, 1e5, 1e8]  # fmt: skip


def scaled_i(x: Any, order: float) -> Any:
    return mp.exp(-mp.fabs(x)) * mp.besseli(order, x)


def scaled_k(x: Any, order: float) -> Any:
    return mp.exp(x) * mp.besselk(order, x)


def dawson(x: Any) -> Any:
    return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)


def scaled_erfc(x: Any) -> Any:
    return mp.exp(x * x) * mp.erfc(x)


# name, parameters, what it means, how large arguments mpmath can take, digits of each derivative
CASES: list[tuple[str, dict[str, Any], Any, float, tuple[float, ...]]] = [
    ("dawsn", {}, dawson, 1e3, (2e-14, 1e-14, 2e-14, 1e-13)),
    ("erfcx", {}, scaled_erfc, 1e3, (2e-15, 1e-14, 2e-14, 1e-13)),
    ("bessel_i0e", {}, lambda x: scaled_i(x, 0), 1e8, (2e-15, 3e-14, 1e-12, 3e-11)),
    ("bessel_i1e", {}, lambda x: scaled_i(x, 1), 1e8, (4e-15, 3e-14, 1e-12, 3e-11)),
    ("ive", {"order": 2.5}, lambda x: scaled_i(x, 2.5), 1e8, (1e-13, 1e-13, 2e-11, 1e-9)),
    ("ive", {"order": 6.0}, lambda x: scaled_i(x, 6), 1e8, (1e-13, 1e-13, 2e-11, 1e-9)),
    ("kve", {"order": 0.25}, lambda x: scaled_k(x, 0.25), 1e3, (2e-13, 2e-12, 1e-11, 1e-10)),
    ("kve", {"order": 3.5}, lambda x: scaled_k(x, 3.5), 1e8, (1e-13, 1e-13, 1e-12, 2e-11)),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_derivatives(case: Any) -> None:
    name, params, meaning, limit, digits = case
    x = variable("x")
    outputs = [make(ROWS[name], [x], **params)]
    for _ in digits[1:]:
        outputs += jvp([outputs[-1]], [x], [constant(1.0)])
    odd = name != "erfcx" and name != "kve" and float(params.get("order", 1)).is_integer()
    wrong = []
    for size in AT:
        for at in (size, -size) if odd else (size,):
            if size > limit or (name == "kve" and size not in AT[2::4]):  # mpmath is slow there
                continue
            found = evaluate(outputs, {x: np.float64(at)})
            with mp.workdps(80):
                truth = mp.taylor(meaning, mp.mpf(at), len(digits))
            truth = [t * mp.factorial(k) for k, t in enumerate(truth)]
            for k, share in enumerate(digits):
                room = share * (abs(truth[k]) + abs(truth[k + 1] * at) / 4)
                if not abs(found[k] - truth[k]) <= room:
                    wrong.append(f"derivative {k} at {at}: {found[k]}, {mp.nstr(truth[k], 17)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("function", ["i0e", "i1e", "k0e", "k1e", "dawsn", "erfcx"])
def test_the_slope_far_out_is_that_of_the_leading_term(function: str) -> None:
    """c·x⁻ᵖ has the slope −p·c·x⁻ᵖ⁻¹; at 1e12 the next term is 1e-12 of it."""
    f = getattr(scipy.special, function)
    power = 1.0 if function in ("dawsn", "erfcx") else 0.5
    slope = st.grad(lambda x: f(x))
    assert slope(1e12) == pytest.approx(-power * f(1e12) / 1e12, rel=1e-11)
    assert slope.tracing.exact


def test_at_the_kink_of_a_scaled_function_the_middle_is_taken() -> None:
    """exp(−|x|)·I₀(x) has the slopes 1 and −1 at 0."""
    assert st.grad(lambda x: scipy.special.i0e(x))(0.0) == 0.0
    assert st.grad(lambda x: scipy.special.i1e(x))(0.0) == 0.5


def test_float32_stays() -> None:
    for f in (scipy.special.i0e, scipy.special.k1e, scipy.special.dawsn, scipy.special.erfcx):
        for x in (0.5, 3.0, 50.0):
            found = st.grad(lambda v, f=f: f(v))(np.float32(x))
            assert found.dtype == np.float32
            assert found == pytest.approx(st.grad(lambda v, f=f: f(v))(x), rel=1e-4)


def test_how_often_it_was_differentiated_is_shown() -> None:
    x = variable("x")
    once = make(ROWS["ive"], [x], order=2.0, times=1)
    assert latex(once) == r"\operatorname{ive}_{2}^{(1)}\left(x\right)"
    assert latex(make(ROWS["ive"], [x], order=2.0)) == r"\operatorname{ive}_{2}\left(x\right)"
    assert latex(make(ROWS["sinc"], [x])) == r"\operatorname{sinc}\left(x\right)"
