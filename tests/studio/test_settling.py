"""A page says that it is settled once all is there that was asked for, however late it comes.

Questions of one kind are held back on the page, as a busy engine would leave them unanswered, until
a test has seen what the page shows and says in the meantime.
"""

from __future__ import annotations

from typing import Any

import pytest

from .reader import Visit, calm, place, press, settled, shown, tab_to
from .test_variables import LINK, axes

HOLDING = """(kind) => {
  const send = WebSocket.prototype.send;
  const held = [];
  let holding = kind;
  WebSocket.prototype.send = function (text) {
    if (JSON.parse(text).ask === holding) held.push(() => send.call(this, text));
    else send.call(this, text);
  };
  window.held = () => held.length;
  window.release = () => {
    holding = '';
    held.splice(0).forEach((go) => go());
  };
}"""
# Longer than the page waits before it asks for digits and writes its link: they are there by then.
RESTED = "new Promise((done) => setTimeout(done, 900))"
UPWARDS = "select[aria-label='upwards']"


def held(page: Any) -> None:
    """Wait until a question is held back, and for all else that the page has to do."""
    page.wait_for_function("() => window.held() > 0")
    page.evaluate(RESTED)


def says(page: Any) -> str:
    return str(page.evaluate("document.documentElement.dataset.settled"))


def release(page: Any) -> None:
    page.evaluate("window.release()")
    calm(page)


@pytest.mark.parametrize("path", ["/free#", "/lesson/many#tab=try&rate=0.05&"])
def test_a_map_stays_until_the_next_one_is_there(visit: Visit, path: str) -> None:
    page = visit(f"{path}f={LINK}&x=1.5,-2,0.5")
    page.evaluate(HOLDING, "grid")
    page.select_option(UPWARDS, label="z")
    assert says(page) == "no"
    held(page)
    assert axes(page) == ["x", "y"] and says(page) == "no"
    assert page.locator(UPWARDS).input_value() == "2"  # what was chosen is shown at once
    release(page)
    assert axes(page) == ["x", "z"] and "pair=0%2C2" in page.url


@pytest.mark.parametrize("path", ["/free#", "/lesson/many#tab=try&rate=0.05&"])
def test_a_slice_follows_its_point_before_the_page_is_settled(visit: Visit, path: str) -> None:
    page = visit(f"{path}f={LINK}&x=1.5,-2,0.5")
    page.evaluate(HOLDING, "grid")
    hint = page.locator(".map + .hint")
    tab_to(page, ".variables tbody tr:nth-child(3) input")
    page.keyboard.press("ArrowRight")
    held(page)
    assert "z = 0.50" in hint.inner_text() and says(page) == "no"
    for _ in range(4):  # the point goes on while its land is on the way
        page.keyboard.press("ArrowRight")
    release(page)
    assert place(page)[2] > 0.5 and f"z = {shown(place(page)[2])}" in hint.inner_text()


def test_of_many_choices_made_quickly_the_last_is_drawn(visit: Visit) -> None:
    page = visit(f"/free#f={LINK}&x=1.5,-2,0.5")
    page.evaluate(HOLDING, "grid")
    for k in range(9):
        page.select_option(UPWARDS, label="zy"[k % 2])
    tab_to(page, ".variables tbody tr:nth-child(3) input")
    page.keyboard.press("ArrowRight")
    page.select_option(UPWARDS, label="z")
    release(page)
    assert axes(page) == ["x", "z"] and "pair=0%2C2" in page.url


@pytest.mark.parametrize("path", ["/free", "/lesson/many"])
def test_another_function_is_there_before_the_page_is_settled(visit: Visit, path: str) -> None:
    page = visit(f"{path}#tab=own")
    page.evaluate(HOLDING, "describe")
    page.locator("input[type=text]:visible").first.fill("x^2 + 3y^2 + z^2")
    page.click("button.main:visible:text-is('Take it')")
    held(page)
    assert says(page) == "no" and "f=" not in page.url
    release(page)
    assert "f=" in page.url and page.locator(".variables tbody tr").count() == 3


def test_a_point_of_a_measured_mountain_is_asked_for_once(visit: Visit) -> None:
    page = visit("/free#terrain=jacksboro")
    before = page.locator(".map .arrow").get_attribute("d")
    page.evaluate(HOLDING, "at")
    tab_to(page, ".map .point")
    page.keyboard.press("Shift+ArrowUp")
    held(page)
    assert page.evaluate("window.held()") == 1 and says(page) == "no"
    release(page)
    assert page.locator(".map .arrow").get_attribute("d") != before
    settled(page, lambda: press(page, "Backspace"))
    assert page.locator(".map .arrow").get_attribute("d") == before
