"""Measure float64 against mpmath for every row, and write the table of docs/accuracy.md.

    python scripts/measure_accuracy.py [points]

Errors are in units of the last place (ulp) of the true result. A computed f(x) cannot be better
than its argument, which may itself be rounded: an error of 2·eps·|x·f'(x)| is owed to that, and
"beyond" is what remains. The points are random but always the same, half of them even over the
row's domain and half crowded towards its ends and 0.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

import steepest.operations  # noqa: E402, F401
from steepest.graph.operation import ROWS  # noqa: E402
from tests.assay import Accuracy, assayable, measure  # noqa: E402

HEAD = """\
# Accuracy

How far float64 is from the truth, row by row: the value, and the derivative by each argument,
against mpmath at 40 digits, at {points} random points of the row's domain.
`scripts/measure_accuracy.py` measures and writes this page (here with NumPy {numpy}); the tests
hold every row to the column "allowed".

Errors are in units of the last place (ulp) of the true result. *Worst* is the largest one. *Beyond
conditioning* is what is left when 2·eps·|x·f′(x)| is taken off, the error that comes from rounding
the argument alone and that no implementation can avoid; this is what is bounded, by 4 ulp and, for
a few rows, by more, for the reasons below the table.

| row | of | worst, ulp | beyond conditioning | allowed |
|---|---|--:|--:|--:|
"""


def table(found: list[Accuracy]) -> str:
    lines = []
    for m in found:
        what = m.what.replace("slope 0", "slope").replace("slope 1", "slope, 2nd argument")
        what = what.replace("slope 2", "slope, 3rd argument")
        lines.append(f"| {m.row} | {what} | {shown(m.ulp)} | {shown(m.excess)} | {m.allowed:g} |")
    return "\n".join(lines) + "\n"


def shown(ulp: float) -> str:
    return f"{ulp:.1f}" if ulp < 100 else f"{ulp:.0f}"


def main() -> None:
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rows = sorted((r for r in ROWS.values() if assayable(r)), key=lambda r: r.name)
    found = [m for r in rows for m in measure(r, points)]
    reasons = "".join(
        f"- `{r.name}`: {r.tolerance[0]:g} ulp more, for {r.tolerance[1]}.\n"
        for r in rows
        if r.tolerance[0]
    )
    page = HEAD.format(points=points, numpy=np.__version__) + table(found)
    page += "\nExceptions, and their reasons:\n\n" + reasons
    (ROOT / "docs" / "accuracy.md").write_text(page, encoding="utf-8")
    print(table(found))
    over = [m for m in found if m.excess > m.allowed]
    print(f"{len(rows)} rows, {len(found)} results, {len(over)} beyond what is allowed")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
