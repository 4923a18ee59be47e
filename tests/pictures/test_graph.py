"""The layout of a graph, and what a box says."""

from __future__ import annotations

import itertools

import numpy as np

import steepest as st
from steepest.pictures.graph import ACROSS, HEIGHT, REACH, arrange
from steepest.pictures.palette import INK, RED_TEXT


def test_every_step_stands_right_of_what_it_is_made_from() -> None:
    rng = np.random.default_rng(0)
    made = {
        n: tuple(int(a) for a in rng.choice(n - 1, min(2, n - 1), replace=False) + 1)
        for n in range(1, 40)
    }
    layout = arrange(made)
    assert set(layout.places) == set(made)
    drawn = set(layout.edges) | {(a, n) for n, far in layout.stubs.items() for a in far}
    assert drawn == {(a, n) for n, args in made.items() for a in args}
    for through in layout.edges.values():
        xs = [x for x, _ in through]
        assert xs == sorted(set(xs)) and len(xs) <= REACH + 1
    places = sorted(layout.places.values())
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        assert x0 != x1 or abs(y0 - y1) >= HEIGHT


def test_a_chain_goes_on_in_bands() -> None:
    layout = arrange({n: (n - 1,) for n in range(1, 3 * ACROSS + 1)})
    assert max(x for x, _ in layout.places.values()) == ACROSS - 1
    assert len({y for _, y in layout.places.values()}) == 3
    assert len(layout.stubs) == 2


def test_crossings_are_undone() -> None:
    """Two chains whose inputs come in the wrong order."""
    layout = arrange({1: (), 2: (), 3: (2,), 4: (1,), 5: (3,), 6: (4,), 7: (5, 6)})
    above = layout.places[1][1] > layout.places[2][1]
    assert (layout.places[4][1] > layout.places[3][1]) == above
    assert (layout.places[6][1] > layout.places[5][1]) == above


def test_a_box_shows_the_value_in_ink_and_the_adjoint_in_red() -> None:
    ax = st.explain(lambda w, x: (w * x - 1) ** 2, 3.0, 0.5).plot(title="one weight")
    words = {(t.get_text(), t.get_color()) for t in ax.texts}
    assert {("w", INK), ("3", INK), ("0.5", RED_TEXT), ("1.5", INK)} <= words
    assert ax.get_title(loc="left") == "one weight"
