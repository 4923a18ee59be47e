"""Which tier a walk runs in: interpreted in Python, or in machine code.

The choice depends on the walk alone, never on the clock or on what happened to be compiled before:
the same call gives the same bits. A walk stays in its tier from start to end, and goes on in it
when it is resumed; its record names the tier.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from steepest.descent.stopping import Stop
from steepest.descent.walk import Carry, Walk
from steepest.errors import DescentError
from steepest.objective import NATIVE, PYTHON, Objective

__all__ = ["LONG", "in_tier", "tiered"]

LONG = 2_000  # a walk that may take so many evaluations is worth compiling


def in_tier(objective: Objective, walk: Walk, carry: Carry, engine: Any) -> Objective:
    """The objective in the tier that was asked for, or that suits the walk (None).

    Raises DescentError where machine code was asked for and cannot be had, with the reason.
    """
    if engine not in (None, PYTHON, NATIVE):
        raise DescentError(
            f'engine={engine!r} is neither "python" nor "native": leave it out, and long walks are '
            "compiled where they can be"
        )
    if engine == PYTHON or (engine is None and not _long(walk.stop)):
        return tiered(objective, PYTHON)
    why = objective.refusal(walk, carry)
    if why and engine == NATIVE:
        raise DescentError(
            f'this walk cannot run in machine code: {why}. Leave out engine="native", and it runs '
            "in Python"
        )
    return tiered(objective, PYTHON if why else NATIVE)


def _long(stop: Stop) -> bool:
    """Whether a walk may become long enough to be worth compiling."""
    return all(budget is None or budget >= LONG for budget in (stop.steps, stop.evaluations))


def tiered(objective: Objective, tier: str) -> Objective:
    """The same ground in a tier."""
    return objective if objective.tier == tier else dataclasses.replace(objective, tier=tier)
