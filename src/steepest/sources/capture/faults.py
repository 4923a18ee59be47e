"""Whose line an error comes from: the user's, or one of ours."""

from __future__ import annotations

from typing import Any

from steepest.sources.capture.handle import Handle
from steepest.sources.capture.lines import line_of
from steepest.sources.capture.rules import RULES
from steepest.sources.capture.seam import Seam

__all__ = ["line", "of_steepest"]

HANDS_OVER = (  # to C code, as it stands
    Seam._call_compiled.__code__,
    Handle.__getattr__.__code__,
    RULES[float].__code__,
)


def line(error: BaseException) -> str:
    """The innermost line of the user's own code that an error passed through."""
    trace = error.__traceback__
    found = None
    while trace is not None:
        found = (
            line_of(trace.tb_frame) and f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            if not _inside(trace.tb_frame)
            else found
        )
        trace = trace.tb_next
    return found or ""


def _inside(frame: Any) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(("steepest.", "numpy."))


def of_steepest(error: BaseException) -> bool:
    """Whether the innermost frame is a line of steepest; depth alone is nobody's fault.

    Nor is what C code says of a handle, or what it misses in one.
    """
    if isinstance(error, (RecursionError, MemoryError)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code in HANDS_OVER:
        return False
    return str(trace.tb_frame.f_globals.get("__name__", "")).startswith("steepest.")
