"""The witness: a graph's values in mpmath, to any number of digits, from the rows' `precise` alone.

Nothing here knows a derivative rule; truth about derivatives is mpmath's own difference quotient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.operation import Operation
from steepest.graph.traverse import topological

mp = mpmath.mp


def number(value: Any) -> Any:
    """One number or truth value in mpmath's terms."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, Fraction):
        return mp.mpf(value.numerator) / mp.mpf(value.denominator)
    if isinstance(value, (int, np.integer)):
        return mp.mpf(int(value))
    return mp.mpf(float(value)) if isinstance(value, (float, np.floating)) else value


def numbers(value: Any) -> Any:
    """A number, or an object array; arrays of integers stay, for they may be positions."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.dtype.kind in "iub":
            return value
        out = np.empty(value.shape, dtype=object)
        for i in np.ndindex(*value.shape):
            out[i] = number(value[i])
        return out
    return number(value[()] if isinstance(value, np.ndarray) else value)


def norm(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    return np.frompyfunc(mp.sqrt, 1, 1)(np.sum(x * x, axis=axis, keepdims=keepdims))


IN_OBJECTS = {  # where NumPy, or `math`, would turn objects into float64
    "norm": norm,
    "fsum": np.sum,
    "length": lambda x: mp.sqrt(np.sum(x * x)),
    "sumprod": lambda a, b: np.sum(a * b),
}


def apply(row: Operation, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """One row in mpmath: `precise` element by element, or what the row does to arrays of any
    numbers.
    """
    if row.family == "call":
        graph, which = params["graph"], params["which"]
        return precisely([graph.outputs[which]], dict(zip(graph.inputs, args, strict=True)))[0]
    if not row.elementwise:
        given = [np.asarray(a, dtype=object) if isinstance(a, mpmath.mpf) else a for a in args]
        found = IN_OBJECTS.get(row.name, row.run)(*given, **params)
        return found[()] if isinstance(found, np.ndarray) and found.ndim == 0 else found
    if row.precise is None:
        raise AssertionError(f"row {row.name!r} has no meaning in mpmath: give it `precise`")
    rule = row.precise

    def one(*values: Any) -> Any:
        found = rule(mp, *(number(v) for v in values), **params)
        return mp.nan if isinstance(found, mpmath.mpc) else found  # outside the real domain

    if any(isinstance(a, np.ndarray) for a in args):
        return np.frompyfunc(one, len(args), 1)(*args)
    return one(*args)


def precisely(outputs: Sequence[Node], values: Mapping[Node, Any]) -> list[Any]:
    """The values of `outputs` at mpmath's present precision; a literal 0.1 is one tenth."""
    known: dict[Node, Any] = {n: numbers(v) for n, v in values.items()}
    for node in topological(outputs, stop=known):
        if node in known:
            continue
        if node.op is INPUT:
            raise AssertionError(f"{node!r} has no value")
        if node.op is CONSTANT:
            known[node] = number(node.exact) if node.exact is not None else numbers(node.value)
        else:
            known[node] = apply(node.op, [known[a] for a in node.args], dict(node.params))
    return [known[n] for n in outputs]


def partial_of(f: Callable[..., Any], at: Sequence[Any], by: int) -> Any:
    """mpmath's own derivative of f(*at) by its argument number `by`."""
    return mp.diff(lambda t: f(*at[:by], t, *at[by + 1 :]), at[by])


def along(f: Callable[..., Any], at: Sequence[Any], direction: Sequence[Any]) -> Any:
    """The derivative of f at `at` along `direction`, by a central difference in many digits.

    The quotient errs by h²·f'''/6, so it is right to about half of the working digits.
    """
    with mp.workdps(mp.dps * 2):
        h = mp.mpf(10) ** (-mp.dps // 4)
        above = f(*[x + h * dx for x, dx in zip(at, direction, strict=True)])
        below = f(*[x - h * dx for x, dx in zip(at, direction, strict=True)])
        return (above - below) / (2 * h)


def ulps(found: Any, truth: Any) -> float:
    """How far a float64 is from the truth, in units of its last place there."""
    if mp.isnan(truth) or not np.isfinite(float(truth)):
        return 0.0 if same_kind(float(found), float(truth)) else float("inf")
    if not np.isfinite(found):
        return float("inf")
    place = float(np.spacing(max(abs(float(truth)), np.finfo(float).tiny)))
    return float(abs(mp.mpf(float(found)) - truth) / place)


def same_kind(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
