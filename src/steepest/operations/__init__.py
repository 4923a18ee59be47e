"""The rows. Importing this package enters those in common use into `graph.operation.ROWS`; the
others are entered when one of them is first asked for (`graph.registry`, `operations.seldom`).
"""

from __future__ import annotations

from typing import Final

from steepest.graph.operation import ROWS
from steepest.operations import choose, elementwise, linear, order, products, reductions, shape

__all__ = ["COMMON", "choose", "elementwise", "linear", "order", "products", "reductions", "shape"]

COMMON: Final = tuple(row.name for row in ROWS.so_far())
