"""The verdict on a walk: what happened, by what evidence, and what to do next."""

from __future__ import annotations

import numpy as np

from steepest.descent.result import Descent
from steepest.diagnosis.case import Case
from steepest.diagnosis.causes import QUESTIONS
from steepest.diagnosis.verdict import Verdict
from steepest.errors import RecordError

__all__ = ["Verdict", "diagnose"]


def diagnose(descent: Descent) -> Verdict:
    """The verdict on a walk, from its record and a few more looks at the ground where it ended."""
    if descent.objective is None:
        raise RecordError("a walk from a file has no function to look at: resume it with one")
    case = Case(descent, descent.objective)
    with np.errstate(all="ignore"):  # probes may step on NaN and overflow: findings, no warnings
        for question in QUESTIONS:
            verdict = question(case)
            if verdict is not None:
                return verdict
    raise AssertionError("the last question always has an answer")
