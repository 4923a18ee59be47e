"""What must hold for a number outside to be an input: no other number may have made a difference.

A tape was checked at one value of the fact. So that it is right at every other, too, Python's own
arithmetic must not have done what NumPy's does not (it raises where NumPy gives infinity, and
rounds otherwise), and the first other value is compared with the function once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.graph.graph import Guard
from steepest.graph.node import Node, make
from steepest.graph.operation import ROWS
from steepest.graph.traverse import Program, topological
from steepest.sources.capture.arguments import Arguments
from steepest.sources.capture.check import check
from steepest.sources.capture.guards import same
from steepest.sources.capture.tape import Tape
from steepest.sources.capture.trace import Trace

__all__ = ["acceptable", "finite", "promised", "proved"]


def _of_numbers(roots: Sequence[Node]) -> list[Node]:
    """What is computed from Python's numbers alone."""
    return [n for n in topological(roots) if n.weak and n.real and n.args]


def finite(trace: Trace, roots: Sequence[Node]) -> tuple[Guard, ...]:
    """Conditions: what is computed from numbers outside alone is finite, or is not, as it was."""
    nodes = _of_numbers(roots)
    known = {v.node: v.slot.was for v in trace.varied.values()}
    values = Program(tuple(known), nodes)(*known.values())
    return tuple(
        Guard(
            make(ROWS["isfinite"], (n,)),
            np.bool_(np.isfinite(v)),
            n.origin,
            "it is computed from numbers outside alone",
        )
        for n, v in zip(nodes, values, strict=True)
    )


def promised(trace: Trace, tape: Tape) -> dict[int, Any]:
    """The facts of which only one value has been checked, by their places among the captured."""
    was = {v.node: v.slot.was for v in trace.varied.values()}
    return {i: was[n] for i, (n, _) in enumerate(tape.graph.captured) if n in was}


def acceptable(trace: Trace, tape: Tape) -> bool:
    """Whether a tape with numbers outside as inputs may be used at all."""
    nodes = topological(tape.graph.roots)
    return (
        tape.exact is True
        and tape.keep
        and not trace.spoilt
        and all(n.dtype == np.float64 for n in nodes if n.real)  # where no number is "weak"
        and not any(n.op.name == "rint" for n in _of_numbers(nodes))
    )


def proved(
    tape: Tape, captured: Sequence[Any], given: Arguments, plain: Callable[..., list[Any]]
) -> bool:
    """Whether a tape holds at new values of the numbers outside, too: they are compared once."""
    new = {i for i, was in tape.unproved.items() if not same(captured[i], was)}
    if not new:
        return True
    verdict = check(tape, plain, given.values, (), set(), (), given.layout.differentiable)
    if verdict.exact is False or verdict.random:
        return False
    if verdict.exact:
        tape.unproved = {i: was for i, was in tape.unproved.items() if i not in new}
    return True
