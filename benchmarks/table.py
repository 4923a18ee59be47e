"""The page of the documentation: who took how long, and how many times as long as another."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.driver import Lane
from benchmarks.results import Measured, Run, middle, ratio, turns
from benchmarks.works import WORKS, Work

__all__ = ["duration", "duration_of", "page", "summary", "times"]

UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))

HEAD = """\
# Benchmarks

Steepest beside other libraries, and beside the same work written by hand in C. `sh scripts/bench`
measures, and writes this page and its picture; each row comes from the last run that measured it,
and has its time below.

![For each work, how long the others take in multiples of steepest's time](pictures/benchmarks.png)

"""

HOW = """\
## How it is measured

Every contender has a process of its own, pinned to one and the same core and told to use one
thread. Before it is timed, its answer is compared with a truth that comes from none of them
(fractions, formulas by hand, NumPy step by step); a wrong one is left out and named. Then they take
turns, some milliseconds or one call at a time, so that what drifts meets all alike. All processes
are ended and started again, {processes} times in all. A time is the median over all turns, {rounds}
or more; a ratio is the median of the ratios within each round, given with its middle half. A call
is what a user calls: NumPy arrays or floats in, floats and new NumPy arrays out, except for the
batches of JAX and PyTorch, which stay in their own arrays.

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

    >>> times(0.956), times(12.34), times(1234.5), times(0.00031)
    ('0.96', '12.3', '1,234', '0.00031')
    """
    if value < 0.0995:
        return f"{value:.2g}" if value >= 1e-4 else f"{value:.1e}"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def shared(lane: Lane, work: Work) -> str:
    return duration(middle(lane) / work.shares)


def duration_of(measured: Measured, lane: Lane) -> str:
    """The median time of a contender, of what one wants to know of its work."""
    return shared(lane, WORKS[measured.work])


def aligned(head: str, rows: Iterable[Iterable[str]]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|---|" + "--:|" * (columns - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def summary(run: Run) -> str:
    """One row for each work: steepest, the fastest that differentiates, and the limit by hand."""
    rows: list[list[str]] = []
    for measured in run.works:
        work = WORKS[measured.work]
        ours, peers = measured.of("steepest"), measured.of("peer")
        if not ours:
            continue
        row = [work.title, shared(ours[0], work)]
        limit = measured.named(work.limit)
        row += [f"{peers[0].name}, {shared(peers[0], work)}"] if peers else ["–"]
        row += [f"**{times(ratio(peers[0], ours[0])[0])}**"] if peers else ["–"]
        row += (
            [shared(limit, work), f"**{times(ratio(ours[0], limit)[0])}**"] if limit else ["–"] * 2
        )
        rows.append([*row, work.reach])
    head = "work | steepest | fastest peer | its time / ours | by hand | ours / by hand | aim"
    return aligned(head, rows)


def details(measured: Measured) -> str:
    """Everybody who did a work, fastest first."""
    work = WORKS[measured.work]
    ours = measured.of("steepest")
    rows = []
    for lane in sorted(measured.present, key=middle):
        spread = sorted(turns(lane))
        extremes = f"{duration(spread[0] / work.shares)} to {duration(spread[-1] / work.shares)}"
        mine = lane.role == "steepest"
        row = [f"**{lane.name}**" if mine else lane.name, shared(lane, work), extremes]
        if ours and lane is not ours[0]:
            half, low, high = map(times, ratio(lane, ours[0]))
            row += [half, f"{low} to {high}"]
        else:
            row += ["–", "–"]
        rows.append(row)
    title = work.title[0].upper() + work.title[1:]
    text = f"### {title}\n\n"
    text += aligned("contender | median | all turns | × steepest | middle half", rows)
    out = [lane for lane in measured.lanes if not lane.rounds]
    if out:
        why = "; ".join(f"{lane.name} ({lane.absent or lane.wrong})" for lane in out)
        text += f"\nLeft out: {why}.\n"
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
    parts = [HEAD, summary(run), "\n", how]
    parts += ["## Where\n\n", "\n".join(facts), "\n\n## Everybody\n\n"]
    return "".join(parts) + "\n".join(map(details, run.works))
