"""Whose line an error comes from: the user's, or one of ours."""

from __future__ import annotations

from typing import Any

from steepest.sources.capture.trace import line_of

__all__ = ["line", "of_steepest"]


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
    """Whether the innermost frame is a line of steepest; depth alone is nobody's fault."""
    if isinstance(error, (RecursionError, MemoryError)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith(
        "steepest."
    )
