"""Other forms of the same sum: multiplied out, a common factor taken out, over one denominator, grouped.

Each is an equality of real numbers wherever the given form is defined; which one is shown, `compose` decides.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.terms import ONE, ZERO, Atom, Base, Factors, Product, Sum, content_of
from steepest.graph.operation import ROWS

__all__ = ["Forms"]

Key = tuple[Base, Product]
MOST_TERMS = 48  # beyond these many terms a sum is not multiplied out
MOST_DIVISIONS = 200


class Forms:
    """The forms of sums in one algebra."""

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra

    # ---- polynomials ---------------------------------------------------------------------------------------------------

    def is_polynomial(self, s: Sum) -> bool:
        """Whether a sum is numbers times whole powers of variables: what every text leaves multiplied out."""
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
        for _ in range(8):
            flat: list[tuple[Fraction, Sum]] = []
            changed = False
            for p, c in s.terms:
                bases = [
                    (b, d, e)
                    for b, d, e in p.factors
                    if isinstance(b, Sum) and not d.factors and e >= 1 and len(b.terms) > 1
                ]
                if not bases:
                    flat.append((c, self.algebra.term(ONE, {(b, d): e for b, d, e in p.factors})))
                    continue
                changed = True
                grown = self._multiplied_out(p, bases)
                if grown is None:
                    return None
                flat.append((c, grown))
            if not changed:
                return s
            s = self.algebra.add(flat)
            if len(s.terms) > MOST_TERMS:
                return None
        return s

    def _multiplied_out(self, p: Product, bases: list[tuple[Sum, Product, Fraction]]) -> Sum | None:
        rest: Factors = {(b, d): e for b, d, e in p.factors}
        terms: list[tuple[Fraction, Sum]] = []
        for b, d, e in bases:
            rest[b, d] = e - int(e)
        found = self.algebra.term(ONE, {k: e for k, e in rest.items() if e})
        for b, _, e in bases:
            for _ in range(int(e)):
                if len(found.terms) * len(b.terms) > 4 * MOST_TERMS:
                    return None
                terms = []
                for q, c in found.terms:
                    left = self.algebra.term(c, {(x, y): z for x, y, z in q.factors})
                    for r, k in b.terms:
                        right = self.algebra.term(k, {(x, y): z for x, y, z in r.factors})
                        terms.append((ONE, self.algebra.multiply([left, right])))
                found = self.algebra.add(terms)
        return found

    def divided(self, s: Sum, by: Sum) -> Sum | None:
        """s/by where the division leaves no rest: as for polynomials, leading terms first."""
        keys: list[Key] = sorted({(b, d) for t in (s, by) for p, _ in t.terms for b, d, _ in p.factors},
                                 key=lambda k: (k[0].serial, k[1].serial))  # fmt: skip
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

    # ---- common factors ------------------------------------------------------------------------------------------------

    def common(
        self, s: Sum, *, above: bool = True, below: bool = True
    ) -> tuple[Factors, Fraction, Sum]:
        """The factors and the number that all terms share (a missing factor has exponent 0), and the sum that is left."""
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

    # ---- one denominator -----------------------------------------------------------------------------------------------

    def one_denominator(self, s: Sum) -> Sum:
        """A sum of fractions as one fraction, the numerator multiplied out and what it shares with the denominator cancelled."""
        s = self._bases_as_fractions(s)
        taken, content, inside = self.common(s, above=False)
        flat = self.expand(inside) if self._needs_expansion(inside) else inside
        if flat is not None:
            inside = flat
        if not inside.terms:
            return inside
        taken = dict(taken)
        for (b, d), e in list(taken.items()):
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
        return any(e < 0 for p, _ in s.terms for _, _, e in p.factors)

    # ---- partial factors -----------------------------------------------------------------------------------------------

    def grouped(self, s: Sum) -> Sum:
        """The factor that most terms share taken out of these, then of the others likewise: (x² + 2x)·eˣ + 1."""
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

    def double_angles(self, s: Sum) -> Sum:
        """cos²u − sin²u = cos 2u, with any common factor."""
        total = dict(s.terms)
        out: list[tuple[Fraction, Sum]] = []
        for p in list(total):
            for b, d, e in p.factors:
                if (
                    p in total
                    and isinstance(b, Atom)
                    and b.name == "cos"
                    and e >= 2
                    and not d.factors
                ):
                    rest = self.algebra.times(p, {(b, d): Fraction(-2)})
                    sine = self.algebra.atom(ROWS["sin"], b.args)
                    partner = self.algebra.times(rest, {(sine, d): Fraction(2)})
                    if total.get(partner, ZERO) == -total[p]:
                        double = self.algebra.atom(
                            ROWS["cos"], (self.algebra.add([(Fraction(2), b.args[0])]),)
                        )
                        out.append(
                            (
                                total[p],
                                self.algebra.term(
                                    ONE,
                                    {**{(x, y): z for x, y, z in rest.factors}, (double, d): ONE},
                                ),
                            )
                        )
                        del total[p], total[partner]
        return self.algebra.add([*out, (ONE, self.algebra._sum(total))]) if out else s
