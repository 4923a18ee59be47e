"""Random programs over every way of viewing, making, writing and leaving arrays.

Values are NumPy's; a slope is right, or flagged and right, or refused: never silently wrong.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as draw

import steepest as st
from steepest.errors import SteepestError
from tests.sources.capture.ways import EXITS, MAKES, VIEWS, WRITES

TABLES = {"view": VIEWS, "make": MAKES, "write": WRITES, "exit": EXITS}
WORDS = [(kind, name) for kind, table in TABLES.items() for name in table]
SLICES = draw.builds(
    slice,
    draw.sampled_from([None, 0, 1, 2, -1, -2]),
    draw.sampled_from([None, 1, 2, 3, -1]),
    draw.sampled_from([None, 1, 2, -1, -2]),
)
STEP = draw.tuples(
    draw.sampled_from(WORDS), draw.integers(0, 9), draw.integers(0, 9), draw.tuples(SLICES, SLICES)
)
WHOLE = (slice(None), slice(None, None, -1))
HERE = np.array([0.7, -1.3, 2.1, 0.4, -0.9, 1.7])
ELSEWHERE = np.array([-0.45, 1.15, -2.3, 3.3, 0.6, -1.1])  # mostly on other branches


def run(steps, x):
    """Steps on a pool of arrays that may be views of each other; a weighted sum of all of it."""
    pool = [x.reshape(2, 3), np.zeros((3, 2)), np.arange(6.0), np.ones((2, 2)) * x[0]]
    for (kind, name), i, j, key in steps:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        do = TABLES[kind][name]
        if kind == "write":
            do(a, b, key)
        else:
            pool.append(do(a) if kind == "exit" else do(a, b, key))
        if pool[-1].size > 64:
            pool.pop()
    total = 0.0
    for weight, a in enumerate(pool):
        if a.size:
            total = total + np.sum(a * (weight + 1.0)) + a.ravel()[0]
    return total


def truth(steps, x):
    """Differences of the plain program: exact but for rounding, as the steps are linear nearby."""
    h = 2.0**-20
    return np.array([run(steps, x + h * e) - run(steps, x - h * e) for e in np.eye(6)]) / (2 * h)


def runs(steps) -> bool:
    """Whether NumPy itself can do this, and gives one number of a reasonable size."""
    try:
        values = [run(steps, x.copy()) for x in (HERE, ELSEWHERE)]
    except (ValueError, TypeError, IndexError):
        return False
    return all(np.ndim(v) == 0 and abs(v) < 1e9 for v in values)


def judge(steps) -> str:
    """'exact', 'flagged' or 'refused'; fails where a value or a slope is silently wrong."""

    def f(x):
        return run(steps, x)

    slope = st.value_and_grad(f)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            for x in (HERE, ELSEWHERE, HERE):
                value, gradient = slope(x.copy())
                plain, wanted = run(steps, x.copy()), truth(steps, x)
                assert value == pytest.approx(plain, rel=1e-13, abs=1e-13)
                scale = 1 + np.abs(wanted).max() + 1e-3 * abs(plain)
                np.testing.assert_allclose(gradient, wanted, rtol=0, atol=1e-6 * scale)
        except SteepestError:
            return "refused"
    assert slope.tracing.exact is not False or told, "not exact, and nobody was told"
    return "flagged" if told else "exact"


@given(draw.lists(STEP, min_size=1, max_size=7))
def test_random_programs(steps) -> None:
    with np.errstate(all="ignore"):
        assume(runs(steps))
        judge(steps)


@pytest.mark.parametrize(("kind", "name"), WORDS)
def test_each_way(kind, name) -> None:
    """Each way alone, on arrays that vary and that do not, whole and seen from the side."""
    before = [(("view", "T"), 0, 0, WHOLE)]
    after = [(("write", "+="), 4, 2, WHOLE)] if kind == "view" else []
    for first, i, j in (([], 0, 1), ([], 1, 0), (before, 4, 0)):
        steps = [*first, ((kind, name), i, j, WHOLE), *after]
        if runs(steps):
            assert judge(steps) != "refused"
