"""Autograd: a tape of Python objects, written anew at every call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import FORMULA, POINT, place

entered = partial(contends, packages=("autograd",))

entered("start", "autograd")(
    lambda: program(
        "import autograd, autograd.numpy as np; "
        f"f = lambda x: (lambda n, e: {FORMULA.replace('sin', 'np.sin')})(x[0], x[1]); "
        f"print(*map(float, autograd.grad(f)(np.array({POINT}))))"
    )
)


def hill(n: Any, e: Any) -> Any:
    import autograd.numpy as anp

    return n**2 + 3 * e**2 + anp.sin(3 * n) * e


def rosenbrock(x: Any) -> Any:
    import autograd.numpy as anp

    return anp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def called(f: Callable[..., Any], argnums: Any, *arguments: Any) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        from autograd import value_and_grad

        return Prepared(value_and_grad(f, argnums), arguments)

    return prepare


entered("call-array", "autograd")(called(lambda x: hill(x[0], x[1]), 0, np.array(POINT)))
entered("call-floats", "autograd")(called(hill, (0, 1), *POINT))
entered("rosenbrock-10", "autograd")(called(rosenbrock, 0, place(10)))
entered("rosenbrock-100", "autograd")(called(rosenbrock, 0, place(100)))


@entered("hessian", "autograd")
def hessian() -> Prepared:
    from autograd import hessian

    return Prepared(hessian(rosenbrock), (place(100),))


@entered("first", "autograd")
def first() -> Prepared:
    from autograd import grad

    return Prepared(lambda: grad(lambda n, e: hill(n, e), (0, 1))(*POINT))
