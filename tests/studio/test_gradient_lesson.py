"""Lesson 3 in a real browser: two linked views, and an arrow that is the engine's −∇f."""

from __future__ import annotations

import math
import random
import re
from typing import Any

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

FORMULA = Lessons().by_name["gradient"].content["formula"].split("= ")[1]
F = st.Function(FORMULA, ("n", "e"))
COMPASS = {
    "-1*n": 0,
    "-1*e": 90,
    "n": 180,
    "e": 270,
}  # a slope that falls to north, east, south, west


def drawn_bearing(page: Any) -> float:
    """The bearing of the green arrow as it is drawn: from the point to the arrow's tip."""
    at = page.locator(".map .point").get_attribute("transform")
    x, y = map(float, re.findall(r"[-\d.]+", at)[:2])
    corners = re.findall(r"([-\d.]+),([-\d.]+)", page.locator(".map .arrow").get_attribute("d"))
    tip_x, tip_y = map(float, corners[3])
    return math.degrees(math.atan2(tip_x - x, y - tip_y)) % 360


def off(bearing: float, truth: float | None) -> float:
    assert truth is not None
    return abs((bearing - truth + 180) % 360 - 180)


def test_the_arrow_points_down_at_the_four_compass_points(visit: Visit) -> None:
    page = visit("/lesson/gradient")
    for formula, bearing in COMPASS.items():
        follow(page, f"f={formula}%2B0*n*e&tab=try")
        assert st.Function(formula, ("n", "e")).at(0.3, -0.12).bearing == bearing
        assert page.locator(".map .arrow").get_attribute("visibility") == "visible"
        assert off(drawn_bearing(page), bearing) < 0.6
        assert number(figures(page)[3]) == bearing


def test_the_arrow_is_the_engines_at_random_points(visit: Visit) -> None:
    spread = random.Random(3)
    page = visit("/lesson/gradient#tab=explain")
    for _ in range(8):
        n, e = round(spread.uniform(-1.9, 1.9), 2), round(spread.uniform(-1.9, 1.9), 2)
        follow(page, f"x={n},{e}&tab=explain")
        at = F.at(n, e)
        assert off(drawn_bearing(page), at.bearing) < 0.6
        assert at.bearing is not None and figures(page)[3] == f"{at.bearing:03.0f}°"


def spot(page: Any) -> tuple[float, float]:
    """Where the point stands on the mountain: in the middle of the disc between N and S."""
    ways = [page.locator(".mountain .way").nth(k).bounding_box() for k in (0, 2)]
    x, y = (sum(w[k] + w[s] / 2 for w in ways) / 2 for k, s in (("x", "width"), ("y", "height")))
    return x, y


def drag(page: Any, x: float, y: float, right: float, down: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=5)
    settled(page, page.mouse.up)


def test_dragging_in_either_view_moves_both(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try", mountain=True)
    point, way = page.locator(".map .point"), page.locator(".mountain .way").first
    before = point.get_attribute("transform"), way.get_attribute("style")
    box = page.locator(".map .dot").bounding_box()
    drag(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 60, 90)
    n, e = place(page)
    assert n < -0.4 and e > 0.3  # down is south, right is east
    after = point.get_attribute("transform"), way.get_attribute("style")
    assert after[0] != before[0] and after[1] != before[1]
    assert number(figures(page)[0]) == round(F.gradient(n, e)[0], 2)
    drag(page, *spot(page), -40, 30)
    moved = place(page)
    assert moved != [n, e]
    last = point.get_attribute("transform"), way.get_attribute("style")
    assert last[0] != after[0] and last[1] != after[1]
    at = F.at(*moved)
    assert number(figures(page)[0]) == round(at.gradient[0], 2)
    assert off(drawn_bearing(page), at.bearing) < 0.6


def test_turning_the_mountain_leaves_the_point(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try", mountain=True)
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


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/gradient")
    tab_to(page, ".panel input[type=range]")
    press(page, "ArrowRight")
    press(page, "Tab")
    press(page, "Enter")
    assert page.locator(".because:visible").count() == 1
    open_tab(page, "Try")
    tab_to(page, ".map .point")
    north, east = next(
        (i, j)
        for i in range(-6, 6)
        for j in range(7)
        if (g := F.gradient(0.3 + 0.25 * i, -0.1 + 0.25 * j))[0] > 0.12 and g[1] < -0.12
    )
    press(page, "Shift+ArrowUp" if north > 0 else "Shift+ArrowDown", abs(north))
    press(page, "Shift+ArrowRight", east)
    assert done(page)[0]
    bearing = F.at(*place(page)).bearing
    assert bearing is not None
    tab_to(page, ".control input")
    press(page, "ArrowRight", round((bearing + 180) % 360))  # towards the gradient
    assert done(page)[1]
    tab_to(page, ".map .point", back=True)
    for _ in range(80):  # up the gradient, a key at a time
        g = F.gradient(*place(page))
        if math.hypot(*g) < 0.018:
            break
        keys = ("ArrowUp", "ArrowDown") if abs(g[0]) > abs(g[1]) else ("ArrowRight", "ArrowLeft")
        press(page, keys[0 if max(g, key=abs) > 0 else 1])
    assert done(page) == [True, True, True]
    assert "nearly level" in explained(page)
    type_own(page, "n^2 + 3e^2")
    n, e = place(page)
    assert [number(f) for f in figures(page)[:2]] == [round(2 * n, 2), round(6 * e, 2)]
    assert "wrong" in answer(page, "4")
    assert "good" in answer(page, "-4")
