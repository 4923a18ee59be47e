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
from steepest.graph.node import CONSTANT, Node, make
from steepest.graph.operation import ROWS
from steepest.graph.traverse import Program, topological
from steepest.sources.capture.arguments import Arguments
from steepest.sources.capture.check import check
from steepest.sources.capture.tape import Tape
from steepest.sources.capture.trace import Trace

__all__ = ["acceptable", "finite", "proved"]


def _of_numbers(trace: Trace, roots: Sequence[Node]) -> list[Node]:
    """What is computed from Python's numbers outside alone."""
    alone = {v.node: True for v in trace.varied.values() if v.node.weak}
    for n in topological(roots):
        arguments = [a for a in n.args if a.op is not CONSTANT]
        if arguments:
            alone[n] = all(alone.get(a, False) for a in arguments)
    return [n for n, only in alone.items() if only and n.args]


def finite(trace: Trace, roots: Sequence[Node]) -> tuple[Guard, ...]:
    """Conditions: what is computed from numbers outside alone is finite, or is not, as it was."""
    nodes = [n for n in _of_numbers(trace, roots) if n.real and n.shape == ()]
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


def acceptable(trace: Trace, tape: Tape) -> bool:
    """Whether a tape with numbers outside as inputs may be used at all."""
    nodes = topological(tape.graph.roots)
    return (
        tape.exact is True
        and tape.keep
        and not trace.spoilt
        and all(n.dtype == np.float64 for n in nodes if n.real)  # where no number is "weak"
        and not any(n.op.name == "round_to" for n in _of_numbers(trace, nodes))
    )


def proved(tape: Tape, given: Arguments, plain: Callable[..., list[Any]]) -> bool:
    """Whether a tape holds at new values of the numbers outside, too: they are compared once."""
    new = {key for key, slot in tape.unproved.items() if not slot.holds()}
    if not new:
        return True
    verdict = check(tape, plain, given.values, (), set(), (), given.layout.differentiable)
    if verdict.exact is False or verdict.random:
        return False
    if verdict.exact:
        tape.unproved = {k: slot for k, slot in tape.unproved.items() if k not in new}
    return True
