"""Lesson 5 in a real browser: the same rule for every variable, and the engine's walk."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.studio.lesson import Lessons
from steepest.studio.quantities import quantities

from .reader import (
    Visit,
    answer,
    done,
    explained,
    figures,
    figures_of,
    number,
    open_tab,
    place,
    press,
    settled,
    tab_to,
    type_own,
)

LESSON = Lessons().by_name["many"]
F = LESSON.function
START, RATE = (-3.3, 2.1), 0.1


def trail(page: Any) -> list[list[float]]:
    """The walk that the link remembers, the point last."""
    text = page.url.partition("trail=")[2].partition("&")[0]
    points = [p.split("%2C") for p in re.split("%3B", text)] if text else []
    return [[float(v) for v in p] for p in points] + [place(page)]


def test_steps_are_the_engines_walk_in_every_view(visit: Visit) -> None:
    page = visit("/lesson/many#tab=try")
    for _ in range(3):
        settled(page, lambda: page.click("[data-action=step]"))
    walk = st.descend(F, START, rate=RATE, steps=3, progress=False)
    assert np.allclose(trail(page), walk.path, rtol=1e-12)
    assert number(figures(page)[2]) == round(walk.values[-1], 2)
    beads = page.locator(".map .bead")
    assert beads.count() == 4
    heights = [float(bead.get_attribute("cy")) for bead in beads.all()]
    assert heights == sorted(heights)  # y comes down to the valley's floor: further down the map
    drawn = page.locator(".strip .trail").get_attribute("d")
    falls = [float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", drawn)]
    assert len(falls) == 4 and falls == sorted(falls)  # the value falls: further down the strip
    share = (falls[1] - falls[0]) / (falls[3] - falls[0])
    values = walk.values
    assert share == pytest.approx((values[0] - values[1]) / (values[0] - values[3]), abs=0.01)


def test_a_step_too_long_goes_up_and_the_engine_says_why(visit: Visit) -> None:
    page = visit("/lesson/many#rate=0.55&tab=try")
    for _ in range(3):
        settled(page, lambda: page.click("[data-action=step]"))
    walk = st.descend(F, START, rate=0.55, steps=203, progress=False)
    page.wait_for_selector(".verdict:visible")
    assert page.locator(".verdict .sentence").inner_text() == walk.verdict.sentence


def test_run_takes_ten_steps_and_undo_takes_them_back(visit: Visit) -> None:
    page = visit("/lesson/many#tab=try")
    page.click("[data-action=run]")
    page.wait_for_function("() => document.querySelectorAll('.map .bead').length === 11")
    settled(page, lambda: page.wait_for_selector(".verdict:visible"))
    walk = st.descend(F, START, rate=RATE, steps=10, progress=False)
    assert place(page) == pytest.approx(walk.path[-1].tolist())
    settled(page, lambda: page.click("[data-action=undo]"))
    assert place(page) == [] and page.locator(".map .bead").count() < 2


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/many")
    along = "x" if abs(F.gradient(*START)[0]) > abs(F.gradient(*START)[1]) else "y"
    tab_to(page, f"button.choice:nth-child({'xy'.index(along) + 1})")
    press(page, "Enter")
    page.wait_for_selector(".because.good")
    open_tab(page, "Try")
    tab_to(page, ".map .point")
    press(page, "]", 5)
    assert done(page)[:2] == [False, True]
    press(page, "[", 5)
    for count in range(1, 13):
        if done(page)[0]:
            break
        page.keyboard.press(" ")
        page.wait_for_function(
            "(n) => document.querySelectorAll('.map .bead').length >= n", arg=min(61, 10 * count)
        )
        settled(page, lambda: page.wait_for_selector(".verdict:visible"))
    assert done(page)[:2] == [True, True] and math.hypot(*F.gradient(*place(page))) < 0.1
    assert "steps it has come down" in explained(page)
    type_own(page, "x^2 + 2y^2 + 3z^2")
    here = dict(zip("xyz", place(page), strict=True))
    own = st.Function("x^2 + 2y^2 + 3z^2", ("x", "y", "z"))
    assert figures(page) == figures_of(LESSON, quantities(own, here, rate=RATE))
    open_tab(page, "Try")
    tab_to(page, ".map .point")
    press(page, "Enter", 30)  # along x the way left shrinks by a fifth a step
    assert done(page) == [True, True, True]
    assert "wrong" in answer(page, "1")
    assert "good" in answer(page, "0.9^2")
