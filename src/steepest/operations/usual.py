"""All rows in common use, and their order.

Texts write functions in the order of these rows (`COMMON`), which must not depend on what a program
asked for first: so each module of rows enters the one before it, and rows in less common use that
can be entered by themselves begin with this module.
"""

from __future__ import annotations

from typing import Final

from steepest.graph.operation import ROWS, Operation
from steepest.operations import products  # noqa: F401  (the last of them)

__all__ = ["COMMON"]


def _chooses(row: Operation) -> bool:
    """Whether it compares or chooses, number by number: these come first."""
    return row.elementwise and row.family in ("comparison", "choice")


_ROWS = ROWS.so_far()
COMMON: Final = tuple(
    [row.name for row in _ROWS if _chooses(row)] + [row.name for row in _ROWS if not _chooses(row)]
)
