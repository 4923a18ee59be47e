"""CONTRIBUTING.md says that one row is all it takes; here its very lines are run."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.calculus.derive import jvp, vjp
from steepest.graph.node import make, variable
from steepest.graph.operation import BINDINGS, ROWS, Operation
from steepest.graph.traverse import evaluate
from steepest.operations.elementwise import unary
from tests.assay import check_row

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW, SESSION = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
POINTS = np.linspace(-3.0, 3.0, 13)


@pytest.fixture
def haversine() -> Iterator[Operation]:
    """The row of CONTRIBUTING.md, added to the registry for one test."""
    rows, bindings = dict(ROWS), dict(BINDINGS)
    namespace: dict[str, Any] = {"np": np, "unary": unary}
    exec(ROW, namespace)
    yield namespace["haversine"]
    for registry, before in ((ROWS, rows), (BINDINGS, bindings)):
        registry.clear()
        registry.update(before)


def test_the_session_prints_what_the_guide_says(haversine: Operation) -> None:
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    session = doctest.DocTestParser().get_doctest(
        SESSION, {"np": np}, "CONTRIBUTING.md", "CONTRIBUTING.md", 0
    )
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=options).run(session, out=said.append)
    assert result.attempted == 6 and not result.failed, "".join(said)


def test_value_and_both_modes_are_right(haversine: Operation) -> None:
    n, push, pull = (variable(name, POINTS.shape) for name in ("n", "push", "pull"))
    y = make(haversine, (n,))
    given = {n: POINTS, push: np.cos(POINTS), pull: np.exp(POINTS)}
    value, forward, backward = evaluate([y, *jvp([y], [n], [push]), *vjp([y], [n], [pull])], given)
    # hav x = (1 - cos x)/2, so hav' x = sin(x)/2: the textbook's other form of both.
    np.testing.assert_allclose(value, (1 - np.cos(POINTS)) / 2, rtol=0, atol=2e-16)
    np.testing.assert_allclose(forward, np.sin(POINTS) / 2 * np.cos(POINTS), rtol=1e-15)
    np.testing.assert_allclose(backward, np.sin(POINTS) / 2 * np.exp(POINTS), rtol=1e-15)


def test_the_row_stands_the_assay_that_every_row_stands(haversine: Operation) -> None:
    check_row(haversine)


def test_a_wrong_rule_would_not_stand_it() -> None:
    wrong = ROW.replace("np.sin(x) / 2", "np.sin(x)")
    assert wrong != ROW
    namespace: dict[str, Any] = {"np": np, "unary": unary}
    try:
        exec(wrong, namespace)
        with pytest.raises(AssertionError):
            check_row(namespace["haversine"])
    finally:
        ROWS.pop("haversine", None)
