"""The page of the documentation: who took how long, and how many times as long as another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.driver import Lane
from benchmarks.results import Measured, Run, middle, ratio, turns
from benchmarks.works import WORKS, Work

__all__ = ["duration", "page", "summary"]

READING = Path(__file__).with_name("reading.md")
UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))

HEAD = """\
# Benchmarks

Steepest beside other libraries, and beside the same work written by hand in C. `sh scripts/bench`
measures, and writes this page and its picture; everything here comes from its last run.

![For each work, how long the others take in multiples of steepest's time](pictures/benchmarks.png)

"""

HOW = """\
## How it is measured

Every contender has a process of its own, pinned to one and the same core and told to use one
thread. Before it is timed, its answer is compared with a truth that comes from none of them
(fractions, formulas by hand, NumPy step by step); a wrong one is left out and named. Then they take
turns, a tenth of a second or one call at a time, so that what drifts meets all alike. All processes
are ended and started again, {processes} times in all. A time is the median over all turns
({rounds} or more); a ratio is the median of the ratios within each round, and the brackets hold its
middle half. A call is what a user calls: NumPy arrays or floats in, floats and new NumPy arrays out,
except for the batches of JAX and PyTorch, which stay in their own arrays.

"""


def duration(ns: float) -> str:
    """A time in the unit that suits it.

    >>> duration(321.4), duration(1_530.0), duration(57e6), duration(1.25e9)
    ('321 ns', '1.53 µs', '57.0 ms', '1.25 s')
    """
    size, unit = next(((s, u) for s, u in UNITS if ns >= 0.9995 * s), UNITS[-1])
    value = ns / size
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f} {unit}"


def times(value: float) -> str:
    """A ratio, with as many digits as it deserves.

    >>> times(0.956), times(12.34), times(1234.5)
    ('0.96', '12.3', '1,234')
    """
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def shared(lane: Lane, work: Work) -> str:
    return duration(middle(lane) / work.shares)


def against(lane: Lane, other: Lane) -> str:
    half, low, high = ratio(lane, other)
    return f"{times(half)} ({times(low)} to {times(high)})"


def aligned(head: str, rows: Iterable[Iterable[str]]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|---|" + "--:|" * (columns - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def summary(run: Run) -> str:
    """One row for each work: steepest, the fastest that differentiates, and the limit by hand."""
    rows = []
    for measured in run.works:
        work = WORKS[measured.work]
        ours, peers = measured.of("steepest"), measured.of("peer")
        if not ours:
            continue
        row = [work.title, shared(ours[0], work)]
        row += _beside(ours[0], peers[0] if peers else None, work, name=True)
        row += _beside(ours[0], measured.named(work.limit), work, name=False)
        rows.append([*row, work.reach])
    head = "work | steepest | fastest peer | ours/theirs | by hand | ours/limit | aim"
    return aligned(head, rows)


def _beside(ours: Lane, other: Lane | None, work: Work, name: bool) -> list[str]:
    if other is None:
        return ["–", "–"]
    who = f"{other.name}, " if name else ""
    return [who + shared(other, work), times(ratio(ours, other)[0])]


def details(measured: Measured) -> str:
    """Everybody who did a work, fastest first."""
    work = WORKS[measured.work]
    ours = measured.of("steepest")
    rows = []
    for lane in sorted(measured.present, key=middle):
        spread = sorted(turns(lane))
        extremes = f"{duration(spread[0] / work.shares)} to {duration(spread[-1] / work.shares)}"
        mine = lane.role == "steepest"
        ratios = against(ours[0], lane) if ours and lane is not ours[0] else "–"
        rows.append([f"**{lane.name}**" if mine else lane.name, shared(lane, work), extremes, ratios])
    title = work.title[0].upper() + work.title[1:]
    text = f"### {title}\n\n"
    text += aligned("contender | median | all turns | ours/theirs", rows)
    absent = [f"{lane.name} ({lane.absent or lane.wrong})" for lane in measured.lanes if not lane.rounds]
    if absent:
        text += f"\nLeft out: {'; '.join(absent)}.\n"
    before, after = measured.load
    turned = len(turns(measured.present[0])) if measured.present else 0
    return text + (
        f"\n{turned} turns each, {measured.when}; load of the machine {before:.1f} before, "
        f"{after:.1f} after.\n"
    )


def page(run: Run) -> str:
    """The whole page, in Markdown."""
    lanes = [lane for m in run.works for lane in m.present]
    how = HOW.format(
        processes=min((len(lane.rounds) for lane in lanes), default=0),
        rounds=min((len(turns(lane)) for lane in lanes), default=0),
    )
    facts = [f"- {name}: {value}" for name, value in (run.machine | run.versions()).items()]
    parts = [HEAD, summary(run), "\n", READING.read_text(encoding="utf-8"), "\n", how]
    parts += ["## Where\n\n", "\n".join(facts), "\n\n## Everybody\n\n"]
    return "".join(parts) + "\n".join(map(details, run.works))
