"""What a reader of the studio does and sees: follow a link, press keys, read numbers, wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from steepest.compass import compass_word
from steepest.studio.lesson import BRACES, Lesson
from tests.patience import SECONDS

Visit = Callable[..., Any]
PATIENCE = 1000 * SECONDS  # milliseconds, as the browser counts


def ready(page: Any) -> None:
    """Wait until a page is there, its numbers included."""
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    calm(page)


def calm(page: Any) -> None:
    """Wait until everything is drawn, and the numbers are the engine's for what is shown."""
    page.evaluate(
        """async (patience) => {
          const began = Date.now(); // not that of performance, which a test may stop
          for (let frames = 0; frames < 3; ) {
            await new Promise(requestAnimationFrame);
            frames = document.documentElement.dataset.settled === 'no' ? 0 : frames + 1;
            if (Date.now() - began > patience) throw new Error('the page does not settle');
          }
        }""",
        PATIENCE,
    )


def redrawn(page: Any) -> None:
    """Wait for the frame that shows what has been done, on a page that goes on moving."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def settled(page: Any, act: Callable[[], Any]) -> None:
    """Do something, and wait until the engine has said its numbers."""
    act()
    calm(page)


def follow(page: Any, link: str) -> None:
    """Follow another link to the same page, "x=1&tab=try"; the page takes what it says."""
    page.evaluate(
        """(link) => new Promise((done) => {
          if (location.hash.slice(1) === link) return done();
          addEventListener('hashchange', () => done(), { once: true });
          location.hash = link;
        })""",
        link,
    )
    calm(page)


# ---- keys ----------------------------------------------------------------------------------------


def tab_to(page: Any, selector: str, *, back: bool = False) -> None:
    """Press Tab until what has the focus is the first that a selector means."""
    there = "(s) => document.activeElement === document.querySelector(s)"
    for _ in range(120):
        if page.evaluate(there, selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def press(page: Any, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)
    calm(page)


def open_tab(page: Any, name: str) -> None:
    """Go to a part of the lesson, by the keys that tabs have."""
    tab_to(page, "[role=tab][aria-selected=true]")
    for _ in range(4):
        if page.evaluate("document.activeElement.textContent") == name:
            break
        press(page, "ArrowRight")
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == name


def answer(page: Any, text: str) -> str:
    """Type an answer to the exercise; what is said of it."""
    tab_to(page, ".exercise input")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    before = page.evaluate("document.querySelector('.exercise .said').textContent")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(t) => ![t, ''].includes(document.querySelector('.exercise .said').textContent)",
        arg=before,
    )
    return str(page.locator(".exercise .said").get_attribute("class"))


def done(page: Any) -> list[bool]:
    """Which of the tasks are fulfilled."""
    return ["done" in (li.get_attribute("class") or "") for li in page.locator(".tasks li").all()]


# ---- numbers -------------------------------------------------------------------------------------


def number(text: str) -> float:
    """A number as a page shows it."""
    return float(text.replace("−", "-").rstrip("°"))


def shown(value: float, decimals: int = 2) -> str:
    """A number as a page should show it."""
    text = f"{abs(value):.{decimals}f}"
    return f"−{text}" if value < 0 and float(text) else text


def figures(page: Any) -> list[str]:
    """What the card of numbers shows."""
    return list(page.locator(".figure").all_inner_texts())


def figures_of(lesson: Lesson, found: Mapping[str, float]) -> list[str]:
    """What the card of numbers should show."""
    return [
        f"{lesson.evaluate(n['value'], found):03.0f}°" if n.get("format") == "bearing"
        else shown(lesson.evaluate(n["value"], found), n.get("decimals", 2))
        for n in lesson.content["numbers"]
    ]  # fmt: skip


LISTS = {"point": "", "gradient": "slope_", "step": "step_", "next": "next_"}


def numbers_in(lesson: Lesson, text: str, found: Mapping[str, float]) -> list[str]:
    """What should stand in the braces of a lesson's text."""

    def filled(source: str, decimals: int) -> str:
        if source == "compass":
            return compass_word(found["bearing"])
        if source in LISTS:  # one number for each variable
            names = [f"{LISTS[source]}{v}" for v in lesson.function.variables]
            return ", ".join(shown(found[name], decimals) for name in names)
        return shown(lesson.evaluate(source, found), decimals)

    return [filled(match[1], int(match[2] or 2)) for match in BRACES.finditer(text)]


def holds(lesson: Lesson, condition: str, found: Mapping[str, float]) -> bool:
    return lesson.evaluate(f"where({condition}, 1, 0)", found) == 1


def place(page: Any) -> list[float]:
    """The reader's point, as the link has it."""
    match = re.search(r"x=([^&]+)", page.url.partition("#")[2])
    return [float(x) for x in match[1].replace("%2C", ",").split(",")] if match else []


def explained(page: Any) -> str:
    """What a lesson says under Explain."""
    open_tab(page, "Explain")
    return str(page.locator(".explain p:not([hidden])").inner_text())


def type_own(page: Any, formula: str) -> None:
    """Give a lesson a function of one's own, by keyboard."""
    open_tab(page, "Your own")
    tab_to(page, ".panel input[type=text]")
    page.keyboard.type(formula)
    settled(page, lambda: page.keyboard.press("Enter"))
    page.wait_for_function("() => location.hash.includes('f=')")
