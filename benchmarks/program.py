"""A whole process as a contender: a program that prints one gradient."""

from __future__ import annotations

import re
import subprocess
import sys

from benchmarks.contender import Absent, Prepared

__all__ = ["program"]

NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")


def program(text: str) -> Prepared:
    """Runs this program anew at every call, and reads the numbers that it prints."""

    def run() -> str:
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
        if "ModuleNotFoundError" in done.stderr:
            raise Absent(done.stderr.strip().splitlines()[-1])
        done.check_returncode()
        return done.stdout

    return Prepared(run, read=numbers)


def numbers(printed: str) -> list[float]:
    return [float(word) for word in NUMBER.findall(printed)]
