"""The laws of real numbers that turn a graph into what a person reads, each with the domain on
which it holds.

`reading` applies nothing else. Every law is a pair of formulas; a test evaluates both sides at
random points of the domain, to 50 digits, and the documentation prints this list.
"""

from __future__ import annotations

from typing import NamedTuple

from steepest.calculus.reading import reading

__all__ = ["IDENTITIES", "Identity", "reading"]

Interval = tuple[float, float]
ALL: Interval = (-3.0, 3.0)  # "for every number": where the test takes its points
POSITIVE: Interval = (0.01, 5.0)
INSIDE: Interval = (-0.99, 0.99)


class Identity(NamedTuple):
    """left = right, as typed formulas, on the product of the open intervals `domain` (one a
    variable, as they appear).
    """

    name: str
    left: str
    right: str
    domain: tuple[Interval, ...]
    where: str = "everywhere"


def _law(name: str, equation: str, *domain: Interval, where: str = "everywhere") -> Identity:
    left, right = equation.split(" ≡ ")
    return Identity(name, left, right, domain, where)


IDENTITIES: tuple[Identity, ...] = (
    # sums and products
    _law("like terms", "2x + 3x ≡ 5x", ALL),
    _law(
        "a term with the number zero",
        "x - x + y ≡ y",
        ALL,
        ALL,
        where="x is a number, not infinite",
    ),
    _law("a number over a sum", "2(x + 1) + y ≡ 2x + 2 + y", ALL, ALL),
    _law("multiplying out", "(x + y)(x - y) + y^2 ≡ x^2", ALL, ALL),
    _law("a common factor", "x*sin(y) + x*cos(y) ≡ x*(sin(y) + cos(y))", ALL, ALL),
    _law("a sign moved inside", "-(x - y)*z ≡ (y - x)*z", ALL, ALL, ALL),
    _law("an even power of a difference", "(1 - x)^2 ≡ (x - 1)^2", ALL),
    _law(
        "one denominator",
        "1/x + 1/y ≡ (y + x)/(x*y)",
        POSITIVE,
        POSITIVE,
        where="x ≠ 0 and y ≠ 0",
    ),
    _law("cancelling", "(x^2 - 1)/(x - 1)^2 ≡ (x + 1)/(x - 1)", (1.01, 5.0), where="x ≠ 1"),
    _law("x over x", "x/x ≡ 1", POSITIVE, where="x ≠ 0"),
    _law("a fraction in a denominator", "1/(1 + 1/x) ≡ x/(x + 1)", POSITIVE, where="x ≠ 0, x ≠ −1"),
    # powers and roots
    _law("equal bases", "x^2*x^3 ≡ x^5", ALL),
    _law("equal bases, any exponents", "x^a*x^b ≡ x^(a + b)", POSITIVE, ALL, ALL, where="x > 0"),
    _law("a root as a power", "sqrt(x) ≡ x^(1/2)", POSITIVE, where="x ≥ 0"),
    _law("a root times itself", "sqrt(x)*sqrt(x) ≡ x", POSITIVE, where="x ≥ 0"),
    _law("the root of a square", "sqrt(x^2) ≡ |x|", ALL),
    _law("the root of a square times y", "sqrt(x^2*y) ≡ |x|*sqrt(y)", ALL, POSITIVE, where="y ≥ 0"),
    _law("a power of an odd power", "(x^3)^(1/2) ≡ x^(3/2)", POSITIVE, where="x ≥ 0"),
    _law("a power of a product", "(x*y)^3 ≡ x^3*y^3", ALL, ALL),
    _law("a product of roots", "1/(sqrt(x - 1)*sqrt(x + 1)) ≡ 1/sqrt(x^2 - "
                               "1)", (1.01, 5.0), where="both roots are positive"),
    _law("a square number under a root", "sqrt(4x^2 + 4) ≡ 2*sqrt(x^2 + 1)", ALL),
    _law("a power of one", "1^x ≡ 1", ALL),
    _law("the cube of a cube root", "cbrt(x)^3 ≡ x", ALL),
    _law("two to the x", "exp2(x) ≡ 2^x", ALL),
    _law("the length of a vector", "hypot(x, y) ≡ sqrt(x^2 + y^2)", ALL, ALL),
    # size and sign
    _law("size squared", "|x|^2 ≡ x^2", ALL),
    _law("size of the opposite", "|-x| ≡ |x|", ALL),
    _law("size of a product", "|2*x*y^2| ≡ 2*y^2*|x|", ALL, ALL),
    _law("size of what is never negative", "|x^2 + 1| ≡ x^2 + 1", ALL),
    _law("sign times number", "sign(x)*x ≡ |x|", ALL),
    _law("sign times size", "sign(x)*|x| ≡ x", ALL),
    _law("number over size", "x/|x| ≡ sign(x)", POSITIVE, where="x ≠ 0"),
    _law("sign of the opposite", "sign(-3x) ≡ -sign(x)", ALL),
    # exponentials and logarithms
    _law("exponents add", "exp(x)*exp(y) ≡ exp(x + y)", ALL, ALL),
    _law("a power of an exponential", "exp(x)^y ≡ exp(x*y)", ALL, ALL),
    _law("logarithm of an exponential", "ln(exp(x)) ≡ x", ALL),
    _law("exponential of a logarithm", "exp(ln(x)) ≡ x", POSITIVE, where="x > 0"),
    _law("exponential of a multiple of a "
         "logarithm", "exp(y*ln(x)) ≡ x^y", ALL, POSITIVE, where="x > 0"),
    _law("logarithm of one", "ln(1) + x ≡ x", ALL),
    # trigonometry
    _law("sine of the opposite", "sin(-x) ≡ -sin(x)", ALL),
    _law("cosine of the opposite", "cos(-x) ≡ cos(x)", ALL),
    _law("tangent of the opposite", "tan(-x) ≡ -tan(x)", (-1.5, 1.5)),
    _law("sine and cosine", "sin(x)^2 + cos(x)^2 ≡ 1", ALL),
    _law("cosine from sine", "1 - sin(x)^2 ≡ cos(x)^2", ALL),
    _law("sine from cosine", "1 - cos(x)^2 ≡ sin(x)^2", ALL),
    _law("tangent", "sin(x)/cos(x) ≡ tan(x)", (-1.5, 1.5), where="cos x ≠ 0"),
    _law("cotangent", "cos(x)/sin(x) ≡ cot(x)", (0.1, 3.0), where="sin x ≠ 0"),
    _law("secant", "1/cos(x) ≡ sec(x)", (-1.5, 1.5), where="cos x ≠ 0"),
    _law("cosecant", "1/sin(x) ≡ csc(x)", (0.1, 3.0), where="sin x ≠ 0"),
    _law("one and tangent squared", "1 + tan(x)^2 ≡ sec(x)^2", (-1.5, 1.5), where="cos x ≠ 0"),
    _law("sine of the double angle", "2*sin(x)*cos(x) ≡ sin(2x)", ALL),
    _law("cosine of the double angle", "cos(x)^2 - sin(x)^2 ≡ cos(2x)", ALL),
    _law("sine of its inverse", "sin(arcsin(x)) ≡ x", INSIDE, where="−1 ≤ x ≤ 1"),
    _law("cosine of its inverse", "cos(arccos(x)) ≡ x", INSIDE, where="−1 ≤ x ≤ 1"),
    _law("tangent of its inverse", "tan(arctan(x)) ≡ x", ALL),
    _law("arcsine of the opposite", "arcsin(-x) ≡ -arcsin(x)", INSIDE, where="−1 ≤ x ≤ 1"),
    _law("arctangent of the opposite", "arctan(-x) ≡ -arctan(x)", ALL),
    # hyperbolic functions and others
    _law("hyperbolic sine of the opposite", "sinh(-x) ≡ -sinh(x)", ALL),
    _law("hyperbolic cosine of the opposite", "cosh(-x) ≡ cosh(x)", ALL),
    _law("hyperbolic tangent of the opposite", "tanh(-x) ≡ -tanh(x)", ALL),
    _law("hyperbolic cosine and sine", "cosh(x)^2 - sinh(x)^2 ≡ 1", ALL),
    _law("hyperbolic cosine from sine", "1 + sinh(x)^2 ≡ cosh(x)^2", ALL),
    _law("hyperbolic tangent", "sinh(x)/cosh(x) ≡ tanh(x)", ALL),
    _law("hyperbolic secant", "1/cosh(x) ≡ sech(x)", ALL),
    _law("hyperbolic sine of the double", "2*sinh(x)*cosh(x) ≡ sinh(2x)", ALL),
    _law("hyperbolic sine of its inverse", "sinh(arcsinh(x)) ≡ x", ALL),
    _law("hyperbolic cosine of its inverse", "cosh(arccosh(x)) ≡ x", (1.01, 5.0), where="x ≥ 1"),
    _law("hyperbolic tangent of its inverse", "tanh(arctanh(x)) ≡ x", INSIDE, where="−1 < x < 1"),
    _law("inverse hyperbolic sine of the opposite", "arcsinh(-x) ≡ -arcsinh(x)", ALL),
    _law("inverse hyperbolic tangent of the "
         "opposite", "arctanh(-x) ≡ -arctanh(x)", INSIDE, where="−1 < x < 1"),
    _law("error function of the opposite", "erf(-x) ≡ -erf(x)", ALL),
    _law("cube root of the opposite", "cbrt(-x) ≡ -cbrt(x)", ALL),
    _law("hyperbolic cosine of the double", "cosh(x)^2 + sinh(x)^2 ≡ cosh(2x)", ALL),
    _law("hyperbolic cosine from exponentials", "e^x + e^(-x) ≡ 2*cosh(x)", ALL),
    _law("hyperbolic sine from exponentials", "e^x - e^(-x) ≡ 2*sinh(x)", ALL),
    # conventions at single points, which rules keep and texts leave out
    _law("equal branches", "where(x > 0, y, y) ≡ y", ALL, ALL),
    _law("the tip of a cone", "where(hypot(x, y) == 0, 0, x/hypot(x, y)) ≡ x/hypot(x, "
                              "y)", ALL, ALL, where="(x, y) ≠ (0, 0)"),
    _law("the exponent zero", "where(b == 0, 0, b*x^where(b == 0, 1, b - 1)) ≡ b*x^(b - "
                              "1)", ALL, POSITIVE, where="b ≠ 0, x > 0"),
    _law("the base zero", "where(x == 0 and b > 0, 0, x^b*ln(x)) ≡ "
                          "x^b*ln(x)", POSITIVE, ALL, where="x > 0"),
    _law("a tie", "where(x > y, 1, where(y > x, 2, 3/2)) ≡ where(x > y, 1, "
                  "2)", ALL, ALL, where="x ≠ y"),
    _law("the edges of clip", "where(x < 1, 2, where(x > 2, 3, where(x == 1, 4, where(x == 2, 5, "
                              "x)))) ≡ "
         "where(x < 1, 2, where(x > 2, 3, x))", ALL, where="x ≠ 1, x ≠ 2"),
)  # fmt: skip
