"""Many walks drawn: starts in the colour of the place where they ended, values in their order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import steepest as st
from steepest.pictures import save
from steepest.pictures.basins import NOWHERE, TONES


def drawn(ax: Any, gid: str) -> list[Any]:
    return [a for a in ax.get_children() if a.get_gid() == gid]


def test_starts_have_the_colour_of_the_place_where_their_walks_met() -> None:
    starts = np.random.default_rng(2).uniform(-2, 2, (200, 2))
    ax = st.descend_many("(w^2 - 1)^2 + (v - w/4)^2", starts, rate=0.05).plot()
    places = np.array([p.get_xydata()[0] for p in drawn(ax, "place")])
    assert np.allclose(np.sort(places, axis=0), [[-1, -0.25], [1, 0.25]], atol=1e-6)
    (dots,) = drawn(ax, "starts")
    assert np.array_equal(dots.get_offsets(), starts)
    right = np.argmax(places[:, 0])
    tones = np.array([to_rgb(tone) for tone in TONES])
    found = np.abs(dots.get_facecolors()[:, None, :3] - tones).sum(axis=2).argmin(axis=1)
    # Far from the ridge at w = 0 it is plain where a walk goes.
    far = np.abs(starts[:, 0]) > 0.6
    assert np.array_equal(found[far] == right, starts[far, 0] > 0)
    (note,) = drawn(ax, "note")
    assert note.get_text().count("f = 0") == 2 and "elsewhere" not in note.get_text()


def test_walks_that_meet_nobody_are_dark_dots_where_they_ended() -> None:
    starts = np.random.default_rng(2).uniform(-2, 2, (400, 2))
    many = st.descend_many("u^2 + 0*v", starts, rate=0.5, steps=1, tolerance=0)  # a valley floor
    ax = many.plot(title="a valley")
    (alone,), (dots,) = drawn(ax, "alone"), drawn(ax, "starts")
    pale = np.abs(dots.get_facecolors()[:, :3] - to_rgb(NOWHERE)).sum(axis=1) < 1e-9
    assert pale.any() and np.array_equal(alone.get_offsets(), many.x[pale])
    assert f"{pale.mean():.1%} of the walks ended elsewhere" in drawn(ax, "note")[0].get_text()
    assert "a valley" in (ax.get_title(), ax.get_title(loc="left"))


@pytest.mark.parametrize("count", [1, 30, 500])
def test_values_of_other_functions_stand_in_order(count: int, tmp_path: Any) -> None:
    starts = np.random.default_rng(1).uniform(-2, 2, (count, 3))
    many = st.descend_many(lambda x: np.sum(x**4 - 4 * x**2 + x), starts, rate=0.01)
    ax = many.plot()
    (line,) = drawn(ax, "values")
    assert np.array_equal(line.get_ydata(), np.sort(many.values))
    assert np.allclose(line.get_xdata(), 100 * (np.arange(count) + 0.5) / count)
    save(ax.figure, tmp_path / "order.png")


def test_walks_that_left_the_numbers_are_counted_and_not_drawn() -> None:
    many = st.descend_many("w^4 - 3w^2", np.array([0.5, 1.0, 90.0]), rate=0.05)
    ax = many.plot()
    (line,) = drawn(ax, "values")
    assert line.get_ydata().size == 2
    assert drawn(ax, "note")[0].get_text() == "1 of 3 walks left the numbers"


def test_a_single_walk_and_a_million_can_be_drawn(tmp_path: Any) -> None:
    one = st.descend_many("n^2 + 3e^2", np.array([[2.0, 1.0]]), rate=0.1)
    save(one.plot().figure, tmp_path / "one.png")
    crowd = np.random.default_rng(1).uniform(-2, 2, (100_000, 2))
    ax = st.descend_many("n^2 + 3e^2", crowd, rate=0.1, steps=5, tolerance=0).plot()
    assert len(drawn(ax, "starts")[0].get_offsets()) == 3_000
