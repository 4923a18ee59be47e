"""The table of coverage is complete, and what it calls exact is true: values to the bit, slopes
against the complex step where the code goes through it, else against extrapolated differences.
"""

from __future__ import annotations

import math
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


# Where the row is not computed by the function itself: Python's own `math`, beside NumPy and SciPy;
# SciPy's log Γ, which has lost two digits near 1 and 2.
LAST_DIGIT = {p.name for p in PROBES if p.name.startswith("math.")} | {"special.gammaln"}


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
    """The Jacobian and how far to trust it.

    The complex step is closer, but blind where a function takes the size of a number, as solvers
    with steps of their own do: it counts only where it says the same.
    """
    rough = extrapolated(lambda x: flat(f(x)), table.X)
    fine = complex_step(f)
    if fine is not None and fine.shape == rough.shape and np.allclose(fine, rough, 1e-8, 1e-8):
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
    way, reason, slopes = table.verdict(probe)
    assert way != "error", reason
    plain = f(table.X)
    if way == "numerical" or flat(plain).size == 0:
        return  # told aloud, with a warning; or text
    if all(v.dtype.kind != "f" for v in table.leaves(plain)):
        return
    value, along = st.jvp(f, (table.X,), (np.ones(table.X.size),))
    for ours, numpys in zip(table.leaves(value), table.leaves(plain), strict=True):
        assert (ours.shape, ours.dtype) == (numpys.shape, numpys.dtype)
        if probe.name in LAST_DIGIT:
            np.testing.assert_allclose(ours, numpys, rtol=1e-14)
        else:
            assert ours.tobytes() == numpys.tobytes(), (ours, numpys)
    expected, close = truth(f)
    found = jacobian(plain, slopes)
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    if any(v.dtype == np.float32 for v in table.leaves(plain)):
        close = 1e-5
    np.testing.assert_allclose(found, expected, rtol=close, atol=close * scale)
    np.testing.assert_allclose(flat(along), found.sum(-1), rtol=1e-10, atol=1e-10 * scale)


ROOMS: dict[str, Any] = {
    "np": np, "np.linalg": np.linalg, "np.fft": np.fft, "math": math, "x": np.ndarray,
}  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_no_public_function_is_left_out(room: str) -> None:
    module = ROOMS[room]
    public = {
        f"{room}.{n}"
        for n in getattr(module, "__all__", dir(module))
        if not n.startswith("_")
        and (room == "x" or callable(getattr(module, n)))
        and not isinstance(getattr(module, n), type)
    }
    assert not public - {p.name for p in table.probes()}


def test_the_page_says_what_was_found() -> None:
    names = ("np.sin", "np.argmax", "np.fft.fft", "np.save", "sl.expm", "stats.gmean")
    page = table.coverage_page(p for p in table.probes() if p.name in names)
    assert "| `np.sin` | `np.sin(x + 1.1)` | exact |" in page
    assert "| `np.argmax` | `np.argmax(x)` | constant |" in page
    assert "| `np.fft.fft` | `np.abs(np.fft.fft(x))` | numerical |" in page
    assert "| `scipy.linalg.expm` | `scipy.linalg.expm(square(x))` | exact |" in page.replace(
        "sl.expm(", "scipy.linalg.expm("
    )
    assert "Of 5 functions, 4 are exact." in page
