"""The table of coverage is complete, and what it calls exact is true: values to the bit, slopes
against the complex step where the code goes through it, else against extrapolated differences.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from tests.extrapolation import extrapolated

sys.path.append(str(Path(__file__).parents[2] / "docs" / "_ext"))
import coverage_table as table

PROBES = [p for p in table.probes() if p.call != "-"]


def flat(value: Any) -> np.ndarray:
    """All numbers that a function gives, in one row; what is no number counts as none."""
    parts = [np.ravel(v) for v in table.leaves(value) if v.dtype.kind in "fiub"]
    return np.concatenate(parts).astype(float) if parts else np.zeros(0)


def columns(f: Callable[[Any], Any], slope: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    return np.stack([slope(e) for e in np.eye(table.X.size)], -1)


def complex_step(f: Callable[[Any], Any]) -> np.ndarray | None:
    """Im f(x + ih)/h (Squire and Trapp 1998), where the code takes complex numbers."""
    try:
        found = columns(
            f,
            lambda e: (
                np.concatenate([np.ravel(v).imag for v in table.leaves(f(table.X + 1e-30j * e))])
                / 1e-30
            ),
        )
    except Exception:  # noqa: BLE001  (whatever it does not like about complex numbers)
        return None
    return found


def truth(f: Callable[[Any], Any]) -> tuple[np.ndarray, float]:
    """The Jacobian and how far to trust it."""
    rough = extrapolated(lambda x: flat(f(x)), table.X)
    fine = complex_step(f)
    if fine is not None and fine.shape == rough.shape and np.allclose(fine, rough, 1e-6, 1e-7):
        return fine, 1e-11
    return rough, 1e-8


def jacobian(value: Any, found: Any) -> np.ndarray:
    """What `st.jacobian` gives, as one matrix."""
    rows = [
        np.reshape(s, (-1, table.X.size))
        for v, s in zip(table.leaves(value), table.leaves(found), strict=True)
        if v.dtype.kind in "fiub"
    ]
    return np.concatenate(rows) if rows else np.zeros((0, table.X.size))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("probe", PROBES, ids=[p.name for p in PROBES])
def test_what_is_called_exact_is_exact(probe: table.Probe) -> None:
    f = table.functions()[probe.name]
    way = table.verdict(probe).way
    assert way != "error", table.verdict(probe).reason
    plain = f(table.X)
    if way == "numerical" or flat(plain).size == 0:
        return  # told aloud, with a warning; or text
    if all(v.dtype.kind != "f" for v in table.leaves(plain)):
        return
    value, along = st.jvp(f, (table.X,), (np.ones(table.X.size),))
    for ours, numpys in zip(table.leaves(value), table.leaves(plain), strict=True):
        assert (ours.shape, ours.dtype) == (numpys.shape, numpys.dtype)
        assert ours.tobytes() == numpys.tobytes(), (ours, numpys)
    expected, close = truth(f)
    found = jacobian(plain, st.jacobian(f)(table.X))
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    if any(v.dtype == np.float32 for v in table.leaves(plain)):
        close = 1e-5
    np.testing.assert_allclose(found, expected, rtol=close, atol=close * scale)
    np.testing.assert_allclose(flat(along), found.sum(-1), rtol=1e-10, atol=1e-10 * scale)
