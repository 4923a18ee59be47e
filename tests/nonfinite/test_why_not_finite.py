"""Where a NaN or an infinity is born: line, operation, operands, reason."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

import steepest as st
from steepest.errors import ShapeError


def model(p, s):
    q = p - 1
    z = np.where(s > 0, np.log(q), 0.0)
    return np.sum(z)


S = np.array([1.0, 0, 1, 1, 1])


def test_a_logarithm_of_negative_numbers() -> None:
    p = np.array([2.0, 0.5, 3, -1, 0])
    found = st.why_not_finite(model, p, S)
    assert not found.finite and (found.part, found.operation, found.text) == (
        "value",
        "log",
        "log(q)",
    )
    assert found.places == ((3,), (4,)) and found.operands == ((-2.0,), (-1.0,))
    assert all(math.isnan(r) for r in found.results) and found.count == (2, 5)
    assert found.origin.line == model.__code__.co_firstlineno + 2 and found.origin.file == __file__
    assert found.line == "z = np.where(s > 0, np.log(q), 0.0)"
    assert "a negative number has no real logarithm" in str(found)
    assert "at [3]: q = −2" in str(found) and "test_why_not_finite.py" in str(found)


def test_what_where_did_not_take_does_not_count() -> None:
    found = st.why_not_finite(model, np.array([2.0, 0.5, 3, 2, 2]), S)
    assert found.finite and str(found).startswith("everything is finite here: model = 0.69")


def test_what_nobody_reads_does_not_count() -> None:
    def picks(x):
        all_of_them = np.log(x)
        scaled = all_of_them.reshape(2, 2).T * 2
        return scaled[0, 0] / scaled[1, 1]

    found = st.why_not_finite(picks, np.array([2.0, -1.0, -2.0, 1.0]))
    assert (found.operation, found.places) == ("divide", ((),))
    assert found.operands == ((2 * math.log(2), 0.0),)
    assert "division by zero" in found.reason
    found = st.why_not_finite(picks, np.array([-2.0, -1.0, -2.0, 3.0]))
    assert (found.operation, found.places) == ("log", ((0,),))  # 1 and 2 are NaN too, but unread


@pytest.mark.parametrize(
    ("f", "x", "operation", "reason"),
    [
        (lambda x: np.sqrt(x) + 1, -4.0, "sqrt", "no real square root"),
        (lambda x: x / (x - 2), 2.0, "divide", "division by zero"),
        (lambda x: x / x, 0.0, "divide", "0/0"),
        (lambda x: np.exp(x), 710.0, "exp", "larger than 1.8e"),
        (lambda x: x**0.5, -1.0, "power", "exponent that is not whole"),
        (lambda x: x**-2.0, 0.0, "power", "0 to a negative power"),
        (lambda x: np.arcsin(x), 1.5, "arcsin", "from −1 to 1"),
        (lambda x: np.arctanh(x), 1.0, "arctanh", "infinite at −1 and 1"),
        (lambda x: np.log1p(x), -1.0, "log1p", "1 \\+ x is 0"),
        (lambda x: np.sum(np.full(4, 1e308) * x), 1.5, "sum", "larger than"),
        (lambda x: np.exp(x.astype(np.float32)), np.float32(100), "exp", "3.4e"),
    ],
)
def test_values(f, x, operation, reason) -> None:
    found = st.why_not_finite(f, x)
    assert (found.part, found.operation) == ("value", operation)
    assert re.search(reason, found.reason), found.reason


@pytest.mark.parametrize(
    ("f", "x", "operation", "gradient"),
    [
        (lambda x: np.sqrt(x), 0.0, "sqrt", math.inf),
        (lambda x: np.sqrt(1 - np.cos(x)), 0.0, "sqrt", math.nan),
        (lambda x: np.sqrt(x) ** 2, 0.0, "sqrt", math.nan),
        (lambda x: np.cbrt(x) * 1.0, 0.0, "cbrt", math.inf),
        (
            lambda x: np.sum(np.arcsin(x)),
            np.array([0.5, 1.0]),
            "arcsin",
            [1 / math.sqrt(0.75), math.inf],
        ),
        (lambda x: x**0.25, 0.0, "power", math.inf),
    ],
)
def test_slopes(f, x, operation, gradient) -> None:
    found = st.why_not_finite(f, x)
    assert (found.part, found.operation) == ("gradient", operation)
    np.testing.assert_allclose(found.gradient, gradient)
    np.testing.assert_array_equal(found.gradient, st.grad(f)(x))
    assert "infinitely steep" in found.reason
    assert ("not a number" in found.reason) == bool(np.any(np.isnan(found.gradient)))


def test_a_slope_in_an_array_tells_its_places() -> None:
    def f(x):
        r = np.sqrt(x)
        return np.sum(r * np.array([1.0, 2.0, 3.0]))

    found = st.why_not_finite(f, np.array([4.0, 0.0, 0.0]))
    assert found.places == ((1,), (2,)) and found.operands == ((0.0,), (0.0,))
    assert found.argument == "x" and found.line == "r = np.sqrt(x)"
    assert "the slope by x is inf" in str(found)


def test_the_first_birth_is_told_and_not_what_came_of_it() -> None:
    def f(x):
        a = np.log(x)
        b = np.exp(a) * a
        return b / b

    found = st.why_not_finite(f, -1.0)
    assert (found.operation, found.text) == ("log", "log(x)")


def test_numbers_that_came_in() -> None:
    found = st.why_not_finite(lambda x: x.sum(), np.array([1.0, np.nan, 2.0]))
    assert (found.operation, found.places) == ("input", ((1,),)) and "x[1] = nan" in str(found)
    found = st.why_not_finite(lambda p: p["rate"] * p["time"], {"rate": math.inf, "time": 1.0})
    assert 'p["rate"] is an input' in found.reason


def test_formulas_and_structures() -> None:
    found = st.why_not_finite(st.Function("ln(x - 2)/y"), x=1.0, y=3.0)
    assert (found.operation, found.text, found.operands) == ("log", "log(x − 2)", ((-1.0,),))
    assert found.origin is None
    assert st.why_not_finite(st.Function("x*y"), x=1.0, y=2.0).finite


def test_only_the_gradient_that_is_asked_for() -> None:
    def f(x, y):
        return np.sqrt(x) + y

    assert not st.why_not_finite(f, 0.0, 1.0).finite
    assert st.why_not_finite(f, 0.0, 1.0, argnums=1).finite
    assert st.why_not_finite(f, x=0.0, y=1.0, argnums="y").finite


def test_what_could_not_be_followed_is_run_once_more() -> None:
    import struct

    def f(x):
        y = struct.unpack("d", struct.pack("d", x))[0]
        z = np.log(np.float64(y))
        return z * 2

    with pytest.warns(UserWarning, match="by differences"):
        found = st.why_not_finite(f, -1.0)
    assert found.operation == "differences" and "invalid value" in found.reason
    assert found.line == "z = np.log(np.float64(y))"


def test_several_values() -> None:
    assert st.why_not_finite(lambda x: np.log(x), np.array([1.0, -1.0])).places == ((1,),)
    with pytest.raises(ShapeError, match="all values of <lambda> are finite, but they are several"):
        st.why_not_finite(lambda x: np.log(x), np.array([1.0, 2.0]))


def test_it_goes_to_json() -> None:
    found = st.why_not_finite(model, np.array([2.0, 0.5, 3, -1, 0]), S)
    data = json.loads(json.dumps(found.as_data(), allow_nan=False))
    assert data["results"] == ["nan", "nan"] and data["places"] == [[3], [4]]
