"""What means something stays apart from what it lies on, for whoever sees fewer colours.

The colours are those that the page computes, and the simulations are Chromium's own; what is
compared is what came onto the screen. Distances are those of CIE Lab (ΔE*ab, 1976), in which about
2.3 is just noticeable. Nothing here is told by colour alone: shapes and dashes differ too.
"""

from __future__ import annotations

import io
import itertools
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .reader import Visit

VISIONS = ["none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia"]
APART = 10.0  # four times what is just noticeable
ON_LAND = 20.0  # for what shows where things are: marks with a casing, on any height
CONTOUR = 4.6  # twice just noticeable: thin lines that must not cover what lies on them
# The lines as the style sheets have them, put on the page where they are measured.
KINDS = {
    "arrow": ("path", "arrow", "fill"),
    "edge": ("path", "arrow", "stroke"),
    "gradient": ("path", "gradient", "stroke"),
    "north": ("path", "leg north", "stroke"),
    "east": ("path", "leg east", "stroke"),
    "casing": ("path", "casing", "stroke"),
    "first": ("path", "trail first", "stroke"),
    "second": ("path", "trail second", "stroke"),
}
SWATCHES = """
async (kinds) => {
  const { TERRAIN } = await import('/pages/palette.js');
  const map = document.querySelector('.map svg');
  const colours = TERRAIN.map(([at, colour]) => [`land ${at}`, colour]);
  for (const [at, colour] of TERRAIN) {
    colours.push([`contour ${at}`, `color-mix(in srgb, rgb(40 48 62) 30%, ${colour})`]);
  }
  for (const [name, [tag, kind, trait]] of Object.entries(kinds)) {
    const one = map.appendChild(document.createElementNS('http://www.w3.org/2000/svg', tag));
    one.setAttribute('class', kind);
    colours.push([name, getComputedStyle(one)[trait]]);
  }
  const row = document.createElement('div');
  row.id = 'swatches';
  Object.assign(row.style, { position: 'fixed', left: 0, top: 0, display: 'flex', zIndex: 99 });
  for (const [, colour] of colours) {
    const box = row.appendChild(document.createElement('div'));
    Object.assign(box.style, { width: '16px', height: '16px', background: colour });
  }
  document.body.append(row);
  return colours.map(([name]) => name);
}
"""


def lab(rgb: Any) -> Any:
    """CIE L*a*b* of an sRGB colour under D65, as IEC 61966-2-1 and CIE 15 define them."""
    c = np.asarray(rgb, dtype=float) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = xyz @ linear / (0.9505, 1.0, 1.089)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: Any, other: Any) -> float:
    return float(np.linalg.norm(lab(one) - lab(other)))


def test_lab_is_that_of_published_values() -> None:
    # the corners of sRGB: Lindbloom's calculator, D65
    assert lab([255, 0, 0]) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert lab([0, 0, 255]) == pytest.approx([32.30, 79.19, -107.86], abs=0.05)
    assert lab([255, 255, 255]) == pytest.approx([100, 0, 0], abs=0.05)


def seen(page: Any) -> dict[str, dict[str, Any]]:
    """The colours of the page, by vision and name, as the screen has them."""
    names = page.evaluate(SWATCHES, KINDS)
    session = page.context.new_cdp_session(page)
    found = {}
    for vision in VISIONS:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": vision})
        picture = Image.open(io.BytesIO(page.locator("#swatches").screenshot())).convert("RGB")
        found[vision] = {
            name: np.array(picture.getpixel((16 * k + 8, 8))) for k, name in enumerate(names)
        }
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_means_something_stays_apart(visit: Visit, scheme: str) -> None:
    page = visit("/free#f=n^2 %2B e^2", color_scheme=scheme)
    everything = seen(page)
    assert apart(everything["none"]["arrow"], everything["protanopia"]["arrow"]) > APART
    wrong = []
    for vision, colours in everything.items():
        stops = [name for name in colours if name.startswith("land")]
        pairs = [
            *((one, other, APART) for one, other in itertools.combinations(
                ("arrow", "gradient", "casing"), 2)),
            ("north", "east", APART), ("first", "second", APART), ("first", "casing", ON_LAND),
            ("second", "casing", ON_LAND), ("arrow", "edge", ON_LAND),
            *((stop, stop.replace("land", "contour"), CONTOUR) for stop in stops),
        ]  # fmt: skip
        for one, other, least in pairs:
            if (far := apart(colours[one], colours[other])) < least:
                wrong.append(f"{vision}: {one} and {other}: {far:.1f} < {least}")
        for stop in stops:  # of casing and line one shows on every height
            for mark in ("edge", "first", "second", "north", "east", "gradient"):
                far = max(apart(colours[mark], colours[stop]),
                          apart(colours["casing"], colours[stop]))  # fmt: skip
                if far < ON_LAND:
                    wrong.append(f"{vision}: {mark} with its casing on {stop}: {far:.1f}")
        heights = [lab(colours[stop])[0] for stop in stops]
        if heights != sorted(heights):
            wrong.append(f"{vision}: the lightness of the land does not rise")
    assert not wrong, "\n".join(wrong)
