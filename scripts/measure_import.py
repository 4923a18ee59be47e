"""Measure what `import steepest` costs beyond `import numpy`.

    python scripts/measure_import.py [RUNS]

Every run is a fresh interpreter; the two imports are timed one after the other inside it, after one
run that is thrown away (it fills the disk's cache and writes the bytecode).
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 41
LIMIT = 10.0  # milliseconds: what the project promises

TIMED = """
from time import perf_counter as now
start = now()
import numpy
between = now()
import steepest
print(1000 * (between - start), 1000 * (now() - between))
"""


def measure() -> tuple[float, float]:
    """The milliseconds that numpy took, and that steepest took after it, in a new interpreter."""
    done = subprocess.run([sys.executable, "-c", TIMED], capture_output=True, text=True, check=True)
    numpy, steepest = map(float, done.stdout.split())
    return numpy, steepest


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    measure()
    numpy, steepest = zip(*(measure() for _ in range(runs)), strict=True)
    for name, times in (("import numpy", numpy), ("import steepest, after it", steepest)):
        low, middle, high = statistics.quantiles(times, n=4)
        print(f"{name:26} {middle:7.2f} ms   (middle half of {runs} runs: {low:.2f} to {high:.2f})")
    extra = statistics.median(steepest)
    share = extra / statistics.median(numpy)
    verdict = "within" if extra <= LIMIT else "over"
    print(f"steepest adds {extra:.2f} ms, {share:.1%} of numpy, {verdict} {LIMIT:g} ms")
    sys.exit(extra > LIMIT)


if __name__ == "__main__":
    main()
