"""Lesson 4 in a real browser: a step goes against the slope, and says the engine's numbers."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import steepest as st
from steepest.studio.lesson import Lessons

from .conftest import figures, follow, number, settled

FORMULA = Lessons().by_name["descent"].content["formula"].split("= ")[1]
F = st.Function(FORMULA, ("w",))
Visit = Callable[..., Any]


def rows(page: Any) -> list[list[float]]:
    """The table of the walk: w, f and slope of each step."""
    found = page.locator("table.walk tbody tr").all()
    return [[number(t) for t in row.locator("td").all_inner_texts()[:3]] for row in found]


@pytest.mark.parametrize("start", [-2.95, 1.2])
def test_at_a_negative_slope_a_step_goes_right_and_down(visit: Visit, start: float) -> None:
    page = visit(f"/lesson/descent#x={start}&tab=try")
    settled(page, lambda: page.click("[data-action=step]"))
    (w1, f1, slope), (w2, f2, _) = rows(page)
    assert slope < 0 and w2 > w1 and f2 < f1


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


def test_every_number_is_the_engines_to_the_digits_shown(visit: Visit) -> None:
    spread = random.Random(4)
    page = visit("/lesson/descent#tab=explain")
    for _ in range(5):
        w, rate = round(spread.uniform(-3.4, 3.4), 2), round(spread.uniform(0.05, 1.2), 2)
        follow(page, f"x={w}&rate={rate}&tab=explain")
        at = F.at(w)
        after = w - rate * at.gradient[0]
        truths = [at.gradient[0], -rate * at.gradient[0], at.value, F(after)]
        assert figures(page) == [f"{t:.2f}".replace("-", "−") for t in truths]
        assert rows(page)[-1] == [round(v, 3) for v in (w, at.value, at.gradient[0])]


def test_python_prints_the_digits_that_the_page_shows(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    settled(page, lambda: page.click("[data-action=step]"))
    code = page.locator("pre code").inner_text()
    shown = page.locator(".prints").inner_text().removeprefix("→ ")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == shown


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


def test_a_link_brings_back_the_walk(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    for _ in range(3):
        settled(page, lambda: page.click("[data-action=step]"))
    before, address, shown = rows(page), page.url, figures(page)
    other = visit(f"/lesson/descent#{address.partition('#')[2]}")
    assert rows(other) == before and figures(other) == shown


def test_a_wrong_link_is_read_as_far_as_it_makes_sense(visit: Visit) -> None:
    page = visit("/lesson/descent#x=a,b&rate=nonsense&trail=1;2,3&tab=try&zoo=1&f=)(")
    assert figures(page)[0] == "−2.03"


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/descent")
    press = page.keyboard.press
    for _ in range(40):  # to the first choice
        press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("to the right"):
            break
    press("Enter")
    page.wait_for_selector(".because.good")
    page.locator(".steps [role=tab]").first.focus()
    press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Try"
    page.locator(".point").focus()
    for _ in range(8):
        press("Enter")
    page.wait_for_selector(".tasks li:nth-child(1).done")
    press("Shift+ArrowRight")  # off the minimum, to its other side
    press("Shift+ArrowRight")
    press("Enter")
    page.wait_for_selector(".tasks li:nth-child(2).done")
    press("Shift+ArrowRight")
    for _ in range(27):
        press("]")
    page.wait_for_selector(".tasks li:nth-child(3).done")
    page.locator(".exercise input").focus()
    page.keyboard.type("4")
    press("Enter")
    page.wait_for_selector(".exercise .said.good")


def test_a_formula_of_ones_own_takes_the_lessons_place(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=own")
    page.fill(".panel input[type=text]", "w^2 + 3x")
    page.click("text=Take it")
    page.wait_for_selector(".said.wrong:has-text('x is not a name')")
    page.fill(".panel input[type=text]", "w^2/4 + sin(2w)")
    settled(page, lambda: page.click("text=Take it"))
    assert number(figures(page)[0]) == round(st.Function("w^2/4 + sin(2w)").derivative()(-2.95), 2)
