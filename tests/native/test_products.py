"""`jvp`, `vjp`, `hvp`: followed once, compiled when hot, the same in both tiers and in traces."""

from __future__ import annotations

import copy
import functools
import gc
import math
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess_prod

import steepest as st
from steepest.errors import ShapeError, VariableError
from steepest.native.engine import available
from steepest.sources.tiers import HOT

native = pytest.mark.skipif(bool(available()), reason=available())
X = np.array([1.2, 0.7, -0.3, 2.0])
V = np.array([0.5, -1.0, 0.25, 3.0])


def valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def bent(x: Any) -> Any:
    """Another rule on each side of the origin."""
    return np.sum(x**3) if x[0] > 0 else np.sum(np.sin(x))


def asked(f: Any) -> dict[str, Callable[[Any, Any], Any]]:
    """All of it at a point and a direction, each as numbers."""
    return {
        "jvp": lambda x, v: st.jvp(f, (x,), (v,)),
        "hvp": lambda x, v: st.hvp(f, x, v),
        "vjp": lambda x, v: (st.vjp(f, x)[0], *st.vjp(f, x)[1](v[0])),
    }


def parts(found: Any) -> list[Any]:
    return list(found) if isinstance(found, tuple) else [found]


def same(one: Any, other: Any) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=True) and type(a) is type(b)
        for a, b in zip(parts(one), parts(other), strict=True)
    )


def test_the_code_runs_once_for_all_calls() -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(len(runs))
        return np.sum(x**3)

    for name, call in asked(f).items():
        call(X, V)
        runs.clear()
        for k in range(2 * HOT):
            call(X + k, V)
        assert not runs, name


def test_all_three_share_what_was_followed() -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(1)
        return np.sum(x**3)

    st.jvp(f, (X,), (V,))
    once = len(runs)
    st.vjp(f, X)
    assert len(runs) == once


def test_what_is_kept_goes_with_the_function() -> None:
    data = np.arange(4.0)
    gone = weakref.ref(data)

    def made(data: Any) -> Any:
        return lambda x: np.sum(data * x**2)

    f = made(data)
    for call in asked(f).values():
        for _ in range(HOT + 2):
            call(X, V)
    del f, data, call
    gc.collect()
    assert gone() is None


def test_another_function_that_took_over_the_attributes_is_another() -> None:
    def f(x: Any) -> Any:
        return np.sum(x**2)

    st.hvp(f, X, V)

    @functools.wraps(f)
    def wrapped(x: Any) -> Any:
        return 2 * f(x)

    assert st.hvp(wrapped, X, V) == pytest.approx(4 * V)
    assert st.hvp(f, X, V) == pytest.approx(2 * V)


scale = 2.0


def test_conditions_globals_and_closures_are_looked_at_again() -> None:
    global scale
    inner = 3.0

    def f(x: Any) -> Any:
        return scale * inner * np.sum(x**2) if x[0] > 0 else np.sum(x**3)

    try:
        for _ in range(2 * HOT):
            for sign in (1.0, -1.0):
                for scale, inner in ((2.0, 3.0), (5.0, 0.5)):
                    by = 2 * scale * inner * V if sign > 0 else 6 * sign * X * V
                    assert st.hvp(f, sign * X, V) == pytest.approx(by)
    finally:
        scale = 2.0


@native
@pytest.mark.parametrize("f", [valley, bent])
@pytest.mark.parametrize("name", ["jvp", "hvp", "vjp"])
def test_hot_and_cold_give_the_same_bits(f: Any, name: str, door: str) -> None:
    points = [X, -X, X[::-1], X.astype(np.float32), np.array([1, 2, 3, 4]), 1e200 * X, X * np.nan]
    points += [np.array([1.0, np.inf, 0.0, -0.0]), 1e-310 * X]
    often = lambda x: f(x)  # noqa: E731
    hot = asked(often)[name]
    for x in (X, -X) * (HOT + 2):
        hot(x, V)
    assert vars(often)["__steepest__"]["source"].products[name].compiled
    with np.errstate(all="ignore"):
        for x in points:
            cold = asked(lambda x: f(x))[name]  # of a function that nobody called yet
            assert same(hot(x, V), cold(x, V)), x


@native
def test_held_ones_compile_and_are_called_directly(door: str) -> None:
    push, pull, product = st.jvp(valley), st.vjp(valley), st.hvp(valley)
    assert push.compile(X, V) and push.compiled.paths[0].direct == (door == "builtin")
    assert product.compile(X, V) and product.compiled.paths[0].direct == (door == "builtin")
    assert len(pull.compile(X).paths) == 2
    assert door == "python" or "returns a function" in repr(pull.compiled)
    assert push(X, V) == pytest.approx((rosen(X), rosen_der(X) @ V), rel=1e-13)
    assert product(X, V) == pytest.approx(rosen_hess_prod(X, V), rel=1e-13)
    value, back = pull(X)
    assert value == pytest.approx(rosen(X)) and back(2.0)[0] == pytest.approx(2 * rosen_der(X))
    assert [repr(p).split("\n")[0] for p in (push, pull, product)] == [
        f"{name}(valley)" for name in ("jvp", "vjp", "hvp")
    ]


def test_they_can_be_differentiated_and_nested() -> None:
    """d/dx (H v)·v, the same by the operator as by code around it; and without differences."""

    def cubes(x: Any) -> Any:
        return np.sum(x**3)

    product = st.hvp(cubes)
    assert st.grad(lambda x: product(x, V) @ V)(X) == pytest.approx(6 * V**2)
    assert st.grad(lambda x: st.hvp(cubes, x, V) @ V)(X) == pytest.approx(6 * V**2)
    assert st.jacobian(product, 1)(X, V) == pytest.approx(np.diag(6 * X))
    assert st.jacobian(product)(X, V) == pytest.approx(np.diag(6 * V))
    assert st.grad(lambda x: st.jvp(cubes, (x,), (V,))[1])(X) == pytest.approx(6 * X * V)
    assert st.grad(lambda v: st.jvp(cubes, (X,), (v,))[1])(V) == pytest.approx(3 * X**2)
    assert st.grad(lambda x: st.vjp(cubes, x)[1](2.0)[0] @ V)(X) == pytest.approx(12 * X * V)
    assert st.grad(lambda b: st.vjp(cubes, X)[1](b)[0] @ V)(2.0) == pytest.approx(3 * X**2 @ V)
    assert st.jvp(st.hvp(cubes), (X, V), (V, X))[1] == pytest.approx(6 * V**2 + 6 * X**2)
    assert st.hvp(lambda x: st.hvp(cubes, x, V) @ x, X, V) == pytest.approx(12 * V**2)


def test_a_number_that_is_captured_is_no_perturbation() -> None:
    """d/dx [x · d/dy (x·y²)·1] at y = 3 is 12x, in forward mode too."""
    f = lambda x: x * st.jvp(lambda y: x * y**2, (3.0,), (1.0,))[1]  # noqa: E731
    assert st.jvp(f, (2.0,), (1.0,)) == (24.0, 24.0)
    assert st.grad(f)(2.0) == 24.0


def test_nests_of_numbers() -> None:
    def f(p: Any, scale: Any) -> Any:
        return {"y": scale * p["w"] ** 2, "z": [p["b"] * scale, math.sin(p["b"])]}

    point = ({"w": np.array([1.0, 2.0]), "b": 3}, 2.0)
    along = ({"w": np.array([1.0, 0.0]), "b": 1}, 0.0)
    for _ in range(HOT + 3):
        value, change = st.jvp(f, point, along)
        assert change["y"].tolist() == [4.0, 0.0] and change["z"] == [2.0, math.cos(3.0)]
        assert value["z"][0] == 6.0
        again, pull = st.vjp(f, *point)
        assert np.array_equal(again["y"], value["y"])
        slope, by_scale = pull({"y": np.ones(2), "z": [1.0, 0.0]})
        assert slope["w"].tolist() == [4.0, 8.0] and slope["b"] == 2.0 and by_scale == 8.0
        bent_by = st.hvp(lambda p: p["w"] ** 2 * p["b"], {"w": 1.0, "b": 2}, {"w": 1, "b": 0})
        assert bent_by == {"w": 4.0, "b": 2.0}


def test_formulas_methods_and_what_cannot_be_followed() -> None:
    class Model:
        k = 2.0

        def loss(self, x: Any) -> Any:
            return self.k * np.sum(x**2)

    model, formula, area = Model(), st.Function("x^3"), st.Function("x^2*y")
    for _ in range(2 * HOT):
        assert st.hvp(formula, 2.0, 1.0) == 12.0
        assert st.jvp(area, (2, 3), (1, 0)) == (12.0, 12.0)
    assert st.hvp(model.loss, X, V) == pytest.approx(4 * V)
    model.k = 3.0
    assert st.hvp(model.loss, X, V) == pytest.approx(6 * V)
    assert "__steepest__" not in vars(model) and "__steepest__" not in vars(Model.loss)
    assert copy.deepcopy(formula)(2.0) == 8.0
    opaque = lambda x: float(np.format_float_positional(x)) ** 2  # noqa: E731
    with pytest.warns(UserWarning, match="differences"):
        assert st.jvp(opaque, (3.0,), (1.0,))[1] == pytest.approx(6.0, rel=1e-8)


def test_they_can_be_pickled() -> None:
    for held in (st.jvp(valley), st.hvp(valley)):
        again = pickle.loads(pickle.dumps(held))  # noqa: S301
        assert type(again) is type(held) and same(again(X, V), held(X, V))
    back = pickle.loads(pickle.dumps(st.vjp(valley)))  # noqa: S301
    assert same(back(X)[1](1.0), st.vjp(valley, X)[1](1.0))


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(ShapeError, match="structure and shapes"):
        st.hvp(valley, X, V[:3])
    with pytest.raises(ShapeError, match="tangent for each of the 1 primals, and 2 came"):
        st.jvp(valley, (X,), (V, V))
    with pytest.raises(ShapeError, match="the cotangent must have"):
        st.vjp(valley, X)[1](np.ones(2))
    with pytest.raises(VariableError, match=r"as in st\.hvp\(f\)\(x, dx\)"):
        st.hvp(valley)(X)
    with pytest.raises(VariableError, match="0 by place and 2 by name"):
        st.jvp(valley)(x=X, v=V)
    with pytest.raises(VariableError, match="by their place alone"):
        st.vjp(valley)(x=X)
    with pytest.raises(ShapeError, match="one number"):
        st.hvp(lambda x: x, X, V)
    with pytest.raises(VariableError, match="a function is needed"):
        st.jvp(3.0, (1.0,), (1.0,))  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="structure and shapes"):
        st.hvp(valley, X)  # type: ignore[call-overload]
