"""Lesson 1's runner and lesson 4's step: pictures of one moment that agree with each other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from steepest.studio.lesson import Lessons

from .reader import Visit, figures, follow, place, redrawn, settled

X = Lessons().by_name["derivative"].function
F = Lessons().by_name["descent"].function


def numbers_of(page: Any, selector: str, attribute: str) -> list[float]:
    text = page.locator(selector).first.get_attribute(attribute)
    return [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", text)]


def scale_of(page: Any, marks: str, attribute: str) -> tuple[float, float]:
    """Where 0 and 1 of an axis lie, in pixels, by two of its marks."""
    found = [
        (float(m.text_content().replace("−", "-")), float(m.get_attribute(attribute)))
        for m in page.locator(marks).all()
        if re.fullmatch(r"−?[\d.]+", m.text_content())
    ]
    (low, a), (high, b) = min(found), max(found)
    one = (b - a) / (high - low)
    return a - low * one, one


def test_the_slope_of_the_tangent_is_the_height_of_the_speed(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    zero, one = scale_of(page, ".speed .mark", "y")
    for t in (0.5, 2.4, 5.0, 6.8):
        follow(page, f"x={t}&tab=try")
        slope = X.at(t).gradient[0]
        (height,) = numbers_of(page, ".speed .rate-dot", "cy")
        assert (height - (zero - 4)) / one == pytest.approx(slope, abs=0.02)
        x1, y1, x2, y2 = numbers_of(page, ".curve path.tangent", "d")
        up, along = (scale_of(page, f".curve .mark[text-anchor={a}]", k)[1]
                     for a, k in (("end", "y"), ("middle", "x")))  # fmt: skip
        assert (y2 - y1) / up / ((x2 - x1) / along) == pytest.approx(slope, abs=0.02)


def test_the_runner_is_where_the_curve_says_and_faces_the_way_it_runs(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    zero, one = scale_of(page, ".lane-track .mark", "x")
    for t in (1.5, 3.0, 6.8):
        follow(page, f"x={t}&tab=try")
        x, _, facing, _ = numbers_of(page, "g.runner", "transform")
        assert (x - zero) / one == pytest.approx(X(t), abs=0.05)
        assert (facing > 0) == (X.at(t).gradient[0] > 0)


def test_dragging_the_speed_moves_the_same_moment(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    box = page.locator(".speed").bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    settled(page, page.mouse.up)
    (t,) = place(page)
    assert figures(page)[0] == f"{X.at(t).gradient[0]:.3f}".replace("-", "−")
    dot = numbers_of(page, ".curve .point", "transform")
    assert dot[0] == pytest.approx(numbers_of(page, ".speed .rate-dot", "cx")[0], abs=0.1)


def test_what_is_to_be_predicted_is_not_shown(visit: Visit) -> None:
    page = visit("/lesson/derivative")
    hidden = [".curve path.tangent", ".speed .rate-dot", ".speed .rate", ".lane-track .gradient"]
    assert figures(page)[0] == "?"
    assert all(page.locator(s).first.get_attribute("visibility") == "hidden" for s in hidden)
    settled(page, lambda: page.click("button.choice >> nth=0"))
    assert figures(page)[0] != "?"
    assert all(page.locator(s).first.get_attribute("visibility") == "visible" for s in hidden)


FROZEN = "window.real = performance.now(); performance.now = () => window.real"


def test_time_runs_and_stops_by_the_same_key(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    now = "() => Number(document.querySelector('.curve .point').ariaValueNow)"
    page.evaluate(FROZEN)  # on a busy machine its time might be up before it is stopped
    page.keyboard.press(" ")
    page.evaluate("window.real += 1000")
    page.wait_for_function(f"() => ({now})() > 2.9")
    settled(page, lambda: page.keyboard.press(" "))
    stopped = page.evaluate(now)
    page.evaluate("window.real += 1000")
    page.wait_for_timeout(900)  # two jumps of a clock that ran on
    assert page.evaluate(now) == stopped == place(page)[0]
    settled(page, lambda: page.keyboard.press("Backspace"))
    assert page.evaluate(now) == 2.4


def test_a_step_goes_along_the_tangent_while_its_arrow_grows(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try", reduced_motion="no-preference")
    page.evaluate(FROZEN)
    zero_x, one_x = scale_of(page, ".curve .mark[text-anchor=middle]", "x")
    zero_y, one_y = scale_of(page, ".curve .mark[text-anchor=end]", "y")
    at = F.at(-2.95)
    after = -2.95 - 0.35 * at.gradient[0]
    page.click("[data-action=step]")
    seen = []
    for _ in range(3):
        page.evaluate("window.real += 60")
        redrawn(page)
        px, py = numbers_of(page, ".curve .point", "transform")
        w, y = (px - zero_x) / one_x, (py - (zero_y - 4)) / one_y
        assert y == pytest.approx(at.value + at.gradient[0] * (w + 2.95), abs=0.01)
        arrow = page.locator(".curve .arrow").get_attribute("d")
        (tip,) = map(float, re.findall(r"L([-\d.]+),", arrow)[:1])
        assert tip == pytest.approx(px, abs=0.2)
        seen.append(w)
    assert -2.95 < seen[0] < seen[1] < seen[2] <= after + 0.01
    page.evaluate("window.real += 1000")
    redrawn(page)
    px, py = numbers_of(page, ".curve .point", "transform")
    assert (px - zero_x) / one_x == pytest.approx(after, abs=0.01)
    assert (py - (zero_y - 4)) / one_y == pytest.approx(F(after), abs=0.01)


def test_where_no_motion_is_wanted_the_step_is_taken_at_once(visit: Visit) -> None:
    page = visit("/lesson/descent#tab=try")
    page.evaluate(FROZEN)
    zero, one = scale_of(page, ".curve .mark[text-anchor=middle]", "x")
    settled(page, lambda: page.click("[data-action=step]"))
    after = -2.95 - 0.35 * F.at(-2.95).gradient[0]
    (x, _) = numbers_of(page, ".curve .point", "transform")
    assert (x - zero) / one == pytest.approx(after, abs=0.01)
