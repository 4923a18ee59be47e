"""Saved walks: exact, safe, atomic, and clear about what is wrong with a file."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.descent import (
    Adam,
    Cosine,
    Descent,
    Exponential,
    GradientDescent,
    Inverse,
    Momentum,
    Nesterov,
    Piecewise,
    WarmUp,
    ascend,
    descend,
    resume,
)
from steepest.errors import DescentError, RecordError
from steepest.objective import Objective
from tests.descent.grounds import named, parabola, quadratic
from tests.descent.methods import Backtracking, SignDescent

RATE = 1e-3
METHODS: list[Any] = [GradientDescent(RATE), Momentum(RATE / 5), Nesterov(RATE / 5), Adam(0.02)]
SCHEDULES: list[Any] = [
    Exponential(RATE, 0.99),
    Inverse(RATE, 0.01),
    Cosine(RATE, 250),
    WarmUp(20, Cosine(RATE, 250)),
    Piecewise((RATE, RATE / 3, RATE / 9), at=(50, 130)),
]
START = [-1.2, 1.0]


def assert_same(a: Descent, b: Descent) -> None:
    """Bit for bit: every array of the record, the carry and the state."""
    for column in ("t", "x", "f", "g", "accepted", "lengths"):
        assert np.array_equal(getattr(a.record, column), getattr(b.record, column)), column
    for name in a.carry._fields:
        left, right = getattr(a.carry, name), getattr(b.carry, name)
        if name == "state":
            assert left.keys() == right.keys()
            assert all(np.array_equal(left[k], right[k]) for k in left)
        else:
            assert np.array_equal(left, right, equal_nan=True), name
    assert a.ending == b.ending and a.record.stride == b.record.stride


@pytest.mark.parametrize(
    "method",
    [*METHODS, *(kind(rate) for rate in SCHEDULES for kind in (GradientDescent, Momentum, Adam))],
    ids=repr,
)
def test_100_and_100_is_200_bit_for_bit_through_a_file(method: Any, tmp_path: Path) -> None:
    whole = descend(named("rosenbrock"), START, method=method, steps=200)
    assert whole.steps == 200
    half = descend(named("rosenbrock"), START, method=method, steps=100)
    half.save(tmp_path / "walk.npz")
    assert_same(resume(tmp_path / "walk.npz", named("rosenbrock"), steps=100), whole)
    assert_same(resume(half, steps=100), whole)


def test_in_many_small_pieces_and_beyond_the_capacity() -> None:
    whole = descend(parabola(), 5.0, rate=1e-5, steps=10_500)
    pieces = descend(parabola(), 5.0, rate=1e-5, steps=1)
    for steps in (1, 98, 9_000, 1_000, 400):
        pieces = resume(pieces, steps=steps)
    assert_same(pieces, whole)
    assert whole.record.stride == 2


def test_methods_of_ones_own_are_given_again(tmp_path: Path) -> None:
    for method in (SignDescent(), Backtracking()):
        whole = descend(named("rosenbrock"), START, method=method, steps=60)
        half = descend(named("rosenbrock"), START, method=method, steps=30)
        half.save(tmp_path / "own.npz")
        again = resume(tmp_path / "own.npz", named("rosenbrock"), method=method, steps=30)
        assert_same(again, whole)
    with pytest.raises(RecordError, match=r"give it again, resume\(path, f, method=\.\.\.\)"):
        resume(tmp_path / "own.npz", named("rosenbrock"))


def test_an_interrupted_walk_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    f = named("rosenbrock")
    calls = 0

    def stumbling(x: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 70:
            raise KeyboardInterrupt
        return f.value_and_gradient(x)

    broken = descend(Objective(stumbling, names=("x", "y")), START, method="adam", steps=200)
    assert (broken.ending, broken.evaluations, broken.steps) == ("interrupted", 69, 68)
    assert broken.verdict.cause == "interrupted" and "resume" in broken.verdict.advice
    broken.save(tmp_path / "walk.npz")
    whole = descend(f, START, method="adam", steps=200)
    assert_same(resume(tmp_path / "walk.npz", f, steps=200 - 68), whole)


def test_ascents_resume_upwards(tmp_path: Path) -> None:
    whole = ascend(named("waves"), [1.0, 0.5], rate=0.01, steps=40)
    half = ascend(named("waves"), [1.0, 0.5], rate=0.01, steps=20)
    half.save(tmp_path / "up.npz")
    again = resume(tmp_path / "up.npz", named("waves"), steps=20)
    assert_same(again, whole)
    assert again.last.value == whole.last.value > half.last.value


def test_a_loaded_walk_says_what_the_saved_one_said(tmp_path: Path) -> None:
    d = descend(named("rosenbrock"), START, rate=WarmUp(5, Cosine(1e-3, 500)), steps=300)
    d.save(tmp_path / "walk.npz")
    loaded = Descent.load(tmp_path / "walk.npz")
    assert_same(loaded, d)
    assert loaded.method == d.method and loaded.stop == d.stop and loaded.tier == "python"
    assert str(loaded.verdict) == str(d.verdict) and loaded.names == d.names
    assert np.array_equal(loaded.x, d.x) and str(loaded.table()) == str(d.table())
    loaded.save(tmp_path / "again.npz")
    assert_same(Descent.load(tmp_path / "again.npz"), d)


def test_the_file_holds_arrays_and_json_and_no_pickle(tmp_path: Path) -> None:
    d = descend(named("rosenbrock"), START, method="momentum", rate=1e-4, steps=10)
    d.save(tmp_path / "walk.npz")
    with np.load(tmp_path / "walk.npz", allow_pickle=False) as file:
        header = json.loads(file["header"].tobytes())
        assert {a.dtype.kind for a in (file[k] for k in file.files)} <= set("fibu")
        assert np.array_equal(file["record.x"], d.path)
        assert "state.velocity" in file.files
    assert (header["format"], header["version"], header["tier"]) == ("steepest-walk", 1, "python")
    assert header["method"] == {"name": "momentum", "rate": 1e-4, "momentum": 0.9}
    assert header["verdict"]["cause"] == "budget"


class Tree:
    """Starts as dicts, as the real structures do."""

    def flatten(self, x: Any) -> Any:
        return np.concatenate([np.ravel(x["w"]), [x["b"]]]).astype(np.float64)

    def unflatten(self, v: Any) -> Any:
        return {"w": v[:4].reshape(2, 2).copy(), "b": float(v[4])}


class Function:
    """Anything that offers objective(start)."""

    def objective(self, start: Any) -> Any:
        lam = np.arange(1.0, 6.0)
        o = Objective(lambda x: (float(lam @ (x * x)), 2 * lam * x), structure=Tree())
        return o, o.structure.flatten(start)


def test_structures_come_back_and_survive_a_file(tmp_path: Path) -> None:
    start = {"w": np.ones((2, 2)), "b": 2.0}
    whole = descend(Function(), start, rate=0.01, steps=20)
    half = descend(Function(), start, rate=0.01, steps=10)
    assert half.x["w"].shape == (2, 2) and half.best.gradient["b"] == pytest.approx(
        10 * half.x["b"]
    )
    half.save(tmp_path / "walk.npz")
    loaded = Descent.load(tmp_path / "walk.npz")
    assert loaded.x["b"] == half.x["b"] and loaded.x["w"].tolist() == half.x["w"].tolist()
    again = resume(tmp_path / "walk.npz", Function(), steps=10)
    assert_same(again, whole)
    assert again.x["w"].tolist() == whole.x["w"].tolist()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "walk.npz"
    descend(named("rosenbrock"), START, rate=1e-3, steps=50).save(path)
    return path


def test_the_function_must_be_the_same(saved: Path) -> None:
    with pytest.raises(RecordError, match=r"does not hold its function .* resume\(path, f\)"):
        resume(saved)
    with pytest.raises(RecordError, match="give the function that was walked on"):
        resume(saved, named("booth"))
    with pytest.raises(RecordError, match="has the variables x, y and this function x1, x2"):
        resume(saved, quadratic([1.0, 2.0]))
    native = dataclasses.replace(Descent.load(saved), tier="native")
    with pytest.raises(DescentError, match="cannot run in machine code"):
        resume(native, named("rosenbrock"))


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there is no file"):
        Descent.load(tmp_path / "nothing.npz")
    for content in (b"", b"hello", b"PK\x03\x04", b"\x93NUMPY"):
        (tmp_path / "foreign").write_bytes(content)
        with pytest.raises(RecordError, match="not a saved walk"):
            Descent.load(tmp_path / "foreign")
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    with pytest.raises(RecordError, match="holds no header"):
        Descent.load(tmp_path / "other.npz")
    np.save(tmp_path / "plain.npy", np.ones(3))
    with pytest.raises(RecordError, match="not a saved walk"):
        Descent.load(tmp_path / "plain.npy")
    np.savez(tmp_path / "evil.npz", header=np.array([{"a": print}], dtype=object))
    with pytest.raises(RecordError, match="not a saved walk"):
        Descent.load(tmp_path / "evil.npz")
    with pytest.raises(RecordError, match="cannot be read"):
        Descent.load(tmp_path)


def test_every_way_of_cutting_a_file_short_is_told(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole) - 1, max(1, len(whole) // 60)):
        saved.write_bytes(whole[:length])
        with pytest.raises(RecordError, match="cut short or damaged"):
            Descent.load(saved)


def rewritten(path: Path, header: dict[str, Any] | None = None, **arrays: Any) -> None:
    with np.load(path) as file:
        parts = {key: file[key] for key in file.files}
    known = json.loads(parts["header"].tobytes()) | (header or {})
    parts["header"] = np.frombuffer(json.dumps(known).encode(), dtype=np.uint8)
    parts |= {key.replace("_", ".", 1): value for key, value in arrays.items()}
    np.savez(path, **{key: value for key, value in parts.items() if value is not None})


@pytest.mark.parametrize(
    ("header", "arrays", "says"),
    [
        ({"version": 2}, {}, "version 2 .* reads version 1"),
        ({"format": "x"}, {}, "not a saved walk"),
        ({"names": ["x"]}, {}, "do not fit 1 variables"),
        ({"ending": "tired"}, {}, "is damaged"),
        ({"stop": {"tolerance": -1}}, {}, "is damaged"),
        ({}, {"record_x": np.ones((3, 2))}, "do not fit"),
        ({}, {"carry_last_x": np.ones(3)}, "do not fit"),
        ({}, {"carry_x": None}, "is damaged: KeyError"),
        ({}, {"carry_x": np.array(["a", "b"])}, "do not fit"),
        ({}, {"carry_uphill": np.full(5, np.nan)}, "do not fit"),
        ({}, {"carry_uphill": np.zeros(4)}, "do not fit"),
        ({}, {"carry_curvature": np.array(["a"] * 3)}, "do not fit"),
        ({"start": "w"}, {}, "is damaged"),
        ({"start": {"a": 1}}, {}, "is damaged"),
    ],
)
def test_damaged_contents(saved: Path, header: Any, arrays: Any, says: str) -> None:
    rewritten(saved, header, **arrays)
    with pytest.raises(RecordError, match=says):
        Descent.load(saved)


def test_what_cannot_be_written_loses_nothing(saved: Path, tmp_path: Path) -> None:
    d = descend(parabola(), 5.0, steps=5)
    for path in (tmp_path / "no" / "such" / "folder.npz", tmp_path):
        with pytest.raises(RecordError, match="still whole in memory"):
            d.save(path)
    assert d.steps == 5
    assert sorted(os.listdir(tmp_path)) == ["walk.npz"]  # and no half-written files


def test_a_failed_save_leaves_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(RecordError, match="No space left"):
        descend(parabola(), 5.0, steps=5).save(saved)
    assert saved.read_bytes() == before and os.listdir(saved.parent) == ["walk.npz"]


def test_zero_further_steps_change_nothing() -> None:
    d = descend(parabola(), 5.0, steps=5)
    assert_same(resume(d, steps=0), d)


def test_a_converged_walk_goes_on_with_a_tighter_tolerance() -> None:
    d = descend(parabola(), 5.0, tolerance=1e-3)
    again = resume(d, tolerance=1e-9)
    assert again.ending == "gradient" and again.steps > d.steps
    assert_same(again, descend(parabola(), 5.0, tolerance=1e-9))
