"""Plain NumPy code, unchanged: a loop, writes in place, a call; its gradient, and its walk.

Two heaters stand at the ends of a rod. How strong must they be, so that after a while the rod is
as warm as you want it everywhere?

python examples/numpy_function.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_sheet
from steepest.pictures import plot_map, save

WANTED = np.linspace(18.0, 24.0, 11)  # degrees, from the left end of the rod to the right


def rod(left, right):
    """The temperatures along the rod after 25 rounds of heating, spreading and cooling."""
    warmth = np.full(11, 18.0)
    for _ in range(25):
        warmth[0] += left
        warmth[-1] += right
        warmth[1:-1] += 0.45 * (warmth[:-2] - 2 * warmth[1:-1] + warmth[2:])
        warmth *= 0.99
    return warmth


def misfit(left, right):
    """The mean squared difference from what is wanted."""
    return np.mean((rod(left, right) - WANTED) ** 2)


heating = st.Function(misfit)
START = {"left": 0.0, "right": 0.0}


@cache
def walk_down() -> st.Descent:
    """The walk to the best heating."""
    return st.descend(heating, START, rate=0.004)


def main() -> None:
    slopes = heating.gradient(**START)
    print(f"gradient at (0, 0)     {slopes[0]:.6f} {slopes[1]:.6f}")
    h = 1e-5
    left = (misfit(h, 0) - misfit(-h, 0)) / (2 * h)
    right = (misfit(0, h) - misfit(0, -h)) / (2 * h)
    print(f"by small differences   {left:.6f} {right:.6f}")
    walk = walk_down()
    print(f"misfit {walk.values[0]:.3f} → {walk.last.value:.3f} after {walk.steps} steps")
    print(f"best heating           {walk.x['left']:.6f} {walk.x['right']:.6f}")
    print(f"the rod is then        {rod(**walk.x).round(1)}")


def draw() -> Figure:
    # One point at a time: `misfit` is written for two numbers, not for whole grids of them.
    sheet = sample_sheet(np.vectorize(misfit), ("left", "right"), [(-0.1, 1.1), (-0.1, 1.1)], 61)
    return plot_map(sheet, path=walk_down().path, title="How strong must the heaters be?").figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
