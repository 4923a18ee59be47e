"""Draw the pictures of the documentation: `python scripts/draw_pictures.py [folder]`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from steepest.function import Function
from steepest.landscape import sample_curve, sample_sheet
from steepest.pictures import (
    plot_curve,
    plot_map,
    plot_surface,
    plot_terrain,
    save,
)
from steepest.sources.terrain import Terrain


def walk(terrain: Terrain, start: tuple[float, float], rate: float, steps: int) -> np.ndarray:
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - rate * terrain.gradient(*path[-1]))
    return np.array(path)


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    terrain = Terrain.jacksboro()
    path = walk(terrain, terrain.locate(36.2, -84.2292), rate=200.0, steps=400)
    title = "Down Cross Mountain, Tennessee"
    save(plot_terrain(terrain, path=path, title=title), folder / "terrain.png", dpi=90)

    f = Function("n**2 + 3*e**2 + sin(3*n)*e")
    here = f.at(n=2, e=1)
    sheet = sample_sheet(f, f.variables, [(-3, 3), (-3, 3)])
    question = "Which way is steepest?"
    at = {"point": [2, 1], "gradient": here.gradient, "title": question}
    save(plot_map(sheet, **at, uphill=True), folder / "gradient.png", dpi=110)

    near = sample_sheet(terrain, ("n", "e"), [(1_500, 10_500), (12_500, 21_500)])
    start = terrain.locate(36.2, -84.2292)
    block = plot_surface(
        near,
        point=start,
        gradient=terrain.gradient(*start),
        value=float(terrain(*start)),
        path=path[:200:4],
        values=terrain(*path[:200:4].T),
        value_name="elevation (m)",
        title=question,
    )
    save(block, folder / "mountain.png", dpi=110)

    f = Function("0.03*w**4 - 0.02*w**3 - 0.25*w**2 + 0.1*w + 1.4")
    w, rate = -2.95, 0.35
    slope = float(f.at(w=w).gradient[0])
    after = w - rate * slope
    step = plot_curve(
        sample_curve(f, "w", (-3.5, 3.5)),
        point=(w, float(f(w))),
        slope=slope,
        after=(after, float(f(after))),
        title="Walk against the slope",
    )
    save(step, folder / "step.png", dpi=110)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else here / "docs" / "pictures")
