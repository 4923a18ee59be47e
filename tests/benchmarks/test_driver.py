"""Contenders in processes of their own: who takes part, in which order, and what is noted down."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.contender import MODULES, contenders
from benchmarks.driver import Lane, Plan, Worker, race
from benchmarks.results import Run
from benchmarks.works import WORKS
from tests.benchmarks import toys

PLAN = Plan(sys.executable, processes=2, seconds=1e-4)


@pytest.fixture(scope="module")
def raced() -> tuple[dict[str, Lane], list[str]]:
    said: list[str] = []
    lanes = race(contenders(toys.WORK, [toys.__name__]), PLAN, rounds=3, say=said.append)
    return {lane.name: lane for lane in lanes}, said


@pytest.mark.parametrize("name", ["ours", "by hand", "peer", "rough"])
def test_every_round_of_every_process_is_noted(
    raced: tuple[dict[str, Lane], list[str]], name: str
) -> None:
    rounds = raced[0][name].rounds
    assert [len(turns) for turns in rounds] == [3, 3]
    assert all(ns > 0 for turns in rounds for ns in turns)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("wrong", "wrong by 1.7e-07 of the largest number"),
        ("too many", "2 numbers instead of 1"),
        ("not a number", "wrong by nan"),
        ("dies", "its process ended with status 3"),
    ],
)
def test_a_wrong_answer_is_named_once_and_not_timed(
    raced: tuple[dict[str, Lane], list[str]], name: str, why: str
) -> None:
    lanes, said = raced
    assert not lanes[name].rounds and why in lanes[name].wrong
    [told] = [line for line in said if f"{name}: WRONG" in line]
    assert why in told


@pytest.mark.parametrize(
    ("name", "why"),
    [("no compiler", "there is no compiler"), ("no package", "no_such_package_anywhere")],
)
def test_who_is_absent_is_named_once(
    raced: tuple[dict[str, Lane], list[str]], name: str, why: str
) -> None:
    lanes, said = raced
    assert not lanes[name].rounds and not lanes[name].wrong
    [told] = [line for line in said if f"{name}: left out" in line]
    assert why in told


def test_versions_are_those_that_ran(raced: tuple[dict[str, Lane], list[str]]) -> None:
    assert raced[0]["ours"].versions == {
        "Python": platform.python_version(),
        "numpy": version("numpy"),
    }


def test_short_calls_are_repeated_until_a_turn_is_long_enough() -> None:
    [ours] = [c for c in contenders(toys.WORK, [toys.__name__]) if c.name == "ours"]
    worker = Worker(ours, PLAN)
    try:
        assert worker.prepare(Lane(ours.name, ours.role))
        worker.calibrate(1e-4)
        assert worker.calls > 50  # a call costs far less than 2 microseconds
    finally:
        worker.end()
    assert worker.process.returncode == 0 and not Path(worker.place.name).exists()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores cannot be chosen here")
def test_workers_stay_on_the_core_they_are_told() -> None:
    core = max(os.sched_getaffinity(0))
    [ours] = [c for c in contenders(toys.WORK, [toys.__name__]) if c.name == "ours"]
    worker = Worker(ours, Plan(sys.executable, core=core))
    try:
        assert worker.prepare(Lane(ours.name, ours.role))
        assert os.sched_getaffinity(worker.process.pid) == {core}
    finally:
        worker.end()


def test_every_work_has_steepest_and_its_limit() -> None:
    for name, work in WORKS.items():
        if name == toys.WORK:
            continue
        those = {c.name: c.role for c in contenders(name, MODULES)}
        assert "steepest" in those.values()
        assert not work.limit or those[work.limit] == "hand", (name, work.limit)


def test_the_command_measures_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--only", "call-floats", "--processes", "1", "--seconds", "1e-5"]
    assert main([*words, "--into", str(tmp_path)]) == 0
    run = Run.load(tmp_path / "benchmarks.json")
    [measured] = run.works
    ours = measured.named("steepest")
    assert ours is not None and len(ours.rounds[0]) == WORKS["call-floats"].rounds
    assert "Python and math, derivative by hand" in {lane.name for lane in measured.present}
    assert "two floats" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert (tmp_path / "pictures" / "benchmarks.png").read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    for lane in measured.lanes:
        assert lane.rounds or f"{lane.name}: left out" in printed

    kept = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))
    assert main(["--redraw", "--into", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8")) == kept
