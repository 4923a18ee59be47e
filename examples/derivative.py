"""Chapter 1, the derivative: how fast, right now?

python examples/derivative.py [picture.png]
"""

from __future__ import annotations

import sys

from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_curve
from steepest.pictures import plot_curve, save
from steepest.pictures.marks import write
from steepest.pictures.palette import INK, MUTED, style

# A stone thrown down a deep well, with gravity rounded to 10 m/s²: metres after t seconds.
x = st.Function("x(t) = 5t^2 + 2t", units={"t": "s", "value": "m"})
speed = x.derivative()
NOW = 1.0


def average(gap: float) -> float:
    """The average speed from NOW until `gap` seconds later: the slope of a secant."""
    return (x(NOW + gap) - x(NOW)) / gap


def main() -> None:
    print(f"x({NOW:g}) = {x(NOW):g} m, speed {speed(NOW):g} m/s, and one second later", end=" ")
    print(f"{speed(NOW + 1):g} m/s")
    print("gap h (s)   average speed (m/s)   too large by")
    for gap in (1, 0.1, 0.01, 0.001):
        print(f"{gap:<9g}   {average(gap):<19.6g}   {average(gap) - speed(NOW):.6g}")
    later = x.at(t=NOW).tangent(NOW + 0.01)
    print(
        f"a hundredth of a second later: {later:.6g} m by the tangent, {x(NOW + 0.01):.6g} in truth"
    )


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(9.6, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    here = (NOW, x(NOW))
    curve = sample_curve(x, "t", (0, 4.5))
    options = {"land": False, "value_name": "x(t), metres"}
    plot_curve(
        curve, point=here, slope=speed(NOW), title="How fast, right now?", ax=left, **options
    )
    with style():
        for gap in (2.25, 1.5, 0.75):
            there = (NOW + gap, x(NOW + gap))
            left.axline(here, there, color=MUTED, linewidth=1.1, linestyle=(0, (5, 3)), zorder=3)
            left.plot(*there, "o", color=MUTED, markersize=5)
            label = f"h = {gap:g}: {average(gap):g} m/s"
            write(left, label, there, color=MUTED, offset=(8, -9), ha="left", size=8)
        left.set_xlabel("t, seconds", loc="right")
    rates = sample_curve(speed, "t", (0, 4.5))
    options = {"land": False, "value_name": "dx/dt, metres per second"}
    plot_curve(rates, point=(NOW, speed(NOW)), title="Its derivative", ax=right, **options)
    with style():
        write(right, "12 m/s", (NOW, speed(NOW)), color=INK, offset=(10, -8), ha="left")
        right.plot([NOW, NOW], [right.get_ylim()[0], speed(NOW)], ":", color=MUTED, linewidth=1.2)
        right.set_xlabel("t, seconds", loc="right")
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
