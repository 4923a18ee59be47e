"""Nests of numbers, flat and back."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.errors import ShapeError
from steepest.sources.structure import flatten, promoted


@dataclass(frozen=True)
class Layer:
    weights: np.ndarray
    rate: float
    name: str = "first"


Point = namedtuple("Point", "n e")
NESTS = st.recursive(
    st.floats(-9, 9) | st.integers(-9, 9) | st.none() | st.text(max_size=3) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(value=NESTS)
def test_what_is_flattened_comes_back(value) -> None:
    leaves, structure = flatten(value)
    back = structure.unflatten(leaves)
    assert back == value and type(back) is type(value)
    assert flatten(back)[1] == structure
    assert hash(flatten(back)[1]) == hash(structure)
    assert structure.count == len(leaves) == len(structure.names("x"))


def test_dataclasses_named_tuples_and_arrays() -> None:
    value = {"layers": [Layer(np.ones((2, 3)), 0.1)], "at": Point(1.0, 2)}
    leaves, structure = flatten(value)
    assert structure.names("p") == [
        'p["layers"][0].weights',
        'p["layers"][0].rate',
        'p["at"].n',
        'p["at"].e',
    ]
    back = structure.unflatten([leaf * 2 for leaf in leaves])
    assert back["layers"][0].name == "first" and type(back["at"]) is Point
    np.testing.assert_array_equal(back["layers"][0].weights, np.full((2, 3), 2.0))
    assert structure.size == 9


def test_names_are_what_one_would_write() -> None:
    value = {"a": [1.0, (2.0,)], 3: 4.0}
    _, structure = flatten(value)
    reached = [eval(name, {"w": value}) for name in structure.names("w")]
    assert reached == [1.0, 2.0, 4.0]


def test_one_flat_vector_and_back() -> None:
    value = [np.arange(6.0).reshape(2, 3), 7.0, np.array([8.0, 9.0])]
    leaves, structure = flatten(value)
    vector = structure.to_vector(leaves)
    np.testing.assert_array_equal(vector, [*range(6), 7.0, 8.0, 9.0])
    back = structure.from_vector(vector)
    for a, b in zip(back, leaves, strict=True):
        np.testing.assert_array_equal(a, b)
    assert flatten(structure.unflatten(back))[1].names("w") == structure.names("w")


def test_precision_of_the_vector() -> None:
    half = [np.ones(2, np.float32), np.float32(3)]
    leaves, structure = flatten(half)
    assert structure.to_vector(leaves).dtype == np.float32
    assert structure.from_vector(np.zeros(3))[0].dtype == np.float32
    leaves, structure = flatten([np.ones(2, np.float32), 3])
    assert structure.to_vector(leaves).dtype == np.float64


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (1 + 2j, "complex"),
        ({"a": [np.array([1j])]}, r'x\["a"\]\[0\] holds complex'),
        (np.array(["a"]), "dtype"),
    ],
)
def test_what_has_no_slope_is_an_error(value, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        flatten(value)


def test_a_nest_in_itself_is_an_error() -> None:
    endless: list = [1.0]
    endless.append(endless)
    with pytest.raises(ShapeError, match=r"contains itself at x\[1\]"):
        flatten(endless)
    shared = [1.0]
    assert flatten([shared, shared])[0] == [1.0, 1.0]


def test_wrong_sizes_are_errors() -> None:
    _, structure = flatten({"a": 1.0, "b": np.ones(2)})
    with pytest.raises(ShapeError, match="2 leaves"):
        structure.unflatten([1.0])
    with pytest.raises(ShapeError, match="length 4"):
        structure.from_vector(np.ones(4))
    with pytest.raises(ShapeError, match=r'x\["b"\] has shape \(3,\)'):
        structure.to_vector([1.0, np.ones(3)])


def test_promotion() -> None:
    assert promoted(3).dtype == np.float64 and promoted(np.float32(3)).dtype == np.float32
    assert promoted(np.arange(3)).dtype == np.float64
    given_ = np.ones(3)
    assert promoted(given_) is not given_
