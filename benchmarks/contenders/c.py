"""C, written by hand and compiled here by gcc: the limits that steepest is held to."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contender import Absent, Prepared, contends
from benchmarks.works import (
    BY_HAND,
    POINT,
    RATES,
    START,
    STEPS,
    WALK_STEPS,
    WALKS,
    place,
    sampled,
    starts,
)

SOURCES = Path(__file__).resolve().parents[1] / "c"
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
ARRAY, REAL, LONG = ctypes.c_void_p, ctypes.c_double, ctypes.c_long

entered = partial(contends, role="hand")


def built(source: str, *flags: str, ending: str = ".so") -> Path:
    """A source from the folder `c`, compiled into a folder of its own."""
    if not shutil.which("gcc"):
        raise Absent("gcc is not on the PATH")
    library = Path(tempfile.mkdtemp(prefix="benchmark-")) / f"{source}{ending}"
    command = ["gcc", *FLAGS, *flags, "-o", str(library), str(SOURCES / f"{source}.c"), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"gcc refuses {source}.c:\n{done.stderr}")
    return library


def extension() -> Any:
    """The module `bench_call`."""
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").exists():
        raise Absent("Python's headers are not installed")
    include = (f"-I{headers}", f"-I{np.get_include()}")
    path = built("bench_call", *include, ending=str(sysconfig.get_config_var("EXT_SUFFIX")))
    spec = importlib.util.spec_from_file_location("bench_call", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def called(name: str, *arguments: Any) -> Callable[[], Prepared]:
    return lambda: Prepared(getattr(extension(), name), arguments)


entered("call-array", BY_HAND)(called("call_array", np.array(POINT)))
entered("call-floats", BY_HAND)(called("call_floats", *POINT))
entered("rosenbrock-10", BY_HAND)(called("rosenbrock", place(10)))
entered("rosenbrock-100", BY_HAND)(called("rosenbrock", place(100)))
entered("hessian", BY_HAND)(called("hessian", place(100)))


def walk(name: str) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        function = getattr(ctypes.CDLL(str(built("bench_walk"))), name)
        function.argtypes, function.restype = (ARRAY, REAL, REAL, LONG), LONG

        def down() -> Any:
            at = np.array(START)
            taken = function(at.ctypes.data, RATES["rosenbrock"], 1e-8, STEPS)
            assert taken == STEPS
            return at

        return Prepared(down)

    return prepare


entered("walk", "C, plain")(walk("walk_plain"))
entered("walk", "C, short chain")(walk("walk_short"))


def herd(work: str, kind: str) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        function = getattr(ctypes.CDLL(str(built("bench_many"))), f"{work}_{kind}")
        function.argtypes, function.restype = (ARRAY, ARRAY, LONG, REAL, LONG), None
        many, ends = starts(), np.empty((WALKS, 2))

        def down() -> Any:
            function(many.ctypes.data, ends.ctypes.data, WALKS, RATES[work], WALK_STEPS)
            return ends

        return Prepared(down, read=sampled)

    return prepare


for _work in ("himmelblau", "waves"):
    entered(_work, "C in registers")(herd(_work, "registers"))
    entered(_work, "C, plain")(herd(_work, "plain"))
