"""The examples that learn and simulate: their gradients against the same ones worked out by hand,
their ends against SciPy and against what they promise.
"""

from __future__ import annotations

import math
import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import steepest as st

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@cache
def example(name):
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def printed(name, capsys):
    example(name)["main"]()
    return capsys.readouterr().out


# ---- logistic regression


def test_logistic_regression_ends_where_scipy_ends():
    code = example("logistic_regression")
    x, truth = code["X"], code["MALIGNANT"]
    assert x.shape == (569, 2)

    def surprise(v):
        p = 1 / (1 + np.exp(-(x @ v[:2] + v[2])))
        return -np.mean(truth * np.log(p) + (1 - truth) * np.log(1 - p))

    best = minimize(surprise, np.zeros(3), method="BFGS", options={"gtol": 1e-7})
    walk = code["learned"]()
    assert walk.last.value == pytest.approx(best.fun, rel=1e-9)
    assert [*walk.x["weights"], walk.x["bias"]] == pytest.approx(best.x, abs=1e-4)
    assert walk.verdict.cause == "converged"


def test_logistic_regression_says_what_is_true(capsys):
    out = printed("logistic_regression", capsys)
    assert f"{math.log(2):.6f}" in out
    assert "The gradient is right: all 3 coordinates agree" in out
    assert 'wrong at params["weights"][1]' in out
    assert "the sign is the other way round" in out
    assert "62.7%" in out  # 357 of the 569 are benign


def test_logistic_regression_away_from_the_start():
    code = example("logistic_regression")
    at = {"weights": np.array([1.5, -0.7]), "bias": 0.3}
    slope, by_hand = st.grad(code["loss"])(at), code["gradient_by_hand"](at)
    assert slope["weights"] == pytest.approx(by_hand["weights"], rel=1e-13)
    assert slope["bias"] == pytest.approx(by_hand["bias"], rel=1e-13)


# ---- digits


def test_the_network_reads_digits_it_never_saw():
    code = example("digits_mlp")
    walk = code["trained"]()
    assert code["accuracy"](walk.x, code["TESTED_ON"]) > 0.96
    assert code["accuracy"](code["weights_at_first"](), code["TESTED_ON"]) < 0.3
    assert len(code["X"]) - code["LEARN"] == 397
    assert walk.steps == 150


def test_its_gradient_is_backpropagation():
    code = example("digits_mlp")
    slope = st.grad(code["loss"])
    for at in (code["weights_at_first"](), code["trained"]().x):
        found, by_hand = slope(at), code["backpropagation"](at)
        for name, part in by_hand.items():
            assert found[name] == pytest.approx(part, abs=1e-15, rel=1e-12)
    assert slope.tracing.traced == 1
    assert slope.tracing.exact is True


def test_its_gradient_is_as_small_as_backpropagation():
    """At most five times the operations of the loss: the bound of Baur and Strassen (1983)."""
    from steepest.graph.traverse import count

    code = example("digits_mlp")
    slope = st.grad(code["loss"])
    start = code["weights_at_first"]()
    value = slope.source.piece((start,), {}, (0,)).outputs
    assert count(slope.piece((start,), {}, ()).outputs) <= 5 * count(value)


# ---- a pendulum


def swing_and_slopes(code, angle, speed, by):
    """The simulation with its tangent, worked out by hand: d(angle) and d(speed) step by step."""
    dt = code["SECONDS"] / code["STEPS"]
    d_angle, d_speed = by
    for _ in range(code["STEPS"]):
        pull = -code["GRAVITY"] / code["LENGTH"] * math.sin(angle) - code["FRICTION"] * speed
        d_pull = -code["GRAVITY"] / code["LENGTH"] * math.cos(angle) * d_angle
        d_pull -= code["FRICTION"] * d_speed
        if angle > code["STOP"]:
            pull -= code["STIFFNESS"] * (angle - code["STOP"])
            d_pull -= code["STIFFNESS"] * d_angle
        speed, d_speed = speed + dt * pull, d_speed + dt * d_pull
        angle, d_angle = angle + dt * speed, d_angle + dt * d_speed
    return angle, d_angle


@pytest.mark.parametrize("release", [(-0.6, 0.0), (-0.2, 1.5), (0.1, 0.2)])
def test_the_pendulum_has_the_slopes_worked_out_by_hand(release):
    code = example("pendulum")
    slope = st.grad(code["last"])
    found = slope(np.array(release))
    for i, by in enumerate([(1.0, 0.0), (0.0, 1.0)]):
        end, wanted = swing_and_slopes(code, *release, by)
        assert code["last"](np.array(release)) == pytest.approx(end, rel=1e-12)
        assert found[i] == pytest.approx(wanted, rel=1e-11)
    assert slope.tracing.exact is True


def test_the_pendulum_is_aimed(capsys):
    code = example("pendulum")
    out = printed("pendulum", capsys)
    assert "after one knock" in out
    assert "The gradient is right: both coordinates agree" in out
    assert swing_and_slopes(code, -0.5, code["aim"]().x, (0, 0))[0] == pytest.approx(0.2, abs=1e-6)
