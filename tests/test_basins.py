"""Basins: the minima are the known ones, and each start belongs to the minimum its walk reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.basins import basins
from steepest.errors import ShapeError
from steepest.problems import problem

HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"


def test_himmelblaus_four_minima() -> None:
    found = basins(HIMMELBLAU, [(-5, 5), (-5, 5)], size=40)
    known = np.array(sorted(problem("himmelblau").minima))
    assert np.allclose(sorted(map(tuple, found.minima)), known, atol=1e-6)
    assert found.lost == 0 and np.isclose(found.shares.sum(), 1)
    assert found.shown == [0.0] * 4 and "25" in repr(found)
    # a start right beside a minimum belongs to it
    for k, (x, y) in enumerate(found.minima):
        i, j = np.abs(found.sheet.up - y).argmin(), np.abs(found.sheet.right - x).argmin()
        assert found.labels[i, j] == k


def test_a_label_is_where_the_walk_of_that_place_ends() -> None:
    f = st.Function("sin(n)*cos(e) + 0.05*(n^2 + e^2)")
    found = basins(f, {"n": (-6, 6), "e": (-6, 6)}, size=15)
    assert found.sheet.right_name == "e" and found.sheet.up_name == "n"
    for i, j in ((0, 0), (3, 11), (7, 7), (14, 2)):
        start = {"n": float(found.sheet.up[i]), "e": float(found.sheet.right[j])}
        end = st.descend(f, start, rate=found.rate, steps=5000).x
        assert found.labels[i, j] >= 0
        assert np.allclose(found.minima[found.labels[i, j]], [end["n"], end["e"]], atol=1e-5)


def test_saddles_and_the_lost_belong_nowhere() -> None:
    found = basins("(w^2 - 1)^2 + v^2", [(-2, 2), (-1, 1)], size=5)
    assert (found.labels[:, 2] == -1).all()  # w = 0: the walk ends on the saddle
    assert found.lost == 0.2 and "no minimum (5 gradient)" in repr(found)
    bottomless = basins("w + v", [(-1, 1), (-1, 1)], size=4, steps=20)
    assert bottomless.lost == 1 and bottomless.minima.shape == (0, 2)
    assert "16 steps" in repr(bottomless)
    bottomless.plot()


@pytest.mark.parametrize(
    ("f", "domain", "match"),
    [
        ("w^2", [(-1, 1)], "over two variables"),
        ("w^2 + v^2", [(-1, 1)], "for each of two"),
        ("w^2 + v^2", {"w": (-1, 1)}, r"write \{'w': \(-2, 2\), 'v': \(-2, 2\)\}"),
        ("w^2 + v^2", [(1, -1), (0, 1)], "is empty"),
    ],
)
def test_what_cannot_be_drawn_says_why(f: str, domain: Any, match: str) -> None:
    with pytest.raises(ShapeError, match=match):
        basins(f, domain)


def test_the_picture_numbers_its_minima() -> None:
    found = basins(HIMMELBLAU, [(-5, 5), (-5, 5)], size=30)
    ax = found.plot(title="Four")
    assert {t.get_text() for t in ax.texts} >= {"1", "2", "3", "4"}
    image = ax.images[0].get_array()
    assert image.shape == (30, 30, 3) and ax.get_title(loc="left") == "Four"
    # each basin has a hue of its own: darker with the way, never another colour
    tones = [image[found.labels == k].mean(axis=0) for k in range(4)]
    apart = [np.abs(a - b).max() for i, a in enumerate(tones) for b in tones[:i]]
    assert min(apart) > 0.05
