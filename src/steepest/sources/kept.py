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
        self.of = of

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
    if found is None or found.of is not f:  # functools.wraps copies attributes
        found = vars(f)[NAME] = Kept(f)
    return found
