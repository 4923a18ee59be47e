"""An expression: a function as nodes, its outputs laid out as a number, a vector or a matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import CompilationError, ShapeError
from steepest.graph.node import Node, constant, make
from steepest.graph.operation import ROWS, broadcast_shape
from steepest.graph.traverse import Program, count, topological
from steepest.record import record, replaced

if TYPE_CHECKING:
    from steepest.graph.graph import Guard
    from steepest.native.many import Field

__all__ = ["Expression"]

Shape = tuple[int, ...]
POINTS = 2_000  # fewer points are NumPy's
WORTH = 4_000_000  # operations on single numbers that take longer than compiling
FIELD_LIMIT = 3_000  # instructions


@record()
class Expression:
    """Inputs, and outputs laid out in `shape`: () for one, (m,) for a vector, (m, d) for a matrix
    of them.

    `captured` are inputs that no caller gives: arrays that the user's code read, read again at
    every call. `guards` hold where these nodes are the function; `kept` is False where they hold
    for one call only.
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    shape: Shape = ()
    captured: tuple[tuple[Node, Callable[[], Any]], ...] = ()
    guards: tuple[Guard, ...] = ()
    kept: bool = True

    def derivative(self, by: int) -> Expression:
        """Every output differentiated by one scalar input."""
        node = self.inputs[by]
        if node.shape != ():
            raise ShapeError(
                f"{node.name} is an array of shape {node.shape}: ask for the "
                "gradient, or use .over(...) for many points at once"
            )
        return replaced(self, outputs=tuple(derive.jvp(self.outputs, [node], [constant(1.0)])))

    def gradient(self) -> Expression:
        """A number becomes the vector of its partials; a vector becomes its Jacobian, a row for
        each output.
        """
        if len(self.inputs) == 1 and self.inputs[0].shape != ():
            if self.shape != () or self.outputs[0].shape != ():
                raise ShapeError(
                    "a gradient belongs to one number; for an array of values use steepest.jacobian"
                )
            return replaced(self, outputs=tuple(derive.gradient(self.outputs[0], self.inputs)))
        if self._of_arrays:
            raise ShapeError(
                "some variables are arrays: use .over(...) for many points at once, and "
                "steepest.grad(f, argnums=...) where the arrays are the arguments"
            )
        rows = derive.jacobian(self.outputs, self.inputs)
        return replaced(
            self,
            outputs=tuple(n for row in rows for n in row),
            shape=(*self.shape, len(self.inputs)),
        )

    def partials(self) -> Expression:
        """What `gradient` gives, by forward mode: each partial by itself, as a text would work it
        out.
        """
        columns = [self.derivative(i).outputs for i in range(len(self.inputs))]
        rows = zip(*columns, strict=True)
        return replaced(
            self, outputs=tuple(n for r in rows for n in r), shape=(*self.shape, len(self.inputs))
        )

    def along(self, *direction: float) -> Expression:
        """The directional derivative: J(x)·u, with u of length 1."""
        length = make(ROWS["sqrt"], (constant(sum(d**2 for d in direction)),))
        unit = [make(ROWS["divide"], (constant(d), length)) for d in direction]
        return replaced(self, outputs=tuple(derive.jvp(self.outputs, self.inputs, unit)))

    @property
    def _of_arrays(self) -> bool:
        """Whether some input is an array."""
        return any(n.shape for n in self.inputs)

    @cached_property
    def program(self) -> Program:
        """The expression prepared for running."""
        return Program((*self.inputs, *(node for node, _ in self.captured)), self.outputs)

    @cached_property
    def pointwise(self) -> bool:
        """Whether every node is a number, so that arrays of points pass through side by side."""
        return all(node.shape == () for node in topological(self.outputs))

    def __call__(self, values: Sequence[Any]) -> Any:
        """The numbers at a point; for scalar inputs arrays may stand, and broadcast."""
        over = broadcast_shape(*[np.shape(v) for v in values if not isinstance(v, float)])
        if over and self._spread(over):
            return self._everywhere(values, over)
        results = self.program(*values, *(read() for _, read in self.captured))
        if self._of_arrays:
            return (
                np.asarray(results[0])[()]
                if not self.shape
                else np.stack(results).reshape(*self.shape, *np.shape(results[0]))
            )
        if not over:
            return np.array(results).reshape(self.shape) if self.shape else _number(results[0])
        if not self.shape:
            return np.array(np.broadcast_to(results[0], over))
        return np.stack([np.broadcast_to(r, over) for r in results]).reshape(*self.shape, *over)

    # ---- many points in machine code
    def _spread(self, over: Shape) -> bool:
        """Whether there are so many points that compiling pays; it depends on nothing else."""
        points = math.prod(over)
        if points < POINTS or points * count(self.outputs) < WORTH or self.guards:
            return False
        return all(n.shape == () for n in (*self.inputs, *self.outputs)) and self.field is not None

    @cached_property
    def field(self) -> Field | None:
        """The outputs at many points at once, in machine code; None where there is none."""
        from steepest.native.engine import available
        from steepest.native.many import Field

        if available():
            return None
        try:
            return Field(self.inputs, [n for n, _ in self.captured], self.outputs, FIELD_LIMIT)
        except CompilationError:
            return None

    def _everywhere(self, values: Sequence[Any], over: Shape) -> Any:
        assert self.field is not None
        rows = [np.broadcast_to(np.asarray(v, dtype=float), over).reshape(1, -1) for v in values]
        parts = [np.ravel(np.asarray(read(), dtype=float)) for _, read in self.captured]
        found = self.field.over(rows, np.concatenate([*parts, np.zeros(1)]))
        return np.ascontiguousarray(found).reshape((*self.shape, *over))


def _number(value: Any) -> Any:
    """A Python float for float64; NumPy's own scalar or array otherwise."""
    array = np.asarray(value)
    return float(array) if array.shape == () and array.dtype == np.float64 else array[()]
