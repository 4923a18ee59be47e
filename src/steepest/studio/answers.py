"""What a page may ask, and the answers. A worker runs these, one request at a time."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.basins import basins
from steepest.descent import METHODS, descend
from steepest.function import Function
from steepest.landscape import sample_curve, sample_sheet
from steepest.studio.ground import Grounds, described
from steepest.studio.lesson import Lessons
from steepest.studio.limits import LIMITS, LimitError, count_within, numbers_within
from steepest.studio.protocol import Request

__all__ = ["ASKS", "LONG", "Answer", "Room", "answer"]

Arrays = Mapping[str, NDArray[Any]]
Answer = tuple[Mapping[str, Any], Arrays]
TELLING = 0.1  # seconds between two lines of progress


@dataclass(frozen=True)
class Room:
    """What an answer may use: the functions, the lessons, and the way to the page while it works.

    tell(head)      sends progress; stopped() says whether the page wants no more of it
    """

    grounds: Grounds
    lessons: Lessons
    tell: Callable[[Mapping[str, Any]], None]
    stopped: Callable[[], bool]


def answer(request: Request, room: Room) -> Answer:
    """Answer one request.

    Raises SteepestError, whose sentence is for the reader, where there is no answer.
    """
    ask = ASKS.get(request.ask)
    if ask is None:
        raise LimitError(f"nothing is called {request.ask!r}; ask for {', '.join(ASKS)}")
    return ask(request.body, room)


def describe(body: Mapping[str, Any], room: Room) -> Answer:
    """Names, formulas and the tape of a function."""
    return described(room.grounds.find(body.get("of"))), {}


def at(body: Mapping[str, Any], room: Room) -> Answer:
    """Everything about the slope at one point."""
    function = room.grounds.find(body.get("of"))
    point = numbers_within(body.get("x"), len(function.variables), "x")
    found = function.at(*point)
    return {**found.as_data(), "kink": found.kink, "words": found.rows()}, {}


def grid(body: Mapping[str, Any], room: Room) -> Answer:
    """The land over a rectangle, or the curve over a stretch: heights for a picture."""
    function = room.grounds.find(body.get("of"))
    stretches = _stretches(body, function)
    count = count_within(body.get("count", 128), LIMITS.side, "count")
    if len(function.variables) == 1:
        curve = sample_curve(function, function.variables[0], stretches[0], max(2, count))
        return {"stretches": stretches}, {"heights": curve.y}
    sheet = sample_sheet(function, function.variables, stretches, max(2, count), function.axes)
    low, high = sheet.limits()
    head = {"order": sheet.order, "stretches": stretches, "low": low, "high": high,
            "spiky": sheet.spiky}  # fmt: skip
    return head, {"heights": sheet.heights.astype(np.float32)}


def methods(body: Mapping[str, Any], room: Room) -> Answer:
    """The methods there are, with what each can be told."""
    return {"methods": [_told(name, kind) for name, kind in METHODS.items()]}, {}


def _told(name: str, kind: type) -> dict[str, Any]:
    settings = [
        {"name": p.name, "value": p.default}
        for p in inspect.signature(kind).parameters.values()
        if isinstance(p.default, int | float)
    ]
    text = (inspect.getdoc(kind) or "").split("\n\n")[0]
    return {"name": name, "text": text, "formula": getattr(kind, "formula", ""),
            "settings": settings}  # fmt: skip


def walk(body: Mapping[str, Any], room: Room) -> Answer:
    """A walk down by any method, with its path, its values and the verdict on it."""
    function = room.grounds.find(body.get("of"))
    start = numbers_within(body.get("x"), len(function.variables), "x")
    steps = count_within(body.get("steps", 200), LIMITS.steps, "steps")
    told = time.monotonic()

    def going(place: Any) -> bool:
        nonlocal told
        now = time.monotonic()
        if now - told > TELLING:
            told = now
            room.tell({"progress": {"step": place.step, "value": place.value}})
        return room.stopped()

    found = descend(
        function,
        dict(zip(function.variables, start, strict=True)),
        method=_method(body),
        steps=steps,
        seconds=0.8 * LIMITS.long,
        callback=going,
        every=50,
        progress=False,
    )
    kept = found.accepted
    verdict = found.verdict
    head = {
        "steps": found.steps,
        "evaluations": found.evaluations,
        "ending": found.ending,
        "method": repr(found.method),
        "last": {"x": list(found.last.x.values()), "value": found.last.value},
        "best": {"x": list(found.best.x.values()), "value": found.best.value},
        "verdict": {"cause": verdict.cause, "sentence": verdict.sentence, "advice": verdict.advice},
    }
    thin = _thinned(int(kept.sum()))
    return head, {
        "path": found.path[kept][thin],
        "values": found.values[kept][thin],
        "t": found.record.t[kept][thin].astype(np.int32),
    }


def _thinned(count: int, most: int = 2_000) -> NDArray[np.int64]:
    """Which of many points are drawn: the first and the last, and evenly between."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _method(body: Mapping[str, Any]) -> Any:
    """The method that a request names, with its settings."""
    name = body.get("method", "gradient-descent")
    kind = METHODS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise LimitError(f"there is no method {name!r}; there are {', '.join(METHODS)}")
    settings = body.get("settings", {})
    known = set(inspect.signature(kind).parameters)
    if not isinstance(settings, Mapping) or not set(settings) <= known:
        raise LimitError(f"{name} can be told {', '.join(sorted(known))}")
    return kind(**{k: numbers_within([v], 1, k)[0] for k, v in settings.items()})


def rain(body: Mapping[str, Any], room: Room) -> Answer:
    """Which minimum a walk from each place of a rectangle comes down to."""
    function = room.grounds.find(body.get("of"))
    size = count_within(body.get("count", 96), LIMITS.starts, "count")
    found = basins(function, _stretches(body, function), size=max(2, size), steps=2_000)
    head = {"minima": found.minima, "values": found.shown, "shares": found.shares,
            "lost": found.lost, "rate": found.rate}  # fmt: skip
    return head, {"labels": found.labels.astype(np.int16)}


def check(body: Mapping[str, Any], room: Room) -> Answer:
    """Whether an answer to a lesson's exercise is right, by the engine."""
    return room.lessons.check(body.get("lesson"), body.get("answer")), {}


def _stretches(body: Mapping[str, Any], function: Function) -> list[tuple[float, float]]:
    given = body.get("stretches")
    count = len(function.variables)
    if not isinstance(given, list) or len(given) != count:
        raise LimitError(f"stretches must be {count} pairs [lowest, highest], one a variable")
    found = []
    for name, pair in zip(function.variables, given, strict=True):
        low, high = numbers_within(pair, 2, f"the stretch of {name}")
        if not low < high or not math.isfinite(high - low):
            raise LimitError(f"the stretch of {name} from {low:g} to {high:g} is empty")
        found.append((low, high))
    return found


ASKS: Mapping[str, Callable[[Mapping[str, Any], Room], Answer]] = {
    "describe": describe,
    "at": at,
    "grid": grid,
    "methods": methods,
    "walk": walk,
    "rain": rain,
    "check": check,
}
LONG = frozenset({"walk", "rain"})  # what may take longer than a moment
