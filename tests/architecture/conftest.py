"""The source as data: every module of `steepest`, its syntax tree and its imports, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "steepest"


@dataclass(frozen=True)
class Import:
    """One import: the module it names, its line, and whether it waits inside a function."""

    target: str
    line: int
    lazy: bool


@dataclass(frozen=True)
class Module:
    name: str  # "steepest.graph.node"; a package's __init__ has the package's name
    path: Path
    tree: ast.Module
    imports: list[Import] = field(default_factory=list)

    @property
    def room(self) -> str:
        """The word after `steepest`: "graph" for graph/node.py; "steepest" is the face itself."""
        return room_of(self.name)

    def at(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT)}:{line}"


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def import_statements(
    body: list[ast.stmt], lazy: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import below these statements; what only a type checker sees is left out."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement, lazy
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from import_statements(statement.orelse, lazy)
        else:
            inside = lazy or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
            for child in ast.iter_child_nodes(statement):
                if isinstance(child, ast.stmt):
                    yield from import_statements([child], inside)
                elif isinstance(child, ast.ExceptHandler | ast.match_case):
                    yield from import_statements(child.body, inside)


def targets(
    statement: ast.Import | ast.ImportFrom, name: str, package: bool, known: set[str]
) -> Iterator[str]:
    """The modules an import names: `from steepest.graph import node` is steepest.graph.node."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    base = statement.module or ""
    if statement.level:
        parents = name.split(".")[: None if package else -1]
        parents = parents[: len(parents) - statement.level + 1]
        base = ".".join([*parents, *([base] if base else [])])
    for alias in statement.names:
        if (base, alias.name) == ("steepest", "__version__"):
            continue  # written there, for everybody; all else in the face is loaded from its room
        longer = f"{base}.{alias.name}"
        yield longer if longer in known else base


def read_modules(source: Path = SOURCE) -> dict[str, Module]:
    paths = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    modules = {}
    for name, path in paths.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found = {
            Import(target, statement.lineno, lazy): None
            for statement, lazy in import_statements(tree.body)
            for target in targets(statement, name, path.stem == "__init__", set(paths))
        }
        modules[name] = Module(name, path, tree, list(found))
    return modules


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> dict[str, Module]:
    return read_modules()
