"""The assay of one row: is its rule right, is it accurate, do its two modes agree?

`check_row(row)` is the whole of it, for a row of the registry or one just written:

    from tests.assay import check_row
    check_row(my_row)

Each check returns complaints, so that a test can also assert that a planted bug is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.calculus.derive import gradient, hvp, jvp, vjp
from steepest.calculus.forward import push_forward
from steepest.graph.node import Node, fresh, make, variable
from steepest.graph.operation import ROWS, Operation
from steepest.graph.traverse import Program, evaluate
from tests.witness import along, mp, number, partial_of, precisely, ulps

__all__ = ["Accuracy", "EXEMPT", "SETTINGS", "assayable", "check_row", "measure", "settings_of"]

DIGITS = 30
EPS = float(np.finfo(np.float64).eps)

# Families whose rows are not assayed point by point, and why.
EXEMPT = {
    "leaf": "inputs and constants compute nothing",
    "constant": "a number without arguments; tests/operations/test_constants.py has its digits",
    "terrain": "its domain is its map's; tests/operations/test_spline.py compares it with SciPy",
    "custom": "it means what its author wrote, which tests of its own compare with the rule",
    "numerical": "its slope comes from differences; tests/sources/test_numerical.py",
    "linear algebra": "tests/operations/test_solve.py and test_factors.py, against the complex "
    "step, closed forms and extrapolated differences",
    "call": "it means what the graph it holds means; tests/operations/test_call.py",
}

# The parameters that a row's points are taken with; without an entry, none at all.
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "polygamma": [{"order": 1}, {"order": 2}],
    "sinc": [{}, {"order": 1}, {"order": 2}],
    "round_to": [{"decimals": 0}, {"decimals": 2}, {"decimals": -1}],
    "leaky_relu": [{}, {"slope": 0.25}],
    "elu": [{}, {"alpha": 1.5}],
    "cast": [{"dtype": "<f8"}],
}


def settings_of(row: Operation) -> list[dict[str, Any]]:
    return SETTINGS.get(row.name, [{}])


def assayable(row: Operation) -> bool:
    """Whether points can be taken: an elementwise row, of a family that is not exempt."""
    return row.elementwise and row.family not in EXEMPT


def points(row: Operation, count: int, seed: int = 1) -> list[np.ndarray]:
    """Random points of the row's domain, half of them even over it, half crowded towards its ends
    and 0.
    """
    rng = np.random.default_rng(seed)
    columns = []
    for low, high in row.domain:
        even = rng.uniform(low, high, count - count // 2)
        depth = 10.0 ** rng.uniform(-6, 0, count // 2)
        ends = [(low, high), (high, low), *([(0.0, low), (0.0, high)] if low < 0 < high else [])]
        start, end = np.array(ends)[rng.integers(len(ends), size=count // 2)].T
        crowded = start + (end - start) * depth
        columns.append(rng.permutation(np.concatenate([even, crowded])))
    if row.name == "where":
        columns[0] = (columns[0] > 0).astype(np.float64)
    return columns


@dataclass(frozen=True)
class Applied:
    """A row applied to vectors of inputs, with its partial derivatives as graphs."""

    row: Operation
    params: dict[str, Any]
    inputs: tuple[Node, ...]
    node: Node
    tangent: Node  # an input: the change of whatever is varied
    partials: tuple[Node | None, ...]  # None: zero


def applied(row: Operation, params: dict[str, Any], size: int) -> Applied:
    inputs = tuple(variable(f"x{i}", (size,)) for i in range(len(row.domain)))
    node = make(row, inputs, **params)
    tangent = fresh("dx", (size,))
    partials = [push_forward([node], {x: tangent})[0] for x in inputs]
    return Applied(row, params, inputs, node, tangent, tuple(partials))


def complete(row: Operation) -> list[str]:
    """What is missing in a row before anything can be said about it."""
    if not assayable(row):
        return []
    wrong = []
    if row.precise is None:
        wrong.append(f"{row.name}: no `precise`, its meaning in any number of digits")
    if row.arity is not None and len(row.domain) != row.arity:
        wrong.append(
            f"{row.name}: `domain` names {len(row.domain)} intervals for {row.arity} arguments"
        )
    return wrong


def rule_errors(row: Operation, count: int = 200) -> list[str]:
    """Where our derivative graph, in mpmath, is not mpmath's own derivative to 30 digits."""
    wrong = []
    for params in settings_of(row):
        at = points(row, count)
        a = applied(row, params, count)
        values = dict(zip(a.inputs, at, strict=True)) | {a.tangent: np.ones(count)}
        for i, partial in enumerate(a.partials):
            with mp.workdps(DIGITS + 25):
                ours = [mp.mpf(0)] * count if partial is None else precisely([partial], values)[0]
                for k in range(count):
                    wrong += _compare(row, params, [number(x[k]) for x in at], i, number(ours[k]))
                    if len(wrong) > 2:
                        return wrong
    return wrong


def _compare(row: Operation, params: dict[str, Any], at: list[Any], i: int, ours: Any) -> list[str]:
    def f(*x: Any) -> Any:
        return number(row.precise(mp, *x, **params))  # type: ignore[misc]

    if isinstance(f(*at), bool):  # true or false: no slope but zero, wherever it does not jump
        return [] if ours == 0 else [f"{row.name}: a truth value with slope {ours}"]
    truth = partial_of(f, at, i)
    if abs(ours - truth) <= mp.mpf(10) ** -DIGITS * max(abs(truth), mp.mpf(10) ** -DIGITS):
        return []
    where = ", ".join(mp.nstr(x, 17) for x in at)
    return [
        f"{row.name}{params or ''} by argument {i} at ({where}): "
        f"{mp.nstr(ours, 32)}, but mpmath has {mp.nstr(truth, 32)}"
    ]


@dataclass(frozen=True)
class Accuracy:
    """The worst error of one number over all points: in ulp, and what is left when conditioning is
    taken off.
    """

    row: str
    what: str  # "value", or "slope" with the argument's number
    ulp: float
    excess: float
    at: tuple[float, ...]
    allowed: float


def measure(row: Operation, count: int = 200, seed: int = 2) -> list[Accuracy]:
    """float64 against mpmath: the value, and the derivative by every argument, at random points."""
    found = []
    for params in settings_of(row):
        at = points(row, count, seed)
        a = applied(row, params, count)
        values = dict(zip(a.inputs, at, strict=True)) | {a.tangent: np.ones(count)}
        label = "".join(f" {k}={v}" for k, v in params.items())
        if a.node.dtype.kind == "f":
            slopes = list(a.partials)
            found.append(_worst(row, f"value{label}", a.node, slopes, values, at))
        for i, partial in enumerate(a.partials):
            if partial is not None:
                bends = [push_forward([partial], {x: a.tangent})[0] for x in a.inputs]
                found.append(_worst(row, f"slope {i}{label}", partial, bends, values, at))
    return found


def _worst(
    row: Operation,
    what: str,
    node: Node,
    slopes: Sequence[Node | None],
    values: dict[Node, Any],
    at: list[np.ndarray],
) -> Accuracy:
    got = np.broadcast_to(Program(tuple(values), [node])(*values.values())[0], at[0].shape)
    moving = [(x, s) for x, s in zip(at, slopes, strict=True) if s is not None]
    with mp.workdps(40):
        truth, *rates = precisely([node, *(s for _, s in moving)], values)
        truth = np.broadcast_to(truth, at[0].shape)
        rows = []
        for k in range(len(at[0])):
            error = ulps(got[k], number(truth[k]))
            place = float(np.spacing(max(abs(float(truth[k])), np.finfo(float).tiny)))
            bend = sum(abs(float(x[k] * r[k])) for (x, _), r in zip(moving, rates, strict=True))
            rows.append((error - 2 * EPS * bend / place, error, k))
    excess, _, k = max(rows)
    worst = max(r[1] for r in rows)
    where = tuple(float(x[k]) for x in at)
    return Accuracy(row.name, what, worst, max(excess, 0.0), where, 4 + row.tolerance[0])


def accuracy_errors(row: Operation, count: int = 200) -> list[str]:
    """Where float64 is further from the truth than 4 ulp + 2·eps·|x·f'(x)| (and the row's own
    exception).
    """
    wrong = [
        f"{m.row}, {m.what}: {m.excess:.1f} ulp beyond its conditioning at {m.at}, "
        f"allowed {m.allowed:g}"
        for m in measure(row, count)
        if not m.excess <= m.allowed
    ]
    if row.tolerance[0] and not row.tolerance[1]:
        wrong.append(f"{row.name}: a tolerance without its reason")
    return wrong


def _total(node: Node) -> Node:
    if node.shape == ():
        return node
    return make(ROWS["sum"], (node,), axis=tuple(range(len(node.shape))), keepdims=False)


def mode_errors(
    row: Operation,
    args: Sequence[Any] | None = None,
    params: dict[str, Any] | None = None,
    tolerance: float = 1e-11,
) -> list[str]:
    """Forward = reverse, by inner products of random vectors and by whole Jacobians; Hessians
    symmetric, in every order of modes.
    """
    wrong = []
    if args is None:
        shapes = [(3, 1), (4,), ()]
        drawn = points(row, 12, seed=3)
        args = [
            x[: max(1, int(np.prod(s)))].reshape(s) for x, s in zip(drawn, shapes, strict=False)
        ]
    for chosen in [params] if params is not None else settings_of(row):
        wrong += _modes(row, args, chosen, tolerance)
    return wrong


def _modes(
    row: Operation, args: Sequence[Any], params: dict[str, Any], tolerance: float
) -> list[str]:
    rng = np.random.default_rng(4)
    name = f"{row.name}{params or ''}"
    inputs = [variable(f"a{i}", np.shape(v), np.asarray(v).dtype) for i, v in enumerate(args)]
    node = make(row, inputs, **params)
    if not node.real:
        return []
    at = dict(zip(inputs, args, strict=True))
    real = [x for x in inputs if x.real]
    dx = [fresh("d", x.shape, x.dtype) for x in real]
    y_bar = fresh("ybar", node.shape, node.dtype)
    at |= {d: rng.normal(size=d.shape) for d in dx}
    at[y_bar] = rng.normal(size=node.shape)
    wrong = []

    forward, *reverse = evaluate([*jvp([node], real, dx), *vjp([node], real, [y_bar])], at)
    left = float(np.sum(forward * at[y_bar]))
    right = float(sum(np.sum(r * at[d]) for r, d in zip(reverse, dx, strict=True)))
    if not close(left, right, tolerance):
        wrong.append(f"{name}: forward gives {left}, reverse {right} for the same inner product")

    weights = variable("w", node.shape, node.dtype)
    at[weights] = rng.uniform(0.5, 1.5, node.shape)
    scalar = _total(make(ROWS["multiply"], (node, weights)))
    slopes = gradient(scalar, real)
    one_way = hvp(scalar, real, dx)
    (slope,) = jvp([scalar], real, dx)
    other_way = gradient(slope, real)
    inner = None
    for g, d in zip(slopes, dx, strict=True):
        part = _total(make(ROWS["multiply"], (g, d)))
        inner = part if inner is None else make(ROWS["add"], (inner, part))
    assert inner is not None
    third_way = gradient(inner, real)
    found = evaluate([*one_way, *other_way, *third_way], at)
    n = len(real)
    for label, which in (
        ("reverse over forward", found[n : 2 * n]),
        ("reverse over reverse", found[2 * n :]),
    ):
        for i, (a, b) in enumerate(zip(found[:n], which, strict=True)):
            if not close(a, b, tolerance):
                wrong.append(
                    f"{name}: second order by argument {i}: {label} gives {b}, "
                    f"forward over reverse {a}"
                )
    return wrong


def close(a: Any, b: Any, tolerance: float) -> bool:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or not (np.isfinite(a) == np.isfinite(b)).all():
        return False
    scale = max(1e-3, float(np.max(np.abs(b), initial=0.0)))
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def slope_errors(row: Operation, args: Sequence[Any], params: dict[str, Any]) -> list[str]:
    """For rows on whole arrays: jvp against a difference quotient in many digits."""
    rng = np.random.default_rng(6)
    inputs = [variable(f"a{i}", np.shape(v), np.asarray(v).dtype) for i, v in enumerate(args)]
    node = make(row, inputs, **params)
    real = [i for i, x in enumerate(inputs) if x.real]
    dx = {i: fresh("d", inputs[i].shape) for i in real}
    at = dict(zip(inputs, args, strict=True)) | {d: rng.normal(size=d.shape) for d in dx.values()}
    (tangent,) = jvp([node], [inputs[i] for i in real], [dx[i] for i in real])
    with mp.workdps(40):
        exact = precisely(list(dx.values()), at)

        def f(*moved: Any) -> Any:
            given = dict(zip([inputs[i] for i in real], moved, strict=True))
            return np.asarray(precisely([node], at | given)[0], dtype=object)

        truth = np.asarray(along(f, precisely([inputs[i] for i in real], at), exact), dtype=object)
        ours = np.asarray(precisely([tangent], at)[0], dtype=object)
        if ours.shape != truth.shape:
            return [
                f"{row.name}{params}: a tangent of shape {ours.shape} "
                f"for a value of shape {truth.shape}"
            ]
        size = max([mp.mpf(1), *(abs(t) for t in truth.flat)])
        worst = max([mp.mpf(0), *(abs(o - t) for o, t in zip(ours.flat, truth.flat, strict=True))])
    if worst <= mp.mpf(10) ** -DIGITS * size:
        return []
    return [f"{row.name}{params}: its tangent is off by {mp.nstr(worst, 5)}"]


def jacobian_errors(row: Operation, args: Sequence[Any], params: dict[str, Any]) -> list[str]:
    """The whole matrix twice: its columns by forward mode, its rows by reverse mode."""
    inputs = [variable(f"a{i}", np.shape(v), np.asarray(v).dtype) for i, v in enumerate(args)]
    node = make(row, inputs, **params)
    wrong = []
    y_bar = fresh("ybar", node.shape, node.dtype)
    for i, x in enumerate(inputs):
        if not x.real:
            continue
        dx = fresh("d", x.shape, x.dtype)
        push = Program((*inputs, dx), jvp([node], [x], [dx]))
        pull = Program((*inputs, y_bar), vjp([node], [x], [y_bar]))
        columns = [
            np.ravel(push(*args, e.reshape(x.shape))[0]) for e in np.eye(int(np.prod(x.shape)))
        ]
        rows = [
            np.ravel(pull(*args, e.reshape(node.shape))[0])
            for e in np.eye(int(np.prod(node.shape)))
        ]
        if columns and rows and not close(np.array(columns).T, np.array(rows), 1e-12):
            wrong.append(
                f"{row.name}{params}: by argument {i}, reverse mode is not forward mode transposed"
            )
    return wrong


def check_row(row: Operation, count: int = 200) -> None:
    """Everything that holds for every elementwise row; raises AssertionError with all that does
    not.
    """
    wrong = complete(row)
    if not wrong and assayable(row):
        wrong += rule_errors(row, count)
        wrong += accuracy_errors(row, count)
        wrong += mode_errors(row)
    assert not wrong, "\n".join(wrong)
