"""The corpus in machine code: the values and slopes that the graph gives, or a reason why not."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import steepest as st
from steepest.native.engine import available
from steepest.sources.capture import NumericalWarning
from tests.corpus.register import Entry
from tests.corpus.test_corpus import agree
from tests.corpus.trial import attempt, entries, fresh, leaves, nearby

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
ROUNDING = 1e-12  # relative to the largest slope: elementary functions differ by an ulp or two


@pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.field}-{e.name}")
def test_the_corpus_in_machine_code(entry: Entry) -> None:
    trial = attempt(entry, 0)
    if np.ndim(trial.plain) != 0:
        pytest.skip("only functions of one value have slopes that are compiled so far")
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
