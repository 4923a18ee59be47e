"""What pyproject.toml promises to those who install: names that resolve, one version, types."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import steepest

EXTRAS = {"studio", "test", "docs", "bench", "all"}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(project: dict[str, Any], extra: str) -> set[str]:
    """The names that an extra installs; `steepest[...]` stands for the extras it names."""
    names: set[str] = set()
    for text in project["optional-dependencies"][extra]:
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            for inner in requirement.extras:
                names |= requirements(project, inner)
        else:
            names.add(requirement.name)
    return names


def test_extras_resolve(project: dict[str, Any]) -> None:
    assert set(project["optional-dependencies"]) == EXTRAS
    for extra in EXTRAS:
        requirements(
            project, extra
        )  # raises InvalidRequirement, or KeyError for an extra that is not there


def test_all_holds_what_users_use_and_no_test_tools(project: dict[str, Any]) -> None:
    users = requirements(project, "studio") | requirements(project, "docs")
    assert requirements(project, "all") == users
    assert not users & (requirements(project, "test") | requirements(project, "bench"))


def test_every_requirement_says_from_which_version_on(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"].values()
    texts = [*project["dependencies"], *(text for extra in extras for text in extra)]
    for requirement in map(Requirement, texts):
        assert requirement.name == "steepest" or ">=" in str(requirement.specifier), requirement


def test_the_version_is_written_once(root: Path, project: dict[str, Any]) -> None:
    assert "version" in project["dynamic"], "hatch reads it from src/steepest/__init__.py"
    assert version("steepest") == steepest.__version__, "install again: the version has changed"
    quoted = re.compile(rf"[\"']{re.escape(steepest.__version__)}[\"']")
    places = [
        path.relative_to(root / "src").as_posix()
        for path in (root / "src").rglob("*.py")
        if quoted.search(path.read_text(encoding="utf-8"))
    ]
    assert places == ["steepest/__init__.py"]


def test_the_changelog_knows_the_version(root: Path) -> None:
    headings = re.findall(
        r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert headings[0] == "Unreleased" and len(headings) == len(set(headings))
    assert headings[1:] == sorted(headings[1:], key=Version, reverse=True)


def test_every_public_name_is_there() -> None:
    missing = [name for name in steepest.__all__ if not hasattr(steepest, name)]
    assert not missing and set(steepest.__all__) <= set(dir(steepest))


def test_types_are_announced(root: Path) -> None:
    assert (root / "src" / "steepest" / "py.typed").exists()
