"""Fit the polynomials of native/vectormath, and write its coefficients.py.

    python scripts/fit_vectormath.py

Every coefficient is made here, by Remez' exchange in 60 digits: the polynomial of its degree whose
largest error is the least. (E. Ya. Remez, 1934; as in J.-M. Muller, Elementary Functions, ch. 3.)
Printed beside each name: the largest error before rounding, as a power of two, weighted as stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import mpmath as mp

mp.mp.dps = 60
TARGET = Path(__file__).resolve().parent.parent / "src/steepest/native/vectormath/coefficients.py"
Real = Callable[[mp.mpf], mp.mpf]


def points_between(low: mp.mpf, high: mp.mpf, count: int) -> list[mp.mpf]:
    """Dense near the ends, as the extrema of a Chebyshev polynomial are."""
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle - half * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]


def alternating(errors: Sequence[mp.mpf], count: int) -> list[int]:
    """The places of `count` extrema of alternating sign, the largest of each run of one sign."""
    peaks: list[int] = []
    for i, error in enumerate(errors):
        if peaks and errors[peaks[-1]] * error > 0:
            if abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = i
        else:
            peaks.append(i)
    while len(peaks) > count:
        peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
    return peaks


def fit(f: Real, low: float, high: float, terms: int, weight: Real) -> tuple[list[mp.mpf], mp.mpf]:
    """The coefficients c0, c1, ... for which weight·|sum of c·x^i - f| is smallest at its worst."""
    grid = points_between(mp.mpf(low), mp.mpf(high), 40 * (terms + 1) + 1)
    wanted, weights = [f(x) for x in grid], [weight(x) for x in grid]
    chosen = [round(i * (len(grid) - 1) / terms) for i in range(terms + 1)]
    for _ in range(40):
        system = mp.matrix(terms + 1, terms + 1)
        for row, i in enumerate(chosen):
            for column in range(terms):
                system[row, column] = grid[i] ** column
            system[row, terms] = (-1) ** row / weights[i]
        solved = mp.lu_solve(system, mp.matrix([wanted[i] for i in chosen]))
        found = list(solved)[:terms]
        errors = [
            w * (mp.polyval(found[::-1], x) - y)
            for x, y, w in zip(grid, wanted, weights, strict=True)
        ]
        worst, level = max(map(abs, errors)), abs(solved[terms])
        peaks = alternating(errors, terms + 1)
        if worst < level * mp.mpf("1.01") or len(peaks) < terms + 1 or peaks == chosen:
            break
        chosen = peaks
    return found, worst


class Polynomial(NamedTuple):
    """One line of the table: what is approximated, where, with how many terms."""

    name: str
    comment: str
    f: Real
    low: float
    high: float
    terms: int
    weight: Real = lambda x: mp.mpf(1)


def even_part(f: Real, start: int) -> Real:
    """What f(x) holds beyond its first `start` Taylor terms, over x^start, as a function of z = x².

    f must be odd or even. Near zero its series is summed, as nothing else is left of it there.
    """
    series = mp.taylor(f, 0, start + 61)

    def rest(z: mp.mpf) -> mp.mpf:
        x = mp.sqrt(z)
        if x < mp.mpf("1e-2"):
            return mp.polyval([series[start + 2 * i] for i in range(12)][::-1], z)
        head = sum(series[i] * x**i for i in range(start))
        return (f(x) - head) / x**start

    return rest


def beyond(f: Real, start: int) -> Real:
    """What f(r) holds beyond its first `start` Taylor terms, over r^start, as a function of r."""
    series = mp.taylor(f, 0, start + 24)

    def rest(r: mp.mpf) -> mp.mpf:
        if abs(r) < mp.mpf("1e-2"):
            return mp.polyval(series[start:][::-1], r)
        return (f(r) - mp.polyval(series[:start][::-1], r)) / r**start

    return rest


def scaled_erfc(t: mp.mpf) -> mp.mpf:
    """erfc(a)·exp(a²)·(1 + 2a), which is close to 1, where t = (a - 4)/(a + 4)."""
    a = 4 * (1 + t) / (1 - t)
    return mp.erfc(a) * mp.exp(a * a) * (1 + 2 * a)


# Added to a weight of z, so that the coefficients near z = 0 are not left to chance.
TINY = mp.mpf("1e-3")
HALF_LN2 = float(mp.log(2) / 2) * 1.0005
QUARTER_PI = float((mp.pi / 4) ** 2) * 1.001
# log(m) = 2s + s³·(...), s = (m - 1)/(m + 1), for m between √½ and √2.
LOG_S2 = float(((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2) * 1.001

CONSTANTS = [
    ("LN2", "ln 2, as a sum", mp.log(2), 2),
    ("LOG2_E", "1/ln 2, as a sum", 1 / mp.log(2), 2),
    ("LOG10_E", "1/ln 10, as a sum", 1 / mp.log(10), 2),
    ("LOG10_2", "log10 of 2, as a sum", mp.log(2) / mp.log(10), 2),
    ("HALF_PI", "π/2, as a sum", mp.pi / 2, 3),
    ("THREE_QUARTERS_PI", "¾π, as a sum", 3 * mp.pi / 4, 2),
    ("TWO_OVER_PI", "2/π", 2 / mp.pi, 1),
    ("TWO_THIRDS", "⅔, as a sum", mp.mpf(2) / 3, 2),
]

# fmt: off
POLYNOMIALS = [
    Polynomial("EXP", "exp(r) = 1 + r + r²·(...), |r| < ½·ln 2",
               beyond(mp.exp, 2), -HALF_LN2, HALF_LN2, 10, lambda r: r * r + TINY),
    Polynomial("LOG", "log((1 + s)/(1 - s)) = 2s + s³·(...), s² < 0.0295",
               even_part(lambda s: 2 * mp.atanh(s), 3), 0, LOG_S2, 7, lambda z: z + TINY),
    Polynomial("LOG_FINE", "log((1 + s)/(1 - s)) = 2s + ⅔s³ + s⁵·(...), s² < 0.0295",
               even_part(lambda s: 2 * mp.atanh(s), 5), 0, LOG_S2, 8),
    Polynomial("SIN", "sin(r) = r + r³·(...), |r| < π/4",
               even_part(mp.sin, 3), 0, QUARTER_PI, 6, lambda z: z + TINY),
    Polynomial("COS", "cos(r) = 1 + r²·(...), |r| < π/4",
               even_part(mp.cos, 2), 0, QUARTER_PI, 7, lambda z: z + TINY),
    Polynomial("ATAN", "atan(t) = t + t³·(...), |t| < ½",
               even_part(mp.atan, 3), 0, 0.2501, 12, lambda z: z + TINY),
    Polynomial("ASIN", "asin(s) = s + s³·(...), |s| < ½",
               even_part(mp.asin, 3), 0, 0.2501, 12, lambda z: z + TINY),
    Polynomial("TANH", "tanh(x) = x + x³·(...), |x| < 0.55",
               even_part(mp.tanh, 3), 0, 0.551**2, 11, lambda z: z + TINY),
    Polynomial("SINH", "sinh(x) = x + x³·(...), |x| < 1",
               even_part(mp.sinh, 3), 0, 1.001, 7, lambda z: z + TINY),
    Polynomial("CUBE_ROOT", "1/cbrt(q) roughly, 0.85 < q < 1.15",
               lambda q: 1 / mp.cbrt(q), 0.85, 1.15, 5),
    Polynomial("ERF", "erf(x) = x + x·(...), |x| < 1, a polynomial in x²",
               even_part(lambda x: mp.erf(x) - x, 1), 0, 1.001, 13),
    Polynomial("ERF_TAIL", "erf(1 + u) = 1 - exp(...), 0 < u < 5, a polynomial in u",
               lambda u: mp.log(mp.erfc(1 + u)), 0, 5, 18, lambda u: mp.erfc(1 + u)),
    Polynomial("ERFC", "erfc(a) = exp(-a²)/(1 + 2a)·(...), ½ < a < 28, in (a - 4)/(a + 4)",
               scaled_erfc, -0.779, 0.7501, 23),
]
# fmt: on


def split(value: mp.mpf, parts: int) -> list[float]:
    """Doubles of falling size whose sum is the value."""
    found: list[float] = []
    for _ in range(parts):
        found.append(float(value - mp.fsum(found)))
    return found


def constants() -> list[str]:
    """π/2, ln 2 and their kin, each with what its double leaves over."""
    lines: list[str] = []
    for name, comment, value, parts in CONSTANTS:
        suffixes = ["", "_LOW", "_LOWEST"][:parts]
        lines += [f"# {comment}"]
        doubles = split(value, parts)
        lines += [f"{name}{s}: Final = {d!r}" for s, d in zip(suffixes, doubles, strict=True)]
        lines += [""]
    return lines


def words_of_two_over_pi() -> list[str]:
    """64 zeros, then the first 1,280 bits of 2/π, in words of 64."""
    with mp.workprec(1500):
        bits = int(mp.floor(2 / mp.pi * mp.mpf(2) ** 1280))
    words = [0, *(bits >> (1280 - 64 * (i + 1)) & (2**64 - 1) for i in range(20))]
    lines = ["# 64 zeros and the first 1,280 bits of 2/π", "TWO_OVER_PI_WORDS: Final = ("]
    return [*lines, *(f"    0x{word:016X}," for word in words), ")", ""]


def main() -> None:
    lines = [
        '"""Coefficients of polynomials, lowest power first, made by scripts/fit_vectormath.py.',
        "",
        "Beside each: what it stands for, and its largest error, weighted as the script says.",
        '"""',
        "",
        "from typing import Final",
        "",
        *constants(),
        *words_of_two_over_pi(),
    ]
    for row in POLYNOMIALS:
        found, worst = fit(row.f, row.low, row.high, row.terms, row.weight)
        print(f"{row.name:12} {row.terms:3} terms, 2^{mp.nstr(mp.log(worst, 2), 4)}", flush=True)
        lines += [f"# {row.comment}; 2^{float(mp.log(worst, 2)):.1f}", f"{row.name}: Final = ("]
        lines += [f"    {float(c)!r}," for c in found] + [")", ""]
    TARGET.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
