"""README is true: its Python prints what it says; its commands work; its pictures exist."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from steepest.cli import program

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (steepest .*)$", README, flags=re.MULTILINE)


def test_the_python_in_it():
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.attempted >= 8
    assert not result.failed, "".join(said)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_in_it(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text("def loss(w, b):\n    return (2 * w + b - 3) ** 2 + w * w\n")
    result = CliRunner().invoke(program, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    for picture in re.findall(r"\S+\.(?:png|svg)", command):
        assert (tmp_path / picture).stat().st_size > 1000


def test_its_links_and_pictures_exist():
    links = [x for x in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in x]
    assert links
    assert [x for x in links if not (ROOT / x).exists()] == []
