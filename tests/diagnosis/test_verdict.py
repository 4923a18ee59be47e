"""Every way a walk can end, and what is said of it: cause, numbers, advice.

The first part is the list of descents of NEEDS: cases that another library calls by one name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.descent import (
    Constant,
    Cosine,
    Descent,
    GradientDescent,
    Inverse,
    Momentum,
    ascend,
    descend,
    resume,
)
from steepest.diagnosis import diagnose
from steepest.errors import RecordError
from steepest.objective import Objective
from steepest.problems import PROBLEMS
from tests.descent.grounds import ground, named, parabola, quadratic
from tests.descent.methods import Backtracking


def noisy() -> Objective:
    rng = np.random.default_rng(0)
    return Objective(lambda x: (float(x @ x) + 1e-3 * rng.normal(), 2 * x))


def noisy_slope() -> Objective:
    rng = np.random.default_rng(0)
    return Objective(lambda x: (float(x @ x), 2 * x + 1e-3 * rng.normal(size=2)))


F32 = np.float32
CASES: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "wrong gradient": (
        ground(lambda x, y: x * x + 2 * y * y, lambda x, y: [2 * x, -4 * y], "xy"),
        [1.0, 1.0], {}, "wrong gradient",
    ),
    "wrong by a factor": (
        ground(lambda x, y: x * x + y * y, lambda x, y: [x, y], "xy"),
        [1.0, 1.0], {}, "wrong gradient",
    ),
    "unbounded below": (
        ground(lambda x: -(x**3) + x, lambda x: [-3 * x * x + 1], "x"), 2.0, {"rate": 0.01},
        "unbounded",
    ),
    "unbounded, slower": (quadratic([-2.0]), 2.0, {"rate": 0.01, "steps": 500}, "unbounded"),
    "kink": (
        ground(lambda x, y: abs(x) + abs(y - 1), lambda x, y: [np.sign(x), np.sign(y - 1)], "xy"),
        [3.0, -2.0], {"rate": 0.13}, "kink",
    ),
    "kink in one variable only": (
        ground(lambda x, y: abs(x) + y * y, lambda x, y: [np.sign(x), 2 * y], "xy"),
        [3.0, -2.0], {"rate": 0.13, "steps": 40}, "kink",
    ),
    "noise": (noisy(), [1.0, 1.0], {}, "not repeatable"),
    "noise in the slope": (noisy_slope(), [1.0, 1.0], {"steps": 100}, "not repeatable"),
    "tolerance too tight": (
        named("rosenbrock"), [-1.2, 1.0], {"rate": 1.9e-3, "tolerance": 1e-300, "steps": 80_000,
                                           "method": "momentum"},
        "converged",
    ),
    "large offset": (
        ground(lambda x, y: 1e10 + x * x + y * y, lambda x, y: [2 * x, 2 * y], "xy"),
        [1.0, 2.0], {}, "converged",
    ),
    "float32": (
        ground(lambda x, y: float(F32((x - 3) ** 2 + (y - 3) ** 2)),
               lambda x, y: [F32(2 * (x - 3)), F32(2 * (y - 3))], "xy"),
        [1.0, 2.0], {}, "converged",
    ),
    "steps": (
        ground(lambda x, y: np.floor(x) ** 2 + y * y, lambda x, y: [0.0, 2 * y], "xy"),
        [2.5, 1.0], {}, "level",
    ),
    "start on the ridge of a saddle": (named("saddle"), [1.0, 0.0], {}, "saddle"),
    "beside the ridge": (named("saddle"), [1.0, 1e-3], {}, "converged"),
    "a shelf": (ground(lambda x: x**3, lambda x: [3 * x * x], "x"), 1.0,
                {"rate": 0.1, "tolerance": 1e-4}, "saddle"),
    "plateau at the start": (ground(lambda x: 1.0, lambda x: [0.0], "x"), 1.0, {}, "flat start"),
    "maximum at the start": (quadratic([-2.0]), 0.0, {}, "flat start"),
    "minimum at the start": (parabola(), 3.0, {}, "flat start"),
    "a valley floor": (
        ground(lambda x, y: (x + y) ** 2, lambda x, y: [2 * (x + y)] * 2, "xy"), [1.0, 2.0], {},
        "level",
    ),
    "rate beyond 2/L": (parabola(), 5.0, {"rate": 1.2}, "diverging"),
    "rate far beyond": (parabola(), 5.0, {"rate": 1e300}, "diverging"),
    "rate a little beyond": (parabola(), 5.0, {"rate": 1.001, "steps": 50}, "diverging"),
    "rate at 2/L": (parabola(), 5.0, {"rate": 1.0}, "bouncing"),
    "momentum beyond its limit": (parabola(), 5.0, {"rate": 2.0, "method": "momentum"},
                                  "diverging"),
    "ill-conditioned": (named("ravine"), [1.0, 1.0], {"rate": 5e-3, "steps": 200},
                        "ill-conditioned"),
    "a hole on the way": (
        ground(lambda x: float(np.log(x)) + x if x > 0 else np.nan, lambda x: [1 / x + 1], "x"),
        0.5, {}, "not finite",
    ),
    "a slope of infinity on the way": (
        ground(lambda x: x, lambda x: [1.0 if x > 0 else np.inf], "x"), 0.25, {}, "not finite",
    ),
    "budget, far": (parabola(), 5.0, {"rate": 0.01, "steps": 50}, "budget"),
    "hardly begun": (parabola(), 5.0, {"rate": 1e-9, "steps": 50}, "rate too small"),
    "badly scaled": (
        ground(lambda x: 1e-9 * (x - 1e6) ** 2, lambda x: [2e-9 * (x - 1e6)], "x"),
        2e6, {"rate": 0.01}, "rate too small",
    ),
    "uphill once, over a bend": (
        named("rosenbrock"), [-1.2, 1.0], {"rate": 0.002, "steps": 1}, "uphill",
    ),
    "rate ran out": (parabola(), 5.0, {"rate": Cosine(1e-3, 100)}, "rate ran out"),
    "lost in rounding": (parabola(), 5.0, {"rate": 1e-18}, "standstill"),
    "the plain good case": (parabola(), 5.0, {}, "converged"),
    "very flat, and a minimum": (
        ground(lambda x: x**4, lambda x: [4 * x**3], "x"), 1.0,
        {"rate": 0.1, "tolerance": 1e-5, "steps": 10_000}, "converged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_case_has_its_own_name(name: str) -> None:
    o, start, settings, cause = CASES[name]
    d = descend(o, start, **settings)
    assert d.verdict.cause == cause, d
    assert d.verdict.sentence.endswith((".", "too.")) and "  " not in str(d.verdict)
    assert "nan" not in str(d.verdict).lower() or cause == "not finite"


def test_the_plain_good_case_in_words() -> None:
    d = descend(parabola(), 5.0)
    assert str(d.verdict) == (
        "Converged after 89 steps: at w = 3, where f = 2.24946e−17; the largest slope is 9.49e−9. "
        "The ground bends up to every side (curvature 2)."
    )
    assert d.verdict.evidence["smallest_curvature"] == pytest.approx(2.0)


def test_why_there_is_a_rate() -> None:
    v = descend(parabola(), 1.0, rate=1.0).verdict
    assert "1 → 5 → 1" in v.sentence and "for ever, which is why there is a rate" in v.sentence
    assert "2/curvature = 1." in v.sentence and "f = 4 each time" in v.sentence
    assert v.evidence["curvature"] == pytest.approx(2.0, rel=1e-9)
    assert v.evidence["suggested_rate"] == pytest.approx(0.5, rel=1e-9)
    assert v.evidence["longest_rate"] == 1.0


@pytest.mark.parametrize("name", ["booth", "himmelblau", "rosenbrock", "mountain", "matyas"])
def test_the_suggested_rate_does_better(name: str) -> None:
    """What a verdict advises is tried, and what that one advises, until none complains of it."""
    start, rate, tried = PROBLEMS[name].start, 10.0, 0
    d = descend(named(name), start, rate=rate, steps=2000)
    while d.verdict.cause in ("diverging", "bouncing", "uphill"):
        better = d.verdict.evidence["suggested_rate"] or rate / 10  # "ten times smaller"
        assert better < rate
        rate, tried = better, tried + 1
        d = descend(named(name), start, rate=rate, steps=2000)
    assert 1 <= tried <= 5
    assert d.verdict.cause in ("converged", "budget", "ill-conditioned")
    assert d.last.value < 0.01 * d.values[0] + 1e-9


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in ("saddle",)])
@pytest.mark.parametrize("rate", [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0])
def test_never_converged_where_it_is_not_a_minimum_or_a_step_went_up(
    name: str, rate: float
) -> None:
    with np.errstate(all="ignore"):
        d = descend(named(name), PROBLEMS[name].start, rate=rate, steps=300)
        v = d.verdict
    rose = np.diff(d.values) > 1e-12 * np.abs(d.values[1:])
    if v.cause == "converged":
        assert not rose.any()
        assert np.abs(d.gradients[-1]).max() <= 1e-8
        assert v.evidence["smallest_curvature"] > 0
    elif rose.any():
        assert v.cause in ("uphill", "diverging", "bouncing", "kink", "not finite")
        assert v.evidence["steps_uphill"] == rose.sum()


def test_uphill_says_where_and_why() -> None:
    """w⁴ from 1.5 with rate 0.24: to 1.5 − 0.24·13.5 = −1.74, where f is higher."""
    quartic = ground(lambda x: x**4, lambda x: [4 * x**3], "x")
    v = descend(quartic, 1.5, rate=0.24, steps=1).verdict
    after = 1.5 - 0.24 * 13.5
    curvature = (4 * after**3 - 13.5) / (after - 1.5)
    assert v.cause == "uphill"
    assert "1 of 1 step went uphill, the first at step 1: f rose from 5.0625 to 9.166" in v.sentence
    assert v.evidence["curvature"] == pytest.approx(curvature)
    assert f"2/curvature = {2 / curvature:.6g}" in v.sentence
    assert v.evidence["suggested_rate"] == pytest.approx(1 / curvature)


def test_uphill_is_said_even_where_the_end_is_flat() -> None:
    d = descend(parabola(), 5.0, rate=Inverse(1.2, decay=0.1))
    v = d.verdict
    assert d.ending == "gradient" and d.values[1] > d.values[0] and v.cause == "uphill"
    assert "It ended on flat ground all the same" in v.sentence


def test_momentum_may_go_uphill_and_says_so() -> None:
    v = descend(parabola(), 5.0, method="momentum").verdict
    assert v.cause == "converged" and "steps went uphill, as this method may" in v.sentence


def test_saddle_and_ascent_in_the_right_words() -> None:
    v = descend(named("saddle"), [1.0, 0.0]).verdict
    assert "It is a saddle" in v.sentence and "along (0, 1)" in v.sentence
    hill = ground(lambda w: -((w - 3) ** 2), lambda w: [-2 * (w - 3)], "w")
    assert "bends down to every side (curvature −2)" in ascend(hill, 5.0).verdict.sentence
    top = ascend(parabola(), 3.0).verdict
    assert top.cause == "flat start" and "It is a minimum: the curvature is 2" in top.sentence
    climbing = ascend(hill, 5.0, rate=1.5, steps=4).verdict
    assert climbing.cause == "diverging" and "f fell from −4 to −1024" in climbing.sentence
    late = ascend(hill, 5.0, rate=0.01, steps=50).verdict
    assert "still going up" in late.sentence


def test_the_budget_tells_how_far_it_is() -> None:
    """x − 3 shrinks by 0.98 a step; from 4 to 1e-8 that is ln(4e8)/−ln(0.98) = 980 steps."""
    d = descend(parabola(), 5.0, rate=0.01, steps=100)
    needed = np.log(d.gradients[-1, 0] / 1e-8) / -np.log(0.98)
    assert d.verdict.evidence["more_steps"] == pytest.approx(needed, abs=2)
    more = resume(d, steps=int(d.verdict.evidence["more_steps"]) + 1)
    assert more.ending == "gradient"


def test_the_budget_names_the_valley() -> None:
    v = descend(named("ravine"), [1.0, 1.0], rate=5e-3, steps=200).verdict
    assert v.evidence["condition"] == pytest.approx(100, rel=1e-4)


@pytest.mark.parametrize(
    ("rate", "advice"), [(1e-4, "Take a larger rate: 1/curvature = 0.5 "), (0.05, "resume")]
)
def test_a_timid_rate_is_told(rate: float, advice: str) -> None:
    assert advice in descend(parabola(), 5.0, rate=rate, steps=20).verdict.advice


def test_the_hole_is_named() -> None:
    o, start, settings, _ = CASES["a hole on the way"]
    v = descend(o, start, **settings).verdict
    assert "step 2 leads to x = −0.4, where f = NaN" in v.sentence
    assert "The last good point is x = 0.2" in v.sentence
    assert v.evidence["point"] == [pytest.approx(-0.4)]
    o, start, settings, _ = CASES["a slope of infinity on the way"]
    assert "slope with respect to x is not finite" in descend(o, start).verdict.sentence


def test_the_edge_is_named() -> None:
    o = ground(lambda x: -x, lambda x: [-1.0], "x", inside=lambda x: bool(abs(x[0]) <= 1))
    v = descend(o, 0.0, rate=0.15).verdict
    assert v.cause == "left the map" and "from x = 0.9 to x = 1.05" in v.sentence
    assert "still falling" in v.sentence


def test_a_method_that_refuses_everything_further() -> None:
    """Up is called down: Armijo's rule refuses 100 trials, and the verdict looks for the reason."""
    o = ground(lambda x: x * x, lambda x: [-2 * x], "x")
    d = descend(o, 1.0, method=Backtracking())
    assert d.ending == "standstill" and d.verdict.cause == "wrong gradient"
    kinky = ground(lambda x: abs(x), lambda x: [1.0], "x")  # at 0 no way along −g goes down
    d = descend(kinky, 0.0, method=Backtracking())
    assert d.verdict.cause == "standstill" and "refused the last 100 points" in d.verdict.sentence


def test_schedules_speak_of_the_rate_in_force() -> None:
    d = descend(parabola(), 5.0, rate=Inverse(1.5, decay=0.1), steps=100)
    assert d.verdict.evidence["steps_uphill"] > 0
    assert "1.5" in d.verdict.sentence and "2/curvature = 1" in d.verdict.sentence
    same = descend(parabola(), 1.0, method=GradientDescent(Constant(1.0)))
    assert same.verdict.cause == "bouncing"


def test_probes_leave_the_walk_alone() -> None:
    d = descend(named("rosenbrock"), [-1.2, 1.0], rate=1e-3, steps=50)
    before = d.evaluations, d.path.copy(), d.record.t.copy()
    assert d.verdict is d.verdict
    assert d.evaluations == before[0] == 51 and np.array_equal(d.path, before[1])


def test_large_problems_are_judged_in_few_evaluations() -> None:
    n = 2000
    o = quadratic(np.linspace(1.0, 5.0, n))
    d = descend(o, np.ones(n), rate=0.2)
    walked = o.evaluations
    assert d.verdict.cause == "converged" and "in the directions that were tried" in str(d.verdict)
    assert o.evaluations - walked < 60


def test_a_function_that_fails_beside_the_path_does_not_fail_the_verdict() -> None:
    seen: set[float] = set()

    def f(x: Any) -> Any:
        if len(seen) == 90 and x[0] not in seen:
            raise RuntimeError
        seen.add(float(x[0]))
        return (x[0] - 3) ** 2, 2 * (x - 3)

    d = descend(Objective(f), 5.0)
    assert d.verdict.cause == "converged" and "could not be checked" in d.verdict.sentence


def test_a_walk_without_its_function_cannot_be_judged_again(tmp_path: Any) -> None:
    d = descend(parabola(), 5.0, steps=3)
    d.save(tmp_path / "walk.npz")
    with pytest.raises(RecordError, match="resume it with one"):
        diagnose(Descent.load(tmp_path / "walk.npz"))


def test_verdicts_print() -> None:
    v = descend(parabola(), 1.0, rate=1.0).verdict
    assert str(v) == f"{v.sentence}\n{v.advice}" and v._repr_html_().startswith("<p>Bouncing")


def test_the_momentum_limit_is_its_own() -> None:
    v = descend(parabola(), 5.0, method=Momentum(2.0)).verdict
    assert "a rate must stay below 1.9, this method's limit" in v.sentence
