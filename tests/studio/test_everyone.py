"""For everyone: no violation that axe can find, any width, any theme, with and without WebGL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from steepest.studio.lesson import FOLDER

from .conftest import Studio
from .reader import PATIENCE, Visit, follow, ready, settled

LESSONS = sorted(path.stem for path in FOLDER.glob("*.toml"))
PATHS = ["/", "/free", *(f"/lesson/{name}" for name in LESSONS)]
TABS = ("predict", "try", "explain", "own")


def violations(page: Any, state: str) -> list[str]:
    """What axe finds wrong with what is shown now."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{state}: {v['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_in_any_part_and_theme(visit: Visit, npm: Path, path: str) -> None:
    page = visit(path, mountain=path == "/lesson/gradient")
    page.evaluate((npm / "axe-core" / "axe.min.js").read_text() + "; 0")
    papers, wrong = set(), []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        for tab in TABS if path in PATHS[2:] else [""]:
            if tab:
                follow(page, f"tab={tab}")
            wrong += violations(page, f"{scheme} {tab}")
    assert len(papers) == 2
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("path", PATHS)
def test_nothing_scrolls_sideways(visit: Visit, path: str) -> None:
    page = visit(path, height=740)
    for width in (360, 768, 1280, 1920):
        settled(page, lambda width=width: page.set_viewport_size({"width": width, "height": 740}))
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/lesson/gradient", "/lesson/many", "/free"])
def test_without_webgl_the_map_stays(visit: Visit, path: str) -> None:
    page = visit(path)
    assert page.locator(".map canvas").is_visible() and not page.locator(".mountain canvas").count()
    assert page.locator(".hint", has_text="no WebGL").is_visible()


def test_a_sentence_says_what_the_picture_shows(visit: Visit) -> None:
    page = visit("/lesson/gradient#tab=try")
    said = page.locator(".map .point").get_attribute("aria-valuetext")
    assert "Steepest descent: south-west, bearing 234 degrees" in said
    settled(page, lambda: page.locator(".map .point").press("ArrowUp"))
    page.wait_for_function(
        """(before) => {
          const spoken = document.querySelector('#spoken').textContent;
          const point = document.querySelector('.map .point');
          return spoken !== before && spoken === point.ariaValueText;
        }""",
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


def test_the_printed_address_opens_it_and_leaves_no_token(studio: Studio, browser: Any) -> None:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(studio.address)
    ready(page)
    assert page.url == studio.base + "/"
    page.click("nav a >> nth=0")
    page.wait_for_url(f"{studio.base}/lesson/*")
    ready(page)
    context.close()


def test_nothing_is_drawn_while_nothing_changes(visit: Visit) -> None:
    for path in ("/lesson/descent", "/lesson/gradient", "/free"):
        page = visit(path)
        asked = page.evaluate(
            """() => new Promise((done) => {
              const ask = requestAnimationFrame;
              let count = 0;
              window.requestAnimationFrame = (f) => (count++, ask(f));
              setTimeout(() => done(count), 600);
            })"""
        )
        assert asked == 0, path
