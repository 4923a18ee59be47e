"""Named functions to walk on: formula, where to look, known minima, and where they come from.

Each formula is text in this library's grammar, so that it can be shown, derived and compiled like
any other. Minima of sums of squares with rational roots are exact; the others were computed to 30
digits with mpmath from their stationarity equations and are given to float64.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from steepest.errors import VariableError

__all__ = ["PROBLEMS", "Problem", "problem"]


@dataclass(frozen=True)
class Problem:
    """A named function.

    name, formula, variables (in order); domain: (low, high) of each variable, where pictures of it
    are usually drawn; start: the customary or an instructive one; minima: every global minimum in
    the domain, or () where there is none; value: f there (None where there is none); citation; and
    note, what it teaches.
    """

    name: str
    formula: str
    variables: tuple[str, ...]
    domain: tuple[tuple[float, float], ...]
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    value: float | None
    citation: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.formula}"


TEXT = "the text this library follows: steepest descent in one variable"
JAMIL = (
    "Jamil and Yang (2013), A literature survey of benchmark functions for global optimisation "
    "problems, Int. J. Math. Model. Numer. Optim. 4(2), arXiv:1308.4008"
)

_ALL = (
    Problem(
        "parabola",
        "(w - 3)**2",
        ("w",),
        ((-1.0, 7.0),),
        (5.0,),
        ((3.0,),),
        0.0,
        TEXT,
        "With rate 1 it goes 1 → 5 → 1 for ever; the rate must stay below 2/curvature = 1.",
    ),
    Problem(
        "double well",
        "(w**2 - 1)**2 + 0.3*w",
        ("w",),
        ((-2.0, 2.0),),
        (1.5,),
        ((-1.0355787140888537,),),
        -0.30542848374391597,
        "the quartic double well of elementary mechanics, tilted",
        "Where one ends depends on where one starts: from the right, in the higher of two wells.",
    ),
    Problem(
        "mountain",
        "n**2 + 3*e**2 + sin(3*n)*e",
        ("n", "e"),
        ((-2.0, 2.0), (-2.0, 2.0)),
        (2.0, 1.0),
        ((0.0, 0.0),),
        0.0,
        "the elevation of this library's own tutorial",
        "The partial derivatives are 2n + 3e cos 3n and 6e + sin 3n.",
    ),
    Problem(
        "sphere",
        "x**2 + y**2",
        ("x", "y"),
        ((-5.12, 5.12), (-5.12, 5.12)),
        (3.0, -4.0),
        ((0.0, 0.0),),
        0.0,
        "De Jong (1975), An analysis of the behavior of a class of genetic adaptive systems, "
        "function F1",
        "With rate 1/2 one step reaches the minimum from anywhere.",
    ),
    Problem(
        "ravine",
        "x**2 + 100*y**2",
        ("x", "y"),
        ((-2.0, 2.0), (-2.0, 2.0)),
        (1.0, 1.0),
        ((0.0, 0.0),),
        0.0,
        "the ill-conditioned quadratic of every textbook: Nocedal and Wright (2006), Numerical "
        "Optimization, section 3.3",
        "Curvatures 2 and 200: the sharp one sets the rate, the gentle one the waiting.",
    ),
    Problem(
        "saddle",
        "x**2 - y**2 + y**4",
        ("x", "y"),
        ((-1.5, 1.5), (-1.5, 1.5)),
        (1.0, 0.0),
        ((0.0, 0.7071067811865476), (0.0, -0.7071067811865476)),
        -0.25,
        "the simplest saddle between two minima; the start lies on its ridge",
        "From (1, 0) the gradient leads straight to the saddle, and is zero there.",
    ),
    Problem(
        "rosenbrock",
        "(1 - x)**2 + 100*(y - x**2)**2",
        ("x", "y"),
        ((-2.0, 2.0), (-1.0, 3.0)),
        (-1.2, 1.0),
        ((1.0, 1.0),),
        0.0,
        "Rosenbrock (1960), An automatic method for finding the greatest or least value of a "
        "function, Comput. J. 3(3)",
        "A curved valley: easy to reach, slow to follow.",
    ),
    Problem(
        "himmelblau",
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        ("x", "y"),
        ((-5.0, 5.0), (-5.0, 5.0)),
        (0.0, 0.0),
        (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.7793102533777469, -3.2831859912861694),
            (3.5844283403304917, -1.8481265269644035),
        ),
        0.0,
        "Himmelblau (1972), Applied Nonlinear Programming, McGraw-Hill",
        "Four minima, all equally deep: which one a walk reaches is a map of its own.",
    ),
    Problem(
        "beale",
        "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
        ("x", "y"),
        ((-4.5, 4.5), (-4.5, 4.5)),
        (1.0, 1.0),
        ((3.0, 0.5),),
        0.0,
        "Beale (1958), On an iterative method for finding a local minimum of a function of more "
        "than one variable, Princeton; Moré, Garbow and Hillstrom (1981), ACM TOMS 7(1), no. 5",
        "Plateaus beside cliffs: values up to 1e5 and slopes below 1 in one picture.",
    ),
    Problem(
        "booth",
        "(x + 2*y - 7)**2 + (2*x + y - 5)**2",
        ("x", "y"),
        ((-10.0, 10.0), (-10.0, 10.0)),
        (-5.0, 5.0),
        ((1.0, 3.0),),
        0.0,
        JAMIL,
        "A turned bowl with curvatures 2 and 18.",
    ),
    Problem(
        "matyas",
        "0.26*(x**2 + y**2) - 0.48*x*y",
        ("x", "y"),
        ((-10.0, 10.0), (-10.0, 10.0)),
        (8.0, -4.0),
        ((0.0, 0.0),),
        0.0,
        JAMIL,
        "A long, gentle valley with curvatures 0.04 and 1.",
    ),
    Problem(
        "three-hump camel",
        "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2",
        ("x", "y"),
        ((-5.0, 5.0), (-5.0, 5.0)),
        (-2.0, 2.0),
        ((0.0, 0.0),),
        0.0,
        JAMIL,
        "Three valleys, and only the middle one is the deepest.",
    ),
    Problem(
        "six-hump camel",
        "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (-4 + 4*y**2)*y**2",
        ("x", "y"),
        ((-2.0, 2.0), (-1.0, 1.0)),
        (0.5, 0.3),
        ((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
        -1.0316284534898774,
        "Dixon and Szegö (1978), Towards Global Optimisation 2, North-Holland; " + JAMIL,
        "Six minima, two of them deepest.",
    ),
    Problem(
        "waves",
        "sin(x)*cos(y) + 0.05*(x**2 + y**2)",
        ("x", "y"),
        ((-6.0, 6.0), (-6.0, 6.0)),
        (3.0, 2.0),
        ((-1.4275517787645942, 0.0),),
        -0.8878628265737076,
        "an egg box in a bowl, of this library's own tutorial",
        "Many hollows: a walk down finds the next one, not the deepest.",
    ),
)

PROBLEMS: Mapping[str, Problem] = {one.name: one for one in _ALL}


def problem(name: str) -> Problem:
    """The named function; names are read without regard to case, hyphens and underscores.

    Raises VariableError with the nearest name where there is none.

    >>> problem("Rosenbrock").formula
    '(1 - x)**2 + 100*(y - x**2)**2'
    """
    asked = _plain(name)
    for known, found in PROBLEMS.items():
        if _plain(known) == asked:
            return found
    near = difflib.get_close_matches(asked, [*PROBLEMS], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise VariableError(f"there is no problem {name!r}: {hint}there are {', '.join(PROBLEMS)}")


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", " ").replace("_", " ")
