"""The descents that other libraries call by one name, through the front door: each its own cause.

The list, and what SciPy 1.17 says of each, are in the needs that this project began with: of the
first eight, five get "precision loss" and three "success", two of those without having moved.
Where each must end is known from the mathematics of the function, not from a run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import steepest as st

RNG = np.random.default_rng(7)
F32 = np.float32


@st.custom_derivative(partials=[lambda x, y, out: 2 * x, lambda x, y, out: -4 * y])
def wrong_by_y(x: Any, y: Any) -> Any:
    return x**2 + 2 * y**2


def rosenbrock(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def noisy(x: Any) -> Any:
    return x @ x + 1e-3 * RNG.normal()


def single(x: Any) -> Any:
    return np.sum((x.astype(F32) - F32(3)) ** 2)


@dataclass(frozen=True)
class Need:
    """A descent; the cause to be given; what its words must name; where it must end, if it must."""

    f: Any
    start: Any
    cause: str
    words: tuple[str, ...]
    advice: str
    settings: dict[str, Any] = field(default_factory=dict)
    end: Any = None


def hill_and_edge() -> Any:
    """A slope of 1 in 10 down to the west; the map ends before the ground does."""
    return st.Terrain([[0, 1, 2, 3, 4, 5]] * 6, spacing=10)


EIGHT: dict[str, Need] = {
    "wrong gradient": Need(
        wrong_by_y, (1.0, 1.0), "wrong gradient",
        ("furthest off by y", "4 by the values and −4 by the gradient"), "check_grad",
    ),
    "unbounded below": Need(
        "-x^3 + x", 2.0, "unbounded", ("no minimum", "it fell from −6 to", "does not bend back"),
        "sign",
    ),
    "kink": Need(
        "|x| + |y - 1|", (3.0, -2.0), "kink",
        ("slope along the step changes from −1.414 to 1.414",),
        "Exponential(0.1", {}, (0.0, 1.0),
    ),
    "noise": Need(
        noisy, np.ones(2), "not repeatable", ("does not repeat itself", "asked again"), "seed"
    ),
    "tolerance too tight": Need(
        rosenbrock, np.array([-1.2, 1.0]), "converged", ("to the last digits that float64 holds",),
        "", {"rate": 1.9e-3, "tolerance": 1e-300, "steps": 80_000, "method": "momentum"},
        (1.0, 1.0),
    ),
    "large offset": Need(
        lambda x: 1e10 + x @ x, np.array([1.0, 2.0]), "converged", ("f = 1e10", "curvature 2"), "",
        {}, (0.0, 0.0),
    ),
    "float32": Need(
        single, np.array([1.0, 2.0], dtype=F32), "converged", ("curvature 2",), "", {}, (3.0, 3.0)
    ),
    "steps": Need(
        lambda x, y: np.floor(x) ** 2 + y**2, (2.5, 1.0), "level",
        ("level along (1, 0)", "as far as 0.25", "Further along, f is lower"), "other starts",
    ),
}  # fmt: skip

MORE: dict[str, Need] = {
    "a start on a saddle": Need(
        "x^2 - y^2 + y^4", {"x": 1.0, "y": 0.0}, "saddle",
        ("not a minimum", "It is a saddle", "along (0, 1)", "from −2 to 2"), "a little to the side",
    ),
    "a saddle without curvature": Need(
        "x^2 + y^4 - z^4", (1.0, 0.0, 0.0), "saddle",
        ("not a minimum", "curvature shows nothing along (0, 0, 1)"), "z = 0.01",
    ),
    "a plateau": Need(
        "1/(1 + exp(-x))", 20.0, "plateau", ("steepest slope there is 2.06e−9", "x = 0", "0.5"),
        "saturated",
    ),
    "a plateau, quite flat": Need(
        lambda x, y: 0 * x + 0 * y + 1.0, (1.0, 1.0), "flat start", ("already flat", "level along"),
        "Start somewhere else",
    ),
    "a rate beyond 2/L": Need(
        "(w - 3)^2", 5.0, "diverging", ("2/curvature = 1, and it is 1.1", "1.2 times as long"),
        "1/curvature = 0.5", {"rate": 1.1},
    ),
    "a rate of 2/L": Need(
        "(w - 3)^2", 5.0, "bouncing", ("5 → 1 → 5", "below 2/curvature = 1"), "0.5", {"rate": 1.0}
    ),
    "a rate beyond 2/L at first": Need(
        "w^4/4 - w", 2.4, "uphill",
        ("went uphill, the first at step 1", "over a bend", "ended on flat ground"), "1/curv",
        {"rate": 0.36},
    ),
    "a rate far too small": Need(
        "(w - 3)^2", 5.0, "rate too small", ("rate 1e−6", "0.0002", "4e−6 long"),
        "1/curvature = 0.5", {"rate": 1e-6, "steps": 50},
    ),
    "an ill-conditioned valley": Need(
        "(x + y)^2 + 1000(x - y)^2", (1.0, 0.5), "ill-conditioned",
        ("1000 times as much across as along", "4000 and 4"), "√1000 = 32 times", {"rate": 4e-4},
    ),
    "NaN on the way": Need(
        lambda x: np.log(x) + x, 0.5, "not finite",
        ("step 2 leads to x = −0.4, where f = NaN", "last good point is x = 0.2"), "why_not_finite",
    ),
    "infinity on the way": Need(
        lambda x: x if x > 0.25 else np.inf, 0.5, "not finite",
        ("step 3 leads to x = 0.2", "f = ∞"), "smaller rate", {"rate": 0.1},
    ),
    "a budget that ran out": Need(
        "(w - 3)^2", 5.0, "budget", ("20 steps ran out", "about 69 more steps"), "steps=69",
        {"steps": 20},
    ),
    "badly scaled variables": Need(
        lambda a, b: (a * 1e-3 - 1) ** 2 + (b * 1e3 - 1) ** 2, (0.0, 0.0), "badly scaled",
        ("1e12 times as much by b as by a", "suits b alone"), "a = 1000000·u", {"rate": 1e-7},
    ),
    "an edge that holds the minimum": Need(
        hill_and_edge(), (25.0, 25.0), "left the map", ("leave the map", "still falling"), "edge",
        {"rate": 50.0},
    ),
    "the plain good case": Need(
        "(w - 3)^2", 5.0, "converged", ("Converged after 89 steps", "(curvature 2)"), "", {}, 3.0
    ),
}  # fmt: skip
NEEDS = EIGHT | MORE


@functools.cache
def walk(name: str) -> st.Descent:
    need = NEEDS[name]
    with np.errstate(all="ignore"):
        return st.descend(need.f, need.start, **need.settings)


@pytest.mark.parametrize("name", NEEDS)
def test_each_has_its_cause_its_evidence_and_its_advice(name: str) -> None:
    need, d = NEEDS[name], walk(name)
    verdict = d.verdict
    assert verdict.cause == need.cause, d
    for words in need.words:
        assert words in verdict.sentence, verdict.sentence
    assert need.advice in verdict.advice, verdict.advice
    assert bool(verdict.advice) is (verdict.cause != "converged")
    if need.end is not None:
        found = np.ravel(d.x if need.cause == "converged" else d.best.x)
        np.testing.assert_allclose(found, np.ravel(need.end), atol=1e-7)


def test_none_of_them_sounds_like_another() -> None:
    """The same word only for the same thing: four minima, two saddles, NaN and infinity."""
    found = {name: walk(name).verdict for name in NEEDS}
    shared = {"converged": 4, "saddle": 2, "not finite": 2}
    for cause in {verdict.cause for verdict in found.values()}:
        assert sum(v.cause == cause for v in found.values()) == shared.get(cause, 1), cause
    for verdict in found.values():
        assert ("Converged" in verdict.sentence) is (verdict.cause == "converged")


Degenerate = tuple[Callable[[Any], Any], int, str]
SHAPES: dict[str, Degenerate] = {
    "a minimum of fourth order": (lambda x: np.sum(x**4), 4, "minimum"),
    "one of five falls": (lambda x: np.sum(x[:4] ** 4) - x[4] ** 4, 5, "saddle"),
    "falls between the axes": (lambda x: (x[0] + x[1]) ** 4 - 30 * (x[0] * x[1]) ** 2, 2, "saddle"),
    "a monkey saddle": (lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, 2, "saddle"),
    "Peano's, a minimum along every line": (
        lambda x: (x[0] - x[1] ** 2) * (x[0] - 2 * x[1] ** 2), 2, "saddle",
    ),
    "a valley that curves": (lambda x: (x[0] - x[1] ** 2) ** 2, 2, "level"),
    "a maximum of fourth order": (lambda x: -np.sum(x**4), 3, "maximum"),
    "flat all over": (lambda x: 0.0 * np.sum(x), 3, "level"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_flat_place_without_curvature_is(name: str) -> None:
    """Peano's surface (1884): its minimum along every straight line through 0 is no minimum."""
    f, n, shape = SHAPES[name]
    verdict = st.descend(f, np.zeros(n)).verdict
    assert verdict.cause == "flat start" and verdict.evidence["shape"] == shape, verdict
    aside = verdict.evidence["aside"]
    if shape in ("saddle", "maximum"):
        further = st.descend(f, np.array(aside), rate=0.01, steps=200)
        assert f(np.array(aside)) < 0 and further.last.value < f(np.zeros(n)), further


def test_the_advice_on_the_terrain_leads_to_its_valley() -> None:
    mountain = st.Terrain.jacksboro()
    start = mountain.locate(36.2, -84.2292)
    found = st.descend(mountain, start, rate=0.1)
    assert found.verdict.cause == "rate too small"
    assert "31,717 m wide" in found.verdict.sentence and "momentum" not in found.verdict.advice
    better = found.verdict.evidence["suggested_rate"]
    assert st.descend(mountain, start, rate=better).verdict.cause == "converged"
