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
from steepest.landscape import Values, sample_curve, sample_sheet
from steepest.studio.ground import Grounds, described
from steepest.studio.lesson import Lessons
from steepest.studio.limits import LIMITS, LimitError, count_within, numbers_within
from steepest.studio.protocol import Request

__all__ = ["ASKS", "LONG", "Answer", "Arrays", "Room", "answer"]

Arrays = Mapping[str, NDArray[Any]]
Answer = tuple[Mapping[str, Any], Arrays]
TELLING = 0.1  # seconds between two lines of progress
FINER = 2  # how much finer each picture of basins is than the one before
COARSE = 20  # starts along a side of the first, at most


@dataclass(frozen=True)
class Room:
    """What an answer may use: the functions, the lessons, and the way to the page while it works.

    tell(head, arrays)      sends progress; stopped() says whether the page wants no more of it
    """

    grounds: Grounds
    lessons: Lessons
    tell: Callable[[Mapping[str, Any], Arrays], None]
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
    """The land over a rectangle, or the curve over a stretch: heights for a picture.

    Of more than two variables `pair` says which two are drawn; the others stay as they are in `x`.
    """
    function = room.grounds.find(body.get("of"))
    stretches = _stretches(body, function)
    count = count_within(body.get("count", 128), LIMITS.side, "count")
    if len(function.variables) == 1:
        curve = sample_curve(function, function.variables[0], stretches[0], max(2, count))
        return {"stretches": stretches}, {"heights": curve.y}
    pair = _pair(body, function)
    sheet = sample_sheet(
        _slice(function, body, pair),
        [function.variables[i] for i in pair],
        [stretches[i] for i in pair],
        max(2, count),
        function.axes if len(function.variables) == 2 else (1, 0),  # the first to the right
    )
    low, high = sheet.limits()
    order = [pair[i] for i in sheet.order]
    head = {"order": order, "stretches": stretches, "low": low, "high": high, "spiky": sheet.spiky}
    return head, {"heights": sheet.heights.astype(np.float32)}


def _pair(body: Mapping[str, Any], function: Function) -> tuple[int, int]:
    """The places of the two variables that are drawn."""
    count = len(function.variables)
    pair = body.get("pair", [0, 1])
    if (
        isinstance(pair, list)
        and len(pair) == 2
        and all(type(i) is int and 0 <= i < count for i in pair)
        and pair[0] != pair[1]
    ):
        return pair[0], pair[1]
    raise LimitError(f"pair must name two different variables by their places, 0 to {count - 1}")


def _slice(function: Function, body: Mapping[str, Any], pair: tuple[int, int]) -> Values:
    """The function of two variables that is left when all others are held."""
    count = len(function.variables)
    if count == 2 and pair == (0, 1):
        return function.over
    held: list[Any] = list(numbers_within(body.get("x"), count, "x"))

    def through(first: NDArray[Any], second: NDArray[Any]) -> Any:
        point = list(held)
        point[pair[0]], point[pair[1]] = first, second
        return function.over(*point)

    return through


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
            room.tell({"progress": {"step": place.step, "value": place.value}}, {})
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
        "verdict": {
            "cause": verdict.cause,
            "sentence": verdict.sentence,
            "evidence": verdict.evidence,
            "advice": verdict.advice,
        },
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
    """Which minimum a walk from each place of a rectangle comes down to.

    A coarse picture is told first and a finer one after it, each with four times the starts, as far
    as `count` along a side. Stopped, or where the next would take too long, the last one stands.
    """
    function = room.grounds.find(body.get("of"))
    size = max(2, count_within(body.get("count", 96), LIMITS.starts, "count"))
    stretches = _stretches(body, function)
    begun = time.monotonic()
    for side in _finer(size):
        before = time.monotonic()
        found = basins(function, stretches, size=side, steps=2_000)
        head = {"minima": found.minima, "values": found.shown, "shares": found.shares,
                "lost": found.lost, "rate": found.rate, "side": side}  # fmt: skip
        arrays = {"labels": found.labels.astype(np.int16)}
        now = time.monotonic()
        ahead = now - begun + FINER**2 * (now - before)
        if side == size or room.stopped() or ahead > 0.8 * LIMITS.long:
            break
        room.tell({**head, "progress": {"side": side, "of": size}}, arrays)
    return head, arrays


def _finer(size: int) -> list[int]:
    """Sides of grids, each twice as fine as the one before, up to `size`."""
    found = [size]
    while found[0] > COARSE:
        found.insert(0, -(-found[0] // FINER))
    return found


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
