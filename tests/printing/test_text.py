"""Text: what is shown reads like mathematics and, typed again, has the same value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.graph.node import Node, constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.printing.layout import LONGEST, decimal
from steepest.printing.text import text
from steepest.sources.formula import parse

from ..calculus.compositions import POINTS, compositions, same, value

x, y, e = variable("x"), variable("y"), variable("e")
EULER = make(ROWS["euler"], ())


def row(name: str, *args: Node, **params: object) -> Node:
    return make(ROWS[name], args, **params)


def number(q: int | float | Fraction) -> Node:
    return constant(q)


# typed | shown: precedence, signs, brackets
SHOWN = [
    ("-x^2", "−x²"),
    ("(-x)^2", "(−x)²"),
    ("2^3^x", "2^(3^x)"),
    ("(2^3)^x", "(2³)^x"),
    ("1/(2n)", "1/(2n)"),
    ("n/2*3", "(n/2)·3"),
    ("a/(b/c)", "a/(b/c)"),
    ("a/b/c", "a/b/c"),
    ("a - (b - c)", "a − (b − c)"),
    ("a - b - c", "a − b − c"),
    ("a + (b + c)", "a + (b + c)"),
    ("a*(-b)", "a·(−b)"),
    ("-a*b", "−a·b"),
    ("a - (-b)", "a − (−b)"),
    ("-(-a)", "−(−a)"),
    ("x^(-1)", "x⁻¹"),
    ("x**0.5", "x^0.5"),
    ("x^(1/2)", "x^(1/2)"),
    ("x^n", "x^n"),
    ("x^(n - 1)", "x^(n − 1)"),
    ("sqrt(x)", "√x"),
    ("sqrt(x)^3", "(√x)³"),
    ("sqrt(x^3)", "√(x³)"),
    ("2sqrt(x)", "2√x"),
    ("sin(x)^2", "sin²(x)"),
    ("sin(x^2)", "sin(x²)"),
    ("ln(x)^2", "ln²(x)"),
    ("|x|", "|x|"),
    ("||x| - 1|", "abs(|x| − 1)"),
    ("2|x|", "2·|x|"),
    ("e^(-x^2/2)", "e^(−x²/2)"),
    ("exp(2)*x", "exp(2)·x"),
    ("exp(-x)", "e^(−x)"),
    ("exp(x)^2", "(e^x)²"),
    ("pi*r^2", "π·r²"),
    ("2pi*x", "2π·x"),
    ("x_1 + x_12", "x₁ + x₁₂"),
    ("3e·cos(3n)", "3e·cos(3n)"),
    ("0.1x + 1E-9", "0.1x + 10⁻⁹"),
    ("2.5E-12*x", "2.5·10⁻¹²·x"),
    ("1E300x", "10³⁰⁰·x"),
    ("where(x > 0 and y <= 1, x, y)", "where(x > 0 and y ≤ 1, x, y)"),
    ("max(x, y)", "max(x, y)"),
    ("floor(x)", "floor(x)"),
    ("log2(x)", "log2(x)"),
    ("cbrt(x)", "∛x"),
    ("arctan2(y, x)", "arctan2(y, x)"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "shown"), SHOWN)
def test_formulas_are_shown_as_written_by_hand(typed: str, shown: str) -> None:
    assert text(parse(typed).outputs[0]) == shown


@pytest.mark.parametrize(("typed", "shown"), SHOWN)
def test_what_is_shown_reads_back_as_the_same_text(typed: str, shown: str) -> None:
    first = parse(typed)
    again = parse(text(first.outputs[0]), variables=tuple(n.name for n in first.inputs))
    assert text(again.outputs[0]) == text(first.outputs[0])


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(compositions(12))
def test_text_typed_again_has_the_same_value(f: Node) -> None:
    again = parse(text(f), variables=("x", "y"))
    for point in POINTS:
        expected = value(f, point, largest=1e12)
        if expected is not None:
            back = {n: point[variable(n.name)] for n in again.inputs}
            assert same(expected, value(again.outputs[0], back))


ELEMENTWISE = [
    r
    for r in ROWS.values()
    if r.elementwise and r.arity in (1, 2) and r.spellings and r.family != "comparison"
]  # fmt: skip


@pytest.mark.parametrize("operation", ELEMENTWISE, ids=lambda r: r.name)
def test_every_row_reads_back_as_itself(operation) -> None:
    """Alone, within a product, and under a power."""
    node = make(operation, (x, y)[: operation.arity])
    for whole in (node, row("multiply", number(3), node), row("power", node, number(2))):
        again = parse(text(whole), variables=("x", "y"))
        domain = (*operation.domain, (0.0, 1.0))
        point = {
            n: low + (high - low) * 0.37 for n, (low, high) in zip((x, y), domain, strict=False)
        }
        back = {n: point[variable(n.name)] for n in again.inputs}
        assert same(value(whole, point), value(again.outputs[0], back))


def test_a_variable_e_is_never_taken_for_eulers_number() -> None:
    f = row("multiply", e, row("exp", x))
    assert text(f) == "e·exp(x)"
    assert text(row("exp", x), variables=("x", "e")) == "exp(x)"
    assert text(row("multiply", EULER, x)) == "ℯ·x"
    assert parse(text(row("multiply", EULER, x))).inputs == (x,)


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (row("multiply", number(2), variable("e5")), "2·e5"),
        (row("multiply", number(0), variable("x")), "0·x"),
        (row("multiply", number(2), variable("rate")), "2·rate"),
        (row("multiply", number(-2), x), "−2x"),
        (row("multiply", x, number(-2)), "x·(−2)"),
        (row("multiply", number(Fraction(1, 3)), x), "(1/3)·x"),
        (row("power", number(-2), x), "(−2)^x"),
        (row("power", number(Fraction(1, 3)), x), "(1/3)^x"),
        (row("add", x, number(-1)), "x + (−1)"),
        (row("power", x, number(-3)), "x⁻³"),
        (row("square", row("add", x, y)), "(x + y)²"),
        (row("reciprocal", row("multiply", x, y)), "1/(x·y)"),
        (row("multiply", x, row("reciprocal", y)), "x·(1/y)"),
        (row("less", row("add", x, y), number(1)), "x + y < 1"),
        (row("logical_not", row("less", x, y)), "not(x < y)"),
    ],
)  # fmt: skip
def test_nodes_that_are_seldom_typed(node: Node, shown: str) -> None:
    assert text(node) == shown


@pytest.mark.parametrize(
    ("q", "shown"),
    [
        (Fraction(42), "42"),
        (Fraction(1, 10), "0.1"),
        (Fraction(-5, 4) * -1, "1.25"),
        (Fraction(3, 10**5), "0.00003"),
        (Fraction(3, 10**6), "3·10^-6"),
        (Fraction(10**15), "1000000000000000"),
        (Fraction(25 * 10**20), "2.5·10^21"),
        (Fraction(1, 3), None),
        (Fraction("0.30000000000000004"), "0.30000000000000004"),
    ],
)
def test_numbers_are_shown_exactly(q: Fraction, shown: str | None) -> None:
    assert decimal(q) == shown


def test_arrays_read_as_they_are_typed() -> None:
    v = Traced(variable("x", (5,)))
    m = Traced(variable("A", (3, 5)))
    assert text(np.sum(v[1:] * v[1:]).node) == "sum(x[1:]·x[1:])"
    assert text(v[0].node) == "x[0]"
    assert text(v[::-1].node) == "x[::-1]"
    assert text(m[1, 2:4].node) == "A[1, 2:4]"
    assert text((m @ v).node) == "A @ x"
    assert text((m @ (v + 1.0)).node) == "A @ (x + 1)"
    assert text(np.sum(m, axis=0).node) == "sum(A, axis=(0,))"
    assert text((v * np.array([1.0, 2.0, -3.0, 4.0, 0.5])).node) == "x·[1, 2, −3, 4, 0.5]"
    assert text((m * np.ones((3, 5))).node) == "A·array(3×5)"


def test_several_formulas_stand_in_brackets() -> None:
    nodes = [row("multiply", number(2), x), y]
    assert text(nodes) == "[2x, y]"
    assert text(nodes, shape=(2,)) == "[2x, y]"
    assert text([x, y, y, x], shape=(2, 2)) == "[[x, y], [y, x]]"
    assert text([x]) == "x"
    assert text([x], shape=(1,)) == "[x]"


def test_long_text_is_cut_where_asked() -> None:
    f = parse("x + y + x*y + sin(x)").outputs[0]
    assert text(f, limit=10) == "x + y + x…"
    assert text(f, limit=100) == "x + y + x·y + sin(x)"
    assert len(text([f, f], limit=12)) == 12


def test_a_sum_of_ten_thousand_terms_is_shown_whole_and_read_back() -> None:
    total = x
    for i in range(9_999):
        total = row("add", total, row("multiply", number(i + 2), y))
    shown = text(total)
    assert shown.startswith("x + 2y + 3y") and shown.endswith("10000y")
    assert parse(shown).inputs == (x, y)


def test_shared_parts_shown_again_and_again_end_at_the_longest_text() -> None:
    f = x
    for _ in range(200):
        f = row("add", row("sin", f), f)
    assert len(text(f)) == LONGEST
    assert text(f, limit=50).endswith("…")
