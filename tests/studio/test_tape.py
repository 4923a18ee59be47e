"""The page's interpreter gives the engine's numbers: one set of fixtures, written by the engine."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.compass import WORDS, bearing, bearing_vector, compass_word
from steepest.expression import Expression
from steepest.graph.node import make, variable
from steepest.graph.operation import ROWS
from steepest.studio.protocol import plain
from steepest.studio.tape import LONGEST, OPERATIONS, tape_of, taped

from .conftest import HERE

TOLERANCE = 4e-15  # elementary functions differ by some units in the last place between libraries
FORMULAS = {
    "a mountain": "1.1exp(-(n-0.4)^2 - e^2/0.8) - 0.6exp(-(n+0.6)^2/0.5) + 0.1n e",
    "README": "n**2 + 3*e**2 + sin(3*n)*e",
    "pieces": "where(n > e, n^2, abs(e)) + max(n, e, 0.3) + sign(n)",
    "a network": "tanh(0.7n - 1.2e + 0.1)*1.3 + sigmoid(n e) + relu(n)",
    "powers": "(n^2 + 1)^e + 2^n + n^3 - n^-2",
    "error function": "erf(n) + erfc(2e)",
    "angles": "arctan2(n, e) + hypot(n, e) + cosh(n) - arcsinh(e)",
}


def rows() -> list[str]:
    """The rows on numbers that machine code has."""
    return [
        name
        for name, row in ROWS.items()
        if row.elementwise and row.machine and row.domain and row.arity == len(row.domain)
    ]


def row_fixture(name: str) -> dict[str, Any] | None:
    row = ROWS[name]
    inputs = tuple(variable(f"x{i}") for i in range(row.arity or 0))
    try:
        node = make(row, inputs)
        tape = taped([Expression(inputs, (node,))])
    except (TypeError, st.SteepestError):  # with parameters of its own, or on truth values
        return None
    spread = np.random.default_rng(len(name))
    points = [[float(spread.uniform(*ends)) for ends in row.domain] for _ in range(12)]
    with np.errstate(all="ignore"):
        values = [[float(row.run(*map(np.float64, p)))] for p in points]
    return {"name": name, "tape": tape, "points": points, "values": values}


def formula_fixture(name: str, formula: str) -> dict[str, Any]:
    function = st.Function(formula, ("n", "e"))
    tape = tape_of(function)
    assert tape is not None
    spread = random.Random(name)
    points = [[round(spread.uniform(-2, 2), 2), round(spread.uniform(-2, 2), 2)] for _ in range(40)]
    points += [[0.0, 0.0], [1.0, 1.0], [0.3, -0.12]]
    with np.errstate(all="ignore"):
        values = [[function(*p), *function.gradient(*p).tolist()] for p in points]
    return {"name": name, "tape": tape, "points": points, "values": values}


def fixtures() -> dict[str, Any]:
    found = [f for name in rows() if (f := row_fixture(name)) is not None]
    assert len(found) > 60, "most rows can be run by the page"
    formulas = [formula_fixture(name, text) for name, text in FORMULAS.items()]
    # where terms cancel, what counts is the size of the terms
    scale = {f["name"]: [10.0, 100.0, 100.0] for f in formulas}
    numbers = [0.1, -2.5, 3.0, 1e-7, 1.5e-5, 0.0001, 123456789.0, 1e16, 1.5e300, float("inf")]
    return {
        "tolerance": TOLERANCE,
        "scale": scale,
        "operations": sorted(OPERATIONS - {"input", "constant"}),
        "functions": [*found, *formulas],
        "written": [[x, repr(x)] for x in numbers],
        "bearings": [
            {"north": n, "east": e, "degrees": bearing(n, e), "word": compass_word(bearing(n, e))}
            for n, e in [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 2), (-3, 1), (-1, -5), (0.2, -0.1)]
        ],
        "vectors": [[d, *bearing_vector(d)] for d in [0, 90, 180, 270, 33, 359]],
    }


def test_the_interpreter_gives_the_engines_numbers(node: str, tmp_path: Path) -> None:
    file = tmp_path / "fixtures.json"
    file.write_text(json.dumps(plain(fixtures())))
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(HERE / "tape.test.mjs")],
        env={**os.environ, "STEEPEST_FIXTURES": str(file)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"# pass {len(fixtures()['functions']) + 3}" in done.stdout


def test_what_the_page_cannot_run_has_no_tape() -> None:
    assert tape_of(st.Function(st.Terrain.jacksboro())) is None
    assert tape_of(st.Function(lambda n, e: n if n > e else e)) is None
    long = " + ".join(f"sin({k}n)e^{k}" for k in range(2, 700))
    assert tape_of(st.Function(long, ("n", "e"))) is None


def test_a_tape_is_plain_data() -> None:
    tape = tape_of(st.Function("where(x > 0, 1/0, x)"))
    assert tape is not None and len(tape["code"]) < LONGEST
    assert json.loads(json.dumps(tape, allow_nan=False)) == tape


@pytest.mark.parametrize("word", WORDS)
def test_the_compass_points_are_exact(word: str) -> None:
    assert compass_word(bearing(*bearing_vector(45.0 * WORDS.index(word)))) == word
