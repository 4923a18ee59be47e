"""One call's arguments.

The leaves that a graph takes as inputs, and all the rest, which belongs to the path.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from steepest.errors import VariableError
from steepest.sources.structure import Structure, flatten, promoted

__all__ = ["Arguments", "titles_of"]


@dataclass(frozen=True, eq=False)
class Arguments:
    """Arguments, flattened.

    `key` is what calls must have in common to share a path: structure, shapes, dtypes, plain
    values.
    """

    structure: Structure  # of (args, kwargs)
    values: tuple[Any, ...]  # the input leaves
    names: tuple[str, ...]
    differentiable: tuple[bool, ...]
    statics: tuple[
        tuple[int, Any], ...
    ]  # leaves that are not inputs, by their place among all leaves
    objects: tuple[
        tuple[str, Any], ...
    ]  # arguments that are no numbers: models, options, functions
    notes: tuple[str, ...]
    owners: tuple[
        int, ...
    ] = ()  # for each input leaf, the number of its argument: positional ones first, then named

    @property
    def key(self) -> Any:
        """What calls must have in common to share a path."""
        shapes = tuple(
            (np.shape(v), np.result_type(v).str, isinstance(v, np.ndarray)) for v in self.values
        )
        return (self.structure, shapes, self.statics)

    def call(
        self, leaves: Sequence[Any], copies: bool = True
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """(args, kwargs) with these input leaves.

        Arrays copied, so that a function that writes them does no harm.
        """
        every: list[Any] = [
            np.array(v) if copies and isinstance(v, np.ndarray) else v for v in leaves
        ]
        for place, value in self.statics:
            every.insert(place, value)
        args, kwargs = self.structure.unflatten(every)
        return args, kwargs

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        argnums: Sequence[int | str] | None,
    ) -> Arguments:
        """Flatten a call.

        Raises VariableError for an argument that `argnums` names and the call does not have.
        """
        leaves, structure = flatten((tuple(args), dict(kwargs)))
        positional, by_name = structure.children
        parts = [*positional.children, *by_name.children]
        titles = titles_of(function, len(args), list(kwargs))
        chosen = _chosen(titles, len(args), argnums)
        values, names, differentiable, statics, objects, notes, owners = [], [], [], [], [], [], []
        place = 0
        for owner, (part, title, wanted) in enumerate(zip(parts, titles, chosen, strict=True)):
            for name in part.names(title):
                leaf = leaves[place]
                if not wanted and isinstance(leaf, int):
                    statics.append((place, leaf))
                else:
                    value = promoted(leaf) if wanted else _as_given(leaf)
                    value = np.asarray(value) if isinstance(leaf, np.ndarray) else value
                    if wanted and np.result_type(leaf).kind != "f":
                        notes.append(
                            f"{name} was given as {np.result_type(leaf)}, and is taken as float64"
                        )
                    values.append(value)
                    names.append(name)
                    differentiable.append(wanted)
                    owners.append(owner)
                place += 1
            objects += _objects(part, title)
        return cls(
            structure,
            tuple(values),
            tuple(names),
            tuple(differentiable),
            tuple(statics),
            tuple(objects),
            tuple(notes),
            tuple(owners),
        )


def _as_given(leaf: Any) -> Any:
    return np.array(leaf) if isinstance(leaf, np.ndarray) else np.asarray(leaf)[()]


def _objects(part: Structure, name: str) -> list[tuple[str, Any]]:
    if part.static is not None:
        return [(name, part.static.value)]
    return [found for child in part.children for found in _objects(child, name)]


def titles_of(function: Callable[..., Any], count: int, keywords: list[str]) -> list[str]:
    """What each argument is called in the function's own words."""
    parameters = _parameters(function)
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    if not parameters and count == 1:
        plain = ["x"]
    extra = [f"{rest}[{i}]" for i in range(count - len(plain))]
    return [*plain[:count], *extra, *keywords]


_known: WeakKeyDictionary[Any, tuple[inspect.Parameter, ...]] = WeakKeyDictionary()


def _parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """The function's parameters: asked for once, since the answer takes as long as a small call."""
    try:
        found = _known.get(function)
    except TypeError:  # neither hashable nor weakly held
        return _asked(function)
    if found is None:
        found = _asked(function)
        with suppress(TypeError):
            _known[function] = found
    return found


def _asked(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    try:
        return tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # functions written in C do not all tell
        return ()


def _chosen(titles: list[str], count: int, argnums: Sequence[int | str] | None) -> list[bool]:
    if argnums is None:
        return [True] * len(titles)
    chosen = [False] * len(titles)
    for wanted in argnums:
        if isinstance(wanted, str):
            if wanted not in titles:
                raise VariableError(
                    f"there is no argument {wanted!r} in this call; it has "
                    f"{', '.join(titles) or 'none'}"
                )
            chosen[titles.index(wanted)] = True
        elif not -count <= wanted < count:
            raise VariableError(
                f"argument {wanted} was to be differentiated, but the call has {count} "
                "positional arguments"
            )
        else:
            chosen[wanted % count] = True
    return chosen
