"""A network that reads handwritten digits: plain NumPy, trained by walking down its loss.

1,797 digits of 8×8 pixels, which scikit-learn ships, 1,400 to learn from and 397 to be tested on.
The network is two lines, the loss five; its gradient by 2,410 weights comes from steepest, exact,
and is compared with backpropagation written by hand.

python examples/digits_mlp.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import steepest as st
from steepest.pictures import plot_values, save
from steepest.pictures.palette import style

HIDDEN, LEARN = 32, 1400
DECAY = 1e-4  # how much large weights are held back

data = load_digits()
order = np.random.default_rng(0).permutation(len(data.data))
X, DIGIT = data.data[order] / 16, data.target[order]


def weights_at_first():
    """Small random weights, so that no two hidden units begin alike."""
    rng = np.random.default_rng(1)
    return {
        "w1": rng.normal(size=(64, HIDDEN)) / 8,
        "b1": np.zeros(HIDDEN),
        "w2": rng.normal(size=(HIDDEN, 10)) / 8,
        "b2": np.zeros(10),
    }


def scores(p, x):
    """One score for each of the ten digits: the highest is what the network reads."""
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    return hidden @ p["w2"] + p["b2"]


def loss(p):
    """The mean surprise on the digits to learn from, and a little for large weights."""
    s = scores(p, X[:LEARN])
    s = s - np.max(s, axis=1, keepdims=True)
    log_probability = s - np.log(np.sum(np.exp(s), axis=1, keepdims=True))
    surprise = -np.mean(log_probability[np.arange(LEARN), DIGIT[:LEARN]])
    return surprise + DECAY * (np.sum(p["w1"] ** 2) + np.sum(p["w2"] ** 2))


def backpropagation(p):
    """The same gradient, by hand: forward once, then back once."""
    x, truth = X[:LEARN], DIGIT[:LEARN]
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    s = hidden @ p["w2"] + p["b2"]
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    d_scores = e / np.sum(e, axis=1, keepdims=True)
    d_scores[np.arange(LEARN), truth] -= 1
    d_scores /= LEARN
    d_hidden = d_scores @ p["w2"].T * (1 - hidden**2)
    return {
        "w1": x.T @ d_hidden + 2 * DECAY * p["w1"],
        "b1": np.sum(d_hidden, axis=0),
        "w2": hidden.T @ d_scores + 2 * DECAY * p["w2"],
        "b2": np.sum(d_scores, axis=0),
    }


def accuracy(p, part) -> float:
    """The share of digits that are read as what they are."""
    return float(np.mean(np.argmax(scores(p, X[part]), axis=1) == DIGIT[part]))


LEARNED_FROM, TESTED_ON = slice(None, LEARN), slice(LEARN, None)


@cache
def trained() -> st.Descent:
    """The walk down, with Adam's steps, all 1,400 digits at every step."""
    return st.descend(loss, weights_at_first(), method="adam", rate=0.02, steps=150)


def main() -> None:
    start = weights_at_first()
    count = sum(w.size for w in start.values())
    slope, by_hand = st.grad(loss)(start), backpropagation(start)
    apart = max(np.max(np.abs(slope[k] - by_hand[k])) for k in slope)
    largest = max(np.max(np.abs(v)) for v in by_hand.values())
    print(f"gradient by {count:,} weights, and by hand: at most {apart / largest:.0e} apart")
    walk = trained()
    print(f"loss {walk.values[0]:.4f} → {walk.last.value:.4f} in {walk.steps} steps")
    print(f"read rightly: {accuracy(walk.x, LEARNED_FROM):.1%} of those it learned from")
    print(f"read rightly: {accuracy(walk.x, TESTED_ON):.1%} of those it never saw")


def draw() -> Figure:
    walk = trained()
    read = np.argmax(scores(walk.x, X[TESTED_ON]), axis=1)
    truth, pictures = DIGIT[TESTED_ON], X[TESTED_ON].reshape(-1, 8, 8)
    shown = [*np.flatnonzero(read == truth)[:5], *np.flatnonzero(read != truth)[:5]]
    with style():
        figure = Figure(figsize=(10.0, 4.0), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.2, 1))
        ax = left.subplots()
    plot_values(walk.values, value_name="", title="The loss at every step", ax=ax)
    with style():
        for ax, i in zip(right.subplots(2, 5).flat, shown, strict=False):
            ax.imshow(pictures[i], cmap="gray_r")
            ax.set_axis_off()
            ax.set_title(f"read {read[i]}, is {truth[i]}", fontsize=8)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
