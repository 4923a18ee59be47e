"""The rows. Importing this package enters all of them into `steepest.graph.operation.ROWS`."""

from __future__ import annotations

from steepest.operations import choose, elementwise, linear, products, reductions, special

__all__ = ["choose", "elementwise", "linear", "products", "reductions", "special"]
