"""Data flows one way through the house, and so do imports; nothing heavy loads before its use."""

from __future__ import annotations

import graphlib
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .conftest import Module, read_modules, room_of

# The rooms, from the ground up. A module may import its own room and every room above it here.
ROOMS = [
    "errors",
    "record",
    "compass",
    "binding",
    "graph",
    "operations",
    "printing",
    "calculus",
    "native",
    "expression",
    "sources",
    "operators",
    "products",
    "explanation",
    "nonfinite",
    "custom",
    "written",
    "called",
    "slope",
    "function",
    "problems",
    "objective",
    "walkable",
    "descent",
    "diagnosis",
    "gradcheck",
    "landscape",
    "basins",
    "pictures",
    "studio",
    "cli",
    "steepest",  # the face: __init__.py
    "__main__",
]

# Imports that point the other way, inside a function only, each with its reason. Every room may
# also reach for pictures inside a function: every result has a `.plot()`, and what is not drawn
# must not load matplotlib.
UPHILL: dict[tuple[str, str], str] = {
    ("graph", "operations"): "a row looked up by its name, after unpickling, needs the whole table",
    ("descent", "diagnosis"): "a walk shows its verdict, which is read off the walk",
    ("function", "objective"): "a function hands a descent what walks on it",
    ("function", "walkable"): "a function hands a descent what walks on it",
}

# Modules too slow to load for everybody: the rooms that may import them at all, and those that may
# do so at the top (such a room is itself loaded only when it is used).
HEAVY = {
    "mpl_toolkits": {"pictures"},
    "matplotlib": {"pictures", "sources"},  # sources: the elevation map that matplotlib ships
    "scipy": {"sources", "operations", "native"},
    "click": {"cli"},
    "rich": {"cli", "descent"},  # descent: live progress
    "llvmlite": {"native"},
    "starlette": {"studio"},
    "uvicorn": {"studio"},
    "IPython": set(),
    "mpmath": {"graph"},  # for more digits than a double holds; rows are handed it as an argument
    "sympy": set(),
    "jax": set(),
    "autograd": set(),
}
HEAVY_AT_TOP = {
    ("pictures", "matplotlib"),
    ("pictures", "mpl_toolkits"),
    ("cli", "click"),
    ("cli", "rich"),
    ("studio", "starlette"),
    ("studio", "uvicorn"),
}


def uphill_imports(modules: dict[str, Module]) -> list[str]:
    wrong = []
    for module in modules.values():
        for imported in module.imports:
            if imported.target.split(".")[0] != "steepest":
                continue
            there = room_of(imported.target)
            if ROOMS.index(there) <= ROOMS.index(module.room):
                continue
            if imported.lazy and (there == "pictures" or (module.room, there) in UPHILL):
                continue
            wrong.append(f"{module.at(imported.line)}: {module.room} imports {imported.target}")
    return wrong


def heavy_imports(modules: dict[str, Module]) -> list[str]:
    wrong = []
    for module in modules.values():
        for imported in module.imports:
            top = imported.target.split(".")[0]
            if top not in HEAVY:
                continue
            if module.room not in HEAVY[top]:
                wrong.append(f"{module.at(imported.line)}: {top} is not imported in {module.room}")
            elif not imported.lazy and (module.room, top) not in HEAVY_AT_TOP:
                wrong.append(
                    f"{module.at(imported.line)}: import {top} inside the function that uses it"
                )
    return wrong


def test_every_module_stands_in_a_known_room(modules: dict[str, Module]) -> None:
    strangers = sorted({m.room for m in modules.values()} - set(ROOMS))
    assert not strangers, f"say in ROOMS where {', '.join(strangers)} stands in the flow"


def test_every_folder_is_a_package(root: Path) -> None:
    folders = {path.parent for path in (root / "src" / "steepest").rglob("*.py")}
    missing = sorted(str(f.relative_to(root)) for f in folders if not (f / "__init__.py").exists())
    assert not missing, f"without __init__.py: {missing}"


def test_imports_point_one_way(modules: dict[str, Module]) -> None:
    wrong = uphill_imports(modules)
    assert not wrong, "\n".join(wrong)


def test_no_module_imports_itself_by_a_detour(modules: dict[str, Module]) -> None:
    order = graphlib.TopologicalSorter(
        {m.name: {i.target for i in m.imports if not i.lazy} - {m.name} for m in modules.values()}
    )
    order.prepare()  # raises CycleError, which names the cycle


def test_heavy_modules_are_imported_where_they_are_used(modules: dict[str, Module]) -> None:
    wrong = heavy_imports(modules)
    assert not wrong, "\n".join(wrong)


def test_every_third_party_import_is_a_dependency(modules: dict[str, Module]) -> None:
    known = {"steepest", "numpy", *HEAVY, *sys.stdlib_module_names}
    strangers = {
        f"{m.at(i.line)}: {i.target}"
        for m in modules.values()
        for i in m.imports
        if i.target.split(".")[0] not in known
    }
    assert not strangers, "\n".join(sorted(strangers))


# The watchman is watched: the same checks, on a house built wrong on purpose.
@pytest.fixture(scope="module")
def crooked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Module]:
    files = {
        "__init__.py": "",
        "graph/__init__.py": "",
        "graph/node.py": """
            import typing
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from steepest.cli import main
            if typing.TYPE_CHECKING:
                import matplotlib
            else:
                from ..calculus import derive      # wrong: uphill, relative

            class Node:
                import scipy.special                   # wrong: a class body runs at import

                def plot(self):
                    from steepest.pictures import draw     # right: a plot, inside a function

                def slopes(self):
                    try:
                        import steepest as st          # wrong: the face, from below
                    except ImportError:
                        import steepest.calculus.derive    # wrong: for no listed reason
        """,
        "calculus/__init__.py": "",
        "calculus/derive.py": "from steepest.graph import node",
        "pictures.py": "import matplotlib.pyplot as plt",
        "cli.py": "import click",
        "operations.py": "def erf(x):\n    from scipy.special import erf\n    import sympy",
    }
    source = tmp_path_factory.mktemp("crooked") / "src" / "steepest"
    for name, text in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return read_modules(source)


def test_the_check_of_directions_finds_what_is_wrong(
    crooked: dict[str, Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Module, "at", lambda self, line: self.name)
    assert uphill_imports(crooked) == [
        "steepest.graph.node: graph imports steepest.calculus.derive",
        "steepest.graph.node: graph imports steepest",
        "steepest.graph.node: graph imports steepest.calculus.derive",
    ]
    with pytest.raises(graphlib.CycleError):
        test_no_module_imports_itself_by_a_detour(crooked)


def test_the_check_of_heavy_modules_finds_what_is_wrong(
    crooked: dict[str, Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Module, "at", lambda self, line: self.name)
    assert heavy_imports(crooked) == [
        "steepest.graph.node: scipy is not imported in graph",
        "steepest.operations: sympy is not imported in operations",
    ]


def run_fresh(code: str) -> list[str]:
    """What a new interpreter prints, word by word."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_importing_steepest_loads_next_to_nothing() -> None:
    """At most 10 ms beyond NumPy: scripts/measure_import.py times it; here its cause is counted."""
    loaded = run_fresh("""
        import sys, numpy
        before = set(sys.modules)
        import steepest
        print(*sorted(set(sys.modules) - before))
    """)
    foreign = [n for n in loaded if n.split(".")[0] not in {"steepest", *sys.stdlib_module_names}]
    assert not foreign
    assert len(loaded) <= 20, loaded


def test_a_formula_needs_no_heavy_module() -> None:
    loaded = run_fresh("""
        import sys
        import steepest as st
        f = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
        f(2, 1); f.gradient(2, 1); f.at(n=2, e=1); repr(f.hessian)
        print(*sorted({name.split(".")[0] for name in sys.modules}))
    """)
    assert not sorted(set(loaded) & set(HEAVY))
