"""The pages as files: typed, small, whole, and with every licence."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from steepest.studio.lesson import FOLDER

from .conftest import HERE, PAGES

VENDORED = PAGES / "vendor"


def ours() -> list[Path]:
    return [p for p in PAGES.rglob("*.js") if VENDORED not in p.parents]


def test_types_are_right(node: str, npm: Path) -> None:
    compiler = npm / "typescript" / "bin" / "tsc"
    command = [node, str(compiler), "-p", str(HERE / "tsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_all_of_it_is_less_than_a_megabyte() -> None:
    sizes = {p: p.stat().st_size for p in PAGES.rglob("*") if p.is_file()}
    assert sum(sizes.values()) < 1_000_000, sorted(sizes.items(), key=lambda s: -s[1])[:5]


def test_what_others_wrote_is_listed_with_its_licence() -> None:
    listed = (VENDORED / "README.md").read_text()
    licences = list(VENDORED.glob("*-LICENSE.txt"))
    assert all(f"`{path.name}`" in listed and len(path.read_text()) > 900 for path in licences)
    for path in VENDORED.rglob("*"):
        if path.is_file() and path.name != "README.md":
            family = re.sub(r"KaTeX_.*", "KaTeX_*.woff2", path.name)
            assert family in listed, path


def test_every_font_that_is_named_is_there() -> None:
    for sheet in [*PAGES.glob("*.css"), *VENDORED.glob("*.css")]:
        for name in re.findall(r"url\(([^)]+\.woff2?)\)", sheet.read_text()):
            assert (sheet.parent / name).is_file(), name


def test_files_stay_small() -> None:
    long = {p.name: n for p in ours() if (n := len(p.read_text().splitlines())) > 420}
    assert not long


def test_every_module_that_is_imported_is_there() -> None:
    for path in ours():
        for name in re.findall(r"from '(\.[^']+)'", path.read_text()):
            assert (path.parent / name).is_file(), (path, name)


def test_the_docs_show_every_lesson() -> None:
    docs = HERE.parents[1] / "docs"
    shown = re.findall(r"pictures/(studio-[\w-]+\.webp)", (docs / "studio.md").read_text())
    for lesson in FOLDER.glob("*.toml"):
        assert f"studio-{lesson.stem}.webp" in shown
    assert all((docs / "pictures" / name).is_file() for name in shown)
