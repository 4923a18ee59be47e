"""The built-in real mountain: the elevation model of the Jacksboro fault that matplotlib ships.

The file holds `elevation`, 344 by 403 whole metres; `dx` and `dy`, 1/1200 degree or three seconds
of arc; `xmin`, `xmax`, `ymin` and `ymax`. Its `ymin` (36.733) is larger than its `ymax` (36.446),
so what it says cannot all be true. Which row is north, and at what latitude, was settled by the
land itself:

- The only reading that fits is: **the first row is the northernmost, `ymax` is the north edge, and
  the south edge is `ymax - 344 dy` = 36.1596.** (`ymin` is `ymax + 344 dy`: the height of the map,
  added where it should have been taken away.)
- Then the highest number of the map, 1076 m in row 297, column 219, lies at 36.19833 N,
  84.23083 W. The summit of Cross Mountain, the highest of Tennessee outside the Blue Ridge, is
  published as 1077 m at 36°11'54" N, 84°13'50" W (Wikipedia, "Cross Mountain (Tennessee)", in
  decimals 36.19833 N, 84.23056 W): 25 m away, a third of a cell.
- The commonest elevation, 305 m in 1315 cells, forms one branching level surface at the eastern
  edge: Norris Lake, whose full pool is 1020 feet (311 m).
- The towns fall on their valley floors: Caryville 321 m (1095 feet are 334 m), Jacksboro 327 m, La
  Follette 325 m, in its gap through Cumberland Mountain, Rocky Top 266 m (860 feet are 262 m).
- With the first row in the south, that place would be a flank at 604 m; with the latitudes taken as
  they stand, the whole map would lie 32 km too far north, half of it in Kentucky.

The edges run half a cell outside the outermost points: `xmin` is 101296.5 times three seconds of
arc, and the points of the Shuttle Radar model lie at whole multiples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import TerrainError

__all__ = ["SUMMIT", "load_jacksboro"]

#: Cross Mountain as published: latitude, longitude (degrees) and elevation (metres).
SUMMIT = (36.19833, -84.23056, 1077.0)


def load_jacksboro() -> dict[str, Any]:
    """The arguments that make it a `Terrain`: elevations, spacing, south-west point, name."""
    from matplotlib.cbook import get_sample_data

    from steepest.sources.terrain import degree_lengths

    try:
        # For an .npz file this is what `numpy.load` gives, which the declared type does not say.
        archive: Any = get_sample_data("jacksboro_fault_dem.npz")
        with archive as held:
            elevations = np.asarray(held["elevation"], dtype=np.float64)
            step, north_edge, west_edge = (
                float(held["dy"]),
                float(held["ymax"]),
                float(held["xmin"]),
            )
    except FileNotFoundError:
        raise TerrainError(
            "the Jacksboro elevation model comes with matplotlib, but this installation was "
            "made without its sample data; install matplotlib from PyPI, or load a map of your "
            "own with Terrain.load(path)"
        ) from None
    south = north_edge - (elevations.shape[0] - 0.5) * step  # the middle of the last row's cells
    west = west_edge + 0.5 * step
    middle = north_edge - elevations.shape[0] * step / 2
    north, east = degree_lengths(middle)
    return {
        "elevations": elevations,
        "spacing": (step * north, step * east),
        "south_west": (south, west),
        "name": "Jacksboro fault, Tennessee",
    }
