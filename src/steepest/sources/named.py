"""A Python function on its way into a pickle: it goes by its name, as functions do."""

from __future__ import annotations

import copy
import importlib
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from steepest.errors import VariableError

__all__ = ["BY_VALUE", "Named"]

BY_VALUE = ("cloudpickle", "dill")  # these write down functions that have no name, too


class Named:
    """Something callable, as a copy or a pickle takes it along.

    A function that a decorator of ours stands for in its module, as in `@st.grad`, is found inside
    of what stands there. Raises VariableError where a function cannot be found by its name.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __deepcopy__(self, memo: dict[int, Any]) -> Named:
        return Named(copy.deepcopy(self.function, memo))

    def __reduce__(self) -> tuple[Any, ...]:
        function = self.function
        if not isinstance(function, FunctionType):
            return Named, (function,)
        place = function.__module__, function.__qualname__
        found = _standing(*place)
        if found is not function and _inside(found) is function:
            return _read, place
        if found is not function and not any(name in sys.modules for name in BY_VALUE):
            raise VariableError(
                f"{function.__qualname__} cannot be pickled: Python pickles a function by its "
                f"name, and that is not what {function.__module__} holds under this name; write "
                "it with def at the top of a module, bind values to it with functools.partial, "
                "or give a formula as text, as in st.Function('n**2 + e**2')"
            )
        return Named, (function,)


def _standing(module: str, name: str) -> Any:
    """What stands in a loaded module under a name; None where nothing does."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _inside(held: Any) -> Any:
    """The function that a Function, or what an operator returned, was made of."""
    from steepest.sources.pieces import Source

    while isinstance(held, Source) or hasattr(type(held), "expression_at"):
        held = held.source if hasattr(held, "source") else held.function
    return held


def _read(module: str, name: str) -> Named:
    importlib.import_module(module)
    return Named(_inside(_standing(module, name)))
