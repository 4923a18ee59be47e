"""What compiling and dropping leaves behind: memory after many functions have come and gone.

    .venv/bin/python scripts/measure_compile_and_drop.py [cycles]

Prints the resident memory as the cycles go by; it should be flat after the first hundreds. Half of
the functions are compiled, half come from the cache on disk (of its own, thrown away at the end).
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time

import numpy as np

import steepest as st


def resident() -> int:
    """Resident memory of this process in KiB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def cycle(k: int) -> None:
    """A function is made, compiled, called and dropped."""
    factor = float(k) if k % 2 else 1.5

    def f(x):
        return np.sum(factor * x**2) + np.sin(x[0])

    slope = st.grad(f)
    compiled = slope.compile(np.ones(3))
    assert compiled, compiled
    assert slope(np.ones(3))[1] == 2 * factor


def main(cycles: int) -> None:
    started, base = time.perf_counter(), 0
    for k in range(1, cycles + 1):
        cycle(k)
        if k % max(1, cycles // 20) == 0:
            gc.collect()
            base = base or resident()
            print(
                f"{k:6d} functions, {resident():8d} KiB ({resident() - base:+d}), "
                f"{time.perf_counter() - started:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STEEPEST_CACHE"] = folder
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
