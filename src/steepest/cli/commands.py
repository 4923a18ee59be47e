"""`at`, `derive` and `plot`: looking at a function."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from steepest.cli.program import program
from steepest.cli.words import as_json, ground, save_plot, say_notes, understand
from steepest.errors import VariableError

__all__ = ["at", "derive", "plot"]


@program.command()
@ground
@as_json
@click.option("--plot", metavar="FILE", help="draw the slope into a .png or .svg file")
def at(words: Sequence[str], as_json: bool, plot: str | None, **source: Any) -> None:
    """The slope at a point: value, partials, gradient, steepest slope, direction.

    \b
    Examples:
      steepest at "n**2 + 3*e**2 + sin(3*n)*e" n=2 e=1
      steepest at "x(t) = 5t^2 + 2t" t=3
      steepest at --terrain jacksboro n=9000 e=14000
    """
    function, point = understand(words, **source)
    if not as_json:
        say_notes(function)
    slope = function.at(**point)
    if as_json:
        data = {"formula": str(function), "notes": list(function.notes), **slope.as_data()}
        click.echo(json.dumps(data, ensure_ascii=False))
    else:
        click.echo(str(slope))
    save_plot(slope.plot() if plot else None, plot)


@program.command()
@ground
@as_json
@click.option(
    "--by",
    "by",
    multiple=True,
    metavar="NAME",
    help="differentiate by this variable; repeat for higher orders",
)
@click.option("--steps", is_flag=True, help="show the rules, one by one")
@click.option("--latex", is_flag=True, help="print LaTeX")
def derive(
    words: Sequence[str], by: Sequence[str], steps: bool, latex: bool, as_json: bool, **source: Any
) -> None:
    """Derivatives as formulas: all partials, or one with --by; with --steps, how it is found.

    \b
    Examples:
      steepest derive "n**2 + 3*e**2 + sin(3*n)*e"
      steepest derive "n**2 + 3*e**2 + sin(3*n)*e" --by n --steps
      steepest derive "x^3" --by x --by x
    """
    function, _ = understand(words, **source)
    wanted = (
        [function.derivative(*by)] if by else [function.derivative(v) for v in function.variables]
    )
    if not wanted:
        raise VariableError(
            f"{function.signature} depends on no variable, so there is nothing to differentiate by"
        )
    lessons = []
    if steps:
        before = function.derivative(*by[:-1]) if len(by) > 1 else function
        lessons = [before.derivation(v) for v in by[-1:] or function.variables]
    if as_json:
        found = [{"label": str(d.label), "formula": d.text, "latex": d.latex} for d in wanted]
        data: dict[str, Any] = {
            "formula": str(function),
            "notes": list(function.notes),
            "derivatives": found,
        }
        if steps:
            data["derivations"] = [lesson.as_data() for lesson in lessons]
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    say_notes(function)
    for i, lesson in enumerate(lessons):
        if i:
            click.echo()
        click.echo(lesson.latex if latex else str(lesson))
    if not steps:
        for d in wanted:
            click.echo(d._repr_latex_() if latex else repr(d))


@program.command()
@ground
@click.option(
    "-o",
    "--output",
    default="plot.png",
    show_default=True,
    metavar="FILE",
    help="a .png or .svg file",
)
@click.option(
    "--kind",
    type=click.Choice(["auto", "map", "surface"]),
    default="auto",
    help="for two variables: a map or a surface",
)
def plot(words: Sequence[str], output: str, kind: str, **source: Any) -> None:
    """Draw a function; with a point, its slope there.

    \b
    Examples:
      steepest plot "sin(x)/x" -o curve.png
      steepest plot "n**2 + 3*e**2 + sin(3*n)*e" n=2 e=1 -o slope.png
      steepest plot --terrain jacksboro -o mountain.svg
    """
    function, point = understand(words, **source)
    say_notes(function)
    options: dict[str, Any] = {} if kind == "auto" else {"kind": kind}
    axes = function.at(**point).plot(**options) if point else function.plot(**options)
    save_plot(axes, output)
