"""Which words mean a function or a named number, read from the rows; no second list is kept."""

from __future__ import annotations

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.graph.operation import ROWS, SPELLINGS
from steepest.sources.formula.characters import GREEK_WORDS, greek

__all__ = ["constant", "function", "functions", "greek_name", "reserved", "spelling"]

_SIGNS = {"not", "√", "∛"}  # spellings that are signs of the grammar


def function(word: str) -> str | None:
    """The row that a word means as a function. No single Latin letter means one."""
    if word in _SIGNS or (len(word) == 1 and word.isascii()):
        return None
    row = SPELLINGS.get(word)
    return row.name if row is not None and row.arity and row.name in ROWS else None


def functions() -> dict[str, str]:
    """Every spelling of a function and the row it means. Read at each call: rows can be added."""
    return {s: r.name for r in ROWS.values() if r.arity for s in r.spellings if s not in _SIGNS}


def constant(word: str) -> str | None:
    """The row that a word means as a named number. The letter ℯ is always Euler's number."""
    if word == "ℯ":
        return "euler"
    row = SPELLINGS.entered(word)  # all named numbers are in common use
    return row.name if row is not None and row.arity == 0 else None


def spelling(row: str) -> str:
    """The name under which the function of a row is typed: the row's own where it can be."""
    spellings = ROWS[row].spellings
    return row if row in spellings or not spellings else spellings[0]


def greek_name(name: str) -> bool:
    """Whether a name is Greek: then it is a function (σ, psi) only in front of a bracket."""
    return greek(name[0]) or name in GREEK_WORDS


def reserved(name: str) -> bool:
    """Whether a name has a meaning of its own, so that no variable can have it."""
    if constant(name) is not None or name in ("and", "or", "not"):
        return True
    return not greek_name(name) and function(name) is not None
