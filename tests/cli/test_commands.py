"""The command line, as typed."""

from __future__ import annotations

import json
import math
import re

import pytest
from click.testing import CliRunner

from steepest.cli import program

F = "n**2 + 3*e**2 + sin(3*n)*e"


def run(*words):
    return CliRunner().invoke(program, list(words))


def test_at_prints_the_slope():
    result = run("at", F, "n=2", "e=1")
    assert result.exit_code == 0
    assert "south-west" in result.stdout
    assert "219.7°" in result.stdout


def test_at_json_is_what_python_says():
    result = run("at", F, "n=2", "e=1", "--json")
    data = json.loads(result.stdout)
    assert data["partials"]["n"] == pytest.approx(4 + 3 * math.cos(6))
    assert data["compass"] == "south-west"


def test_numbers_may_be_formulas():
    data = json.loads(run("at", "sin(x)", "x=pi/2", "--json").stdout)
    assert data["point"]["x"] == math.pi / 2
    assert data["flat"]


def test_a_value_for_e_makes_it_a_variable():
    data = json.loads(run("at", "e^t", "e=2", "t=3", "--json").stdout)
    assert data["value"] == 8
    euler = json.loads(run("at", "e^t", "t=3", "--json").stdout)
    assert euler["value"] == pytest.approx(math.exp(3))


def test_derive_shows_formulas_and_steps():
    result = run("derive", F, "--by", "n")
    assert result.stdout.strip() == "∂f/∂n = 2n + 3e·cos(3n)"
    both = run("derive", F)
    assert "∂f/∂e = 6e + sin(3n)" in both.stdout
    lesson = run("derive", F, "--by", "n", "--steps")
    assert "rule" in lesson.stdout.lower()
    data = json.loads(run("derive", F, "--by", "n", "--by", "n", "--json").stdout)
    assert data["derivatives"][0]["label"] == "∂²f/∂n²"


def test_descend_ends_with_a_verdict():
    result = run("descend", "(w-3)^2", "w=0", "--rate", "0.1")
    assert result.exit_code == 0
    assert "w" in result.stdout
    data = json.loads(run("descend", "(w-3)^2", "w=0", "--rate", "0.1", "--json").stdout)
    assert data["last"]["x"]["w"] == pytest.approx(3)
    assert data["verdict"]["cause"] == "converged"


def test_a_walk_that_diverges_has_its_own_exit_code():
    assert run("descend", "(w-3)^2", "w=0", "--rate", "1.1").exit_code == 3


def test_pictures_and_walks_are_written(tmp_path):
    picture, walk = tmp_path / "path.png", tmp_path / "walk.npz"
    result = run("descend", F, "n=2", "e=1", "--plot", str(picture), "--save", str(walk))
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert walk.stat().st_size > 0
    svg = tmp_path / "f.svg"
    assert run("plot", "sin(x)/x", "-o", str(svg)).exit_code == 0
    assert "<svg" in svg.read_text()


def test_code_from_a_file(tmp_path):
    file = tmp_path / "model.py"
    file.write_text("import numpy as np\n\ndef loss(a, b):\n    return np.sin(a) * b**2\n")
    data = json.loads(run("at", f"{file}:loss", "a=1", "b=2", "--json").stdout)
    assert data["partials"]["a"] == pytest.approx(4 * math.cos(1))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("at", "2 +* n", "n=1"), "*"),
        (("at", "n^2"), "needs a value for n"),
        (("at", "n^2", "q=1"), "no variable"),
        (("at",), "no function was given"),
        (("at", "n^2", "e^2", "n=1"), "put one formula in quotes"),
        (("at", "n^2", "n=abc"), "'abc' is not a number; write n=2"),
        (("at", "nowhere.py", "x=1"), "nowhere.py:loss"),
        (("descend", "n^2 + m"), "as in n=1 m=1"),
        (("at", "nowhere.py:f", "x=1"), "no file"),
        (("at", "n", "--smooth", "3", "n=1"), "--terrain"),
        (("at", "--terrain", "nowhere.npz", "n=1", "e=1"), "nowhere.npz"),
        (("derive", "3"), "no variable"),
        (("descend", "n^2", "n=1", "--rate", "0"), "rate"),
        (("descend", "n^2", "n=1", "--rate=-1"), "--up --rate 1"),
        (("descend", "n^2", "n=1", "--method", "newt"), "newt"),
        (("descend", "1/x", "x=0"), "x"),
        (("plot", "x^2", "-o", "/nowhere/at/all.png"), "/nowhere/at/all.png"),
        (("plot", "x^2", "-o", "picture.xyz"), "xyz"),
    ],
)
def test_what_cannot_work_says_why_and_exits_with_1(words, said):
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_help_has_examples():
    for command in ("at", "derive", "descend", "plot"):
        result = run(command, "--help")
        assert "Examples:" in result.stdout
        assert f"steepest {command}" in result.stdout


def test_a_name_given_twice():
    result = run("at", "x^2", "x=1", "x=2")
    assert result.exit_code == 1
    assert "x is given twice, 1 and 2" in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def f(x:\n", "line 1 is not Python"),
        ("import no_such_module\n", "cannot be run: .*line 1: ModuleNotFoundError"),
        ("def f(x):\n    raise ValueError('boom')\n", r"line 2: ValueError: boom"),
        ("def f(x):\n    return x if x > 2 else missing\n", "line 2: NameError: .*missing"),
        ("def f(x):\n    return 'high'\n", r"f\(x\) gives str, and a slope belongs to a real"),
        ("def f(x):\n    return None\n", r"f\(x\) gives NoneType"),
    ],
)
def test_what_a_file_of_ones_own_does_wrong_is_said_in_a_sentence(tmp_path, text, says):
    path = tmp_path / "own.py"
    path.write_text(text)
    result = run("at", f"{path}:f", "x=1")
    assert result.exit_code == 1
    assert re.search(says, result.stderr), result.stderr
    assert "Traceback" not in result.stderr


def test_a_model_with_data_of_its_own_is_drawn(tmp_path):
    """Arrays inside the function must not broadcast against the points of the picture."""
    file = tmp_path / "model_with_data.py"
    file.write_text(
        "import numpy as np\n\n"
        "def loss(w, b):\n"
        "    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0, 7.0])\n"
        "    return np.mean((w * x + b - y) ** 2)\n"
    )
    picture = tmp_path / "loss.png"
    result = run("descend", f"{file}:loss", "w=0.5", "b=0", "--rate", "0.1", "--plot", str(picture))
    assert result.exit_code == 0, result.output
    assert "Converged" in result.stdout and picture.read_bytes().startswith(b"\x89PNG")


def test_a_walk_on_the_map_says_where_on_the_globe():
    result = run("descend", "--terrain", "jacksboro", "--steps", "2", "lat=36.2", "lon=-84.2292")
    assert "(36.2000° north, 84.2292° west), 1012 m high" in result.stdout
    assert "with the rate α = 200" in result.stdout


def test_notes_come_before_what_cannot_be_done():
    result = run("at", "sin(90)")
    assert result.exit_code == 1 and "radians" in result.stderr
