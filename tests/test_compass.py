"""Directions: one function a conversion, held together at the four compass points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import steepest
from steepest import compass

POINTS = {"north": (1.0, 0.0), "east": (0.0, 1.0), "south": (-1.0, 0.0), "west": (0.0, -1.0)}


@pytest.mark.parametrize(("word", "vector"), POINTS.items())
def test_the_four_compass_points(word, vector):
    degrees = compass.bearing(*vector)
    assert degrees == 90.0 * list(POINTS).index(word)
    assert compass.compass_word(degrees) == word
    assert compass.bearing_vector(degrees) == vector


@given(st.floats(0, 360, exclude_max=True))
def test_bearing_and_vector_are_inverse(degrees):
    back = compass.bearing(*compass.bearing_vector(degrees))
    assert min(abs(back - degrees), 360 - abs(back - degrees)) < 1e-9


@pytest.mark.parametrize(("word", "vector"), POINTS.items())
@pytest.mark.parametrize("kind", ["formula", "other names", "code"])
def test_a_plane_that_falls_one_way_has_that_bearing(word, vector, kind):
    """A plane whose height falls towards `word`: the descent goes there, for every kind of
    function.
    """
    a, b = -vector[0], -vector[1]
    if kind == "formula":
        f = steepest.Function(f"{a}*n + {b}*e + 7", ("n", "e"))
        slope = f.at(n=3, e=4)
    elif kind == "other names":
        f = steepest.Function(f"{b}*x + {a}*y + 7", ("x", "y"), north="y", east="x")
        slope = f.at(x=3, y=4)
    else:
        f = steepest.Function(lambda n, e: a * n + b * e + 7)
        slope = f.at(n=3, e=4)
    assert slope.compass == word
    assert slope.bearing == 90.0 * list(POINTS).index(word)
    assert slope.toward(word) == pytest.approx(-1.0)
    assert slope.magnitude == pytest.approx(1.0)


def test_no_bearing_where_the_variables_are_not_a_place():
    slope = steepest.Function("x^2 + y^2").at(1, 1)
    assert slope.bearing is None
    assert slope.compass is None
    assert slope.angle == pytest.approx(225.0)


def test_south_is_minus_north_and_west_is_minus_east():
    slope = steepest.Function("n**2 + 3*e**2 + sin(3*n)*e").at(n=2, e=1)
    assert slope.toward("north") == pytest.approx(4 + 3 * math.cos(6))
    assert slope.toward("south") == pytest.approx(-(4 + 3 * math.cos(6)))
    assert slope.toward("east") == pytest.approx(6 + math.sin(6))
    assert slope.toward("west") == pytest.approx(-(6 + math.sin(6)))


def test_no_direction_is_steeper_than_the_gradient():
    slope = steepest.Function("n**2 + 3*e**2 + sin(3*n)*e").at(n=2, e=1)
    around = [slope.toward(float(b)) for b in np.arange(0, 360, 0.5)]
    assert max(around) <= slope.magnitude
    assert max(around) == pytest.approx(slope.magnitude, rel=1e-4)
    assert slope.toward(slope.bearing) == pytest.approx(-slope.magnitude)
