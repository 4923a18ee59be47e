"""Chapter 5, many variables: down the mountain, and along a ravine by four methods.

python examples/descent_in_many_variables.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import plot_descent, save
from steepest.pictures.marks import write
from steepest.pictures.palette import INK, MUTED, style

elevation = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
ravine = st.Function("x**2 + 100*y**2")
STARTS = {elevation: {"n": 2, "e": 1}, ravine: {"x": 1, "y": 1}}
ON_THE_MOUNTAIN = {
    "gradient descent, rate 0.02": ("gradient-descent", 0.02),
    "gradient descent, rate 0.1": ("gradient-descent", 0.1),
    "gradient descent, rate 0.25": ("gradient-descent", 0.25),
}
IN_THE_RAVINE = {
    "gradient descent, rate 0.009": ("gradient-descent", 0.009),
    "momentum, rate 0.003": ("momentum", 0.003),
    "Nesterov, rate 0.006": ("nesterov", 0.006),
    "Adam, rate 0.1": ("adam", 0.1),
}
LOW = 1e-6


@cache
def walk_down(function: st.Function, how: tuple[str, float]) -> st.Descent:
    """The walk by one method with one rate."""
    method, rate = how
    return st.descend(function, STARTS[function], method=method, rate=rate, steps=2000)


def curvatures(function: st.Function) -> tuple[float, float]:
    """The gentlest and the sharpest curvature at (0, 0), the minimum of both functions."""
    low, high = np.linalg.eigvalsh(function.hessian(0, 0))
    return float(low), float(high)


def main() -> None:
    for name, function, methods in (
        ("mountain", elevation, ON_THE_MOUNTAIN),
        ("ravine", ravine, IN_THE_RAVINE),
    ):
        low, high = curvatures(function)
        print(f"{name}: curvatures {low:.4g} and {high:.4g} at the bottom,", end=" ")
        print(f"condition number {high / low:.4g}, longest rate {2 / high:.4g}")
        print(f"  {'method':28}   steps   uphill   below {LOW:g} from step   verdict")
        for label, how in methods.items():
            walk = walk_down(function, how)
            below = walk.record.t[np.flatnonzero(walk.values >= LOW)[-1]] + 1
            uphill = int(np.sum(np.diff(walk.values) > 0))
            print(f"  {label:28}   {walk.steps:>5}   {uphill:>6}   {below:>21}", end="   ")
            print(walk.verdict.cause)


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(9.4, 10.8), layout="constrained")
        mosaic = [["A", "B"], ["C", "D"], ["E", "E"]]
        axes = figure.subplot_mosaic(mosaic, height_ratios=(1.2, 1.2, 1))
    titles = ("Down the mountain, rate 0.1", "Rate 0.25: across the valley and back")
    for ax, title, label in zip(
        (axes["A"], axes["B"]), titles, list(ON_THE_MOUNTAIN)[1:], strict=True
    ):
        walk = walk_down(elevation, ON_THE_MOUNTAIN[label])
        plot_descent(walk, {"n": (-0.75, 2.25), "e": (-1.4, 1.9)}, title=title, ax=ax)
    for ax, label in zip((axes["C"], axes["D"]), list(IN_THE_RAVINE)[:2], strict=True):
        walk = walk_down(ravine, IN_THE_RAVINE[label])
        plot_descent(walk, [(-1.15, 1.27), (-1.1, 1.1)], title=f"A ravine: {label}", ax=ax)
    values = axes["E"]
    looks = ("-", (0, (6, 1.5)), (0, (3, 1.2, 1, 1.2)), (0, (1, 1)))
    with style():
        for (label, how), look in zip(IN_THE_RAVINE.items(), looks, strict=True):
            walk = walk_down(ravine, how)
            lowest = np.minimum.accumulate(walk.values)
            values.semilogy(lowest, color=INK, linestyle=look, linewidth=1.6, label=label)
        values.axhline(LOW, color=MUTED, linewidth=0.8)
        write(values, "a millionth", (400, LOW), color=MUTED, offset=(-28, 7), size=8)
        values.set_title("The ravine: the lowest value so far, at every step")
        values.set_xlabel("step", loc="right")
        values.legend(frameon=False, loc="upper right", ncols=2)
        values.set_xlim(0, 400)
        values.set_ylim(1e-9, 1e3)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
