"""The algebra of sums of products: like terms and powers are collected whenever something is made.

A power is taken on the domain where it is real: x^(1/2) says x ≥ 0, 1/x says x ≠ 0. The laws used
here are among those that `calculus.identities` lists and tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import count
from typing import Any

from steepest.calculus.reading.expansion import expand
from steepest.calculus.reading.factors import RULES
from steepest.calculus.reading.numbers import integer_power, root
from steepest.calculus.reading.terms import (
    ONE,
    ZERO,
    Atom,
    Base,
    Factors,
    Product,
    Sum,
    content_of,
)
from steepest.graph.node import Node, constant
from steepest.graph.operation import ROWS, Operation

__all__ = ["Algebra"]

# Two of the three members of a relation α·f² + β·g² + γ = 0 give the third; see identities.py.
_RELATIONS = {
    "sin": ("sin", "cos", (1, 1, -1)),
    "cos": ("sin", "cos", (1, 1, -1)),
    "sinh": ("sinh", "cosh", (-1, 1, -1)),
    "cosh": ("sinh", "cosh", (-1, 1, -1)),
}
EFFORT = (
    20_000  # terms multiplied with terms while multiplying out, before every sum stays as it is
)
_POSITIVE = {"euler", "pi", "cosh", "absolute", "sigmoid", "hypot"}


class Algebra:
    """Makes sums and products, each just once; collects like terms and powers on the way."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._serial = count()
        self.effort = EFFORT
        self.unit: Product = self._product({})
        self.zero, self.one = self.number(ZERO), self.number(ONE)

    # ---- making things once ----------------------------------------------------------------------

    def _product(self, factors: Factors) -> Product:
        if len(factors) > 1:
            listed = sorted(factors.items(), key=lambda f: (f[0][0].serial, f[0][1].serial))
        else:
            listed = list(factors.items())
        content = tuple((b, d, e) for (b, d), e in listed if e)
        key = ("product", content)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Product(next(self._serial), content)
        return found

    def _sum(self, terms: Mapping[Product, Fraction]) -> Sum:
        content = tuple(sorted(((p, c) for p, c in terms.items() if c), key=lambda t: t[0].serial))
        if len(content) == 1 and content[0][1] == 1:
            alone = content[0][0].alone
            if alone is not None:
                return alone
        key = ("sum", content)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Sum(next(self._serial), content)
        return found

    def number(self, value: Fraction | int) -> Sum:
        """A plain number."""
        return self._sum({self.unit: Fraction(value)})

    def atom(
        self,
        op: Operation | None = None,
        args: tuple[Sum, ...] = (),
        params: tuple[Any, ...] = (),
        node: Node | None = None,
        number: Fraction | None = None,
    ) -> Atom:
        """The one atom with this content."""
        key = ("atom", op, args, params, node, number)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Atom(next(self._serial), op, args, params, node, number)
        return found

    def of(self, base: Base, exponent: Fraction = ONE) -> Sum:
        """base^exponent as a sum of one term."""
        return self.term(ONE, {(base, self.unit): exponent})

    # ---- addition --------------------------------------------------------------------------------

    def add(self, parts: Iterable[tuple[Fraction, Sum]]) -> Sum:
        """Σ number · sum, like terms collected."""
        total: dict[Product, Fraction] = {}
        for c, s in parts:
            for p, q in s.terms:
                total[p] = total.get(p, ZERO) + c * q
        total = {p: c for p, c in total.items() if c}
        if len(total) > 1:
            total = self._numbers_distributed(total)
            self._relate_squares(total)
        return self._sum(total)

    def _numbers_distributed(self, total: dict[Product, Fraction]) -> dict[Product, Fraction]:
        """2·(x + 1) among other terms is 2x + 2."""
        if not any(p.alone for p in total):
            return total
        flat: dict[Product, Fraction] = {}
        for p, c in total.items():
            inside = p.alone
            for q, d in ((p, ONE),) if inside is None else inside.terms:
                flat[q] = flat.get(q, ZERO) + c * d
        return {p: c for p, c in flat.items() if c}

    def _relate_squares(self, total: dict[Product, Fraction]) -> None:
        """sin² + cos² = 1 and cosh² − sinh² = 1, with any common factor, in place."""
        waiting = [
            p
            for p in total
            if any(e >= 2 and isinstance(b, Atom) and b.name in _RELATIONS for b, _, e in p.factors)
        ]
        while waiting:
            p = waiting.pop()
            for base, direction, e in p.factors:
                if p not in total:
                    break
                if (
                    e < 2
                    or direction.factors
                    or not isinstance(base, Atom)
                    or base.name not in _RELATIONS
                ):
                    continue
                f, g, weights = _RELATIONS[base.name]
                rest = self.times(p, {(base, self.unit): Fraction(-2)})
                members = [
                    self.times(rest, {(self.atom(ROWS[n], base.args), self.unit): Fraction(2)})
                    for n in (f, g)
                ] + [rest]
                ratios = [
                    total[m] / w if m in total else None
                    for m, w in zip(members, weights, strict=True)
                ]
                for i, j, k in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
                    ratio = ratios[i]
                    if ratio is not None and ratio == ratios[j]:
                        del total[members[i]], total[members[j]]
                        left = total.get(members[k], ZERO) - ratio * weights[k]
                        total.pop(members[k], None)
                        if left:
                            total[members[k]] = left
                            waiting.append(members[k])
                        break

    # ---- multiplication --------------------------------------------------------------------------

    def times(self, product: Product, more: Factors) -> Product:
        """A product with further factors; only for such as need no rule (see `term`)."""
        factors = {(b, d): e for b, d, e in product.factors}
        for key, e in more.items():
            factors[key] = factors.get(key, ZERO) + e
        return self._product({k: e for k, e in factors.items() if e})

    def multiply(self, sums: Iterable[Sum]) -> Sum:
        """The product of sums; sums of several terms stay together, as bases."""
        coefficient, factors = ONE, Factors()
        for s in sums:
            if not s.terms:
                return self.zero
            only = s.only()
            if only is not None:
                coefficient *= only[1]
                for b, d, e in only[0].factors:
                    factors[b, d] = factors.get((b, d), ZERO) + e
            else:
                number, primitive = self.primitive(s)
                coefficient *= number
                factors[primitive, self.unit] = factors.get((primitive, self.unit), ZERO) + 1
        return self.term(coefficient, factors)

    def primitive(self, s: Sum) -> tuple[Fraction, Sum]:
        """A sum as number·sum, the whole numbers in it without a common divisor, its first
        coefficient positive.
        """
        content = content_of(c for _, c in s.terms)
        if content.denominator != 1:
            content = ONE
        if s.terms[0][1] < 0:
            content = -content
        return (
            (ONE, s) if content == 1 else (content, self._sum({p: c / content for p, c in s.terms}))
        )

    def term(self, coefficient: Fraction, factors: Factors) -> Sum:  # noqa: C901  (a law a case)
        """number·product as a sum, after the rules for powers of numbers, |x|, sign and cbrt."""
        for base, direction in list(factors):
            exponent = factors.get((base, direction), ZERO)
            if not exponent or direction.factors:
                continue
            if isinstance(base, Sum):
                if len(base.terms) == 1 and exponent.denominator == 1:  # (−x)^(1/2) squared
                    del factors[base, direction]
                    inner = self.power_by_number(base, exponent).terms[0]
                    coefficient *= inner[1]
                    for b, d, e in inner[0].factors:
                        factors[b, d] = factors.get((b, d), ZERO) + e
            elif base.number is not None:
                whole = int(exponent)  # towards zero
                if exponent < whole and coefficient.numerator % base.number.numerator == 0:
                    whole -= 1  # 3/√3 is √3
                if whole:
                    coefficient *= integer_power(base.number, whole)
                    factors[base, direction] = exponent - whole
            elif base.name in RULES:
                coefficient *= RULES[base.name](self, base, exponent, factors)
        factors = {k: e for k, e in factors.items() if e}
        if not coefficient:
            return self.zero
        if coefficient != 1 and len(factors) == 1:  # −1·(1 − x) is the sum x − 1
            (((base, direction), exponent),) = factors.items()
            if (
                coefficient == -1
                and isinstance(base, Sum)
                and exponent == 1
                and not direction.factors
            ):
                return self._sum({p: -c for p, c in base.terms})
        return self._sum({self._product(factors): coefficient})

    # ---- powers ----------------------------------------------------------------------------------

    def power(self, base: Sum, exponent: Sum) -> Sum:
        """base^exponent, on the domain where it is real."""
        number = exponent.number
        if number is not None:
            return self.power_by_number(base, number)
        if base.number == 1:
            return self.one
        only, factors = base.only(), Factors()
        simple: Base = base
        scale, along = ONE, self.unit
        if only is not None and only[1] == 1 and len(only[0].factors) == 1:
            b, d, e = only[0].factors[0]
            if e.denominator != 1 or e.numerator % 2 or self.nonnegative(b):
                simple, along, scale = b, d, e
        elif base.number is not None and base.number > 0:
            simple = self.atom(number=base.number)
        result = []
        for p, c in exponent.terms:
            logarithm = (
                self._logarithm_in(p)
                if isinstance(simple, Atom) and simple.name == "euler"
                else None
            )
            if logarithm is not None and not along.factors:  # e^(c·p·ln u) = u^(c·p)
                atom, rest = logarithm
                result.append(self.power(atom.args[0], self._sum({rest: c * scale})))
                continue
            direction = self.times(p, {(b, d): e for b, d, e in along.factors})
            factors[simple, direction] = factors.get((simple, direction), ZERO) + c * scale
        return self.multiply([self.term(ONE, factors), *result])

    def _logarithm_in(self, p: Product) -> tuple[Atom, Product] | None:
        for b, d, e in p.factors:
            if isinstance(b, Atom) and b.name == "log" and e == 1 and not d.factors:
                return b, self.times(p, {(b, d): -ONE})
        return None

    def power_by_number(self, base: Sum, e: Fraction) -> Sum:
        """base^e for a number e."""
        if e == 0:
            return self.one
        if e == 1:
            return base
        if base.number is not None:
            return self._number_power(base, base.number, e)
        only = base.only()
        if only is None:
            if e.denominator == 1:
                number, primitive = self.primitive(base)
                return self.term(integer_power(number, int(e)), {(primitive, self.unit): e})
            return self._fractional_power_of_sum(base, e)
        product, number = only
        if e.denominator == 1:
            return self.term(
                integer_power(number, int(e)), {(b, d): f * e for b, d, f in product.factors}
            )
        return self._fractional_power_of_product(product, number, e)

    def _number_power(self, base: Sum, q: Fraction, e: Fraction) -> Sum:
        if q == 0 and e > 0:
            return self.zero
        if e.denominator == 1 and q and abs(e) * (q.numerator * q.denominator).bit_length() <= 200:
            return self.number(integer_power(q, int(e)))
        if q > 0:
            parts = []
            for part, sign in ((q.numerator, 1), (q.denominator, -1)):
                if part == 1:
                    continue
                outside, inside = root(part, e.denominator)
                parts.append(self.number(integer_power(Fraction(outside), sign * e.numerator)))
                if inside > 1:
                    parts.append(
                        self.term(ONE, {(self.atom(number=Fraction(inside)), self.unit): sign * e})
                    )
            return self.multiply(parts)
        return self.opaque_power(base, e)

    def opaque_power(self, base: Sum, e: Fraction) -> Sum:
        """A power that no rule applies to."""
        if not base.terms:  # x/0 stays what it is
            return self.of(self.atom(node=constant(0)), e)
        return self._sum({self._product({(base, self.unit): e}): ONE})

    def _fractional_power_of_sum(self, base: Sum, e: Fraction) -> Sum:
        content = content_of(c for _, c in base.terms)
        outside, inside = root(content.numerator, e.denominator)
        if content.denominator == 1 and outside > 1 and inside == 1:
            left = self._sum({p: c / content for p, c in base.terms})
            return self.multiply(
                [
                    self.number(integer_power(Fraction(outside), e.numerator)),
                    self.opaque_power(left, e),
                ]
            )
        return self.opaque_power(base, e)

    def _fractional_power_of_product(self, product: Product, number: Fraction, e: Fraction) -> Sum:
        """Factors known not to be negative come out; an even power leaves as |b|; one factor alone
        takes the exponent.
        """
        if sum(isinstance(b, Sum) and f == 1 for b, _, f in product.factors) > 1:
            flat = expand(self, self._sum({product: number}))  # √((1 − x)·(1 + x)) is √(1 − x²)
            if flat is not None and len(flat.terms) > 1:
                return self._fractional_power_of_sum(flat, e)
        out: list[Sum] = []
        kept = Factors()
        for b, d, f in product.factors:
            if d.factors or self.nonnegative(b):
                out.append(self.term(ONE, {(b, d): f * e}))
            elif f.denominator == 1 and f.numerator % 2 == 0:
                out.append(
                    self.power_by_number(self.of(self.atom(ROWS["absolute"], (self.of(b),))), f * e)
                )
            else:
                kept[b, d] = f
        if number > 0:
            out.append(self._number_power(self.number(number), number, e))
            number = ONE
        else:
            out.append(self._number_power(self.number(-number), -number, e))
            number = -ONE
        if len(kept) == 1 and number == 1:
            (((b, d), f),) = kept.items()
            out.append(self.term(ONE, {(b, d): f * e}))
        elif kept or number != 1:
            out.append(self.opaque_power(self._sum({self._product(kept): number}), e))
        return self.multiply(out)

    def nonnegative(self, base: Base) -> bool:
        """Whether a base is known to be at least zero everywhere."""
        if isinstance(base, Atom):
            return base.name in _POSITIVE or (base.number is not None and base.number >= 0)
        return all(
            c > 0
            and all(
                d.factors
                or f.denominator != 1
                or f.numerator % 2 == 0
                or (isinstance(b, Atom) and self.nonnegative(b))
                for b, d, f in p.factors
            )
            for p, c in base.terms
        )
