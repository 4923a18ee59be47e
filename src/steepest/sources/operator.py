"""What operators return: a function again, whose paths become machine code where they are hot."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from steepest.errors import VariableError
from steepest.sources.capture.trace import current
from steepest.sources.piece import Piece
from steepest.sources.pieces import Argnums, Source
from steepest.sources.tiers import HOT, Compiled, Tiers

__all__ = ["Operator"]


class Operator(Source):
    """A derivative of a function: called like the function, and differentiated like it.

    `tracing` tells how the function was followed, and whether the slopes are exact; `compiled`
    tells of machine code, which paths become that are called more than HOT times.
    """

    direct: ClassVar[bool] = False  # said by a class itself: its calls may jump into machine code

    def __new__(cls, *_: Any) -> Self:
        """Of a type that can hold machine code; subclasses have methods of their own instead."""
        from steepest.native.leaf import leaf_of

        return object.__new__(leaf_of(cls) if vars(cls).get("direct") else cls)

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

    def __reduce__(self) -> tuple[Any, ...]:
        from steepest.native.leaf import has_room

        argnums = self.argnums[0] if self.single else self.argnums
        kind = type(self).__mro__[1] if has_room(self) else type(self)
        return kind, (self.source, argnums, self.what)

    def path(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Piece:
        """What one call runs."""
        return self.piece(args, kwargs, ())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The numbers; inside a function that is being followed, handles."""
        if current() is not None:
            return super().__call__(*args, **kwargs)
        return self._tiers.result(self, self.path(args, kwargs))

    def compile(self, *args: Any, **kwargs: Any) -> Compiled:
        """Make machine code now, for the path that a call with these arguments takes; otherwise
        that happens by itself once the path was called HOT times.

        >>> import steepest as st
        >>> slope = st.grad(lambda x: x**3)
        >>> told = slope.compile(2.0)  # 2 operations in 1,832 bytes of machine code, compiled ...
        >>> slope(2.0)
        12.0
        """
        self._tiers.compile(self, self.path(args, kwargs))
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
