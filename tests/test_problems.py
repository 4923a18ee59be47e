"""The named functions against SciPy's minima and SymPy's derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from steepest.errors import VariableError
from steepest.problems import PROBLEMS, problem
from tests.descent.grounds import symbolic


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_minimum_is_one_by_scipy(name: str) -> None:
    one = PROBLEMS[name]
    f, gradient = symbolic(name)
    for known in one.minima:
        assert f(*known) == pytest.approx(one.value, rel=1e-14, abs=1e-14)
        assert np.abs(gradient(*known)).max() < 1e-12
        nudged = np.array(known) + 0.01
        found = minimize(lambda x: f(*x), nudged, jac=lambda x: np.array(gradient(*x)), tol=1e-12)
        np.testing.assert_allclose(found.x, known, atol=1e-6)


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_point_of_the_domain_lies_lower(name: str) -> None:
    one = PROBLEMS[name]
    f, _ = symbolic(name)
    axes = np.meshgrid(*(np.linspace(low, high, 401) for low, high in one.domain))
    assert one.value is not None
    assert np.min(f(*axes)) >= one.value - 1e-12


@pytest.mark.parametrize("name", PROBLEMS)
def test_descriptions_fit_together(name: str) -> None:
    one = PROBLEMS[name]
    assert len(one.variables) == len(one.domain) == len(one.start)
    for place in (one.start, *one.minima):
        for at, (low, high) in zip(place, one.domain, strict=True):
            assert low <= at <= high
    assert one.citation


def test_names_are_found_in_any_spelling_and_suggested() -> None:
    assert problem("Three-Hump_Camel") is PROBLEMS["three-hump camel"]
    with pytest.raises(VariableError, match="did you mean 'rosenbrock'"):
        problem("rosenbrok")
