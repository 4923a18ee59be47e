"""Machine code comes and goes without leaving anything behind, in threads, forks and at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from steepest.native.engine import available
from tests.patience import SECONDS

pytestmark = pytest.mark.skipif(bool(available()), reason=available())

START = """
import gc, os, sys, threading, time
import numpy as np
import steepest as st

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

def made(k):
    return st.value_and_grad(lambda x: np.sum(k * x**2))

X = np.ones(3)

def right(vg, k):
    value, slope = vg(X)
    return value == 3.0 * k and slope.tolist() == [2.0 * k] * 3
"""


def run(tmp_path: Path, body: str, *flags: str) -> str:
    """What a script prints, with every warning and check that Python has; it must end well."""
    script = tmp_path / "script.py"
    script.write_text(START + textwrap.dedent(body))
    environment = {
        **os.environ,
        "STEEPEST_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-X", "faulthandler", *flags, str(script)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment,
        check=False,
    )
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr)
    return done.stdout


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_functions_that_come_and_go_leave_no_memory_behind(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        for k in range(1, 301):
            vg = made(1.0 + k % 3)
            assert vg.compile(X) and right(vg, 1.0 + k % 3)
            if k == 100:
                gc.collect()
                before = resident()
        del vg
        gc.collect()
        print(resident() - before)
        """,
    )
    assert int(printed) < 1500  # KiB for 200 functions; a linker that is kept alone takes 1,800


def test_a_function_dropped_while_threads_run_it(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        shelf, stop, wrong = {}, threading.Event(), []

        def call():
            while not stop.is_set():
                item = shelf.get("now")
                if item is not None and not right(*item):
                    wrong.append(item)
                item = None

        threads = [threading.Thread(target=call) for _ in range(3)]
        sys.setswitchinterval(1e-5)
        [t.start() for t in threads]
        for k in range(25):
            vg = made(1.0 + k % 4)
            shelf["now"] = (vg, 1.0 + k % 4)
            vg.compile(X)
            time.sleep(0.01)
            shelf.clear()
            del vg
            gc.collect()
        stop.set()
        [t.join() for t in threads]
        print(len(wrong))
        """,
    )
    assert printed.strip() == "0"


def test_the_kernel_that_python_calls_dropped_while_threads_run_it(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        import steepest.operations
        from steepest.graph.node import variable
        from steepest.graph.traced import Traced
        from steepest.native.kernel import kernel_of
        x = variable("x", (200,))
        y = np.sum(Traced(x) * Traced(x)).node
        shelf, stop, wrong = [kernel_of([x], [y])], threading.Event(), []
        ones = np.ones(200)

        def call():
            while not stop.is_set():
                if shelf[0](ones) != [200.0]:
                    wrong.append(1)

        threads = [threading.Thread(target=call) for _ in range(3)]
        sys.setswitchinterval(1e-5)
        [t.start() for t in threads]
        for k in range(60):
            shelf[0] = kernel_of([x], [y])
        stop.set()
        [t.join() for t in threads]
        print(len(wrong))
        """,
    )
    assert printed.strip() == "0"


def test_the_end_of_the_interpreter(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        vg, other = made(2.0), made(3.0)
        vg.compile(X), other.compile(X)
        vg.itself = vg  # is freed by the last collection, if at all

        def call():
            while True:
                right(other, 3.0)

        threading.Thread(target=call, daemon=True).start()
        time.sleep(0.1)

        class Last:
            def __del__(self):
                print("last", right(vg, 2.0))

        sys.last = Last()
        print("done", right(vg, 2.0))
        """,
    )
    assert printed.startswith("done True")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_forks(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # forks beside threads: the point here
        vg, stop = made(2.0), threading.Event()
        vg.compile(X)

        def compile_on():
            k = 0
            while not stop.is_set():
                k += 1
                made(3.0 + k % 5).compile(X)

        thread = threading.Thread(target=compile_on)
        thread.start()
        codes = []
        for k in range(8):
            time.sleep(0.02)
            child = os.fork()
            if not child:
                fresh = made(100.0 + k)
                good = right(vg, 2.0) and bool(fresh.compile(X)) and right(fresh, 100.0 + k)
                os._exit(0 if good and right(made(2.5), 2.5) else 1)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stop.set()
        thread.join()
        print(codes, right(vg, 2.0))
        """,
    )
    assert printed.strip() == f"{[0] * 8} True"


def test_paths_are_added_while_threads_call(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """
        weights = np.ones(3)

        def f(x):
            for k in range(6):
                if x[0] < k:
                    return np.sum(weights * x**2) * k
            return np.sum(x**3)

        wrong, count = [], []

        def call(vg, k):
            x = np.full(3, k - 0.5)
            for _ in range(200):
                if vg(x)[0] != 3 * (k - 0.5) ** 2 * k:
                    wrong.append(k)

        sys.setswitchinterval(1e-5)
        for _ in range(4):
            vg = st.value_and_grad(f)
            threads = [threading.Thread(target=call, args=(vg, k)) for k in range(1, 6)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            count.append(len(vg.compiled.paths) >= 5)
        print(len(wrong), count)
        """,
    )
    assert printed.strip() == f"0 {[True] * 4}"
