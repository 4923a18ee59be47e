"""Rounds: every contender has a process of its own, and they take turns.

What drifts (the clock rate, other programs) then meets all alike, and the ratio of two contenders
is taken round by round. All processes are ended and started again several times, since some of what
decides about speed is decided once for a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contender import Contender

__all__ = ["Lane", "Plan", "Worker", "race"]

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
) | {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    peers       the interpreter of those who need more than steepest is installed with
    processes   how often all processes are started
    seconds     that a turn takes at least, by repeating short calls: less than programs that share
                a core run in a row, so that most turns are undisturbed
    core        where all run; -1 leaves that to the system
    """

    peers: str = sys.executable
    processes: int = 3
    seconds: float = 0.005
    core: int = -1

    def interpreter(self, contender: Contender) -> str:
        return sys.executable if contender.at_home else self.peers


@dataclass
class Lane:
    """What was measured of one contender: nanoseconds of a call, for each process and round."""

    name: str
    role: str
    versions: dict[str, str] = field(default_factory=dict)
    rounds: list[list[float]] = field(default_factory=list)
    absent: str = ""
    wrong: str = ""


class Worker:
    """The process of one contender, on the other end of two pipes."""

    def __init__(self, contender: Contender, plan: Plan) -> None:
        self.contender, self.calls = contender, 1
        self.place = tempfile.TemporaryDirectory(prefix="benchmark-")
        paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
        own = {
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "STEEPEST_CACHE": str(Path(self.place.name) / "cache"),
            "TMPDIR": self.place.name,
        }
        self.process = subprocess.Popen(
            [plan.interpreter(contender), "-m", "benchmarks.worker", str(plan.core)],
            cwd=self.place.name,
            env={**os.environ, **ONE_THREAD, **own, **contender.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a line, and wait for the answer; a process that died is a wrong answer."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return {"wrong": f"its process ended with status {self.process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def prepare(self, lane: Lane) -> bool:
        """Make it ready, and note down what there is to know; whether it can take part."""
        c = self.contender
        told = self.ask({"prepare": [c.work, c.name, c.module]})
        lane.absent, lane.wrong = told.get("absent", ""), told.get("wrong", "")
        lane.versions = told.get("versions", lane.versions)
        return "versions" in told

    def calibrate(self, seconds: float) -> None:
        """Find how many calls a turn needs, to take as long as that. What else the machine does
        can only lengthen a turn: of three the shortest counts.
        """
        while True:
            ns = min(self.turn() for _ in range(3)) * self.calls
            if ns >= seconds * 1e9 / 2:
                self.calls = max(1, round(self.calls * seconds * 1e9 / ns))
                return
            self.calls = max(self.calls * 2, int(self.calls * min(seconds * 1e9 / ns, 100)))

    def turn(self) -> float:
        """Nanoseconds of a call, over one turn."""
        told = self.ask({"run": self.calls})
        if "ns" not in told:
            raise RuntimeError(f"{self.contender.name} ({self.contender.work}): {told['wrong']}")
        return float(told["ns"]) / self.calls

    def end(self) -> None:
        """Let the process go, which it does when nothing more can be asked."""
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.place.cleanup()


def race(
    those: Sequence[Contender], plan: Plan, rounds: int, say: Callable[[str], None] = print
) -> list[Lane]:
    """Let them take turns: `rounds` each, in each of `plan.processes` processes.

    Who is not installed, or wrong, is named by `say` and takes no part.
    """
    lanes = [Lane(c.name, c.role) for c in those]
    for p in range(plan.processes):
        running = _start(zip(those, lanes, strict=True), plan, p, say)
        try:
            for r in range(rounds):
                k = (p + r) % max(len(running), 1)  # nobody is always behind the same other
                for worker, lane in running[k:] + running[:k]:
                    lane.rounds[p].append(worker.turn())
        finally:
            for worker, _ in running:
                worker.end()
    return lanes


def _start(
    those: Iterable[tuple[Contender, Lane]], plan: Plan, p: int, say: Callable[[str], None]
) -> list[tuple[Worker, Lane]]:
    """The processes of all who can take part, ready to run."""
    running = []
    for contender, lane in those:
        if lane.absent or lane.wrong:
            continue
        worker = Worker(contender, plan)
        if worker.prepare(lane):
            worker.calibrate(plan.seconds)
            lane.rounds.append([])
            running.append((worker, lane))
            continue
        worker.end()
        if lane.wrong:
            say(f"  {contender.name}: WRONG, and left out: {lane.wrong}")
        else:
            say(f"  {contender.name}: left out: {lane.absent}")
    return running
