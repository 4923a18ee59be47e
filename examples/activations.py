"""Chapter 6, activation functions: what they do to a number, and where their slope dies.

python examples/activations.py [picture.png]
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_curve
from steepest.pictures import plot_curve, save
from steepest.pictures.marks import write
from steepest.pictures.palette import MUTED, RED, RED_TEXT, style

NAMES = ("sigmoid", "tanh", "relu", "gelu", "silu", "softplus")
activations = {name: st.Function(f"{name}(z)") for name in NAMES}
DEAD = 0.05  # where the slope is smaller than this, the pictures are hatched


def main() -> None:
    places = (-5, -1, 0, 1, 5)
    print(f"{'slope at z =':12}" + "".join(f"{z:>9}" for z in places))
    for name, activation in activations.items():
        slopes = (activation.derivative()(z) for z in places)
        print(f"{name:12}" + "".join(f"{slope:9.4f}" for slope in slopes))
    steepest_sigmoid = activations["sigmoid"].derivative()(0)
    print(f"ten sigmoids in a row keep at most {steepest_sigmoid}**10 = {steepest_sigmoid**10:.2g}")


def dead(slopes: np.ndarray) -> np.ndarray:
    """Where the slope is nearly none, from there on to the end of the axis."""
    flat = np.abs(slopes) < DEAD
    left, right = np.logical_and.accumulate(flat), np.logical_and.accumulate(flat[::-1])[::-1]
    return left | right


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(10.6, 6.0), layout="constrained")
        axes = figure.subplots(2, 3)
    for ax, (name, activation) in zip(axes.flat, activations.items(), strict=True):
        curve = sample_curve(activation, "z", (-6, 6))
        slopes = activation.derivative()(curve.x)
        plot_curve(curve, land=False, title=name, value_name="a(z), and its slope a′(z)", ax=ax)
        with style():
            ax.set_ylim(-0.6, 2.4)
            look = {"facecolor": "none", "edgecolor": MUTED, "alpha": 0.4, "hatch": "////"}
            ax.fill_between(curve.x, -0.6, 2.4, where=dead(slopes), linewidth=0, zorder=0, **look)
            jumps = np.abs(np.diff(slopes, prepend=slopes[0])) > 0.5
            ax.plot(curve.x, np.where(jumps, np.nan, slopes), color=RED, linewidth=1.8, zorder=4)
            ax.axhline(0, color=MUTED, linewidth=0.7, zorder=1)
            at = (4.4, float(activation.derivative()(4.4)))
            write(ax, "slope", at, color=RED_TEXT, offset=(0, 9))
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
