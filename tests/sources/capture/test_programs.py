"""Functions as people write them.

The value is NumPy's to the bit, the gradient agrees with mpmath, and nothing is traced twice.
"""

from __future__ import annotations

import gc
import warnings

import mpmath
import numpy as np
import pytest

from steepest.calculus.derive import gradient
from steepest.graph.traverse import Program
from steepest.sources.capture import Followed, Path
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.scalars import ScalarHandle
from tests.sources.capture import (  # noqa: F401  (fill the register)
    array_programs,
    object_programs,
    python_programs,
    routine_programs,
)
from tests.sources.capture.corpus import PROGRAMS

POINT = (0.7, -1.3, 2.1)
ONE_BY_ONE = pytest.mark.parametrize(
    ("function", "truth"), PROGRAMS, ids=lambda p: getattr(p, "__name__", "")
)


def slopes(path: Path) -> list:
    found = gradient(path.graph.outputs[0], path.graph.inputs)
    return Program(path.tape.arguments, found)(*path.values, *path.captured_values())


def true_gradient(truth) -> list[float]:
    with mpmath.workdps(40):
        at = tuple(mpmath.mpf(v) for v in POINT)
        orders = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
        return [float(mpmath.diff(lambda *v: truth(mpmath.mp, *v), at, n)) for n in orders]


def handles_alive() -> int:
    gc.collect()
    return sum(type(o) in (ArrayHandle, ScalarHandle) for o in gc.get_objects())


@ONE_BY_ONE
def test_value_and_gradient_are_right(function, truth) -> None:
    x = np.array(POINT)
    followed = Followed(function)
    path = followed.path((x,))
    assert followed.tracing.exact is True, followed.tracing
    assert x.tolist() == list(POINT)
    with mpmath.workdps(40):
        assert float(path.outputs()[0]) == pytest.approx(
            float(truth(mpmath.mp, *map(mpmath.mpf, POINT))), rel=1e-13, abs=1e-14
        )
    assert float(path.outputs()[0]) == pytest.approx(float(function(x.copy())), rel=1e-15)
    np.testing.assert_allclose(slopes(path)[0], true_gradient(truth), rtol=1e-12, atol=1e-13)


@ONE_BY_ONE
def test_the_second_call_traces_nothing(function, truth) -> None:
    followed = Followed(function)
    first = followed.path((np.array(POINT),))
    second = followed.path((np.array(POINT),))
    if function.__name__ in GOES_ON_FROM_THE_LAST_CALL:
        np.testing.assert_array_equal(slopes(second)[0], slopes(first)[0])
        return
    assert followed.tracing.traced == 1, followed.tracing
    assert second.tape is first.tape


# These read what their last call left behind, so every call is a path of its own.
GOES_ON_FROM_THE_LAST_CALL = {"values_kept_outside"}


@ONE_BY_ONE
def test_no_handle_outlives_its_trace(function, truth) -> None:
    before = handles_alive()
    Followed(function).path((np.array(POINT),))
    assert handles_alive() == before


def test_there_are_enough_of_them() -> None:
    assert len(PROGRAMS) >= 30


def test_warnings_come_from_numpy_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function, _ in PROGRAMS[:10]:
            Followed(function).path((np.array(POINT),))
