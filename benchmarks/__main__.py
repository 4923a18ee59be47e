"""Measure steepest beside its peers, and write docs/benchmarks.md and its picture.

python -m benchmarks --peers /path/to/python     # everything, some minutes
python -m benchmarks --only call-array walk      # these works again; the others stay
python -m benchmarks --redraw                    # page and picture from the numbers there are
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.contender import contenders
from benchmarks.driver import ROOT, Plan, race
from benchmarks.picture import draw
from benchmarks.results import Measured, Run, load, machine, now
from benchmarks.table import page, summary
from benchmarks.works import WORKS

__all__ = ["main", "measure", "write"]


def measure(name: str, plan: Plan) -> Measured:
    """One work, by all contenders that are here."""
    work, before = WORKS[name], load()
    print(f"{name}: {work.title}", flush=True)
    lanes = race(contenders(name), plan, work.rounds)
    return Measured(name, lanes, now(), (before, load()))


def write(run: Run, folder: Path) -> None:
    """The numbers, the page and the picture."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    run.save(folder / "benchmarks.json")
    (folder / "benchmarks.md").write_text(page(run), encoding="utf-8")
    draw(run, folder / "pictures" / "benchmarks.png")


def options(words: list[str]) -> argparse.Namespace:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [-1]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--peers",
        default=sys.executable,
        metavar="PYTHON",
        help="the Python that the peers are installed in, if it is another than steepest's",
    )
    parser.add_argument("--only", nargs="+", choices=WORKS, metavar="WORK", help=", ".join(WORKS))
    parser.add_argument("--processes", type=int, default=3, help="how often all start anew")
    parser.add_argument("--seconds", type=float, default=0.005, help="how long a turn is, at least")
    parser.add_argument("--core", type=int, default=cores[-1], help="the core where all run")
    parser.add_argument("--into", type=Path, default=ROOT / "docs", metavar="FOLDER")
    parser.add_argument("--redraw", action="store_true", help="measure nothing")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """0, or 1 where somebody gave a wrong answer."""
    asked = options(words)
    kept = asked.into / "benchmarks.json"
    run = Run(machine())
    if kept.exists() and (asked.redraw or asked.only):
        before = Run.load(kept)
        if asked.redraw or before.machine == run.machine:
            run = before
        else:
            print("The numbers that are there come from another machine, and are left behind.")
    if not asked.redraw:
        plan = Plan(os.path.abspath(asked.peers), asked.processes, asked.seconds, asked.core)
        for name in asked.only or WORKS:
            run.add(measure(name, plan))
            write(run.ordered(WORKS), asked.into)  # what is measured stays, whatever comes next
    run = run.ordered(WORKS)
    write(run, asked.into)
    print(summary(run))
    wrong = [f"{m.work}: {lane.name}" for m in run.works for lane in m.lanes if lane.wrong]
    if wrong:
        print("Wrong answers:", "; ".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
