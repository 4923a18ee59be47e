"""Operators on any function: `grad`, `value_and_grad`, `jacobian`, `hessian`, `jvp`, `vjp`, `hvp`.

They take a function of numbers, arrays and nests of them, plain NumPy as it stands, and give
results in the structure that JAX gives. What an operator returns is a function again, so operators
nest to any depth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import NotDifferentiableError, ShapeError, VariableError
from steepest.graph.node import Node
from steepest.graph.traced import Traced, as_node
from steepest.sources.capture.trace import current
from steepest.sources.once import gradient_once
from steepest.sources.piece import Piece
from steepest.sources.pieces import Argnums, Source, as_source
from steepest.sources.structure import Structure, flatten
from steepest.sources.tiers import HOT, Compiled, Tiers

__all__ = ["Differentiated", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


class Differentiated(Source):
    """The derivative of a function: called like the function, and differentiated like it.

    `tracing` tells how the function was followed, and whether the slopes are exact; `compiled`
    tells of machine code, which paths become that are called more than HOT times.
    """

    def __new__(cls, *_: Any) -> Differentiated:
        """Of a type that can hold machine code; subclasses have methods of their own instead."""
        from steepest.native.leaf import leaf_of

        return object.__new__(leaf_of(cls) if cls is Differentiated else cls)

    def __reduce__(self) -> tuple[Any, ...]:
        argnums = self.argnums[0] if self.single else self.argnums
        kind = Differentiated if type(self).__mro__[1] is Differentiated else type(self)
        return kind, (self.source, argnums, self.what)

    def __init__(self, source: Source, argnums: Argnums, what: str) -> None:
        self.source, self.what = source, what
        self.argnums = (argnums,) if isinstance(argnums, (int, str)) else tuple(argnums)
        self.single = isinstance(argnums, (int, str))
        if not self.argnums:
            raise VariableError(
                "argnums is empty: say which arguments to differentiate by, as in argnums=0"
            )
        self.__name__ = f"{what}({source.__name__})"
        self._tiers = Tiers()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The numbers; inside a function that is being followed, handles."""
        if current() is not None:
            return super().__call__(*args, **kwargs)
        return self._tiers.result(self, self.piece(args, kwargs, ()))

    def compile(self, *args: Any, **kwargs: Any) -> Compiled:
        """Make machine code now, for the path that a call with these arguments takes; otherwise
        that happens by itself once the path was called HOT times.

        >>> slope = grad(lambda x: x**3)
        >>> told = slope.compile(2.0)  # 2 operations in 1,832 bytes of machine code, compiled ...
        >>> slope(2.0)
        12.0
        """
        self._tiers.compile(self, self.piece(args, kwargs, ()))
        return self.compiled

    @property
    def compiled(self) -> Compiled:
        """What has been compiled: operations, bytes, seconds, and the code; or why nothing was."""
        found = self._tiers.compiled
        if found or found.reason:
            return found
        always = [n for n in self.tracing.notes if "traced at every call" in n]
        if self.tracing.exact is False:
            return Compiled(reason="the slopes come from differences, so there is no graph")
        return Compiled(reason=always[0] if always else f"no path was called {HOT} times yet")

    @property
    def tracing(self) -> Any:
        """How the function was followed so far."""
        return self.source.tracing

    def __repr__(self) -> str:
        return f"{self.__name__} by {', '.join(map(repr, self.argnums))}\n{self.tracing!r}"

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


class Columns(Source):
    """All partial derivatives of all outputs: an array of shape (*output, *input) for each pair of
    leaves.
    """

    def __init__(self, source: Source, argnums: Argnums) -> None:
        self.source = source
        self.argnums = (argnums,) if isinstance(argnums, (int, str)) else tuple(argnums)
        self.single = isinstance(argnums, (int, str))
        self.__name__ = f"jacobian({source.__name__})"

    @property
    def tracing(self) -> Any:
        """How the function was followed so far."""
        return self.source.tracing

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The Jacobian's own graph: every entry a node. For differentiating it further."""
        inner = self.source.piece(args, kwargs, (*self.argnums, *argnums))
        by, structure = inner.chosen(self.argnums, self.single)
        blocks = [_block(o, [inner.inputs[i] for i in by]) for o in inner.outputs]
        nest = _nested(inner.output_structure, structure, blocks)
        return inner.with_outputs(tuple(b for row in blocks for b in row), nest)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The numbers: one run of forward mode for each input number, or of reverse mode for each
        output number.
        """
        if current() is not None:
            return super().__call__(*args, **kwargs)
        inner = self.source.piece(args, kwargs, self.argnums)
        by, structure = inner.chosen(self.argnums, self.single)
        inputs = [inner.inputs[i] for i in by]
        rows, columns = (sum(_size(n) for n in nodes) for nodes in (inner.outputs, inputs))
        dense = _dense(inner, inputs, forward=columns <= rows)
        blocks, down = [], 0
        for o in inner.outputs:
            row, across = [], 0
            for n in inputs:
                part = dense[down : down + _size(o), across : across + _size(n)]
                row.append(_plain(part.reshape((*o.shape, *n.shape))))
                across += _size(n)
            blocks.append(row)
            down += _size(o)
        leaves = [b for row in blocks for b in row]
        return _nested(inner.output_structure, structure, blocks).unflatten(leaves)


def _size(node: Node) -> int:
    return int(np.prod(node.shape, dtype=int))


def _flat(parts: Sequence[Any]) -> Any:
    return np.concatenate([np.ravel(p) for p in parts]) if parts else np.zeros(0)


def _units(nodes: Sequence[Node]) -> Any:
    """Each unit vector of the space of these nodes, split into their shapes."""
    ends = np.cumsum([_size(n) for n in nodes])
    for k in range(int(ends[-1]) if len(ends) else 0):
        unit = np.zeros(int(ends[-1]))
        unit[k] = 1.0
        pieces = np.split(unit, ends[:-1])
        yield [p.reshape(n.shape).astype(n.dtype)[()] for p, n in zip(pieces, nodes, strict=True)]


def _dense(piece: Piece, inputs: Sequence[Node], forward: bool) -> Any:
    """J, in the shorter of the two modes; a rule that only works backwards leaves the other one."""
    if not piece.outputs:
        raise ShapeError("st.jacobian needs a function that returns numbers, and this one has none")
    sizes = sum(map(_size, piece.outputs)), sum(map(_size, inputs))
    if 0 in sizes:
        return np.zeros(sizes)
    if forward:
        with suppress(NotDifferentiableError):
            return _by_columns(piece, inputs)
    return _by_rows(piece, inputs)


def _by_columns(piece: Piece, inputs: Sequence[Node]) -> Any:
    """J, a column a run of forward mode."""
    along = piece.extra("tangents", inputs)
    run = piece.run(("jvp", *inputs), lambda: derive.jvp(piece.outputs, inputs, along), along)
    return np.stack([_flat(run(*unit)) for unit in _units(inputs)], axis=1)


def _by_rows(piece: Piece, inputs: Sequence[Node]) -> Any:
    """J, a row a run of reverse mode."""
    bars = piece.extra("cotangents", piece.outputs)
    run = piece.run(("vjp", *inputs), lambda: derive.vjp(piece.outputs, inputs, bars), bars)
    return np.stack([_flat(run(*unit)) for unit in _units(piece.outputs)], axis=0)


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

    Forward mode where there are fewer input numbers than output numbers, reverse mode otherwise.
    See `grad` for the arguments.

    >>> import numpy as np
    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0] ** 2]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [4., 0.]])
    """
    return Columns(as_source(f, strict=strict, pure=pure), argnums)


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, *, strict: bool = False, pure: bool = True
) -> Columns:
    """All second partial derivatives of a function that returns one number: H[i, j] = ∂²f/∂xᵢ∂xⱼ.
    See `grad`.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return Columns(grad(f, argnums, strict=strict, pure=pure), argnums)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward mode: the value, and how it changes along the tangents, J(x)·dx. Both in the
    structure of f's result.

    Raises ShapeError when tangents and primals differ in structure.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    primals, tangents = tuple(primals), tuple(tangents)
    piece = as_source(f).piece(primals, {}, tuple(range(len(primals))))
    along = _like(primals, tangents, "tangents")
    nodes = piece.extra("tangents", piece.inputs)
    values = piece.run(
        "jvp", lambda: [*piece.outputs, *derive.jvp(piece.outputs, piece.inputs, nodes)], nodes
    )(*along)
    count = len(piece.outputs)
    return piece.result(values[:count]), piece.result(values[count:])


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Reverse mode: the value, and a function from a cotangent ȳ (in the structure of the result)
    to x̄ = Jᵀ·ȳ.

    >>> value, pull = vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pull(1.0)
    (6.0, (3.0, 2.0))
    """
    piece = as_source(f).piece(primals, {}, tuple(range(len(primals))))
    value = piece.result(piece.run("value", lambda: piece.outputs)())
    bars = piece.extra("cotangents", piece.outputs)

    def pull(cotangent: Any) -> tuple[Any, ...]:
        run = piece.run("vjp", lambda: derive.vjp(piece.outputs, piece.inputs, bars), bars)
        found = run(*_like(value, cotangent, "cotangent"))
        return tuple(piece.input_structure.children[0].unflatten([_plain(v) for v in found]))

    return value, pull


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """Hessian times a vector, H(x)·v, without the Hessian: forward mode over reverse mode. In the
    structure of x.

    >>> import numpy as np
    >>> hvp(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    return jvp(grad(f), (x,), (v,))[1]


def _like(primal: Any, other: Any, what: str) -> list[Any]:
    """The leaves of `other`, in the precision of `primal`'s, once they are known to fit those."""
    mine, theirs = flatten(primal)[0], flatten(other)[0]
    if len(mine) != len(theirs) or any(
        np.shape(a) != np.shape(b) for a, b in zip(mine, theirs, strict=True)
    ):
        raise ShapeError(
            f"the {what} must have the structure and shapes of what they belong to, which are "
            f"{[np.shape(a) for a in mine]}, but have {[np.shape(b) for b in theirs]}"
        )
    return [np.asarray(b, dtype=_real(a))[()] for a, b in zip(mine, theirs, strict=True)]


def _real(value: Any) -> np.dtype[Any]:
    """float32 beside float32, else float64."""
    found = np.result_type(value)
    return found if found.kind == "f" else np.dtype(float)


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 and np.asarray(value).dtype == np.float64 else value
