"""Products of derivatives with vectors: `jvp`, `vjp`, `hvp`, without the matrix.

What they follow is kept with the function, and hot paths become machine code, as for `grad`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from steepest.calculus import derive
from steepest.errors import ShapeError, VariableError
from steepest.graph.node import Node
from steepest.operators import Differentiated
from steepest.record import replaced
from steepest.sources import within
from steepest.sources.capture.trace import Trace, current
from steepest.sources.kept import kept_with
from steepest.sources.operator import Operator
from steepest.sources.piece import Piece
from steepest.sources.pieces import Source, as_source
from steepest.sources.structure import Structure, flatten, floating
from steepest.sources.tiers import Compiled

__all__ = ["Along", "Back", "hvp", "jvp", "vjp"]


class Along(Operator):
    """How a function changes along a direction: a function of its arguments and of as many
    directions. `jvp` gives the value and its change, `hvp` the gradient's change.
    """

    direct = True

    def __init__(self, source: Source, what: str) -> None:
        super().__init__(source, 0, what)
        self._moved = Differentiated(source, 0, "grad") if what == "hvp" else source

    def __reduce__(self) -> tuple[Any, ...]:
        return Along, (self.source, self.what)

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The graph of the change, over the point and the direction."""
        count = len(args) // 2
        if kwargs or len(args) % 2 or (self.what == "hvp" and count != 1):
            raise VariableError(
                f"{self.__name__} takes the arguments and then a direction for each, as in "
                f"st.{self.what}(f)(x, dx), by their place; it was given {len(args)} by place and "
                f"{len(kwargs)} by name"
            )
        inner = self._moved.piece(args[:count], {}, tuple(range(count)))
        given, trace = _like(args[:count], args[count:], "tangents"), current()
        if trace is not None:
            return _at(self._along(inner), inner, given, trace)
        key = (Along, self.what)
        if key not in inner.made:
            inner.made[key] = self._along(inner)
        return _at(inner.made[key], inner, given, trace)

    def _along(self, inner: Piece) -> Piece:
        moved = inner.extra("tangents", inner.inputs)
        change = derive.jvp(inner.outputs, inner.inputs, moved)
        result = floating(inner.output_structure)
        if self.what == "hvp":
            return _with_directions(inner, moved, change, result)
        both = Structure(tuple, (0, 1), (inner.output_structure, result))
        return _with_directions(inner, moved, [*inner.outputs, *change], both)

    def __repr__(self) -> str:
        return f"{self.__name__}\n{self.tracing!r}"


class Back(Operator):
    """The value of a function, and what takes cotangents of the value back to the arguments."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, 0, "vjp")

    def __reduce__(self) -> tuple[Any, ...]:
        return Back, (self.source,)

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The function's own graph."""
        if kwargs:
            raise VariableError(f"{self.__name__} takes arguments by their place alone")
        return self.source.piece(args, {}, tuple(range(len(args))))

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The value, and the function from a cotangent to one for every argument."""
        piece, trace = self.piece(args, kwargs, ()), current()
        value = self._result(piece, trace)

        def pull(cotangent: Any) -> tuple[Any, ...]:
            given = _like(value, cotangent, "cotangent")
            found = self._result(_at(self._pulled(piece), piece, given, trace), trace)
            return tuple(found)

        return value, pull

    def compile(self, *args: Any, **kwargs: Any) -> Compiled:
        """Make machine code now, of the value and of the way back, for the path that a call with
        these arguments takes.
        """
        piece = self.piece(args, kwargs, ())
        for each in (piece, self._pulled(piece)):
            self._tiers.compile(self, each)
        return self.compiled

    def _result(self, piece: Piece, trace: Trace | None) -> Any:
        return self._tiers.result(self, piece) if trace is None else within.handed(trace, piece)

    def _pulled(self, piece: Piece) -> Piece:
        if Back not in piece.made:
            bars = piece.extra("cotangents", piece.outputs)
            back = derive.vjp(piece.outputs, piece.inputs, bars)
            piece.made[Back] = piece.with_outputs(
                tuple(back),
                floating(piece.input_structure.children[0]),
                inputs=(*piece.inputs, *bars),
            )
        found: Piece = piece.made[Back]
        return found

    def __repr__(self) -> str:
        return f"{self.__name__}\n{self.tracing!r}"


def _with_directions(
    inner: Piece, moved: Sequence[Node], outputs: Sequence[Node], result: Structure
) -> Piece:
    """A function of a path's arguments, and of a direction for each."""
    point = inner.input_structure.children[0]
    count = len(point.children)
    both = (*point.children, *floating(point).children)
    arguments = replaced(point, keys=range(2 * count), children=both)
    return inner.with_outputs(
        tuple(outputs),
        result,
        inputs=(*inner.inputs, *moved),
        owners=(*inner.owners, *(k + count for k in inner.owners)),
        input_structure=replaced(
            inner.input_structure, children=(arguments, inner.input_structure.children[1])
        ),
        titles=(*inner.titles, *(f"d{title}" for title in inner.titles)),
    )


def _at(piece: Piece, inner: Piece, given: Sequence[Any], trace: Trace | None) -> Piece:
    """A piece with directions at one call; in a trace the directions join it."""
    moved = piece.inputs[len(inner.inputs) :]
    if trace is None:
        directions = (within.cast(v, n.dtype) for v, n in zip(given, moved, strict=True))
        return piece.at((*inner.values, *directions), inner.read)
    values, around = within.joined(trace, moved, given)
    return replaced(piece, values=(*inner.values, *values), around={**inner.around, **around})


def _like(primal: Any, other: Any, what: str) -> list[Any]:
    """The leaves of `other`, once they are known to fit those of `primal`."""
    mine, theirs = flatten(primal)[0], flatten(other)[0]
    if len(mine) != len(theirs) or any(
        np.shape(a) != np.shape(b) for a, b in zip(mine, theirs, strict=True)
    ):
        raise ShapeError(
            f"the {what} must have the structure and shapes of what they belong to, which are "
            f"{[np.shape(a) for a in mine]}, but have {[np.shape(b) for b in theirs]}"
        )
    return theirs


# ---- the front doors


def _source(f: Any) -> Source:
    """The source of a function, with what was followed of it before."""
    if isinstance(f, Source):
        return f
    kept = kept_with(f)
    if kept is None:
        return as_source(f)
    if "source" not in kept:
        kept["source"] = as_source(f)
    source: Source = kept["source"]
    return source


def _kept(f: Any, what: str) -> Any:
    """The operator on a function that was made of it before, or a new one."""
    source = _source(f)
    held: dict[str, Operator] = vars(source).setdefault("products", {})
    if what not in held:
        held[what] = Back(source) if what == "vjp" else Along(source, what)
    return held[what]


NOTHING: Any = object()


@overload
def jvp(f: Callable[..., Any]) -> Along: ...
@overload
def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]: ...
def jvp(f: Callable[..., Any], primals: Any = (), tangents: Any = ()) -> Any:
    """Forward mode: the value, and how it changes along the tangents, J(x)·dx. Both in the
    structure of f's result.

    Without a point, a function of the arguments and of a tangent for each, `jvp(f)(x, dx)`, to hold
    as `hvp` tells.

    Raises ShapeError when tangents and primals differ in structure.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    primals, tangents = tuple(primals), tuple(tangents)
    if not primals and not tangents:
        return Along(as_source(f), "jvp")
    if len(primals) != len(tangents):
        raise ShapeError(
            f"jvp needs a tangent for each of the {len(primals)} primals, and {len(tangents)} came"
        )
    return _kept(f, "jvp")(*primals, *tangents)


@overload
def vjp(f: Callable[..., Any]) -> Back: ...
@overload
def vjp(
    f: Callable[..., Any], primal: Any, /, *primals: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...
def vjp(f: Callable[..., Any], *primals: Any) -> Any:
    """Reverse mode: the value, and a function from a cotangent ȳ (in the structure of the result)
    to x̄ = Jᵀ·ȳ.

    Without a point, a function of it, `vjp(f)(x)`, to hold as `hvp` tells.

    >>> value, pull = vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pull(1.0)
    (6.0, (3.0, 2.0))
    """
    return _kept(f, "vjp")(*primals) if primals else Back(as_source(f))


@overload
def hvp(f: Callable[..., Any]) -> Along: ...
@overload
def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any: ...
def hvp(f: Callable[..., Any], x: Any = None, v: Any = None) -> Any:
    """Hessian times a vector, H(x)·v, without the Hessian: forward mode over reverse mode. In the
    structure of x.

    What was followed is kept with the function, as `grad` keeps it, and what is called often is
    compiled. Without a point, a function of both comes back, to hold, to compile, to look into and
    to differentiate: `hvp(f)(x, v)`. Of a bound method or another object that is called, hold one:
    nothing is kept with these.

    >>> import numpy as np
    >>> def f(x):
    ...     return x[0] ** 2 * x[1]
    >>> hvp(f, np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    >>> bent = hvp(f)
    >>> bent(np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    array([4., 0.])
    """
    if x is None and v is None:
        return Along(as_source(f), "hvp")
    return _kept(f, "hvp")(x, v)
