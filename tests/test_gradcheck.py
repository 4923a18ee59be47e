"""Checks of gradients: wrong ones are found and named; what cannot be judged says why."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

import steepest as st
from steepest.errors import ShapeError, VariableError
from steepest.sources.ladder import EDGE, JUMP, KINK, SMOOTH, STEEP, climb, noise_of

HERE = np.array([1.0, 1.0])


def bowl(x):
    return x[0] ** 2 + 2 * x[1] ** 2


def noisy(size):
    rng = np.random.default_rng(4)
    return lambda x: x @ x + size * rng.normal()


# ---- wrong gradients are found, and named in the user's words


def test_a_wrong_sign_is_found_and_named():
    check = st.check_grad(bowl, HERE, gradient=lambda x: np.array([2 * x[0], -4 * x[1]]))
    assert check.ok is False
    assert not check
    assert check.worst.name == "x[1]"
    assert (check.worst.given, check.worst.differences) == (-4, pytest.approx(4, rel=1e-12))
    assert check.sentence.startswith("The gradient is wrong at x[1]: it gives −4")
    assert "the sign is the other way round" in check.sentence
    assert check.digits[0] > 12
    assert check.digits[1] == 0
    lines = repr(check).splitlines()
    assert lines[0] == check.sentence
    assert lines[3].split()[0] == "x[1]"
    assert "wrong" in lines[3]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda g: 2 * g, "twice"),
        (lambda g: g / 2, "half"),
        (lambda g: 0 * g, "a term is missing"),
        (lambda g: g * np.pi / 180, "degrees"),
        (lambda g: g * (1 + 1e-5), ""),
        (lambda g: g + np.nan, "NaN"),
    ],
)
def test_slips_by_hand_are_recognised(wrong, hint):
    def by_hand(x):
        g = rosen_der(x)
        g[2] = wrong(g[2])
        return g

    x = np.array([1.2, 0.7, 0.3, 2.0])
    check = st.check_grad(rosen, x, gradient=by_hand)
    assert check.ok is False
    assert check.worst.name == "x[2]"
    assert hint in check.sentence
    assert sum(c.verdict == "wrong" for c in check.coordinates) == 1
    assert st.check_grad(rosen, x, gradient=rosen_der).ok is True


def test_names_and_digits_have_the_users_structure():
    @dataclass
    class Layer:
        w: np.ndarray
        b: float

    def loss(params, x, power=2):
        return np.sum((x @ params["first"].w + params["first"].b) ** power) * params["scale"][1]

    rng = np.random.default_rng(0)
    params = {"first": Layer(rng.normal(size=(3, 2)), 0.5), "scale": [1.0, 2.0]}
    x = rng.normal(size=(4, 3))

    def by_hand(params, x, power=2):
        g = st.grad(loss)(params, x, power=power)
        g["first"].w[1, 0] *= -1
        return g

    check = st.check_grad(loss, params, x, gradient=by_hand, power=2)
    assert check.worst.name == 'params["first"].w[1, 0]'
    names = [c.name for c in check.coordinates]
    assert names[6:] == ['params["first"].b', 'params["scale"][0]', 'params["scale"][1]']
    assert isinstance(check.digits["first"], Layer)
    assert check.digits["first"].w.shape == (3, 2)
    assert check.digits["first"].w.argmin() == 2
    assert st.check_grad(loss, params, x, power=2).ok is True
    assert st.check_grad(loss, params, x, argnums="x").coordinates[5].name == "x[1, 2]"


def test_several_arguments():
    def f(x, y):
        return x**2 + 2 * y**2

    check = st.check_grad(f, 1.0, 1.0, gradient=lambda x, y: (2 * x, -4 * y), argnums=(0, 1))
    assert check.worst.name == "y"
    assert check.digits[0] > 12
    assert st.check_grad(f, 1.0, y=1.0, argnums="y").ok is True
    with pytest.raises(ShapeError, match=r"has 2 numbers, but x has 1.*argnums=\(0, 1\)"):
        st.check_grad(f, 1.0, 1.0, gradient=lambda x, y: (2 * x, -4 * y))
    with pytest.raises(VariableError, match="argument 2"):
        st.check_grad(f, 1.0, 1.0, argnums=2)
    with pytest.raises(ShapeError, match="no numbers"):
        st.check_grad(lambda how: 1.0, "text")


def test_formulas_and_results_of_operators():
    f = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
    check = st.check_grad(f, 2, 1, argnums=("n", "e"))
    assert check.ok is True
    assert [c.name for c in check.coordinates] == ["n", "e"]
    assert st.check_grad(st.grad(lambda x: x**4), 1.5).worst.given == pytest.approx(12 * 1.5**2)


# ---- vector-valued functions


def test_a_jacobian_by_hand():
    def f(x):
        return np.array([x[0] * x[1], np.sin(x[0]), x[1] ** 3])

    def jacobian(x, slip=1.0):
        return np.array([[x[1], x[0]], [slip * np.cos(x[0]), 0], [0, 3 * x[1] ** 2]])

    x = np.array([0.4, 1.7])
    assert st.check_grad(f, x).ok is True
    assert st.check_grad(f, x, gradient=jacobian).ok is True
    wrong = st.check_grad(f, x, gradient=lambda x: jacobian(x, 1.001))
    assert wrong.ok is False
    assert wrong.worst.name == "x[0]"
    assert any("random weights" in r for r in wrong.remarks)
    with pytest.raises(ShapeError, match="the Jacobian"):
        st.check_grad(f, x, gradient=lambda x: np.ones(2))


def test_nests_of_results_are_projected():
    check = st.check_grad(lambda x: {"a": x**2, "b": [x.sum(), np.exp(x)]}, HERE)
    assert check.ok is True
    assert check.digits.min() > 10


def test_forward_mode_is_compared_with_reverse_mode(monkeypatch):
    from steepest.gradcheck import gradients

    true = gradients.derive.jvp
    monkeypatch.setattr(
        gradients.derive,
        "jvp",
        lambda o, i, t: [2 * st_node for st_node in _handles(true(o, i, t))],
    )
    check = st.check_grad(lambda x: np.sum(np.sin(x)), HERE)
    assert any("forward mode gives" in r for r in check.remarks)


def _handles(nodes):
    from steepest.graph.traced import Traced

    class Twice:
        def __init__(self, node):
            self.node = node

        def __rmul__(self, factor):
            return (Traced(self.node) * factor).node

    return [Twice(n) for n in nodes]


# ---- what cannot be judged, and why: none of these sounds like another


def lost(x):
    return struct.unpack("2d", struct.pack("2d", x[0], x[1]))[0] ** 2


CASES = {
    "kink": (lambda x: abs(x[0]) + abs(x[1] - 1), np.array([3.0, 1.0]), None, "x[1]", "kink"),
    "noise": (noisy(1e-3), HERE, lambda x: 2 * x, "x[0]", "another value every time"),
    "jump": (lambda x: np.floor(x[0]) + x[1] ** 2, np.array([2.0, 1.0]), None, "x[0]", "jumps"),
    "edge": (
        lambda x: np.sqrt(x[0]) + x[1], np.array([0.0, 1.0]), lambda x: np.array([np.inf, 1.0]),
        "x[0]", "not finite to the left",
    ),
    "steep": (
        lambda x: np.sqrt(abs(x[0])) + x[1], np.array([0.0, 1.0]), lambda x: np.array([0.0, 1.0]),
        "x[0]", "infinitely steep",
    ),
    "NaN": (
        lambda x: np.log(x[0]) + x[1], np.array([-1.0, 1.0]), lambda x: np.ones(2),
        "x[0]", "gives NaN",
    ),
    "hidden": (
        lambda x: 1e14 + x @ x, np.array([1e-3, 2e-3]), lambda x: 3 * x, "x[0]", "so large that",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_judged_says_why(case):
    f, x, gradient, name, words = CASES[case]
    check = st.check_grad(f, x, gradient=gradient)
    assert check.ok is None
    assert check.worst.name == name
    assert check.sentence.startswith(f"The gradient cannot be judged at {name}: ")
    assert words in check.sentence
    others = [c for c in check.coordinates if c.name != name and c.verdict == "right"]
    assert bool(others) == (case not in ("noise", "NaN", "hidden"))
    assert ("The others are right" in check.sentence) == bool(others)


def test_reasons_do_not_sound_alike():
    reasons = {st.check_grad(f, x, gradient=g).worst.reason for f, x, g, _, _ in CASES.values()}
    assert len(reasons) == len(CASES)


def test_a_function_that_was_not_followed_has_nothing_to_compare_with():
    check = st.check_grad(lost, HERE)
    assert check.ok is None
    assert "found by differences itself" in check.sentence
    assert any("test_gradcheck.py" in r for r in check.remarks)
    assert st.check_grad(lost, HERE, gradient=lambda x: np.array([2 * x[0], 0])).ok is True


def test_noise_still_shows_a_gradient_that_is_far_off():
    check = st.check_grad(noisy(1e-3), HERE, gradient=lambda x: 3 * x)
    assert check.ok is False
    assert 4e-4 < check.noise < 2.5e-3
    small = st.check_grad(noisy(1e-7), HERE, gradient=lambda x: 2 * x)
    assert small.ok is True
    assert any("random" in r for r in small.remarks)


def test_a_slope_that_no_subgradient_has_is_wrong():
    check = st.check_grad(lambda x: abs(x[0]) + x[1], np.zeros(2), gradient=lambda x: [1.5, 1])
    assert check.ok is False
    assert "nothing between them" in check.sentence


def test_float32():
    x = np.array([1, 2], np.float32)
    f = lambda x: ((x - np.float32(3)) ** 2).sum()  # noqa: E731
    check = st.check_grad(f, x)
    assert check.ok is True
    assert 3 < check.digits.min() < 8
    assert any("float32" in r for r in check.remarks)
    assert st.check_grad(f, x, gradient=lambda x: 2.1 * (x - 3)).ok is False


def test_a_large_offset():
    def f(x):
        return 1e10 + np.hypot(x[0], x[1]) ** 2  # which takes no complex numbers

    check = st.check_grad(f, np.array([1.0, 2.0]), gradient=lambda x: 2 * x)
    assert check.ok is True
    assert 3 < check.digits.min() < 8
    assert any("large beside its slopes" in r for r in check.remarks)
    assert st.check_grad(f, np.array([1.0, 2.0]), gradient=lambda x: 2.01 * x).ok is False
    complex_too = st.check_grad(lambda x: 1e10 + x @ x, np.array([1.0, 2.0]))
    assert complex_too.digits.min() > 14
    assert any("complex step" in r for r in complex_too.remarks)


def test_a_complex_step_that_loses_the_imaginary_part_is_not_believed():
    check = st.check_grad(lambda x: np.real(x[0]) ** 2 + x[1] ** 2, HERE)
    assert check.ok is True
    assert [c.exact is None for c in check.coordinates] == [True, False]


def test_the_authors_own_derivatives_are_compared():
    wrong = st.custom_derivative(
        lambda x: np.sum(x**3), vjp=lambda p, out, bar: 2 * p[0] ** 2 * bar
    )
    assert st.check_grad(wrong, HERE).ok is False
    right = st.custom_derivative(
        lambda x: np.sum(x**3), vjp=lambda p, out, bar: 3 * p[0] ** 2 * bar
    )
    assert st.check_grad(right, HERE).ok is True


# ---- many coordinates


def test_one_wrong_coordinate_among_many_shows_in_the_whole(monkeypatch):
    monkeypatch.setattr("steepest.gradcheck.entry.MOST", 50)
    x = np.random.default_rng(1).normal(size=600)
    f = lambda x: np.sum(np.sin(x) * x)  # noqa: E731
    calls = []

    def gradient(x, slip=0.0):
        calls.append(1)
        g = np.cos(x) * x + np.sin(x)
        g[hidden] += slip
        return g

    hidden = 0
    assert st.check_grad(f, x, gradient=gradient).ok is True
    compared = {c.name for c in st.check_grad(f, x, gradient=gradient).coordinates}
    hidden = next(i for i in range(600) if f"x[{i}]" not in compared)
    check = st.check_grad(f, x, gradient=lambda x: gradient(x, 0.1))
    assert check.ok is False
    assert check.worst.name.startswith("all 600 together")
    assert np.isnan(check.digits[hidden])


def test_data():
    check = st.check_grad(bowl, HERE)
    data = json.loads(json.dumps(check.as_data()))
    assert data["ok"] is True
    first = data["coordinates"][0]
    assert first["name"] == "x[0]"
    steps, right, left = np.array(first["ladder"]).T
    assert np.all(np.diff(steps) < 0)
    assert 0.05 < steps[0] <= 0.1
    assert steps[-1] < 1e-6
    assert right[0] == pytest.approx(2 + steps[0])  # ((1 + h)² − 1)/h = 2 + h
    assert left[0] == pytest.approx(2 - steps[0])
    assert "<td>x[0]</td>" in check._repr_html_()


# ---- the ladder


@pytest.mark.parametrize(
    ("f", "kind", "slope"),
    [
        (lambda t: np.exp(2 * t), SMOOTH, 2),
        (lambda t: np.sin(1e4 * t), SMOOTH, 1e4),
        (lambda t: np.log(1e-3 + t), SMOOTH, 1e3),
        (lambda t: abs(t + 1e-4), SMOOTH, 1),
        (lambda t: max(t, 0.0) ** 2, SMOOTH, 0),
        (lambda t: abs(t) ** 1.5, SMOOTH, 0),
        (lambda t: 1e10 + (1 + t) ** 2, SMOOTH, 2),
        (abs, KINK, None),
        (lambda t: max(t, 0.0) + 1e-3 * t, KINK, None),
        (lambda t: float(t > 0), JUMP, None),
        (np.floor, JUMP, None),
        (lambda t: np.sqrt(abs(t)), STEEP, None),
        (lambda t: float(mpmath.sqrt(t)) if t >= 0 else np.nan, EDGE, None),
    ],
)
def test_ladders_tell_what_kind_of_place_it_is(f, kind, slope):
    noise = max(noise_of(f, 1e-6) if kind == SMOOTH else 0.0, 1e-16 * abs(float(f(0.0))))
    ladder = climb(f, 1.0, noise)
    assert ladder.kind == kind
    if slope is not None:
        assert abs(ladder.slope - slope) <= 5 * ladder.error
        assert ladder.error < 1e-3 * max(1.0, abs(slope))


@pytest.mark.parametrize("size", [1e-3, 1e-8, 0.0])
def test_noise_is_measured(size):
    rng = np.random.default_rng(2)
    found = noise_of(lambda t: np.exp(t) + size * rng.normal(), 1e-6)
    assert found == pytest.approx(size, rel=0.7, abs=1e-15)
