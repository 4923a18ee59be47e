"""Pictures of the lessons for README and docs, made by the pages themselves, and only on request:

STEEPEST_PICTURES=docs/pictures sh scripts/test tests/studio/test_pictures.py
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .reader import Visit, settled
from .test_colours import VISIONS

FOLDER = os.environ.get("STEEPEST_PICTURES", "")
STATES = {
    "derivative": "x=1.9&h=1.6&tab=try",
    "partials": "x=-0.4,0.1&tab=explain&told=1",
    "gradient": "x=0.3,-0.12&heading=60&tab=explain&told=1",
    "descent": "x=-2.95&rate=0.35&tab=try",
    "many": "x=-3.3,2.1&rate=0.2&tab=try",
}
STEPS = {"descent": 2, "many": 3}
SIZES = {"desktop": (1280, 800), "narrow": (360, 1500)}
FEWEST = 60  # colours of a picture on which something is drawn

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="pictures are made on request: STEEPEST_PICTURES=docs/pictures"
)


@pytest.fixture
def keep() -> Callable[[Image.Image, str], None]:
    def kept(picture: Image.Image, name: str) -> None:
        whole = picture.convert("RGB")
        assert len(whole.getcolors(whole.width * whole.height)) > FEWEST
        # not a palette: it would lose the colours that matter most and cover least
        whole.save(Path(FOLDER) / f"{name}.webp", quality=88, method=6)

    return kept


def shot(page: Any, **how: Any) -> Image.Image:
    page.evaluate("document.activeElement.blur()")
    return Image.open(io.BytesIO(page.screenshot(animations="disabled", **how)))


def at_its_best(visit: Visit, name: str, size: str, scheme: str) -> Any:
    """A lesson in the middle of being used."""
    width, height = SIZES[size]
    page = visit(f"/lesson/{name}#{STATES[name]}", width=width, height=height,
                 color_scheme=scheme, mountain=True)  # fmt: skip
    for _ in range(STEPS.get(name, 0)):
        settled(page, lambda: page.click("[data-action=step]"))
    page.evaluate("scrollTo(0, 0)")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", STATES)
def test_lessons(
    visit: Visit, keep: Callable[[Image.Image, str], None], name: str, size: str, scheme: str
) -> None:
    page = at_its_best(visit, name, size, scheme)
    parts = ["studio", name, *(["narrow"] if size == "narrow" else [])]
    keep(shot(page), "-".join([*parts, *(["dark"] if scheme == "dark" else [])]))


def test_the_pictures_as_others_see_them(
    visit: Visit, keep: Callable[[Image.Image, str], None]
) -> None:
    page = at_its_best(visit, "gradient", "desktop", "light")
    session = page.context.new_cdp_session(page)
    width, height = (side // 2 for side in SIZES["desktop"])
    sheet = Image.new("RGB", (2 * width, 2 * height))
    for k, vision in enumerate(VISIONS[1:]):
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": vision})
        small = shot(page).resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, (k % 2 * width, k // 2 * height))
    keep(sheet, "studio-visions")
