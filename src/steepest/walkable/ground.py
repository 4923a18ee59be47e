"""Value, gradient and curvature of a function at points of one form, interpreted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from steepest.calculus import derive
from steepest.errors import DescentError
from steepest.expression import Expression
from steepest.function import Function
from steepest.graph.node import Node, fresh
from steepest.graph.traverse import Program
from steepest.sources.structure import flatten
from steepest.walkable.form import Form, Vector

__all__ = ["Ground", "data_of", "one_output"]

# Value and gradient, and the Hessian times a vector, of every expression that is walked on, as long
# as it lives: a walk from another start is prepared already.
_prepared: WeakKeyDictionary[Expression, tuple[Program, Program | None]] = WeakKeyDictionary()


class Ground:
    """Value, gradient and curvature at points of one form; each path is prepared once."""

    def __init__(self, function: Function, form: Form) -> None:
        self.function, self.form = function, form
        self._walk = None if function.by_path else _programs(function.expression)[0]

    def _at(self, x: Vector) -> tuple[Expression, list[Any], tuple[Any, ...]]:
        arguments = self.form.arguments(x)
        expression = self.function.expression_at(arguments)
        return expression, flatten(arguments)[0], tuple(read() for _, read in expression.captured)

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """f(x) and ∇f(x), from one run of one program."""
        if self._walk is not None:  # the same everywhere, a number for each variable
            f, *g = self._walk(*x)
            return float(f), np.array(g, dtype=np.float64)
        expression, leaves, captured = self._at(x)
        f, *g = _programs(expression)[0](*leaves, *captured)
        return float(f), _joined(g)

    def value(self, x: Vector) -> float:
        """f(x) alone."""
        return float(self.function(*self.form.arguments(x)))

    def hessian_vector(self, x: Vector, v: Vector) -> Vector:
        """The Hessian at x times v, without the Hessian."""
        expression, leaves, captured = self._at(x)
        walk, curve = _programs(expression)
        curve = curve or _hessian_vector(expression)
        _prepared[expression] = walk, curve
        along = flatten(self.form.arguments(v))[0]
        return _joined(curve(*leaves, *along, *captured))

    def inside(self, x: Vector) -> bool:
        """Whether x lies on the map."""
        return bool(self.function.inside(*self.form.arguments(x)))


def _joined(parts: Sequence[Any]) -> Vector:
    return np.concatenate([np.ravel(np.asarray(p, dtype=np.float64)) for p in parts])


def data_of(expression: Expression) -> Vector:
    """What the arrays that the function reads hold now, one after another."""
    parts = [np.ravel(np.asarray(read(), dtype=np.float64)) for _, read in expression.captured]
    return np.concatenate(parts) if parts else np.zeros(1)


def one_output(expression: Expression) -> Node:
    """The number that is walked down. Raises DescentError where there are several."""
    if len(expression.outputs) != 1 or expression.outputs[0].shape != ():
        raise DescentError(
            "the function gives several numbers, and only one can be walked down: sum them, or "
            "take their squares' sum"
        )
    return expression.outputs[0]


def _programs(expression: Expression) -> tuple[Program, Program | None]:
    found = _prepared.get(expression)
    if found is None:
        found = _prepared[expression] = _value_and_gradient(expression), None
    return found


def _value_and_gradient(expression: Expression) -> Program:
    output = one_output(expression)
    gradient = derive.gradient(output, expression.inputs)
    return Program((*expression.inputs, *(n for n, _ in expression.captured)), (output, *gradient))


def _hessian_vector(expression: Expression) -> Program:
    output = one_output(expression)
    direction = [fresh(f"v_{n.name}", n.shape, n.dtype) for n in expression.inputs]
    product = derive.hvp(output, expression.inputs, direction)
    return Program((*expression.inputs, *direction, *(n for n, _ in expression.captured)), product)
