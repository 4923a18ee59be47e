"""One step, two drivers: a walk in machine code is the walk in Python."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent import Place, ascend, descend, resume
from steepest.descent.first_order import Adam, GradientDescent, Momentum, Nesterov
from steepest.descent.record import Layout
from steepest.descent.step import SCHEDULES
from steepest.errors import DescentError
from steepest.graph.node import variable
from steepest.graph.traced import Traced
from steepest.native.chain import shortened
from steepest.native.course import Course, Extreme
from steepest.native.engine import available, target
from steepest.native.plan import plan
from steepest.native.stretch import stretch_of
from steepest.walkable import made
from tests.descent.methods import SignDescent

pytestmark = pytest.mark.skipif(bool(available()), reason=available())

ROOM = Path(st.__file__).parent  # where the package's own lines are

ROSENBROCK = "(1-a)^2 + 100*(b-a*a)^2"
DATA = np.array([0.5, 1.5, -1.0, 2.0, 0.25])


def chained(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def fitted(p: Any) -> Any:
    residuals = p["slope"] * DATA + p["offset"] - np.sin(DATA)
    return np.mean(residuals**2)


def bent(x: Any) -> Any:
    """Another path on each side of 1, and one more below -1."""
    if x[0] > 1:
        return (x[0] - 1) ** 2 + x[1] ** 2 + 3 * (x[0] - 1)
    if x[0] < -1:
        return 5 * x[0] ** 2 + x[1] ** 2
    out = np.zeros(2)
    out[0] = 0.5 * (x[0] + 0.9) ** 2
    out[1] = x[1] ** 2
    return out.sum()


METHODS = {
    "gradient descent": GradientDescent(1e-3),
    "momentum": Momentum(1e-3, 0.8),
    "nesterov": Nesterov(1e-3, 0.8),
    "adam": Adam(0.01),
    "own": SignDescent(),
    "cosine": GradientDescent(SCHEDULES["Cosine"](1e-3, 200)),
    "warm": Momentum(SCHEDULES["WarmUp"](20, SCHEDULES["Inverse"](1e-3, 0.01)), 0.5),
    "pieces": GradientDescent(SCHEDULES["Piecewise"]((1e-3, 1e-4), (50,))),
}
GROUNDS: dict[str, tuple[Any, Any]] = {
    "two variables": (ROSENBROCK, [-1.2, 1.0]),
    "one": ("(w - 3)^2", 5.0),
    "a vector": (chained, np.linspace(-1.0, 1.0, 7)),
    "a long vector": (chained, np.linspace(-1.0, 1.0, 20)),
    "a dict, and data": (fitted, {"slope": 1.0, "offset": np.float64(0.5)}),
    "paths": (bent, np.array([3.0, 1.0])),
    "waves": ("sin(n)*cos(e) + 0.05*(n^2 + e^2)", {"n": 2.0, "e": -3.0}),
}


def in_both(f: Any, start: Any, **more: Any) -> tuple[Any, Any]:
    return (
        descend(st.Function(f), start, engine="python", **more),
        descend(st.Function(f), start, engine="native", **more),
    )


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("method", METHODS)
def test_the_two_tiers_walk_the_same_way(ground: str, method: str) -> None:
    f, start = GROUNDS[ground]
    a, b = in_both(f, start, method=METHODS[method], steps=150)
    assert (a.tier, b.tier) == ("python", "native")
    assert (a.ending, a.steps, a.evaluations) == (b.ending, b.steps, b.evaluations)
    # sums longer than 16 and functions such as cos are rounded in another way
    assert np.allclose(a.path, b.path, rtol=1e-9, atol=1e-12)
    assert np.allclose(a.values, b.values, rtol=1e-9, atol=1e-12)
    assert a.record.t.tolist() == b.record.t.tolist() and (a.accepted == b.accepted).all()
    assert np.allclose(a.carry.curvature, b.carry.curvature, rtol=1e-6)
    assert a.carry.uphill[:2] == b.carry.uphill[:2] and a.best.step == b.best.step
    assert type(b.x) is type(a.x) and type(b.carry.t) is int and type(b.carry.taken) is int
    assert a.verdict.cause == b.verdict.cause


@pytest.mark.parametrize("method", METHODS)
def test_every_row_is_what_the_interpreter_computes_at_its_point(method: str) -> None:
    a, b = in_both(ROSENBROCK, [-1.2, 1.0], method=METHODS[method], steps=300)
    f = st.Function(ROSENBROCK)
    for x, value, gradient in zip(b.path, b.values, b.gradients, strict=True):
        assert f(*x) == value and np.array_equal(f.gradient(*x), gradient)
    assert np.allclose(a.path[:50], b.path[:50], rtol=1e-14)


@pytest.mark.parametrize("method", ["gradient descent", "cosine", "pieces"])
def test_a_step_is_rounded_in_its_last_places_only(method: str) -> None:
    b = descend(ROSENBROCK, [-1.2, 1.0], method=METHODS[method], steps=300, engine="native")
    assert b.tier == "native" and len(b.path) > 100
    rules: Any = METHODS[method]
    for t in range(len(b.path) - 1):
        a, rest = b.path[t][0], b.path[t][1] - b.path[t][0] ** 2
        wanted, _, _ = rules.update({}, b.path[t], b.values[t], b.gradients[t], t)
        terms = np.array([abs(2 * (1 - a)) + abs(400 * a * rest), abs(200 * rest)])
        off = np.abs(b.path[t + 1] - wanted)
        assert (off <= 2**-52 * (np.abs(wanted) + 4 * 1e-3 * terms)).all()


def test_the_way_from_point_to_point_is_short() -> None:
    f = st.Function(ROSENBROCK)
    descend(f, [-1.2, 1.0], rate=1e-4, steps=50, engine="native")
    (loops,) = [found for e, found in made.SHARED.items() if e is f.expression_at([0.0, 0.0])]
    (loop,) = loops.values()
    instructions = loop.plan.code.instructions
    depths: list[int] = []  # operations one after another, from what a step takes
    for operation, *args in instructions:
        leaf = operation in ("input", "constant")
        moving = leaf and operation == "input" and args[0] < loop.sizes[0]
        cost = operation != "fneg"  # a change of sign comes with a product
        depths.append(0 if moving else -99 if leaf else cost + max(depths[i] for i in args))
    written = [o.at for o in loop.plan.outputs[1:3]]  # a and b
    # 1 − a, a product, one product and sum, and a + what comes of it; eight as the rules leave it
    fused = any(i[0] == "fma" for i in instructions)
    assert [depths[at] for at in written] == ([4, 2] if fused else [5, 4])


def test_where_nothing_more_fits_in_the_way_stays_long() -> None:
    x, rate = variable("x"), variable("rate")
    step = (Traced(x) - Traced(rate) * (2.0 * Traced(x) + 3.0 * Traced(x) ** 2)).node
    roomy = shortened(plan([x, rate], [step]), [0], {1}, [], fused=True)
    written = plan([x, rate], [step])
    written.code.limit = len(written.code)
    full = shortened(written, [0], {1}, [], fused=True)
    assert roomy.outputs[0].at != written.outputs[0].at == full.outputs[0].at


STRETCHED: dict[str, tuple[Any, Any]] = {
    **{name: GROUNDS[name] for name in ("two variables", "waves", "paths", "a dict, and data")},
    "a slope": ("3a - 2b", [-1.2, 1.0]),  # bends by nothing at all, of either sign
    "a slope that begins": (lambda x: np.maximum(x, -1.0) ** 2 + 4 * x if x < 0 else 4 * x, 3.0),
}


def stretched(ground: str, method: str, steps: int = 5000) -> Any:
    f, start = STRETCHED[ground]
    return descend(st.Function(f), start, method=METHODS[method], steps=steps, engine="native")


def bits(d: Any) -> list[bytes]:
    """All that a walk leaves, to the bit."""
    carry = [d.carry.curvature, d.carry.uphill, d.carry.still, d.carry.taken, d.carry.scale]
    best = [d.best.step, d.best.value, d.carry.best_x, d.carry.best_length]
    parts = [d.path, d.values, d.gradients, d.record.lengths, *carry, *best, d.carry.last_g]
    return [np.asarray(part, dtype=np.float64).tobytes() for part in parts]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ground", STRETCHED)
@pytest.mark.parametrize(("capacity", "steps"), [(50, 5000), (37, 1234)])
def test_stretches_change_no_bit(
    ground: str, method: str, capacity: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Layout, "of", classmethod(lambda cls, n: cls(capacity, head=5, tail=6)))
    hurried = stretched(ground, method, steps)
    monkeypatch.setattr("steepest.native.loop.stretch_of", lambda *args: None)
    full = stretched(ground, method, steps)
    assert hurried.ending == full.ending and hurried.steps == full.steps
    assert bits(hurried) == bits(full)


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_blocks_of_any_width_change_no_bit(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layout, "of", classmethod(lambda cls, n: cls(50, head=5, tail=6)))
    found = []
    for width in (lanes, target().lanes):
        monkeypatch.setattr(
            "steepest.native.loop.stretch_of",
            lambda *args, width=width: stretch_of(*args[:-1], width),
        )
        found.append(bits(stretched("two variables", "momentum", 3000)))
    assert found[0] == found[1]


def test_what_a_stretch_sums_up_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same test is red where stretches are wrong: here, about what is larger."""
    monkeypatch.setattr(Layout, "of", classmethod(lambda cls, n: cls(50, head=5, tail=6)))
    right = stretched("two variables", "gradient descent")
    extreme = Course._extreme

    def turned(course: Course, i: int) -> Extreme | None:
        found = extreme(course, i)
        other = {"ogt": "olt", "olt": "ogt"}
        return None if found is None else Extreme(other[found.comparison], found.by)

    monkeypatch.setattr(Course, "_extreme", turned)
    assert bits(stretched("two variables", "gradient descent")) != bits(right)


def test_a_long_walk_has_a_tight_loop() -> None:
    f = st.Function(ROSENBROCK)
    d = descend(f, [-1.2, 1.0], rate=1e-4, steps=50, engine="native")
    (loops,) = [found for e, found in made.SHARED.items() if e is f.expression_at([0.0, 0.0])]
    assert all("@stretch(" in loop.code.ir for loop in loops.values()) and d.tier == "native"


def test_up_is_down_with_the_other_sign() -> None:
    hill = st.Function("-(w - 3)^2 - w*w")
    a = ascend(hill, 5.0, rate=0.01, steps=100, engine="python")
    b = ascend(hill, 5.0, rate=0.01, steps=100, engine="native")
    assert b.tier == "native" and np.array_equal(a.path, b.path)
    assert np.array_equal(a.values, b.values) and a.ending == b.ending


@pytest.mark.parametrize("n", [1, 31, 32, 33, 400, 2_500])
@pytest.mark.parametrize("cut", [0, 7])
def test_the_record_is_the_rule_whatever_the_chunks(
    n: int, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Layout, "of", classmethod(lambda cls, n: cls(capacity=50, head=5, tail=6)))
    how: dict[str, Any] = {"rate": 1e-4, "tolerance": 0.0}
    if cut:  # the callback makes short chunks
        how |= {"callback": lambda place: None, "every": cut}
    a, b = in_both(ROSENBROCK, [-1.2, 1.0], steps=n, **how)
    assert a.record.t.tolist() == b.record.t.tolist() and a.record.stride == b.record.stride
    monkeypatch.undo()
    whole = descend(ROSENBROCK, [-1.2, 1.0], rate=1e-4, tolerance=0.0, steps=n, engine="native")
    assert np.array_equal(b.path, whole.path[b.record.t])


@pytest.mark.parametrize(
    ("f", "start", "how", "ending"),
    [
        ("(w-3)^2", 5.0, {"rate": 0.3, "steps": 10_000}, "gradient"),
        ("(w-3)^2", 5.0, {"rate": 0.3, "evaluations": 7, "steps": None}, "evaluations"),
        ("w^4", 1.0, {"rate": 5.0, "steps": 10_000}, "nonfinite"),
        ("w^2", 1.0, {"rate": 1e-30, "steps": 10_000}, "standstill"),
        ("(w-3)^2", 5.0, {"rate": 1.0, "steps": 123}, "steps"),
    ],
)
def test_every_ending_is_the_same(f: str, start: float, how: dict[str, Any], ending: str) -> None:
    a, b = in_both(f, start, **how)
    assert a.ending == b.ending == ending
    assert np.array_equal(a.path, b.path) and a.steps == b.steps
    assert a.evaluations == b.evaluations and str(a.verdict) == str(b.verdict)


def test_a_walk_resumes_in_its_tier_to_the_same_bits(tmp_path: Path) -> None:
    f = st.Function(ROSENBROCK)
    whole = descend(f, [-1.2, 1.0], method="adam", steps=700, engine="native")
    part = descend(f, [-1.2, 1.0], method="adam", steps=300, engine="native")
    part.save(tmp_path / "walk.npz")
    for saved in (part, tmp_path / "walk.npz"):
        more = resume(saved, f, steps=400)
        assert more.tier == "native" and np.array_equal(more.path, whole.path)


def test_long_walks_are_compiled_and_short_ones_are_not() -> None:
    f = st.Function(ROSENBROCK)
    assert descend(f, [0.0, 0.0], steps=1999).tier == "python"
    assert descend(f, [0.0, 0.0], rate=1e-3, steps=2000).tier == "native"
    assert descend(f, [0.0, 0.0], rate=1e-3, steps=2000, evaluations=50).tier == "python"
    # what has no machine code walks in Python, and says why when asked for it
    terrain = st.Terrain.jacksboro()
    place = dict(zip("ne", terrain.locate(36.2, -84.2292), strict=True))
    assert descend(terrain, place, rate=200.0, steps=2000, evaluations=None).tier == "python"
    with pytest.raises(DescentError, match="cannot run in machine code"):
        descend(terrain, place, engine="native")
    with pytest.raises(DescentError, match='neither "python" nor "native"'):
        descend(f, [0.0, 0.0], engine="fortran")


class Branching:
    """A method that asks what only numbers can answer."""

    def init(self, x: Any) -> Any:
        return {}

    def update(self, state: Any, x: Any, f: float, g: Any, t: int) -> Any:
        return (x - 0.1 * g if f > 1 else x - 0.2 * g), state, True


def test_a_method_with_an_if_walks_in_python() -> None:
    f = st.Function("(w-3)^2 + 1")
    assert descend(f, 5.0, method=Branching(), steps=5000).tier == "python"
    with pytest.raises(DescentError, match=r"choose with np\.where"):
        descend(f, 5.0, method=Branching(), engine="native")


def test_data_changed_between_chunks_counts_from_then_on() -> None:
    data = np.array([1.0, 2.0])

    def f(w: Any) -> Any:
        return np.sum((w - data) ** 2)

    def change(place: Place) -> None:
        if place.step == 10:
            data[:] = 7.0

    runs = []
    for engine in ("python", "native"):
        data[:] = 1.0, 2.0
        runs.append(
            descend(f, 0.0, rate=0.1, steps=60, callback=change, every=5, engine=engine).path
        )
    assert np.array_equal(*runs) and abs(runs[0][-1, 0] - 7.0) < 1e-3


def test_a_path_that_is_new_is_followed_from_where_the_walk_stands() -> None:
    f = st.Function(bent)
    d = descend(f, np.array([3.0, 1.0]), rate=0.05, steps=400, engine="native")
    assert d.tier == "native" and f.tracing.paths == 2
    assert d.ending == "gradient" and np.allclose(d.x, [-0.9, 0.0], atol=1e-7)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers here")
def test_ctrl_c_ends_a_native_walk_with_what_there_is() -> None:
    f = st.Function(ROSENBROCK)

    def interrupt(number: int, frame: Any) -> None:
        if ROOM not in Path(frame.f_code.co_filename).parents:
            # in a callback of the garbage collector's, say, Python would swallow it: a little later
            signal.setitimer(signal.ITIMER_REAL, 1e-3)
            return
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, interrupt)
    armed = [0.05]
    try:
        d = descend(
            f, [-1.2, 1.0], rate=1e-5, steps=10**12, tolerance=0.0, every=1000,
            callback=lambda p: armed and signal.setitimer(signal.ITIMER_REAL, armed.pop())[0],
        )  # fmt: skip
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert d.ending == "interrupted" and d.tier == "native" and d.steps > 0
    assert d.record.t[-1] == d.carry.t - 1


def test_walks_in_threads_do_not_disturb_each_other() -> None:
    f = st.Function(ROSENBROCK)
    alone = descend(f, [-1.2, 1.0], rate=1e-4, steps=20_000)
    found: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(descend(f, [-1.2, 1.0], rate=1e-4, steps=20_000))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(d.path, alone.path) and d.tier == "native" for d in found)
