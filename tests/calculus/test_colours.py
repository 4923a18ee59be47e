"""Colours of columns: every entry of the matrix can be read off the compressed one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from steepest.calculus.colours import apart, star, turned


def rows_of(matrix: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(row).tolist() for row in matrix]


def band(n: int, width: int) -> np.ndarray:
    i = np.arange(n)
    return np.abs(i[:, None] - i) <= width


@some.composite
def matrices(draw: some.DrawFn, square: bool) -> np.ndarray:
    m = draw(some.integers(1, 9))
    n = m if square else draw(some.integers(1, 9))
    bits = draw(some.lists(some.booleans(), min_size=m * n, max_size=m * n))
    return np.array(bits).reshape(m, n)


@given(matrices(square=False))
def test_no_row_holds_a_colour_twice(matrix: np.ndarray) -> None:
    colours = apart(rows_of(matrix), matrix.shape[1])
    for row in rows_of(matrix):
        seen = [colours[j] for j in row]
        assert len(set(seen)) == len(seen)


@given(matrices(square=True))
def test_each_entry_stands_alone_in_one_of_its_places(matrix: np.ndarray) -> None:
    matrix = matrix | matrix.T
    rows = rows_of(matrix)
    colours = np.array(star(rows))
    for i, row in enumerate(rows):
        for j in row:
            here = matrix[i] & (colours == colours[j])
            there = matrix[j] & (colours == colours[i])
            assert here.sum() == 1 or there.sum() == 1


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_bands_and_arrows_take_as_many_colours_whatever_their_length(n: int) -> None:
    assert max(star(rows_of(band(n, 1)))) + 1 == 3
    assert max(apart(rows_of(band(n, 1)), n)) + 1 == 3
    assert max(apart(rows_of(band(n, 3)), n)) + 1 == 7
    arrow = np.eye(n, dtype=bool)
    arrow[0] = arrow[:, 0] = True
    assert max(star(rows_of(arrow))) + 1 == 2
    assert max(apart(rows_of(arrow), n)) + 1 == n


def test_turned() -> None:
    matrix = np.array([[1, 0, 1], [0, 0, 1]], bool)
    assert turned(rows_of(matrix), 3) == rows_of(matrix.T)
