"""The rows. Importing this package enters all of them into `steepest.graph.operation.ROWS`."""

from __future__ import annotations

from steepest.operations import (
    call,
    choose,
    compositions,
    custom,
    determinant,
    einsum,
    elementwise,
    linear,
    order,
    products,
    reductions,
    scans,
    solve,
    special,
    spectrum,
    spline,
    symmetric,
    tables,
)

__all__ = [
    "call",
    "choose",
    "compositions",
    "custom",
    "determinant",
    "einsum",
    "elementwise",
    "linear",
    "order",
    "products",
    "reductions",
    "scans",
    "solve",
    "special",
    "spectrum",
    "spline",
    "symmetric",
    "tables",
]
