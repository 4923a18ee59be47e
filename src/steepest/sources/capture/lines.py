"""Where it happened: the user's own lines, as against those of libraries."""

from __future__ import annotations

import functools
import sys
from types import FrameType

from steepest.graph.node import Origin
from steepest.record import record

__all__ = ["Loss", "depth_of_user", "is_library", "line_of"]

LIBRARIES = ("numpy", "scipy", "steepest", "functools", "importlib")


@record(eq=True)
class Loss:
    """Something that was seen but could not be followed, and where."""

    what: str
    origin: Origin | None

    def __str__(self) -> str:
        return f"{self.what} ({self.origin})" if self.origin else self.what


@functools.lru_cache(maxsize=10_000)
def is_library(module: str) -> bool:
    """Whether a module is one whose lines nobody would look for on asking where it happened."""
    return module.partition(".")[0] in LIBRARIES


def line_of(frame: FrameType | None) -> Origin | None:
    """The innermost line of the user's own code at or above a frame."""
    while frame is not None:
        if not is_library(frame.f_globals.get("__name__", "")):
            return Origin(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def depth_of_user() -> int:
    """How many frames below the user's own call the caller stands, as `warnings.warn` counts."""
    frame, depth = sys._getframe(1), 1
    while is_library(frame.f_globals.get("__name__", "")) and frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth
