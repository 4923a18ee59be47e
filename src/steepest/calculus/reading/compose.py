"""From sums of products back to nodes: the shortest of several forms, in the order of texts.

Short means few nodes of the displayed tree. Terms: falling powers, functions before numbers, a
positive one first. Factors: number, named constants, variables, powers, sums, functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.angles import double_angle, with_tangents
from steepest.calculus.reading.entry import ODD, Entry
from steepest.calculus.reading.forms import MOST_TERMS, Forms
from steepest.calculus.reading.numbers import finite_decimal
from steepest.calculus.reading.order import Order
from steepest.calculus.reading.terms import ONE, ZERO, Atom, Base, Product, Sum
from steepest.graph.node import CONSTANT, Node, constant, make
from steepest.graph.operation import ROWS

__all__ = ["Composer", "size"]

# An expression of more nodes keeps its form; its parts are still made as short as they can be.
LONG = 400
HALF, TWO = Fraction(1, 2), Fraction(2)


def size(node: Node, known: dict[Node, int]) -> int:
    """How many nodes the tree of an expression shows; shared parts count each time."""
    stack = [node]
    while stack:
        n = stack[-1]
        if n in known:
            stack.pop()
            continue
        missing = [a for a in n.args if a not in known]
        if missing:
            stack += missing
        else:
            known[n] = 1 + sum(known[a] for a in n.args)
            stack.pop()
    return known[node]


class Composer:
    """Composes nodes from the sums of one algebra."""

    def __init__(
        self, algebra: Algebra, variables: Mapping[str, int], decimals: bool, search: bool = True
    ) -> None:
        self.algebra, self.decimals, self.search = algebra, decimals, search
        self.forms = Forms(algebra)
        self.order = Order(variables)
        self.entry = Entry(algebra)
        self._done: dict[Sum, Node] = {}
        self._chosen: dict[Sum, Sum] = {}
        self._plain: dict[Sum, Node] = {}
        self._sizes: dict[Node, int] = {}
        self._atoms: dict[Atom, Node] = {}

    # ---- the choice ------------------------------------------------------------------------------

    def node(self, s: Sum) -> Node:
        """The best node for a sum; parts before wholes, so that depth costs no recursion."""
        stack = [s]
        entered: set[Sum] = set()
        while stack:
            here = stack[-1]
            if here in self._done:
                stack.pop()
                continue
            inner = (
                [p for p in parts_of(here) if p not in self._done and p not in entered]
                if here not in entered
                else []
            )
            entered.add(here)
            if inner:
                stack += inner
            else:
                self._done[here] = self._best(here)
                stack.pop()
        return self._done[s]

    def _best(self, s: Sum) -> Node:
        best = self.plain(s)
        if not self.search or len(s.terms) > MOST_TERMS or self.size(best) > LONG:
            return best
        if self.forms.is_polynomial(s):
            return best
        self.algebra.effort -= self.size(best)
        if self.algebra.effort < 0:
            return best
        self._done[s] = best  # what is composed on the way finds this form
        least = self.cost(best)
        for form in self._other_forms(s):
            if form is s:
                continue
            found = self.plain(form)
            if self.cost(found) < least:
                best, least = found, self.cost(found)
                self._chosen[s] = form
        return best

    def _other_forms(self, s: Sum) -> Iterable[Sum]:
        forms = self.forms
        flat = forms.expand(s)
        starts = [s]
        if flat is not None and flat is not s:
            yield flat
            starts.append(flat)
        polynomial = flat is not None and forms.is_polynomial(flat)
        for start in starts:
            if len(start.terms) > 1 and not forms.is_polynomial(start):
                yield forms.factored(start)
                yield forms.put_together(*forms.common(start))
                yield forms.put_together(*forms.common(start, equal=True))
                if (
                    not polynomial
                ):  # x² − 2x − 1 stays as it is, though x·(x − 2) − 1 has fewer signs
                    yield forms.grouped(start)
                yield forms.special_sums(start)
            fraction = forms.one_denominator(start)
            yield fraction
            yield forms.denominators_out(fraction)
        yield forms.denominators_out(s)

    def cost(self, node: Node) -> tuple[int, int]:
        """The nodes shown; among equals, the fractions in a sum: one is better than two."""
        total, bars = self.size(node), 0
        while node.op.name in ("add", "subtract"):
            term = node.args[1]
            bars += term.op.name == "divide" and term.args[1].op is not CONSTANT
            node = node.args[0]
        return total, bars

    def size(self, node: Node) -> int:
        """The nodes that the tree of `node` shows."""
        return size(node, self._sizes)

    # ---- sums ------------------------------------------------------------------------------------

    def plain(self, s: Sum) -> Node:
        """The sum as it stands, in the order of texts."""
        found = self._plain.get(s)
        if found is None:
            found = self._plain[s] = self._summed(s)
        return found

    def _summed(self, s: Sum) -> Node:
        if not s.terms:
            return constant(0)
        terms = self.order.sorted(
            [self._leading_positive(*self._spliced(p, c)) for p, c in s.terms]
        )
        total: Node | None = None
        for p, c in terms:
            if total is None:
                total = self.term(p, c)
            else:
                total = make(ROWS["add" if c > 0 else "subtract"], (total, self.term(p, abs(c))))
        assert total is not None
        return total

    # ---- products --------------------------------------------------------------------------------

    def term(self, product: Product, coefficient: Fraction) -> Node:
        """Number · product, with 2·sin u·cos u as sin 2u where that is shorter."""
        best = self._product_node(product, coefficient)
        found: tuple[Product, Fraction] | None = product, coefficient
        while found is not None and (found := double_angle(self.algebra, *found)) is not None:
            node = self._product_node(found[0], found[1])
            if self.size(node) >= self.size(best):
                break
            best = node
        return best

    def _spliced(self, product: Product, coefficient: Fraction) -> tuple[Product, Fraction]:
        """Sums whose best form is itself a product become part of this one."""
        factors = []
        for b, d, e in product.factors:
            factor = self.algebra.term(ONE, {(b, d): e})
            if isinstance(b, Sum) and not d.factors and e.denominator == 1:
                self.node_of_part(b)
                form = self._chosen.get(b, b)
                if form is not b:
                    factor = self.algebra.power_by_number(form, e)
            factors.append(factor)
        only = self.algebra.multiply(factors).only()
        return (only[0], coefficient * only[1]) if only is not None else (product, coefficient)

    def _leading_positive(
        self, product: Product, coefficient: Fraction
    ) -> tuple[Product, Fraction]:
        """(1 − x)² is (x − 1)² and −(y − x²) is x² − y: where signs are free, the first term is
        positive.
        """
        for b, d, e in product.factors:
            if isinstance(b, Sum) and not d.factors and e.denominator == 1 and self._negative(b):
                flipped = self.algebra._sum({p: -c for p, c in b.terms})
                product = self.algebra.times(product, {(b, d): -e, (flipped, d): e})
                coefficient = -coefficient if e.numerator % 2 else coefficient
        return product, coefficient

    def _negative(self, s: Sum) -> bool:
        """Whether all signs are better turned."""
        if s.algebraic:
            return min(s.terms, key=lambda t: self.order.term(t[0]))[1] < 0
        return all(c < 0 for _, c in s.terms)

    def _product_node(self, product: Product, coefficient: Fraction) -> Node:
        factors, coefficient = self._sign_moved_inside(product, coefficient)
        above, below = self._sides(factors)
        number = abs(coefficient)
        if self.decimals and finite_decimal(number):
            top, bottom = number, ONE
        else:
            top, bottom = Fraction(number.numerator), Fraction(number.denominator)
        negative = coefficient < 0
        if top != 1 or not above:
            above = [number_node(-top if negative else top), *above]
            negative = False
        if bottom != 1:
            below = [number_node(bottom), *below]
        node = chain("multiply", above)
        if below:
            node = make(ROWS["divide"], (node, chain("multiply", below)))
        return make(ROWS["negative"], (node,)) if negative else node

    def _sign_moved_inside(
        self, product: Product, coefficient: Fraction
    ) -> tuple[Product, Fraction]:
        """−(x − 1)·y is (1 − x)·y, and −2/(x − 1) stays: a sign goes into a sum above, or goes away
        altogether.
        """
        if coefficient >= 0:
            return product, coefficient
        for b, d, e in product.factors:
            if d.factors or e.denominator != 1 or e.numerator % 2 == 0:
                continue
            if isinstance(b, Atom):
                if coefficient == -1 and b.name in ODD and any(c < 0 for _, c in b.args[0].terms):
                    inside = self.algebra.add([(-ONE, b.args[0])])  # −sin(5 − y) is sin(y − 5)
                    turned = self.algebra.atom(b.op, (inside,))
                    return self.algebra.times(product, {(b, d): -e, (turned, d): e}), ONE
                continue
            free = (coefficient == -1 or e > 0) and any(c < 0 for _, c in b.terms)
            if len(b.terms) > 1 and free:
                flipped = self.algebra._sum({p: -c for p, c in b.terms})
                if self.size(self.node_of_part(flipped)) <= self.size(self._base(b)):
                    return self.algebra.times(product, {(b, d): -e, (flipped, d): e}), -coefficient
        return product, coefficient

    def _sides(self, product: Product) -> tuple[list[Node], list[Node]]:
        """The factors above and below the fraction bar, in order."""
        above: list[tuple[Any, Node]] = []
        below: list[tuple[Any, Node]] = []
        powers, plain = self._by_base(product)
        for base, e in plain:
            key = self.order.factor(base, e)
            (above if e > 0 else below).append((key, self.raised(self._base(base), abs(e))))
        for base, exponents in powers.items():
            exponent = self.algebra.add(exponents)
            key = self.order.factor(base, ONE, symbolic=True)
            above.append((key, self._symbolic_power(base, exponent)))
        return [n for _, n in sorted(above, key=lambda f: f[0])], [
            n for _, n in sorted(below, key=lambda f: f[0])
        ]

    def _by_base(
        self, product: Product
    ) -> tuple[dict[Base, list[tuple[Fraction, Sum]]], list[tuple[Base, Fraction]]]:
        """Bases whose exponents are not numbers, with these; and all others with their number."""
        powers: dict[Base, list[tuple[Fraction, Sum]]] = {}
        numbers: dict[Base, Fraction] = {}
        for b, d, e in product.factors:
            if d.factors:
                powers.setdefault(b, []).append((e, self.algebra._sum({d: ONE})))
            else:
                numbers[b] = numbers.get(b, ZERO) + e
        for b in list(powers):
            if b in numbers:
                powers[b].append((ONE, self.algebra.number(numbers.pop(b))))
        euler = next((b for b in numbers if isinstance(b, Atom) and b.name == "euler"), None)
        if euler is not None and numbers[euler] != 1:
            powers[euler] = [(ONE, self.algebra.number(numbers.pop(euler)))]
        brackets = any(
            isinstance(b, Sum) and e > 0 and len(b.terms) > 1 for b, e in numbers.items()
        )
        return powers, with_tangents(self.algebra, numbers, secants=not brackets)

    # ---- powers and atoms ------------------------------------------------------------------------

    def raised(self, node: Node, e: Fraction) -> Node:
        """node^e for a positive number e: square roots have their sign."""
        if e == 1:
            return node
        if e == HALF:
            return make(ROWS["sqrt"], (node,))
        return make(ROWS["power"], (node, self.rational(e)))

    def rational(self, e: Fraction) -> Node:
        """A number as it is shown: p/q, or a decimal where decimals were typed."""
        if e.denominator == 1 or (self.decimals and finite_decimal(e)):
            return number_node(e)
        return make(
            ROWS["divide"],
            (number_node(Fraction(e.numerator)), number_node(Fraction(e.denominator))),
        )

    def _symbolic_power(self, base: Base, exponent: Sum) -> Node:
        if isinstance(base, Atom) and base.name == "euler":
            return make(ROWS["exp"], (self.node_of_part(exponent),))
        return make(ROWS["power"], (self._base(base), self.node_of_part(exponent)))

    def node_of_part(self, s: Sum) -> Node:
        """The node of a sum within another one."""
        if s not in self._done:
            self._done[s] = self._best(s)
        return self._done[s]

    def _base(self, base: Base) -> Node:
        if isinstance(base, Sum):
            return self.node_of_part(base)
        found = self._atoms.get(base)
        if found is None:
            found = self._atoms[base] = self._atom(base)
        return found

    def _atom(self, atom: Atom) -> Node:
        if atom.node is not None:
            return atom.node
        if atom.number is not None:
            return self.rational(atom.number)
        assert atom.op is not None
        args = [self.node_of_part(a) for a in atom.args]
        params = dict(atom.params)
        shapes = params.pop("shapes", None)
        if shapes is not None:
            args = [shaped(a, s) for a, s in zip(args, shapes, strict=True)]
        return make(atom.op, args, **params)


def parts_of(s: Sum) -> list[Sum]:
    """The sums within a sum: bases, arguments of functions."""
    found: list[Sum] = []
    for p, _ in s.terms:
        pending = [p]
        while pending:
            for b, d, _ in pending.pop().factors:
                if isinstance(b, Sum):
                    found.append(b)
                else:
                    found += b.args
                if d.factors:
                    pending.append(d)
    return found


def chain(row: str, nodes: Sequence[Node]) -> Node:
    """a·b·c, from the left."""
    if not nodes:
        return constant(1)
    total = nodes[0]
    for n in nodes[1:]:
        total = make(ROWS[row], (total, n))
    return total


def number_node(q: Fraction) -> Node:
    """An exact number."""
    return constant(int(q)) if q.denominator == 1 else constant(q)


def shaped(node: Node, shape: tuple[int, ...]) -> Node:
    """The node at a shape that it broadcasts to."""
    return node if node.shape == shape else make(ROWS["broadcast_to"], (node,), shape=shape)
