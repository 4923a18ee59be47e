"""`check_grad`: is this gradient right? Each coordinate against differences, and a plain answer."""

from __future__ import annotations

from steepest.gradcheck.entry import check_grad
from steepest.gradcheck.result import Coordinate, GradientCheck

__all__ = ["Coordinate", "GradientCheck", "check_grad"]
