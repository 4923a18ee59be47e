"""One call of a function with its author's derivative: arguments and results as flat vectors,
and the rule on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.operations.custom import Layout
from steepest.sources.given.rule import Call, Rule, as_python, unseen
from steepest.sources.structure import Structure, flatten

__all__ = ["Occasion"]


@dataclass(frozen=True, eq=False)
class Occasion:
    """One call: its arguments as leaves, how they stand, which of them move, and how the results
    stand.
    """

    rule: Rule
    structure: Structure  # of (primals, more)
    moving: tuple[int, ...]
    tangents: Layout
    result: Structure
    out: Layout

    def nest(self, leaves: Sequence[Any]) -> Any:
        """(primals, more)."""
        return self.structure.unflatten(list(leaves))

    def run(self, values: Sequence[Any]) -> Any:
        """The function, on copies, and its results in one array."""
        primals, more = self.nest([as_python(v) for v in values[: self.structure.count]])
        leaves, structure = flatten(unseen(self.rule.function, *primals, **more))
        wanted = [s.shape for s in self.result.leaves()]
        if [np.shape(v) for v in leaves] != wanted:
            raise ShapeError(
                f"{self.rule.name} gave shapes {[s.shape for s in structure.leaves()]} here and "
                f"{wanted} when it was followed; its shapes must depend on shapes alone"
            )
        return self.out.pack(leaves)

    def results(self, whole: Any) -> Any:
        """The results, or what belongs to them, in their own structure."""
        return self.result.unflatten(self.out.split(whole))

    def spread(self, whole: Any) -> Any:
        """Tangents in the structure of the primals: zero for integers, None for what is no
        number.
        """
        parts: list[Any] = [0.0] * self.structure.count
        for i, part in zip(self.moving, self.tangents.split(whole), strict=True):
            parts[i] = part
        zeros = [np.zeros(s.shape) if s.shape else 0.0 for s in self.structure.leaves()]
        filled = [
            p if i in self.moving else z for i, (p, z) in enumerate(zip(parts, zeros, strict=True))
        ]
        found, _ = self.nest(filled)
        return tuple(
            t if s.count else None
            for t, s in zip(found, self.structure.children[0].children, strict=True)
        )

    def gathered(self, cotangents: Sequence[Any]) -> Any:
        """What a vjp rule returned, in one vector."""
        parts: list[Any] = []
        for number, (bar, s) in enumerate(
            zip(cotangents, self.structure.children[0].children, strict=True)
        ):
            leaves = [0.0] * s.count if bar is None else flatten(bar)[0]
            fits = len(leaves) == s.count and all(
                np.shape(b) in ((), mine.shape) for b, mine in zip(leaves, s.leaves(), strict=True)
            )
            if not fits:
                raise ShapeError(
                    f"the vjp rule of {self.rule.name} gave shapes {[np.shape(b) for b in leaves]} "
                    f"for argument {number}, which has {[m.shape for m in s.leaves()]}: "
                    "a cotangent has the shape of its argument"
                )
            parts += leaves
        parts += [0.0] * self.structure.children[1].count
        return self.tangents.pack([parts[i] for i in self.moving])

    def changed(self, call: Call, leaves: Sequence[Any], y: Any, dx: Any) -> Any:
        """J·dx in one array, by the author's rule."""
        assert self.rule.forward is not None
        primals, more = self.nest(leaves)
        found = flatten(self.rule.forward(call, primals, self.results(y), self.spread(dx), more))[0]
        wanted = [s.shape for s in self.result.leaves()]
        fits = len(found) == len(wanted) and all(
            np.shape(f) in ((), w) for f, w in zip(found, wanted, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"the rule of {self.rule.name} gave a tangent of shapes "
                f"{[np.shape(f) for f in found]} for a result of shapes {wanted}: "
                "they must be the same"
            )
        return self.out.pack(found)

    def turned(self, call: Call, leaves: Sequence[Any], y: Any, y_bar: Any) -> Any:
        """Jᵀ·ȳ in one array, by the author's rule."""
        assert self.rule.backward is not None
        primals, more = self.nest(leaves)
        return self.gathered(
            self.rule.backward(call, primals, self.results(y), self.results(y_bar), more)
        )

    def forward(self, dx: Any, values: Sequence[Any], y: Any) -> Any:
        """The rule on plain numbers."""
        return self.changed(plainly, values[: self.structure.count], y, dx)

    def backward(self, y_bar: Any, values: Sequence[Any], y: Any) -> Any:
        """The rule turned round, on plain numbers: by the author's own, or column by column."""
        if self.rule.backward is not None:
            return self.turned(plainly, values[: self.structure.count], y, y_bar)
        columns = []
        for k in range(int(np.prod(self.tangents.shape, dtype=int))):
            unit = np.zeros(self.tangents.shape, self.tangents.dtype)
            unit.reshape(-1)[k] = 1
            columns.append(np.sum(self.forward(unit[()], values, y) * y_bar))
        return np.reshape(np.array(columns, self.tangents.dtype), self.tangents.shape)[()]


def plainly(function: Call, *args: Any, **named: Any) -> Any:
    return function(*args, **named)
