"""Every script in examples/ runs as its reader would run it, says what is true, and draws.

The facts are worked out by hand or by the standard library's `math`, not by `steepest`.
"""

from __future__ import annotations

import math
import os
import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.patience import SECONDS

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
CHAPTERS = (
    "derivative",
    "partial_derivatives",
    "gradient",
    "descent_in_one_variable",
    "descent_in_many_variables",
    "activations",
    "network",
)

# The slopes of the mountain at (2, 1), by hand: 2n + 3e·cos 3n and 6e + sin 3n.
TO_THE_NORTH, TO_THE_EAST = 4 + 3 * math.cos(6), 6 + math.sin(6)
MINUS = "−"


def run(name: str, *arguments: str) -> str:
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def printed(pictures):
    """What a script prints; it is run once, with a picture to draw."""

    @cache
    def output(name: str) -> str:
        return run(name, str(pictures / f"{name}.png"))

    return output


def numbers(line: str) -> list[float]:
    return [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", line.replace(MINUS, "-"))]


def line_with(text: str, word: str) -> str:
    found = [line for line in text.splitlines() if word in line]
    assert len(found) == 1, f"{word!r} stands in {len(found)} lines of\n{text}"
    return found[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_draws_its_picture(name, printed, pictures):
    assert printed(name).strip()
    picture = (pictures / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000


@pytest.mark.parametrize("name", [*CHAPTERS, "terrain_walk"])
def test_every_picture_of_the_tutorial_has_its_script(name):
    assert name in NAMES
    assert (ROOT / "docs" / "pictures" / f"tutorial-{name}.png").is_file()


def test_no_picture_of_the_tutorial_is_without_a_script():
    drawn = {p.stem.removeprefix("tutorial-") for p in (ROOT / "docs/pictures").glob("tutorial-*")}
    assert drawn <= set(NAMES)


def test_derivative(printed):
    """x(1 + h) − x(1) = 12h + 5h², so the average is 12 + 5h; the tangent says 7 + 12/100."""
    out = printed("derivative")
    for gap in (1, 0.1, 0.01, 0.001):
        h, average, wrong = numbers(line_with(out, f"{gap:<9g}   "))
        assert (h, average, wrong) == pytest.approx((gap, 12 + 5 * gap, 5 * gap))
    assert "7.12 m by the tangent, 7.1205 in truth" in out


def test_partial_derivatives(printed):
    out = printed("partial_derivatives")
    both = numbers(line_with(out, "∂f/∂n")), numbers(line_with(out, "∂f/∂e"))
    assert both[0] == pytest.approx([TO_THE_NORTH] * 2, abs=5e-5)
    assert both[1] == pytest.approx([TO_THE_EAST] * 2, abs=5e-5)
    slopes = {way: numbers(line_with(out, f"to the {way}"))[0] for way in ("south", "west")}
    assert slopes == pytest.approx({"south": -TO_THE_NORTH, "west": -TO_THE_EAST}, abs=5e-5)


def test_gradient(printed):
    out = printed("gradient")
    steepest = math.hypot(TO_THE_NORTH, TO_THE_EAST)
    down = math.degrees(math.atan2(-TO_THE_EAST, -TO_THE_NORTH)) % 360
    assert numbers(line_with(out, "steepest slope")) == pytest.approx([steepest], abs=5e-5)
    assert numbers(line_with(out, "to the south-west")) == pytest.approx([down], abs=0.05)
    assert numbers(line_with(out, "whole degrees"))[0] == round(down)
    assert numbers(line_with(out, "unit vector"))[-1] == 1
    step = numbers(line_with(out, "step, rate"))
    assert step == pytest.approx(
        [0.1, -0.1 * TO_THE_NORTH, -0.1 * TO_THE_EAST, 0.1 * steepest], abs=5e-5
    )


def test_descent_in_one_variable(printed):
    """On (w − 3)² a step multiplies the distance from 3 by 1 − 2·rate."""
    out = printed("descent_in_one_variable")
    assert "from 1: slope -1, so w2 = 2; f goes 1 → 0.25" in out
    assert "from 5: slope +1, so w2 = 4; f goes 1 → 0.25" in out
    assert "5 → 1 → 5 → 1 → 5 → 1 → 5" in out
    assert numbers(line_with(out, "curvature")) == [2, 1]
    table = out.splitlines()[-5:]
    causes = ("budget", "converged", "budget", "bouncing", "diverging")
    for line, rate, cause in zip(table, (0.1, 0.5, 0.9, 1.0, 1.1), causes, strict=True):
        first, *places, end = numbers(line)
        assert first == rate
        expected = [3 + 2 * (1 - 2 * rate) ** k for k in range(len(places))]
        assert places == pytest.approx(expected, rel=1e-5)
        after = 1 if rate == 0.5 else 50
        assert end == pytest.approx(3 + 2 * (1 - 2 * rate) ** after, rel=1e-5)
        assert line.endswith(cause)


def test_descent_in_many_variables(printed):
    """The Hessian at (0, 0) is [[2, 3], [3, 6]]: its eigenvalues are 4 ± √13."""
    out = printed("descent_in_many_variables")
    low, high = 4 - math.sqrt(13), 4 + math.sqrt(13)
    mountain = numbers(line_with(out, "mountain"))
    assert mountain[0:2] == pytest.approx([low, high], rel=1e-3)
    assert mountain[-2:] == pytest.approx([high / low, 2 / high], rel=1e-3)
    assert numbers(line_with(out, "ravine"))[-2:] == [100, 0.01]
    # In the ravine the gentle variable shrinks by 1 − 2·0.009 a step, and x² must fall to 1e-6.
    below = math.ceil(math.log(1e-3) / math.log(1 - 2 * 0.009))
    assert numbers(line_with(out, "rate 0.009"))[3] == below
    assert "budget" in line_with(out, "rate 0.02 ")
    assert out.count("converged") == 6


def test_activations(printed):
    out = printed("activations")
    sigmoid = [1 / (2 + 2 * math.cosh(z)) for z in (-5, -1, 0, 1, 5)]
    assert numbers(line_with(out, "sigmoid  ")) == pytest.approx(sigmoid, abs=5e-5)
    tanh = [1 / math.cosh(z) ** 2 for z in (-5, -1, 0, 1, 5)]
    assert numbers(line_with(out, "tanh")) == pytest.approx(tanh, abs=5e-5)
    assert numbers(line_with(out, "relu")) == [0, 0, 0, 1, 1]
    phi = math.exp(-0.5) / math.sqrt(2 * math.pi)
    normal = (1 + math.erf(1 / math.sqrt(2))) / 2
    assert numbers(line_with(out, "gelu"))[3] == pytest.approx(normal + phi, abs=5e-5)


def test_network(printed):
    """The error on (0, 1) and two of its slopes, with Python's own `math`; then the four cases."""
    out = printed("network")
    h1, h2 = math.tanh(0.4), math.tanh(0.1)
    given = 0.5 * h1 - 0.5 * h2
    assert numbers(line_with(out, "in NumPy"))[-1] < 1e-15
    assert numbers(out.splitlines()[0])[-1] == pytest.approx((given - 1) ** 2, abs=5e-5)
    slopes = {"v1 ": 2 * (given - 1) * h1, "w22": 2 * (given - 1) * -0.5 * (1 - h2**2)}
    for name, slope in slopes.items():
        assert numbers(line_with(out, name)[4:]) == pytest.approx([slope] * 2, abs=1e-12)
    for x1, x2, wanted in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
        assert f"({x1}, {x2}): wanted {wanted}, given {wanted}.000000" in out


def test_terrain_walk(printed):
    """From the published place near the summit down into the valley floor, which is below 335 m."""
    out = printed("terrain_walk")
    start, end = numbers(line_with(out, "start"))[0], numbers(line_with(out, "end  "))[0]
    assert 1000 < start < 1025
    assert 300 < end < 335
    assert "Converged" in line_with(out, "verdict")


def test_your_own_method(printed):
    """The same sixty steps, walked here with `math` and the slopes found by hand."""
    n, e, values = 2.0, 1.0, []
    for _ in range(61):
        values.append(n**2 + 3 * e**2 + math.sin(3 * n) * e)
        to_the_north, to_the_east = 2 * n + 3 * e * math.cos(3 * n), 6 * e + math.sin(3 * n)
        n, e = n - math.copysign(0.05, to_the_north), e - math.copysign(0.05, to_the_east)
    value, step = numbers(line_with(printed("your_own_method"), "best"))
    assert value == pytest.approx(min(values), abs=5e-7)
    assert values[int(step)] == pytest.approx(min(values), abs=5e-7)


def test_numpy_function(printed):
    """The temperatures are linear in the heating, so the best one is a least-squares problem."""
    out = printed("numpy_function")
    code = runpy.run_path(str(EXAMPLES / "numpy_function.py"))
    rod, wanted = code["rod"], code["WANTED"]
    cold = rod(0.0, 0.0)
    columns = np.stack([rod(1.0, 0.0) - cold, rod(0.0, 1.0) - cold], axis=1)
    best, [squares] = np.linalg.lstsq(columns, wanted - cold, rcond=None)[:2]
    slopes = 2 / wanted.size * columns.T @ (cold - wanted)
    assert numbers(line_with(out, "gradient"))[-2:] == pytest.approx(slopes, abs=1e-6)
    assert numbers(line_with(out, "best heating")) == pytest.approx(best, abs=1e-6)
    assert numbers(line_with(out, "misfit"))[1] == pytest.approx(squares / wanted.size, abs=5e-4)


def test_formula_to_latex(printed):
    out = printed("formula_to_latex")
    assert r"2 n + 3 e \, \cos\left(3 n\right)" in line_with(out, "∂f/∂n")
    assert r"6 e + \sin\left(3 n\right)" in line_with(out, "∂f/∂e")


def test_saving_and_resuming(printed):
    out = printed("saving_and_resuming")
    assert line_with(out, "last bit").endswith("True")
    ends = [numbers(line) for line in out.splitlines()[:2]]
    assert ends[0][-2:] == ends[1][-2:]
