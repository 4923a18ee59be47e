"""One call's arguments.

The leaves that a graph takes as inputs, and all the rest, which belongs to the path.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from types import FunctionType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from steepest.errors import VariableError
from steepest.graph.operation import FLOAT
from steepest.record import record
from steepest.sources.structure import Structure, flatten

__all__ = ["Arguments", "Layout", "Layouts", "titles_of"]

LAYOUTS = 256  # ways of calling that are remembered
Convert = Callable[[Any], Any]


class Kind:
    """What calls must have in common to share a path: structure, shapes, dtypes, plain values."""

    __slots__ = ("_hash", "key")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and self.key == other.key


@record()
class Layout:
    """All there is to know of a call but its numbers: worked out once for each way of calling."""

    kind: Kind
    structure: Structure  # of (args, kwargs)
    titles: tuple[str, ...]  # what each argument is called
    names: tuple[str, ...]  # what a user would write to reach each input leaf
    differentiable: tuple[bool, ...]
    owners: tuple[int, ...]  # for each input leaf, the number of its argument
    statics: tuple[tuple[int, Any], ...]  # leaves that are no inputs, by their place among all
    objects: tuple[tuple[str, Any], ...]  # arguments that are no numbers: models, functions
    notes: tuple[str, ...]
    converts: tuple[Convert, ...]  # from a leaf to the input's value, a copy; for inputs only

    def values(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The inputs' values, out of all leaves of a call."""
        if self.statics:
            dropped = {place for place, _ in self.statics}
            leaves = [v for i, v in enumerate(leaves) if i not in dropped]
        return tuple([convert(v) for convert, v in zip(self.converts, leaves, strict=True)])

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


@record()
class Arguments:
    """One call's arguments: their layout, and the numbers in them."""

    layout: Layout
    values: tuple[Any, ...]  # the input leaves


class Layouts:
    """The ways in which a function has been called, each looked into once.

    `argnums`: the positions (or names) of the arguments that will be differentiated; None, all.
    """

    def __init__(self, function: Callable[..., Any], argnums: Sequence[int | str] | None) -> None:
        self.function, self.argnums = function, argnums
        self._known: dict[Hashable, Layout] = {}

    def of(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Arguments, tuple[str, ...]]:
        """Take a call apart; with what there is to say on it, at the first call of its kind.

        Raises VariableError for an argument that `argnums` names and the call does not have.
        """
        leaves: list[Any] = []
        marks: list[Any] = []
        quick = tuple(marks) if _look((args, kwargs), leaves, marks) else None
        if quick is not None:
            layout = self._known.get(quick)
            if layout is not None:
                return Arguments(layout, layout.values(leaves)), ()
        leaves, structure = flatten((tuple(args), dict(kwargs)))
        whole = tuple([v for v in leaves if isinstance(v, int)])
        kinds = tuple(map(type, leaves))
        key = (structure, kinds, whole) if quick is None else quick
        layout = self._known.get(key)
        if layout is not None:
            return Arguments(layout, layout.values(leaves)), ()
        layout = _layout(self.function, self.argnums, len(args), list(kwargs), leaves, structure)
        if len(self._known) >= LAYOUTS:
            self._known.clear()
        self._known[key] = layout
        return Arguments(layout, layout.values(leaves)), layout.notes


def _look(nest: Any, leaves: list[Any], marks: list[Any], depth: int = 8) -> bool:
    """List the leaves of a nest, and marks that tell it from all others.

    False where it holds more than floats, arrays, lists, tuples and dicts: see `flatten`.
    """
    kind = type(nest)
    parts = nest
    if kind is dict:
        marks += (kind, len(nest), *nest)
        parts = nest.values()
    else:
        marks += (kind, len(nest))
    for part in parts:
        kind = type(part)
        if kind is np.ndarray:
            marks += (part.shape, part.dtype)
        elif kind is float or kind is np.float64:
            marks.append(kind)
        elif depth and (kind is dict or kind is list or kind is tuple):
            if not _look(part, leaves, marks, depth - 1):
                return False
            continue
        else:
            return False
        leaves.append(part)
    return True


def _layout(
    function: Callable[..., Any],
    argnums: Sequence[int | str] | None,
    count: int,
    keywords: list[str],
    leaves: list[Any],
    structure: Structure,
) -> Layout:
    positional, by_name = structure.children
    parts = [*positional.children, *by_name.children]
    titles = titles_of(function, count, keywords)
    chosen = _chosen(titles, count, argnums)
    names, differentiable, statics, objects, notes, owners, converts = [], [], [], [], [], [], []
    shapes = []
    place = 0
    for owner, (part, title, wanted) in enumerate(zip(parts, titles, chosen, strict=True)):
        for name in part.names(title):
            leaf = leaves[place]
            if not wanted and isinstance(leaf, int):
                statics.append((place, leaf))
            else:
                given = FLOAT if type(leaf) is float else np.result_type(leaf)
                if wanted and given.kind != "f":
                    notes.append(f"{name} was given as {given}, and is taken as float64")
                dtype = given if not wanted or given == np.float32 else FLOAT
                array = isinstance(leaf, np.ndarray)
                converts.append(functools.partial(np.array, dtype=dtype) if array else dtype.type)
                shapes.append((np.shape(leaf), dtype.str, array))
                names.append(name)
                differentiable.append(wanted)
                owners.append(owner)
            place += 1
        objects += _objects(part, title)
    fixed = tuple((place, type(value), value) for place, value in statics)
    return Layout(
        Kind((structure, tuple(shapes), fixed)), structure, tuple(titles), tuple(names),
        tuple(differentiable), tuple(owners), tuple(statics), tuple(objects), tuple(notes),
        tuple(converts),
    )  # fmt: skip


def _objects(part: Structure, name: str) -> list[tuple[str, Any]]:
    if part.static is not None:
        return [(name, part.static.value)]
    return [found for child in part.children for found in _objects(child, name)]


def titles_of(function: Callable[..., Any], count: int, keywords: list[str]) -> list[str]:
    """What each argument is called in the function's own words."""
    plain, rest, silent = _parameters(function)
    if silent and count == 1:
        plain = ("x",)
    extra = [f"{rest}[{i}]" for i in range(count - len(plain))]
    return [*plain[:count], *extra, *keywords]


class _Parameters(NamedTuple):
    """A function's parameters: those by position, what all others are called; whether it has none
    or does not tell.
    """

    plain: tuple[str, ...]
    rest: str
    silent: bool


_known: WeakKeyDictionary[Any, _Parameters] = WeakKeyDictionary()
VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def _parameters(function: Callable[..., Any]) -> _Parameters:
    """The function's parameters: asked for once, since the answer takes as long as a small call."""
    if type(function) is FunctionType and not function.__dict__:  # it wraps no other
        code = function.__code__
        if not code.co_flags & VARIABLE and not code.co_kwonlyargcount:
            return _Parameters(code.co_varnames[: code.co_argcount], "x", not code.co_argcount)
    try:
        found = _known.get(function)
    except TypeError:  # neither hashable nor weakly held
        return _asked(function)
    if found is None:
        found = _asked(function)
        with suppress(TypeError):
            _known[function] = found
    return found


def _asked(function: Callable[..., Any]) -> _Parameters:
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # functions written in C do not all tell
        parameters = ()
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return _Parameters(tuple(plain), rest, not parameters)


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
                f"argument {wanted} was to be differentiated (they count from 0), but this call "
                f"has {count} by position: {', '.join(titles[:count]) or 'none'}. Give it by "
                "position, or say by name in argnums which one it is"
            )
        else:
            chosen[wanted % count] = True
    return chosen
