"""The questions put to a walk, in order: the first that has an answer gives the verdict."""

from __future__ import annotations

from steepest.diagnosis.endings import (
    interrupted,
    left_the_map,
    not_finite,
    rate_ran_out,
    standstill,
)
from steepest.diagnosis.flat import flat_at_the_end
from steepest.diagnosis.ground import kinked, not_repeatable, unbounded, wrong_gradient
from steepest.diagnosis.rates import bouncing, diverging, went_uphill
from steepest.diagnosis.slow import badly_scaled, budget, creeping, ill_conditioned, plateau

__all__ = ["QUESTIONS"]

QUESTIONS = (
    interrupted,
    not_repeatable,
    wrong_gradient,
    not_finite,
    left_the_map,
    flat_at_the_end,
    rate_ran_out,
    bouncing,
    diverging,
    kinked,
    went_uphill,
    unbounded,
    plateau,
    creeping,
    standstill,
    badly_scaled,
    ill_conditioned,
    budget,
)
