"""From a Function to what a walk needs: value and gradient on one flat vector, in both tiers.

And the way back: results come in the form of the user's start, a number, an array, a dict.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from steepest.function import Function
from steepest.objective import Objective
from steepest.walkable.form import Vector, form_of
from steepest.walkable.ground import Ground
from steepest.walkable.machine import Machine

__all__ = ["objective_of"]

_texts: WeakKeyDictionary[Function, str] = WeakKeyDictionary()


def objective_of(function: Function, start: Any) -> tuple[Objective, Vector]:
    """Value, gradient and curvature of a function, as a walk wants them, and the start as a vector.

    Raises DescentError when the start does not fit the function's variables.
    """
    form = form_of(function, start)
    ground = Ground(function, form)
    objective = Objective(
        ground.value_and_gradient,
        value=ground.value,
        hessian_vector=ground.hessian_vector,
        inside=ground.inside if function.bounded else None,
        names=form.names(),
        structure=form,
        label=_written(function),
        parameters=function.parameters,
        function=function,
        machine=None if function.bounded else Machine(ground),
    )
    return objective, form.flatten(start)


def _written(function: Function) -> str:
    """How a function is written; a formula stays as it is, and is written once."""
    if function.by_path:
        return str(function)
    found = _texts.get(function)
    if found is None:
        found = _texts[function] = str(function)
    return found
