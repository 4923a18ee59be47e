"""A function that could not be followed, as one node: its value is the function itself, its slope
comes from differences.

Such a node lets everything downstream stay the same. It is never used where a rule exists, and
whoever shows it says that it is numerical.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

import steepest.operations.usual  # noqa: F401  (its rows come before these)
from steepest.errors import NotDifferentiableError
from steepest.graph.operation import Operation, register
from steepest.record import record

__all__ = ["DIFFERENCES", "Opaque"]


@record()
class Opaque:
    """A function that only runs: argument values in, one array or number out.

    `slope(values, i)` gives all partial derivatives of the result by argument i, in the shape of
    the result followed by
    that of the argument.
    """

    run: Callable[[Sequence[Any]], Any]
    slope: Callable[[Sequence[Any], int], Any]
    shape: tuple[int, ...]
    dtype: Any


def _tangent(tangents: Any, args: Any, y: Any, opaque: Opaque) -> Any:
    """Dy = Σᵢ (∂y/∂xᵢ)·dxᵢ, each Jacobian contracted with its tangent."""
    total = None
    for i, (x, dx) in enumerate(zip(args, tangents, strict=True)):
        if dx is None:
            continue
        slope = SLOPES(*args, opaque=opaque, by=i)
        wide = np.reshape(dx, (1,) * len(opaque.shape) + x.shape)
        axes = tuple(range(len(opaque.shape), len(slope.shape)))
        part = np.sum(slope * wide, axis=axes) if axes else slope * wide
        total = part if total is None else total + part
    return total


def _no_second(tangents: Any, args: Any, y: Any, opaque: Opaque, by: int) -> Any:
    raise NotDifferentiableError(
        "this function could not be followed, so its first slopes come from differences; "
        "differences of "
        "differences keep too few digits to be worth having. Rewrite the line that its tracing "
        "names"
    )


DIFFERENCES: Final = register(
    Operation(
        name="differences",
        run=lambda *values, opaque: opaque.run(values),
        arity=None,
        tangent=_tangent,
        elementwise=False,
        family="numerical",
        shape=lambda *shapes, opaque: opaque.shape,
        dtype=lambda *args, opaque: opaque.dtype,
        shown="by Ridders' differences, with an error bar",
        convention="not exact: used for a function that could not be followed, and said aloud",
    )
)
SLOPES: Final = register(
    Operation(
        name="slopes_by_differences",
        run=lambda *values, opaque, by: opaque.slope(values, by),
        arity=None,
        tangent=_no_second,
        elementwise=False,
        family="numerical",
        shape=lambda *shapes, opaque, by: (*opaque.shape, *shapes[by]),
        dtype=lambda *args, opaque, by: np.float64,
        shown="none",
        convention="slopes found by differences are not differentiated again",
    )
)
