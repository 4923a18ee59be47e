"""Conventions at single points, which derivative rules keep and texts leave out.

A rule says what holds at the tip of a cone, on a tie, on the edge of a clipped function; there the
running graph has a `where`. These are the laws under "conventions at single points" in
`calculus.identities`, each true wherever the point itself is left out.
"""

from __future__ import annotations

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.terms import ONE, Atom, Product, Sum
from steepest.graph.operation import ROWS

__all__ = ["atom_of", "without_convention"]


def without_convention(algebra: Algebra, condition: Sum, first: Sum, second: Sum) -> Sum | None:
    """A shorter form of where(condition, first, second); None where it says something."""
    test = atom_of(condition)
    if first is second:
        return first
    if test is None:
        return None
    if test.name == "equal":
        a, b = test.args
        if a.number is not None and b.number is not None:
            return first if a is b else second
        less_one = algebra.add([(ONE, second), (ONE, algebra.one)])
        if b.number == 0 and first.number == 1 and less_one is a:
            return second  # the exponent b − 1 of the power rule
    if first.number == 0 and _singular(algebra, test, second):
        return second
    other = atom_of(second)
    if other is None or other.name != "where":
        return None
    return _tie(algebra, condition, test, first, other) or _edges(
        algebra, condition, test, first, other
    )


def atom_of(s: Sum) -> Atom | None:
    """The atom that a sum is, if it is one."""
    only = s.only()
    if only is None or only[1] != 1 or len(only[0].factors) != 1:
        return None
    base, direction, exponent = only[0].factors[0]
    plain = exponent == 1 and not direction.factors
    return base if isinstance(base, Atom) and plain else None


def _where(algebra: Algebra, condition: Sum, first: Sum, second: Sum) -> Sum:
    return algebra.of(algebra.atom(ROWS["where"], (condition, first, second)))


def _singular(algebra: Algebra, test: Atom, other: Sum) -> bool:
    """Whether `other` has no value of its own, or the value 0 too, where x = 0: x is a factor of
    it, stands under a fraction bar, is the base of a power, or is in a logarithm.
    """
    if test.name == "logical_and":
        left = atom_of(test.args[0])
        return left is not None and _singular(algebra, left, other)
    if test.name != "equal" or test.args[1].number != 0:
        return False
    only, inside = other.only(), test.args[0].only()
    if only is None or inside is None:
        return False
    bases = _bases(only[0]).union(*(_bases(d) for _, d, _ in only[0].factors))
    logarithm = algebra.atom(ROWS["log"], (test.args[0],))
    return logarithm in bases or bool(bases & _bases(inside[0]))


def _bases(p: Product) -> set[Atom | Sum]:
    return {b for b, _, _ in p.factors}


def _tie(algebra: Algebra, condition: Sum, test: Atom, first: Sum, other: Atom) -> Sum | None:
    """where(a > b, p, where(b > a, q, tie)) is where(a > b, p, q)."""
    inner = atom_of(other.args[0])
    if inner is None or inner.name != test.name or test.name not in ("greater", "less"):
        return None
    if inner.args != test.args[::-1]:
        return None
    return _where(algebra, condition, first, other.args[1])


def _edges(algebra: Algebra, condition: Sum, test: Atom, first: Sum, other: Atom) -> Sum | None:
    """A clipped function without what holds exactly on its two edges."""
    inner = atom_of(other.args[0])
    if inner is None or (test.name, inner.name) != ("less", "greater"):
        return None
    if inner.args[0] is not test.args[0]:
        return None
    middle = other.args[2]
    for edge in (test.args, inner.args):
        found = atom_of(middle)
        at = atom_of(found.args[0]) if found is not None and found.name == "where" else None
        if found is None or at is None or at.name != "equal" or at.args != edge:
            return None
        middle = found.args[2]
    return _where(algebra, condition, first, _where(algebra, other.args[0], other.args[1], middle))
