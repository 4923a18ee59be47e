"""From typed text to typeset mathematics: a formula, its partials and its gradient as LaTeX.

python examples/formula_to_latex.py [picture.png]
"""

from __future__ import annotations

import sys

from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import save
from steepest.pictures.palette import INK, style

elevation = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
SHOWN = (elevation, elevation.derivative("n"), elevation.derivative("e"), elevation.gradient)


def main() -> None:
    for function in SHOWN:
        print(f"{function!r:50} {function.latex}")


def draw() -> Figure:
    with style():
        figure = Figure(figsize=(6.4, 2.2))
        for row, function in enumerate(SHOWN[:3]):
            formula = function._repr_latex_()
            figure.text(0.05, 0.8 - 0.3 * row, formula, fontsize=16, color=INK)
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
