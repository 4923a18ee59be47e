"""The check of a path: differences of all points together, and what reads code for it."""

from __future__ import annotations

import dis
import inspect
import math
from types import CodeType
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.calculus import derive
from steepest.errors import CaptureError
from steepest.sources.capture import check
from steepest.sources.capture.bytecode import codes_in, names_in
from steepest.sources.numerical import _of_numbers, agreement, along

NUMBERS = {
    "exp": lambda t: math.exp(2.0 * t),
    "pole": lambda t: 1.0 / (t + 0.01),
    "edge": lambda t: math.sqrt(t + 5e-4) if t > -5e-4 else math.nan,
    "jump": lambda t: math.copysign(1.0, t),
    "flat": lambda t: 3.0,
    "overflow": lambda t: 1e308 * (10.0 + t),
}


def smooth(n: Any, e: Any) -> Any:
    return n**2 + 3 * e**2 + np.sin(3 * n) * e


def branched(n: Any, e: Any) -> Any:
    return n * e if n > 1.4995 else n + e  # the long steps reach over the condition


def whole(n: Any, e: Any) -> Any:
    return np.where(n > e, n * e, np.hypot(n, e)) + np.floor(n)


def several(n: Any, e: Any) -> Any:
    return np.exp(n) - 1.0 / (e + 3.0) + np.clip(n, 0.0, 1.0)


def apart(*args: Any) -> bool:
    """Every point by itself."""
    return False


@pytest.mark.parametrize("name", NUMBERS)
def test_one_number_is_differentiated_as_an_array_is(name: str) -> None:
    f = NUMBERS[name]
    one = _of_numbers(lambda ts: [f(t) for t in ts], 1e-3, 4)
    many = along(lambda t: np.array([f(t)] * 2), starts=(1e-3,), rounds=4)
    if np.isfinite(many.error[0]):
        assert one.value == many.value[0]
        assert one.error == many.error[0]
    else:
        assert not math.isfinite(one.error)


def test_a_slope_is_told_from_a_wrong_one() -> None:
    def at(ts: Any) -> Any:
        return [math.sin(1.0 + t) for t in ts]

    assert agreement(at, math.cos(1.0), 1e-6) == (True, "")
    for wrong in (-math.cos(1.0), math.cos(1.0) * 1.01, math.cos(1.0) + 1e-4, 0.0):
        right, reason = agreement(at, wrong, 1e-6)
        assert right is not True
    assert right is False
    assert "differences of the value give 0.540302" in reason


@pytest.mark.parametrize("f", [smooth, branched, whole, several])
def test_together_and_one_by_one_the_verdict_is_the_same(
    f: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = st.grad(f, (0, 1))
    found = together(1.5, -0.5)
    monkeypatch.setattr(check, "_is_numbers", apart)
    alone = st.grad(f, (0, 1))
    assert alone(1.5, -0.5) == found
    assert (together.tracing.exact, alone.tracing.exact) == (True, True)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("f", [smooth, branched, whole, several])
def test_a_wrong_derivative_is_caught(f: Any, alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    right = derive.gradient
    monkeypatch.setattr(derive, "gradient", lambda y, by: right(y, by)[::-1])
    if alone:
        monkeypatch.setattr(check, "_is_numbers", apart)
    with pytest.raises(CaptureError, match="differences of the value give"):
        st.grad(f, (0, 1), strict=True)(1.5, -0.5)


def test_differences_are_of_one_run_where_every_value_is_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[int] = []
    before = check._replayed_together

    def counted(tape: Any, whole: Any, values: Any, weights: Any) -> Any:
        runs.append(np.size(values[0]))
        return before(tape, whole, values, weights)

    monkeypatch.setattr(check, "_replayed_together", counted)
    st.grad(smooth, (0, 1))(1.5, -0.5)
    st.grad(lambda x: np.sum(x**2))(np.ones(3))  # arrays: each point has a run of its own
    assert runs == [9]


def test_an_array_that_is_not_used_is_no_number() -> None:
    slopes = st.grad(lambda a, b: b * b, (0, 1))
    along_a, along_b = slopes(np.ones(3), 2.0)
    assert along_a.tolist() == [0.0, 0.0, 0.0]
    assert along_b == 4.0
    assert slopes.tracing.exact is True


def _by_dis(code: CodeType, kinds: tuple[str, ...]) -> list[str]:
    steps = (step for c in codes_in(code) for step in dis.get_instructions(c))
    return [str(step.argval) for step in steps if step.opname in kinds]


@pytest.mark.parametrize(
    "kinds",
    [
        ("LOAD_GLOBAL", "LOAD_NAME"),
        ("STORE_GLOBAL", "DELETE_GLOBAL"),
        ("STORE_DEREF", "DELETE_DEREF", "STORE_NAME", "DELETE_NAME"),
    ],
)
def test_names_are_those_that_the_disassembler_tells(kinds: tuple[str, ...]) -> None:
    codes = [
        compile(inspect.getsource(m), m.__name__, "exec") for m in (dis, inspect, np.lib.npyio, st)
    ]
    long = "\n".join(f"a{i} = b{i}\ndel a{i}" for i in range(400))  # past 255 names
    codes.append(compile(f"def f():\n global c\n c = d\n{long}", "long", "exec"))
    found = [list(names_in(code, kinds)) for code in codes]
    assert found == [_by_dis(code, kinds) for code in codes]
    assert any(found)
