"""What was typed: the function, the point, the options that every command shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from steepest.errors import FormulaError, VariableError
from steepest.function import Function
from steepest.sources.file import load_code

__all__ = ["as_json", "ground", "save_plot", "say_notes", "understand"]


def ground(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which every command is told its function."""
    options = [
        click.argument("words", nargs=-1, metavar="[FUNCTION] [NAME=NUMBER]..."),
        click.option(
            "--terrain", metavar="MAP", help="an elevation map: jacksboro, or a .npz or .csv file"
        ),
        click.option(
            "--smooth", type=float, metavar="METRES", help="length over which the map is smoothed"
        ),
        click.option(
            "--let",
            "fixed",
            multiple=True,
            metavar="NAME=NUMBER",
            help="a fixed number in the formula",
        ),
        click.option("--variables", metavar="NAMES", help="the variables in order, as n,e"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


as_json = click.option("--json", "as_json", is_flag=True, help="print JSON instead of text")


def understand(
    words: Sequence[str],
    terrain: str | None,
    smooth: float | None,
    fixed: Sequence[str],
    variables: str | None,
) -> tuple[Function, dict[str, float]]:
    """The function and the point that a command line names."""
    point: dict[str, float] = {}
    for name, number in (_assignment(w) for w in words if _is_assignment(w)):
        if name in point:
            raise VariableError(f"{name} is given twice, {point[name]:g} and {number:g}; give one")
        point[name] = number
    rest = [w for w in words if not _is_assignment(w)]
    parameters = dict(_assignment(w) for w in fixed)
    names = tuple(v.strip() for v in variables.split(",")) if variables else None
    if terrain is not None:
        if rest:
            raise VariableError(
                f"{rest[0]!r} was given beside --terrain; give one function, a formula or a map"
            )
        return Function(load_terrain(terrain, smooth)), point
    if smooth is not None:
        raise VariableError("--smooth belongs to --terrain; a formula needs no smoothing")
    if len(rest) != 1:
        raise VariableError(
            'no function was given; write a formula in quotes, as in steepest at "n^2 + 3e^2" n=2 '
            "e=1"
            if not rest
            else f"{len(rest)} formulas were given ({', '.join(rest[:3])}); put one formula in "
            "quotes"
        )
    return understand_source(rest[0], names, parameters, point), point


def understand_source(
    source: str,
    names: tuple[str, ...] | None,
    parameters: Mapping[str, float],
    point: Mapping[str, float],
) -> Function:
    """A formula or file.py:name. A name given a value on the command line is a variable, e too."""
    if re.search(r"\.py:\w+$", source):
        return Function(load_code(source), names)
    if source.endswith(".py"):
        raise VariableError(
            f"{source!r} is a Python file; say which of its functions, as in {source}:loss"
        )
    options: dict[str, Any] = dict(parameters)
    if names is not None or not point:
        return Function(source, names, **options)
    try:
        found = Function(source, **options)
        if set(point) <= set(found.variables) or "e" not in point:
            return found
    except FormulaError:
        if "e" not in point:
            raise
    return Function(source, tuple(point), **options)


def _is_assignment(word: str) -> bool:
    return re.match(r"^\s*[^\W\d]\w*\s*=(?!=)", word) is not None


def _assignment(word: str) -> tuple[str, float]:
    """NAME=NUMBER; the number may be a formula without variables, such as pi/2."""
    name, equals, text = word.partition("=")
    if not equals:
        raise VariableError(f"{word!r} is not of the form NAME=NUMBER, such as a=2")
    try:
        return name.strip(), float(text)
    except ValueError:
        pass
    try:
        return name.strip(), float(Function(text, ())())
    except FormulaError as error:
        raise VariableError(
            f"{word}: {text.strip()!r} is not a number; write {name.strip()}=2, or a formula "
            f"without variables, such as {name.strip()}=pi/2"
        ) from error


def load_terrain(where: str, smooth: float | None) -> Any:
    """A map by its name (jacksboro) or from a file."""
    from steepest.sources.terrain import Terrain

    options = {} if smooth is None else {"smoothing": smooth}
    return Terrain.jacksboro(**options) if where == "jacksboro" else Terrain.load(where, **options)


def say_notes(function: Function) -> None:
    """How the formula was understood, on the error stream so that it never mixes with results."""
    for note in function.notes:
        click.echo(click.style("note: ", fg="yellow") + note, err=True)


def save_plot(axes: Any, where: str | None) -> None:
    """Write a picture, if one was asked for, and say where it is."""
    if where is None:
        return
    from steepest.pictures import save

    save(axes.figure, where)
    click.echo(f"picture: {where}", err=True)
