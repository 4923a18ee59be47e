"""Lesson 3 in a real browser: two linked views, and an arrow that is the engine's −∇f."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

import steepest as st
from steepest.studio.lesson import Lessons

from .conftest import figures, follow, number, settled

FORMULA = Lessons().by_name["gradient"].content["formula"].split("= ")[1]
F = st.Function(FORMULA, ("n", "e"))
Visit = Callable[..., Any]
COMPASS = {"-n": 0, "-e": 90, "n": 180, "e": 270}  # a slope that falls to north, east, south, west


def drawn_bearing(page: Any) -> float:
    """The bearing of the green arrow as it is drawn: from the point to the arrow's tip."""
    at = page.locator(".map .point").get_attribute("transform")
    x, y = map(float, re.findall(r"[-\d.]+", at)[:2])
    corners = re.findall(r"([-\d.]+),([-\d.]+)", page.locator(".map .arrow").get_attribute("d"))
    tip_x, tip_y = map(float, corners[3])
    return math.degrees(math.atan2(tip_x - x, y - tip_y)) % 360


@pytest.mark.parametrize(("formula", "bearing"), COMPASS.items())
def test_the_arrow_points_down_at_the_four_compass_points(
    visit: Visit, formula: str, bearing: float
) -> None:
    page = visit(f"/lesson/gradient#f={formula.replace('-', '-1*')}+0*n+0*e".replace("+", "%2B"))
    page.click("text=Try >> nth=0")
    page.wait_for_selector(".map .arrow[visibility=visible]", state="attached")
    assert st.Function(formula, ("n", "e")).at(0.3, -0.12).bearing == bearing
    assert abs((drawn_bearing(page) - bearing + 180) % 360 - 180) < 0.6
    assert number(figures(page)[3]) == bearing


def test_arrow_and_numbers_are_the_engines_anywhere(visit: Visit) -> None:
    spread = random.Random(3)
    page = visit("/lesson/gradient#tab=explain")
    for _ in range(6):
        n, e = round(spread.uniform(-1.9, 1.9), 2), round(spread.uniform(-1.9, 1.9), 2)
        follow(page, f"x={n},{e}&tab=explain")
        at = F.at(n, e)
        assert at.bearing is not None
        assert abs((drawn_bearing(page) - at.bearing + 180) % 360 - 180) < 0.6
        shown = figures(page)
        assert shown[:3] == [
            f"{round(v, 2) + 0.0:.2f}".replace("-", "−") for v in (*at.gradient, at.magnitude)
        ]
        assert shown[3] == f"{at.bearing:03.0f}°"


def test_dragging_on_the_map_moves_both_views(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try")
    before = page.locator(".mountain .way").first.get_attribute("style")
    box = page.locator(".map .dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 90, steps=5)
    settled(page, page.mouse.up)
    n, e = map(float, re.search(r"x=([-\d.]+)%2C([-\d.]+)", page.url).groups())  # type: ignore[union-attr]
    assert n < -0.4 and e > 0.3  # down is south, right is east
    assert page.locator(".mountain .way").first.get_attribute("style") != before
    assert figures(page)[0] == f"{F.at(n, e).gradient[0]:.2f}".replace("-", "−")


def test_dragging_on_the_mountain_moves_both_views(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try")
    box = page.locator(".mountain canvas").bounding_box()
    ways = [page.locator(".mountain .way").nth(k).bounding_box() for k in (0, 2)]
    # the point stands on the disc between N and S
    x, y = (sum(w[k] + w[s] / 2 for w in ways) / 2 for k, s in (("x", "width"), ("y", "height")))
    before = page.locator(".map .point").get_attribute("transform")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y + 60, steps=5)
    settled(page, page.mouse.up)
    assert page.locator(".map .point").get_attribute("transform") != before and "x=" in page.url
    assert box["width"] > 500


def test_turning_the_mountain_leaves_the_point(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try")
    before = page.locator(".mountain .way").first.get_attribute("style")
    box = page.locator(".mountain canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    page.mouse.up()
    turned = page.locator(".mountain .way").first.get_attribute("style")
    page.locator(".turn").first.click()
    assert before != turned != page.locator(".mountain .way").first.get_attribute("style")
    assert "x=" not in page.url


def test_a_predicted_arrow_is_measured(visit: Visit) -> None:
    page = visit("/lesson/gradient")
    truth = F.at(0.3, -0.12).bearing
    assert truth is not None and figures(page)[3] == "?"
    turn = page.locator(".panel input[type=range]")
    turn.fill(str(round(truth + 40) % 360))
    page.click("button:has-text('That way')")
    page.wait_for_selector(
        f".because:not(.good):has-text('{abs(round(truth + 40) - truth):.0f}° off')"
    )
    page.click("text=Predict again")
    turn.fill(str(round(truth)))
    page.click("button:has-text('That way')")
    page.wait_for_selector(".because.good")


def test_a_link_brings_back_the_place(visit: Visit) -> None:
    page = visit("/lesson/gradient#x=-1.2,0.4&heading=77&tab=explain")
    shown, said = figures(page), page.locator(".sentence").first.text_content()
    page.wait_for_timeout(500)
    other = visit(f"/lesson/gradient#{page.url.partition('#')[2]}")
    assert figures(other) == shown
    assert other.locator(".sentence").first.text_content() == said


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/gradient")
    press = page.keyboard.press
    page.locator(".panel input[type=range]").focus()
    press("ArrowRight")
    press("Tab")
    press("Enter")
    page.wait_for_selector(".because:visible")
    page.locator(".steps [role=tab]").first.focus()
    press("ArrowRight")
    point = page.locator(".map .point")
    point.focus()
    north, east = next(
        (i, j)
        for i in range(-6, 6)
        for j in range(7)
        if (g := F.gradient(0.3 + 0.25 * i, -0.1 + 0.25 * j))[0] > 0.12 and g[1] < -0.12
    )
    for _ in range(abs(north)):
        press("Shift+ArrowUp" if north > 0 else "Shift+ArrowDown")
    for _ in range(east):
        press("Shift+ArrowRight")
    page.wait_for_selector(".tasks li:nth-child(1).done")
    for _ in range(9):
        press("ArrowUp" if F.at(*here(page)).gradient[0] > 0 else "ArrowDown")
    heading = page.locator(".control input")
    heading.focus()
    at = F.at(*here(page))
    assert at.bearing is not None
    for _ in range(round((at.bearing + 180) % 360)):
        press("ArrowRight")
    page.wait_for_selector(".tasks li:nth-child(2).done")
    point.focus()
    for _ in range(80):  # up the gradient, a key at a time
        g = F.at(*here(page)).gradient
        if math.hypot(*g) < 0.015:
            break
        key = ("ArrowUp", "ArrowDown") if abs(g[0]) > abs(g[1]) else ("ArrowRight", "ArrowLeft")
        press(key[0 if max(g, key=abs) > 0 else 1])
    page.locator(".exercise input").focus()
    page.keyboard.type("-4")
    press("Enter")
    page.wait_for_selector(".exercise .said.good")


def here(page: Any) -> tuple[float, float]:
    """The reader's point, as the slider says it."""
    said = page.locator(".map .point").get_attribute("aria-valuetext").replace("−", "-")
    n, e = re.search(r"n = (-?\d+\.?\d*), e = (-?\d+(?:\.\d+)?)", said).groups()  # type: ignore[union-attr]
    return float(n), float(e)
