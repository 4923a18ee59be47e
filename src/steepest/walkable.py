"""From a Function to what a walk needs: value and gradient on one flat vector.

And the way back: results come in the form of the user's start, a number, an array, a dict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from steepest.calculus import derive
from steepest.errors import DescentError, ShapeError, SteepestError
from steepest.expression import Expression
from steepest.function import Function
from steepest.graph.node import Node, fresh
from steepest.graph.traverse import Program
from steepest.objective import Objective
from steepest.sources.structure import Structure, flatten, promoted

__all__ = ["objective_of"]

Vector = NDArray[np.float64]
WHOLE, BY_NAME, ARRAY, LIST = "whole", "by name", "array", "list"


@dataclass(frozen=True)
class Form:
    """How a start and the function's arguments correspond.

    `kind`: the start is the one argument (whole), a dict with a value for each variable (by name),
    an array with a number for each, or a list with a value for each. `structure` is that of the
    tuple of arguments.
    """

    variables: tuple[str, ...]
    kind: str
    structure: Structure

    def flatten(self, x: Any) -> Vector:
        """All numbers of a point in this form, in one vector."""
        leaves, _ = flatten(_arguments(x, self.kind, self.variables))
        return np.asarray(self.structure.to_vector(leaves), dtype=np.float64)

    def unflatten(self, vector: Vector) -> Any:
        """The point in this form that a vector stands for."""
        values = self.arguments(vector)
        if self.kind == WHOLE:
            return values[0]
        if self.kind == BY_NAME:
            return dict(zip(self.variables, values, strict=True))
        return np.array(values) if self.kind == ARRAY else values

    def arguments(self, vector: Vector) -> list[Any]:
        """The function's arguments at a point, plain numbers as Python's."""
        leaves = [float(v) if np.ndim(v) == 0 else v for v in self.structure.from_vector(vector)]
        return list(self.structure.unflatten(leaves))

    def names(self) -> tuple[str, ...]:
        """What a user would write to reach each number: w, w[0, 1], params["a"]."""
        found: list[str] = []
        parts = self.structure.children
        for variable, part in zip(self.variables, parts, strict=True):
            for name, leaf in zip(part.names(variable), part.leaves(), strict=True):
                at = np.ndindex(leaf.shape)
                found += [f"{name}[{', '.join(map(str, i))}]" if i else name for i in at]
        return tuple(found)


def _arguments(x: Any, kind: str, variables: Sequence[str]) -> tuple[Any, ...]:
    """The function's arguments, out of a point in a form."""
    if kind == WHOLE:
        return (x,)
    return tuple(x[v] for v in variables) if kind == BY_NAME else tuple(x)


def objective_of(function: Function, start: Any) -> tuple[Objective, Vector]:
    """Value, gradient and curvature of a function, as a walk wants them, and the start as a vector.

    Raises DescentError when the start does not fit the function's variables.
    """
    if not function.variables:
        raise DescentError(
            f"{function.signature} depends on no variable: every place is as low as any other, so "
            "there is no way down"
        )
    try:
        kind = _kind(function, start)
        arguments = _arguments(start, kind, function.variables)
        leaves, structure = flatten(arguments)
        values = [promoted(leaf) for leaf in leaves]
        structure = flatten(structure.unflatten(values))[1]
        if not function.by_path and (
            len(values) != len(function.variables) or any(np.shape(v) for v in values)
        ):
            raise ShapeError("it takes one number for each variable")
    except SteepestError as error:
        example = ", ".join(f"{v}=1" for v in function.variables)
        raise DescentError(
            f"the start {start!r} does not fit: {error}. A start for {function.signature} is, for "
            f"instance, dict({example})"
        ) from error
    form = Form(function.variables, kind, structure)
    return _objective(function, form), form.flatten(start)


def _kind(function: Function, start: Any) -> str:
    """The form of a start. Raises VariableError, in the function's own words, when it has none."""
    if isinstance(start, Mapping) and set(start) == set(function.variables):
        return BY_NAME
    if function.by_path and len(function.variables) == 1 and start is not None:
        return WHOLE
    values = function.arguments((start,))  # says what is missing, or what is no number
    if np.ndim(start) == 0:
        return WHOLE
    return ARRAY if all(np.ndim(v) == 0 for v in values) else LIST


class Ground:
    """Value, gradient and curvature at points of one form; each path is prepared once."""

    def __init__(self, function: Function, form: Form) -> None:
        self.function, self.form = function, form
        self._walk = None if function.by_path else _value_and_gradient(function.expression)
        # by expression, and as long as the path is kept that it belongs to
        self._prepared: WeakKeyDictionary[Expression, tuple[Program, Program | None]]
        self._prepared = WeakKeyDictionary()

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
        if expression not in self._prepared:
            self._prepared[expression] = _value_and_gradient(expression), None
        f, *g = self._prepared[expression][0](*leaves, *captured)
        return float(f), _joined(g)

    def value(self, x: Vector) -> float:
        """f(x) alone."""
        return float(self.function(*self.form.arguments(x)))

    def hessian_vector(self, x: Vector, v: Vector) -> Vector:
        """The Hessian at x times v, without the Hessian."""
        expression, leaves, captured = self._at(x)
        walk, curve = self._prepared.get(expression) or (_value_and_gradient(expression), None)
        curve = curve or _hessian_vector(expression)
        self._prepared[expression] = walk, curve
        along = flatten(self.form.arguments(v))[0]
        return _joined(curve(*leaves, *along, *captured))

    def inside(self, x: Vector) -> bool:
        """Whether x lies on the map."""
        return bool(self.function.inside(*self.form.arguments(x)))


def _joined(parts: Sequence[Any]) -> Vector:
    return np.concatenate([np.ravel(np.asarray(p, dtype=np.float64)) for p in parts])


def _objective(function: Function, form: Form) -> Objective:
    ground = Ground(function, form)
    return Objective(
        ground.value_and_gradient,
        value=ground.value,
        hessian_vector=ground.hessian_vector,
        inside=ground.inside if function.bounded else None,
        names=form.names(),
        structure=form,
        label=str(function),
        parameters=function.parameters,
        function=function,
    )


def _output(expression: Expression) -> Node:
    if len(expression.outputs) != 1 or expression.outputs[0].shape != ():
        raise DescentError(
            "the function gives several numbers, and only one can be walked down: sum them, or "
            "take "
            "their squares' sum"
        )
    return expression.outputs[0]


def _value_and_gradient(expression: Expression) -> Program:
    output = _output(expression)
    gradient = derive.gradient(output, expression.inputs)
    return Program((*expression.inputs, *(n for n, _ in expression.captured)), (output, *gradient))


def _hessian_vector(expression: Expression) -> Program:
    output = _output(expression)
    direction = [fresh(f"v_{n.name}", n.shape, n.dtype) for n in expression.inputs]
    product = derive.hvp(output, expression.inputs, direction)
    return Program((*expression.inputs, *direction, *(n for n, _ in expression.captured)), product)
