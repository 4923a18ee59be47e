"""Every row in machine code is what it is in NumPy: value and slopes, special values included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient
from steepest.errors import CompilationError
from steepest.graph.node import make, variable
from steepest.graph.operation import ROWS, Operation
from steepest.graph.traverse import Program
from steepest.native.engine import available
from steepest.native.kernel import kernel_of
from tests.assay import assayable, points, settings_of

pytestmark = pytest.mark.skipif(bool(available()), reason=available())

# Elementwise rows without machine code: SciPy's special functions, remainders, digits of numbers.
INTERPRETED = {row.name for row in ROWS.values() if assayable(row) and row.machine is None}
UNREACHED = {"sinc": "sinc"}  # whose slopes need such a row
CASES = [
    pytest.param(row, params, id=f"{row.name}{params or ''}")
    for row in ROWS.values()
    if assayable(row) and row.name not in INTERPRETED
    for params in settings_of(row)
    if not (row.name == "sinc" and params)
]
SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 5e-324, 1e308, -1e308, 0.5])
ULPS = 4.0  # two libraries, each right to 2; exact where the operations are
FARTHER = dict.fromkeys(("erfc", "ndtr", "gelu"), 16.0)  # SciPy's erfc is off by 13 in its tail


def apart(got: Any, wanted: Any) -> float:
    """The largest difference in units of the last place; NaN agrees with NaN, 0 with -0."""
    got, wanted = np.broadcast_arrays(np.asarray(got, float), np.asarray(wanted, float))
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    if np.all(same):
        return 0.0
    with np.errstate(all="ignore"):
        far = np.abs(got - wanted) / np.spacing(np.maximum(np.abs(wanted), 1e-300))
    return float(np.max(np.where(same, 0.0, np.where(np.isnan(far), np.inf, far))))


def both(row: Operation, params: dict[str, Any], size: int) -> tuple[Program, Any]:
    inputs = [variable(f"x{i}", (size,)) for i in range(len(row.domain))]
    node = make(row, inputs, **params)
    return Program(inputs, [node]), kernel_of(inputs, [node])


@pytest.mark.parametrize(("row", "params"), CASES)
def test_a_row_computes_what_numpy_computes(row: Operation, params: dict[str, Any]) -> None:
    at = points(row, 64, seed=3)
    program, kernel = both(row, params, 64)
    assert apart(kernel(*at)[0], program(*at)[0]) <= FARTHER.get(row.name, ULPS)


@pytest.mark.parametrize(("row", "params"), CASES)
def test_special_values_are_numpys(row: Operation, params: dict[str, Any]) -> None:
    count = len(row.domain)
    at = [np.ravel(a) for a in np.meshgrid(*[SPECIAL] * count)] if count < 3 else [SPECIAL] * count
    program, kernel = both(row, params, at[0].size)
    got, wanted = kernel(*at)[0], program(*at)[0]
    with np.errstate(all="ignore"):
        wrong = (np.isfinite(got) != np.isfinite(wanted)) | (np.isnan(got) != np.isnan(wanted))
    assert not wrong.any(), [
        (*(a[i] for a in at), got[i], wanted[i]) for i in np.flatnonzero(wrong)
    ]
    assert apart(got, wanted) <= ULPS


@pytest.mark.parametrize(("row", "params"), CASES)
def test_slopes_are_those_of_the_graph(row: Operation, params: dict[str, Any]) -> None:
    inputs = [variable(f"x{i}") for i in range(len(row.domain))]
    node = make(row, inputs, **params)
    if not node.real:
        return
    slopes = gradient(node, inputs)
    program = Program(inputs, slopes)
    if row.name in UNREACHED:
        with pytest.raises(CompilationError, match=UNREACHED[row.name]):
            kernel_of(inputs, slopes)
        return
    kernel = kernel_of(inputs, slopes)
    for at in zip(*points(row, 12, seed=5), strict=True):
        got, wanted = kernel(*at), program(*at)
        # a slope is a short composition; what its parts differ by adds up, and may cancel
        for g, w in zip(got, wanted, strict=True):
            assert abs(g - w) <= 1e-13 * max(1.0, abs(w)), (at, g, w)


def test_elementary_functions_and_activations_have_machine_code() -> None:
    remainders = {"floor_divide", "remainder", "fmod", "copysign", "ldexp", "nextafter"}
    for row in ROWS.values():
        if row.family in ("elementwise", "activation", "choice") and row.spellings:
            assert row.machine is not None or row.name in remainders, row.name


def test_what_has_no_machine_code_says_so() -> None:
    assert {"digamma", "gammaln", "remainder"} <= INTERPRETED
    for name in INTERPRETED:
        inputs = [variable(f"x{i}") for i in range(len(ROWS[name].domain))]
        params = settings_of(ROWS[name])[0]
        with pytest.raises(CompilationError, match=name):
            kernel_of(inputs, [make(ROWS[name], inputs, **params)])
