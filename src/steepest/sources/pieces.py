"""A function as operators see it: something that has a graph at every call, alone or inside another
trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import steepest.operations  # noqa: F401  (fills the registry of rows)
from steepest.errors import VariableError
from steepest.sources import within
from steepest.sources.capture import Followed, Path, Tracing
from steepest.sources.capture.trace import current
from steepest.sources.code import expression_of, piece_of
from steepest.sources.named import Named
from steepest.sources.piece import Piece
from steepest.sources.structure import flatten

__all__ = ["Argnums", "Source", "as_source"]

Argnums = int | str | Sequence[int | str]


class Source:
    """Something that has a graph at every call, and can therefore be differentiated and used inside
    a trace.
    """

    __name__: str

    @property
    def tracing(self) -> Tracing:
        """How the function was followed so far."""
        raise NotImplementedError

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The graph of the path that this call takes; integers in the arguments `argnums` become
        floats.
        """
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The numbers; inside a function that is being followed, handles."""
        trace = current()
        piece = self.piece(args, kwargs, ())
        if trace is None:
            return piece.result(piece.run("value", lambda: piece.outputs)())
        return within.handed(trace, piece)


class Code(Source):
    """A Python function in plain NumPy."""

    def __init__(self, function: Callable[..., Any], strict: bool, pure: bool) -> None:
        if not callable(function):
            remedy = (
                f"for a formula write st.Function({function!r}).gradient"
                if isinstance(function, str)
                else "differentiate the function first and call the result then: st.grad(f)(x)"
            )
            raise VariableError(
                f"a function is needed, but {type(function).__name__} was given; {remedy}"
            )
        self.function, self.strict, self.pure = function, strict, pure
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self._followed: dict[tuple[int | str, ...], Followed] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _code, (Named(self.function), self.strict, self.pure)

    @property
    def tracing(self) -> Tracing:
        """How the function was followed so far."""
        first = next(iter(self._followed.values()), None)
        return first.tracing if first is not None else Tracing(self.__name__)

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The graph of the path that this call takes."""
        trace = current()
        if trace is not None:
            if not self.pure:
                trace.do_not_keep(f"{self.__name__} was given with pure=False")
            return within.follow(trace, self.function, args, kwargs, argnums)
        followed = self._followed.get(argnums)
        if followed is None:
            wanted = tuple(dict.fromkeys(argnums))
            followed = self._followed.setdefault(
                wanted,
                Followed(self.function, strict=self.strict, pure=self.pure, argnums=wanted),
            )
            self._followed[argnums] = followed
        path = followed.path(args, kwargs)
        found: Piece | None = path.tape.made.get(Piece)
        if found is None:
            found = _opaque(path) if path.numerical else piece_of(path)
            if not path.numerical:
                path.tape.made[Piece] = found
        return found.at(path.given.values, () if path.numerical else path.captured)


def _code(named: Named, strict: bool, pure: bool) -> Code:
    return Code(named.function, strict, pure)


def _opaque(path: Path) -> Piece:
    """What could not be followed, as one node."""
    structure = flatten(path.plain(path.values)[0])[1]
    return Piece(
        path.inputs, (), path.owners, path.input_structure, path.given.layout.titles,
        expression_of(path).outputs, structure,
    )  # fmt: skip


class Formula(Source):
    """A Function whose nodes are the same everywhere: a formula or a terrain, with one argument a
    variable.
    """

    def __init__(self, function: Any) -> None:
        self.function = function
        self.__name__ = str(function.label)
        self._made: dict[Any, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Formula, (self.function,)

    @property
    def tracing(self) -> Tracing:
        """A formula is not traced."""
        return Tracing(self.__name__)

    def piece(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: tuple[int | str, ...]
    ) -> Piece:
        """The formula's nodes; arrays as arguments are for the function itself."""
        expression, trace = self.function.expression, current()
        if trace is not None:
            return within.place(
                trace, expression, self.function.arguments(args, kwargs, as_given=True)
            )
        values = self.function.arguments(args, kwargs)
        if any(np.ndim(v) for v in values) or expression.shape:
            raise VariableError(
                f"operators take {self.function.signature} at one point, with one number a "
                "variable; "
                "use its own .gradient, .jacobian and .hessian, which broadcast"
            )
        scalar = flatten(1.0)[1]
        named = flatten((tuple(float(v) for v in values), {}))[1]
        owners = tuple(range(len(values)))
        return Piece(
            expression.inputs, tuple(values), owners, named, self.function.variables,
            expression.outputs, scalar,
            made=self._made,
        )  # fmt: skip


def as_source(f: Any, *, strict: bool = False, pure: bool = True) -> Source:
    """Whatever an operator was given, as a source. What a Function was told stays true of it."""
    if isinstance(f, Source):
        return f
    if hasattr(f, "expression_at"):
        if not f.by_path:
            return Formula(f)
        return Code(f.source, strict or f.strict, pure and f.pure)
    return Code(f, strict, pure)
