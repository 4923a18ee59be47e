"""Graphs in many digits, against mpmath itself."""

from __future__ import annotations

import sys
from fractions import Fraction

import mpmath
import pytest

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.errors import SteepestError
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS, Operation
from steepest.graph.precise import evaluate_precisely
from steepest.sources.formula import parse

X = variable("x")


def test_fifty_digits_are_fifty_digits() -> None:
    f = parse("sin(x)/x + 0.1")
    with mpmath.workdps(60):
        expected = mpmath.sin(mpmath.mpf("0.7")) / mpmath.mpf("0.7") + mpmath.mpf(1) / 10
        (found,) = evaluate_precisely(f.outputs, {f.inputs[0]: "0.7"}, 50)
        assert abs(mpmath.mpmathify(found) - expected) < mpmath.mpf(10) ** -49


def test_constants_mean_their_decimals_and_named_numbers_all_their_digits() -> None:
    (tenth,) = evaluate_precisely([constant(0.1)], {}, 40)
    assert mpmath.nstr(tenth, 40).rstrip("0") == "0.1"
    (pi,) = evaluate_precisely([make(ROWS["pi"], ())], {}, 40)
    assert mpmath.nstr(pi, 40) == "3.141592653589793238462643383279502884197"


def test_fractions_are_divided_in_full() -> None:
    (third,) = evaluate_precisely([X], {X: Fraction(1, 3)}, 50)
    assert mpmath.nstr(third, 50) == "0." + "3" * 50


PARAMETERS = {"polygamma": {"order": 1}, "round_to": {"decimals": 1}}
# Logical rows and `where` take truth values.
SCALAR = [
    row for row in ROWS.values()
    if row.elementwise and row.domain and row.family != "terrain"
    and row.name not in ("where", "cast") and not row.name.startswith("logical")
]  # fmt: skip


@pytest.mark.parametrize("row", SCALAR, ids=lambda r: r.name)
def test_every_scalar_row_has_a_meaning_in_many_digits(row: Operation) -> None:
    names = [variable(f"x_{i}") for i in range(len(row.domain))]
    ends = zip(names, row.domain, strict=True)
    points = {n: low + (0.3 + 0.1 * i) * (high - low) for i, (n, (low, high)) in enumerate(ends)}
    given = PARAMETERS.get(row.name, {})
    (found,) = evaluate_precisely([make(row, names, **given)], points)
    assert float(found) == pytest.approx(float(row.run(*points.values(), **given)), rel=1e-9)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SteepestError, match=r"'x'.*no value"):
        evaluate_precisely([X], {})
    array = variable("v", (3,))
    with pytest.raises(SteepestError, match="'sum'"):
        evaluate_precisely([make(ROWS["sum"], (array,), axis=(0,), keepdims=False)], {array: 1})
    monkeypatch.setitem(sys.modules, "mpmath", None)
    with pytest.raises(SteepestError, match="pip install mpmath"):
        evaluate_precisely([X], {X: 1})
