"""Walks down: methods, schedules, stopping rules, the record, and what comes back."""

from __future__ import annotations

from steepest.descent.first_order import Adam, GradientDescent, Momentum, Nesterov
from steepest.descent.journey import ascend, descend
from steepest.descent.many import Many, descend_many
from steepest.descent.method import METHODS, Method
from steepest.descent.record import Record
from steepest.descent.result import Descent, Place
from steepest.descent.resumption import resume
from steepest.descent.step import Constant, Cosine, Exponential, Inverse, Piecewise, WarmUp
from steepest.descent.stopping import Ending, Stop

__all__ = [
    "METHODS",
    "Adam",
    "Constant",
    "Cosine",
    "Descent",
    "Ending",
    "Exponential",
    "GradientDescent",
    "Inverse",
    "Many",
    "Method",
    "Momentum",
    "Nesterov",
    "Piecewise",
    "Place",
    "Record",
    "Stop",
    "WarmUp",
    "ascend",
    "descend",
    "descend_many",
    "resume",
]
