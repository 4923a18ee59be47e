"""From a Function to what a walk needs: value and gradient on one flat vector, and the way back to
the user's own structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.calculus import derive
from steepest.errors import DescentError, SteepestError
from steepest.expression import Expression
from steepest.function import Function, listed
from steepest.graph.node import fresh
from steepest.graph.traverse import Program
from steepest.objective import Objective

__all__ = ["objective_of"]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Named:
    """Starts given as numbers for named variables: a dict comes back as a dict, a single number as
    a number.
    """

    variables: tuple[str, ...]
    form: str  # "number", "dict", "array"

    def flatten(self, x: Any) -> Vector:
        values = (
            [x[v] for v in self.variables]
            if isinstance(x, Mapping)
            else np.atleast_1d(np.asarray(x))
        )
        return np.array([float(v) for v in values], dtype=np.float64)

    def unflatten(self, vector: Vector) -> Any:
        if self.form == "number":
            return float(vector[0])
        if self.form == "dict":
            return {v: float(x) for v, x in zip(self.variables, vector, strict=True)}
        return vector.copy()


def objective_of(function: Function, start: Any) -> tuple[Objective, Vector]:
    """Value, gradient and curvature of a function of named numbers, as a walk wants them.

    Raises DescentError when the start does not fit the function's variables.
    """
    if not function.variables:
        raise DescentError(
            f"{function.signature} depends on no variable: every place is as low as any other; "
            "there is no way down"
        )
    structure = Named(function.variables, _form(start))
    x0 = structure.flatten(dict(zip(function.variables, _start(function, start), strict=True)))
    return _objective(function, structure), x0


def _form(start: Any) -> str:
    return "dict" if isinstance(start, Mapping) else "number" if np.ndim(start) == 0 else "array"


def _start(function: Function, start: Any) -> list[float]:
    example = ", ".join(f"{v}=1" for v in function.variables)
    if start is None:
        raise DescentError(
            f"a walk needs a start: give one number for each of {listed(function.variables)}, as "
            f"in {example}"
        )
    try:
        values = function.arguments((start,))
    except SteepestError as error:
        raise DescentError(f"the start {start!r} does not fit: {error}") from error
    for name, v in zip(function.variables, values, strict=True):
        if np.ndim(v):
            raise DescentError(
                f"the start gives {name} an array of shape {np.shape(v)}; give one number, as in "
                f"{example}"
            )
    return [float(v) for v in values]


def _objective(function: Function, structure: Named) -> Objective:
    prepared: dict[Expression, tuple[Program, Program]] = {}

    def programs(x: Vector) -> tuple[Program, Program, tuple[Any, ...]]:
        expression = function.expression_at([float(v) for v in x])
        if expression not in prepared:
            prepared[expression] = _value_and_gradient(expression), _hessian_vector(expression)
        return *prepared[expression], tuple(read() for _, read in expression.captured)

    def value_and_gradient(x: Vector) -> tuple[float, Vector]:
        walk, _, captured = programs(x)
        f, *g = walk(*x, *captured)
        return float(f), np.array(g, dtype=np.float64)

    def value(x: Vector) -> float:
        return float(function(*x))

    def hessian_vector(x: Vector, v: Vector) -> Vector:
        _, curve, captured = programs(x)
        return np.array(curve(*x, *v, *captured), dtype=np.float64)

    inside = None if function._entered.inside is None else lambda x: bool(function.inside(*x))
    return Objective(
        value_and_gradient,
        value=value,
        hessian_vector=hessian_vector,
        inside=inside,
        names=function.variables,
        structure=structure,
        label=str(function),
        parameters=function.parameters,
        function=function,
    )


def _value_and_gradient(expression: Expression) -> Program:
    (output,) = expression.outputs
    gradient = derive.gradient(output, expression.inputs)
    return Program((*expression.inputs, *(n for n, _ in expression.captured)), (output, *gradient))


def _hessian_vector(expression: Expression) -> Program:
    (output,) = expression.outputs
    direction = [fresh(f"v_{n.name}") for n in expression.inputs]
    product = derive.hvp(output, expression.inputs, direction)
    return Program((*expression.inputs, *direction, *(n for n, _ in expression.captured)), product)
