"""What a teacher shows: each lesson fits on one screen, and its words do not overlap."""

from __future__ import annotations

import pytest

from steepest.studio.lesson import FOLDER

from .reader import Visit, settled

LESSONS = sorted(path.stem for path in FOLDER.glob("*.toml"))
WIDTH, HEIGHT = 1280, 800


@pytest.mark.parametrize("name", LESSONS)
def test_picture_numbers_and_what_to_do_are_on_one_screen(visit: Visit, name: str) -> None:
    page = visit(f"/lesson/{name}#tab=try", width=WIDTH, height=HEIGHT, mountain=True)
    if page.locator("[data-action=step]").count():
        for _ in range(2):
            settled(page, lambda: page.click("[data-action=step]"))
    for selector in ("h1", ".left .view >> nth=0", ".panel", ".numbers"):
        box = page.locator(selector).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= HEIGHT, selector


@pytest.mark.parametrize("name", LESSONS)
def test_no_two_words_of_a_picture_lie_on_each_other(visit: Visit, name: str) -> None:
    for width in (WIDTH, 360):
        page = visit(f"/lesson/{name}#tab=try", width=width, height=HEIGHT)
        overlaps = page.evaluate(
            """() => [...document.querySelectorAll('.view svg')].flatMap((svg) => {
              const words = [...svg.querySelectorAll('text')]
                .filter((t) => t.textContent && t.getAttribute('visibility') !== 'hidden')
                .map((t) => [t.textContent, t.getBoundingClientRect()])
                .filter(([, b]) => b.width > 0);
              const apart = (p, q) => p.right - 2 <= q.left || q.right - 2 <= p.left
                || p.bottom - 3 <= q.top || q.bottom - 3 <= p.top;
              return words.flatMap(([s, p], i) => words.slice(i + 1)
                .filter(([, q]) => !apart(p, q)).map(([t]) => `${s} / ${t}`));
            })"""
        )
        assert not overlaps, (width, overlaps)
