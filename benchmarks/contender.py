"""Who takes part: one entry for each work and contender, made by the decorator `contends`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["MODULES", "Absent", "Contender", "Prepared", "contenders", "contends"]

Role = Literal["steepest", "peer", "hand"]

_LIBRARIES = "steepest jax torch autograd casadi numba sympy scipy hand c"
MODULES = tuple(f"benchmarks.contenders.{name}" for name in _LIBRARIES.split())


class Absent(Exception):
    """What a contender needs is not on this machine."""


@dataclass(frozen=True)
class Prepared:
    """A contender, ready: what to call with which arguments, and how to read the answer; `slack`
    is how many times as much as others it may be wrong.
    """

    call: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    read: Callable[[Any], Any] = field(default=lambda answer: answer)
    slack: float = 1.0


@dataclass(frozen=True)
class Contender:
    """A way to do a work.

    role          steepest itself; a peer, which differentiates; or by hand, derivatives and all
    module        where it is entered
    packages      whose versions count
    environment   of its process
    """

    work: str
    name: str
    role: Role
    module: str
    packages: tuple[str, ...]
    prepare: Callable[[], Prepared]
    environment: Mapping[str, str]

    @property
    def at_home(self) -> bool:
        """Whether it needs nothing but what steepest is installed with, and perhaps gcc."""
        return self.module.rsplit(".", 1)[-1] in ("steepest", "hand", "c")


_found: list[Contender] = []


def contends(
    work: str, name: str, role: Role = "peer", *, packages: tuple[str, ...] = (), **environment: str
) -> Callable[[Callable[[], Prepared]], Callable[[], Prepared]]:
    """Enter a function that prepares a contender. It is called in the contender's own process, and
    imports there what it needs; an ImportError, or `Absent`, means that this is not installed.
    """

    def enter(prepare: Callable[[], Prepared]) -> Callable[[], Prepared]:
        _found.append(
            Contender(work, name, role, prepare.__module__, packages, prepare, environment)
        )
        return prepare

    return enter


def contenders(work: str, modules: Iterable[str] = MODULES) -> list[Contender]:
    """All who do this work, of those entered in these modules; steepest first."""
    for module in modules:
        importlib.import_module(module)
    return [c for c in _found if c.work == work and c.module in modules]
