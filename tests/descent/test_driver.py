"""Chunks, Ctrl-C, callbacks, errors on the way, and the line of progress."""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.descent import Place, ascend, descend, driver, resume
from steepest.objective import Objective
from tests.descent.grounds import named, parabola

ROOM = Path(driver.__file__).parents[1]  # where the package's own lines are


@pytest.mark.parametrize("chunk", [0.0, 1e-4, 10.0])
def test_chunks_change_nothing(chunk: float, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = descend(named("rosenbrock"), [-1.2, 1.0], rate=1e-3, steps=500)
    monkeypatch.setattr(driver, "CHUNK", chunk)
    other = descend(named("rosenbrock"), [-1.2, 1.0], rate=1e-3, steps=500)
    assert np.array_equal(plain.path, other.path) and plain.carry.curvature == other.carry.curvature


@pytest.mark.parametrize("every", [1, 7])
def test_the_callback_sees_every_so_many_evaluations(every: int) -> None:
    seen: list[Place] = []
    descend(parabola(), 5.0, steps=20, callback=seen.append, every=every)
    assert [p.step for p in seen] == [0, *range(every, 21, every)] + [20] * (20 % every > 0)
    for p in seen:
        assert p.value == pytest.approx(4 * 0.64**p.step) and p.gradient[0] == 2 * (p.x[0] - 3)


def test_the_callback_may_stop_the_walk_and_cannot_change_it() -> None:
    def enough(p: Place) -> bool:
        p.x[:] = 100.0
        return p.value < 1

    d = descend(parabola(), 5.0, callback=enough)
    assert d.ending == "callback" and d.last.value < 1 <= d.values[-2]
    assert d.verdict.cause == "interrupted" and "the callback" in d.verdict.sentence


@pytest.mark.parametrize("where", ["function", "callback", "method"])
def test_ctrl_c_anywhere_returns_what_there_is(where: str) -> None:
    calls = 0

    def maybe() -> None:
        nonlocal calls
        calls += 1
        if calls == 30:
            raise KeyboardInterrupt

    def f(w: Any) -> Any:
        if where == "function":
            maybe()
        return (w[0] - 3) ** 2, 2 * (w - 3)

    class Slow:
        def init(self, x: Any) -> Any:
            return {}

        def update(self, state: Any, x: Any, f: Any, g: Any, t: int) -> Any:
            if where == "method":
                maybe()
            return x - 0.01 * g, state, True

    def callback(p: Place) -> None:
        if where == "callback":
            maybe()

    d = descend(Objective(f), 5.0, method=Slow(), callback=callback)
    assert d.ending == "interrupted" and d.evaluations in (29, 30)
    assert d.record.t.tolist() == [*range(d.evaluations)]
    assert d.x[0] == d.path[-1, 0] and d.best.value == d.values.min()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers here")
def test_interrupted_at_any_moment_and_resumed_it_is_the_same_walk() -> None:
    """A timer raises KeyboardInterrupt between any two instructions of the loop, many times."""
    settings: dict[str, Any] = {"method": "adam", "steps": 1500}
    whole = descend(named("rosenbrock"), [-1.2, 1.0], **settings)

    def ctrl_c(number: int, frame: Any) -> None:
        if ROOM not in Path(frame.f_code.co_filename).parents:
            # Between two instructions of somebody's callback for the garbage collector, Python
            # itself swallows whatever is raised: a moment later, then.
            signal.setitimer(signal.ITIMER_REAL, 2e-5)
            return
        while frame is not None:
            if frame.f_code is Objective.loop.__code__:
                raise KeyboardInterrupt
            frame = frame.f_back

    def armed(milliseconds: float) -> Any:
        """A callback that sets the timer, once, when the walk is under way."""
        waiting = [milliseconds / 1000]
        return lambda place: waiting and signal.setitimer(signal.ITIMER_REAL, waiting.pop())[0]

    old = signal.signal(signal.SIGALRM, ctrl_c)
    try:
        callback = armed(1.0)
        part = descend(named("rosenbrock"), [-1.2, 1.0], callback=callback, every=200, **settings)
        cuts = 0
        while part.steps < 1500:
            cuts += part.ending == "interrupted"
            callback = armed(1 + cuts % 13 / 10)
            part = resume(part, steps=1500 - part.steps, callback=callback, every=200)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert cuts > 2
    assert np.array_equal(part.record.t, whole.record.t)
    assert np.array_equal(part.path, whole.path) and np.array_equal(part.x, whole.x)


def test_ctrl_c_before_the_first_point_is_ctrl_c() -> None:
    def f(w: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        descend(Objective(f), 5.0)


def test_an_error_of_the_function_passes_with_a_note() -> None:
    def f(w: Any) -> Any:
        if w[0] < 4:
            raise RuntimeError("my own trouble")
        return (w[0] - 3) ** 2, 2 * (w - 3)

    with pytest.raises(RuntimeError, match="my own trouble") as caught:
        descend(Objective(f), 5.0)
    assert caught.value.__notes__ == [
        f"after 4 evaluations of a descent; the last point was [{5 - 0.4 - 0.32 - 0.256:.17g}]; "
        "the walk up to there is the exception's .descent"
    ]


def test_an_error_carries_the_walk_up_to_there(tmp_path: Path) -> None:
    broken = True

    def f(w: Any) -> Any:
        if broken and w[0] < 4:
            raise RuntimeError("my own trouble")
        return (w[0] - 3) ** 2, 2 * (w - 3)

    whole = descend(parabola(), 5.0, steps=20)
    with pytest.raises(RuntimeError) as caught:
        descend(Objective(f, names=("w",)), 5.0, steps=20)
    d = caught.value.descent  # type: ignore[attr-defined]
    assert d.ending == "failed" and d.steps == 3 and np.array_equal(d.path, whole.path[:4])
    assert d.verdict.cause == "interrupted" and "Stopped by an exception" in d.verdict.sentence
    d.save(tmp_path / "walk.npz")
    broken = False
    for saved in (d, tmp_path / "walk.npz"):
        more = resume(saved, Objective(f, names=("w",)), steps=17)
        assert np.array_equal(more.path, whole.path)


def test_an_error_at_the_start_carries_no_walk() -> None:
    def f(w: Any) -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError) as caught:
        descend(Objective(f), 5.0)
    assert caught.value.descent is None  # type: ignore[attr-defined]


def test_silence_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    descend(parabola(), 5.0)
    out, err = capsys.readouterr()
    assert out == "" and err == ""


def test_progress_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    descend(parabola(), 5.0, steps=50, rate=0.01, progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "50/50" in err and "slope" in err


def test_progress_by_itself_on_a_terminal_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    descend(parabola(), 5.0, steps=50, rate=0.01)
    assert terminal.getvalue() == ""
    monkeypatch.setattr("steepest.descent.progress.PATIENT", 0.0)
    descend(parabola(), 5.0, steps=50, rate=0.01)
    assert "50/50" in terminal.getvalue()


def test_ctrl_c_while_a_chunk_hands_back_its_work_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole_loop = Objective.loop

    def cut_short(self: Any, advance: Any, carry: Any, keep: Any, count: int) -> Any:
        result = whole_loop(self, advance, carry, keep, count)
        if result[0].t > 20:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(Objective, "loop", cut_short)
    d = descend(parabola(), 5.0, rate=0.01, steps=100, every=7, callback=lambda place: None)
    assert d.ending == "interrupted" and d.evaluations == 1 + 3 * 7
    assert d.record.t.tolist() == [*range(22)]


def test_an_ascent_shows_its_callback_the_function_itself() -> None:
    seen: list[Place] = []
    hill = parabola().negated()
    d = ascend(hill, 5.0, steps=1, callback=seen.append)
    assert [p.value for p in seen] == d.values.tolist() == [-4.0, pytest.approx(-2.56)]
    assert [p.gradient[0] for p in seen] == d.gradients[:, 0].tolist() == [-4, pytest.approx(-3.2)]
