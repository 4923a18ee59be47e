"""Write the pages that the code knows best: operations, coverage, and the reference.

They are written anew into docs/generated/ whenever the documentation is built, so they are never
out of date, and adding a row or a public name needs no edit here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path

from coverage_table import coverage_page
from sphinx.application import Sphinx

import steepest.operations  # fills ROWS
from steepest import errors
from steepest.graph.operation import ROWS, Operation

FAMILIES = {
    "elementwise": "Arithmetic and elementary functions",
    "special": "Special functions",
    "activation": "Activation functions",
    "comparison": "Comparisons and logic",
    "choice": "Choices",
    "reduction": "Reductions",
    "product": "Products of arrays",
    "movement": "Moving numbers about",
    "constant": "Named constants",
}
INTERNAL = {"leaf"}  # inputs and constants: what a graph begins with, not operations

# The rooms whose insides are documented for those who build on them or add to them.
ROOMS = [
    "steepest.graph.operation",
    "steepest.graph.node",
    "steepest.graph.traverse",
    "steepest.calculus.derive",
    "steepest.calculus.forward",
    "steepest.calculus.transpose",
]


def cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*") or " "


def codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or " "


def numpy_name(function: object) -> str:
    return f"np.{getattr(function, '__name__', function)}"


def table_row(row: Operation) -> str:
    typed = [row.infix.strip()] if row.infix.strip() else list(row.spellings)
    numbers = [numpy_name(f) for f in row.numpy] + (
        [f"scipy.special.{row.scipy}"] * bool(row.scipy)
    )
    columns = [
        f"`{row.name}`",
        codes(t.replace("|", r"\|") for t in typed),
        codes(numbers),
        cell(row.shown),
        cell(row.convention),
    ]
    return f"| {' | '.join(columns)} |"


def operations_page() -> str:
    families: dict[str, list[Operation]] = {name: [] for name in FAMILIES}
    for row in ROWS.values():
        if row.family not in INTERNAL:
            families.setdefault(row.family, []).append(row)
    count = sum(map(len, families.values()))
    parts = [
        "# Operations",
        f"The {count} operations that `steepest` differentiates. This page is written from the "
        "same rows that differentiate, print and test them, each time the documentation is built. "
        "`a` and `b` are a first and a second argument; `x` is an only one. What is not here is "
        "not guessed: it is an error that names the operation, or a derivative by differences "
        "that says so.",
    ]
    for family, rows in families.items():
        if rows:
            parts += [
                f"## {FAMILIES.get(family, family.capitalize())}",
                "| row | in a formula | in NumPy | derivative | at kinks and edges |\n"
                "| --- | --- | --- | --- | --- |\n" + "\n".join(map(table_row, rows)),
            ]
    return "\n\n".join(parts) + "\n"


def directive(name: str, thing: object, module: str) -> str:
    if inspect.ismodule(thing):
        return ""
    if inspect.isclass(thing):
        kind = "autoexception" if issubclass(thing, BaseException) else "autoclass"
        return f".. {kind}:: {module}.{name}\n   :members:\n"
    return f".. {'autofunction' if callable(thing) else 'autodata'}:: {module}.{name}\n"


def section(title: str, directives: Iterable[str]) -> str:
    return f"## {title}\n\n```{{eval-rst}}\n" + "\n".join(filter(None, directives)) + "```\n"


def reference_page() -> str:
    """Every name in `steepest.__all__`, in its order; then the tree of errors."""
    public = [n for n in getattr(steepest, "__all__", []) if not n.startswith("__")]
    face = [
        directive(n, getattr(steepest, n), "steepest") for n in public if n not in errors.__all__
    ]
    tree = [directive(n, getattr(errors, n), "steepest.errors") for n in errors.__all__]
    parts = ["# Reference", "Everything in `import steepest as st`, in the order of the work."]
    if any(face):
        parts.append(section("Functions, slopes and walks", face))
    parts.append(section("Errors", tree))
    return "\n\n".join(parts)


def inside_page() -> str:
    parts = [
        "# Inside",
        "The rooms that a contributor meets first. Names here may still change between releases.",
    ]
    parts += [section(room, [f".. automodule:: {room}\n   :members:\n"]) for room in ROOMS]
    return "\n\n".join(parts)


def write_pages(app: Sphinx) -> None:
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    pages = {
        "operations": operations_page,
        "coverage": coverage_page,
        "reference": reference_page,
        "inside": inside_page,
    }
    for name, page in pages.items():
        path, text = folder / f"{name}.md", page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:  # else nothing to rebuild
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
