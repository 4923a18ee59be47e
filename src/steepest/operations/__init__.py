"""The rows. Importing this package enters all of them into `steepest.graph.operation.ROWS`."""

from __future__ import annotations

from steepest.operations import (
    call,
    choose,
    compositions,
    custom,
    elementwise,
    likelihood,
    linear,
    order,
    parts,
    products,
    reductions,
    scans,
    solve,
    special,
    spline,
    sums,
    tables,
    whole,
)

__all__ = [
    "call",
    "choose",
    "compositions",
    "custom",
    "elementwise",
    "likelihood",
    "linear",
    "order",
    "parts",
    "products",
    "reductions",
    "scans",
    "solve",
    "special",
    "spline",
    "sums",
    "tables",
    "whole",
]
