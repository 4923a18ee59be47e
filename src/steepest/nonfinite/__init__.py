"""Where a NaN or an infinity is born: the operation, its operands, the line, and why."""

from __future__ import annotations

from steepest.nonfinite.birth import birthplace
from steepest.nonfinite.entry import why_not_finite
from steepest.nonfinite.finding import Finding

__all__ = ["Finding", "birthplace", "why_not_finite"]
