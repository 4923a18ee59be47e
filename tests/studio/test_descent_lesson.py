"""Lesson 4 in a real browser: a step goes against the slope, and says the engine's numbers."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.studio.lesson import Lessons

from .reader import (
    Visit,
    answer,
    done,
    explained,
    figures,
    follow,
    number,
    open_tab,
    place,
    press,
    settled,
    tab_to,
    type_own,
)

FORMULA = Lessons().by_name["descent"].content["formula"].split("= ")[1]
F = st.Function(FORMULA, ("w",))


def rows(page: Any) -> list[list[float]]:
    """The table of the walk: w, f and slope of each step."""
    found = page.locator("table.walk tbody tr").all()
    return [[number(t) for t in row.locator("td").all_inner_texts()[:3]] for row in found]


def test_at_a_negative_slope_a_step_goes_right_and_down(visit: Visit) -> None:
    page = visit("/lesson/descent")
    for start in (-2.95, 1.2):
        follow(page, f"x={start}&tab=try")
        settled(page, lambda: page.click("[data-action=step]"))
        (w1, f1, slope), (w2, f2, _) = rows(page)
        assert w1 == start and slope < 0 and w2 > w1 and f2 < f1


def test_the_other_side_mirrors_it(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    settled(page, lambda: page.click("[data-action=mirror]"))
    settled(page, lambda: page.click("[data-action=step]"))
    (w1, f1, slope), (w2, f2, _) = rows(page)
    assert slope > 0 and w2 < w1 and f2 < f1
    minimum = float(st.descend(F, -2.95, rate=0.1, progress=False).last.x)
    assert w1 - minimum == pytest.approx(minimum + 2.95, abs=0.02)


def test_a_rate_of_one_bounces_and_the_engine_says_so(visit: Visit) -> None:
    page = visit("/lesson/descent#f=(w-3)^2&x=2&rate=1&tab=try")
    for _ in range(4):
        settled(page, lambda: page.click("[data-action=step]"))
    found = rows(page)
    assert [w for w, _, _ in found] == [2, 4, 2, 4, 2] and {f for _, f, _ in found} == {1}
    page.wait_for_selector(".verdict .sentence:has-text('Bouncing')")


def test_the_table_is_the_engines_walk(visit: Visit) -> None:
    spread = random.Random(4)
    page = visit("/lesson/descent#tab=explain")
    for _ in range(3):
        w, rate = round(spread.uniform(-3.4, 3.4), 2), round(spread.uniform(0.05, 0.4), 2)
        follow(page, f"x={w}&rate={rate}&tab=try")
        for _ in range(2):
            settled(page, lambda: page.click("[data-action=step]"))
        walk = st.descend(F, w, rate=rate, steps=2, progress=False)
        truth = [[x, F(x), F.at(x).gradient[0]] for (x,) in walk.path]
        assert np.allclose(rows(page), truth, rtol=0, atol=0.00051)


def test_predicting_hides_the_answer_until_it_is_given(visit: Visit) -> None:
    page = visit("/lesson/descent")
    arrow = page.locator(".curve .arrow")
    assert figures(page)[1] == "?" and arrow.get_attribute("visibility") == "hidden"
    page.click("button.choice >> nth=0")
    page.wait_for_selector(".because:not(.good)")
    page.click("text=Predict again")
    page.click("button.choice >> nth=1")
    page.wait_for_selector(".because.good")
    assert figures(page)[1] == "0.71" and arrow.get_attribute("visibility") == "visible"


def test_dragging_moves_the_point_and_undo_brings_it_back(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    dot = page.locator(".curve .dot").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 10, steps=6)
    settled(page, page.mouse.up)
    moved = re.search(r"x=([-\d.]+)", page.url)
    assert moved and -2.3 < float(moved[1]) < -1.2
    settled(page, lambda: page.keyboard.press("Backspace"))
    assert "x=" not in page.url


def test_a_wrong_link_is_read_as_far_as_it_makes_sense(visit: Visit) -> None:
    page = visit("/lesson/descent#x=a,b&rate=nonsense&trail=1;2,3&tab=try&zoo=1&f=)(")
    assert figures(page)[0] == "−2.03"


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/descent")
    tab_to(page, "button.choice:nth-child(2)")
    press(page, "Enter")
    page.wait_for_selector(".because.good")
    open_tab(page, "Try")
    tab_to(page, ".point")
    press(page, "Enter", 8)
    assert done(page) == [True, False, False]
    press(page, "Shift+ArrowRight", 2)  # off the minimum, to its other side
    press(page, "Enter")
    assert done(page) == [True, True, False]
    press(page, "Shift+ArrowRight")
    press(page, "]", 27)
    assert done(page) == [True, True, True]
    assert "rises" in explained(page)
    type_own(page, "w^2/4 + sin(2w)")
    slope = st.Function("w^2/4 + sin(2w)").derivative()(place(page)[0])
    assert number(figures(page)[0]) == round(slope, 2)
    assert "wrong" in answer(page, "4.5")
    assert "good" in answer(page, "4")


def test_undo_brings_back_the_lessons_function(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    before, shape = figures(page), page.locator(".curve .shape").get_attribute("d")
    follow(page, "tab=own")
    page.click(".chip.maths >> nth=0")
    page.wait_for_function("() => location.hash.includes('f=')")
    assert page.locator(".curve .shape").get_attribute("d") != shape
    settled(page, lambda: page.click("[data-action=undo]"))
    page.wait_for_function("() => !location.hash.includes('f=')")
    settled(page, lambda: None)
    assert page.locator(".curve .shape").get_attribute("d") == shape and figures(page) == before
