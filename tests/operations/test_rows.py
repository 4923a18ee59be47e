"""Every row of the registry: its rule against mpmath to 30 digits, its float64, its two modes, its
flatness.
"""

from __future__ import annotations

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient
from steepest.calculus.forward import push_forward
from steepest.graph.node import fresh, make, variable
from steepest.graph.operation import ROWS, ZERO
from steepest.graph.traverse import evaluate
from tests.assay import EXEMPT, assayable, check_row, settings_of
from tests.specimens import specimens
from tests.witness import mp

ASSAYED = [r.name for r in ROWS.values() if assayable(r)]
FLAT = [
    r.name
    for r in ROWS.values()
    if assayable(r) and (r.flat or (r.partials is not None and all(p is ZERO for p in r.partials)))
]


# Rows whose many digits are dear: they are taken at fewer points.
DEAR = {
    "polygamma", "erfinv", "erfcinv", "ndtri", "beta", "betaln", "digamma", "gammaln", "gamma",
    "gammainc", "gammaincc", "dawsn", "yv", "kv", "kve", "bessel_y0", "bessel_y1", "bessel_k0",
    "bessel_k1", "bessel_k0e", "bessel_k1e",
}  # fmt: skip


@pytest.mark.parametrize("name", ASSAYED)
def test_row(name: str) -> None:
    check_row(ROWS[name], 24 if name in DEAR else 120)


def test_no_row_is_left_out() -> None:
    """Every row is assayed at points, has specimens, or belongs to a family that says why not."""
    unseen = [
        r.name
        for r in ROWS.values()
        if not assayable(r)
        and r.family not in EXEMPT
        and not r.flat
        and not list(specimens(r.name))
    ]
    assert not unseen, f"give these rows specimens in tests/specimens.py: {unseen}"


def test_every_formula_spelling_belongs_to_one_row() -> None:
    seen: dict[str, str] = {}
    for row in ROWS.values():
        for spelling in row.spellings:
            assert seen.setdefault(spelling, row.name) == row.name, spelling
            assert spelling == spelling.strip() and spelling


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_row_says_that_its_derivative_is_zero(name: str) -> None:
    row = ROWS[name]
    assert row.convention and row.shown == "0"
    inputs = [variable(f"f{i}") for i in range(len(row.domain))]
    node = make(row, inputs, **settings_of(row)[0])
    assert push_forward([node], {x: fresh("d") for x in inputs}) == [None]
    if node.real:
        slopes = evaluate(gradient(node, inputs), dict.fromkeys(inputs, 2.0))
        assert slopes == [0.0] * len(inputs) and not np.signbit(slopes).any()


@pytest.mark.parametrize("name", [n for n in FLAT if ROWS[n].family == "comparison"])
def test_a_comparison_means_the_same_to_any_number_of_digits(name: str) -> None:
    row = ROWS[name]
    assert row.precise is not None
    for a in (-1.5, 0.0, 2.0):
        for b in (-1.5, 0.0, 2.0):
            args = (a, b)[: row.arity]
            assert bool(row.run(*args)) == row.precise(mp, *map(mp.mpf, args))


@pytest.mark.parametrize("name", ["pi", "euler"])
def test_a_named_constant_has_all_its_digits(name: str) -> None:
    row = ROWS[name]
    assert row.precise is not None
    # OEIS A000796 and A001113.
    digits = {
        "pi": "3.14159265358979323846264338327950288419716939937510582097494459",
        "euler": "2.71828182845904523536028747135266249775724709369995957496696763",
    }
    with mp.workdps(60):
        assert mp.nstr(+row.precise(mp), 50) == mp.nstr(mp.mpf(digits[name]), 50)
    assert evaluate([make(row, ())], {}) == [float(digits[name])]


@pytest.mark.parametrize(
    ("name", "order", "closed"),
    [
        ("sinc", 1, lambda x: (mp.cos(mp.pi * x) - mp.sincpi(x)) / x),
        (
            "sinc",
            2,
            lambda x: -(mp.pi**2) * mp.sincpi(x) - 2 * (mp.cos(mp.pi * x) - mp.sincpi(x)) / x**2,
        ),
        ("polygamma", 1, lambda x: mp.zeta(2, x)),
        ("polygamma", 3, lambda x: 6 * mp.zeta(4, x)),
    ],
)
def test_rows_of_an_order_have_the_closed_form_of_the_books(
    name: str, order: int, closed: object
) -> None:
    """DLMF 5.15.2 for polygamma; sinc by the quotient rule."""
    row = ROWS[name]
    for x in (0.001, 0.3, 1.0, 1.7, 6.5):
        with mp.workdps(50):
            truth = float(closed(mp.mpf(x)))  # type: ignore[operator]
        assert row.run(np.float64(x), order=order) == pytest.approx(truth, rel=2e-14, abs=1e-14)
