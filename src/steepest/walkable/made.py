"""What was compiled for walks on a function's paths, or why that cannot be; made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from steepest.errors import CompilationError
from steepest.expression import Expression
from steepest.walkable.symbolic import Symbols

__all__ = ["SHARED", "Own", "made"]

T = TypeVar("T")
Own = dict[Expression, dict[Any, Any]]

# Of each path by its key, as long as the path lives; a text says why it cannot be compiled.
SHARED: WeakKeyDictionary[Expression, dict[Any, Any]] = WeakKeyDictionary()


def made(expression: Expression, key: Any, settings: Symbols, own: Own, make: Callable[[], T]) -> T:
    """What was made under this key before, or is made now: shared by all walks, but `own` to one
    where its settings hold an object that may change.

    Raises CompilationError where it cannot be made.
    """
    kept = SHARED if settings.structure.lasting else own
    known = kept.setdefault(expression, {})
    if key not in known:
        try:
            known[key] = make()
        except CompilationError as error:
            known[key] = str(error)
    if isinstance(known[key], str):
        raise CompilationError(known[key])
    found: T = known[key]
    return found
