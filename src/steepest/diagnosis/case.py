"""The facts of one walk that verdicts are drawn from, and the words for them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from steepest.descent.numerals import number, point
from steepest.descent.record import Record, dense_tail
from steepest.descent.result import Descent
from steepest.descent.step import rate_at
from steepest.diagnosis import probes
from steepest.objective import Objective, Vector

__all__ = ["Case"]

DOWN = {"down": "down", "uphill": "uphill", "rose": "rose", "minimum": "minimum",
        "maximum": "maximum", "low": "low", "falling": "falling", "fell": "fell",
        "below": "below"}  # fmt: skip
UP = {"down": "up", "uphill": "downhill", "rose": "fell", "minimum": "maximum",
      "maximum": "minimum", "low": "high", "falling": "rising", "fell": "rose",
      "below": "above"}  # fmt: skip


class Case:
    """A walk under examination, seen as going down: an ascent is a descent of −f."""

    def __init__(self, descent: Descent, objective: Objective) -> None:
        self.descent = descent
        self.carry = descent.carry
        self.record = descent.record
        self.ground = objective if descent.sign > 0 else objective.negated()
        self.words = DOWN if descent.sign > 0 else UP
        self.monotone = bool(getattr(descent.method, "monotone", False))

    @property
    def x(self) -> Vector:
        """Where the walk ended."""
        return np.array(self.carry.last_x)

    @property
    def slope(self) -> float:
        """The largest component of the gradient at the end."""
        return float(np.max(np.abs(self.carry.last_g)))

    def value(self, f: Any) -> str:
        """A value of the function as text."""
        return number(self.descent.sign * float(f))

    def place(self, x: Any) -> str:
        """A point as text, with the variables' names."""
        return point(self.descent.names, x)

    def short(self, x: Vector) -> str:
        """A point without its name where there is one variable only."""
        return number(x[0]) if x.shape[0] == 1 else f"({', '.join(number(v, 4) for v in x[:4])})"

    @functools.cached_property
    def accepted(self) -> Record:
        """The record without refused trials."""
        r, keep = self.record, self.record.accepted
        return Record(r.t[keep], r.x[keep], r.f[keep], r.g[keep], r.accepted[keep],
                      r.lengths[keep], r.stride)  # fmt: skip

    @functools.cached_property
    def tail(self) -> Record:
        """The rows at the end that follow each other without a gap."""
        r, part = self.record, dense_tail(self.record)
        return Record(r.t[part], r.x[part], r.f[part], r.g[part], r.accepted[part],
                      r.lengths[part], r.stride)  # fmt: skip

    @functools.cached_property
    def scale(self) -> Vector:
        """What a long way is, in each variable: where it stands and how far it moved; 1 if at 0."""
        x = self.accepted.x
        scale = np.maximum(np.abs(self.x), np.ptp(x, axis=0))
        return np.where(scale > 0, scale, 1.0)

    @functools.cached_property
    def far(self) -> float:
        """The largest of the scales."""
        return float(np.max(self.scale))

    @functools.cached_property
    def on_a_map(self) -> bool:
        """Whether the ground is a map with edges, whose size is known."""
        return self._map_size is not None

    @property
    def reach(self) -> float:
        """How far the ground goes: the size of the map, or the largest of the scales."""
        return self._map_size or self.far

    @functools.cached_property
    def _map_size(self) -> float | None:
        function = getattr(self.descent.objective, "function", None)
        edges = getattr(getattr(function, "source", function), "bounds", None)
        if edges is None:
            return None
        return float(max(edges.north - edges.south, edges.east - edges.west))

    @functools.cached_property
    def bend(self) -> probes.Bend | None:
        """Curvature at the end, measured once."""
        return probes.bend(self.ground, self.x, self.scale)

    @property
    def steepest_bend(self) -> float | None:
        """The largest curvature measured along the moves, or at the end where they were too short
        to measure on; None if the ground never bends that way.
        """
        largest = self.carry.curvature[0]
        if largest == -np.inf and self.bend is not None:
            largest = self.bend.largest
        return largest if np.isfinite(largest) and largest > 0 else None

    @functools.cached_property
    def first_bend(self) -> float | None:
        """The largest curvature at the start; else along the first move that went up."""
        start = self.record.x[0]
        found = probes.bend(self.ground, np.array(start), np.where(start == 0, 1.0, np.abs(start)))
        largest = self.carry.uphill[4] if found is None else found.largest
        return largest if np.isfinite(largest) and largest > 0 else None

    def rate(self, t: int) -> float | None:
        """The rate of the move after evaluation t, where the method has one."""
        rate = getattr(self.descent.method, "rate", None)
        return None if rate is None else float(rate_at(rate, max(0, t)))

    def longest_rate(self, curvature: float) -> float | None:
        """The method's own limit on a bowl of this curvature."""
        limit = getattr(self.descent.method, "longest_rate", None)
        return float(limit(curvature)) if limit is not None and curvature > 0 else None

    @property
    def secant(self) -> float | None:
        """The newest curvature along the moves, where it is positive."""
        newest = self.carry.curvature[1]
        return newest if np.isfinite(newest) and newest > 0 else None

    def limit_text(self, limit: float) -> str:
        """2/curvature = 1, or the method's own limit."""
        if self.monotone:
            return f"2/curvature = {number(limit)}"
        return f"{number(limit)}, this method's limit for that curvature"

    @property
    def suggestion(self) -> str:
        """A rate to suggest, as the end of a sentence; "" without a curvature to go by."""
        k = self.steepest_bend
        return "" if k is None else f": 1/curvature = {number(1 / k, 3)} suits the bends on the way"

    @property
    def uphill_clause(self) -> str:
        """How many steps went up, as a sentence; "" if none did."""
        many = int(self.carry.uphill[0])
        if many == 0:
            return ""
        why = "" if self.monotone else ", as this method may"
        return f"{many:,} of its steps went {self.words['uphill']}{why}."

    def evidence(self, **more: Any) -> dict[str, Any]:
        """The numbers that every verdict carries, and those of this one."""
        largest = self.steepest_bend
        base: dict[str, Any] = {
            "steps": self.descent.steps,
            "evaluations": self.descent.evaluations,
            "value": self.descent.sign * self.carry.last_f,
            "slope": self.slope,
            "steps_uphill": int(self.carry.uphill[0]),
            "rate": self.rate(self.carry.t - 2),
        }
        if largest is not None:
            base["curvature_along_path"] = largest
            base["longest_rate"] = self.longest_rate(largest)
        return base | more
