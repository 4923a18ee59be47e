"""A method of your own: an object with `init` and `update`, five lines in plain NumPy.

python examples/your_own_method.py [picture.png]
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import plot_descent, save


class SignDescent:
    """Walks 0.05 along every variable, against the sign of its slope, however steep it is."""

    def init(self, x):
        """No memory."""
        return {}

    def update(self, state, x, f, g, t):
        """Where to look next; the state; whether x counts as a point of the walk."""
        return x - 0.05 * np.sign(g), state, True


elevation = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
walk = st.descend(elevation, {"n": 2, "e": 1}, method=SignDescent(), steps=60)


def main() -> None:
    print(f"every step is 0.05 along n and 0.05 along e: {np.diff(walk.path[:3], axis=0).round(9)}")
    print(f"best  f = {walk.best.value:.6f} at step {walk.best.step}")
    print(f"verdict: {walk.verdict}")


def draw() -> Figure:
    return plot_descent(walk, title="Along the signs of the slope").figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
