"""SymPy: derivatives as formulas, printed as Python source and run with `math` or NumPy."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import FORMULA, POINT, place

entered = partial(contends, packages=("sympy",))
SYMPY = "SymPy, lambdify"

entered("start", "SymPy")(
    lambda: program(
        "import sympy; n, e = sympy.symbols('n e'); "
        f"f = {FORMULA.replace('sin', 'sympy.sin')}; "
        f"g = sympy.lambdify((n, e), [f.diff(n), f.diff(e)], 'math', cse=True); print(*g{POINT})"
    )
)


def symbols_and_hill() -> Any:
    import sympy

    n, e = sympy.symbols("n e")
    f = n**2 + 3 * e**2 + sympy.sin(3 * n) * e
    return (n, e), f


def value_and_slopes() -> Any:
    """From two floats to three."""
    import sympy

    variables, f = symbols_and_hill()
    return sympy.lambdify(variables, [f, *(f.diff(v) for v in variables)], "math", cse=True)


@entered("call-floats", SYMPY)
def floats() -> Prepared:
    return Prepared(value_and_slopes(), POINT)


@entered("call-array", SYMPY)
def array() -> Prepared:
    inner = value_and_slopes()

    def both(x: Any) -> Any:
        value, along, across = inner(*x.tolist())
        return value, np.array((along, across))

    return Prepared(both, (np.array(POINT),))


def valley(size: int) -> Any:
    def prepare() -> Prepared:
        import sympy

        x = sympy.symbols(f"x:{size}")
        pairs = itertools.pairwise(x)
        f = sympy.Add(*(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairs))
        inner = sympy.lambdify(x, [f, *(f.diff(v) for v in x)], "math", cse=True)

        def both(x: Any) -> Any:
            value, *slope = inner(*x.tolist())
            return value, np.array(slope)

        return Prepared(both, (place(size),))

    return prepare


for _size in (10, 100):
    entered(f"rosenbrock-{_size}", SYMPY)(valley(_size))


@entered("first", SYMPY)
def first() -> Prepared:
    import sympy
    from sympy.core.cache import clear_cache

    def anew() -> Any:
        clear_cache()  # or the second derivative of the same formula would be looked up
        variables, f = symbols_and_hill()
        return sympy.lambdify(variables, [f.diff(v) for v in variables], "math", cse=True)(*POINT)

    return Prepared(anew)
