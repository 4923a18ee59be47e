"""Chapter 4, gradient descent in one variable: walk against the slope, and how far at a time.

python examples/descent_in_one_variable.py [picture.png]
"""

from __future__ import annotations

import sys

from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_curve
from steepest.pictures import plot_curve, save
from steepest.pictures.palette import style

gentle = st.Function("(w - 3)**2 / 4")
steep = st.Function("(w - 3)**2")
RATES = (0.1, 0.5, 0.9, 1.0, 1.1)


def main() -> None:
    print("The rule as it is first told, w2 = w1 − df/dw, on (w − 3)²/4")
    for w1 in (1.0, 5.0):
        slope = gentle.derivative()(w1)
        w2 = w1 - slope
        print(
            f"from {w1:g}: slope {slope:+g}, so w2 = {w2:g}; f goes {gentle(w1):g} → {gentle(w2):g}"
        )
    print("The same rule on (w − 3)², four times as curved")
    walk = st.descend(steep, 5, rate=1, steps=6)
    print(" → ".join(f"{w:g}" for w in walk.path[:, 0]))
    print(f"curvature {steep.derivative(order=2)(5):g}, so the rate must stay below", end=" ")
    print(f"{2 / steep.derivative(order=2)(5):g}")
    print("rate   the first places             after 50 steps   verdict")
    for rate in RATES:
        walk = st.descend(steep, 5, rate=rate, steps=50)
        places = ", ".join(f"{w:g}" for w in walk.path[:4, 0])
        print(f"{rate:<4g}   {places:26}   {walk.x:<14.6g}   {walk.verdict.cause}")


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(11.4, 7.4), layout="constrained")
        axes = figure.subplot_mosaic("AAABBB;CCDDEE")
    titles = {1.0: "A negative slope: w grows", 5.0: "The other side: w shrinks"}
    for ax, (w1, title) in zip((axes["A"], axes["B"]), titles.items(), strict=True):
        slope = gentle.derivative()(w1)
        w2 = w1 - slope
        curve = sample_curve(gentle, "w", (-0.5, 6.5))
        step = {"point": (w1, gentle(w1)), "slope": slope, "after": (w2, gentle(w2))}
        plot_curve(curve, **step, value_name="(w − 3)²/4", title=title, ax=ax)
    fates = {
        0.1: "Rate 0.1: creeps",
        1.0: "Rate 1: bounces for ever",
        1.1: "Rate 1.1: is thrown out",
    }
    for ax, (rate, title) in zip((axes["C"], axes["D"], axes["E"]), fates.items(), strict=True):
        walk = st.descend(steep, 5, rate=rate, steps=5)
        curve = sample_curve(steep, "w", (-3.5, 9.5))
        where = {"path": walk.path[:, 0], "values": walk.values}
        plot_curve(curve, **where, value_name="(w − 3)²", title=title, ax=ax)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
