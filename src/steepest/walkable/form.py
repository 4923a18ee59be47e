"""How a start and a function's arguments correspond: a number, an array, a dict, a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import DescentError, ShapeError, SteepestError
from steepest.function import Function
from steepest.sources.structure import Structure, flatten, promoted

__all__ = ["Form", "form_of"]

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


def form_of(function: Function, start: Any) -> Form:
    """The form of a start.

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
    return Form(function.variables, kind, structure)


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
