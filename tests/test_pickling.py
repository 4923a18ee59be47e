"""Functions and operators' results in pickles and copies: made anew from what they were made of."""

from __future__ import annotations

import copy
import functools
import os
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.errors import VariableError
from steepest.native.engine import available
from steepest.native.leaf import has_room
from steepest.sources.named import BY_VALUE
from tests.patience import SECONDS


def hill(n: Any, e: Any) -> Any:
    return n**2 + 3 * e**2 + np.sin(3 * n) * e


def scaled(k: float, n: Any, e: Any) -> Any:
    return k * hill(n, e)


class Model:
    """A callable that holds numbers."""

    def __init__(self) -> None:
        self.weights = np.array([2.0, 3.0])

    def __call__(self, n: Any, e: Any) -> Any:
        return self.weights[0] * n**2 + self.weights[1] * e


@st.Function
def decorated(n: Any, e: Any) -> Any:
    return n**3 * e


@st.grad
def bent(n: Any, e: Any) -> Any:
    return n**3 * e


FUNCTIONS: dict[str, Callable[[], Any]] = {
    "formula": lambda: st.Function("f(n, e) = n² + 3e² + sin(3n)·e", units={"n": "m"}),
    "parameters": lambda: st.Function("a*y^2 + b*x", variables=("x", "y"), a=2, b=0.1),
    "compass": lambda: st.Function("x**2 + 3*y**2", north="y", east="x"),
    "vector": lambda: st.Function("[n*e, n - e]").jacobian,
    "derivative": lambda: st.Function("n**2 + e*n**3").derivative("n", "e"),
    "gradient": lambda: st.Function("n**2 + 3*e**2").gradient,
    "hessian": lambda: st.Function(hill).hessian,
    "directional": lambda: st.Function(hill).directional(3, 4),
    "code": lambda: st.Function(hill, strict=True),
    "renamed": lambda: st.Function(hill, variables=("a", "b")).derivative("b"),
    "decorated": lambda: decorated.gradient,
    "partial": lambda: st.Function(functools.partial(scaled, 2.5)),
    "callable": lambda: st.Function(Model()),
    "method": lambda: st.Function(Model().__call__),
    "of an operator": lambda: st.Function(st.grad(hill), variables=("n", "e")),
    "terrain": lambda: st.Function(st.Terrain(np.arange(20.0).reshape(4, 5) ** 2, 10)).gradient,
}

OPERATORS: dict[str, Callable[[], Any]] = {
    "grad": lambda: st.grad(hill, argnums=(0, 1)),
    "by name": lambda: st.value_and_grad(hill, argnums="e", strict=True, pure=False),
    "jacobian": lambda: st.jacobian(st.grad(hill)),
    "hessian": lambda: st.hessian(hill),
    "of a formula": lambda: st.grad(st.Function("n**2 * e")),
    "decorated": lambda: bent,
    "of a decorated function": lambda: st.value_and_grad(decorated),
}


def same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other)) and type(one) is type(other)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_made_anew_from_its_pickle(name: str, protocol: int) -> None:
    f = FUNCTIONS[name]()
    f(1.5, 0.25)
    again = pickle.loads(pickle.dumps(f, protocol))  # noqa: S301
    assert type(again) is type(f) and has_room(again) == has_room(f)
    assert repr(again) == repr(f) and again.variables == f.variables
    assert (again.units, again.axes, again.notes) == (f.units, f.axes, f.notes)
    assert (again.strict, again.pure, again.parameters) == (f.strict, f.pure, f.parameters)
    assert same(again(1.5, 0.25), f(1.5, 0.25))


@pytest.mark.parametrize("name", OPERATORS)
def test_what_an_operator_returned_is_made_anew_from_its_pickle(name: str) -> None:
    g = OPERATORS[name]()
    again = pickle.loads(pickle.dumps(g))  # noqa: S301
    assert type(again) is type(g) and again.argnums == g.argnums
    first, second = g(1.5, 0.25), again(1.5, 0.25)
    parts = zip(first, second, strict=True) if isinstance(first, tuple) else [(first, second)]
    assert all(same(a, b) for a, b in parts)
    assert repr(again) == repr(g)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_copies_compile_for_themselves(name: str, copied: Callable[[Any], Any]) -> None:
    f = FUNCTIONS[name]()
    for _ in range(20):
        f(1.5, 0.25)
    again = copied(f)
    assert not again.compiled.paths
    assert repr(again) == repr(f) and same(again(1.5, 0.25), f(1.5, 0.25))


def test_a_deep_copy_takes_the_object_behind_it_along() -> None:
    model = Model()
    shallow, deep = copy.copy(st.Function(model)), copy.deepcopy(st.Function(model))
    gradient = copy.deepcopy(st.grad(model))
    model.weights[0] = 10.0
    assert (shallow(1.0, 0.0), deep(1.0, 0.0), gradient(1.0, 0.0)) == (10.0, 2.0, 4.0)


def test_a_subclass_keeps_its_own() -> None:
    f = Named("n**2 * e")
    again = pickle.loads(pickle.dumps(f))  # noqa: S301
    assert type(again) is Named and again.colour == "red" and again(3.0, 2.0) == 18.0


class Named(st.Function):
    """A Function with something more to remember."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.colour = "red"


def test_a_function_without_a_name_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    for other in BY_VALUE:  # some other test, or its reference, may have loaded them
        monkeypatch.delitem(sys.modules, other, raising=False)

    def inner(n: Any) -> Any:
        return n**2

    for f in (inner, lambda n: n**2):
        for made in (st.Function(f), st.Function(f).gradient, st.grad(f), st.hessian(f)):
            with pytest.raises(VariableError, match=r"with def at the top of a module"):
                pickle.dumps(made)
            assert copy.copy(made)(3.0) == copy.deepcopy(made)(3.0) == made(3.0)


def test_a_pickler_that_writes_functions_by_value_may_do_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class ByValue(pickle.Pickler):
        """As cloudpickle does it, for one function."""

        def persistent_id(self, thing: Any) -> Any:
            return "the square" if thing is square else None

    class Reader(pickle.Unpickler):
        def persistent_load(self, key: str) -> Any:
            return square

    import io

    square = lambda n: n**2  # noqa: E731
    monkeypatch.setitem(sys.modules, "cloudpickle", sys)
    file = io.BytesIO()
    ByValue(file).dump(st.grad(square))
    file.seek(0)
    assert Reader(file).load()(3.0) == 6.0


SCRIPT = """
import multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
import numpy as np
import steepest as st

def valley(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

@st.value_and_grad
def both(x):
    return valley(x) + 1

def work(f, x):
    for _ in range(40):
        found = f(x)
    told = f.compiled
    return found, os.getpid(), [p.cached for p in told.paths], told.reason

if __name__ == "__main__":
    x = np.linspace(-1, 1, 6)
    operators = [st.grad(valley), both, st.hessian(valley), st.jacobian(both.source)]
    formulas = [st.Function("x^3 + sin x"), st.Function("x^3 + sin x").gradient]
    calls = [(f, x) for f in operators] + [(f, 0.5) for f in formulas]
    expected = [work(*call) for call in calls]
    start = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=start) as pool:
        found = list(pool.map(work, *zip(*calls)))
    for (mine, here, how, why), (theirs, there, cached, reason) in zip(expected, found):
        mine, theirs = (v if isinstance(v, tuple) else (v,) for v in (mine, theirs))
        assert all(np.array_equal(a, b) for a, b in zip(mine, theirs)), (mine, theirs)
        assert here != there and reason == why and len(cached) == len(how) and all(cached)
    print("same", sum(len(how) for _, _, how, _ in expected))
"""


def test_processes_that_are_started_get_functions_and_compile_from_the_disk(
    tmp_path: Path,
) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    environment = {
        **os.environ,
        "STEEPEST_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment,
        check=False,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout == f"same {0 if available() else 6}\n"
