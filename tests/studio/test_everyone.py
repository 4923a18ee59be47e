"""For everyone: no violation that axe can find, any width, any theme, with and without WebGL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steepest.studio.lesson import FOLDER

from .conftest import go, ready, settled

Visit = Callable[..., Any]
LESSONS = sorted(path.stem for path in FOLDER.glob("*.toml"))
PATHS = ["/", "/free", *(f"/lesson/{name}" for name in LESSONS)]
STATES = ["", *(f"#tab={tab}" for tab in ("try", "explain", "own"))]


def violations(page: Any, npm: Path) -> list[str]:
    page.evaluate((npm / "axe-core" / "axe.min.js").read_text() + "; 0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(visit: Visit, npm: Path, path: str, scheme: str) -> None:
    page = visit(path, color_scheme=scheme)
    wrong = violations(page, npm)
    if path.startswith("/lesson"):
        for state in STATES[1:]:
            go(page, f"{page.url.split('#')[0]}{state}")
            wrong += violations(page, npm)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("width", [360, 768, 1920])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_scrolls_sideways(visit: Visit, path: str, width: int) -> None:
    page = visit(path, width=width, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/lesson/gradient", "/lesson/many", "/free"])
def test_without_webgl_the_map_stays(visit: Visit, path: str) -> None:
    page = visit(path)
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        "  return kind === 'webgl2' ? null : get.call(this, kind, ...more); };"
    )
    page.reload()
    ready(page)
    assert page.locator(".map canvas").is_visible() and not page.locator(".mountain canvas").count()
    assert page.locator(".hint", has_text="no WebGL").is_visible()


def test_a_sentence_says_what_the_picture_shows(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try")
    said = page.locator(".map .point").get_attribute("aria-valuetext")
    assert "Steepest descent: south-west, bearing 234 degrees" in said
    settled(page, lambda: page.locator(".map .point").press("ArrowUp"))
    page.wait_for_function(
        "said => document.querySelector('#spoken').textContent !== said && document.querySelector("
        "'#spoken').textContent === document.querySelector('.map .point').ariaValueText",
        arg=said,
    )


def test_the_theme_is_chosen_and_kept(visit: Visit) -> None:
    page = visit("/")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click(".theme")
    page.click(".theme")
    assert page.evaluate(paper) != light
    page.reload()
    ready(page)
    assert page.evaluate(paper) != light


def test_the_list_of_keys_opens_and_closes(visit: Visit) -> None:
    page = visit("/lesson/descent")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open])", state="attached")
