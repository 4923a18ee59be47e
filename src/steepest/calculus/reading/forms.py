"""Other forms of the same sum: multiplied out, factored, over one denominator, grouped.

Each is an equality of real numbers wherever the given form is defined; which one is shown,
`compose` decides.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.expansion import MOST_TERMS, expand
from steepest.calculus.reading.terms import ONE, ZERO, Atom, Base, Factors, Product, Sum, content_of
from steepest.graph.operation import ROWS

__all__ = ["MOST_TERMS", "Forms"]

Key = tuple[Base, Product]
MOST_DIVISIONS = 200


class Forms:
    """The forms of sums in one algebra."""

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra

    # ---- polynomials -----------------------------------------------------------------------------

    def is_polynomial(self, s: Sum) -> bool:
        """Whether a sum is numbers times whole powers of variables: what every text leaves
        multiplied out.
        """
        return all(
            isinstance(b, Atom)
            and b.node is not None
            and not d.factors
            and e.denominator == 1
            and e > 0
            for p, _ in s.terms
            for b, d, e in p.factors
        )

    def expand(self, s: Sum) -> Sum | None:
        """Products of sums multiplied out; None where that would be too long."""
        return expand(self.algebra, s)

    def divided(self, s: Sum, by: Sum) -> Sum | None:
        """s/by where the division leaves no rest: as for polynomials, leading terms first."""
        found = {(b, d) for t in (s, by) for p, _ in t.terms for b, d, _ in p.factors}
        keys: list[Key] = sorted(found, key=lambda k: (k[0].serial, k[1].serial))
        left = {self._exponents(p, keys): c for p, c in s.terms}
        divisor = sorted(((self._exponents(p, keys), c) for p, c in by.terms), reverse=True)
        lead, lead_c = divisor[0]
        quotient: dict[tuple[Fraction, ...], Fraction] = {}
        for _ in range(MOST_DIVISIONS):
            if not left:
                return self.algebra.add(
                    [
                        (c, self.algebra.term(ONE, dict(zip(keys, m, strict=True))))
                        for m, c in quotient.items()
                    ]
                )
            top = max(left)
            shift = tuple(a - b for a, b in zip(top, lead, strict=True))
            if any(x < 0 or x.denominator != 1 for x in shift):
                return None
            factor = left[top] / lead_c
            quotient[shift] = quotient.get(shift, ZERO) + factor
            for m, c in divisor:
                at = tuple(a + b for a, b in zip(m, shift, strict=True))
                value = left.get(at, ZERO) - factor * c
                if value:
                    left[at] = value
                else:
                    left.pop(at, None)
        return None

    def _exponents(self, p: Product, keys: list[Key]) -> tuple[Fraction, ...]:
        found = {(b, d): e for b, d, e in p.factors}
        return tuple(found.get(k, ZERO) for k in keys)

    # ---- common factors --------------------------------------------------------------------------

    def common(
        self, s: Sum, *, above: bool = True, below: bool = True, equal: bool = False
    ) -> tuple[Factors, Fraction, Sum]:
        """The factors and the number that all terms share (a missing factor has exponent 0), and
        the sum that is left.
        """
        lowest: Factors = {}
        seen: Counter[Key] = Counter()
        for p, _ in s.terms:
            for b, d, e in p.factors:
                seen[b, d] += 1
                lowest[b, d] = min(lowest.get((b, d), e), e)
        for key, n in seen.items():
            if n < len(s.terms):
                lowest[key] = min(lowest[key], ZERO)
        taken = {k: e for k, e in lowest.items() if (e > 0 and above) or (e < 0 and below)}
        if equal:  # only what every term has alike: 1/y, but not 1/cos² where another has 1/cos
            every = {
                k: {e for p, _ in s.terms for b, d, e in p.factors if (b, d) == k} for k in taken
            }
            taken = {k: e for k, e in taken.items() if len(every[k]) == 1}
        content = content_of(c for _, c in s.terms)
        if not above:
            content = Fraction(1, content.denominator)
        if not taken and content == 1:
            return taken, content, s
        out = {k: -e for k, e in taken.items()}
        parts = []
        for p, c in s.terms:
            factors = {(b, d): e for b, d, e in p.factors}
            for k, e in out.items():
                factors[k] = factors.get(k, ZERO) + e
            parts.append(
                (c / content, self.algebra.term(ONE, {k: e for k, e in factors.items() if e}))
            )
        return taken, content, self.algebra.add(parts)

    def put_together(self, taken: Factors, content: Fraction, inside: Sum) -> Sum:
        """Number · factors · sum."""
        return self.algebra.multiply([self.algebra.term(content, dict(taken)), inside])

    def factored(self, s: Sum) -> Sum:
        """S with its common factors before the bracket."""
        return self.put_together(*self.common(s, below=False))

    # ---- one denominator -------------------------------------------------------------------------

    def one_denominator(self, s: Sum) -> Sum:
        """A sum of fractions as one fraction, the numerator multiplied out and what it shares with
        the denominator cancelled.
        """
        s = self._bases_as_fractions(s)
        taken, content, inside = self.common(s, above=False)
        flat = self.expand(inside) if self._needs_expansion(inside) else inside
        if flat is not None:
            inside = flat
        if not inside.terms:
            return inside
        taken = dict(taken)
        for b, d in list(taken):
            while (
                isinstance(b, Sum) and not d.factors and taken[b, d] <= -1 and len(inside.terms) > 1
            ):
                smaller = self.divided(inside, b)
                if smaller is None:
                    break
                inside = smaller
                taken[b, d] += 1
        shared, number, inside = self.common(inside)
        return self.algebra.multiply([
            self.put_together({k: e for k, e in taken.items() if e}, content, self.algebra.one),
            self.put_together(shared, number, inside),
        ])  # fmt: skip

    def _needs_expansion(self, s: Sum) -> bool:
        return len(s.terms) > 1 or (bool(s.terms) and s.terms[0][0].alone is not None)

    def _bases_as_fractions(self, s: Sum) -> Sum:
        """1/(1 + 1/x) has the base 1 + 1/x, which is (x + 1)/x."""
        parts = []
        changed = False
        for p, c in s.terms:
            factors = []
            for b, d, e in p.factors:
                if (
                    isinstance(b, Sum)
                    and not d.factors
                    and e.denominator == 1
                    and self._has_fractions(b)
                ):
                    taken, content, inside = self.common(b, above=False)
                    factors.append(
                        self.algebra.power_by_number(self.put_together(taken, content, inside), e)
                    )
                    changed = True
                else:
                    factors.append(self.algebra.term(ONE, {(b, d): e}))
            parts.append((c, self.algebra.multiply(factors)))
        return self.algebra.add(parts) if changed else s

    def _has_fractions(self, s: Sum) -> bool:
        return any(c.denominator != 1 or any(e < 0 for _, _, e in p.factors) for p, c in s.terms)

    # ---- partial factors -------------------------------------------------------------------------

    def grouped(self, s: Sum) -> Sum:
        """The factor that most terms share taken out of these, then of the others likewise: (x² +
        2x)·eˣ + 1.
        """
        groups: list[Sum] = []
        left = dict(s.terms)
        while len(left) > 1:
            seen: Counter[tuple[Key, bool]] = Counter()
            for p in left:
                for b, d, e in p.factors:
                    seen[(b, d), e > 0] += 1
            if not seen:
                break
            (key, up), n = max(seen.items(), key=lambda i: (i[1], self._weight(i[0][0])))
            if n < 2:
                break
            members = {
                p: c
                for p, c in left.items()
                if any((b, d) == key and (e > 0) is up for b, d, e in p.factors)
            }
            left = {p: c for p, c in left.items() if p not in members}
            taken, content, inside = self.common(self.algebra._sum(members))
            groups.append(self.put_together(taken, content, inside))
        if not groups:
            return s
        return self.algebra.add([(ONE, g) for g in groups] + [(ONE, self.algebra._sum(left))])

    def _weight(self, key: Key) -> int:
        base = key[0]
        return 2 if isinstance(base, Sum) or key[1].factors else 1 if base.op is not None else 0

    def special_sums(self, s: Sum) -> Sum:
        """cos²u − sin²u = cos 2u, cosh²u + sinh²u = cosh 2u, eᵘ ± e⁻ᵘ = 2·cosh u or 2·sinh u, with
        any common factor.
        """
        total = dict(s.terms)
        out: list[tuple[Fraction, Sum]] = []
        for p in list(total):
            for b, d, e in p.factors:
                if p not in total or not isinstance(b, Atom):
                    continue
                found = None
                if b.name in ("cos", "cosh") and e >= 2 and not d.factors:
                    found = self._double(total, p, b)
                elif b.name == "euler" and d.factors and e > 0:
                    found = self._hyperbolic(total, p, (b, d), e)
                if found is not None:
                    out.append(found)
        return self.algebra.add([*out, (ONE, self.algebra._sum(total))]) if out else s

    def _double(
        self, total: dict[Product, Fraction], p: Product, cosine: Atom
    ) -> tuple[Fraction, Sum] | None:
        algebra, sign = self.algebra, -1 if cosine.name == "cos" else 1
        rest = algebra.times(p, {(cosine, algebra.unit): Fraction(-2)})
        sine = algebra.atom(ROWS["sin" if cosine.name == "cos" else "sinh"], cosine.args)
        partner = algebra.times(rest, {(sine, algebra.unit): Fraction(2)})
        if total.get(partner, ZERO) != sign * total[p]:
            return None
        double = algebra.atom(ROWS[cosine.name], (algebra.add([(Fraction(2), cosine.args[0])]),))
        number = total.pop(p)
        del total[partner]
        return number, self._with_factor(rest, double)

    def _hyperbolic(
        self, total: dict[Product, Fraction], p: Product, key: Key, e: Fraction
    ) -> tuple[Fraction, Sum] | None:
        algebra = self.algebra
        partner = algebra.times(p, {key: -2 * e})
        if partner is p or abs(total.get(partner, ZERO)) != abs(total[p]):
            return None
        exponent = algebra.add([(e, algebra.term(ONE, {(b, d): f for b, d, f in key[1].factors}))])
        number = total.pop(p)
        row = "cosh" if total.pop(partner) == number else "sinh"
        rest = algebra.times(p, {key: -e})
        return 2 * number, self._with_factor(rest, algebra.atom(ROWS[row], (exponent,)))

    def _with_factor(self, rest: Product, atom: Atom) -> Sum:
        factors = {(b, d): e for b, d, e in rest.factors}
        return self.algebra.term(ONE, {**factors, (atom, self.algebra.unit): ONE})

    def denominators_out(self, s: Sum) -> Sum:
        """1/((1 − x)·(1 + x)) = 1/(1 − x²), and likewise for all sums in a denominator with one
        exponent.
        """
        parts = []
        for p, c in s.terms:
            factors: Factors = {(b, d): e for b, d, e in p.factors}
            below: dict[Fraction, list[Sum]] = {}
            for b, d, e in p.factors:
                if isinstance(b, Sum) and not d.factors and e < 0 and len(b.terms) > 1:
                    below.setdefault(e, []).append(b)
            grown = []
            for e, bases in below.items():
                flat = self.expand(self.algebra.multiply(bases)) if len(bases) > 1 else None
                if flat is not None:
                    for b in bases:
                        del factors[b, self.algebra.unit]
                    grown.append(self.algebra.power_by_number(flat, e))
            parts.append((c, self.algebra.multiply([self.algebra.term(ONE, factors), *grown])))
        return self.algebra.add(parts)
