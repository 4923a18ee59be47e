"""The slope at a point: its fields, flat ground, points where there is none."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.errors import NotFiniteError, ShapeError, VariableError

F = "n**2 + 3*e**2 + sin(3*n)*e"


def test_the_mountain_of_the_text():
    s = st.Function(F).at(n=2, e=1)
    dn, de = 4 + 3 * math.cos(6), 6 + math.sin(6)  # by hand: 2n + 3e·cos 3n and 6e + sin 3n
    assert s.value == pytest.approx(4 + 3 + math.sin(6), rel=1e-15)
    assert s.partials == pytest.approx({"n": dn, "e": de}, rel=1e-15)
    assert s.gradient == pytest.approx([dn, de], rel=1e-15)
    assert s.magnitude == pytest.approx(math.hypot(dn, de), rel=1e-15)
    assert s.direction == pytest.approx([-dn / math.hypot(dn, de), -de / math.hypot(dn, de)])
    assert s.bearing == pytest.approx(math.degrees(math.atan2(-de, -dn)) % 360)
    assert s.compass == "south-west"
    assert s.degrees == pytest.approx(math.degrees(math.atan(s.magnitude)))
    assert s.percent == pytest.approx(100 * s.magnitude)
    assert s.tangent(2, 1) == s.value
    assert s.tangent(n=2.5, e=1) == pytest.approx(s.value + 0.5 * dn)


@pytest.mark.parametrize(
    ("formula", "point"),
    [("n^2 + e^2", (0, 0)), ("n^2 - e^2", (0, 0)), ("7 + 0n + 0e", (3, 4)), ("(w-3)^2", (3,))],
)
def test_flat_ground_has_no_direction_and_never_nan(formula, point):
    s = st.Function(formula).at(*point)
    assert s.flat
    assert s.direction is None
    assert s.bearing is None
    assert s.compass is None
    assert s.magnitude == 0
    assert "flat" in str(s)
    assert "nan" not in str(s).lower()
    assert "NaN" not in s.to_json()


@pytest.mark.parametrize(
    ("formula", "edge"),
    [
        ("|w|", True),
        ("max(w, 0)^2 + |w|/1000", True),
        ("w^2", False),
        ("w^4", False),
        ("cos(w)", False),
        ("7 + 0w", False),
    ],
)
def test_a_kink_is_not_called_flat_ground(formula, edge):
    s = st.Function(formula).at(0)
    assert s.flat
    assert s.kink == edge
    assert ("kink" in str(s)) == edge


def test_flat_to_the_rounding_of_the_point():
    """cos(pi/2) is 6e-17 in floating point: no reason to send anybody anywhere."""
    s = st.Function("sin(x)").at(math.pi / 2)
    assert s.gradient[0] != 0
    assert s.flat
    assert s.direction is None


@given(some.floats(-1e150, 1e150), some.floats(-1e150, 1e150))
def test_direction_is_a_unit_vector_at_any_scale(a, b):
    s = st.Function("a*n + b*e", ("n", "e"), a=a, b=b).at(0, 0)
    if a == 0 == b:
        assert s.direction is None
    else:
        assert math.hypot(*s.direction) == pytest.approx(1.0, rel=1e-12)
        assert np.sign(s.direction[0]) in (0, -np.sign(a))


@pytest.mark.parametrize(
    ("formula", "at", "said"),
    [
        ("1/x", 0, "divide(1, 0) is inf"),
        ("ln(x)", -1, "log(-1) is nan"),
        ("sqrt(x)", 0, "slope by x"),
        ("x^2", math.nan, "not a number"),
    ],
)
def test_a_pole_or_nan_is_an_error_that_names_the_operation(formula, at, said):
    with pytest.raises(NotFiniteError, match="choose another point") as error:
        st.Function(formula).at(at)
    assert said in str(error.value)


def test_one_variable_has_a_tangent_line():
    s = st.Function("(w-3)^2").at(1)
    assert (s.value, s.partials) == (4.0, {"w": -4.0})
    assert s.direction == pytest.approx([1.0])
    assert s.plane == "4 − 4·(w − 1)"
    assert "towards larger w" in str(s)


def test_units_decide_whether_a_slope_is_an_angle():
    metres = {"n": "m", "e": "m", "value": "m"}
    assert st.Function("n + e", units=metres).at(0, 0).percent == pytest.approx(100 * math.sqrt(2))
    assert st.Function("n + e", units={**metres, "value": "°C"}).at(0, 0).percent is None
    assert st.Function("x(t) = 5t^2").at(1).degrees is None


def test_bad_questions():
    f = st.Function(F)
    with pytest.raises(VariableError, match="needs a value for e"):
        f.at(n=2)
    with pytest.raises(VariableError, match="no variable 'q'"):
        f.at(n=2, q=1)
    with pytest.raises(ShapeError, match="one point"):
        f.at([1, 2], 3)
    with pytest.raises(VariableError, match="no variable"):
        st.Function("3 + 4").at()
    with pytest.raises(ShapeError, match="vector"):
        f.gradient.at(1, 2)
    with pytest.raises(VariableError, match="compass word"):
        f.at(2, 1).toward("upwards")
    with pytest.raises(VariableError, match="length"):
        f.at(2, 1).toward([0, 0])


def test_data_and_html_carry_the_same_numbers():
    s = st.Function(F).at(2, 1)
    data = json.loads(s.to_json())
    assert data["partials"] == s.partials
    assert data["bearing"] == s.bearing
    assert "south-west" in s._repr_html_()
