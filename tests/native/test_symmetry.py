"""Second derivatives do not depend on the order: in both tiers, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

import steepest as st
from steepest.native.engine import available


@pytest.mark.parametrize("n", [3, 7])
def test_a_hessian_is_symmetric_to_the_bit_in_both_tiers(n: int) -> None:
    rng = np.random.default_rng(n)
    for f in (
        lambda x: np.sin(x[0] * x[1]) * np.exp(x[2]) / x[0],
        lambda x: np.prod(x) * np.sum(np.sin(x)),
        lambda x: np.linalg.norm(x) * np.sum(np.outer(x, np.sin(x)) ** 2),
    ):
        bent = st.hessian(f)
        for x in rng.normal(size=(8, n)):
            found = bent(x)
            assert np.array_equal(found, found.T)
        if not available():
            assert bent.compile(x)
            assert np.array_equal(bent(x), bent(x).T)
            assert np.allclose(bent(x), found, rtol=1e-13, atol=1e-13 * np.abs(found).max())
