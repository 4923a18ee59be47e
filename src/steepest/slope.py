"""A slope at a point: everything the derivative says about one place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest import compass
from steepest.errors import NotFiniteError, ShapeError, SteepestError, VariableError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steepest.function import Function

__all__ = ["Slope", "number", "slope_at"]

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Slope:
    """What a function does at one point.

    Fields (for a function f of variables x at a point p):
        value       f(p)
        partials    ∂f/∂xᵢ(p) by name
        gradient    ∇f(p), the partials as a vector, in the order of the variables
        magnitude   ‖∇f(p)‖, the steepest slope there is at p
        direction   the unit vector of steepest descent, −∇f/‖∇f‖; None on flat ground
        kink        True where the slope 0 is a convention: the tip of |w|; `flat` is True there too
        bearing     its compass bearing in degrees clockwise from north, where the
                    variables are a place on a map; else None
        angle       its angle in degrees from the first axis, for two variables; else None

    >>> import steepest as st
    >>> s = st.Function("n**2 + 3*e**2").at(n=2, e=1)
    >>> s.value, s.partials, s.compass
    (7.0, {'n': 4.0, 'e': 6.0}, 'south-west')
    """

    function: Function
    point: dict[str, float]
    value: float
    gradient: NDArray[np.float64]
    rounding: float  # how large a gradient may come from rounding the point itself
    kink: bool = False  # level only by agreement: the ground has an edge here, as |w| has at 0

    @property
    def partials(self) -> dict[str, float]:
        """The partial derivative by each variable: how fast the value grows that way while the
        others stay.
        """
        return dict(zip(self.point, (float(g) for g in self.gradient), strict=True))

    @property
    def magnitude(self) -> float:
        """The length of the gradient: the steepest slope."""
        return math.hypot(*self.gradient)

    @property
    def flat(self) -> bool:
        """Whether the ground is level here, to the rounding of the point: then there is no steepest
        direction.
        """
        return self.magnitude <= self.rounding

    @property
    def direction(self) -> NDArray[np.float64] | None:
        """The unit vector of steepest descent, −∇f/‖∇f‖; None on flat ground."""
        if self.flat:
            return None
        scaled = (
            self.gradient / np.abs(self.gradient).max()
        )  # so that tiny and huge gradients keep their direction
        return np.asarray(-scaled / math.hypot(*scaled)) + 0.0

    @property
    def bearing(self) -> float | None:
        """The compass bearing of steepest descent, in degrees clockwise from north."""
        axes, way = self.function.axes, self.direction
        return None if axes is None or way is None else compass.bearing(way[axes[0]], way[axes[1]])

    @property
    def compass(self) -> str | None:
        """The bearing as one of the eight compass words."""
        return None if self.bearing is None else compass.compass_word(self.bearing)

    @property
    def angle(self) -> float | None:
        """The angle of steepest descent in degrees from the first axis towards the second, for two
        variables.
        """
        way = self.direction
        return None if way is None or len(way) != 2 else compass.angle(way[0], way[1])

    @property
    def comparable(self) -> bool:
        """Whether height and distance are measured alike, so that a slope is also an angle and a
        percentage.
        """
        units = self.function.units
        if units:
            return len({units.get(k) for k in (*self.point, "value")}) == 1
        return self.function.axes is not None

    @property
    def degrees(self) -> float | None:
        """The steepest slope as an angle above the horizontal, where units agree."""
        return math.degrees(math.atan(self.magnitude)) if self.comparable else None

    @property
    def percent(self) -> float | None:
        """The steepest slope in percent: metres of height for each hundred metres, where units
        agree.
        """
        return 100 * self.magnitude if self.comparable else None

    def toward(self, way: str | float | Mapping[str, float] | Sequence[float]) -> float:
        """The slope in a direction: "south", a bearing in degrees, a vector or {"n": 1, "e": 1}.

        To the south it is −∂f/∂n, to the west −∂f/∂e; no direction is steeper than the gradient's.
        """
        vector = np.zeros(len(self.point))
        if isinstance(way, (str, int, float)):
            axes = self.function.axes
            if axes is None:
                raise VariableError(
                    f"{way!r} is a compass direction, but {', '.join(self.point)} are not known "
                    "to be north and east; "
                    "say so with Function(..., north=..., east=...), or give a vector"
                )
            if isinstance(way, str) and way not in compass.WORDS:
                raise VariableError(
                    f"{way!r} is not a compass word; use one of {', '.join(compass.WORDS)}"
                )
            degrees = 45.0 * compass.WORDS.index(way) if isinstance(way, str) else float(way)
            vector[list(axes)] = compass.bearing_vector(degrees)
        elif isinstance(way, Mapping):
            for name, step in way.items():
                vector[self.function.index(name)] = step
        else:
            vector[:] = way
        length = math.hypot(*vector)
        if not 0 < length < math.inf:
            raise VariableError(f"a direction needs a length, but {way!r} has length {length}")
        return float(self.gradient @ (vector / length))

    def tangent(self, *args: Any, **named: Any) -> Any:
        """The tangent line or plane, as a function: f(p) + ∇f(p)·(x − p)."""
        values = self.function.arguments(args, named)
        steps = (
            g * (v - p) for g, v, p in zip(self.gradient, values, self.point.values(), strict=True)
        )
        return self.value + sum(steps, start=0.0)

    @property
    def plane(self) -> str:
        """The tangent line or plane as a formula: 7 + 4·(n − 2) + 6·(e − 1)."""
        parts = [number(self.value)]
        for (name, p), g in zip(self.point.items(), self.gradient, strict=True):
            inside = name if p == 0 else f"({name} {'−' if p > 0 else '+'} {number(abs(p))})"
            parts.append(f"{'−' if g < 0 else '+'} {number(abs(g))}·{inside}")
        return " ".join(parts)

    def as_data(self) -> dict[str, Any]:
        """All fields as plain numbers, lists and text, ready for JSON."""
        way = self.direction
        return {
            "point": self.point,
            "value": self.value,
            "partials": self.partials,
            "gradient": [float(g) for g in self.gradient],
            "magnitude": self.magnitude,
            "flat": self.flat,
            "direction": None if way is None else [float(w) for w in way],
            "bearing": self.bearing,
            "compass": self.compass,
            "angle": self.angle,
            "degrees": self.degrees,
            "percent": self.percent,
            "tangent": self.plane,
        }

    def to_json(self) -> str:
        """`as_data` as a line of JSON."""
        import json

        return json.dumps(self.as_data())

    def rows(self) -> list[tuple[str, str]]:
        """What `print` shows, as pairs of a name and what there is to say."""
        f, one = self.function, len(self.point) == 1
        unit = f.units.get("value", "")
        place = ", ".join(f"{k} = {number(v)}" for k, v in self.point.items())
        rows = [("at", place), (f.signature, f"{number(self.value)} {unit}".strip())]
        d = "d" if one else "∂"
        rows += [(f"{d}{f.label}/{d}{name}", number(p)) for name, p in self.partials.items()]
        if self.flat:
            level = "flat ground: the slope is zero, so no direction is the steepest"
            edge = "a kink: the ground has an edge here, and 0 stands for its slope by convention"
            return [*rows, ("slope", edge if self.kink else level)]
        if one:
            name, step = next(iter(self.point)), self.direction
            way = "larger" if step is not None and step[0] > 0 else "smaller"
            rows.append(("downhill", f"towards {way} {name}"))
        else:
            rows.append(("gradient", f"[{', '.join(number(g) for g in self.gradient)}]"))
            also = (
                f" = {number(self.degrees, 3)}° = {number(self.percent, 3)} %"
                if self.degrees and self.percent
                else ""
            )
            rows.append(("steepest slope", f"{number(self.magnitude)}{also}"))
            rows.append(("steepest descent", self._way()))
        return [*rows, ("tangent line" if one else "tangent plane", self.plane)]

    def _way(self) -> str:
        assert self.direction is not None
        unit = f"[{', '.join(number(w) for w in self.direction)}]"
        if self.bearing is not None:
            return f"{unit}, to the {self.compass}, bearing {number(self.bearing, 4)}°"
        if self.angle is not None:
            return f"{unit}, {number(self.angle, 4)}° from the {next(iter(self.point))} axis"
        return unit

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:>{width}}  {said}" for name, said in rows)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from html import escape

        cells = "".join(
            f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in self.rows()
        )
        return f"<table>{cells}</table>"

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """A picture: the curve with its tangent, or the map with both partials and the green arrow
        of steepest descent.
        """
        from steepest.pictures import plot_slope

        return plot_slope(self, ax=ax, **options)


def number(value: float | None, digits: int = 6) -> str:
    """A number as people read it: six digits, a real minus sign, no trailing zeros."""
    if value is None:
        return "none"
    return f"{value:.{digits}g}".replace("-", "−")


def slope_at(function: Function, point: Sequence[float]) -> Slope:
    """Work out the slope of a function at a point.

    Raises NotFiniteError where value or gradient is not a finite number, naming the operation where
    that began.
    """
    if not function.variables:
        raise VariableError(
            f"{function.signature} depends on no variable: it is level everywhere, and has no "
            "slope to give"
        )
    if function.label.vector:
        raise ShapeError(
            f"{function.signature} is a vector; a slope belongs to a function with one number as "
            "its value"
        )
    value: Any = function(*point)
    if np.ndim(value):
        raise ShapeError(
            f"{function.signature} gives {np.shape(value)} numbers; a slope belongs to one. Use "
            ".jacobian"
        )
    if not isinstance(value, (float, np.floating, int, np.integer)):
        raise ShapeError(
            f"{function.signature} gives {type(value).__name__}, and a slope belongs to a real "
            "number: return one"
        )
    here = dict(zip(function.variables, point, strict=True))
    inside = bool(function.inside(*point))
    if not math.isfinite(value):
        raise NotFiniteError(_why(function, here, float(value), "value", inside))
    gradient = np.asarray(function.gradient(*point), dtype=float)
    for name, g in zip(here, gradient, strict=True):
        if not math.isfinite(g):
            raise NotFiniteError(_why(function, here, float(g), f"slope by {name}", inside))
    found = Slope(function, here, float(value), gradient, _rounding(function, point))
    return (
        replace(found, kink=True)
        if found.flat and _has_edge(function, point, float(value))
        else found
    )


def _has_edge(function: Function, point: Sequence[float], value: float) -> bool:
    """Whether level ground rises or falls at once to some side, as |w| does from 0.

    Over a step h a smooth function bends by f″·h², an edge by its slope times h: from one step to a
    step a hundred times shorter the first shrinks to 1/10000, the second to 1/100.
    """
    for i, p in enumerate(point):
        bends = []
        for h in (1e-3 * max(1.0, abs(p)), 1e-5 * max(1.0, abs(p))):
            sides = [[*point[:i], p + s * h, *point[i + 1 :]] for s in (-1, 1)]
            if not all(function.inside(*side) for side in sides):
                break
            bends.append(abs(sum(float(function(*side)) for side in sides) - 2 * value))
        if len(bends) == 2 and bends[1] > max(1e-3 * bends[0], 64 * EPS * abs(value)):
            return True
    return False


def _rounding(function: Function, point: Sequence[float]) -> float:
    """How far the gradient moves when the point moves by its own rounding: eps·Σ|Hᵢⱼ·xⱼ|."""
    try:
        curvature = np.abs(np.asarray(function.hessian(*point), dtype=float))
    except SteepestError:
        return 0.0
    bound = float(EPS * (curvature @ np.abs(point)).sum())
    return bound if math.isfinite(bound) else 0.0


def _why(
    function: Function, point: Mapping[str, float], found: float, what: str, inside: bool
) -> str:
    from steepest.nonfinite import birthplace

    place = ", ".join(f"{k} = {number(v)}" for k, v in point.items())
    said = "not a number" if math.isnan(found) else "infinite"
    if not inside:
        return f"{place} lies off the map of {function.label}; choose a point inside it"
    born = (
        birthplace(function.expression_at(list(point.values())), list(point.values()))
        if math.isnan(found) or what == "value"
        else None
    )
    because = (
        f": {born}" if born else ", as at a kink or a vertical tangent" if what != "value" else ""
    )
    return f"at {place} the {what} of {function.signature} is {said}{because}; choose another point"
