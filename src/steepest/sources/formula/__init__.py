"""Typed formulas: text in Python or school spelling, read by a grammar of our own and never
executed.

    tokens -> declared -> vocabulary -> grammar -> syntax -> nodes

cut the text, see what is declared, give every name its meaning, read by precedence, keep the tree
as typed, build the graph. docs/formulas.md is the grammar as users read it.
"""

from __future__ import annotations

from steepest.sources.formula.formula import Formula, parse
from steepest.sources.formula.limits import Limits

__all__ = ["Formula", "Limits", "parse"]
