"""What a person reads, against calculus texts and against the running derivative, to 50 digits."""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from steepest.calculus.derive import gradient, partial
from steepest.calculus.reading import reading
from steepest.graph.node import Node, constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.precise import evaluate_precisely
from steepest.graph.traverse import count, inputs_of
from steepest.printing.text import text
from steepest.sources.formula import parse

from .compositions import POINTS, X, Y, compositions, same, value

TRUTH = Path(__file__).parents[1] / "truth" / "derivatives.txt"
PAIRS = [
    tuple(line.rsplit(" | ", 2))
    for line in TRUTH.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
SPOTS = [
    "0.6180339887498948482",
    "0.4342944819032518277",
    "0.7390851332151606416",
    "0.5671432904097838730",
    "0.3036630028987326586",
]  # fmt: skip


def derived(formula: str, by: str) -> tuple[Node, tuple[Node, ...]]:
    f = parse(formula)
    names = [n.name for n in f.inputs]
    (found,) = reading([partial(f.outputs[0], f.inputs[names.index(by)])], f.inputs)
    return found, f.inputs


@pytest.mark.parametrize(("formula", "by", "expected"), PAIRS)
def test_derivatives_read_as_in_calculus_texts(formula: str, by: str, expected: str) -> None:
    found, _ = derived(formula, by)
    assert text(found) == expected


@pytest.mark.parametrize(("formula", "by", "expected"), PAIRS)
def test_the_pairs_themselves_are_true(formula: str, by: str, expected: str) -> None:
    """mpmath differentiates the function numerically, from its values alone."""
    f = parse(formula)
    answer = parse(expected, variables=tuple(n.name for n in f.inputs))
    up = "3" if "arccosh" in formula or "ln(ln" in formula else "0"
    with mpmath.workdps(60):
        at = {n.name: mpmath.mpf(s) + mpmath.mpf(up) for n, s in zip(f.inputs, SPOTS, strict=False)}
        if "arcsin(2x)" in formula or "arccos(2x)" in formula:
            at["x"] /= 2

        def along(t):
            point = {n: t if n.name == by else at[n.name] for n in f.inputs}
            return evaluate_precisely(f.outputs, point, 60)[0]

        numerical = mpmath.diff(along, at[by], h=mpmath.mpf(10) ** -20)
        ours = evaluate_precisely(answer.outputs, {n: at[n.name] for n in answer.inputs}, 60)[0]
        assert abs(numerical - ours) < mpmath.mpf(10) ** -15 * (1 + abs(ours))


def test_there_are_enough_pairs() -> None:
    assert len({(f, by) for f, by, _ in PAIRS}) == len(PAIRS) >= 80


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(compositions(10))
def test_reading_text_and_running_derivative_agree(f: Node) -> None:
    running = partial(f, X)
    (shown,) = reading([running], [X, Y])
    again = parse(text(shown), variables=("x", "y"))
    for point in POINTS:
        expected = value(running, point, largest=1e12)
        if expected is None:
            continue
        assert same(expected, value(shown, point))
        back = {n: point[variable(n.name)] for n in again.inputs}
        assert same(expected, value(again.outputs[0], back))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("1/3 + 1/6", "1/2"),
        ("x/3", "x/3"),
        ("0.1*x + 0.2*x", "0.3x"),
        ("0.5*2*x", "x"),
        ("x*y/x", "y"),
        ("sin(-x)", "−sin(x)"),
        ("e^(ln(x))", "x"),
        ("sqrt(x^2)", "|x|"),
        ("1 - x^2", "1 − x²"),
        ("-x^2 + x + 1", "1 + x − x²"),
        ("sqrt(8)*x", "2√2·x"),
        ("3x/sqrt(3)", "√3·x"),
        ("where(x == 0, 1, sin(x)/x)", "where(x = 0, 1, sin(x)/x)"),
    ],
)  # fmt: skip
def test_small_readings(formula: str, shown: str) -> None:
    f = parse(formula)
    assert text(reading(f.outputs, f.inputs)) == shown


def test_the_declared_order_of_variables_is_the_order_shown() -> None:
    x, y = variable("x"), variable("y")
    total = make(ROWS["add"], (x, y))
    assert text(reading([total], [x, y])) == "x + y"
    assert text(reading([total], [y, x])) == "y + x"


def test_a_condition_that_was_typed_stays() -> None:
    f = parse("where(x == 0, 0, x*ln(x))")
    assert text(reading(f.outputs)) == "x·ln(x)"
    assert text(reading(f.outputs, given=f.outputs)) == "where(x = 0, 0, x·ln(x))"


def test_arrays_keep_their_shapes() -> None:
    x = variable("x", (3,))
    squares = make(ROWS["multiply"], (x, x))
    total = make(ROWS["sum"], (squares,), axis=(0,), keepdims=False)
    (slope,) = reading(gradient(total, [x]))
    assert slope.shape == (3,)
    assert text(slope) == "2x"
    (flat,) = reading(gradient(make(ROWS["sum"], (x,), axis=(0,), keepdims=False), [x]))
    assert flat.shape == (3,)


def test_the_sum_of_one_number_is_that_number() -> None:
    x = variable("x")
    total = make(ROWS["sum"], (make(ROWS["multiply"], (x, x)),), axis=(), keepdims=False)
    assert text(reading(gradient(total, [x]))) == "2x"


def test_dividing_by_zero_is_not_hidden() -> None:
    f = parse("x/(y - y)")
    assert text(reading(f.outputs)) == "x/0"


@pytest.mark.parametrize("n", [100, 2000])
def test_a_long_sum_stays_as_long_as_it_is(n: int) -> None:
    xs = [variable(f"x_{i}") for i in range(n)]
    total = make(ROWS["sin"], (xs[0],))
    for x in xs[1:]:
        total = make(ROWS["add"], (total, make(ROWS["sin"], (x,))))
    (shown,) = reading([total], xs)
    assert count([shown]) == 2 * n - 1


@pytest.mark.parametrize("row", ["exp", "absolute"])
def test_depth_costs_no_recursion(row: str) -> None:
    x = variable("x")
    y = x
    for _ in range(4_000):
        y = make(ROWS["sin"], (make(ROWS[row], (y,)),))
    (shown,) = reading([y])
    assert len(inputs_of([shown])) == 1


def test_nested_squares_end_soon() -> None:
    """Multiplied out this would have 2^60 terms; the search gives up after a stated effort."""
    y = variable("x")
    for _ in range(60):
        y = make(ROWS["add"], (make(ROWS["multiply"], (y, y)), constant(1)))
    (shown,) = reading([y])
    point = {variable("x"): "0.1"}
    assert count([shown]) <= 130
    with np.errstate(all="ignore"):
        small = y
        for _ in range(54):
            small = small.args[0].args[0]
        (read,) = reading([small])
        assert same(value(small, point), value(read, point))
