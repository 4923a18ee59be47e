"""A function's graph at one call: what it takes, what it gives, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from steepest.errors import VariableError
from steepest.graph.graph import Guard
from steepest.graph.node import Node, fresh
from steepest.graph.traverse import Program
from steepest.sources.capture.guards import Slot
from steepest.sources.structure import Structure

__all__ = ["Piece"]


@dataclass(frozen=True, eq=False)
class Piece:
    """A function's graph at one call: what it takes, what it gives, and what it rests on."""

    key: Any  # equal for all calls that take this path
    inputs: tuple[Node, ...]
    values: tuple[Any, ...]  # of the inputs, at this call
    owners: tuple[int, ...]  # for each input, the number of its argument
    input_structure: Structure  # of (args, kwargs)
    titles: tuple[str, ...]  # what each argument is called
    outputs: tuple[Node, ...]
    output_structure: Structure
    captured: tuple[tuple[Node, Callable[[], Any]], ...] = ()
    guards: tuple[Guard, ...] = ()
    slots: tuple[Slot, ...] = ()
    made: dict[Any, Any] = field(
        default_factory=dict
    )  # programs and nodes shared by all calls on this path
    around: Mapping[Node, Node] = field(
        default_factory=dict
    )  # inside a trace: what the inputs are there

    def at(self, other: Piece) -> Piece:
        """This piece at another call on the same path."""
        return replace(self, values=other.values)

    def with_outputs(self, outputs: tuple[Node, ...], structure: Structure) -> Piece:
        """Another function of the same inputs."""
        return replace(self, outputs=outputs, output_structure=structure, made={})

    def chosen(self, argnums: Sequence[int | str], single: bool) -> tuple[list[int], Structure]:
        """The inputs that belong to some arguments, in order, and the structure these stand in."""
        positional, named = self.input_structure.children
        parts = [*positional.children, *named.children]
        owners = [self._owner(a) for a in argnums]
        by = [i for owner in owners for i, o in enumerate(self.owners) if o == owner]
        structures = tuple(_promoted(parts[o]) for o in owners)
        return by, structures[0] if single else Structure(
            tuple, tuple(range(len(structures))), structures
        )

    def _owner(self, argument: int | str) -> int:
        """The number of an argument that is named by its position or by its name."""
        if isinstance(argument, int):
            return argument % len(self.input_structure.children[0].children)
        if argument not in self.titles:
            raise VariableError(
                f"there is no argument {argument!r} in this call; it has "
                f"{', '.join(self.titles) or 'none'}"
            )
        return self.titles.index(argument)

    def extra(self, what: str, like: Sequence[Node]) -> list[Node]:
        """Fresh inputs in the shapes of other nodes; the same ones at every call on this path."""
        key = (what, *like)
        if key not in self.made:
            self.made[key] = [fresh(f"d{n.op.name}", n.shape, n.dtype) for n in like]
        return self.made[key]  # type: ignore[no-any-return]

    def run(
        self, key: Any, outputs: Callable[[], Sequence[Node]], extra: Sequence[Node] = ()
    ) -> Callable[..., list[Any]]:
        """Outputs as a function of the extra inputs' values; prepared once for each key."""
        if key not in self.made:
            captured = [n for n, _ in self.captured]
            self.made[key] = Program((*self.inputs, *captured, *extra), outputs())
        read = [reader() for _, reader in self.captured]
        return lambda *more: self.made[key](*self.values, *read, *more)

    def result(self, values: Sequence[Any]) -> Any:
        """Output values in the structure of the result; float64 scalars as Python floats."""
        return self.output_structure.unflatten([_plain(v) for v in values])


def _promoted(structure: Structure) -> Structure:
    """The structure of the same nest of floating-point numbers."""
    if structure.is_leaf:
        kept = structure.dtype if structure.dtype in (np.float32, np.float64) else np.dtype(float)
        return replace(structure, dtype=kept)
    return replace(structure, children=tuple(_promoted(c) for c in structure.children))


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    if array.shape == ():
        return float(array) if array.dtype == np.float64 else array[()]
    return np.array(array)
