"""A walk down a real mountain: Cross Mountain, Tennessee, from just below its summit.

python examples/terrain_walk.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import plot_terrain, save

terrain = st.Terrain.jacksboro()
elevation = st.Function(terrain)
n, e = terrain.locate(36.2, -84.2292)  # degrees north and east, into metres on the map
START = {"n": float(n), "e": float(e)}


@cache
def walk_down() -> st.Descent:
    """The walk; the rate is in metres."""
    return st.descend(elevation, START, rate=1000)


def main() -> None:
    print(terrain)
    here = elevation.at(START)
    print(
        f"start      {here.value:.0f} m, slope {here.percent:.1f} %, downhill to the {here.compass}"
    )
    walk = walk_down()
    away = np.hypot(*np.diff(walk.path, axis=0).T).sum()
    latitude, longitude = terrain.coordinates(walk.x["n"], walk.x["e"])
    print(
        f"end        {walk.last.value:.0f} m after {walk.steps} steps and {away / 1000:.1f} km,",
        end=" ",
    )
    print(f"at {latitude:.4f}° north, {-longitude:.4f}° west")
    print(f"verdict    {walk.verdict}")
    bend = walk.verdict.evidence["curvature_along_path"]
    print(f"curvature  {bend:.3g} per metre at most, so the rate must stay below {2 / bend:.0f} m")


def draw() -> Figure:
    walk = walk_down()
    ax = plot_terrain(terrain, path=walk.path, title="Down Cross Mountain, Tennessee")
    return ax.figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
