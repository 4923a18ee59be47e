"""The front door: whatever a user calls a function, made ready. A formula, plain NumPy code, a
terrain.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steepest.errors import VariableError
from steepest.expression import Expression
from steepest.graph.node import variable
from steepest.record import each, record

if TYPE_CHECKING:
    from typing import Protocol

    class Root(Protocol):
        """What a function rests on."""

        def expression(self, values: Sequence[Any]) -> Expression:
            """The nodes that hold at these values of the variables."""

        def plain(self, values: Sequence[Any]) -> Any:
            """The value, by the shortest way."""

        @property
        def by_path(self) -> bool:
            """Whether the nodes may differ from point to point."""

        @property
        def always(self) -> Expression | None:
            """The nodes, when they are the same everywhere."""


__all__ = ["Entered", "enter"]


@record(eq=True)
class Entered:
    """A function that has come in."""

    name: str
    variables: tuple[str, ...]
    root: Root
    notes: tuple[str, ...] = ()
    units: Mapping[str, str] = each(factory=dict)
    inside: Callable[..., Any] | None = None


def enter(
    source: Any,
    variables: Sequence[str] | None,
    parameters: Mapping[str, float],
    strict: bool,
    pure: bool,
) -> Entered:
    """Recognise what was given and make it ready.

    Raises VariableError when it is nothing that can be a function, FormulaError when a formula
    cannot be read.
    """
    if isinstance(source, str):
        return _formula(source, variables, parameters)
    if parameters:
        raise VariableError(
            f'parameters ({", ".join(parameters)}) belong to formulas, as in Function("a*x**2", '
            "a=2); "
            "bind the arguments of a Python function with functools.partial"
        )
    if hasattr(source, "function_node"):
        return _terrain(source)
    if callable(source):
        return _code(source, variables, strict, pure)
    raise VariableError(
        f'a {type(source).__name__} is not a function: give a formula such as "n**2 + 3*e**2", a '
        "Python function, or a Terrain"
    )


@record(eq=True)
class Fixed:
    """The same nodes everywhere: a formula, a terrain."""

    always: Expression
    by_path: bool = False

    def expression(self, values: Sequence[Any]) -> Expression:
        return self.always

    def plain(self, values: Sequence[Any]) -> Any:
        return self.always(values)


def _formula(
    text: str, variables: Sequence[str] | None, parameters: Mapping[str, float]
) -> Entered:
    from steepest.sources.formula import parse

    formula = parse(text, variables=variables, parameters=parameters)
    shape = (len(formula.outputs),) if formula.vector else ()
    inputs = tuple(variable(v) for v in formula.variables)
    root = Fixed(Expression(inputs, tuple(formula.outputs), shape))
    return Entered(formula.name or "f", tuple(formula.variables), root, tuple(formula.notes))


def _terrain(terrain: Any) -> Entered:
    inputs = tuple(variable(v) for v in terrain.variables)
    root = Fixed(Expression(inputs, (terrain.function_node(*inputs),)))
    units = dict.fromkeys((*terrain.variables, "value"), "m")
    return Entered("elevation", tuple(terrain.variables), root, (), units, terrain.inside)


def _code(
    function: Callable[..., Any], variables: Sequence[str] | None, strict: bool, pure: bool
) -> Entered:
    from steepest.sources.code import Code

    names = tuple(variables) if variables is not None else _parameters_of(function)
    name = getattr(function, "__name__", "f")
    return Entered("f" if name == "<lambda>" else name, names, Code(function, names, strict, pure))


def _parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise VariableError(
            f'{function!r} does not tell its parameters; name them: Function(f, variables=("x", '
            '"y"))'
        ) from None
    return tuple(p.name for p in found if p.kind in kinds and p.default is inspect.Parameter.empty)
