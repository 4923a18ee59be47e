"""Backpropagation in the open: every value of one call on the way forward, every slope on the
way back.
"""

from __future__ import annotations

from steepest.explanation.entry import explain
from steepest.explanation.result import Explanation
from steepest.explanation.step import Step

__all__ = ["Explanation", "Step", "explain"]
