"""Plain Python code as a source: from a followed path to an expression."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.expression import Expression
from steepest.graph.node import Node
from steepest.graph.traced import Traced
from steepest.sources.capture import Followed, Path, Tracing
from steepest.sources.piece import Piece
from steepest.sources.structure import flatten

__all__ = ["Code", "expression_of", "piece_of"]


class Code:
    """A Python function, followed wherever it is asked for a slope."""

    by_path = True

    def __init__(
        self, function: Callable[..., Any], variables: Sequence[str], strict: bool, pure: bool
    ) -> None:
        self.function = function
        self.variables = tuple(variables)
        self.followed = Followed(function, strict=strict, pure=pure)

    @property
    def tracing(self) -> Tracing:
        """How the function was followed so far."""
        return self.followed.tracing

    def plain(self, values: Sequence[Any]) -> Any:
        """The function itself, on copies of arrays."""
        return self.function(*(np.array(v) if isinstance(v, np.ndarray) else v for v in values))

    def expression(self, values: Sequence[Any]) -> Expression:
        """The nodes of the path that the function takes at these values."""
        return self._expression(self.followed.path(tuple(values)))

    def _expression(self, path: Path) -> Expression:
        if path.numerical:
            return expression_of(path)
        made = path.tape.made
        if Expression not in made:
            made[Expression] = expression_of(path)
        found: Expression = made[Expression]
        return found

    def piece(
        self, values: Sequence[Any], key: Any, whole: Callable[[Expression], Node]
    ) -> Piece | None:
        """What a call at these values computes, as one node that is made of the path's nodes once;
        None where the path could not be followed, or holds for one call only.
        """
        path = self.followed.path(tuple(values))
        if path.numerical or not path.tape.keep:
            return None
        made = path.tape.made
        if key not in made:
            node = whole(self._expression(path))
            made[key] = piece_of(path).with_outputs((node,), flatten(1.0)[1], whole=True)
        found: Piece = made[key]
        return found.at(path.given.values, path.captured)

    @property
    def always(self) -> Expression | None:
        """The nodes, when the function takes the same path everywhere, as one trial call shows."""
        trial = [np.float64(0.75 + 0.125 * i) for i in range(len(self.variables))]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the function's own, at numbers nobody gave
                path = self.followed.path(tuple(trial), trial=True)
        except Exception:  # noqa: BLE001  (the function may want other arguments than numbers; then there is no formula)
            return None
        if path.numerical or path.graph.guards or path.graph.captured or not path.tape.keep:
            return None
        return self.expression(trial)


def piece_of(path: Path) -> Piece:
    """A path that was followed, as a piece."""
    tape = path.tape
    captured = tuple(n for n, _ in path.graph.captured)
    return Piece(
        path.inputs, (), path.owners, path.input_structure, path.given.layout.titles,
        path.graph.outputs, path.output_structure, captured,
        readers=tuple(read for _, read in path.graph.captured),
        numbers=tuple(tape.varied[n].slot if n in tape.varied else None for n in captured),
        proved=lambda: not tape.unproved,
        slots=tape.slots,
        guards=path.graph.guards,
        shared=path.graph.made,
    )  # fmt: skip


def expression_of(path: Path) -> Expression:
    """A path as an expression: a number, or a list, tuple or array of numbers.

    What could not be followed is one node, whose slopes come from differences.
    """
    if path.numerical:
        return _opaque(path)
    outputs = path.graph.outputs
    _check(path)
    inputs = path.graph.inputs
    rests: dict[str, Any] = {
        "captured": path.graph.captured,
        "guards": path.graph.guards,
        "kept": path.tape.keep,
    }
    if path.output_structure.is_leaf:
        (output,) = outputs
        if output.shape == () or any(n.shape != () for n in inputs):
            return Expression(inputs, (output,), (), **rests)
        elements = tuple(Traced(output)[i].node for i in np.ndindex(output.shape))
        return Expression(inputs, elements, output.shape, **rests)
    return Expression(inputs, outputs, (len(outputs),), **rests)


def _check(path: Path) -> None:
    structure = path.output_structure
    if structure.is_leaf:
        return
    if any(n.shape != () for n in path.graph.outputs) or not path.graph.outputs:
        raise ShapeError(
            "the function returns a nest of arrays; a Function returns a number, an array, or a "
            "list of "
            "numbers. For other results use steepest.jacobian, steepest.jvp or steepest.vjp"
        )


def _opaque(path: Path) -> Expression:
    from steepest.operations.differences import DIFFERENCES, Opaque
    from steepest.sources.numerical import jacobian

    found = path.plain(path.values)
    if len(found) != 1:
        raise ShapeError("a function that cannot be followed must return one number or one array")
    dtype = np.result_type(found[0])
    plain = path.plain

    def run(values: Sequence[Any]) -> Any:
        return np.asarray(plain(values)[0])[()]

    def slope(values: Sequence[Any], by: int) -> Any:
        def moved(x: Any) -> Any:
            here = x if np.shape(values[by]) else x[()]
            return plain([*values[:by], here, *values[by + 1 :]])[0]

        return jacobian(moved, values[by]).value

    opaque = Opaque(run, slope, np.shape(found[0]), dtype)
    node = DIFFERENCES(*(Traced(n) for n in path.graph.inputs), opaque=opaque).node
    if node.shape == () or any(n.shape != () for n in path.graph.inputs):
        return Expression(path.graph.inputs, (node,))
    elements = tuple(Traced(node)[i].node for i in np.ndindex(node.shape))
    return Expression(path.graph.inputs, elements, node.shape)
