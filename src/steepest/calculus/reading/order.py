"""The order in which texts write terms and factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from steepest.calculus.reading.terms import ZERO, Atom, Base, Product, Sum, is_power
from steepest.graph.node import INPUT
from steepest.operations.usual import COMMON

__all__ = ["Order"]


class Order:
    """Keys for sorting: variables by their declared order, functions by the order of the
    rows in common use, then by name.
    """

    def __init__(self, variables: Mapping[str, int]) -> None:
        self.variables = variables
        self._degrees: dict[Product, dict[int, Fraction]] = {}
        self.rows = {name: i for i, name in enumerate(COMMON)}

    def sorted(self, terms: Sequence[tuple[Product, Fraction]]) -> list[tuple[Product, Fraction]]:
        """The terms of a sum: falling powers, functions before numbers; a positive one first where
        there is one.
        """
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
            if not is_power(b, d)
        )
        # The exponents as a sparse list that sorts as the full one would: a positive exponent
        # comes before none at all, a negative one after it.
        vector = [(0, i, -d) if d > 0 else (2, -i, -d) for i, d in sorted(degrees.items()) if d]
        vector.append((1, 0, ZERO))
        return (vector, not functions, functions, p.serial)

    def degrees(self, p: Product) -> dict[int, Fraction]:
        """The exponent of each variable, those of sums by their highest power; parts are asked for
        first.
        """
        found = self._degrees.get(p)
        if found is not None:
            return found
        found = {}
        for b, d, e in p.factors:
            if d.factors:
                continue
            if isinstance(b, Atom):
                if b.node is not None and b.node.op is INPUT:
                    i = self.variables.get(b.node.name, len(self.variables))
                    found[i] = found.get(i, ZERO) + e
            elif b.algebraic:
                inside = [self.degrees(q) for q, _ in b.terms]
                for i in {i for x in inside for i in x}:
                    found[i] = found.get(i, ZERO) + e * max(x.get(i, ZERO) for x in inside)
        self._degrees[p] = found
        return found

    def factor(self, base: Base, e: Fraction, symbolic: bool = False) -> Any:
        """Named constants, variables, powers with other exponents, sums, functions, sums of
        functions.
        """
        if isinstance(base, Sum):
            return (3 if base.algebraic else 6, 0, base.serial)
        if base.node is not None:
            rank = self.variables.get(base.node.name, 10**6) if base.node.op is INPUT else -1
            return (2 if symbolic else 1, rank, base.serial)
        if base.number is not None:
            return (2 if symbolic else 0, -1, base.serial)
        if base.name == "euler" and symbolic:
            return (4, 0, base.serial)
        if base.op is not None and base.op.arity == 0:
            return (0, 0, base.serial)
        if base.name in ("sec", "sech") and e == 1:  # sec x·tan x, but 2·tan x·sec² x
            return (5, self.rows["tan" if base.name == "sec" else "tanh"] - 0.5, "", base.serial)
        return (5, self.rows.get(base.name, len(self.rows)), base.name, base.serial)
