"""A work that takes no time, and contenders of every kind: right, wrong, absent and dying."""

from __future__ import annotations

import os

import numpy as np

from benchmarks.contender import Absent, Prepared, contends
from benchmarks.works import WORKS, Work

WORK = "toy"
WORKS[WORK] = Work(
    WORK, "twice a number", lambda: np.array([6.0]), "by hand", "to be fast", rounds=2
)


@contends(WORK, "ours", "steepest", packages=("numpy", "no such package"))
def ours() -> Prepared:
    print("noise on standard output")
    return Prepared(lambda x: 2 * x, (3.0,))


@contends(WORK, "by hand", "hand", TOY="3.0")
def by_hand() -> Prepared:
    return Prepared(lambda: float(os.environ["TOY"]) + 3.0)


@contends(WORK, "peer")
def peer() -> Prepared:
    return Prepared(lambda x, y: [x, y], (1.0, 5.0), read=sum)


@contends(WORK, "rough")
def rough() -> Prepared:
    return Prepared(lambda: 6.000001, slack=1e6)


@contends(WORK, "wrong")
def wrong() -> Prepared:
    return Prepared(lambda: 6.000001)


@contends(WORK, "too many")
def too_many() -> Prepared:
    return Prepared(lambda: [6.0, 6.0])


@contends(WORK, "not a number")
def not_a_number() -> Prepared:
    return Prepared(lambda: float("nan"))


@contends(WORK, "no compiler")
def no_compiler() -> Prepared:
    raise Absent("there is no compiler")


@contends(WORK, "no package")
def no_package() -> Prepared:
    import no_such_package_anywhere  # type: ignore[import-not-found]

    return Prepared(no_such_package_anywhere.f)


@contends(WORK, "dies")
def dies() -> Prepared:
    os._exit(3)
