"""Chapter 7, a small network: two inputs, two hidden units, one output; its gradient, and its walk.

python examples/network.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_sheet
from steepest.pictures import plot_map, plot_values, save
from steepest.pictures.marks import write
from steepest.pictures.palette import CARD, INK, style

OUTPUT = "v1*tanh(w11*x1 + w12*x2 + b1) + v2*tanh(w21*x1 + w22*x2 + b2) + c"
WEIGHTS = ("v1", "w11", "w12", "b1", "v2", "w21", "w22", "b2", "c")
# "One or the other, but not both": the two inputs, and what is wanted of them.
EXAMPLES = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))
START = dict(zip(WEIGHTS, (0.5, 0.6, 0.4, 0.0, -0.5, 0.4, 0.6, -0.5, 0.0), strict=True))


def error_on(x1: float, x2: float, wanted: float) -> st.Function:
    """The squared error on one example, a function of the nine weights."""
    return st.Function(f"({OUTPUT} - y)^2", variables=WEIGHTS, x1=x1, x2=x2, y=wanted)


def loss() -> st.Function:
    """The mean of the squared errors on all four examples, a function of the nine weights."""
    errors = (
        f"({OUTPUT.replace('x1', str(x1)).replace('x2', str(x2))} - {wanted})^2"
        for x1, x2, wanted in EXAMPLES
    )
    return st.Function(f"({' + '.join(errors)})/{len(EXAMPLES)}", variables=WEIGHTS)


@cache
def train() -> st.Descent:
    """The walk down the loss."""
    return st.descend(loss(), START, rate=0.1, steps=2000)


def loss_in_numpy(w):
    """The same loss of the same nine weights, in plain NumPy."""
    x1, x2, wanted = np.array(EXAMPLES, dtype=float).T
    h1 = np.tanh(w[1] * x1 + w[2] * x2 + w[3])
    h2 = np.tanh(w[5] * x1 + w[6] * x2 + w[7])
    output = w[0] * h1 + w[4] * h2 + w[8]
    return np.mean((output - wanted) ** 2)


def backpropagate(w: dict[str, float], x1: float, x2: float, wanted: float) -> dict[str, float]:
    """The nine partial derivatives of one squared error, by hand: forward once, then back once."""
    h1 = np.tanh(w["w11"] * x1 + w["w12"] * x2 + w["b1"])
    h2 = np.tanh(w["w21"] * x1 + w["w22"] * x2 + w["b2"])
    output = w["v1"] * h1 + w["v2"] * h2 + w["c"]
    d_output = 2 * (output - wanted)
    d_z1 = d_output * w["v1"] * (1 - h1**2)  # through the first hidden unit
    d_z2 = d_output * w["v2"] * (1 - h2**2)  # through the second
    back = (d_output * h1, d_z1 * x1, d_z1 * x2, d_z1, d_output * h2, d_z2 * x1, d_z2 * x2, d_z2)
    return dict(zip(WEIGHTS, (*back, d_output), strict=True))


def main() -> None:
    here = error_on(0, 1, 1).at(START)
    by_hand = backpropagate(START, 0, 1, 1)
    print(f"squared error on (0, 1), wanted 1: {here.value:.4f}")
    print("weight   partial derivative   by hand, backwards")
    for name in WEIGHTS:
        print(f"{name:6}   {here.partials[name] + 0.0:18.12f}   {by_hand[name] + 0.0:18.12f}")
    weights = np.array(list(START.values()))
    two_ways = st.Function(loss_in_numpy).gradient(weights), loss().gradient(weights)
    apart = np.max(np.abs(two_ways[0] - two_ways[1]))
    print(f"loss as a formula and in NumPy: their gradients differ by {apart:.0e}")
    walk = train()
    print(f"loss {walk.values[0]:.4f} → {walk.last.value:.2g} in {walk.steps} steps")
    network = st.Function(OUTPUT, **walk.x)
    for x1, x2, wanted in EXAMPLES:
        print(f"({x1}, {x2}): wanted {wanted}, given {network(x1=x1, x2=x2) + 0.0:.6f}")


def draw() -> Figure:
    walk = train()
    with style():
        figure = Figure(figsize=(12.0, 4.2), layout="constrained")
        before, after, values = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    for ax, weights, title in (
        (before, START, "The output, before"),
        (after, walk.x, "After the walk"),
    ):
        network = st.Function(OUTPUT, **weights)
        sheet = sample_sheet(network, network.variables, [(-0.5, 1.5), (-0.5, 1.5)])
        plot_map(sheet, title=title, ax=ax)
        with style():
            for x1, x2, wanted in EXAMPLES:
                look = {"markerfacecolor": INK if wanted else CARD, "markeredgecolor": INK}
                ax.plot(x1, x2, "s", markersize=9, markeredgewidth=2, zorder=7, **look)
                word = f"{network(x1=x1, x2=x2) + 0.0:.2f}"
                write(ax, word.replace("-", "−"), (x1, x2), offset=(0, 14), size=9)
    plot_values(walk.values, value_name="loss", title="The loss at every step", ax=values)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
