"""Ground to walk on, made without the library under test: by hand, or by SymPy from the formula."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy

from steepest.objective import Objective
from steepest.problems import PROBLEMS


def ground(
    f: Callable[..., Any], gradient: Callable[..., Sequence[Any]], names: Sequence[str], **more: Any
) -> Objective:
    """An objective from a function of separate numbers and its partial derivatives."""
    return Objective(
        lambda x: (f(*x), np.array(gradient(*x), dtype=np.float64)), names=tuple(names), **more
    )


def parabola() -> Objective:
    return ground(lambda w: (w - 3) ** 2, lambda w: [2 * (w - 3)], ["w"])


def quadratic(curvatures: Sequence[float]) -> Objective:
    """f = Σ λ_i x_i² / 2, whose gradient is λ_i x_i."""
    lam = np.array(curvatures, dtype=np.float64)
    return Objective(lambda x: (float(np.sum(lam * x * x) / 2), lam * x))


@functools.cache
def symbolic(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(f, ∇f) of a named problem, by SymPy's own parser and derivatives."""
    problem = PROBLEMS[name]
    symbols = sympy.symbols(problem.variables)
    table = dict(zip(problem.variables, symbols, strict=True))
    expression = sympy.parse_expr(problem.formula, local_dict=table)
    slopes = [sympy.diff(expression, symbol) for symbol in symbols]
    return sympy.lambdify(symbols, expression, "numpy"), sympy.lambdify(symbols, slopes, "numpy")


def named(name: str) -> Objective:
    f, gradient = symbolic(name)
    return ground(f, gradient, PROBLEMS[name].variables)
