"""`descend`: walking down a function."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import click

from steepest.cli.program import program
from steepest.cli.words import as_json, ground, save_plot, say_notes, understand
from steepest.errors import VariableError
from steepest.function import Function

__all__ = ["descend"]

FAILED = 3
# Latitude and longitude of its north-eastern shoulder, at 1012 m.
CROSS_MOUNTAIN = (36.2000, -84.2292)


@program.command()
@ground
@as_json
@click.option(
    "--rate",
    type=float,
    help="the learning rate: step = rate · gradient  [default: 0.1; on a map, twice the distance "
    "of its points]",
)
@click.option("--steps", type=int, default=1000, show_default=True, help="at most this many steps")
@click.option(
    "--method",
    default="gradient-descent",
    show_default=True,
    help="gradient-descent, momentum, nesterov or adam",
)
@click.option("--seconds", type=float, help="at most this many seconds")
@click.option(
    "--tolerance",
    type=float,
    default=1e-8,
    show_default=True,
    help="stop where the gradient is this small",
)
@click.option("--up", is_flag=True, help="climb instead")
@click.option(
    "--save",
    metavar="FILE",
    help="keep the walk in a .npz file, from which steepest.resume goes on",
)
@click.option("--plot", metavar="FILE", help="draw the walk into a .png or .svg file")
def descend(
    words: Sequence[str],
    rate: float | None,
    steps: int,
    method: str,
    seconds: float | None,
    tolerance: float,
    up: bool,
    save: str | None,
    plot: str | None,
    as_json: bool,
    **source: Any,
) -> None:
    """Walk downhill from a point: w2 = w1 − rate · gradient, again and again.

    \b
    Examples:
      steepest descend "(w-3)^2" w=0 --rate 0.1
      steepest descend "n**2 + 3*e**2 + sin(3*n)*e" n=2 e=1 --rate 0.1 --plot path.png
      steepest descend --terrain jacksboro --plot mountain.png
    """
    from steepest.descent import ascend
    from steepest.descent import descend as walk_down

    function, point = understand(words, **source)
    if rate is not None and rate < 0:
        raise VariableError(
            f"--rate {rate:g} is negative and would walk uphill; to climb, write --up --rate "
            f"{-rate:g}"
        )
    options: dict[str, Any] = {
        "method": method,
        "rate": rate,
        "steps": steps,
        "seconds": seconds,
        "tolerance": tolerance,
    }
    if source["terrain"] is not None:
        options, point = on_terrain(function, source["terrain"], options, point)
    elif not point and function.variables:
        example = " ".join(f"{name}=1" for name in function.variables)
        raise VariableError(f"a walk needs a start; write it behind the function, as in {example}")
    if not as_json:
        say_notes(function)
    found = (ascend if up else walk_down)(
        function, point, progress=False if as_json else None, **options
    )
    if as_json:
        click.echo(json.dumps(walk_data(function, found), ensure_ascii=False))
    else:
        where = on_the_globe(function, found)
        if where:
            click.echo(f"{where[0]}\n")
        click.echo(found.table())
        click.echo()
        click.echo("\n".join([repr(found), *where[1:]]))
    if save:
        found.save(save)
        click.echo(f"walk: {save}", err=True)
    save_plot(found.plot() if plot else None, plot)
    if found.ending == "interrupted":
        raise SystemExit(130)
    if found.verdict.cause in FAILURES:
        raise SystemExit(FAILED)


FAILURES = frozenset({"diverging", "not finite"})


def on_terrain(
    function: Function, name: str, options: dict[str, Any], point: dict[str, float]
) -> tuple[dict[str, Any], dict[str, float]]:
    """On a map of metres a rate of 0.1 takes for ever: what is not said, the map suggests."""
    terrain = function.source
    if options["rate"] is None:
        options["rate"] = float(f"{2 * max(terrain.spacing):.1g}")
    if set(point) == {"lat", "lon"}:
        point = dict(
            zip(function.variables, terrain.locate(point["lat"], point["lon"]), strict=True)
        )
    if not point:
        if name != "jacksboro":
            raise VariableError("a walk needs a start; write it in metres, as in n=9000 e=14000")
        point = dict(zip(function.variables, terrain.locate(*CROSS_MOUNTAIN), strict=True))
    return options, point


def on_the_globe(function: Function, found: Any) -> list[str]:
    """Where a walk on a map began and ended, in degrees where they are known; [] elsewhere."""
    terrain = function.source
    if not hasattr(terrain, "coordinates"):
        return []
    (n, e), (last_n, last_e) = found.path[0], found.path[-1]
    begin, end = _degrees(terrain, n, e), _degrees(terrain, last_n, last_e)
    apart = math.hypot(last_n - n, last_e - e)
    return [
        f"{terrain.name}: n and e are metres north and east of the map's south-western corner\n"
        f"start at n = {n:.0f} m, e = {e:.0f} m{begin}, {found.values[0]:.0f} m high",
        f"  The end is {apart / 1000:.1f} km away{end}, {found.last.value:.0f} m high.",
    ]


def _degrees(terrain: Any, n: float, e: float) -> str:
    if terrain.south_west is None:
        return ""
    latitude, longitude = (float(d) for d in terrain.coordinates(n, e))
    north, east = "north" if latitude >= 0 else "south", "east" if longitude >= 0 else "west"
    return f" ({abs(latitude):.4f}° {north}, {abs(longitude):.4f}° {east})"


def walk_data(function: Function, found: Any) -> dict[str, Any]:
    """A walk as plain numbers and text."""
    verdict = found.verdict

    def place(p: Any) -> dict[str, Any]:
        return {"x": _plain(p.x), "value": p.value, "gradient": _plain(p.gradient), "step": p.step}

    return {
        "formula": str(function),
        "notes": list(function.notes),
        "method": repr(found.method),
        "steps": found.steps,
        "evaluations": found.evaluations,
        "ending": found.ending,
        "last": place(found.last),
        "best": place(found.best),
        "verdict": {
            "cause": verdict.cause,
            "sentence": verdict.sentence,
            "evidence": _plain(verdict.evidence),
            "advice": verdict.advice,
        },
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
