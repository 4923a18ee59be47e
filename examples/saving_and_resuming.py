"""A walk kept in a file, and gone on with: the same, bit for bit, as one that never stopped.

python examples/saving_and_resuming.py [picture.png]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import plot_descent, save

elevation = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
START = {"n": 2, "e": 1}


def interrupted_and_resumed() -> st.Descent:
    """60 steps, kept in a file; then 60 more from the file."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "walk.npz"
        st.descend(elevation, START, method="momentum", rate=0.02, steps=60).save(place)
        return st.resume(place, elevation, steps=60)


def main() -> None:
    resumed = interrupted_and_resumed()
    straight = st.descend(elevation, START, method="momentum", rate=0.02, steps=120)
    print(f"60 + 60 steps end at {resumed.x}")
    print(f"120 steps end at     {straight.x}")
    print(f"same path, to the last bit: {np.array_equal(resumed.path, straight.path)}")


def draw() -> Figure:
    return plot_descent(interrupted_and_resumed(), title="60 steps, a night's rest, 60 more").figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
