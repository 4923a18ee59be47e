"""Programs compute single numbers in a quicker way than arrays: to the same last bit, and dtype."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import steepest.operations  # noqa: F401  (fills the registry of rows)
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traverse import ON_NUMBERS, Program

NUMBERS = [0.0, -0.0, 1.0, -1 / 3, 5e-324, 1.7e308, -1.7e308, np.inf, -np.inf, np.nan, 0.1]
WIDE, NARROW = np.float64, np.float32


def bits(value):
    return np.asarray(value).tobytes() if value == value else "NaN"


@pytest.mark.parametrize("kinds", [(WIDE, WIDE), (NARROW, NARROW), (NARROW, WIDE)])
@pytest.mark.parametrize("name", ["add", "subtract", "multiply"])
def test_two_numbers(name, kinds):
    row = ROWS[name]
    assert row.run in ON_NUMBERS
    a, b = (variable(n, (), k) for n, k in zip("ab", kinds, strict=True))
    program = Program((a, b), [make(row, (a, b))])
    with np.errstate(all="ignore"):
        for x, y in itertools.product(NUMBERS, NUMBERS):
            x, y = kinds[0](x), kinds[1](y)
            (found,) = program(x, y)
            wanted = row.run(x, y)
            assert bits(found) == bits(wanted), (x, y)
            assert found.dtype == wanted.dtype
            assert bits(program(float(x), y)[0]) == bits(row.run(float(x), y))


@pytest.mark.parametrize("held", [0.1, np.float64(0.1), np.float32(0.1), np.array(0.1)])
def test_a_number_and_a_constant(held):
    x = variable("x", (), NARROW)
    program = Program((x,), [make(ROWS["multiply"], (constant(held), x))])
    (found,) = program(np.float32(3))
    wanted = np.multiply(np.asarray(held)[()] if type(held) is not float else held, np.float32(3))
    assert found.dtype == wanted.dtype
    assert bits(found) == bits(wanted)


def test_the_sign_of_zero():
    x = variable("x")
    program = Program((x,), [make(ROWS["negative"], (x,))])
    assert np.signbit(program(0.0)[0])
    assert not np.signbit(program(-0.0)[0])


def test_arrays_in_place_of_numbers_broadcast():
    x, y = variable("x"), variable("y")
    program = Program((x, y), [make(ROWS["multiply"], (make(ROWS["add"], (x, y)), x))])
    rows, columns = np.arange(3.0)[:, None], np.arange(4.0)
    assert np.array_equal(program(rows, columns)[0], (rows + columns) * rows)


def test_integers_and_truth_values_keep_their_own_arithmetic():
    n, m = variable("n", (), np.int8), variable("m", (), np.int8)
    program = Program((n, m), [make(ROWS["add"], (n, m))])
    with np.errstate(over="ignore"):
        assert program(np.int8(100), np.int8(100))[0] == np.int8(-56)
