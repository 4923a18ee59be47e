"""Each method against its closed form, or its published equations in 50 digits."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest

from steepest.descent import (
    Adam,
    Cosine,
    Exponential,
    GradientDescent,
    Momentum,
    Nesterov,
    WarmUp,
    ascend,
    descend,
)
from steepest.errors import DescentError
from steepest.problems import PROBLEMS
from tests.descent.grounds import named, parabola, quadratic

STEPS = 60


def test_gradient_descent_is_its_closed_form() -> None:
    """On f = Σ λ x²/2: x_k = (1 − rate·λ)^k x_0, to the rounding of k products."""
    curvatures, rate = [0.5, 1.0, 3.0, 10.0], 0.15
    d = descend(quadratic(curvatures), [1.0, -2.0, 3.0, 4.0], rate=rate, steps=STEPS, tolerance=0)
    for k in range(STEPS + 1):
        for i, lam in enumerate(curvatures):
            truth = (1 - mp.mpf(rate) * mp.mpf(lam)) ** k * [1, -2, 3, 4][i]
            # each step rounds twice, relative to x and to rate·λ·x
            assert abs(d.path[k, i] - truth) <= (k + 1) * 4e-16 * (1 + rate * lam) * max(
                abs(truth), abs(1 - mp.mpf(rate) * lam) ** k * 4
            )


def reference_momentum(rate: Any, mu: Any) -> list[Any]:
    x, v, path = mp.mpf(5), mp.mpf(0), []
    for t in range(STEPS + 1):
        path.append(x)
        v = mu * v - mp.mpf(float(rate(t))) * 2 * (x - 3)
        x = x + v
    return path


def reference_nesterov(rate: Any, mu: Any) -> list[Any]:
    """Sutskever et al. (2013), eq. 3-4: the gradient at w + μ v, which is what is recorded."""
    w, v, path = mp.mpf(5), mp.mpf(0), []
    for t in range(STEPS + 1):
        ahead = w + mu * v
        path.append(ahead)
        v = mu * v - mp.mpf(float(rate(t))) * 2 * (ahead - 3)
        w = w + v
    return path


def reference_adam(rate: Any, b1: Any, b2: Any, eps: Any) -> list[Any]:
    """Kingma and Ba (2015), Algorithm 1, line by line; t counts from 1 there."""
    x, m, v, path = mp.mpf(5), mp.mpf(0), mp.mpf(0), []
    for t in range(1, STEPS + 2):
        path.append(x)
        g = 2 * (x - 3)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        x = x - mp.mpf(float(rate(t - 1))) * m_hat / (mp.sqrt(v_hat) + eps)
    return path


RATES: list[Any] = [0.05, Exponential(0.1, 0.98), WarmUp(8, Cosine(0.1, 100, end=0.01))]


@pytest.mark.parametrize("rate", RATES, ids=repr)
@pytest.mark.parametrize("kind", [Momentum, Nesterov, Adam])
def test_published_equations(kind: Any, rate: Any) -> None:
    at = rate if callable(rate) else lambda t: rate
    with mp.workdps(50):
        if kind is Adam:
            truth = reference_adam(at, mp.mpf(0.9), mp.mpf(0.999), mp.mpf(1e-8))
        else:
            reference = reference_momentum if kind is Momentum else reference_nesterov
            truth = reference(at, mp.mpf(0.9))
    d = descend(parabola(), 5.0, method=kind(rate), steps=STEPS, tolerance=0)
    np.testing.assert_allclose(d.path[:, 0], [float(x) for x in truth], rtol=0, atol=2e-13)


def test_the_first_step_of_adam_is_the_rate() -> None:
    """With both biases corrected, m̂/√v̂ = g/|g| at t = 1."""
    d = descend(quadratic([1.0, 1000.0]), [3.0, -7.0], method=Adam(0.01), steps=1)
    np.testing.assert_allclose(d.x, [2.99, -6.99], atol=1e-9)


@pytest.mark.parametrize(
    "method", [GradientDescent(0.02), Momentum(0.01), Nesterov(0.01), Adam(0.05)], ids=repr
)
@pytest.mark.parametrize(
    "name", ["sphere", "booth", "matyas", "himmelblau", "three-hump camel", "waves", "mountain"]
)
def test_methods_times_problems(method: Any, name: str) -> None:
    """Every method ends where the slope is nothing, at the known minimum."""
    problem = PROBLEMS[name]
    start = [2.0, 1.0] if name != "three-hump camel" else [0.5, -0.5]
    d = descend(named(name), start, method=method, steps=30_000)
    assert d.verdict.cause == "converged", d
    if name in ("sphere", "booth", "matyas", "three-hump camel", "mountain"):
        np.testing.assert_allclose(d.x, problem.minima[0], atol=2e-6)
    elif name == "himmelblau":
        assert min(np.linalg.norm(d.x - np.array(m)) for m in problem.minima) < 1e-6


def test_ascent_is_descent_of_the_negative() -> None:
    up = ascend(named("waves"), [1.0, 0.5], rate=0.1, steps=200)
    hill = named("waves").negated()
    down = descend(hill, [1.0, 0.5], rate=0.1, steps=200)
    assert np.array_equal(up.path, down.path)
    assert np.array_equal(up.values, -down.values)
    assert up.last.value > up.values[0] and up.best.value == up.values.max()


@pytest.mark.parametrize(
    "wrong",
    [lambda: Momentum(0.1, 1.0), lambda: Nesterov(0.1, -0.1), lambda: Adam(0.1, beta1=2),
     lambda: Adam(0.1, epsilon=0), lambda: GradientDescent(0)],
)  # fmt: skip
def test_settings_that_cannot_be(wrong: Any) -> None:
    with pytest.raises(DescentError):
        wrong()


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Nesterov])
def test_the_longest_rate_is_the_edge_of_stability(kind: Any) -> None:
    """Just below the stated limit the walk on a bowl shrinks, just above it grows."""
    curvature = 2.0
    limit = kind(0.1).longest_rate(curvature)
    below = descend(parabola(), 5.0, method=kind(0.995 * limit), steps=3000, tolerance=0)
    above = descend(parabola(), 5.0, method=kind(1.005 * limit), steps=3000, tolerance=0)
    assert np.abs(below.path[-10:] - 3).max() < 1e-3
    assert np.abs(above.path[-10:] - 3).max() > 1e3
