"""Random compositions of all rows: their derivatives against mpmath's, in many digits and in
float64.

Two questions, kept apart. Is the derivative graph right? It is evaluated in many digits and
compared with difference quotients of the function, where both agree to 25 digits. Is float64 as
good as it can be? Its result is compared with the many digits under a forward error bound: each row
may err as the assay allows, and passes on what came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as some
import numpy as np
from hypothesis import HealthCheck, assume, given, settings

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient, hvp, jvp, vjp
from steepest.graph.node import CONSTANT, INPUT, Node, constant, fresh, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate, topological
from steepest.operations.keys import Piece
from tests.assay import EPS, EXEMPT, settings_of
from tests.witness import along, mp, number, partial_of, precisely

VARIABLES = [variable(name) for name in "xyz"]
SMOOTH = sorted(
    r.name
    for r in ROWS.values()
    if r.elementwise
    and r.domain
    and not r.flat
    and r.family not in EXEMPT
    and r.name not in ("where", "cast")
)
SLOW = {"polygamma", "digamma", "gammaln"}  # a tenth of a second each in mpmath: fewer of them


def within(node: Node, low: float, high: float) -> Node:
    """A node brought into an interval, smoothly."""
    if low <= -20 and high >= 20:
        return node
    return (low + (high - low) * ROWS["sigmoid"](Traced(node))).node  # type: ignore[no-any-return]


@some.composite
def compositions(draw: some.DrawFn, most: int = 7) -> Node:
    """A function of x, y and z: up to `most` rows, each taking what came before, often more than
    once.
    """
    known: list[Node] = [*VARIABLES, constant(draw(some.sampled_from([0.1, 2.0, -1.5, 3])))]
    for _ in range(draw(some.integers(1, most))):
        if draw(some.integers(0, 5)) == 0:
            a, b, c, d = (draw(some.sampled_from(known)) for _ in range(4))
            known.append(make(ROWS["where"], [make(ROWS["less"], [a, b]), c, d]))
            continue
        row = ROWS[
            draw(some.sampled_from([n for n in SMOOTH if n not in SLOW or draw(some.booleans())]))
        ]
        params = draw(some.sampled_from(settings_of(row)))
        args = [within(draw(some.sampled_from(known[-4:])), *interval) for interval in row.domain]
        known.append(make(row, args, **params))
    *_, y = known
    return (Traced(y) + 0.25 * Traced(known[-2])).node  # type: ignore[no-any-return]


@some.composite
def places(draw: some.DrawFn) -> dict[Node, float]:
    """Points of three different fractions, so that no two variables tie."""
    return {
        v: draw(some.integers(-1500, 1500)) / 512 + k * 0.0004 for k, v in enumerate(VARIABLES, 1)
    }


class Beyond(Exception):
    """This point is no test: a value is out of bounds, or a choice hangs by a rounding error."""


def bounds(outputs: list[Node], values: Mapping[Node, Any]) -> list[tuple[Any, Any]]:
    """(true value, bound of float64's error) for each output."""
    known: dict[Node, tuple[Any, Any]] = {n: (number(v), mp.mpf(0)) for n, v in values.items()}
    for node in topological(outputs, stop=known):
        if node not in known:
            known[node] = _bound(node, [known[a] for a in node.args])
    return [known[n] for n in outputs]


def _bound(node: Node, args: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    if node.op is CONSTANT:
        value = number(node.exact) if node.exact is not None else number(node.value)
        return value, EPS * abs(value) if not isinstance(value, bool) else mp.mpf(0)
    assert node.op is not INPUT
    row, params = node.op, dict(node.params)
    if row.family == "comparison" and row.arity == 2 and not isinstance(args[0][0], bool):
        (a, da), (b, db) = args
        same = node.args[0] is node.args[1] or all(n.op is CONSTANT for n in node.args)
        if not same and abs(a - b) <= 10 * (da + db):
            raise Beyond
    at = [v for v, _ in args]
    if not row.elementwise:  # broadcasting of a number
        return args[0]
    value = row.precise(mp, *at, **params)  # type: ignore[misc]
    if isinstance(value, bool):
        return value, mp.mpf(0)
    value = number(value)
    if not mp.isfinite(value) or isinstance(value, mp.mpc) or abs(value) > 1e12:
        raise Beyond
    if row.name == "where":
        return args[1] if at[0] else args[2]
    error = (4 + row.tolerance[0]) * EPS * abs(value) + mp.mpf(2) ** -1022
    for i, (x, dx) in enumerate(args):
        if not isinstance(x, bool):
            rate = abs(partial_of(lambda *x: number(row.precise(mp, *x, **params)), at, i))  # type: ignore[misc]
            error += rate * (dx + 2 * EPS * abs(x))
    return value, error


def quiet(rate: Any) -> bool:
    return bool(mp.isfinite(rate) and abs(rate) < 1e12)


GENEROUS = settings(
    max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@GENEROUS
@given(y=compositions(), at=places(), data=some.data())
def test_derivatives_of_random_compositions(
    y: Node, at: dict[Node, float], data: some.DataObject
) -> None:
    direction = [data.draw(some.sampled_from([1.0, -0.5, 2.0, 0.0])) for _ in VARIABLES]
    dx = [fresh(f"d{v.name}") for v in VARIABLES]
    y_bar = fresh("y_bar")
    values = at | dict(zip(dx, direction, strict=True)) | {y_bar: 0.75}
    slopes = gradient(y, VARIABLES)
    outputs = [
        *slopes,
        *jvp([y], VARIABLES, dx),
        *vjp([y], VARIABLES, [y_bar]),
        *hvp(y, VARIABLES, dx),
    ]
    with mp.workdps(50):
        try:
            found = bounds(outputs, values)
        except (Beyond, ZeroDivisionError, ValueError):
            assume(False)
        truths = truth(y, at, direction)
        for node, (ours, _), expected in zip(outputs, found, truths, strict=True):
            scale = max(abs(expected), mp.mpf(1))
            assert abs(ours - expected) <= mp.mpf(10) ** -20 * scale * largest(y, at), node
        in_float64 = evaluate(outputs, {n: np.float64(v) for n, v in values.items()})
        for f, (ours, error) in zip(in_float64, found, strict=True):
            assert abs(mp.mpf(float(f)) - ours) <= 2 * error, (float(f), float(ours), float(error))


def largest(y: Node, at: Mapping[Node, Any]) -> Any:
    sizes = [abs(number(v)) for v in precisely(topological([y]), at) if not isinstance(v, bool)]
    return max([mp.mpf(1), *sizes])


def truth(y: Node, at: Mapping[Node, Any], direction: list[float]) -> list[Any]:
    """Gradient, directional derivative, scaled gradient and Hessian times direction, by differences
    of f alone.
    """

    def f(*x: Any) -> Any:
        return precisely([y], dict(zip(VARIABLES, x, strict=True)))[0]

    here = [mp.mpf(at[v]) for v in VARIABLES]
    units = [[mp.mpf(i == j) for j in range(3)] for i in range(3)]
    slopes = [along(f, here, unit) for unit in units]
    h = mp.mpf(10) ** -12
    products = []
    with mp.workdps(100):
        for unit in units:
            ahead, behind = (
                along(f, [x + s * h * d for x, d in zip(here, direction, strict=True)], unit)
                for s in (1, -1)
            )
            products.append((ahead - behind) / (2 * h))
    total = sum((s * d for s, d in zip(slopes, direction, strict=True)), mp.mpf(0))
    return [*slopes, total, *(s * mp.mpf(0.75) for s in slopes), *products]


# ---- on arrays -----------------------------------------------------------------------------------

FIXED = np.array([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]])
STEPS: dict[str, Any] = {
    "tanh": np.tanh,
    "square": np.square,
    "reverse": lambda t: t[:, ::-1],
    "gather": lambda t: t[[1, 0]][:, [2, 2, 0]],
    "scale": lambda t: t * FIXED,
    "divide": lambda t: t / (1 + np.square(t)),
    "centre": lambda t: t - np.mean(t, axis=1, keepdims=True),
    "norms": lambda t: t / np.sqrt(1 + np.sum(t * t, axis=0)),
    "cross": lambda t: (t @ t.T) @ t / 3,
    "rows": lambda t: np.stack([t[0] * t[1], t[1] + t[0, 0]]),
    "columns": lambda t: np.concatenate([t[:, 1:], np.sum(t, axis=1, keepdims=True)], axis=1),
    "products": lambda t: t * np.prod(t / 2, axis=0),
    "choose": lambda t: np.where(t > 0.3, t * t, np.sin(t)),
    "maximum": lambda t: np.maximum(t, t[::-1] * 0.9 - 0.1),
    "extremes": lambda t: t * np.max(t, axis=0) - np.min(t),
    "running": lambda t: np.cumsum(t, axis=1) / 2,
    "turned": lambda t: np.reshape(t.T, (2, 3)),
    "variance": lambda t: t + np.var(t, axis=0),
    "put": lambda t: ROWS["put"](t, t[0] * 2, key=(1, Piece(0, 3, 1))),
    "outer": lambda t: np.outer(t[:, 0], t[1]),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    names=some.lists(some.sampled_from(sorted(STEPS)), min_size=1, max_size=5),
    seed=some.integers(0, 2**32 - 1),
)
def test_derivatives_of_random_compositions_of_arrays(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, dx, w = variable("m", (2, 3)), fresh("dm", (2, 3)), variable("w", (2, 3))
    t = Traced(x)
    for name in names:
        t = STEPS[name](t)
    y = np.sum(t * Traced(w)).node
    at = {
        x: rng.uniform(-1.5, 1.5, (2, 3)),
        dx: rng.normal(size=(2, 3)),
        w: rng.uniform(0.5, 1.5, (2, 3)),
    }
    (tangent,), (slope,), (product,) = jvp([y], [x], [dx]), gradient(y, [x]), hvp(y, [x], [dx])
    with mp.workdps(40):
        here, direction, ours_slope, ours_product = precisely([x, dx, slope, product], at)
        expected = along(lambda m: precisely([y], at | {x: m})[0], [here], [direction])
        bend = along(lambda m: precisely([slope], at | {x: m})[0], [here], [direction])
        size = 1 + max(abs(v) for v in [*ours_slope.flat, *ours_product.flat])
        assume(size < 1e9)
        assert abs(precisely([tangent], at)[0] - expected) <= mp.mpf(10) ** -25 * size
        assert abs(np.sum(ours_slope * direction) - expected) <= mp.mpf(10) ** -25 * size
        assert max(abs(v) for v in (ours_product - bend).flat) <= mp.mpf(10) ** -25 * size
        f_tangent, f_slope, f_product = evaluate([tangent, slope, product], at)
        small = 1e-9 * float(size)
        assert abs(f_tangent - float(expected)) <= small
        np.testing.assert_allclose(f_slope, ours_slope.astype(float), rtol=0, atol=small)
        np.testing.assert_allclose(f_product, ours_product.astype(float), rtol=0, atol=small)
