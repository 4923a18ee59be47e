"""The table of conventions: every row by the front door, in both modes, as code and as formula."""

from __future__ import annotations

import importlib.util
import math
import re
import warnings
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest

import steepest as st

HERE = Path(__file__).parent
TABLE = HERE / "truth" / "conventions.tsv"
PAGE = HERE.parent / "docs" / "conventions.md"
NAMES = {name: getattr(math, name) for name in ("pi", "e", "inf", "nan", "log", "sqrt")}


class Row(NamedTuple):
    section: str
    code: str
    formula: str
    point: str
    value: str
    slope: str
    second: str
    why: str


def table() -> list[Row]:
    rows, section = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#!") or not line.strip():
            continue
        if line.startswith("#"):
            section = line.lstrip("# ")
        else:
            rows.append(Row(section, *line.split("\t")))
    return rows


ROWS = table()
CODE = [r for r in ROWS if r.code]
TYPED = [r for r in ROWS if r.formula]


def number(text: str) -> Any:
    """What a cell says: a number, or a list of them. The table is ours, and no other names."""
    found = eval(text, {"__builtins__": {}}, NAMES)
    return np.array(found, dtype=float) if isinstance(found, list) else float(found)


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The table's code as somebody's module, with a source, as users' functions have."""
    path = tmp_path_factory.mktemp("conventions") / "hard_places.py"
    lines = ["import numpy as np", "import scipy.special"]
    for i, row in enumerate(CODE):
        lines += [f"def f{i}(x):", f"    return {row.code}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("hard_places", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [getattr(module, f"f{i}") for i in range(len(CODE))]


def same(found: Any, expected: Any, what: str) -> None:
    np.testing.assert_allclose(
        np.asarray(found, float), expected, rtol=1e-12, atol=1e-300, err_msg=what
    )


def label(row: Row) -> str:
    return f"{row.code or row.formula} at {row.point}"


@pytest.mark.parametrize("i", range(len(CODE)), ids=[label(r) for r in CODE])
def test_numpy_code(i: int, functions: Any) -> None:
    row, f = CODE[i], functions[i]
    x = number(row.point)
    with np.errstate(all="ignore"):
        if not row.section.startswith("Values other than"):
            same(f(x), number(row.value), "NumPy's own value")
        if row.slope == "-":
            return
        slope = number(row.slope)
        g = st.grad(f, strict=True)
        same(g(x), slope, "reverse mode")
        for unit in directions(x):
            value, along = st.jvp(f, (x,), (unit,))
            same(value, number(row.value), "value")
            if np.all(np.isfinite(slope)) or np.ndim(x) == 0:
                same(along, np.sum(slope * unit), "forward mode")
        if row.second != "-":
            second = number(row.second) * np.ones((*np.shape(x), *np.shape(x)))
            for unit in directions(x):
                expected = np.tensordot(second, unit, np.ndim(x))
                same(st.hvp(f, x, unit), expected, "second, forward over reverse")
                back = st.grad(lambda v, u=unit: np.sum(g(v) * u))
                same(back(x), expected, "second, reverse over reverse")


def test_values_other_than_scipys_are_mpmaths() -> None:
    meanings = {"iv": mpmath.besseli, "gammaln": mpmath.loggamma}
    found = [r for r in CODE if r.section.startswith("Values other than")]
    assert len(found) == 5
    for row in found:
        name, _, inside = row.code.removeprefix("scipy.special.").partition("(")
        before = [float(a) for a in inside.rstrip(")").split(", ")[:-1]]
        with mpmath.workdps(40):
            f = partial(meanings[name], *before)
            x = mpmath.mpf(number(row.point))
            same(float(f(x)), number(row.value), row.code)
            slope = mpmath.diff(f, x, h=x * mpmath.mpf(10) ** -15)
            same(float(slope), number(row.slope), row.code)


def directions(x: Any) -> list[Any]:
    """Every unit vector, in the shape of x."""
    if np.ndim(x) == 0:
        return [1.0]
    return [np.eye(x.size)[k].reshape(x.shape) for k in range(x.size)]


@pytest.mark.parametrize("row", TYPED, ids=[label(r) for r in TYPED])
def test_formula(row: Row) -> None:
    f = st.Function(row.formula)
    point = np.atleast_1d(number(row.point))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        same(f(*point[: len(f.variables)]), number(row.value), "value")
        if row.slope == "-" or not f.variables:
            return
        expected = np.atleast_1d(number(row.slope))[: len(f.variables)]
        same(np.atleast_1d(f.gradient(*point)), expected, "reverse mode")
        for k, name in enumerate(f.variables):
            same(f.derivative(name)(*point), expected[k], "forward mode")
        if row.second != "-" and len(f.variables) == 1:
            same(f.derivative(order=2)(*point), number(row.second), "second")


def test_where_there_is_a_nan_its_line_is_named(functions: Any) -> None:
    broken = [i for i, r in enumerate(CODE) if "no convention would be honest" in r.section]
    assert len(broken) >= 3
    for i in broken:
        found = st.why_not_finite(functions[i], number(CODE[i].point))
        assert not found.finite and found.origin is not None
        assert found.origin.line == functions[i].__code__.co_firstlineno + 1


def test_the_page_is_the_table() -> None:
    """docs/conventions.md holds the table between two comments; this is what it must be."""
    parts = re.split(r"<!-- table -->\n", PAGE.read_text(encoding="utf-8"))
    assert parts[1].strip() == markdown().strip(), (
        "copy this into docs/conventions.md:\n" + markdown()
    )


def markdown() -> str:
    lines: list[str] = []
    section = None
    for r in ROWS:
        if r.section != section:
            section = r.section
            title, _, more = section.partition(": ")
            lines += ["", f"## {title}", ""]
            lines += [f"{more[0].upper()}{more[1:]}", ""] if more else []
            lines += [
                "| function | at | value | derivative | second | why |",
                "| --- | --- | --- | --- | --- | --- |",
            ]
        shown = f"`{r.code or r.formula}`"
        cells = (
            shown,
            r.point,
            r.value,
            r.slope,
            r.second.replace("-", "", 1) if r.second == "-" else r.second,
            r.why,
        )
        lines.append("| " + " | ".join(c.replace("|", r"\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"
