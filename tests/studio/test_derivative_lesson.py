"""Lesson 1 in a real browser: a secant becomes the tangent, and the keyboard completes it."""

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
    follow,
    number,
    open_tab,
    place,
    press,
    settled,
    tab_to,
    type_own,
)

FORMULA = Lessons().by_name["derivative"].content["formula"].split("= ")[1]
X = st.Function(FORMULA, ("t",))


def tilt(page: Any, kind: str) -> float:
    """How steep a line of the picture is drawn, in pixels up for a pixel to the right."""
    d = page.locator(f".curve path.{kind}").get_attribute("d")
    x1, y1, x2, y2 = map(float, re.findall(r"-?\d+(?:\.\d+)?", d))
    return (y1 - y2) / (x2 - x1)


def test_the_secant_turns_into_the_tangent_as_the_gap_shrinks(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    pixels = tilt(page, "tangent") / X.at(2.4).gradient[0]
    apart = []
    for h in (2, 0.5, 0.05, 0.001):
        follow(page, f"h={h}&tab=try")
        secant = (X(2.4 + h) - X(2.4)) / h
        assert tilt(page, "secant") / pixels == pytest.approx(secant, abs=1e-6)
        assert number(figures(page)[1]) == pytest.approx(secant, abs=5e-4)
        apart.append(abs(tilt(page, "secant") - tilt(page, "tangent")))
    assert apart == sorted(apart, reverse=True) and apart[-1] < 0.01 * apart[0]
    assert done(page)[0]


def test_predicting_says_what_is_right(visit: Visit) -> None:
    page = visit("/lesson/derivative")
    right = "larger" if X.at(2.4).gradient[0] > (X(4.4) - X(2.4)) / 2 else "smaller"
    wrong = {"larger": "smaller", "smaller": "larger"}[right]
    page.click(f"button.choice:text-is('{wrong}')")
    page.wait_for_selector(".because:not(.good)")
    page.click("text=Predict again")
    page.click(f"button.choice:text-is('{right}')")
    page.wait_for_selector(".because.good")


def test_dragging_moves_the_moment(visit: Visit) -> None:
    page = visit("/lesson/derivative#tab=try")
    dot = page.locator(".curve .dot").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=4)
    settled(page, page.mouse.up)
    (t,) = place(page)
    assert t > 2.9 and number(figures(page)[0]) == round(X.at(t).gradient[0], 3)
    settled(page, lambda: page.keyboard.press("Backspace"))
    assert place(page) == []


def test_the_keyboard_alone_completes_the_lesson(visit: Visit) -> None:
    page = visit("/lesson/derivative")
    tab_to(page, "button.choice")
    press(page, "Enter")
    assert page.locator(".because:visible").count() == 1
    open_tab(page, "Try")
    tab_to(page, ".control input")
    press(page, "Home")
    tab_to(page, ".point", back=True)
    while X.at((place(page) or [2.4])[0]).gradient[0] > 0.1:
        press(page, "ArrowLeft")
    press(page, "Shift+ArrowLeft")
    assert done(page) == [True, True, True]
    assert "goes back" in explained(page)
    type_own(page, "5t^2 + 2t")
    assert number(figures(page)[0]) == round(10 * place(page)[0] + 2, 3)
    assert "wrong" in answer(page, "5t + 2")
    assert "good" in answer(page, "2(5t + 1)")
