"""Functions with a derivative that their author gives: the rule, one call of it, and how it is
followed.
"""

from __future__ import annotations

from steepest.sources.given.following import in_trace
from steepest.sources.given.rule import Rule, rule_of, unseen

__all__ = ["Rule", "in_trace", "rule_of", "unseen"]
