"""The corpus in machine code: the values and slopes that the graph gives, or a reason why not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.errors import NotDifferentiableError
from steepest.native.engine import available
from steepest.sources.capture import NumericalWarning
from tests.corpus.register import Entry
from tests.corpus.test_corpus import agree
from tests.corpus.trial import attempt, entries, fresh, leaves, nearby

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
ROUNDING = 1e-12  # relative to the largest slope: elementary functions differ by an ulp or two


def same_matrices(operator: Callable[..., Any], entry: Entry, wanted: list[Any] | None) -> None:
    """Jacobians or Hessians in both tiers, at a point and near it."""
    graph, hot = operator(entry.function), operator(entry.function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        told = hot.compile(*fresh(entry.points[0]), **entry.named)
        assert told or told.reason
        for args in (entry.points[0], nearby(entry, 0)):
            found = leaves(hot(*fresh(args), **entry.named))
            their = leaves(graph(*fresh(args), **entry.named))
            assert not graph.compiled
            agree(found, their, ROUNDING)
            if wanted is not None and args is entry.points[0]:
                agree(found, wanted, ROUNDING)


SMOOTH = [
    e
    for e in entries()
    if isinstance(e.points[0][0], np.ndarray) and e.points[0][0].dtype == np.float64
]


@pytest.mark.parametrize("entry", SMOOTH, ids=lambda e: f"{e.field}-{e.name}")
def test_hessians_of_the_corpus(entry: Entry) -> None:
    """In both tiers, and times a vector what forward mode over reverse mode gives."""
    first, *others = fresh(entry.points[0])
    if np.ndim(entry.function(*fresh(entry.points[0]), **entry.named)) or first.size > 60:
        pytest.skip("a vector, or so many numbers that the test would be long")
    gradient = st.grad(entry.function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        slopes = gradient(*fresh(entry.points[0]), **entry.named)
    if gradient.tracing.exact is False:
        pytest.skip("what cannot be followed has no second derivative")
    v = np.random.default_rng(5).normal(size=first.shape)
    try:
        _, wanted = st.jvp(lambda x: gradient(x, *others, **entry.named), (first,), (v,))
    except NotDifferentiableError:
        pytest.skip("some row of it has no second derivative")
    found = st.hessian(entry.function)(*fresh(entry.points[0]), **entry.named)
    product = np.tensordot(found, v, first.ndim)
    # where second derivatives cancel to 0, the parts are as large as the slopes
    scale = max(np.max(np.abs(part), initial=0.0) for part in (found, slopes))
    assert np.allclose(product, wanted, rtol=0, atol=ROUNDING * scale * first.size)
    same_matrices(st.hessian, entry, None)


@pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.field}-{e.name}")
def test_the_corpus_in_machine_code(entry: Entry) -> None:
    trial = attempt(entry, 0)
    if np.ndim(trial.plain) != 0:
        return same_matrices(st.jacobian, entry, trial.slopes)
    operator = st.value_and_grad(entry.function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        told = operator.compile(*fresh(entry.points[0]), **entry.named)
        assert told or told.reason
        value, slopes = operator(*fresh(entry.points[0]), **entry.named)
        np.testing.assert_allclose(value, trial.plain, rtol=ROUNDING, atol=ROUNDING)
        agree(leaves(slopes), trial.slopes, ROUNDING)
        args = nearby(entry, 0)  # on the path that was compiled, or on another
        value, slopes = operator(*fresh(args), **entry.named)
        graph = st.value_and_grad(entry.function)
        wanted, their = graph(*fresh(args), **entry.named)
        assert not graph.compiled
    np.testing.assert_allclose(value, wanted, rtol=ROUNDING, atol=ROUNDING)
    agree(leaves(slopes), leaves(their), ROUNDING)


def test_most_of_it_is_compiled() -> None:
    compiled, reasons = 0, {}
    for entry in entries():
        trial = attempt(entry, 0)
        if np.ndim(trial.plain) == 0 and trial.exact:
            told = trial.operator.compile(*fresh(entry.points[0]), **entry.named)
            compiled += bool(told)
            reasons.update({} if told else {entry.name: told.reason})
    assert compiled >= 0.8 * (compiled + len(reasons)), reasons
