"""Measure the elementary functions in machine code, and write docs/vectormath.md.

    python scripts/sweep_vectormath.py [points]

Errors are in units of the last place (ulp) of the true result, the largest of `points` random but
always the same points in each range; truth is `long double`, as in the tests, so this needs a
machine where that has 64 bits of mantissa. Speed is this machine's, and shown as a ratio to NumPy.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import llvmlite  # noqa: E402
import llvmlite.binding as llvm  # noqa: E402
import numpy as np  # noqa: E402
import scipy  # noqa: E402

from steepest.native.vectormath import ARITY, NAMES  # noqa: E402
from tests.native.ranges import RANGES  # noqa: E402
from tests.native.vectors import (  # noqa: E402
    EXTENDED,
    NUMPY,
    SINGLE,
    Compiled,
    claimed,
    same_bits,
    true_values,
    ulps,
)

CHUNK = 50_000
TIMED = 8192  # numbers in the arrays that are timed: they stay in the second cache
THEIRS = {
    **NUMPY,
    "sigmoid": scipy.special.expit,
    "softplus": lambda x, out=None: np.logaddexp(0, x, out=out),
}

HEAD = """\
# Elementary functions in machine code

Machine code computes `exp`, `sin` and their kin by formulas of our own
(`src/steepest/native/vectormath`), one for each function and for any number of lanes, out of
additions, multiplications, divisions and fused multiply-adds that round as IEEE 754 says. So a
result has the same bits alone and in a vector, and under every level of optimisation. Polynomials
are fitted by `scripts/fit_vectormath.py`; methods and their sources are named in the code. Where a
processor has no fused multiply-add, the C library's functions take their place.

`scripts/sweep_vectormath.py` measures and writes this page.

## Errors

The largest error among {points:,} points in each range, in units of the last place (ulp) of the
true result, and beside it that of NumPy {numpy} at the same points (for `erf`, `erfc` and `sigmoid`
of SciPy {scipy}; for `softplus` of `logaddexp(0, x)`). 0.5 is what rounding the true result costs.
The tests hold every function to the bound in the last column.

| function | range | ulp | NumPy | bound |
|---|---|--:|--:|--:|
"""

SPEED = """
## Speed

Nanoseconds per number on one core, for orientation: {machine}, {features}; LLVM {llvm}, NumPy
{numpy}; arrays of {timed:,} numbers, the best of {repeats} rounds of processor time. The ratio is
that of the better vector to NumPy, or SciPy.

| function | alone | 4 lanes | 8 lanes | NumPy | ratio |
|---|--:|--:|--:|--:|--:|
"""
REPEATS = 40


def worst_errors(compiled: Compiled, name: str, words: str, points: int) -> tuple[float, float]:
    """Ours and theirs."""
    rng = np.random.default_rng(len(words))
    ours = theirs = 0.0
    for _ in range(0, points, CHUNK):
        sample = RANGES[name][words](rng, CHUNK)
        true = true_values(name, sample)
        computed = compiled(name, 4, *sample)
        if not same_bits(computed, compiled(name, 1, *sample)):
            raise SystemExit(f"{name}: one lane and four have different bits for {words}")
        ours = max(ours, float(ulps(computed, true).max()))
        with np.errstate(all="ignore"):
            theirs = max(theirs, float(ulps(THEIRS[name](*sample), true).max()))
    return ours, theirs


def nanoseconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        for _ in range(8):
            run()
        times.append(time.thread_time_ns() - start)
    return min(times) / 8 / TIMED


def speeds(compiled: Compiled, name: str) -> list[float]:
    """Of one lane, four, eight, and NumPy."""
    ordinary = {"acosh": (1, 10), "pow": (0.1, 10), "log": (0.1, 10), "sqrt": (0.1, 10)}
    ordinary |= {"log2": (0.1, 10), "log10": (0.1, 10), "log1p": (-0.9, 10)}
    ordinary |= dict.fromkeys(("asin", "acos", "atanh"), (-0.99, 0.99))
    low, high = ordinary.get(name, (-5, 5))
    arrays = np.random.default_rng(1).uniform(low, high, (ARITY[name], TIMED))
    results = np.empty((2, TIMED))
    used = results if name == "sincos" else results[:1]
    pointers = [a.ctypes.data for a in [*arrays, *used]]
    found = []
    for lanes in (1, 4, 8):
        entry = compiled.entry(name, lanes)
        found.append(nanoseconds(lambda entry=entry: entry(*pointers, TIMED)))
    if name == "sincos":
        both = (np.sin, np.cos)
        found.append(
            nanoseconds(lambda: [f(arrays[0], out=o) for f, o in zip(both, results, strict=True)])
        )
    else:
        found.append(nanoseconds(lambda: THEIRS[name](*arrays, out=results[0])))
    return found


def shown(ulp: float) -> str:
    return f"{ulp:.2f}" if ulp < 100 else f"{ulp:.0e}"


def machine() -> dict[str, object]:
    features = llvm.get_host_cpu_features()
    words = [w for w in ("avx512f", "avx2", "avx", "fma", "neon", "sve") if features.get(w)]
    return {
        "machine": f"{platform.machine()}, {llvm.get_host_cpu_name()}",
        "features": " ".join(words),
        "llvm": ".".join(map(str, llvm.llvm_version_info)) + f" (llvmlite {llvmlite.__version__})",
        "timed": TIMED,
        "repeats": REPEATS,
    }


def main() -> None:
    if not EXTENDED:
        raise SystemExit("long double is no longer than double here: there is no truth to compare")
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "points": points}
    compiled = Compiled(NAMES, (1, 4, 8), vectorized=False)
    page, over = HEAD.format(**versions), []
    for name in SINGLE:
        for words in RANGES[name]:
            ours, theirs = worst_errors(compiled, name, words, points)
            line = f"| {name} | {words} | {shown(ours)} | {shown(theirs)} | {claimed(name):g} |"
            page += line + "\n"
            print(line, flush=True)
            over += [line] if ours > claimed(name) else []
    page += SPEED.format(**versions, **machine())
    for name in NAMES:
        one, four, eight, theirs = speeds(compiled, name)
        line = f"| {name} | {one:.1f} | {four:.2f} | {eight:.2f} | {theirs:.1f} "
        line += f"| {min(four, eight) / theirs:.2f} |"
        page += line + "\n"
        print(line, flush=True)
    (ROOT / "docs" / "vectormath.md").write_text(page, encoding="utf-8")
    print(f"{len(over)} beyond their bound", *over, sep="\n")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
