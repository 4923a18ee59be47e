"""Chapter 2, partial derivatives: how steep to the north, and how steep to the east?

python examples/partial_derivatives.py [picture.png]
"""

from __future__ import annotations

import sys

from matplotlib.figure import Figure

import steepest as st
from steepest.landscape import sample_curve, sample_sheet
from steepest.pictures import plot_curve, plot_map, save
from steepest.pictures.marks import write
from steepest.pictures.palette import BLUE, ORANGE, casing, style

MOUNTAIN = "n**2 + 3*e**2 + sin(3*n)*e"
elevation = st.Function(MOUNTAIN)
to_the_north = st.Function(MOUNTAIN, e=1)  # e stays at 1: a function of n alone
to_the_east = st.Function(MOUNTAIN, n=2)  # n stays at 2: a function of e alone


def main() -> None:
    here = elevation.at(n=2, e=1)
    print(f"elevation {here.value:.4f}")
    held = {"n": to_the_north.derivative()(2), "e": to_the_east.derivative()(1)}
    for name, still in (("n", "e"), ("e", "n")):
        partial = here.partials[name]
        print(f"∂f/∂{name} = {partial:.4f}, and with {still} held still {held[name]:.4f}")
    for way in ("north", "east", "south", "west"):
        print(f"slope to the {way:5} {here.toward(way):8.4f}")


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(11.5, 4.0), layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 1.15))
    sheet = sample_sheet(elevation, elevation.variables, [(-0.5, 3), (-1.25, 2.25)])
    plot_map(sheet, point=[2, 1], title="Two cuts through one point", ax=left)
    with style():
        for line, color in ((left.axvline(1), BLUE), (left.axhline(2), ORANGE)):
            line.set(color=color, linewidth=2, zorder=3)
            line.set_path_effects(casing(4))
    cuts = (
        (middle, to_the_north, "n", 2, (-0.5, 3), BLUE, "Along n, while e stays at 1"),
        (right, to_the_east, "e", 1, (-1.25, 2.25), ORANGE, "Along e, while n stays at 2"),
    )
    for ax, cut, name, at, stretch, color, title in cuts:
        curve, slope = sample_curve(cut, name, stretch), cut.derivative()(at)
        word = "elevation f"
        plot_curve(curve, point=(at, cut(at)), slope=slope, value_name=word, title=title, ax=ax)
        with style():
            ax.title.set_color(color)
            for line in ax.lines:
                if line.get_gid() == "curve":
                    line.set_color(color)
            way = "north" if name == "n" else "east"
            write(
                ax, f"{way} →", (ax.get_xlim()[1], ax.get_ylim()[0]), color=color, offset=(-26, 10)
            )
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
