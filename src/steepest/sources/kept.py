"""What is kept with a Python function: how it was followed, so that it is followed once."""

from __future__ import annotations

from types import FunctionType
from typing import Any

__all__ = ["Kept", "kept_with"]

NAME = "__steepest__"  # among the function's own attributes, so that it goes when they go


class Kept(dict[str, Any]):
    """Things made of one function, by name. A copied or pickled function starts without them."""

    def __init__(self, of: Any = None) -> None:
        super().__init__()
        self.of, self.was = of, _what_may_be_replaced(of)

    def __reduce__(self) -> tuple[Any, ...]:
        return Kept, ()

    def __deepcopy__(self, memo: Any) -> Kept:
        return Kept()


def kept_with(f: Any) -> Kept | None:
    """What is kept with a Python function or a Function; None for what may change like any object.

    >>> def f(x):
    ...     return x
    >>> kept_with(f) is kept_with(f), kept_with(len)
    (True, None)
    """
    if type(f) is not FunctionType and not hasattr(f, "expression_at"):
        return None
    found: Kept | None = vars(f).get(NAME)
    # functools.wraps copies attributes, and tools that load code again replace what it runs
    if found is None or found.of is not f or found.was != _what_may_be_replaced(f):
        found = vars(f)[NAME] = Kept(f)
    return found


def _what_may_be_replaced(f: Any) -> tuple[Any, ...]:
    """A function's code and its defaults, as they are now."""
    named = getattr(f, "__kwdefaults__", None) or {}
    code, defaults = (getattr(f, name, None) for name in ("__code__", "__defaults__"))
    return id(code), *map(id, defaults or ()), *((k, id(v)) for k, v in named.items())
