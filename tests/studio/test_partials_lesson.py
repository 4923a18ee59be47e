"""Lesson 2 in a real browser: two cuts through one mountain, each with a slope of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest

import steepest as st
from steepest.studio.lesson import Lessons

from .reader import (
    Visit,
    answer,
    done,
    explained,
    figures,
    number,
    open_tab,
    place,
    press,
    settled,
    tab_to,
    type_own,
)

FORMULA = Lessons().by_name["partials"].content["formula"].split("= ")[1]
F = st.Function(FORMULA, ("n", "e"))
START = (-0.4, 0.1)


def drag(page: Any, dot: Any, right: float, down: float) -> None:
    box = dot.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=4)
    settled(page, page.mouse.up)


def tilts(page: Any) -> list[float]:
    """How steep the tangents of the two cuts are drawn."""
    lines = [p.get_attribute("d") for p in page.locator(".cut path.tangent").all()]
    numbers = [list(map(float, re.findall(r"-?\d+(?:\.\d+)?", d))) for d in lines]
    return [(y1 - y2) / (x2 - x1) for x1, y1, x2, y2 in numbers]


def test_each_cut_moves_its_own_variable_and_the_map_moves_both(visit: Visit) -> None:
    page = visit("/lesson/partials#tab=try")
    at_start = tilts(page)
    pixels = [t / g for t, g in zip(at_start, F.gradient(*START), strict=True)]
    drag(page, page.locator(".cut .dot").nth(0), 50, 0)
    n, e = place(page)
    assert n > START[0] and e == START[1]
    drag(page, page.locator(".cut .dot").nth(1), -60, 0)
    assert place(page)[0] == n and place(page)[1] < e
    drag(page, page.locator(".map .dot"), 70, -40)
    n, e = place(page)
    assert n > START[0] and e > START[1]
    truth = F.gradient(n, e)
    assert [t / p for t, p in zip(tilts(page), pixels, strict=True)] == pytest.approx(truth)
    assert [number(f) for f in figures(page)[:2]] == pytest.approx(truth, abs=0.005)
    titles = page.locator(".cut-title").all_inner_texts()
    assert titles[0].replace("−", "-").endswith(f"{e:.2f}")
    assert titles[1].replace("−", "-").endswith(f"{n:.2f}")


def test_predicting_hides_the_tangents(visit: Visit) -> None:
    page = visit("/lesson/partials")
    tangent = page.locator(".cut path.tangent").first
    assert tangent.get_attribute("visibility") == "hidden"
    right = "up" if F.gradient(*START)[0] > 0 else "down"
    page.click(f"button.choice:text-is('{right}')")
    page.wait_for_selector(".because.good")
    assert tangent.get_attribute("visibility") == "visible"


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/partials")
    tab_to(page, "button.choice")
    press(page, "Enter")
    assert page.locator(".because:visible").count() == 1
    open_tab(page, "Try")
    tab_to(page, ".map .point")
    for wanted in (
        lambda n, e: abs(F.gradient(n, e)[0]) < 0.02 and abs(F.gradient(n, e)[1]) > 0.1,
        lambda n, e: max(F.gradient(n, e)) < -0.12,
    ):
        walk_to(page, *nearest(place(page) or START, wanted))
    assert done(page) == [True, True]
    assert "Hold e" in explained(page)
    type_own(page, "n^2 + 3e^2")
    n, e = place(page)
    assert [number(f) for f in figures(page)[:2]] == pytest.approx([2 * n, 6 * e], abs=0.005)
    assert "wrong" in answer(page, "6e")
    assert "good" in answer(page, "n + 6e")


def nearest(here: Any, wanted: Any) -> tuple[int, int]:
    """How many keys north and east, of the fewest, to a place that is as wanted."""
    reach = sorted(
        ((i, j) for i in range(-30, 31) for j in range(-30, 31)), key=lambda k: sum(map(abs, k))
    )
    return next(
        (i, j)
        for i, j in reach
        if max(abs(here[0] + 0.05 * i), abs(here[1] + 0.05 * j)) < 1.9
        and wanted(here[0] + 0.05 * i, here[1] + 0.05 * j)
    )


def walk_to(page: Any, north: int, east: int) -> None:
    press(page, "ArrowUp" if north > 0 else "ArrowDown", abs(north))
    press(page, "ArrowRight" if east > 0 else "ArrowLeft", abs(east))
