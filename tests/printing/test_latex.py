"""LaTeX: exact strings for the common shapes; mathtext can set everything that is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.printing.latex import latex, name_latex
from steepest.sources.formula import parse

from ..calculus.compositions import compositions

SHOWN = [
    ("2n + 3e*cos(3n)", r"2 n + 3 e \, \cos\left(3 n\right)"),
    ("x/(x + 1)^2", r"\frac{x}{{\left(x + 1\right)}^{2}}"),
    ("1/(2*sqrt(x))", r"\frac{1}{2 \sqrt{x}}"),
    ("sqrt(1 - x^2)", r"\sqrt{1 - x^{2}}"),
    ("cbrt(x)", r"\sqrt[3]{x}"),
    ("e^(-x^2/2)", r"\mathrm{e}^{-\frac{x^{2}}{2}}"),
    ("-2x/(x^2 + 1)^2", r"-\frac{2 x}{{\left(x^{2} + 1\right)}^{2}}"),
    ("a - (-2x/b)", r"a - \left(-\frac{2 x}{b}\right)"),
    ("sin(x)^2", r"\sin^{2}\left(x\right)"),
    ("|x - 1|", r"\left|x - 1\right|"),
    ("-(a + b)", r"-\left(a + b\right)"),
    ("a - (b - c)", r"a - \left(b - c\right)"),
    ("a*(-b)", r"a \left(-b\right)"),
    ("2*3^x", r"2 \cdot 3^{x}"),
    ("x*2", r"x \cdot 2"),
    ("(x^2)^3", r"{\left(x^{2}\right)}^{3}"),
    ("x^(a/b)", r"x^{\frac{a}{b}}"),
    ("2.5E-12x", r"2.5 \cdot 10^{-12} x"),
    ("pi*r^2", r"\pi r^{2}"),
    ("x_1*alpha", r"x_{1} \alpha"),
    ("log2(x)", r"\log_{2}\left(x\right)"),
    ("hypot(x, y)", r"\sqrt{{x}^2 + {y}^2}"),
    ("max(x, y)", r"\max\left(x, y\right)"),
    ("where(x > 0, x, -x)",
     r"\begin{cases} x & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases}"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "shown"), SHOWN)
def test_formulas_in_latex(typed: str, shown: str) -> None:
    assert latex(parse(typed).outputs[0]) == shown


def set_by_mathtext(formula: str) -> None:
    """Raises ValueError for anything that mathtext does not know."""
    from matplotlib.mathtext import MathTextParser

    MathTextParser("path").parse(f"${formula}$")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(compositions(10))
def test_compositions_can_be_set(f) -> None:
    shown = latex(f)
    set_by_mathtext(shown)
    assert shown.count("{") == shown.count("}")
    assert shown.count(r"\left") == shown.count(r"\right")


ONE_LINE = [
    r for r in ROWS.values() if r.elementwise and r.name not in ("where", "cast") and r.domain
]


@pytest.mark.parametrize("row", ONE_LINE, ids=lambda r: r.name)
def test_every_elementwise_row_can_be_set(row) -> None:
    args = [variable(name) for name in ("x", "y", "z")[: row.arity]]
    if row.name.startswith("logical"):
        args = [make(ROWS["less"], (a, constant(1))) for a in args]
    parameters = {"spline2d": None, "polygamma": {"order": 1}, "round_to": {"decimals": 1}}.get(
        row.name, {}
    )
    if parameters is None:
        pytest.skip("needs a grid")
    set_by_mathtext(latex(make(row, args, **parameters)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", "x"),
        ("x_1", "x_{1}"),
        ("x1", "x_{1}"),
        ("theta", r"\theta"),
        ("θ", r"\theta"),
        ("rate", r"\mathrm{rate}"),
        ("learning_rate", r"\mathrm{learning}_{\mathrm{rate}}"),
        ("x_max", r"x_{\mathrm{max}}"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert name_latex(name) == shown
    set_by_mathtext(shown)


def test_gradients_are_columns_and_hessians_are_matrices() -> None:
    x, y = variable("x"), variable("y")
    assert latex([x, y]) == r"\begin{bmatrix} x \\ y \end{bmatrix}"
    assert latex([x, y, y, x], shape=(2, 2)) == r"\begin{bmatrix} x & y \\ y & x \end{bmatrix}"


def test_arrays_in_latex() -> None:
    v, m = Traced(variable("x", (5,))), Traced(variable("A", (3, 5)))
    assert latex((m @ v).node) == "A x"
    assert latex(v[1:3].node) == "{x}_{1:3}"
    assert latex((v * np.arange(5.0)).node) == r"x \cdot \left[0.0, 1.0, 2.0, 3.0, 4.0\right]"


def test_ten_thousand_terms_and_depth() -> None:
    x = variable("x")
    f = x
    for _ in range(10_000):
        f = make(ROWS["sin"], (f,))
    assert latex(f).count(r"\sin") == 10_000
    assert latex(f, limit=30).endswith("…")
