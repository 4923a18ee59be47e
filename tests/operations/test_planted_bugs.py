"""The assay itself on trial: each planted bug must be found, or a green suite means nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.graph.operation import ROWS, ZERO, Operation
from steepest.record import replaced
from tests.assay import check_row, jacobian_errors, mode_errors, slope_errors
from tests.specimens import specimens


def times(rule: Any, factor: float) -> Any:
    return lambda *args, **params: factor * rule(*args, **params)


def first_partial(row: Operation, change: Callable[[Any], Any]) -> Operation:
    assert row.partials is not None
    return replaced(row, partials=(change(row.partials[0]), *row.partials[1:]))


PLANTED: dict[str, tuple[Operation, str]] = {
    "a wrong sign": (first_partial(ROWS["cos"], lambda r: times(r, -1.0)), "but mpmath has"),
    "a wrong factor": (first_partial(ROWS["sqrt"], lambda r: times(r, 2.0)), "but mpmath has"),
    "a factor wrong in the 20th digit": (
        first_partial(ROWS["exp2"], lambda r: lambda x, y: y * np.log(2.0) * 1.0),
        "but mpmath has",
    ),
    "a factor that is not there": (
        replaced(ROWS["log2"], partials=(lambda x, y: 1 / x,)),
        "but mpmath has",
    ),
    "zero where there is a slope": (replaced(ROWS["sin"], partials=(ZERO,)), "but mpmath has"),
    "the arguments exchanged": (
        replaced(ROWS["arctan2"], partials=tuple(reversed(ROWS["arctan2"].partials or ()))),
        "but mpmath has",
    ),
    "a slope by the other argument": (
        replaced(
            ROWS["power"],
            partials=(lambda a, b, y: b * a ** (b - 1), lambda a, b, y: y * np.log(b)),
        ),
        "but mpmath has",
    ),
    "a slope that cancels": (
        replaced(ROWS["tanh"], partials=(lambda x, y: 1 - y * y,)),
        "ulp beyond its conditioning",
    ),
    "a value that cancels": (
        replaced(ROWS["expm1"], run=lambda x: np.exp(x) - 1, dtype=lambda x: np.float64),
        "ulp beyond its conditioning",
    ),
    "a value that is another function": (
        replaced(ROWS["erf"], run=lambda x: np.tanh(x * 2 / np.sqrt(np.pi))),
        "ulp beyond its conditioning",
    ),
    "a kink on the wrong side": (
        replaced(ROWS["relu"], tangent=lambda dx, x, y: np.where(np.less(x[0], 0), dx[0], 0.0)),
        "but mpmath has",
    ),
    "a transpose with a wrong sign": (
        replaced(ROWS["subtract"], transpose=lambda g, args, wanted: (g, g)),
        "for the same inner product",
    ),
    "a transpose that loses an argument": (
        replaced(ROWS["add"], transpose=lambda g, args, wanted: (g, None)),
        "for the same inner product",
    ),
    "a transpose wrong on one side": (
        replaced(
            ROWS["multiply"], transpose=lambda g, args, wanted: (0.5 * g * args[1], g * args[0])
        ),
        "for the same inner product",
    ),
    "no meaning in many digits": (replaced(ROWS["sinh"], precise=None), "no `precise`"),
    "no domain": (replaced(ROWS["sinh"], domain=()), "`domain` names 0 intervals"),
    "a tolerance without a reason": (
        replaced(ROWS["sinh"], tolerance=(3.0, "")),
        "without its reason",
    ),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_the_assay_finds(bug: str) -> None:
    row, complaint = PLANTED[bug]
    with pytest.raises(AssertionError, match=complaint):
        check_row(row, count=40)


def array_errors(row: Operation) -> list[str]:
    return [
        e
        for args, params in specimens(row.name)
        for check in (slope_errors, jacobian_errors, mode_errors)
        for e in check(row, args, params)  # type: ignore[operator]
    ]


def half(transpose: Any) -> Any:
    def halved(*args: Any, **params: Any) -> Any:
        return [None if x_bar is None else x_bar * 0.5 for x_bar in transpose(*args, **params)]

    return halved


@pytest.mark.parametrize(
    "name",
    ["sum", "reshape", "index", "concatenate", "stack", "broadcast_to", "cumsum", "matmul", "put"],
)
def test_half_a_transpose_is_found(name: str) -> None:
    row = replaced(ROWS[name], transpose=half(ROWS[name].transpose))
    assert any("is not forward mode transposed" in e for e in array_errors(row))


@pytest.mark.parametrize("name", ["var", "prod", "max", "norm", "cumprod"])
def test_a_tangent_off_by_a_factor_is_found(name: str) -> None:
    row = replaced(ROWS[name], tangent=times(ROWS[name].tangent, 1.0001))
    assert any("its tangent is off" in e for e in array_errors(row))


def test_a_transposition_the_wrong_way_round_is_found() -> None:
    def back(y_bar: Any, args: Any, wanted: Any, axes: tuple[int, ...]) -> Any:
        return (np.transpose(y_bar, axes),)  # right for two axes, wrong for three

    with pytest.raises((AssertionError, ValueError)):
        assert not array_errors(replaced(ROWS["transpose"], transpose=back))


def test_the_rows_as_they_are_pass() -> None:
    for name in ("cos", "exp2", "tanh", "relu", "subtract"):
        check_row(ROWS[name], count=40)
