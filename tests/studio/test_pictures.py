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
STEPS = {"descent": 3, "many": 8}
SIZES = {"desktop": (1280, 900), "narrow": (360, 780)}
FEWEST = 60  # colours of a picture on which something is drawn

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="pictures are made on request: STEEPEST_PICTURES=docs/pictures"
)


@pytest.fixture
def keep() -> Callable[[Image.Image, str], None]:
    def kept(picture: Image.Image, name: str) -> None:
        whole = picture.convert("RGB")
        assert len(whole.getcolors(whole.width * whole.height)) > FEWEST
        whole.quantize(256, method=Image.Quantize.MEDIANCUT).save(Path(FOLDER) / f"{name}.png", optimize=True)

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
    keep(shot(page, full_page=size == "narrow"), f"studio-{name}-{size}-{scheme}")


def test_the_picture_of_readme(visit: Visit, keep: Callable[[Image.Image, str], None]) -> None:
    keep(shot(at_its_best(visit, "gradient", "desktop", "light")), "studio")


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
