"""Long work tells how far it is, and ends when it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from steepest.native.engine import available
from steepest.studio.answers import Room, answer
from steepest.studio.ground import Grounds
from steepest.studio.lesson import Lessons
from steepest.studio.protocol import Request

from .reader import Visit

TWO_VALLEYS = {
    "formula": "(x^2 - 1)^2 + y^2"
}  # mirrored at x = 0, so each draws half of all starts
RAIN = {"of": TWO_VALLEYS, "stretches": [[-2, 2], [-2, 2]], "count": 100}


def asked(body: Mapping[str, Any], stop_after: int | None = None) -> tuple[list[Any], Any, Any]:
    """What is told on the way, and the answer."""
    told: list[Any] = []
    room = Room(Grounds(), Lessons(), lambda head, arrays: told.append((head, arrays)),
                lambda: stop_after is not None and len(told) >= stop_after)  # fmt: skip
    head, arrays = answer(Request(1, "rain", body), room)
    return told, head, arrays


def test_basins_are_told_coarse_first_and_then_finer() -> None:
    told, head, arrays = asked(RAIN)
    sides = [h["progress"]["side"] for h, _ in told] + [head["side"]]
    assert sides == [13, 25, 50, 100][: len(sides)]
    assert len(sides) == 4 or available()  # without machine code finer ones take too long
    for (h, a), side in zip([*told, (head, arrays)], sides, strict=True):
        assert a["labels"].shape == (side, side)
        assert np.allclose(h["minima"], [[-1, 0], [1, 0]], atol=1e-6)
    assert head["shares"] == pytest.approx([0.5, 0.5], abs=0 if len(sides) == 4 else 0.05)


def test_stopped_the_last_picture_stands() -> None:
    told, head, arrays = asked(RAIN, stop_after=1)
    assert len(told) == 1 and head["side"] == 25 and arrays["labels"].shape == (25, 25)


@pytest.mark.skipif(bool(available()), reason=available())
def test_the_page_draws_them_as_they_come_and_says_how_many(visit: Visit) -> None:
    page = visit("/free#f=(x^2 - 1)^2 %2B y^2&range=-2,2,-2,2")
    page.click("[data-action=basins]")
    page.wait_for_selector(".shares li:nth-child(2)")
    page.wait_for_selector(".map .basin-mark >> nth=1", state="attached")  # a frame later
    assert page.locator(".map .basin-mark").count() == 2
    page.wait_for_selector(".card .hint:has-text('25,600 starts.')")
    assert "50.0 %" in page.locator(".shares li").first.inner_text()
    assert not page.locator("progress").is_visible()


def test_a_walk_on_the_page_is_stopped(visit: Visit) -> None:
    page = visit("/free#f=100(y - x^2)^2 %2B (1 - x)^2&x=-1,1")
    page.fill(".race input[aria-label='at most so many steps']", "200000")
    page.fill(".lane.first input[name=rate]", "1e-7")
    page.click("[data-action=walk]")
    page.wait_for_selector(".lane.first .said:has-text('step')")
    stop = page.locator(".race button:has-text('Stop')")
    if stop.is_visible():  # a fast machine may be through
        stop.click()
    page.wait_for_selector(".lane.first .cause")
    assert page.locator(".lane.first .cause").inner_text() in ("interrupted", "rate too small")
