"""Small immutable objects with named fields, made without generating code.

`dataclasses` writes and compiles the methods of each class when it is imported, which takes some
half a millisecond a class: as long as the first gradient of a process may take altogether. Records
share their methods instead. They are for classes inside; what a user holds may be a dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

__all__ = ["each", "record", "replaced"]

R = TypeVar("R")


class _Each:
    """The mark of a field whose default is made anew for each record."""

    def __init__(self, factory: Callable[[], Any], init: bool) -> None:
        self.factory, self.init = factory, init


_NONE: Any = object()  # where a field has no default


def each(*, factory: Callable[[], Any], init: bool = True) -> Any:
    """The default of a field that is made anew for each record; `init=False`: it is never given."""
    return _Each(factory, init)


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(each,))
def record(*, frozen: bool = True, eq: bool = False, kw_only: bool = False) -> Any:
    """A class whose annotated names are fields, given in this order or (`kw_only`) by name.

    A value in the class is a field's default, `each(factory=dict)` one that every record has for
    itself. Records are never changed, unless `frozen=False`, and equal to themselves alone, unless
    `eq=True`: then they are equal, and hash, by their fields. `__post_init__` runs at the end.

    >>> @record(eq=True)
    ... class Point:
    ...     n: float
    ...     e: float = 0.0
    >>> Point(1.0), Point(1.0) == Point(1.0, 0.0), replaced(Point(1.0), e=2.0).e
    (Point(n=1.0, e=0.0), True, 2.0)
    """

    def made(kind: type[R]) -> type[R]:
        names: dict[str, None] = {}
        for base in reversed(kind.__mro__):
            names.update(dict.fromkeys(base.__dict__.get("__annotations__", ())))  # noqa: RUF063  (it is quicker)
        kind.__record_fields__ = fields = tuple(names)  # type: ignore[attr-defined]
        methods: dict[str, Any] = {"__init__": _init(kind, fields, kw_only), "__repr__": _repr}
        if eq:
            methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
        if frozen:
            methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
        for name, method in methods.items():
            if name not in kind.__dict__:
                setattr(kind, name, method)
        return kind

    return made


def _init(kind: type, fields: tuple[str, ...], kw_only: bool) -> Callable[..., None]:
    """What fills the fields of one kind of record."""
    defaults = {name: getattr(kind, name, _NONE) for name in fields}
    anew = {name: d for name, d in defaults.items() if type(d) is _Each}
    shared = {n: d for n, d in defaults.items() if d is not _NONE and n not in anew}
    given = tuple([name for name in fields if name not in anew or anew[name].init])
    places = () if kw_only else given
    count, total, wanted = len(places), len(fields), frozenset(given)
    finish = getattr(kind, "__post_init__", None)

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        held = self.__dict__
        if len(args) < total:
            held.update(shared)
        held.update(zip(places, args))  # noqa: B905  (whether these are too many is asked below)
        if named or len(args) > count:
            twice = not named.keys().isdisjoint(places[: len(args)])
            if twice or len(args) > count or not wanted.issuperset(named):
                raise TypeError(
                    f"{kind.__name__} has the fields {', '.join(given)}, each given once"
                )
            held.update(named)
        if len(held) < total:
            for name in fields:
                if name not in held:
                    if name not in anew:
                        raise TypeError(f"{kind.__name__} needs a value for its field {name!r}")
                    held[name] = anew[name].factory()
        if finish is not None:
            finish(self)

    return __init__


def _values(held: Any) -> tuple[Any, ...]:
    return tuple([held.__dict__[name] for name in held.__record_fields__])


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.__record_fields__)
    return f"{type(self).__qualname__}({inside})"


def _eq(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return self is other or _values(self) == _values(other)


def _hash(self: Any) -> int:
    return hash(_values(self))


def _refuse(self: Any, name: str, *value: Any) -> None:
    raise AttributeError(f"{type(self).__name__} is never changed; make another one instead")


def replaced(held: R, **changes: Any) -> R:
    """Another record, with some fields changed."""
    fields: tuple[str, ...] = held.__record_fields__  # type: ignore[attr-defined]
    if not set(changes) <= set(fields):
        raise TypeError(f"{type(held).__name__} has the fields {', '.join(fields)}")
    other = object.__new__(type(held))
    other.__dict__.update({name: held.__dict__[name] for name in fields})
    other.__dict__.update(changes)
    return other
