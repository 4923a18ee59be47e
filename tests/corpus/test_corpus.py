"""Code that people write, differentiated as it stands: is it right, is it exact, is it lean?

Every function of the corpus, at every one of its points, against derivatives in extended precision
(tests/corpus/extended.py), against the complex step where the code runs on complex numbers, and
against derivatives by hand where there are some.
"""

from __future__ import annotations

import dataclasses
import statistics
import warnings
from typing import Any

import numpy as np
import pytest

from steepest.sources.capture import NumericalWarning
from tests.corpus.register import Entry
from tests.corpus.trial import attempt, complex_step, entries, fresh, leaves, nearby, truth
from tests.lastbits import agree_to_the_last_bits

EXACT = 1e-12  # relative to the largest slope of the entry: rounding, and no more
DIFFERENCES = 1e-7  # what slopes by differences must reach; they say that they are not exact
KNOWN = 1e-10  # how sure the truth itself must be, likewise

CASES = [
    pytest.param(e, k, id=f"{e.field}-{e.name}-{k}")
    for e in entries()
    for k in range(len(e.points))
]
EVERY_CASE = pytest.mark.parametrize(("entry", "k"), CASES)

# What is followed by differences so far, and what it waits for.
NUMERICAL: dict[str, str] = {
    "complex_impedance": "complex numbers are not followed, by design",
    "band_power_fft": "np.fft",
    "masked_mean": "masked arrays",
}
# Whose value differs in the last bits where the recording is evaluated, and by which function.
LAST_BITS = {
    "black_scholes_call": "math.erf is SciPy's there",
    "vasicek_loss": "math.erf is SciPy's there",
    "beta_loglik": "math.lgamma is SciPy's there",
    "gamma_loglik": "special.gammaln is made more precise between 0.8 and 2.2",
    "student_loglik": "special.gammaln is made more precise between 0.8 and 2.2",
    "dirichlet_multinomial": "special.gammaln is made more precise between 0.8 and 2.2",
}


@EVERY_CASE
def test_the_value_is_numpys_own(entry: Entry, k: int) -> None:
    trial = attempt(entry, k)
    for value in trial.values:
        assert np.shape(value) == np.shape(trial.plain)
        agree_to_the_last_bits(value, trial.plain)


@EVERY_CASE
def test_the_slopes_are_right(entry: Entry, k: int) -> None:
    trial, wanted = attempt(entry, k), truth(entry, entry.points[k])
    tolerance = DIFFERENCES if trial.exact is False else EXACT
    agree(trial.slopes, [w for w, _ in wanted], tolerance, [e for _, e in wanted])
    agree(trial.again, trial.slopes, 0.0)


@EVERY_CASE
def test_another_point_on_what_was_kept(entry: Entry, k: int) -> None:
    """The recording, not the function, is evaluated there, unless it takes another path."""
    args, operator = nearby(entry, k), attempt(entry, k).operator
    plain = entry.function(*fresh(args), **entry.named)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        found = operator(*fresh(args), **entry.named)
    if np.ndim(plain) == 0:
        value, found = found
        if entry.name in LAST_BITS:
            np.testing.assert_allclose(value, plain, rtol=1e-13)
        else:
            agree_to_the_last_bits(value, plain)
    wanted = truth(entry, args)
    tolerance = DIFFERENCES if operator.tracing.exact is False else EXACT
    agree(leaves(found), [w for w, _ in wanted], tolerance, [e for _, e in wanted])


@EVERY_CASE
def test_what_is_not_exact_says_so(entry: Entry, k: int) -> None:
    trial = attempt(entry, k)
    assert trial.exact is not None, trial.notes
    if entry.name not in NUMERICAL:
        assert trial.exact, trial.reasons
    if trial.exact is False:
        assert all(".py:" in reason for reason in trial.reasons), trial.reasons


@EVERY_CASE
def test_the_second_call_traces_nothing(entry: Entry, k: int) -> None:
    trial = attempt(entry, k)
    assert trial.traced == 1
    assert trial.retraced == 0, trial.notes


@pytest.mark.parametrize(("entry", "k"), [c for c in CASES if c.values[0].analytic])
def test_the_complex_step_agrees(entry: Entry, k: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = complex_step(entry, k)
    agree(attempt(entry, k).slopes, found, 10 * EXACT if attempt(entry, k).exact else DIFFERENCES)


@pytest.mark.parametrize(("entry", "k"), [c for c in CASES if c.values[0].gradient])
def test_derivatives_by_hand_agree(entry: Entry, k: int) -> None:
    assert entry.gradient is not None
    by_hand = entry.gradient(*entry.points[k], **entry.named)
    wanted = leaves(by_hand) if isinstance(by_hand, dict) else [np.asarray(by_hand, float)]
    agree(attempt(entry, k).slopes, wanted, EXACT if attempt(entry, k).exact else DIFFERENCES)


def agree(
    found: list[Any], wanted: list[Any], tolerance: float, errors: list[Any] | None = None
) -> None:
    """Within `tolerance` of the largest slope, and the error bar of the truth."""
    scale = max(float(np.max(np.abs(w), initial=0.0)) for w in wanted)
    assert len(found) == len(wanted)
    for k, (got, want) in enumerate(zip(found, wanted, strict=True)):
        bar = np.zeros(np.shape(want)) if errors is None else np.asarray(errors[k], float)
        assert np.all(bar <= KNOWN * scale + 1e-300), f"the truth is unsure: {bar} beside {scale}"
        assert np.shape(got) == np.shape(want)
        off = np.abs(np.asarray(got - want, float))
        assert np.all(off <= tolerance * scale + 2 * bar), (got, want)


def test_over_the_whole_corpus() -> None:
    trials = [attempt(*c.values) for c in CASES]
    assert len(entries()) >= 120
    pairs = [t.operations for t in trials if t.operations is not None]
    own, both = (sum(p[i] for p in pairs) for i in (0, 1))
    assert both <= 2.4 * own
    assert statistics.median(b / a for a, b in pairs) <= 2.25


@EVERY_CASE
def test_a_gradient_is_at_most_five_times_its_function(entry: Entry, k: int) -> None:
    """In operations, those of the function included; no function of the corpus is excepted."""
    operations = attempt(entry, k).operations
    if operations is None:
        assert entry.name in NUMERICAL
        return
    own, both = operations
    assert own <= both <= 5 * own  # the slope of a staircase or a line is no operation more


def test_nearly_all_of_it_is_exact() -> None:
    """At least 97 in 100, and NUMERICAL lists the others."""
    others = {c.values[0].name for c in CASES if not attempt(*c.values).exact}
    assert others <= set(NUMERICAL)
    assert len(others) <= 0.03 * len(entries()), sorted(others)


def test_the_truth_sees_a_planted_fault() -> None:
    """A slope off by one part in a million, or a sign, is told from the truth of every entry."""
    entry = next(e for e in entries() if e.name == "kalman_2d")
    wanted = truth(entry, entry.points[0])
    right = [w.astype(float) for w, _ in wanted]
    agree(right, [w for w, _ in wanted], EXACT, [e for _, e in wanted])
    for wrong in ([r * (1 + 1e-6) for r in right], [-r for r in right]):
        with pytest.raises(AssertionError):
            agree(wrong, [w for w, _ in wanted], DIFFERENCES, [e for _, e in wanted])


def test_no_module_of_the_corpus_knows_of_us() -> None:
    for entry in entries():
        names = entry.function.__globals__
        assert not any(
            str(getattr(v, "__module__", None) or getattr(v, "__name__", "")).startswith("steepest")
            for k, v in names.items()
            if k != "sample"
        )
    assert dataclasses.is_dataclass(Entry)
