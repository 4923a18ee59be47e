"""Values and gradients over grids: NumPy's to rounding, whatever the size and the shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest import expression
from steepest.native.engine import available

pytestmark = pytest.mark.skipif(bool(available()), reason=available())

DATA = np.array([0.5, -1.0, 2.0])


def with_data(n: Any, e: Any) -> Any:
    return np.sum((DATA * n - e) ** 2)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code however few points there are."""
    monkeypatch.setattr(expression, "POINTS", 1)
    monkeypatch.setattr(expression, "WORTH", 1)


@pytest.mark.parametrize("shape", [(1,), (7,), (16,), (33, 5), (2, 3, 4)])
@pytest.mark.parametrize(
    "text", ["n^2 + 3e^2 + sin(3n)*e", "exp(-n^2)*cos(e)", "where(n > e, sqrt(n - e), 0)", "n*e"]
)
def test_values_and_gradients_are_those_of_numpy(
    text: str, shape: tuple[int, ...], at_once: None
) -> None:
    f, plain = st.Function(text), st.Function(text)
    rng = np.random.default_rng(len(shape))
    n, e = rng.normal(size=shape), rng.normal(size=shape[-1:])
    assert f.expression.field is not None
    for got, wanted in ((f, plain), (f.gradient, plain.gradient)):
        found = got(n, e)
        point = np.stack(
            [wanted(float(n[at]), float(np.broadcast_to(e, shape)[at])) for at in np.ndindex(shape)]
        )
        assert found.shape == (*point.shape[1:], *shape)
        assert np.allclose(found, np.moveaxis(point, 0, -1).reshape(found.shape), rtol=1e-14)


def test_a_million_points_share_out_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    f = st.Function("n^2 + 3e^2 + sin(3n)*e")
    grid = np.linspace(-3, 3, 700)
    many = f.gradient(grid[:, None], grid[None, :])
    assert f.gradient.expression.field is not None and many.shape == (2, 700, 700)
    monkeypatch.setattr(expression, "POINTS", 10**9)
    assert np.allclose(many, f.gradient(grid[:, None], grid[None, :]), rtol=1e-13, atol=1e-13)


def test_data_is_read_at_every_call(at_once: None) -> None:
    f = st.Function(with_data)
    n, e = np.linspace(-1, 1, 50), 0.5
    before = f.over(n, e)
    assert np.allclose(before, [with_data(v, e) for v in n], rtol=1e-14)
    DATA[0] += 1.0
    try:
        assert np.allclose(f.over(n, e), [with_data(v, e) for v in n], rtol=1e-14)
        assert not np.allclose(f.over(n, e), before)
    finally:
        DATA[0] -= 1.0


def test_few_points_and_what_has_no_machine_code_are_numpys() -> None:
    f = st.Function("n^2 + gammaln(n)")
    assert f.expression.field is None
    points = np.linspace(1, 2, 3000)
    assert np.array_equal(f(points), f.expression.program(points)[0])
    g = st.Function("sin(n)")
    assert np.array_equal(g(points), np.sin(points))
    assert "field" not in vars(g.expression)
