"""Light on land: how bright each point of a sheet is under a lamp in the north-west."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Colormap, Normalize

from steepest.landscape import Sheet

__all__ = ["Heights", "hillshade", "paint", "relief"]

Array = npt.NDArray[np.float64]

# From the north-west, 45 degrees high: right, up and above. Makers of maps light from there because
# light from below turns valleys into ridges for the eye.
LIGHT = (-0.5, 0.5, 0.5**0.5)
STRENGTH = 0.40
AMBIENT = 0.28
# The steepness, as a tangent, at which half of the land looks steep.
COMFORTABLE = 0.42


def hillshade(slope_right: Array, slope_up: Array) -> Array:
    """Brightness, 1 on level ground: Lambert's law with its contrast softened.

    Lambert: the cosine between the light and the normal (-f_x, -f_y, 1) / sqrt(1 + f_x² + f_y²).
    """
    normal = 1 / np.sqrt(1 + slope_right**2 + slope_up**2)
    lit = (-slope_right * LIGHT[0] - slope_up * LIGHT[1] + LIGHT[2]) * normal / LIGHT[2]
    return np.asarray(1 + STRENGTH * (np.clip(lit, 0.0, 1.41) - 1))


def relief(sheet: Sheet) -> float:
    """By how much to exaggerate height for light, so that any function looks like land.

    For a real mountain in metres this is the factor that its shading is drawn with; it changes no
    number.
    """
    right, up = sheet.slopes()
    steep = np.hypot(right, up)
    steep = steep[np.isfinite(steep) & (steep > 0)]
    return COMFORTABLE / float(np.quantile(steep, 0.7)) if steep.size else 1.0


class Heights(Normalize):
    """Heights to shares of the palette: evenly, or by the logarithm where a few tower over all."""

    def __init__(self, sheet: Sheet) -> None:
        low, high = sheet.limits()
        flat = not high > low
        super().__init__(low - 0.5 * flat, high + 0.5 * flat)
        self.logarithmic = sheet.spiky
        finite = sheet.heights[np.isfinite(sheet.heights)]
        # Heights within a hundredth of the median count as low; below that the logarithm would find
        # differences that nobody sees.
        self.grain = max(float(np.median(finite) - low) / 100, 1e-300) if finite.size else 1.0

    def __call__(self, value: Any, clip: bool | None = None) -> Any:
        """Heights as shares between 0 (the lowest) and 1; holes are masked."""
        if not self.logarithmic:
            return super().__call__(value, clip)
        assert self.vmin is not None and self.vmax is not None
        above = np.maximum(np.ma.filled(value, np.nan) - self.vmin, 0.0) / self.grain
        top = np.log1p((self.vmax - self.vmin) / self.grain)
        return np.ma.masked_invalid(np.log1p(above) / top)

    def levels(self, step: float, about: int = 15) -> Array:
        """The heights of contours: every `step`, or equal steps of the logarithm."""
        assert self.vmin is not None and self.vmax is not None
        if not self.logarithmic:
            first = np.ceil(self.vmin / step)
            return np.arange(first, np.floor(self.vmax / step) + 1) * step
        top = np.log1p((self.vmax - self.vmin) / self.grain)
        shares = np.arange(1, about + 1) / (about + 1)
        levels = self.vmin + self.grain * np.expm1(shares * top)
        return np.unique([float(f"{level:.1e}") for level in levels])


def paint(
    sheet: Sheet, colors: Colormap, norm: Normalize, exaggeration: float | None = None
) -> Array:
    """The colour of every point, `(rows, columns, 4)`: palette and light; holes are clear."""
    if isinstance(norm, Heights) and norm.logarithmic:
        # Light the shape that the colours show, or one spike would be all there is to see.
        sheet = Sheet(sheet.names, sheet.right, sheet.up, np.ma.filled(norm(sheet.heights), np.nan))
        norm = Normalize(0, 1)
    factor = relief(sheet) if exaggeration is None else exaggeration
    right, up = sheet.slopes()
    bright = hillshade(factor * right, factor * up)
    known = np.isfinite(sheet.heights)
    rgba = np.asarray(colors(norm(np.where(known, sheet.heights, np.nan))))
    bright = np.where(np.isfinite(bright), bright, 1.0)
    # Shadow darkens the colour; light beyond that of level ground turns it towards white, which
    # keeps its hue where multiplying would not.
    dark, glow = np.minimum(bright, 1.0)[..., None], np.maximum(bright - 1.0, 0.0)[..., None]
    rgba[..., :3] = rgba[..., :3] * dark + (1 - rgba[..., :3]) * np.minimum(1.6 * glow, 0.5)
    rgba[..., 3] = known
    return rgba
