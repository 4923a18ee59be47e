"""Functions without a source: exact all the same, never stale, and nobody's globals are changed."""

from __future__ import annotations

import importlib
import linecache
import math
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

from steepest.sources.capture import Followed, NumericalWarning
from steepest.sources.capture.standing import StandIn, only_asked
from tests.patience import SECONDS
from tests.sources.capture.test_programs import handles_alive, slopes

PRELUDE = """
import math
import numpy as np
from math import exp
from numpy import sin, zeros
gain, weights, options, calls, log = 2.0, np.array([1.0, 2.0, 3.0]), {"power": 3}, 0, []
class Model:
    scale = 2.0
    def __init__(self, w):
        self.w = w
    def forward(self, x):
        hidden = np.zeros(2)
        hidden[0] = x * self.w
        hidden[1] = x ** 2 * self.scale
        return hidden.sum()
    def loss(self, x):
        return self.forward(x) ** 2
model = Model(1.5)
"""
# source of f, its value in mpmath's words
PROGRAMS = {
    "stores into an array": (
        "def f(n):\n out = np.zeros(3)\n out[0] = n**2\n out[1] += n\n return out.sum()",
        lambda n: n**2 + n,
    ),
    "math and float": (
        "def f(n): return math.sin(n) * float(n) + exp(n)",
        lambda n: mpmath.sin(n) * n + mpmath.exp(n),
    ),
    "names imported from numpy": (
        "def f(n):\n o = zeros(2)\n o[1] = sin(n)\n return o @ np.ones(2)",
        mpmath.sin,
    ),
    "a helper": (
        "def h(v):\n o = np.empty(1)\n o[0] = v**3\n return o[0]\ndef f(n): return h(n) * h(2 * n)",
        lambda n: 8 * n**6,
    ),
    "recursion": ("def f(n, k=4): return n if k == 0 else n * f(n, k - 1)", lambda n: n**5),
    "an outer array": (
        "def f(n):\n s = 0.0\n for i in range(3): s += weights[i] * n**i\n return s",
        lambda n: 1 + 2 * n + 3 * n**2,
    ),
    "a closure over a module and a function": (
        "def make(k):\n import numpy as xp\n def cube(v):\n  o = xp.zeros(1)\n  o[0] = v**3\n"
        "  return o[0]\n return lambda v: k * cube(v)\nf = make(5.0)",
        lambda n: 5 * n**3,
    ),
    "imports inside": (
        "def f(n):\n import math as m\n from math import cos\n import numpy.linalg\n"
        " return m.exp(n) * cos(n) + numpy.linalg.norm(np.array([n, 2 * n]))",
        lambda n: mpmath.exp(n) * mpmath.cos(n) + mpmath.sqrt(5) * n,
    ),
    "callbacks": (
        "def f(n): return sum(map(lambda v: math.exp(v), [n, 2 * n])) + max([n, -n], key=abs)",
        lambda n: mpmath.exp(n) + mpmath.exp(2 * n) + n,
    ),
    "np.vectorize": (
        "def f(n): return np.vectorize(lambda t: t * t if t > 0 else -t)(np.array([n, -n])).sum()",
        lambda n: n**2 + n,
    ),
    "a method of an outer object": ("def f(n): return model.loss(n)", lambda n: (
        mpmath.mpf(1.5) * n + 2 * n**2
    ) ** 2),
    "a bound method": ("f = model.loss", lambda n: (mpmath.mpf(1.5) * n + 2 * n**2) ** 2),
    "an object made inside": (
        "def f(n):\n m = Model(n)\n return m.forward(n) + Model(2.0).loss(n)",
        lambda n: 3 * n**2 + (2 * n + 2 * n**2) ** 2,
    ),
    "a class made inside": (
        "def f(n):\n class Local:\n  angle = math.asin(0.5) + np.zeros(1)[0]\n"
        "  def at(self, x): return x * self.angle\n return Local().at(n)",
        lambda n: n * mpmath.asin(0.5),
    ),
    "types that are asked, not called": (
        "def f(n):\n assert isinstance(n, float) and type(3) is int and float is type(0.5)\n"
        " return np.asarray([n, n], dtype=float).astype(float).sum()",
        lambda n: 2 * n,
    ),
    "ufunc methods and out=": (
        "def f(n):\n o = np.zeros(2)\n np.multiply(n, [1.0, 2.0], out=o)\n"
        " return np.add.reduce(o) + np.multiply.outer(o, o).sum()",
        lambda n: 3 * n + 9 * n**2,
    ),
    "np.r_ and np.ix_": (
        "def f(n):\n v = np.r_[n, 1.0, n**2]\n return np.outer(v, v)[np.ix_([0, 1], [2])].sum()",
        lambda n: n**3 + n**2,
    ),
    "a generator": (
        "def f(n):\n def powers():\n  for k in range(3):\n   yield np.power(n, k)\n"
        " return sum(powers())",
        lambda n: 1 + n + n**2,
    ),
    "exceptions": (
        "def f(n):\n try:\n  return math.log(-n)\n except ValueError:\n  return undefined(n)\n"
        "def undefined(n):\n try: return nothing * n\n except NameError: return n**2",
        lambda n: n**2,
    ),
    "branches": ("def f(n): return n**2 if math.sin(n) > 0 else n**3", lambda n: n**2),
}  # fmt: skip


def typed(source: str) -> dict[str, Any]:
    """The names after running code that has no file."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE + source, names)
    return names


def slope(followed: Followed, at: float = 1.25) -> float:
    return float(slopes(followed.path((at,)))[0])


@pytest.mark.parametrize("program", PROGRAMS)
def test_exact_without_a_source(program: str) -> None:
    source, truth = PROGRAMS[program]
    names = typed(source)
    before = {k: (id(v), repr(v)) for k, v in names.items() if k != "__builtins__"}
    alive = handles_alive()
    followed = Followed(names["f"])
    path = followed.path((1.25,))
    assert followed.tracing.exact is True, followed.tracing
    with mpmath.workdps(30):
        assert float(path.outputs()[0]) == pytest.approx(float(truth(mpmath.mpf(1.25))), rel=1e-14)
        assert slope(followed) == pytest.approx(float(mpmath.diff(truth, 1.25)), rel=1e-12)
    if "made inside" not in program and "exceptions" not in program:
        assert followed.tracing.traced == 1, followed.tracing
    assert any("no source at hand" in n for n in followed.tracing.notes)
    assert {k: (id(v), repr(v)) for k, v in names.items() if k != "__builtins__"} == before
    assert handles_alive() == alive


CHANGES = {
    "a number": ("def f(n): return gain * n**2", "gain = 3.0"),
    "an array in place": ("def f(n): return weights[1] * n**2", "weights[1] = 7.0"),
    "another array": ("def f(n): return weights[1] * n**2", "weights = np.ones(3)"),
    "a dictionary": ("def f(n): return n ** options['power']", "options['power'] = 2"),
    "a helper": (
        "def h(n): return n**2\ndef f(n): return h(n)", "def h(n): return n**3",
    ),
    "a name that hides a builtin": ("def f(n): return abs(n)**2", "def abs(n): return n**3"),
    "an attribute": ("def f(n): return model.loss(n)", "model.w = 4.0"),
    "an attribute of the class": ("def f(n): return model.loss(n)", "Model.scale = 4.0"),
    "a method": ("def f(n): return model.loss(n)", "Model.forward = lambda self, x: x"),
    "a class read by an object made inside": (
        "def f(n):\n m = Model(n)\n return m.forward(n)", "Model.scale = 4.0",
    ),
    "an object that is handed on": (
        "def h(m, n): return [m][0].w * n\ndef f(n): return h(model, n)", "model.w = 4.0",
    ),
    "an object in a list": (
        "models = [model]\ndef f(n): return sum([m.w * n for m in models])", "model.w = 4.0",
    ),
    "an array in a list": (
        "tables = [weights]\ndef f(n): return tables[0][1] * n", "weights[1] = 9.0",
    ),
    "a default": ("def f(n, k=[2.0]): return k[0] * n", "f.__defaults__[0][0] = 5.0"),
    "a closure's cell": (
        "def make():\n k = 2.0\n def g(n): return k * n\n def put(v):\n  nonlocal k\n  k = v\n"
        " return g, put\nf, put = make()",
        "put(5.0)",
    ),
    "a list that a closure holds": (
        "def make(held): return lambda n: held[0] * n\nheld = [2.0]\nf = make(held)",
        "held[0] = 5.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_never_stale(change: str) -> None:
    source, changes = CHANGES[change]
    names = typed(source)
    followed = Followed(names["f"])
    first = slope(followed)
    assert first == slope(followed)
    exec(changes, names)
    h = 1e-6
    truth = (names["f"](1.25 + h) - names["f"](1.25 - h)) / (2 * h)
    assert first != pytest.approx(truth, rel=1e-3), "the change must matter"
    assert slope(followed) == pytest.approx(truth, rel=1e-7)
    assert followed.tracing.exact is True


def test_the_second_call_traces_nothing() -> None:
    names = typed("def f(n): return gain * weights[1] * n + model.loss(n) ** options['power']")
    followed = Followed(names["f"])
    for at in (1.0, 2.0, 3.0):
        slope(followed, at)
    assert followed.tracing.traced == 1 and followed.tracing.paths == 1


def test_globals_that_are_assigned() -> None:
    names = typed(
        "def f(n):\n global calls, last, hook\n calls += 1\n last = 2 * n\n"
        " def hook(v): return np.sin(v)\n log.append(n)\n log.append(np.cos)\n"
        " return last * n + calls - hook(0.0)"
    )
    expected = typed("")
    assert names["f"](1.25) == 2 * 1.25**2 + 1
    followed = Followed(names["f"])
    calls = names["calls"]
    path = followed.path((1.25,))
    assert names["calls"] > calls
    assert float(slopes(path)[0]) == 5.0
    assert isinstance(names["last"], float) and not isinstance(names["last"], StandIn)
    assert type(names["last"]).__module__ in ("builtins", "numpy")
    assert names["hook"].__globals__ is names and names["hook"](0.5) == np.sin(0.5)
    assert {type(v) for v in names["log"]} <= {float, np.float64, type(np.cos)}
    assert set(names) - set(expected) == {"f", "last", "hook"}
    assert names["np"] is np and names["math"] is math


def test_attributes_that_are_assigned() -> None:
    names = typed("def f(n):\n model.last = n\n model.act = np.sin\n return model.last * n")
    followed = Followed(names["f"])
    assert slope(followed) == 2.5
    assert type(names["model"].last) in (float, np.float64) and names["model"].act is np.sin


def test_what_goes_unseen_is_told() -> None:
    """A method of an object in a list runs on the real globals: its stores are not seen."""
    names = typed("models = [model]\ndef f(n): return [m for m in models][0].loss(n)")
    with pytest.warns(NumericalWarning, match="<string>:1[0-9]"):
        assert Followed(names["f"]).path((1.25,)).numerical


def test_an_error_of_the_functions_own_passes() -> None:
    with pytest.raises(NameError, match="nothing"):
        Followed(typed("def f(n): return nothing * n")["f"]).path((1.0,))
    with pytest.raises(AttributeError, match="sine"):
        Followed(typed("def f(n): return np.sine(n)")["f"]).path((1.0,))


def test_a_file_edited_after_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "edited_since.py"
    file.write_text(
        "import numpy as np\nk = 3.0\ndef f(n):\n    out = np.zeros(2)\n    out[0] = k * n\n"
        "    return out.sum()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    module: ModuleType = importlib.import_module("edited_since")
    file.write_text("import numpy as np\n\ndef f(n):\n    return 7 * n\n")
    linecache.checkcache()
    followed = Followed(module.f)
    assert slope(followed) == 3.0 and followed.tracing.exact is True
    assert any("no source" in n for n in followed.tracing.notes)
    module.k = 4.0
    assert slope(followed) == 4.0
    del sys.modules["edited_since"]


SESSION = """
import numpy as np
import steepest as st
c = 2.0
def f(n):
    out = np.zeros(3)
    out[0] = c * n**2
    return out.sum()

slope = st.grad(f)
print("first", slope(3.0))
c = 5.0
print("then", slope(3.0), slope.tracing.exact, slope.tracing.traced)
print("no source at hand" in " ".join(slope.tracing.notes), type(np).__name__)
"""
TOLD = "first 12.0\nthen 30.0 True 2\nTrue module\n"
CONSOLE = """
import code, sys
console = code.InteractiveConsole()
for line in sys.stdin.read().splitlines():
    console.push(line)
"""


@pytest.mark.parametrize(
    "arguments", [["-c", SESSION], ["-i", "-q"], ["-c", CONSOLE]], ids=["-c", "prompt", "console"]
)
def test_typed_into_python_itself(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments], input=textwrap.dedent(SESSION),
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    known = TOLD.replace("True module", "False module")  # from 3.13 on Python keeps what is typed
    assert done.stdout in ((TOLD,) if sys.version_info < (3, 13) else (TOLD, known)), done.stderr


def test_locals_that_are_only_asked_for_attributes() -> None:
    def method(self, x, other):
        self.n += 1
        local = self.make(x)
        local.k = x
        both = other
        return local.value + both.value + other

    assert only_asked(method.__code__) == {"self", "local", "both"}
