"""A network of two inputs, two hidden units and one output, and all that backpropagation finds.

python examples/backpropagation.py [picture.png]
"""

from __future__ import annotations

import sys

import numpy as np

import steepest as st
from steepest.pictures import save

W1, B1 = np.array([[0.6, 0.4], [0.4, 0.6]]), np.array([0.0, -0.5])
W2, B2 = np.array([0.5, -0.5]), 0.0
X, WANTED = np.array([0.0, 1.0]), 1.0


def loss(w1, b1, w2, b2, x, wanted):
    z = w1 @ x + b1
    h = np.tanh(z)
    output = w2 @ h + b2
    error = output - wanted
    return error**2


def by_hand():
    """The slopes of the loss, from the output to the inputs, with the rules written out."""
    h = np.tanh(W1 @ X + B1)
    to_output = 2 * (W2 @ h + B2 - WANTED)
    to_z = to_output * W2 * (1 - h**2)
    return {"w1": np.outer(to_z, X), "b1": to_z, "w2": to_output * h, "b2": to_output}


def main() -> None:
    found = st.explain(loss, W1, B1, W2, B2, X, WANTED)
    print(found)
    apart = max(float(np.max(np.abs(found[k].adjoint - v))) for k, v in by_hand().items())
    print(f"the weights' adjoints differ from those by hand by {apart:.0e}")


def draw():
    return st.explain(loss, W1, B1, W2, B2, X, WANTED).plot(title="One example, forward and back")


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
