"""The same program computes the same bits: however busy the machine is, cold or from the cache."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import steepest as st
from steepest.graph.node import variable
from steepest.graph.traced import Traced
from steepest.native.engine import available
from steepest.native.plan import plan
from tests.patience import SECONDS

pytestmark = pytest.mark.skipif(bool(available()), reason=available())

WALKS = """
import hashlib, threading
import numpy as np
import steepest as st

def valley(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + 0.01 * np.sin(9 * x[0]) * np.exp(-x[1])

busy = threading.Event()
def burn():
    while not busy.is_set():
        sum(range(1000))

threads = [threading.Thread(target=burn, daemon=True) for _ in range(2)]
for t in threads:
    t.start()
for _ in range(4):
    walk = st.descend(valley, np.array([-1.2, 1.0]), rate=1e-3, steps=20_000, engine="native")
    slope = st.value_and_grad(valley)
    calls = [slope(np.array([0.1 * k, 1.0])) for k in range(30)]  # 16 interpreted, then compiled
    held = [walk.x, walk.path, *(g for _, g in calls), *(v for v, _ in calls)]
    digest = hashlib.sha256(b"".join(np.asarray(h).tobytes() for h in held)).hexdigest()
    print(digest, walk.tier, slope.compiled.paths[0].cached)
busy.set()
"""


def test_a_walk_has_the_same_bits_under_load_cold_and_warm(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "STEEPEST_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    printed: list[str] = []
    for _ in ("cold", "warm"):
        running = [
            subprocess.Popen(
                [sys.executable, "-c", WALKS], stdout=subprocess.PIPE, text=True, env=environment
            )
            for _ in range(3)
        ]
        for process in running:
            printed += process.communicate(timeout=SECONDS)[0].splitlines()
            assert process.returncode == 0
    assert len(printed) == 24
    assert len({line.split()[0] for line in printed}) == 1
    assert all(" native " in line for line in printed)
    assert any(line.endswith("False") for line in printed[:12])
    assert all(line.endswith("True") for line in printed[12:])


def test_calls_have_the_same_bits_from_every_thread() -> None:
    slope = st.value_and_grad(lambda x: np.sum(np.sin(x) * np.exp(-(x**2))))
    at = np.linspace(-2, 2, 7)
    assert slope.compile(at)
    found: set[bytes] = set()

    def call() -> None:
        found.update({slope(at)[1].tobytes() for _ in range(500)})

    threads = [threading.Thread(target=call) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == 1


def test_what_is_compiled_grows_as_the_function_does() -> None:
    """From 125 to 2,000 operations: instructions, and the text that LLVM reads, in proportion."""

    def chain(length: int) -> tuple[int, int]:
        x = variable("x")
        y = Traced(x)
        for k in range(length // 5):
            y = np.sin(y * 1.5 + float(k)) * y - 0.5  # five operations
        made = plan([x], [y.node])
        slope = st.grad(lambda w: _chained(w, length))
        (path,) = slope.compile(0.3).paths
        return made.size, len(path.ir)

    sizes = {n: chain(n) for n in (125, 250, 500, 1000, 2000)}
    for n, (instructions, text) in sizes.items():
        assert 0.8 * n <= instructions <= 1.2 * n
        assert text <= 1.3 * (n / 125) * sizes[125][1]


def _chained(w: float, length: int) -> float:
    for k in range(length // 5):
        w = np.sin(w * 1.5 + float(k)) * w - 0.5
    return w
