"""The published table of formulas: what is typed, how it is read, what is said about it.

`python tests/sources/test_formula_table.py` writes the table into docs/formulas.md again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from steepest.errors import FormulaError
from steepest.graph.node import Node
from steepest.graph.traverse import evaluate
from steepest.sources.formula import Formula, parse

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "truth" / "formula_pairs.tsv"
PAGE = ROOT / "docs" / "formulas.md"
BEGIN, END = "<!-- table begins -->", "<!-- table ends -->"


class Pair(NamedTuple):
    chapter: str
    typed: str
    declared: str
    reading: str
    said: str


def read_pairs() -> Iterator[Pair]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Pair(*line.split("\t"))


PAIRS = list(read_pairs())
READINGS = [p for p in PAIRS if p.reading != "error"]
ERRORS = [p for p in PAIRS if p.reading == "error"]


def named(pair: Pair) -> str:
    return f"{pair.typed} {pair.declared}".strip().encode("unicode_escape").decode()


def parsed(pair: Pair) -> Formula:
    return parse(pair.typed, pair.declared.split() or None)


def test_the_table_is_large_enough_and_has_no_row_twice() -> None:
    assert len(PAIRS) >= 60
    assert len({(p.typed, p.declared) for p in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", READINGS, ids=named)
def test_reading(pair: Pair) -> None:
    formula = parsed(pair)
    assert formula.reading == pair.reading
    if pair.said:
        assert any(note.startswith(pair.said) for note in formula.notes), formula.notes
    else:
        assert formula.notes == ()


@pytest.mark.parametrize("pair", ERRORS, ids=named)
def test_error(pair: Pair) -> None:
    with pytest.raises(FormulaError) as caught:
        parsed(pair)
    first, pointed, *remedy = str(caught.value).split("\n\n")
    assert first.startswith(pair.said)
    line, carets = pointed.splitlines()
    assert line.strip() == pair.typed
    assert set(carets.strip()) == {"^"}
    assert caught.value.text == pair.typed
    assert 0 <= caught.value.position < len(pair.typed)
    assert carets.index("^") - 4 == caught.value.position  # under the very character
    assert remedy or "number is too" in first, "an error says what to write instead"


@pytest.mark.parametrize("pair", READINGS, ids=named)
def test_bracketed_reading_is_a_formula_and_means_the_same(pair: Pair) -> None:
    formula = parsed(pair)
    again = parse(formula.reading, formula.variables)
    assert again.outputs == formula.outputs  # equal nodes are one object
    assert again.reading == formula.reading


def python_meaning(text: str, values: dict[str, float]) -> object:
    """What Python itself makes of a bracketed reading: truth that is not ours."""
    code = re.sub(r"\^", "**", text).replace("ℯ", "euler")
    scope = {name: getattr(np, name) for name in ("sin", "cos", "sqrt", "log", "log2", "log10")}
    scope |= {"arcsin": np.arcsin, "abs": abs, "floor": math.floor, "pi": math.pi}
    scope |= {"euler": math.e, "maximum": max, "sigmoid": lambda x: 1 / (1 + math.exp(-x))}
    scope |= {"where": lambda c, a, b: a if c else b, "__builtins__": {}}
    return eval(code, scope, dict(values))


@pytest.mark.parametrize("pair", READINGS, ids=named)
def test_graph_has_the_value_that_python_gives_the_reading(pair: Pair) -> None:
    formula = parsed(pair)
    values = {name: 0.37 + 0.11 * i for i, name in enumerate(formula.variables)}
    inputs: dict[Node, object] = {node: np.float64(values[node.name]) for node in formula.inputs}
    found = evaluate(list(formula.outputs), inputs)
    assert found == pytest.approx(np.atleast_1d(python_meaning(formula.reading, values)), rel=1e-14)


# ---- the page ------------------------------------------------------------------------------------


def cell(text: str) -> str:
    """Text as code in a cell of a Markdown table."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def sentence(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


def page_table() -> str:
    lines = []
    for chapter, pairs in groupby(PAIRS, key=lambda p: p.chapter):
        lines += [
            f"### {chapter}",
            "",
            "| typed | is read as | and this is said |",
            "|---|---|---|",
        ]
        for pair in pairs:
            declared = f", with variables {cell(pair.declared.replace(' ', ', '))}"
            typed = cell(pair.typed) + (declared if pair.declared else "")
            reading = "an error" if pair.reading == "error" else cell(pair.reading)
            lines.append(f"| {typed} | {reading} | {sentence(pair.said)} |")
        lines.append("")
    return "\n".join(lines)


def page_with_table(page: str) -> str:
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{page_table()}\n{END}{rest.split(END)[1]}"


def test_the_page_shows_this_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), f"run python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
