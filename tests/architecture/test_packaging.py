"""What pyproject.toml promises to those who install: names that resolve, one version, types."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

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
    assert version("steepest") == project["version"], "install again: pyproject.toml has changed"
    assert getattr(steepest, "__version__", project["version"]) == project["version"]
    quoted = {f'"{project["version"]}"', f"'{project['version']}'"}
    for path in (root / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(q in text for q in quoted), f"{path.relative_to(root)} repeats the version"


def test_types_are_announced(root: Path) -> None:
    assert (root / "src" / "steepest" / "py.typed").exists()
