"""Random functions for the tests of reading, text and derivation: compositions of rows, and points
to try them at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
from hypothesis import strategies as st

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.graph.node import Node, constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.precise import evaluate_precisely
from steepest.graph.traverse import topological

X, Y = variable("x"), variable("y")
POINTS = [
    {X: "0.7310585786300048792511592418", Y: "1.3170578902134870215"},
    {X: "-1.2071067811865475244008443621", Y: "0.41421356237309504880168"},
    {X: "2.236067977499789696409173668731", Y: "-0.6180339887498948482045868"},
]
ONE_PLACE = [
    "negative",
    "square",
    "sqrt",
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arctan",
    "arcsin",
    "arcsinh",
    "absolute",
    "sec",
    "sigmoid",
    "reciprocal",
    "cbrt",
]
TWO_PLACE = ["add", "subtract", "multiply", "divide", "add", "multiply"]


def compositions(leaves: int = 8) -> st.SearchStrategy[Node]:
    """Scalar functions of x and y, differentiable almost everywhere."""
    numbers = st.sampled_from([1, 2, 3, -1, 0.5, 1.5, 4])
    leaf = st.one_of(st.just(X), st.just(X), st.just(Y), numbers.map(constant))

    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        one = st.builds(lambda name, a: make(ROWS[name], (a,)), st.sampled_from(ONE_PLACE), inner)
        two = st.builds(
            lambda n, a, b: make(ROWS[n], (a, b)), st.sampled_from(TWO_PLACE), inner, inner
        )
        exponents = st.sampled_from([2, 3, -1, -2, 0.5, 1.5])
        power = st.builds(lambda a, n: make(ROWS["power"], (a, constant(n))), inner, exponents)
        return one | two | power

    return st.recursive(leaf, grown, max_leaves=leaves)


def value(node: Node, point: Mapping[Node, Any], largest: float = 1e300) -> Any:
    """The value of a node in many digits; None where it, or a part of it, is not real or beyond
    `largest`.
    """
    try:
        found = [mpmath.mpmathify(v) for v in evaluate_precisely(topological([node]), point, 60)]
    except (ZeroDivisionError, ValueError, OverflowError, TypeError, AttributeError):
        return None
    if any(isinstance(v, mpmath.mpc) or not mpmath.isfinite(v) for v in found):
        return None
    return found[-1] if all(abs(v) < largest for v in found) else None


def same(a: Any, b: Any, digits: int = 40) -> bool:
    """Whether two numbers agree in the digits that cancellation can have left of sixty."""
    if a is None or b is None:
        return a is b
    with mpmath.workdps(70):
        return bool(abs(a - b) <= mpmath.mpf(10) ** -digits * max(abs(a), abs(b), mpmath.mpf(1)))
