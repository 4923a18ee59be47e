"""CasADi: interpreted by its virtual machine, or as C that gcc has compiled.

A call writes its arguments into a buffer, evaluates, and reads another buffer, which is the fastest
way that CasADi offers to Python.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contender import Absent, Prepared, contends
from benchmarks.program import program
from benchmarks.works import FORMULA, POINT, RATES, START, STEPS, place

entered = partial(contends, packages=("casadi",))
Formula = Callable[[Any], Any]

entered("start", "CasADi")(
    lambda: program(
        "import casadi as ca; n, e = ca.SX.sym('n'), ca.SX.sym('e'); "
        f"f = {FORMULA.replace('sin', 'ca.sin')}; "
        "g = ca.Function('g', [n, e], [ca.gradient(f, ca.vertcat(n, e))]); "
        f"a, b = g{POINT}.full().ravel(); print(float(a), float(b))"
    )
)


def hill(x: Any) -> Any:
    import casadi as ca

    return x[0] ** 2 + 3 * x[1] ** 2 + ca.sin(3 * x[0]) * x[1]


def rosenbrock(x: Any) -> Any:
    import casadi as ca

    return ca.sumsqr(10 * (x[1:] - x[:-1] ** 2)) + ca.sumsqr(1 - x[:-1])


def value_and_gradient(f: Formula, size: int) -> Any:
    import casadi as ca

    x = ca.SX.sym("x", size)
    return ca.Function("both", [x], [f(x), ca.gradient(f(x), x)])


def built(function: Any) -> Any:
    """The same function as machine code: its C, compiled."""
    import casadi as ca

    if not shutil.which("gcc"):
        raise Absent("gcc is not on the PATH")
    folder = Path(tempfile.mkdtemp())
    name = function.name()
    generator = ca.CodeGenerator(f"{name}.c")
    generator.add(function)
    generator.generate(f"{folder}/")
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", f"{name}.so", f"{name}.c"]
    subprocess.run(command, cwd=folder, check=True)
    return ca.external(name, str(folder / f"{name}.so"))


def buffered(function: Any, size: int) -> Callable[[Any], Any]:
    """Called with an array; the first output comes back as a float, the second as an array."""
    taken, value, gradient = np.zeros(size), np.zeros(1), np.zeros(size)
    run = joined(function, taken, value, gradient)

    def call(x: Any) -> Any:
        taken[:] = x
        run()
        return value.item(), gradient.copy()

    return call


def joined(function: Any, taken: Any, *found: Any) -> Callable[[], None]:
    """Evaluates from one array into the others."""
    run: Callable[[], None]
    buffer, run = function.buffer()
    buffer.set_arg(0, memoryview(taken))
    for i, array in enumerate(found):
        buffer.set_res(i, memoryview(array))
    _alive.append((function, buffer))
    return run


_alive: list[Any] = []  # CasADi's callables do not keep alive what they need


def called(f: Formula, x: Any, compiled: bool) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        function = value_and_gradient(f, x.size)
        return Prepared(buffered(built(function) if compiled else function, x.size), (x,))

    return prepare


for _work, _f, _x in (
    ("call-array", hill, np.array(POINT)),
    ("rosenbrock-10", rosenbrock, place(10)),
    ("rosenbrock-100", rosenbrock, place(100)),
):
    entered(_work, "CasADi, interpreted")(called(_f, _x, compiled=False))
    entered(_work, "CasADi, C code")(called(_f, _x, compiled=True))


@entered("call-floats", "CasADi, C code")
def floats() -> Prepared:
    taken, value, gradient = np.zeros(2), np.zeros(1), np.zeros(2)
    run = joined(built(value_and_gradient(hill, 2)), taken, value, gradient)

    def call(n: float, e: float) -> Any:
        taken[0], taken[1] = n, e
        run()
        return value.item(), tuple(gradient.tolist())

    return Prepared(call, POINT)


def hessian(kind: str) -> Callable[[], Prepared]:
    """The numbers that are not zero, in a buffer; the same, put in their places; or all of them."""

    def prepare() -> Prepared:
        import casadi as ca

        x, dense = ca.SX.sym("x", 100), kind == "dense"
        bent = ca.hessian(rosenbrock(x), x)[0]
        pattern = bent.sparsity()
        function = built(ca.Function("bent", [x], [ca.densify(bent) if dense else bent]))
        taken, numbers = np.zeros(100), np.zeros(10_000 if dense else pattern.nnz())
        run = joined(function, taken, numbers)
        rows, columns = pattern.get_triplet()
        places = np.array(rows) * 100 + np.array(columns)

        def call(x: Any) -> Any:
            taken[:] = x
            run()
            if kind != "put in place":
                return numbers.copy()
            out = np.zeros(10_000)
            out[places] = numbers
            return out

        def read(found: Any) -> Any:
            return np.asarray(ca.DM(pattern, found).full()) if kind == "sparse" else found

        return Prepared(call, (place(100),), read)

    return prepare


for _kind, _name in (
    ("dense", "CasADi, C code, dense"),
    ("put in place", "CasADi, C code, sparse, put in place"),
    ("sparse", "CasADi, C code, only what is not zero"),
):
    entered("hessian", _name)(hessian(_kind))


@entered("walk", "CasADi, C code")
def walk() -> Prepared:
    import casadi as ca

    x = ca.SX.sym("x", 2)
    step = ca.Function("step", [x], [x - RATES["rosenbrock"] * ca.gradient(rosenbrock(x), x)])
    down = built(step.fold(1000).fold(STEPS // 1000))
    start = ca.DM(START)
    return Prepared(lambda: down(start), read=np.asarray)


@entered("first", "CasADi")
def first() -> Prepared:
    import casadi as ca

    def anew() -> Any:
        n, e = ca.SX.sym("n"), ca.SX.sym("e")
        f = n**2 + 3 * e**2 + ca.sin(3 * n) * e
        slopes = ca.Function("slopes", [n, e], [ca.gradient(f, ca.vertcat(n, e))])
        return slopes(*POINT).full()

    return Prepared(anew)


@entered("first-compiled", "CasADi, C code")
def first_compiled() -> Prepared:
    import casadi as ca

    def anew() -> Any:
        x = ca.SX.sym("x", 2)
        return built(ca.Function("slopes", [x], [ca.gradient(hill(x), x)]))(POINT).full()

    return Prepared(anew)
