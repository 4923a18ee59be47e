"""The order in which texts write terms and factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from steepest.calculus.reading.terms import ZERO, Atom, Base, Product, Sum
from steepest.graph.node import INPUT
from steepest.graph.operation import ROWS

__all__ = ["Order"]


class Order:
    """Keys for sorting: variables by their declared order, functions by the order of the rows."""

    def __init__(self, variables: Mapping[str, int]) -> None:
        self.variables = variables
        self.rows = {name: i for i, name in enumerate(ROWS)}

    def sorted(self, terms: Sequence[tuple[Product, Fraction]]) -> list[tuple[Product, Fraction]]:
        """The terms of a sum: falling powers, functions before numbers; a positive one first where there is one."""
        terms = sorted(terms, key=lambda t: self.term(t[0]))
        if terms[0][1] < 0 and any(c > 0 for _, c in terms):
            if terms[-1][1] > 0:
                return terms[::-1]
            first = next(t for t in terms if t[1] > 0)
            terms.remove(first)
            terms.insert(0, first)
        return terms

    def term(self, p: Product) -> Any:
        """Falling exponents of the variables, then functions before what has none."""
        degrees = self.degrees(p)
        functions = sorted(
            self.factor(b, e, symbolic=bool(d.factors))
            for b, d, e in p.factors
            if not self.is_power(b, d)
        )
        vector = tuple(-degrees.get(i, ZERO) for i in range(len(self.variables)))
        return (vector, not functions, functions, p.serial)

    def is_power(self, base: Base, direction: Product) -> bool:
        """Whether a factor is a power of variables and numbers, or of a polynomial."""
        if direction.factors:
            return False
        if isinstance(base, Atom):
            return base.op is None or base.op.arity == 0
        return self.is_algebraic(base)

    def is_algebraic(self, s: Sum) -> bool:
        """Whether a sum has no functions in it."""
        return all(self.is_power(b, d) for p, _ in s.terms for b, d, _ in p.factors)

    def degrees(self, p: Product) -> dict[int, Fraction]:
        """The exponent of each variable, those of sums by their highest power."""
        found: dict[int, Fraction] = {}
        for b, d, e in p.factors:
            if d.factors:
                continue
            if isinstance(b, Atom):
                if b.node is not None and b.node.op is INPUT:
                    i = self.variables.get(b.node.name, len(self.variables))
                    found[i] = found.get(i, ZERO) + e
            elif self.is_algebraic(b):
                inside = [self.degrees(q) for q, _ in b.terms]
                for i in {i for x in inside for i in x}:
                    found[i] = found.get(i, ZERO) + e * max(x.get(i, ZERO) for x in inside)
        return found

    def factor(self, base: Base, e: Fraction, symbolic: bool = False) -> Any:
        """Named constants, variables, powers with other exponents, sums, functions, sums of functions."""
        if isinstance(base, Sum):
            return (3 if self.is_algebraic(base) else 6, 0, base.serial)
        if base.node is not None:
            rank = self.variables.get(base.node.name, 10**6) if base.node.op is INPUT else -1
            return (2 if symbolic else 1, rank, base.serial)
        if base.number is not None:
            return (2 if symbolic else 0, -1, base.serial)
        if base.name == "euler" and symbolic:
            return (4, 0, base.serial)
        if base.op is not None and base.op.arity == 0:
            return (0, 0, base.serial)
        if base.name == "sec" and e == 1:  # sec x·tan x, but 2·tan x·sec² x
            return (5, self.rows["tan"] - 0.5, base.serial)
        return (5, self.rows.get(base.name, 0), base.serial)
