"""README's two commands, on machines of every kind: their Pythons are stand-ins that take notes."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

# What the scripts may count on besides a POSIX shell.
COMMANDS = ["sh", "cat", "cksum", "cp", "dirname", "mkdir", "rm"]

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not all(map(shutil.which, COMMANDS)), reason="needs a POSIX shell"
)

# Answers the questions that scripts/environment asks; a line of notes for every call.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$*" >>{notes}
case "$*" in
    *'sys.exit(sys.version_info'*) exit {too_old:d} ;;
    *ensurepip*) exit {bare:d} ;;
    *python_version*) echo {version} ;;
    *'version_info[:2]'*) echo 3.11 ;;
    '-m venv .venv') mkdir -p .venv/bin && cp {successor} .venv/bin/python ;;
    *'pip install'*) exit {offline:d} ;;
esac
"""


@dataclass
class Machine:
    """A checkout beside a folder of commands: all that a fresh machine has."""

    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "a checkout"

    @property
    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def add_python(self, name: str, **traits: bool | str) -> Path:
        path = self.folder / "bin" / name
        facts = {"too_old": False, "bare": False, "offline": False, "version": "3.11.9", **traits}
        path.write_text(STAND_IN.format(notes=self.folder / "notes", successor=path, **facts))
        path.chmod(0o755)
        return path

    def run(self, script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", f"scripts/{script}", *words],
            cwd=self.checkout,
            env={"PATH": str(self.folder / "bin"), **environment},
            capture_output=True,
            text=True,
        )

    def installs(self) -> list[str]:
        return [line for line in self.notes if "pip install" in line]


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    machine = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    for command in COMMANDS:
        (tmp_path / "bin" / command).symlink_to(shutil.which(command) or "")
    shutil.copytree(root / "scripts", machine.checkout / "scripts")
    shutil.copy(root / "pyproject.toml", machine.checkout)
    return machine


def test_without_python_they_say_what_is_needed(machine: Machine) -> None:
    done = machine.run("try")
    assert done.returncode == 1
    assert "steepest needs Python 3.11 or newer, and none was found" in done.stderr


def test_an_old_python_is_passed_over(machine: Machine) -> None:
    machine.add_python("python3", too_old=True)
    assert "none was found" in machine.run("try").stderr
    machine.add_python("python3.12", version="3.12.4")
    done = machine.run("try")
    assert done.returncode == 0 and "Making .venv with Python 3.12.4" in done.stderr


def test_a_python_named_by_hand_is_taken_or_refused_by_name(machine: Machine) -> None:
    machine.add_python("python3")
    old = machine.add_python("my python", too_old=True)
    done = machine.run("try", PYTHON=str(old))
    assert done.returncode == 1 and f"PYTHON is set to '{old}'" in done.stderr
    machine.add_python("my python", version="3.13.1")
    assert "Making .venv with Python 3.13.1" in machine.run("try", PYTHON=str(old)).stderr


def test_a_python_without_ensurepip_comes_with_the_remedy(machine: Machine) -> None:
    machine.add_python("python3", bare=True)
    done = machine.run("test")
    assert done.returncode == 1 and "apt install python3.11-venv" in done.stderr
    assert not (machine.checkout / ".venv").exists()


def test_the_second_time_nothing_is_installed(machine: Machine) -> None:
    machine.add_python("python3")
    assert machine.run("try", "--rate", "5").returncode == 0
    [install] = machine.installs()
    assert "--prefer-binary" in install and install.endswith("--editable .")
    last = machine.notes[-1]
    assert last.startswith("-m steepest descend --terrain") and last.endswith("--rate 5")
    assert machine.run("try").returncode == 0
    assert len(machine.installs()) == 1


def test_a_change_of_requirements_is_installed(machine: Machine) -> None:
    machine.add_python("python3")
    machine.run("try")
    with (machine.checkout / "pyproject.toml").open("a") as file:
        file.write("# a further line\n")
    machine.run("try")
    assert len(machine.installs()) == 2


def test_a_failed_install_is_not_taken_for_done(machine: Machine) -> None:
    machine.add_python("python3", offline=True)
    for attempt in (1, 2):
        done = machine.run("try")
        assert done.returncode == 1 and "pip could not install" in done.stderr
        assert len(machine.installs()) == attempt


def test_an_environment_that_is_too_old_is_made_again(machine: Machine) -> None:
    old = machine.add_python("old", too_old=True, version="3.9.1")
    (machine.checkout / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(old, machine.checkout / ".venv" / "bin" / "python")
    refused = machine.run("try")  # it is kept while there is nothing better
    assert refused.returncode == 1 and (machine.checkout / ".venv" / "bin" / "python").exists()
    machine.add_python("python3")
    done = machine.run("try")
    assert done.returncode == 0 and "3.9.1" in done.stderr and "Making it again" in done.stderr


def test_words_for_the_tests_reach_pytest(machine: Machine) -> None:
    machine.add_python("python3")
    assert machine.run("test", "tests/descent", "-k", "two words").returncode == 0
    assert machine.notes[-1] == "-m pytest tests/descent -k two words"
    assert machine.installs()[0].endswith("--editable .[test,docs,studio]")


@pytest.mark.parametrize(
    "broken", ["ruff check", "ruff format", "mypy", "html", "doctest", "pytest"]
)
def test_one_failing_check_fails_the_whole_but_stops_nothing(machine: Machine, broken: str) -> None:
    machine.add_python("python3")
    machine.run("test", "--version")
    python = machine.checkout / ".venv" / "bin" / "python"
    python.write_text(f"{python.read_text()}case \"$*\" in *'{broken}'*) exit 3 ;; esac\n")
    done = machine.run("test")
    assert done.returncode == 1 and "\nFailed: " in done.stderr
    crowd = "tests/studio/test_crowd.py"  # alone, then all others
    assert machine.notes[-2:] == [f"-m pytest {crowd}", f"-m pytest -n auto --ignore={crowd}"]


def test_everything_in_order_says_so(machine: Machine) -> None:
    machine.add_python("python3")
    done = machine.run("test")
    assert done.returncode == 0 and "All of it holds" in done.stderr
