"""What a person asks of following, `strict` and `pure`, holds at every door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.errors import CaptureError
from steepest.sources.capture import Followed, NumericalWarning

X = np.array([0.7, -1.3, 2.1])


@pytest.mark.parametrize(
    "slope_of",
    [st.grad, lambda f, **k: st.Function(f, variables=("w",), **k).gradient, st.hessian,
     lambda f, **k: st.grad(lambda w: 2 * st.grad(f, **k)(w))],
    ids=["grad", "Function", "hessian", "nested"],
)  # fmt: skip
def test_pure_false_reaches_side_effects_at_every_call(slope_of: Any) -> None:
    seen: list[float] = []

    def counts(w):
        seen.append(1.0)
        return w**3

    kept, fresh = slope_of(counts), slope_of(counts, pure=False)
    found = [np.ravel(kept(2.0)).tolist() for _ in range(3)]
    before = len(seen)
    found += [np.ravel(kept(2.0)).tolist() for _ in range(3)]
    assert len(seen) == before
    found += [np.ravel(fresh(2.0)).tolist() for _ in range(3)]
    assert len(seen) >= before + 3
    assert all(f == found[0] for f in found)


def test_what_a_function_was_told_holds_for_operators_on_it() -> None:
    def through_c_code(x):
        return float(str(x)) ** 2

    strict = st.grad(st.Function(through_c_code, strict=True))
    for _ in range(2):
        with pytest.raises(CaptureError, match="strict=True"):
            strict(2.0)
    assert "pure=False" in repr(_called(st.grad(st.Function(lambda x: x**2, pure=False))).tracing)


def test_a_warning_points_at_the_line_that_asked() -> None:
    def through_c_code(x):
        return float(str(x)) ** 2

    ways = {
        "grad": lambda: st.grad(through_c_code)(2.0),
        "Function": lambda: st.Function(through_c_code, variables=("w",)).gradient(2.0),
        "jvp": lambda: st.jvp(through_c_code, (2.0,), (1.0,)),
        "descend": lambda: st.descend(through_c_code, 2.0, steps=2),
        "at": lambda: st.Function(through_c_code).at(x=2.0),
    }
    for name, way in ways.items():
        with pytest.warns(NumericalWarning) as caught:
            way()
        told = {(w.filename, w.lineno) for w in caught}
        assert len(caught) == 1, name
        assert told == {(__file__, way.__code__.co_firstlineno)}, name


def _called(slope: Any) -> Any:
    slope(2.0)
    return slope


def test_pure_false_traces_at_every_call() -> None:
    followed = Followed(lambda x: x[0] ** 2, pure=False)
    followed.path((X,))
    followed.path((X,))
    assert followed.tracing.traced == 2


@pytest.mark.parametrize("dtype", [np.dtypes.Float64DType, np.float64, "float64", float])
def test_a_ufunc_computes_in_the_precision_it_is_asked_for(dtype: Any) -> None:
    def halfway(x):
        out = np.zeros(3)
        np.add(x, x, out=out, where=x > 1, dtype=dtype, casting="unsafe")
        return out.sum() + np.percentile(x, 30)

    slope = st.grad(halfway)
    np.testing.assert_allclose(slope(np.array([2.0, 1.0, 5.0])), [2.6, 0.4, 2.0], rtol=1e-14)
    assert slope.tracing.exact
