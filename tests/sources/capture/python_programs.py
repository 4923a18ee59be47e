"""Small functions as people write them, each said again in scalars for mpmath: the truth.

Methods, globals, closures, lists, `math`, branches and loops: what is Python rather than NumPy.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math

import numpy as np

from tests.sources.capture import elsewhere
from tests.sources.capture.corpus import PROGRAMS, program
from tests.sources.capture.elsewhere import Doubled, Model, helper

GAIN = 1.7
DATA = np.array([0.3, -0.8, 1.1])
OPTIONS = {"weights": [2.0, 3.0], "power": 3}
MODEL, DOUBLED = Model(1.5), Doubled(0.5)
LOG: list = []
count = 0


@program(lambda mp, a, b, c: a**2 + b**2 + c**2)
def count_in_a_global(x):
    global count
    count += 1
    return np.sum(x * x)


@program(
    lambda mp, a, b, c: sum(
        w * ((1.5 * v - o) * h) ** 2
        for v, o, h, w in zip((a, b, c), (0.5, 1.5, 2.5), (3, 1, 1), (2.25, 1, 4), strict=True)
    )
)
def methods_attributes_and_a_property(x):
    return MODEL(x)


@program(
    lambda mp, a, b, c: sum(
        w * (2 * (0.5 * v - o) * h) ** 2
        for v, o, h, w in zip((a, b, c), (0.5, 1.5, 2.5), (3, 1, 1), (0.25, 1, 4), strict=True)
    )
)
def a_subclass_with_super(x):
    return DOUBLED(x)


@program(
    lambda mp, a, b, c: 8 * mp.exp(-6 * a) + 2 * (mp.exp(-b) + mp.exp(-2 * b) + mp.exp(-3 * b))
)
def a_helper_in_another_module(x):
    return np.prod(helper(x[0])) + elsewhere.helper(x[1]).sum()


@program(lambda mp, a, b, c: sum(mp.log(v * v + 1) for v in (a, b, c)) + c)
def lists_of_values(x):
    parts = []
    for v in x:
        parts.append(v * v + 1)  # noqa: PERF401
    return np.sum(np.log(parts)) + np.max([x[0], x[2], 0.0])


@program(lambda mp, a, b, c: b**3 * a)
def return_out_of_a_loop(x):
    for v in x:
        if v < 0:
            return v**3 * x[0]
    return 0.0


@program(lambda mp, a, b, c: mp.exp(b) * a)
def an_exception_taken(x):
    try:
        first = math.log(x[1])
    except ValueError:
        first = math.exp(x[1])
    return first * x[0]


@program(lambda mp, a, b, c: mp.sqrt(1 - b) * a)
def newton_in_a_while_loop(x):
    r, target = 1.0, abs(x[1]) + 1
    while abs(r * r - target) > 1e-14:
        r = 0.5 * (r + target / r)
    return r * x[0]


@program(lambda mp, a, b, c: mp.atan(a) + b * b + mp.atan(c))
def vectorize_over_math(x):
    g = np.vectorize(lambda t: math.atan(t) if t > 0 else t * t)
    return g(x).sum()


@program(lambda mp, a, b, c: a * 2 + b**2 + a + 2 * a)
def float_int_item_round(x):
    k = int(abs(x[2]))
    return float(x[0]) * k + x[1].item() ** 2 + x.tolist()[0] + round(x[2]) * x[0]


@program(lambda mp, a, b, c: (b + 3 * a) * a)
def dictionaries_of_values(x):
    d = {"a": x[0], "b": [x[1], 2.0]}
    d["b"][1] = d["a"] * 3
    return sum(d["b"]) * d["a"]


@program(lambda mp, a, b, c: b**2 + (2 * c) ** 2 + 2 * c)
def generators_and_callbacks(x):
    def each():
        for i in range(3):
            yield x[i] * i

    return sum(v * v for v in each()) + max(map(lambda t: t * 2, x), key=lambda t: t)  # noqa: C417


@program(lambda mp, a, b, c: _recursion(a, b, c, 5))
def recursion_with_a_cache(x):
    @functools.lru_cache(None)
    def term(n):
        return x[0] if n == 0 else x[1] if n == 1 else term(n - 1) * x[2] + term(n - 2)

    return term(5)


def _recursion(a, b, c, n):
    return (
        a
        if n == 0
        else b
        if n == 1
        else _recursion(a, b, c, n - 1) * c + _recursion(a, b, c, n - 2)
    )


@program(lambda mp, a, b, c: a**2 + b**2 + c**2)
def a_nonlocal_cell(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v

    for v in x:
        add(v)
    return total


@program(lambda mp, a, b, c: a**2 + b * c)
def values_kept_outside(x):
    LOG.append(x[0])
    MODEL.history = [x[1]]
    return LOG[-1] ** 2 + MODEL.history[0] * x[2]


@program(
    lambda mp, a, b, c: (
        mp.mpf("1.7") * (mp.mpf("0.09") * a**2 + mp.mpf("0.64") * b**2 + mp.mpf("1.21") * c**2)
    )
)
def a_global_number_and_array(x):
    return GAIN * np.sum(DATA**2 * x**2)


@program(lambda mp, a, b, c: 2 * a**3 + 3 * b**3)
def options_in_a_dictionary(x):
    total = 0.0
    for w, v in zip(OPTIONS["weights"], x, strict=False):
        total += w * v ** OPTIONS["power"]
    return total


@program(lambda mp, a, b, c: a * b + a * c + b * c + a + a * b + a * b * c)
def itertools_in_use(x):
    pairs = sum(p * q for p, q in itertools.combinations(x, 2))
    return pairs + sum(itertools.accumulate(x, lambda p, q: p * q))


@program(lambda mp, a, b, c: (a * a - b) * mp.cos(c))
def a_closure_and_a_partial(x):
    scale = np.cos(x[2])

    def inner(p, q, factor=1.0):
        return (p * p - q) * factor

    return functools.partial(inner, factor=scale)(x[0], x[1])


@program(lambda mp, a, b, c: mp.mpf("0.5") * (a + c) + b * 2 + mp.mpf("0.1"))
def star_unpacking_and_walrus(x):
    first, *rest = x
    middle, last = rest
    return 0.5 * (total := first + last) + middle * 2 + 0.1 + 0 * total


@dataclasses.dataclass
class Pair:
    left: float
    right: float


@program(lambda mp, a, b, c: a * b + c**2)
def a_dataclass_inside(x):
    pair = Pair(x[0], x[1])
    return pair.left * pair.right + dataclasses.replace(pair, left=x[2]).left ** 2


@program(lambda mp, a, b, c: mp.mpf("0.5") * (a**2 + 2 * a * (b + 1)) + b)
def a_conditional_expression(x):
    inside = x[0] ** 2 + 2 * x[0] * (x[1] + 1) if x[0] < x[2] and not x[1] > 0 else x[0]
    return inside * 0.5 + (x[1] if 0 < x[2] < 3 else -x[1])


@program(lambda mp, a, b, c: a**2 * c**2)
def format_and_parse(x):
    name = f"{x[1]:.1f}"
    return x[0] ** 2 * x[2] ** (2 if name == "-1.3" else 3)


sums = lambda x: np.exp(x[0]) * math.sin(x[1])  # noqa: E731
PROGRAMS.append((sums, lambda mp, a, b, c: mp.exp(a) * mp.sin(b)))
both = (lambda x: float(x[0]) ** 2, lambda x: float(x[1]) ** 3)[1]
PROGRAMS.append((both, lambda mp, a, b, c: b**3))
