"""The register of programs: a function of a vector of three numbers, and its truth.

A truth takes mpmath and the three numbers, and computes the same in scalars.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["PROGRAMS", "program"]

PROGRAMS: list[tuple[Callable, Callable]] = []


def program(truth: Callable) -> Callable:
    def enter(function: Callable) -> Callable:
        PROGRAMS.append((function, truth))
        return function

    return enter
