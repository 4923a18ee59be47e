"""The process of one contender: a line of JSON comes in, a line goes out.

    {"prepare": [WORK, NAME, MODULE]}  ->  {"versions": {...}}, {"absent": why} or {"wrong": why}
    {"run": calls}                     ->  {"ns": nanoseconds for all calls together}

What a contender prints goes to standard error, so that it cannot be taken for an answer. Every
process stays on one core, and is told to use one thread.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from itertools import repeat
from time import perf_counter_ns
from typing import Any, TextIO

from benchmarks.contender import Absent, Prepared, contenders
from benchmarks.works import WORKS, WrongAnswer

__all__ = ["main", "timed"]


def timed(prepared: Prepared, calls: int) -> int:
    """Nanoseconds of so many calls in a row; the loop is the same for every contender."""
    call, arguments = prepared.call, prepared.arguments
    turns = repeat(None, calls)
    gc.collect()
    gc.disable()
    if calls > 1:
        call(*arguments)  # others ran in between: the caches are cold
    try:
        if not arguments:
            began = perf_counter_ns()
            for _ in turns:
                call()
            return perf_counter_ns() - began
        if len(arguments) == 1:
            (x,) = arguments
            began = perf_counter_ns()
            for _ in turns:
                call(x)
            return perf_counter_ns() - began
        x, y = arguments
        began = perf_counter_ns()
        for _ in turns:
            call(x, y)
        return perf_counter_ns() - began
    finally:
        gc.enable()


def prepared(work: str, name: str, module: str) -> tuple[Prepared | None, dict[str, Any]]:
    """The contender, made ready and found right; and what is told of it."""
    [contender] = [c for c in contenders(work, [module]) if c.name == name]
    try:
        ready = contender.prepare()
        WORKS[work].check(ready.read(ready.call(*ready.arguments)), ready.slack)
    except (ImportError, Absent) as error:
        return None, {"absent": str(error)}
    except WrongAnswer as error:
        return None, {"wrong": str(error)}
    return ready, {"versions": versions(contender.packages)}


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def stay_on(core: int) -> None:
    """Keep this process, and what it starts, on one core, where the system can do that."""
    if core >= 0 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def main(asked: TextIO, answers: TextIO, core: int) -> None:
    """Answer until nothing more is asked."""
    stay_on(core)
    ready: Prepared | None = None
    for line in asked:
        message = json.loads(line)
        if "prepare" in message:
            ready, told = prepared(*message["prepare"])
        elif ready is None:
            told = {"wrong": "asked to run before it was ready"}
        else:
            told = {"ns": timed(ready, message["run"])}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.stdin, channel, int(sys.argv[1]))
