"""Logistic regression in plain NumPy: benign or malignant, from two measurements of cells.

The data are the 569 samples of the Wisconsin diagnostic breast cancer set, which scikit-learn
ships. Nothing else of scikit-learn is used: the loss is five lines, its gradient comes from
steepest, and the walk goes down to the one lowest place there is.

python examples/logistic_regression.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_breast_cancer

import steepest as st
from steepest.pictures import save
from steepest.pictures.palette import CARD, INK, style

MEASURED = ("mean radius", "mean texture")
START = {"weights": np.zeros(2), "bias": 0.0}


def samples():
    """The two measurements of every sample, standardized, and 1 where it is malignant."""
    data = load_breast_cancer()
    columns = [list(data.feature_names).index(name) for name in MEASURED]
    x = data.data[:, columns]
    return (x - x.mean(axis=0)) / x.std(axis=0), 1.0 - data.target


X, MALIGNANT = samples()


def score(params, x):
    """Positive where malignant is the likelier; the logarithm of the odds."""
    return x @ params["weights"] + params["bias"]


def loss(params):
    """The mean surprise, −log of the probability that was given to what is true."""
    s = score(params, X)
    return np.mean(np.logaddexp(0.0, s) - MALIGNANT * s)


def gradient_by_hand(params):
    """The mean of (probability − truth) times each measurement."""
    off = 1 / (1 + np.exp(-score(params, X))) - MALIGNANT
    return {"weights": X.T @ off / len(X), "bias": np.mean(off)}


@cache
def learned() -> st.Descent:
    """The walk down."""
    return st.descend(loss, START, method="momentum", rate=1.0, steps=1000)


def main() -> None:
    slope = st.grad(loss)(START)
    by_hand = gradient_by_hand(START)
    apart = max(float(np.max(np.abs(slope[k] - by_hand[k]))) for k in slope)
    print(f"loss at first: {loss(START):.6f}; gradient and the one by hand differ by {apart:.0e}")
    print(st.check_grad(loss, START).sentence)
    print(st.check_grad(loss, START, gradient=slipped).sentence)
    walk = learned()
    w, b = walk.x["weights"], walk.x["bias"]
    print(f"loss in the end: {walk.last.value:.6f} after {walk.steps} steps: {walk.verdict.cause}")
    print(f"log odds = {w[0]:.4f}·radius + {w[1]:.4f}·texture {b:+.4f}")
    right = np.mean((score(walk.x, X) > 0) == (MALIGNANT == 1))
    print(f"right on {right:.1%} of the samples, where always saying benign would be right on "
          f"{1 - MALIGNANT.mean():.1%}")  # fmt: skip


def slipped(params):
    """A gradient with a slip: the sign of one sum is lost."""
    g = gradient_by_hand(params)
    g["weights"][1] *= -1
    return g


def draw() -> Figure:
    walk = learned()
    side = np.linspace(-3, 5, 200)
    a, b = np.meshgrid(side, side)
    probability = 1 / (1 + np.exp(-score(walk.x, np.stack([a, b], axis=-1))))
    with style():
        figure = Figure(figsize=(6.4, 5.0), layout="constrained")
        ax = figure.subplots()
        levels = np.linspace(0, 1, 11)
        shades = ax.contourf(a, b, probability, levels, cmap="PuOr_r", alpha=0.5)
        figure.colorbar(shades, ax=ax, label="probability of malignant")
        for truth, mark, fill, name in ((0, "o", CARD, "benign"), (1, "^", INK, "malignant")):
            here = X[truth == MALIGNANT]
            look = {"markersize": 4, "markeredgecolor": INK, "markerfacecolor": fill}
            ax.plot(here[:, 0], here[:, 1], mark, markeredgewidth=0.6, label=name, **look)
        ax.set(
            title="Logistic regression",
            xlabel="radius, in standard deviations",
            ylabel="texture, likewise",
        )
        ax.legend()
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
