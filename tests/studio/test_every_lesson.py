"""What every lesson promises, in a real browser: the engine's numbers, and a link to them."""

from __future__ import annotations

import contextlib
import io
import random
from typing import Any

import pytest

import steepest as st
from steepest.studio.lesson import FOLDER, Lesson, Lessons
from steepest.studio.quantities import quantities

from .reader import (
    Visit,
    figures,
    figures_of,
    follow,
    holds,
    numbers_in,
    open_tab,
    press,
    settled,
    tab_to,
)

NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return Lessons()


def told(lesson: Lesson, spread: random.Random) -> tuple[dict[str, float], dict[str, float]]:
    """A random place, and random settings of the controls."""
    place = {
        v: round(spread.uniform(low, high), 2)
        for v, (low, high) in lesson.content["stretches"].items()
    }
    given = dict(lesson.content.get("set", {}))
    for name in lesson.content["picture"].get("controls", []):
        low, high, _ = lesson.content.get("range", {}).get(name, (0, 359, 1))
        given[name] = round(spread.uniform(low, high), 0 if name == "heading" else 2)
    return place, given


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_the_engines_to_the_digits_shown(
    visit: Visit, lessons: Lessons, name: str
) -> None:
    lesson, spread = lessons.by_name[name], random.Random(name)
    page = visit(f"/lesson/{name}#tab=explain")
    for _ in range(5):
        place, given = told(lesson, spread)
        settings = "".join(f"&{k}={v}" for k, v in given.items())
        follow(page, f"x={','.join(map(str, place.values()))}{settings}&tab=explain")
        found = quantities(lesson.function, place, **given)
        assert figures(page) == figures_of(lesson, found)
        (explained,) = [
            part["say"]
            for part in lesson.content["explain"]
            if "when" not in part or holds(lesson, part["when"], found)
        ][:1]
        live = page.locator(".explain p:not([hidden]) .live").all_inner_texts()
        assert live == numbers_in(lesson, explained, found)
        plugged = page.locator(".plugged .live").all_inner_texts()
        assert plugged == numbers_in(lesson, lesson.content["footer"]["numbers"], found)


@pytest.mark.parametrize("name", NAMES)
def test_its_python_prints_the_digits_that_the_page_shows(
    visit: Visit, lessons: Lessons, name: str
) -> None:
    own = lessons.by_name[name].content["own"]["examples"][0]
    page = visit(f"/lesson/{name}#tab=own&f={own.replace('+', '%2B')}")
    for _ in range(2):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(page.locator("pre code").inner_text(), {})
        assert page.locator(".prints").inner_text() == f"→ {printed.getvalue().strip()}"
        settled(page, lambda: page.locator(".chip.maths").nth(2).click())
        page.wait_for_function("() => location.hash.includes('f=')")


@pytest.mark.parametrize("name", NAMES)
def test_one_s_own_function_takes_the_lessons_place(
    visit: Visit, lessons: Lessons, name: str
) -> None:
    lesson = lessons.by_name[name]
    variables = lesson.function.variables
    text = " + ".join(f"{k + 2}{v}^2" for k, v in enumerate(variables)) + f" - {variables[0]}"
    page = visit(f"/lesson/{name}")
    open_tab(page, "Your own")
    tab_to(page, ".panel input[type=text]")
    page.keyboard.type("2zz + 1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel .said.wrong:has-text('zz')")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel .said:not(.wrong):text-is('')", state="attached")
    page.wait_for_function("() => location.hash.includes('f=')")
    follow(page, page.url.partition("#")[2].replace("tab=own", "tab=explain&told=1"))
    start = {v: float(lesson.content["start"][v]) for v in variables}
    given = lesson.content.get("set", {})
    found = quantities(st.Function(text, variables), start, **given)
    assert figures(page) == figures_of(lesson, found)


def portrait(page: Any) -> dict[str, Any]:
    """What a reader sees of a state."""
    seen = page.evaluate(
        """() => ({
          drawn: [...document.querySelectorAll('.view path, .view circle, .view .point')].map(
            (e) => [e.getAttribute('class'), e.getAttribute('visibility'), e.getAttribute('d'),
                    e.getAttribute('transform')]),
          tasks: [...document.querySelectorAll('.tasks li')].map((e) => e.className),
          set: [...document.querySelectorAll('input[type=range]')].map((e) => e.value),
          tab: document.querySelector('[role=tab][aria-selected=true]').textContent,
          rows: [...document.querySelectorAll('table.walk td')].map((e) => e.textContent),
          said: document.querySelector('.sentence').textContent,
          code: document.querySelector('pre code').textContent,
        })"""
    )
    return {"figures": figures(page), **seen}


@pytest.mark.parametrize("name", NAMES)
def test_a_link_reproduces_the_state(visit: Visit, lessons: Lessons, name: str) -> None:
    lesson = lessons.by_name[name]
    own = lesson.content["own"]["examples"][1]
    page = visit(f"/lesson/{name}#tab=try&f={own.replace('+', '%2B')}")
    tab_to(page, ".point")
    press(page, "Shift+ArrowRight", 3)
    if lesson.content["picture"].get("controls"):
        tab_to(page, ".control input")
        press(page, "ArrowRight", 7)
    for action in ("step", "step"):
        if action in lesson.content["picture"]["actions"]:
            settled(page, lambda: page.click("[data-action=step]"))
    before, link = portrait(page), page.url.partition("#")[2]
    assert "x=" in link and "f=" in link
    other = visit(f"/lesson/{name}#{link}")
    assert portrait(other) == before
    settled(page, lambda: page.keyboard.press("Backspace"))
    assert portrait(page) != before
    follow(page, link)
    assert portrait(page) == before
