"""How arguments find a function's variables: by position, by name, in one dict or sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steepest.errors import VariableError

__all__ = ["bind", "listed", "number_of", "place", "real_value"]


def bind(
    signature: str, variables: Sequence[str], args: Sequence[Any], named: Mapping[str, Any]
) -> list[Any]:
    """The values in the order of the variables.

    Raises VariableError, in words that name the function by its `signature`, when they do not fit.
    """
    if len(args) == 1 and not named:
        single = args[0]
        if isinstance(single, Mapping):
            return bind(signature, variables, (), single)
        several = isinstance(single, (tuple, list, np.ndarray)) and len(variables) != 1
        if several and np.ndim(single):
            if len(single) != len(variables):
                raise _too_many(signature, variables, len(single))
            return bind(signature, variables, tuple(single), {})
    if len(args) > len(variables):
        raise _too_many(signature, variables, len(args))
    found = dict(zip(variables, args, strict=False))
    for name, value in named.items():
        place(signature, variables, name)
        if name in found:
            raise VariableError(f"{name!r} was given twice, by position and by name; leave one out")
        found[name] = value
    missing = [v for v in variables if v not in found]
    if missing:
        raise VariableError(
            f"{signature} needs a value for {listed(missing)}; write for instance {missing[0]}=1"
        )
    return [found[v] for v in variables]


def place(signature: str, variables: Sequence[str], name: str) -> int:
    """The place of a variable among all; raises VariableError when there is none of that name."""
    if name not in variables:
        have = f"its variables are {listed(variables)}"
        none = "it depends on no variable at all"
        raise VariableError(f"{signature} has no variable {name!r}; {have if variables else none}")
    return list(variables).index(name)


def real_value(value: Any, name: str) -> Any:
    """A number or array as floating point: float32 stays, integers become float64."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise VariableError(
            f"{name}={value!r} is ragged; give a number or an array of numbers"
        ) from None
    if array.dtype.kind not in "fiub":
        raise VariableError(
            f"{name}={value!r} is not a real number; give a number or an array of numbers"
        )
    return (array if array.dtype.kind == "f" else array.astype(np.float64))[()]


def _too_many(signature: str, variables: Sequence[str], given: int) -> VariableError:
    takes = number_of(len(variables), "number")
    return VariableError(f"{signature} takes {takes}, but {given} were given")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: n, e and t."""
    *others, last = names or ("none",)
    return f"{', '.join(others)} and {last}" if others else last


def number_of(n: int, what: str) -> str:
    """A count in words: two numbers."""
    words = ("no", "one", "two", "three", "four", "five")
    return f"{words[n] if n < len(words) else n} {what}{'' if n == 1 else 's'}"
