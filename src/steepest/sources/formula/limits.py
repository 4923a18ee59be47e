"""How large a typed formula may be.

Text comes from strangers too, and reading it must always end soon.
"""

from __future__ import annotations

from steepest.record import record

__all__ = ["Limits"]


@record(eq=True)
class Limits:
    """The largest formula that is read; a server sets smaller ones.

    `length` counts characters, `depth` brackets, powers, signs and functions inside one another,
    `nodes` numbers, names and operations, `digits` those of one number, `letters` those of one
    name. A sum of 10,000 terms is well inside the defaults.
    """

    length: int = 200_000
    depth: int = 200
    nodes: int = 100_000
    digits: int = 1_000
    letters: int = 100
