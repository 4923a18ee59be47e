"""Rows are entered a module at a time, and nothing that is shown depends on which came first."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.graph.operation import BINDINGS, ROWS

SOURCE = Path(__file__).parents[2] / "src" / "steepest"
COMMON = ("elementwise", "choose", "hyperbolic", "shape", "linear", "scans", "reductions", "order",
          "products", "seldom")  # fmt: skip


def _reached_from_elsewhere() -> set[str]:
    """The modules of rows that some other part of the library imports by themselves."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "operations"
    ]
    return set(re.findall(r"steepest\.operations\.(\w+)", "\n".join(texts)))


def _run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_order_of_common_rows_does_not_depend_on_what_is_entered_first() -> None:
    modules = sorted({*COMMON, *_reached_from_elsewhere()} - {"usual"})
    assert {"spline", "custom", "differences"} <= set(modules)
    program = f"""
import importlib, sys
for name in ["usual", *{modules!r}]:
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "steepest"]:
        del sys.modules[loaded]
    importlib.import_module("steepest.operations." + name)
    print(*importlib.import_module("steepest.operations.usual").COMMON)
"""
    orders = _run(program).splitlines()
    assert len(orders) == 1 + len(modules)
    assert set(orders) == {orders[0]}
    names = orders[0].split()
    assert len(set(names)) == len(names)
    assert {"where", "sin", "tanh", "sum", "matmul"} <= set(names)
    assert not {"custom", "differences", "spline", "gammaln"} & set(names)


def test_a_formula_of_numbers_enters_no_rows_of_arrays() -> None:
    program = """
import sys, steepest as st
print(*st.Function("n^2 + 3e^2 + sin(3n)*e").gradient(1.5, -0.5).tolist())
print(*sorted(m.rpartition(".")[2] for m in sys.modules if m.startswith("steepest.operations.")))
"""
    numbers, loaded = _run(program).splitlines()
    assert [float(x) for x in numbers.split()] == pytest.approx([3.316193699146, -3.977530117665])
    assert "elementwise" in loaded.split()
    assert not {"linear", "reductions", "products", "seldom"} & set(loaded.split())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('"sum" in ROWS', "True reductions"),
        ('ROWS["tanh"].name', "tanh hyperbolic"),
        ('BINDINGS["getitem"].__name__', "getitem linear"),
        ('ROWS.get("gammaln").name', "gammaln seldom"),
        ('ROWS.get("no such row")', "None seldom"),
        ("REDUCTIONS[np.add].__name__", "call reductions"),
        ('(Traced(variable("a", (3,))) @ np.ones(3)).node.op', "matmul products"),
        ('len(ROWS) == len(set(ROWS))', "True seldom"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_entered(asked: str, found: str) -> None:
    program = f"""
import sys
import numpy as np
import steepest.operations
from steepest.graph.node import variable
from steepest.graph.operation import BINDINGS, REDUCTIONS, ROWS
from steepest.graph.traced import Traced
names = {COMMON!r}
before = [n for n in names if "steepest.operations." + n in sys.modules]
assert before == ["elementwise"], before
print({asked}, [n for n in names if "steepest.operations." + n in sys.modules][-1])
"""
    assert _run(program).split("\n")[0] == found


def test_what_is_nowhere_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="no such row"):
        ROWS["no such row"]
    assert BINDINGS.get("no such function", 3) == 3
