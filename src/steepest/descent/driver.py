"""The driver in Python: a walk in chunks, so that Ctrl-C, callbacks, clocks and progress fit in.

Chunks change nothing about the walk: not one bit depends on how long they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from steepest.descent.progress import Progress
from steepest.descent.record import Recorder
from steepest.descent.stopping import Ending
from steepest.descent.walk import Carry, Walk
from steepest.objective import NATIVE, PYTHON, Objective

__all__ = ["drive"]

CHUNK = 0.02  # seconds between looks at the clock
GROWTH = {PYTHON: 8, NATIVE: 1024}  # how much longer a chunk may be than the one before


def drive(
    objective: Objective,
    walk: Walk,
    carry: Carry,
    recorder: Recorder,
    *,
    callback: Callable[[Carry], Any] | None = None,
    every: int = 1,
    progress: bool | None = None,
) -> tuple[Carry, Ending]:
    """Advance the walk until a rule, a budget, the callback or Ctrl-C ends it.

    An exception from the function, the method or the callback passes through, with a note that
    names the evaluation and the point.
    """
    started = time.monotonic()
    seconds = walk.stop.seconds
    # The first chunk is held to the contract, and timed.
    alone = objective.tier == PYTHON or callback is not None
    count = 1 if alone else recorder.layout.head
    bar = Progress(progress, walk.stop.steps, carry.taken)
    ending = Ending.GOING
    try:
        while ending is Ending.GOING:
            if seconds is not None and time.monotonic() - started >= seconds and carry.taken:
                ending = Ending.SECONDS
                break
            before = carry
            carry, code, took = _chunk(objective, walk, carry, recorder, count)
            ending = Ending(code)
            if before.t == 0 and carry.t > 0:
                walk.check(before, carry)
            if callback is not None and carry.t > before.t and callback(carry):
                ending = Ending.CALLBACK if ending is Ending.GOING else ending
            bar.show(carry, time.monotonic() - started)
            count = _sized(count, took, GROWTH[objective.tier])
            count = every if callback is not None else _left(walk, carry, count)
    except KeyboardInterrupt:  # between chunks, or in the callback
        carry, ending = recorder.carry or carry, Ending.INTERRUPTED
    except Exception as error:
        error.add_note(_note(recorder))
        raise
    finally:
        bar.close()
    return carry, ending


def _chunk(
    objective: Objective, walk: Walk, carry: Carry, recorder: Recorder, count: int
) -> tuple[Carry, int, float]:
    """Up to `count` evaluations in the objective's tier: the carry after them, a code, and how many
    seconds they took.
    """
    if objective.tier == NATIVE:
        steps: tuple[Carry, int, float] = objective.machine.loop(
            objective, walk, carry, recorder, count
        )
        return steps
    started = time.monotonic()
    carry, code = objective.loop(walk.advance, carry, recorder.keep, count)
    return carry, code, time.monotonic() - started


def _left(walk: Walk, carry: Carry, count: int) -> int:
    """Not more evaluations than the budgets leave, where every one is a step."""
    steps, evaluations = walk.stop.steps, walk.stop.evaluations
    if steps is not None:
        count = min(count, steps + 1 - carry.taken)
    if evaluations is not None:
        count = min(count, evaluations - carry.t)
    return max(1, count)


def _note(recorder: Recorder) -> str:
    row = recorder.newest
    if row is None:
        return "at the start of a descent"
    at = ", ".join(f"{value:.17g}" for value in row.x[:8]) + (", ..." if row.x.size > 8 else "")
    return (
        f"after {row.t + 1} evaluations of a descent; the last point was [{at}]; "
        "the walk up to there is the exception's .descent"
    )


def _sized(count: int, took: float, growth: int) -> int:
    """The next chunk: about CHUNK seconds, and at most `growth` times the last.

    At least twice the last while a chunk is not long, so that what a chunk itself costs, on a busy
    machine, never keeps chunks short.
    """
    wanted = int(count * CHUNK / max(took, 1e-9))
    least = 2 * count if took < 2 * CHUNK else 1
    return max(least, min(growth * count, wanted))
