"""The rows. Importing this package enters those that most formulas of numbers need into
`graph.operation.ROWS`; the others are entered when one of them is first asked for, a module at a
time (`graph.registry`).
"""

from __future__ import annotations

from steepest.operations import elementwise

__all__ = ["elementwise"]
