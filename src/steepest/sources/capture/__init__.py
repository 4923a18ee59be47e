"""Plain NumPy functions, followed as they stand.

From a Python function to a graph, path by path.
"""

from __future__ import annotations

from steepest.sources.capture.followed import Followed, NumericalWarning
from steepest.sources.capture.tape import Path, Tape
from steepest.sources.capture.tracing import Tracing

__all__ = ["Followed", "NumericalWarning", "Path", "Tape", "Tracing"]
