"""Chapter 3, the gradient: which way is steepest?

python examples/gradient.py [picture.png]
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_sheet
from steepest.pictures import plot_map, save
from steepest.pictures.marks import write
from steepest.pictures.palette import (
    BLUE,
    CARD,
    GREEN,
    GREEN_EDGE,
    GREEN_TEXT,
    INK,
    ORANGE,
    RED,
    RED_TEXT,
    RULE,
    set_ticks,
    style,
)

elevation = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
here = elevation.at(n=2, e=1)
RATE = 0.1


def main() -> None:
    print(f"gradient           [{here.gradient[0]:.4f}, {here.gradient[1]:.4f}]")
    print(f"steepest slope     {here.magnitude:.4f}")
    print(f"steepest descent   bearing {here.bearing:.1f}°, to the {here.compass}")
    print("bearing   slope")
    for bearing in range(0, 360, 45):
        print(f"{bearing:>6}°   {here.toward(bearing):7.4f}")
    slopes = {bearing: here.toward(bearing) for bearing in range(360)}
    lowest = min(slopes, key=slopes.__getitem__)
    print(f"of all whole degrees, {lowest}° falls most: {slopes[lowest]:.4f}")
    minus, unit, step = -here.gradient, here.direction, -RATE * here.gradient
    print(f"−gradient          {minus.round(4)}, length {np.linalg.norm(minus):.4f}")
    print(f"unit vector        {unit.round(4)}, length {np.linalg.norm(unit):.4f}")
    print(f"step, rate {RATE}     {step.round(4)}, length {np.linalg.norm(step):.4f}")


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(10.4, 4.8), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    sheet = sample_sheet(elevation, elevation.variables, [(-0.5, 4.5), (-1.5, 3.5)])
    question = "Which way is steepest?"
    at = {"point": [2, 1], "gradient": here.gradient, "uphill": True, "title": question}
    plot_map(sheet, **at, ax=left)
    bearings = np.arange(361)
    slopes = [here.toward(float(b)) for b in bearings]
    with style():
        right.axhline(0, color=RULE, linewidth=1.2, zorder=1)
        right.plot(bearings, slopes, color=INK, linewidth=2, zorder=2)
        named = (
            (0, "north", BLUE),
            (90, "east", ORANGE),
            (180, "south", BLUE),
            (270, "west", ORANGE),
        )
        for bearing, word, color in named:
            spot = (bearing, here.toward(bearing))
            right.plot(*spot, "s", color=color, markeredgecolor=CARD, markersize=7, zorder=3)
            write(right, word, spot, color=color, offset=(9, 0), ha="left")
        down, up = here.bearing, (here.bearing + 180) % 360
        right.plot(up, here.magnitude, "^", color=RED, markersize=10, zorder=3)
        above = {"color": RED_TEXT, "offset": (0, 13)}
        write(
            right,
            f"{up:.1f}°: +{here.magnitude:.2f}, the gradient",
            (up + 30, here.magnitude),
            **above,
        )
        right.plot(
            down,
            -here.magnitude,
            "o",
            color=GREEN,
            markeredgecolor=GREEN_EDGE,
            markersize=10,
            zorder=3,
        )
        below = {"color": GREEN_TEXT, "offset": (0, -14)}
        write(
            right,
            f"{down:.1f}°: −{here.magnitude:.2f}, steepest descent",
            (down, -here.magnitude),
            **below,
        )
        right.set_title("The slope, walking a compass round")
        right.set_xlabel("bearing of the walk, degrees from north", loc="right")
        set_ticks(right)
        right.set_xticks(range(0, 361, 45))
        right.set_ylim(-11, 11)
        right.set_xlim(-8, 368)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
