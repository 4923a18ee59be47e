"""Packs of numbers in vector registers: the same bits as one by one, and fewer instructions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.native import kernel
from steepest.native.engine import available, target
from steepest.native.kernel import Kernel, kernel_ir
from steepest.native.plan import Plan, plan

pytestmark = pytest.mark.skipif(bool(available()), reason=available())


def valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def quartic(x: Any) -> Any:
    return np.sum((x**4 - 16 * x**2 + 5 * x) / 2)


def bent(x: Any) -> Any:
    return np.sum(np.where(x > 0.3, np.sqrt(abs(x)), np.minimum(x, -x[::-1])) * np.floor(2 * x))


def woven(x: Any) -> Any:
    return np.mean(x[::2] * x[1::2] + x[0] * x[::2] - np.hypot(x[1::2], x[::2]))


def matrix(x: Any) -> Any:
    a = np.reshape(x[:16], (4, 4))
    return np.sum((a @ a.T - np.eye(4)) ** 2) + np.linalg.norm(x) + np.max(x)


def waves(x: Any) -> Any:
    return np.sum(np.sin(x) * np.cos(2 * x)) / np.sum(x * x)


FUNCTIONS = [valley, quartic, bent, woven, matrix, waves]


def planned(f: Callable[..., Any], size: int) -> Plan:
    slope = st.value_and_grad(f)
    piece = slope.piece((np.linspace(-1.0, 1.0, size) + 0.01,), {}, ())
    return plan(piece.inputs, piece.outputs)


def ran(p: Plan, x: Any) -> Sequence[Any]:
    return Kernel(p)(x)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("size", [16, 22, 50])
def test_packs_change_no_bit(
    f: Callable[..., Any], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = planned(f, size)
    text = kernel_ir(p)
    if f is not woven and target().fused:  # every other number in memory is no vector
        assert "<4 x double>" in text.split("define i32 @kernel")[1]
    points = np.random.default_rng(size).normal(size=(5, size))
    points[1, 2], points[2, 3], points[3, :] = np.nan, np.inf, 0.0
    packed = [ran(p, x) for x in points]
    monkeypatch.setattr(kernel, "LONG", 10**9)
    single = [ran(p, x) for x in points]
    for a, b in zip(packed, single, strict=True):
        assert np.asarray(a[0]).tobytes() == np.asarray(b[0]).tobytes() or np.isnan(a[0] + b[0])
        assert np.array_equal(a[1], b[1], equal_nan=True)
        assert np.array_equal(np.signbit(a[1]), np.signbit(b[1])) or np.isnan(a[1]).any()


@pytest.mark.parametrize("f", FUNCTIONS)
def test_packs_compute_what_numpy_computes(f: Callable[..., Any]) -> None:
    slope = st.value_and_grad(f)
    x = np.random.default_rng(8).normal(size=22)
    first = slope(x)
    assert first[0] == pytest.approx(f(x), rel=1e-13)
    assert slope.compile(x)
    value, gradient = slope(x)
    assert value == pytest.approx(f(x), rel=1e-13)
    assert np.allclose(gradient, first[1], rtol=1e-12, atol=1e-13)


@pytest.mark.skipif(bool(available()) or not target().fused, reason="registers are too short")
def test_there_is_less_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    p = planned(valley, 100)
    packed = kernel_ir(p).count("\n")
    monkeypatch.setattr(kernel, "LONG", 10**9)
    assert packed < 0.5 * kernel_ir(p).count("\n")


# ---- the size of code grows with the function, no faster -----------------------------------------


def chain(length: int) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = x
        for k in range(length):
            y = np.sin(y) * x + 0.1 * k
        return y

    return f


@pytest.mark.parametrize("shape", ["chain", "array"])
def test_code_grows_with_the_function(shape: str) -> None:
    def measured(nodes: int) -> tuple[int, int]:
        if shape == "array":
            p = planned(valley, nodes // 16)
        else:
            slope = st.value_and_grad(chain(nodes // 8))
            piece = slope.piece((1.0,), {}, ())
            p = plan(piece.inputs, piece.outputs)
        return p.size, kernel_ir(p).count("\n")

    (few, short), (many, long) = measured(250), measured(2000)
    assert 6.5 < many / few < 9.5
    assert 4.0 < long / short < 9.5
    assert many < 4 * 2000
