"""Sums of products with exact coefficients: the form in which expressions are compared and
collected.

    sum      =  Σ  number · product
    product  =  Π  base^(number · direction)

A base is an atom (variable, named constant, function of sums) or a sum that was not multiplied out;
a direction is a product again, 1 for plain powers: e^(2x + 1) is kept as (e^x)²·(e^1)¹. So all
exponents are fractions, and multiplying adds them. Equal things are one object within an `Algebra`,
so comparing them takes no time and no recursion.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm
from typing import Any, TypeAlias

from steepest.graph.node import Node
from steepest.graph.operation import Operation

__all__ = ["ONE", "ZERO", "Atom", "Base", "Factors", "Product", "Sum", "content_of", "is_power"]

ZERO, ONE = Fraction(0), Fraction(1)


class Atom:
    """What algebra does not look into: a leaf (`node`), a number under a root (`number`), or a row
    applied to sums.
    """

    __slots__ = ("args", "node", "number", "op", "params", "serial")

    def __init__(
        self,
        serial: int,
        op: Operation | None,
        args: tuple[Sum, ...],
        params: tuple[Any, ...],
        node: Node | None,
        number: Fraction | None,
    ) -> None:
        self.serial, self.op, self.args, self.params, self.node, self.number = (
            serial,
            op,
            args,
            params,
            node,
            number,
        )

    @property
    def name(self) -> str:
        """The name of the row, or "" for leaves and numbers."""
        return self.op.name if self.op is not None else ""


class Product:
    """Factors (base, direction, exponent), each base and direction once, no exponent zero."""

    __slots__ = ("factors", "serial")

    def __init__(self, serial: int, factors: tuple[tuple[Base, Product, Fraction], ...]) -> None:
        self.serial, self.factors = serial, factors

    @property
    def alone(self) -> Sum | None:
        """The sum S when this product is S¹ and nothing else."""
        if len(self.factors) == 1:
            base, direction, exponent = self.factors[0]
            if isinstance(base, Sum) and not direction.factors and exponent == 1:
                return base
        return None


class Sum:
    """Terms (product, number), each product once, no number zero."""

    __slots__ = ("algebraic", "serial", "terms")

    def __init__(self, serial: int, terms: tuple[tuple[Product, Fraction], ...]) -> None:
        self.serial, self.terms = serial, terms
        # Without functions. Parts are made before wholes, so this looks one level down.
        self.algebraic = all(is_power(b, d) for p, _ in terms for b, d, _ in p.factors)

    @property
    def number(self) -> Fraction | None:
        """The value, if this is a plain number."""
        if not self.terms:
            return ZERO
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0].factors else None

    def only(self) -> tuple[Product, Fraction] | None:
        """The one term, if there is just one."""
        return self.terms[0] if len(self.terms) == 1 else None


Base: TypeAlias = Atom | Sum
Factors: TypeAlias = dict[tuple[Base, Product], Fraction]


def is_power(base: Base, direction: Product) -> bool:
    """Whether a factor is a power of variables and numbers, or of a sum without functions."""
    if direction.factors:
        return False
    if isinstance(base, Atom):
        return base.op is None or base.op.arity == 0
    return base.algebraic


def content_of(numbers: Iterable[Fraction]) -> Fraction:
    """The largest positive number of which all these are whole multiples."""
    top, bottom = 0, 1
    for n in numbers:
        top, bottom = gcd(top, n.numerator), lcm(bottom, n.denominator)
    return Fraction(top, bottom)
