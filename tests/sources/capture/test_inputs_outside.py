"""Numbers outside that keep changing become inputs: few traces, and slopes that are right at each.

Where one is more than a value (a condition, an index, a text, a true float for C code) its value
goes on to decide the path. Truth is the formula's derivative, written by hand, or the slope that a
function made afresh has.
"""

from __future__ import annotations

import json
import math
import struct
import warnings

import numpy as np
import pytest

import steepest as st
from steepest.sources import numerical
from steepest.sources.capture import Followed, promises
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.scalars import FloatHandle

scale = 1.0
shift = 0.5
settings = {"rate": 0.5}
rates = [1.0, 2.0]


class Spring:
    stiffness = 2.0

    def __init__(self) -> None:
        self.k = 1.0
        self.rest = np.float64(0.5)

    def energy(self, x):
        return 0.5 * self.k * (x - self.rest) ** 2


spring = Spring()


def set_global(name: str, value: object) -> None:
    globals()[name] = value


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    globals().update(
        scale=1.0, shift=0.5, settings={"rate": 0.5}, rates=[1.0, 2.0], spring=Spring()
    )
    Spring.stiffness = 2.0


def test_a_thousand_values_of_a_global_are_few_traces() -> None:
    slope = st.grad(lambda x: scale * x**2)
    for k in range(1000):
        set_global("scale", 0.5 + k / 8)
        assert slope(3.0) == 6.0 * scale
    assert slope.tracing.traced <= 5 and slope.tracing.exact is True
    assert any("scale changes often" in note for note in slope.tracing.notes)


def test_a_cell_of_a_closure() -> None:
    gain = 1.0
    slope = st.grad(lambda x: np.sum(gain * np.sin(x)) / (1.0 + gain))
    x = np.array([0.3, 1.1])
    for k in range(60):
        gain = 1.0 + k
        np.testing.assert_allclose(slope(x), gain * np.cos(x) / (1 + gain), rtol=1e-14)
    assert slope.tracing.traced <= 5


CASES = {  # the function, how the k-th value is set, the true slope at 1.3
    "attribute": (
        lambda x: spring.energy(x),
        lambda k: setattr(spring, "k", 1.0 + k),
        lambda: spring.k * (1.3 - spring.rest),
    ),
    "NumPy's float64": (
        lambda x: spring.energy(x),
        lambda k: setattr(spring, "rest", np.float64(k / 4)),
        lambda: spring.k * (1.3 - spring.rest),
    ),
    "item of a dictionary": (
        lambda x: settings["rate"] * x**3,
        lambda k: settings.__setitem__("rate", 0.1 * k),
        lambda: settings["rate"] * 3 * 1.3**2,
    ),
    "item of a list": (
        lambda x: rates[1] * x + rates[0] * x**2,
        lambda k: rates.__setitem__(1, 3.5 - k),
        lambda: rates[1] + 2 * rates[0] * 1.3,
    ),
    "in arithmetic of numbers alone": (
        lambda x: x * (2 * scale - 1) ** 2 / (scale + 1),
        lambda k: set_global("scale", 1.0 + k / 3),
        lambda: (2 * scale - 1) ** 2 / (scale + 1),
    ),
    "through math": (
        lambda x: math.exp(-scale) * x**2 + math.sqrt(scale),
        lambda k: set_global("scale", 1.0 + k / 3),
        lambda: 2 * 1.3 * math.exp(-scale),
    ),
    "as an argument of a helper": (
        lambda x: helper(x, scale),
        lambda k: set_global("scale", 1.0 + k / 3),
        lambda: scale * math.cos(scale * 1.3),
    ),
    "written into an array": (
        lambda x: np.array([x, scale]) @ np.array([scale, 1.0]),
        lambda k: set_global("scale", 1.0 + k / 3),
        lambda: scale,
    ),
    "the result itself": (
        lambda x: x * 0.0 + scale,
        lambda k: set_global("scale", 1.0 + k / 3),
        lambda: 0.0,
    ),
}


def helper(x, w):
    return np.sin(w * x)


@pytest.mark.parametrize("case", CASES)
def test_wherever_a_number_is_held(case: str) -> None:
    function, change, truth = CASES[case]
    slope = st.grad(function)
    for k in range(40):
        change(k)
        assert slope(1.3) == pytest.approx(truth(), rel=1e-14, abs=1e-14)
    assert slope.tracing.traced <= 5 and slope.tracing.exact is True, slope.tracing


def test_two_numbers_that_change_together() -> None:
    value_and_slope = st.value_and_grad(lambda x: scale * x**2 + shift * x)
    for k in range(100):
        set_global("scale", 1.0 + k)
        set_global("shift", k / 7)
        value, slope = value_and_slope(2.0)
        assert value == pytest.approx(4 * scale + 2 * shift, rel=1e-15)
        assert slope == pytest.approx(4 * scale + shift, rel=1e-15)
    assert value_and_slope.tracing.traced <= 9


def test_a_function_object_sees_them_too() -> None:
    f = st.Function(lambda n, e: scale * n**2 + e, variables=("n", "e"))
    for k in range(12):
        set_global("scale", 1.0 + k)
        assert f(3.0, 1.0) == 9 * scale + 1
        np.testing.assert_array_equal(f.gradient(3.0, 1.0), [6 * scale, 1.0])
    assert f.tracing.traced <= 5


def a_condition(x):
    return x**2 * scale if scale > 5 else x**3 * scale


def an_index(x):
    return np.array([1.0, 10.0, 100.0])[int(scale) % 3] * x


def a_length(x):
    total = 0.0
    for _ in range(int(scale)):
        total = total + scale * x
    return total


def a_text(x):
    return x * len(f"{scale:.0f}") + scale * x


def written_out(x):
    return x * len(repr(scale)) * scale


def a_key(x):
    return {1.0: 3.0, 2.0: 4.0}.get(scale, 5.0) * x


def an_equality(x):
    return x**3 if scale == 4.0 else x**2


def a_rounding(x):
    return round(scale * 1.115, 2) * x


def a_whole_number(x):
    return round(scale) * x + math.floor(scale) * x**2


def in_c_code(x):
    return struct.unpack("d", struct.pack("d", scale))[0] * x


def in_json(x):
    return json.loads(json.dumps([scale]))[0] * x


def in_hexadecimal(x):
    return float.fromhex(scale.hex()) * x


def its_type(x):
    return x * (2.0 if type(scale) is float else 3.0) * scale


def a_minimum(x):
    return min(scale, 3.0) * x + max(scale, x)


def a_step(x):
    return np.linspace(0.0, scale, 4).sum() * x


def a_formatted_name(x):
    return getattr(spring, "k" if scale < 3 else "stiffness") * x


def bound_elsewhere(x):
    def inner(scale):
        return scale * x

    return inner(2.0) + scale


def masked(x):
    grid = np.arange(6.0)
    return np.sum(grid[grid > scale]) * x


MORE_THAN_VALUES = [
    a_condition, an_index, a_length, a_text, written_out, a_key, an_equality, a_rounding,
    a_whole_number, in_c_code, in_json, in_hexadecimal, its_type, a_minimum, a_step,
    a_formatted_name, bound_elsewhere, masked,
]  # fmt: skip


@pytest.mark.parametrize("function", MORE_THAN_VALUES, ids=lambda f: f.__name__)
def test_what_is_more_than_a_value_decides_the_path(function) -> None:
    """The truth is what a new process would say: the slope of a function followed for the first
    time."""
    slope = st.value_and_grad(function)
    for k in range(24):
        set_global("scale", [1.0, 2.0, 7.5, 0.25, 4.0, 11.0, 3.3, 1e3 / 7][k % 8] + (k // 8) / 16)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # compiled code gives slopes by differences, and says so
            value, found = slope(1.3)
            fresh = st.value_and_grad(function)(1.3)
        assert value == pytest.approx(function(1.3), rel=1e-14)
        assert (value, found) == pytest.approx(fresh, rel=1e-13)
        truth = numerical.jacobian(lambda v: np.asarray(function(v[()])), np.float64(1.3)).value
        assert found == pytest.approx(float(truth), rel=1e-6)


def test_what_python_raises_and_numpy_does_not() -> None:
    slope = st.grad(lambda x: x / (1 / scale + 1.0))
    for k in range(8):
        set_global("scale", 1.0 + k)
        slope(1.0)
    assert slope.tracing.traced <= 5
    set_global("scale", 0.0)
    with pytest.raises(ZeroDivisionError):
        slope(1.0)
    set_global("scale", 2.0)
    assert slope(1.0) == pytest.approx(1 / 1.5)
    root = st.grad(lambda x: x * math.sqrt(shift))
    for k in range(8):
        set_global("shift", 1.0 + k)
        root(1.0)
    set_global("shift", -1.0)
    with pytest.raises(ValueError, match="math domain"):
        root(1.0)


def test_zero_has_a_sign() -> None:
    angle = st.grad(lambda x: x * np.arctan2(0.0, shift))
    for value, slope in ((0.0, 0.0), (-0.0, math.pi), (0.0, 0.0), (-0.0, math.pi)):
        set_global("shift", value)
        assert angle(1.0) == slope


def test_a_number_that_becomes_something_else() -> None:
    slope = st.grad(lambda x: scale * x**2)
    for value in (1.0, 2.0, 3.0, 4.0, 5.0, 2, 6.0, True, np.float64(7.0), np.array(8.0), 9.0):
        set_global("scale", value)
        assert slope(1.5) == 3.0 * float(value)
    assert slope.tracing.exact is True


def test_float32_stays_float32() -> None:
    slope = st.grad(lambda x: np.sum(scale * x * x))
    x = np.array([1.5, 2.5], np.float32)
    for k in range(8):
        set_global("scale", 1.0 + k)
        found = slope(x)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, np.float32(2 * scale) * x)


def test_a_function_that_changes_what_it_reads_is_run_at_every_call() -> None:
    def growing(x):
        spring.k = spring.k + 1.0
        return spring.k * x

    followed = Followed(growing)
    for _ in range(8):
        before = spring.k
        path = followed.path((1.0,))
        assert path.outputs()[0] == before + 1.0
        assert type(spring.k) is float
    assert followed.tracing.traced == 8


def test_a_count_of_calls_forbids_it() -> None:
    """Trying out whether a number can be an input would count twice."""
    calls: list[int] = []

    def counted(x):
        calls.append(1)
        return struct.unpack("d", struct.pack("d", scale))[0] * x * len(calls)

    followed = Followed(counted)
    for k in range(6):
        set_global("scale", 1.0 + k)
        before = len(calls)
        assert followed.path((2.0,)).outputs()[0] == 2.0 * scale * (before + 1)


def test_a_name_given_away_and_bound_again() -> None:
    """Two names of one number stay two facts."""
    first = second = 1.0
    slope = st.grad(lambda x: first * x + second * x**2)
    for k in range(8):
        first = float(k)
        assert slope(1.0) == first + 2.0
    second = 5.0
    assert slope(1.0) == first + 10.0


def test_no_handle_is_left_behind() -> None:
    held = []

    def keeps(x):
        spring.rest = scale
        held[:] = [scale]
        return scale * x

    followed = Followed(keeps)
    for k in range(8):
        set_global("scale", 2.0 + k)
        assert followed.path((1.0,)).outputs()[0] == scale
        assert not isinstance(spring.rest, Handle) and type(held[0]) is float


def test_a_new_value_is_compared_with_the_function_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: a handle that drops what it stands for. The first trace cannot see it,
    since its value is right; the first other value shows it, and the number is a fact again.
    """
    slope = st.grad(lambda x: x * (scale + 1.0))
    monkeypatch.setattr(FloatHandle, "__add__", lambda self, other: self._value + other)
    for k in range(12):
        set_global("scale", 1.0 + k)
        assert slope(1.0) == scale + 1.0
    assert slope.tracing.traced > 8


def test_without_that_comparison_the_fault_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FloatHandle, "__add__", lambda self, other: self._value + other)
    monkeypatch.setattr("steepest.sources.capture.followed.proved", lambda *a: True)
    assert promises.proved is not None
    slope = st.grad(lambda x: x * (scale + 1.0))
    wrong = []
    for k in range(12):
        set_global("scale", 1.0 + k)
        wrong.append(slope(1.0) != scale + 1.0)
    assert any(wrong)


def test_code_without_a_source() -> None:
    names = {"np": np, "math": math, "c": 1.0}
    exec("def f(n):\n    return c * np.sin(n) + math.exp(-c)", names)
    slope = st.grad(names["f"])
    for k in range(30):
        names["c"] = 1.0 + k
        assert slope(0.5) == pytest.approx(names["c"] * math.cos(0.5), rel=1e-15)
    assert slope.tracing.traced <= 5
