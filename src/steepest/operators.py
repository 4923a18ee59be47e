"""Operators on any function: `grad`, `value_and_grad`, `jacobian`, `hessian`.

They take a function of numbers, arrays and nests of them, plain NumPy as it stands, and give
results in the structure that JAX gives. What an operator returns is a function again, so operators
nest to any depth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import ShapeError
from steepest.graph.node import Node
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import topological
from steepest.sources.capture.trace import current
from steepest.sources.once import gradient_once
from steepest.sources.operator import Operator
from steepest.sources.piece import Piece
from steepest.sources.pieces import Argnums, as_source
from steepest.sources.structure import Structure, flatten

if TYPE_CHECKING:
    from steepest.sources.matrix import Matrix

__all__ = ["Columns", "Differentiated", "grad", "hessian", "jacobian", "value_and_grad"]


class Differentiated(Operator):
    """The gradient of a function, or its value and gradient."""

    direct = True

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The derivative's own graph at one call."""
        inner = self.source.piece(args, kwargs, (*self.argnums, *argnums))
        if current() is not None:
            return self._derived(inner)
        key = (self.what, self.argnums, self.single)
        derived: Piece | None = inner.made.get(key)  # which lives as long as the path
        if derived is None:
            derived = inner.made[key] = self._derived(inner)
            derived.made[GRADIENT_OF] = inner.outputs
        return derived.at(inner.values, inner.read)

    def _derived(self, inner: Piece) -> Piece:
        """The graph of the derivative, from the graph of the function."""
        by, structure = inner.chosen(self.argnums, self.single)
        output = _one_number(inner, self.__name__)
        gradient = gradient_once(inner.shared, output, [inner.inputs[i] for i in by])
        if self.what == "value_and_grad":
            both = Structure(tuple, (0, 1), (inner.output_structure, structure))
            return inner.with_outputs((output, *gradient), both)
        return inner.with_outputs(tuple(gradient), structure)


def _one_number(piece: Piece, name: str) -> Node:
    if len(piece.outputs) != 1 or piece.outputs[0].shape != ():
        shapes = ", ".join(str(n.shape) for n in piece.outputs) or "no number"
        raise ShapeError(
            f"{name} needs a function that returns one number, but this one returns {shapes}; "
            "sum the result, or use st.jacobian"
        )
    return piece.outputs[0]


def grad(
    f: Callable[..., Any], argnums: Argnums = 0, *, strict: bool = False, pure: bool = True
) -> Differentiated:
    """The gradient of a function that returns one number: ∂f/∂x for the first argument, in the
    structure of x.

    f         plain NumPy code as it stands, a Function, or the result of another operator
    argnums   which argument to differentiate by: a position, a name, or several of them (then a
              tuple comes back)
    strict    raise CaptureError where the code cannot be followed, instead of using differences
              with a warning
    pure      False: follow the code afresh at every call, for code whose side effects (printing,
              counting, appending to a list) must happen each time. Following runs it twice, once
              to record it and once to check the record

    Raises ShapeError when f returns several numbers, VariableError when an argument is not there.

    >>> import numpy as np
    >>> def length(x):
    ...     out = np.zeros(2)
    ...     out[0], out[1] = x[0] ** 2, x[1] ** 2
    ...     return np.sqrt(out.sum())
    >>> grad(length)(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    return Differentiated(as_source(f, strict=strict, pure=pure), argnums, "grad")


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, *, strict: bool = False, pure: bool = True
) -> Differentiated:
    """The value and the gradient, from one run: (f(x), ∂f/∂x). See `grad`.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    """
    return Differentiated(as_source(f, strict=strict, pure=pure), argnums, "value_and_grad")


class Columns(Operator):
    """All partial derivatives of all outputs: an array of shape (*output, *input) for each pair of
    leaves.

    Rows or columns that share no place are found together, in forward mode or in reverse mode,
    whichever takes fewer passes; in machine code each entry is computed by itself.
    """

    direct = True

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The Jacobian's own graph: every entry a node. For differentiating it further."""
        inner = self.source.piece(args, kwargs, (*self.argnums, *argnums))
        by, structure = inner.chosen(self.argnums, self.single)
        blocks = [_block(o, [inner.inputs[i] for i in by]) for o in inner.outputs]
        nest = _nested(inner.output_structure, structure, blocks)
        return inner.with_outputs(tuple(b for row in blocks for b in row), nest)

    def path(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Piece:
        """The matrix as numbers, found in as few passes as its zeros allow."""
        inner = self.source.piece(args, kwargs, self.argnums)
        from steepest.sources.matrix import Matrix

        key = (Matrix, self.argnums, self.single)
        found: Matrix | None = inner.made.get(key)
        if found is None:
            found = inner.made[key] = self._matrix(inner)
        return found.at(inner.values, inner.read)

    def _matrix(self, inner: Piece) -> Matrix:
        if not inner.outputs:
            raise ShapeError(
                "st.jacobian needs a function that returns numbers, and this one returns none; "
                "return a number, an array, or a list, tuple or dict of them"
            )
        chosen, structure = inner.chosen(self.argnums, self.single)
        by = tuple(inner.inputs[i] for i in chosen)
        blocks = [[np.empty((*o.shape, *n.shape), o.dtype) for n in by] for o in inner.outputs]
        symmetric = (
            isinstance(self.source, Differentiated)
            and self.source.what == "grad"
            and self.source.argnums == self.argnums
            and _alone(inner)
        )
        held = {**vars(inner), "made": {}, "by": by, "symmetric": symmetric}
        held["output_structure"] = _nested(inner.output_structure, structure, blocks)
        from steepest.sources.matrix import Matrix

        return Matrix(**held)


GRADIENT_OF = "gradient of"  # what a gradient's piece is made of


def _alone(gradient: Piece) -> bool:
    """Whether a gradient follows from the function: then its derivatives are symmetric, as those of
    rules that an author gave need not be.
    """
    return GRADIENT_OF in gradient.made and not _has_own_rules(gradient.made[GRADIENT_OF])


def _has_own_rules(outputs: Sequence[Node]) -> bool:
    return any(
        node.op.name.startswith("custom")
        or (node.op.inside and _has_own_rules(node.param("graph").outputs))
        for node in topological(outputs)
    )


def _block(output: Node, inputs: Sequence[Node]) -> list[Node]:
    """The derivative of one output array by each input, stacked into one node of shape (*output,
    *input).
    """
    rows = [derive.gradient(Traced(output)[at].node, inputs) for at in np.ndindex(output.shape)]
    found = []
    for k, n in enumerate(inputs):
        parts: Any = [Traced(row[k]) for row in rows]
        whole = np.reshape(np.stack(parts), (*output.shape, *n.shape)) if output.shape else parts[0]
        found.append(as_node(whole))
    return found


def _nested(outer: Structure, inner: Structure, blocks: Sequence[Sequence[Any]]) -> Structure:
    """The structure of the output with, for each leaf, the structure of the input."""
    turn = iter(blocks)

    def grow(level: Structure) -> Structure:
        if level.is_leaf:
            row = [np.zeros(b.shape, b.dtype) if isinstance(b, Node) else b for b in next(turn)]
            return flatten(inner.unflatten(row))[1]
        return Structure(
            level.kind, level.keys, tuple(grow(c) for c in level.children), static=level.static
        )

    return grow(outer)


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, *, strict: bool = False, pure: bool = True
) -> Columns:
    """All partial derivatives of a function that returns arrays: J[i, j] = ∂fᵢ/∂xⱼ, of shape
    (*f(x).shape, *x.shape).

    Columns that share no row are found together in one run of forward mode, or rows that share no
    column in one of reverse mode, whichever takes fewer runs: a banded matrix takes as many as its
    band is wide. Machine code (`.compiled`) computes each entry by itself. See `grad` for the
    arguments.

    >>> import numpy as np
    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0] ** 2]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [4., 0.]])
    """
    return Columns(as_source(f, strict=strict, pure=pure), argnums, "jacobian")


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, *, strict: bool = False, pure: bool = True
) -> Columns:
    """All second partial derivatives of a function that returns one number: H[i, j] = ∂²f/∂xᵢ∂xⱼ.
    See `grad` for the arguments.

    The result is symmetric: what stands below the diagonal is found once, and stands above it, too,
    unless the function holds rules of an author's own. Where most of it is zero by structure, few
    runs find the rest, see `jacobian`.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return Columns(grad(f, argnums, strict=strict, pure=pure), argnums, "jacobian")
