"""Which picture belongs to what: the `.plot()` of functions, slopes and descents ends here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from steepest.landscape import (
    Sheet,
    Stretch,
    sample_curve,
    sample_sheet,
    stretch_around,
)
from steepest.pictures.canvas import PictureError
from steepest.pictures.curve import plot_curve
from steepest.pictures.map import plot_map
from steepest.pictures.steps import plot_values
from steepest.pictures.surface import plot_surface
from steepest.pictures.terrain import plot_terrain

__all__ = ["plot_descent", "plot_function", "plot_slope"]

Array = npt.NDArray[np.float64]
Stretches = Mapping[str, Stretch] | Sequence[Stretch] | None

FAR = 5.0  # a function is drawn from -5 to 5 where nothing else is said
NEAR = 4.0  # the surroundings of a point are at least this wide
NEAR_ON_A_MAP = 90  # and of a point on a terrain so many cells
WHOLE_MAP = 0.16  # the height of a block that shows a whole terrain, as a share of its side


def plot_function(
    function: Any,
    stretches: Stretches = None,
    *,
    kind: str = "map",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one variable as a curve, of two as a map or a mountain.

    Arguments:
        function: has `variables` and can be called with arrays.
        stretches: `(lowest, highest)` for each variable, by name or in order; from -5 to 5 if not
        given.
        kind: "map", or "surface" for a mountain seen from the side.
        title: the function's own formula if not given.

    Raises:
        PictureError: the function has no variable, or more than two, or more than one value.
    """
    _check_kind(kind)
    names = _one_or_two(function)
    heading = _heading(function) if title is None else title
    terrain = _terrain_of(function)
    if terrain is not None and stretches is None:
        if kind == "surface":
            sheet = Sheet.of_terrain(terrain)
            return plot_surface(sheet, title=heading, value_name="m", height=WHOLE_MAP, ax=ax)
        return plot_terrain(terrain, title=title, ax=ax)
    spans = _spans(names, stretches, dict.fromkeys(names, (-FAR, FAR)))
    if len(names) == 1:
        curve = sample_curve(function, names[0], spans[0])
        return plot_curve(curve, value_name=_name(function), title=heading, ax=ax)
    sheet = _sheet(function, names, spans)
    draw: Callable[..., Axes] = plot_surface if kind == "surface" else plot_map
    return draw(sheet, title=heading, ax=ax)


def plot_slope(
    slope: Any,
    stretches: Stretches = None,
    *,
    kind: str = "map",
    rate: float | None = None,
    uphill: bool = True,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a slope at a point: a tangent for one variable, the arrow of steepest descent for two.

    Arguments:
        slope: has `point`, `value`, `gradient` and `function`.
        rate: for one variable: draw also where a step of `-rate` times the slope leads.
        uphill: whether to draw the gradient beside its opposite, on maps.

    Otherwise as `plot_function`, around the point.
    """
    _check_kind(kind)
    function = slope.function
    names = _one_or_two(function)
    here = np.array([float(slope.point[name]) for name in names])
    gradient = np.asarray(slope.gradient, dtype=np.float64)
    if getattr(slope, "flat", False):
        gradient = np.zeros_like(gradient)  # what is left of it is rounding
    heading = _heading(function) if title is None else title
    terrain = _terrain_of(function)
    if terrain is not None and stretches is None and kind == "map":
        return plot_terrain(terrain, point=here, title=title, ax=ax)
    if len(names) == 1:
        after = None if rate is None else float(here[0] - rate * gradient[0])
        marked = [here[0]] if after is None else [here[0], after]
        around = {names[0]: stretch_around(marked, 0.6, NEAR)}
        curve = sample_curve(function, names[0], _spans(names, stretches, around)[0])
        return plot_curve(
            curve,
            point=(float(here[0]), float(slope.value)),
            slope=float(gradient[0]),
            after=None if after is None else (after, float(function(after))),
            value_name=_name(function),
            title=heading,
            ax=ax,
        )
    near = NEAR if terrain is None else NEAR_ON_A_MAP * terrain.spacing[0]
    around = {name: stretch_around([at], 0.0, near) for name, at in zip(names, here, strict=True)}
    sheet = _sheet(function, names, _spans(names, stretches, around))
    if kind == "surface":
        return plot_surface(
            sheet,
            point=here,
            gradient=gradient,
            value=float(slope.value),
            value_name=_name(function),
            title=heading,
            ax=ax,
        )
    return plot_map(sheet, point=here, gradient=gradient, uphill=uphill, title=heading, ax=ax)


def plot_descent(
    descent: Any,
    stretches: Stretches = None,
    *,
    kind: str = "map",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a walk on its curve or its map; of more than two variables, its value at every step.

    Arguments:
        descent: has `path` `(k, d)`, `values` `(k,)` and `names`; the land is taken from its
            `objective.function` (or, point by point, from `objective.value`).
        kind: "map", "surface", or "values" for the value per step whatever the number of variables.
    """
    _check_kind(kind, "values")
    path = np.asarray(descent.path, dtype=np.float64)
    values = np.asarray(descent.values, dtype=np.float64)
    names = tuple(descent.names)
    function = _land_of(descent, names)
    heading = (getattr(descent, "label", "") or "") if title is None else title
    if kind == "values" or function is None or len(names) > 2:
        record = getattr(descent, "record", None)
        return plot_values(
            values,
            steps=getattr(record, "t", None),
            ending=_ending(descent),
            ascent=getattr(descent, "sign", 1) < 0,
            title=heading,
            ax=ax,
        )
    terrain = _terrain_of(function)
    if terrain is not None and stretches is None and kind == "map":
        return plot_terrain(terrain, path=path, title=title, ax=ax)
    # As wide as it is long, unless that would leave most of the picture without a walk.
    reach = _reach(path)
    around = {
        name: stretch_around(along, 0.35, 1.7 * reach if 4 * np.ptp(along) > reach else 0.5 * reach)
        for name, along in zip(names, path[np.all(np.isfinite(path), axis=1)].T, strict=True)
    }
    spans = _spans(names, stretches, around)
    if len(names) == 1:
        curve = sample_curve(function, names[0], spans[0])
        return plot_curve(
            curve,
            path=path[:, 0],
            values=values,
            value_name=_name(function),
            title=heading,
            ax=ax,
        )
    sheet = _sheet(function, names, spans)
    if kind == "surface":
        return plot_surface(sheet, path=path, values=values, title=heading, ax=ax)
    return plot_map(sheet, path=path, title=heading, ax=ax)


def _check_kind(kind: str, *more: str) -> None:
    kinds = ("map", "surface", *more)
    if kind not in kinds:
        raise PictureError(f"there is no picture of kind {kind!r}; give one of {', '.join(kinds)}")


def _one_or_two(function: Any) -> tuple[str, ...]:
    names = tuple(function.variables)
    if not 1 <= len(names) <= 2:
        raise PictureError(
            f"a picture shows a function of one variable or two, and this one has {len(names)}"
            + (f" ({', '.join(names)}); fix all but two of them" if names else "")
        )
    return names


def _sheet(function: Any, names: Sequence[str], spans: Sequence[Stretch]) -> Sheet:
    axes = getattr(function, "axes", None)
    return sample_sheet(function, names, spans, _fineness(function), axes)


def _fineness(function: Any) -> int:
    """How many points a side a sheet may have, as one call for each of them costs time."""
    if isinstance(function, _PointByPoint):
        return 61
    return 241 if getattr(function, "at_once", True) else 121


def _spans(
    names: Sequence[str], stretches: Stretches, otherwise: Mapping[str, Stretch]
) -> list[Stretch]:
    if stretches is None:
        return [otherwise[name] for name in names]
    if isinstance(stretches, Mapping):
        strange = [name for name in stretches if name not in names]
        if strange:
            raise PictureError(
                f"there is no variable {strange[0]!r}; the function has {', '.join(names)}"
            )
        return [stretches.get(name, otherwise[name]) for name in names]
    given = np.asarray(stretches, dtype=np.float64).reshape(-1, 2)
    if len(given) != len(names):
        raise PictureError(
            f"{len(given)} stretches were given for {len(names)} variables ({', '.join(names)}); "
            "give (lowest, highest) for each"
        )
    return [(float(low), float(high)) for low, high in given]


def _reach(path: Array) -> float:
    finite = path[np.all(np.isfinite(path), axis=1)]
    return float(np.max(np.ptp(finite, axis=0), initial=0.0)) or 1.0 if finite.size else 1.0


class _PointByPoint:
    """A function of a flat vector, made to take arrays: one call a point, so for small pictures."""

    def __init__(self, value: Callable[[Array], float], names: tuple[str, ...]) -> None:
        self.value, self.variables = value, names

    def __call__(self, *arguments: npt.ArrayLike) -> Array:
        arrays = np.broadcast_arrays(*arguments)
        points = np.stack([a.ravel() for a in arrays], axis=1).astype(np.float64)
        return np.array([self.value(p) for p in points]).reshape(arrays[0].shape)


def _land_of(descent: Any, names: tuple[str, ...]) -> Any:
    objective = getattr(descent, "objective", None)
    for holder in (descent, objective):
        function = getattr(holder, "function", None)
        if function is not None and hasattr(function, "variables"):
            return function
    value = getattr(objective, "value", None)
    return None if value is None else _PointByPoint(value, names)


def _terrain_of(function: Any) -> Any:
    """The elevation map, if the function is one, and not a derivative of one."""
    if hasattr(function, "grid"):
        return function
    source = getattr(function, "source", None)
    return source if hasattr(source, "grid") and not getattr(function, "_steps", ()) else None


def _name(function: Any) -> str:
    return str(getattr(function, "signature", ""))


def _heading(function: Any) -> str:
    terrain = _terrain_of(function)
    text = str(function if terrain is None else terrain.name)
    return text if len(text) <= 60 and "\n" not in text and "object at" not in text else ""


def _ending(descent: Any) -> str:
    verdict = getattr(descent, "verdict", None)
    return str(verdict if verdict is not None else getattr(descent, "ending", "")).split("\n")[0]
