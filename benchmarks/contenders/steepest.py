"""Steepest itself: plain NumPy code or typed formulas, as a user hands them over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import (
    FORMULA,
    POINT,
    RATES,
    START,
    STEPS,
    WALK_STEPS,
    place,
    sampled,
    starts,
)

WARM = 200  # calls: by then all is compiled that will be

OURS = "steepest"
Prepare = Callable[[], Prepared]


def hill(n: Any, e: Any) -> Any:
    return n**2 + 3 * e**2 + np.sin(3 * n) * e


def hill_of_array(x: Any) -> Any:
    return x[0] ** 2 + 3 * x[1] ** 2 + np.sin(3 * x[0]) * x[1]


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


contends("start", OURS, "steepest")(
    lambda: program(f"import steepest as st; print(st.Function({FORMULA!r}).gradient{POINT})")
)


def called(f: Callable[..., Any], *arguments: Any) -> Prepare:
    """Value and gradient by all arguments, called until they are machine code."""

    def prepare() -> Prepared:
        import steepest as st

        argnums = 0 if len(arguments) == 1 else tuple(range(len(arguments)))
        both = st.value_and_grad(f, argnums)
        for _ in range(WARM):
            both(*arguments)
        return Prepared(both, arguments)

    return prepare


contends("call-array", OURS, "steepest")(called(hill_of_array, np.array(POINT)))
contends("call-floats", OURS, "steepest")(called(hill, *POINT))
contends("rosenbrock-10", OURS, "steepest")(called(rosenbrock, place(10)))
contends("rosenbrock-100", OURS, "steepest")(called(rosenbrock, place(100)))


@contends("hessian", OURS, "steepest")
def hessian() -> Prepared:
    import steepest as st

    bent = st.hessian(rosenbrock)
    for _ in range(WARM):
        bent(place(100))
    return Prepared(bent, (place(100),))


@contends("walk", OURS, "steepest")
def walk() -> Prepared:
    import steepest as st

    valley = st.Function("(1 - x)^2 + 100*(y - x^2)^2")

    def down() -> Any:
        return st.descend(valley, START, rate=RATES["rosenbrock"], steps=STEPS)

    return Prepared(down, read=lambda found: found.x)


def herd(text: str, rate: float) -> Prepare:
    def prepare() -> Prepared:
        import steepest as st

        f, many = st.Function(text), starts()

        def down() -> Any:
            return st.descend_many(f, many, rate=rate, steps=WALK_STEPS, tolerance=0)

        return Prepared(down, read=lambda found: sampled(found.x))

    return prepare


contends("himmelblau", OURS, "steepest")(
    herd("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", RATES["himmelblau"])
)
contends("waves", OURS, "steepest")(herd("sin(x)*cos(y) + 0.05*(x^2 + y^2)", RATES["waves"]))


# ---- the first gradient of a function that was not seen before
def fresh_code() -> Callable[..., Any]:
    """The hill again: another function each time, as far as Python can tell."""

    def f(n: Any, e: Any) -> Any:
        return n**2 + 3 * e**2 + np.sin(3 * n) * e

    return f


@contends("first", "steepest, formula", "steepest")
def first_of_text() -> Prepared:
    import steepest as st

    return Prepared(lambda: st.Function(FORMULA).gradient(*POINT))


@contends("first", "steepest, NumPy code", "steepest")
def first_of_code() -> Prepared:
    import steepest as st

    return Prepared(lambda: st.grad(fresh_code(), (0, 1))(*POINT))


def compiled() -> Prepared:
    import steepest as st

    def first() -> Any:
        slopes = st.grad(fresh_code(), (0, 1))
        slopes.compile(*POINT)
        return slopes(*POINT)

    return Prepared(first)


contends("first-compiled", OURS, "steepest", STEEPEST_CACHE="off")(compiled)
contends("first-cached", OURS, "steepest")(compiled)
