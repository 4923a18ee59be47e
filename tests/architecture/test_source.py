"""The source stays small, runs nobody's text as code, and does not tell where it was written."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Module, read_modules

LINES = 400
# Files that are longer, each with the reason why it is still one idea.
LONGER: dict[str, str] = {
    "tests/corpus/numerics.py": "a list of short functions of one field",
    "tests/corpus/habits.py": "a list of short functions, one for each way of writing",
    "tests/corpus/test_sharp_cases.py": "a list of short cases, one test each",
}

# Calls that turn data into code, and the only modules that may make them.
RUNS_CODE = {"eval", "exec", "compile", "__import__"}
MAY_RUN_CODE: dict[str, str] = {
    "steepest.sources.capture.source": "compiles the file of a function, without running it, to "
    "see that the text on disk is still the function's own",
    "steepest.sources.capture.twin": "compiles the rewritten syntax tree of a function that the "
    "user handed over as code",
}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+|[A-Z]:\\\\?Users\\\\?\w+")
REGISTRY_HOSTS = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|debian\.org|proxy\.golang\.org)\b"
    r"|index[-]url|find[-]links"
)


def tracked_files(root: Path) -> list[Path]:
    """What git tracks, or in an unpacked source archive all there is."""
    try:
        command = ["git", "-C", str(root), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [root / name for name in listed.split("\0") if name and (root / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        pass
    hidden = {".venv", "build", "dist", "_build", "generated", "__pycache__"}
    files = (path for path in root.rglob("*") if path.is_file())
    return [
        path
        for path in files
        if not any(
            part in hidden or part.endswith("_cache") for part in path.relative_to(root).parts
        )
    ]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None  # a picture, or an archive of numbers


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def unsafe_calls(modules: dict[str, Module]) -> list[str]:
    wrong = []
    for module in modules.values():
        wrong += [
            f"{module.at(imported.line)}: imports {imported.target}"
            for imported in module.imports
            if imported.target.split(".")[0] in UNSAFE_MODULES
        ]
        for name, call in calls(module.tree):
            runs = isinstance(call.func, ast.Name) and name in RUNS_CODE
            if runs and module.name not in MAY_RUN_CODE:
                wrong.append(f"{module.at(call.lineno)}: calls {name}")
            if any(
                k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in call.keywords
            ):
                wrong.append(f"{module.at(call.lineno)}: allows pickles")
    return wrong


def test_no_text_becomes_code(modules: dict[str, Module]) -> None:
    wrong = unsafe_calls(modules)
    assert not wrong, "\n".join(wrong)


def test_the_check_of_calls_finds_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "steepest"
    source.mkdir()
    (source / "__init__.py").write_text(
        "import re\nre.compile('a')\neval('1')\nnp.load(p, allow_pickle=True)\n"
        "np.load(p, allow_pickle=False)\ndef f():\n    import pickle\n"
    )
    monkeypatch.setattr(Module, "at", lambda self, line: str(line))
    assert unsafe_calls(read_modules(source)) == [
        "7: imports pickle",
        "3: calls eval",
        "4: allows pickles",
    ]


def test_leave_to_run_code_is_still_needed(modules: dict[str, Module]) -> None:
    called = {m.name: {name for name, _ in calls(m.tree)} for m in modules.values()}
    stale = [name for name in MAY_RUN_CODE if name in called and not called[name] & RUNS_CODE]
    assert not stale, f"takes no text for code any more: {stale}"


def test_files_stay_small(root: Path, modules: dict[str, Module]) -> None:
    tests = {str(path.relative_to(root)): path for path in (root / "tests").rglob("*.py")}
    source = {str(m.path.relative_to(root)): m.path for m in modules.values()}
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in {**tests, **source}.items()
    }
    long = {name: n for name, n in lengths.items() if n > LINES and name not in LONGER}
    assert not long, f"over {LINES} lines: does the file hold two ideas? {long}"
    stale = [name for name in LONGER if lengths.get(name, 0) <= LINES]
    assert not stale, f"no longer long: take them out of LONGER: {stale}"


def test_no_junk_drawers(modules: dict[str, Module]) -> None:
    drawers = {"util", "utils", "misc", "helpers", "helper", "common", "tools"}
    assert not [m.name for m in modules.values() if m.name.split(".")[-1] in drawers]


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["paths", "registries"])
def test_no_file_tells_where_it_was_written(root: Path, pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(root)}: {match.group()}"
        for path in tracked_files(root)
        for match in pattern.finditer(text_of(path) or "")
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "words"),  # apart, so that this file holds none of them
    [
        (MACHINE_PATHS, ("see ", "/home", "/ann/steepest")),
        (MACHINE_PATHS, ("'/Users", "/ann'")),
        (MACHINE_PATHS, ("C:\\", "Users\\", "ann")),
        (REGISTRY_HOSTS, ("pip install --extra-index", "-url=...")),
        (REGISTRY_HOSTS, ("files.python", "hosted.org/x.whl")),
    ],
)
def test_the_patterns_find_what_they_are_for(
    pattern: re.Pattern[str], words: tuple[str, ...]
) -> None:
    assert pattern.search("".join(words))


def test_the_patterns_leave_the_rest_alone() -> None:
    for text in ("docs/home/index.md", "../work/a", "https://example.org/home/ann", "find_links"):
        assert not MACHINE_PATHS.search(text) and not REGISTRY_HOSTS.search(text), text
