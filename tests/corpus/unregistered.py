"""What stands in for the register where a module of the corpus is read a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["sample"]


def sample(*points: Any, **named: Any) -> Callable[[Any], Any]:
    return lambda function: function
