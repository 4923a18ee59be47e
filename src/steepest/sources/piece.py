"""A function's graph at one call: what it takes, what it gives, and what it rests on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from steepest.errors import VariableError
from steepest.graph.graph import Guard
from steepest.graph.node import Node, fresh
from steepest.record import each, record, replaced
from steepest.sources.capture.guards import Slot
from steepest.sources.once import program_once
from steepest.sources.structure import Structure, floating

if TYPE_CHECKING:
    from steepest.native.plan import Plan

__all__ = ["Piece"]


@record()
class Piece:
    """A function's graph at one call: what it takes, what it gives, and what it rests on."""

    inputs: tuple[Node, ...]
    values: tuple[Any, ...]  # of the inputs, at this call
    owners: tuple[int, ...]  # for each input, the number of its argument
    input_structure: Structure  # of (args, kwargs)
    titles: tuple[str, ...]  # what each argument is called
    outputs: tuple[Node, ...]
    output_structure: Structure
    captured: tuple[Node, ...] = ()  # what is read outside
    read: tuple[Any, ...] = ()  # and what was read there at this call
    readers: tuple[Callable[[], Any], ...] = ()  # how it is read
    # of what is read outside, the numbers: where each stands; None for arrays
    numbers: tuple[Slot | None, ...] = ()
    # whether such numbers may be any; before, a new one is compared with the function
    proved: Callable[[], bool] = lambda: True
    whole: bool = False  # an int is as good as a float to who calls
    slots: tuple[Slot, ...] = ()  # facts outside that are compared
    guards: tuple[Guard, ...] = ()  # conditions on values
    made: dict[Any, Any] = each(factory=dict)  # programs and nodes shared by all calls on this path
    # derivatives and programs of these nodes, shared by all pieces of one source
    shared: dict[Any, Any] = each(factory=dict)
    around: Mapping[Node, Node] = each(factory=dict)  # inside a trace: what the inputs are there

    def at(self, values: tuple[Any, ...], read: tuple[Any, ...]) -> Self:
        """This piece at another call on the same path."""
        other = object.__new__(type(self))  # without __init__: this is done at every call
        other.__dict__.update(self.__dict__)
        other.__dict__["values"], other.__dict__["read"] = values, read
        return other

    def with_outputs(self, outputs: tuple[Node, ...], structure: Structure, **more: Any) -> Piece:
        """Another function of the same inputs."""
        return replaced(self, outputs=outputs, output_structure=structure, made={}, **more)

    def chosen(self, argnums: Sequence[int | str], single: bool) -> tuple[list[int], Structure]:
        """The inputs that belong to some arguments, in order, and the structure these stand in."""
        positional, named = self.input_structure.children
        parts = [*positional.children, *named.children]
        owners = [self._owner(a) for a in argnums]
        by = [i for owner in owners for i, o in enumerate(self.owners) if o == owner]
        structures = tuple(floating(parts[o]) for o in owners)
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
            kinds = [n.dtype if n.dtype.kind == "f" else np.dtype(float) for n in like]
            self.made[key] = [
                fresh(f"d{n.op.name}", n.shape, kind) for n, kind in zip(like, kinds, strict=True)
            ]
        return self.made[key]  # type: ignore[no-any-return]

    def run(
        self, key: Any, outputs: Callable[[], Sequence[Node]], extra: Sequence[Node] = ()
    ) -> Callable[..., list[Any]]:
        """Outputs as a function of the extra inputs' values; prepared once for each key."""
        program = self.made.get(key)
        if program is None:
            given = (*self.inputs, *self.captured, *extra)
            program = self.made[key] = program_once(self.shared, given, outputs())
        return functools.partial(program, *self.values, *self.read)

    def computed(self) -> list[Any]:
        """The outputs at this call, by the graph."""
        program = self.made.get("value")
        if program is None:
            return self.run("value", lambda: self.outputs)()
        found: list[Any] = program(*self.values, *self.read)
        return found

    def planned(self, guards: Sequence[tuple[Node, Any]] = ()) -> Plan:
        """The outputs as straight-line code, which counts where the guards hold.

        Raises CompilationError where that cannot be written.
        """
        from steepest.native.plan import plan

        return plan((*self.inputs, *self.captured), self.outputs, guards=guards)

    def result(self, values: Sequence[Any]) -> Any:
        """Output values in the structure of the result; float64 scalars as Python floats."""
        if self.output_structure.dtype is not None:
            return _plain(values[0])
        return self.output_structure.unflatten([_plain(v) for v in values])


def _plain(value: Any) -> Any:
    if type(value) is np.float64:
        return float(value)
    array = np.array(value)
    if array.shape == ():
        return float(array) if array.dtype == np.float64 else array[()]
    return array
