"""Calls of a function at one point, which become machine code where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from steepest.expression import Expression
from steepest.graph.node import Node, make
from steepest.graph.operation import ROWS
from steepest.sources.entrance import enter
from steepest.written import Written

if TYPE_CHECKING:
    from steepest.sources.code import Code
    from steepest.sources.piece import Piece
    from steepest.sources.tiers import Compiled, Tiers

__all__ = ["Called"]

WORKED_OUT = {
    "_entered",
    "_known",
    "_tiers",
    "_calls",
    "_points",
    "gradient",
    "jacobian",
    "__steepest__",
}


class Called(Written):
    """What can be called at a point, by its nodes there: interpreted at first, then compiled."""

    direct: ClassVar[bool] = False  # said by a class itself: its calls may jump into machine code
    source: Any
    strict: bool
    pure: bool
    parameters: Mapping[str, float]
    _declared: tuple[str, ...] | None  # the variables as they were given
    _calls: int
    _tiers: Tiers | None  # None before the second call
    _points: dict[Any, Piece]

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Of a type that can hold machine code; subclasses have methods of their own instead."""
        from steepest.native.leaf import leaf_of

        return object.__new__(leaf_of(cls) if vars(cls).get("direct") else cls)

    # ---- copies and pickles
    def __reduce__(self) -> tuple[Any, ...]:
        """What it was made of, so that a copy or what is read from a pickle is made anew."""
        from steepest.native.leaf import has_room

        kind = type(self).__mro__[1] if has_room(self) else type(self)
        state = self._lasting()
        if self._entered.root.by_path:
            from steepest.sources.named import Named

            state["source"] = Named(self.source)
        return kind.__new__, (kind,), state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.source = getattr(self.source, "function", self.source)
        self._enter()

    def _lasting(self) -> dict[str, Any]:
        """What is not worked out from the rest."""
        return {k: v for k, v in vars(self).items() if k not in WORKED_OUT}

    def _enter(self) -> None:
        """Make the source ready."""
        self._entered = enter(self.source, self._declared, self.parameters, self.strict, self.pure)
        self._begin()

    def _begin(self) -> None:
        """Nothing is known of it yet, and nothing compiled."""
        self._known, self._tiers, self._calls = {}, None, 0

    @property
    def compiled(self) -> Compiled:
        """What has been compiled of calls at one point: operations, bytes, seconds, and the code;
        or why nothing was.

        >>> import steepest as st
        >>> slope = st.Function("x^3").gradient
        >>> slope.compiled
        no machine code: it was not called 16 times yet
        """
        from steepest.sources.tiers import HOT, Compiled

        if self._entered.root.by_path and not self._steps:
            return Compiled(reason="the value of Python code is what that code returns")
        found = Compiled() if self._tiers is None else self._tiers.compiled
        if found or found.reason:
            return found
        return Compiled(reason=f"it was not called {HOT} times yet")

    def _at_point(self, values: Sequence[Any]) -> tuple[Any] | None:
        """The value at one point by what becomes machine code; None where that is not for it."""
        if self._tiers is None:
            self._calls += 1
            if self._calls == 1:  # a single call is served sooner without
                return None
            from steepest.sources.tiers import Tiers

            self._tiers, self._points = Tiers(), {}
        piece = self._piece(values)
        return None if piece is None else (self._tiers.result(self, piece),)

    def _piece(self, values: Sequence[Any]) -> Piece | None:
        """What a call at these values computes; None for many points, and what has no graph."""
        root: Any = self._entered.root
        if root.by_path:
            code: Code = root
            return code.piece(values, self._steps, self._whole) if self._steps else None
        if not all(type(v) is np.float64 for v in values):
            return None
        if None not in self._points:
            from steepest.sources.piece import Piece
            from steepest.sources.structure import flatten

            base = root.expression(values)
            self._points[None] = Piece(
                base.inputs,
                (),
                tuple(range(len(values))),
                flatten(((1.0,) * len(values), {}))[1],
                self.variables,
                (self._whole(base),),
                flatten(1.0)[1],
                whole=True,
            )
        return self._points[None].at(tuple(values), ())

    def _whole(self, base: Expression) -> Node:
        """All outputs as one node: a number, or an array in the shape of the whole."""
        found = self._through(base)
        if not found.shape:
            return found.outputs[0]
        inner = found.outputs[0].shape
        whole = make(ROWS["stack"], found.outputs, axis=0)
        return make(ROWS["reshape"], (whole,), shape=(*found.shape, *inner))
