"""`check_grad` itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from steepest.gradcheck.gradients import given_by_hand, given_by_steepest
from steepest.gradcheck.judging import Circumstances, judge, remarks, summary
from steepest.gradcheck.problem import Problem, Vector
from steepest.gradcheck.result import Coordinate, GradientCheck
from steepest.sources.ladder import Ladder, climb_all, noise_of
from steepest.sources.pieces import Argnums

__all__ = ["check_grad"]

MOST = 200  # coordinates compared one by one; of more, so many, and all along some directions
DIRECTIONS = 4


def check_grad(
    f: Callable[..., Any],
    *args: Any,
    gradient: Callable[..., Any] | None = None,
    argnums: Argnums = 0,
    **kwargs: Any,
) -> GradientCheck:
    """Compare a gradient with differences, coordinate by coordinate, and say what comes of it.

    f          the function; where it gives several numbers, Σ wᵢ·fᵢ with random weights is checked
    args       the point, and further arguments; `kwargs` go to f as they are
    gradient   a function of the same arguments, written by hand, that gives ∂f/∂x in the structure
               of x (the Jacobian, where f gives an array); without it, what steepest gives
    argnums    by which arguments, as in `st.grad`

    Each partial derivative is found by Ridders' extrapolation of central differences, at steps from
    10⁻¹ to 10⁻⁷ of the size of x, with an error bar that counts rounding and the noise of f; and
    where f runs on complex numbers also by a complex step, which knows all digits. f is called
    some sixty times for each coordinate; of more than 200 coordinates, 200 are compared so, and all
    of them together along random directions.

    Raises ShapeError when the gradient does not have the structure of what it belongs to,
    VariableError for an argument that is not there.

    >>> import numpy as np
    >>> def f(x):
    ...     return x[0] ** 2 + 2 * x[1] ** 2
    >>> def by_hand(x):
    ...     return np.array([2 * x[0], -4 * x[1]])
    >>> check = check_grad(f, np.array([1.0, 1.0]), gradient=by_hand)
    >>> check.ok, check.worst.name
    (False, 'x[1]')
    >>> check.worst.reason
    'it gives −4, but differences give 4 ± ...: the sign is the other way round'
    """
    problem = Problem(f, args, kwargs, argnums)
    said: list[str] = []
    exact = True
    if gradient is None:
        given, said, exact = given_by_steepest(problem)
    else:
        given = given_by_hand(problem, gradient)
    value, again = problem.value(problem.x), problem.value(problem.x)
    looks = _looks(problem, given, value, abs(again - value))
    slopes = [abs(v) for k in looks for v in (k.given, k.ladder.slope) if math.isfinite(v)]
    here = Circumstances(
        value,
        float(np.median([k.noise for k in looks])),
        problem.low,
        repeats=value == again or (value != value and again != again),
        largest=max(slopes, default=0.0),
    )
    rows = tuple(judge(k.way.name, k.given, k.ladder, k.complex_step, here) for k in looks)
    drawn = f"{MOST} of {problem.x.size:,} coordinates, and the whole along {DIRECTIONS} ways,"
    ok, sentence = summary(rows, exact, drawn if problem.x.size > MOST else "")
    if not problem.one_number:
        said.append(
            f"The function gives results of shape {' and '.join(map(str, problem.shapes))}; what "
            "is compared is the slope of their sum with random weights."
        )
    limits = (*said, *remarks(rows, here))
    return GradientCheck(ok, sentence, rows, _in_structure(problem, rows), here.noise, limits)


class _Way(NamedTuple):
    """A direction to look along: that of one coordinate, or of all together (place None)."""

    name: str
    place: int | None
    direction: Vector
    scale: float  # the length over which the function is expected to change


class _Look(NamedTuple):
    """What was seen along a way."""

    way: _Way
    given: float
    ladder: Ladder
    noise: float
    complex_step: float | None


def _ways(problem: Problem) -> Iterator[_Way]:
    """All coordinates; of more than MOST, so many drawn at random, and some directions of all."""
    size = problem.x.size
    drawn = np.random.default_rng(size).permutation(size)[:MOST]
    scales = np.maximum(1.0, np.abs(problem.x))
    for i in np.sort(drawn).tolist():
        unit = np.zeros(size)
        unit[i] = 1.0
        yield _Way(problem.names[i], i, unit, float(scales[i]))
    if size > MOST:
        generator = np.random.default_rng(size + 1)
        for k in range(DIRECTIONS):
            direction = generator.choice([-1.0, 1.0], size) * scales
            yield _Way(f"all {size:,} together, direction {k + 1}", None, direction, 1.0)


def _looks(problem: Problem, given: Vector, value: float, apart: float) -> list[_Look]:
    """What is seen along every way; `apart` is how far apart two calls at the same point were."""
    ways = list(_ways(problem))
    functions = [problem.along(way.direction) for way in ways]
    precision = 2.0**-24 if problem.low else 2.0**-53
    least = max((v for v in (precision * abs(value), apart / 2) if math.isfinite(v)), default=0.0)
    close = 1e-3 if problem.low else 1e-6
    noises = [
        max(least, noise_of(f, w.scale * close)) for f, w in zip(functions, ways, strict=True)
    ]
    ladders = climb_all(functions, [way.scale for way in ways], noises)
    found = []
    for way, noise, ladder in zip(ways, noises, ladders, strict=True):
        if way.place is None:
            found.append(_Look(way, float(given @ way.direction), ladder, noise, None))
        else:
            step = problem.by_complex_step(way.place)
            found.append(_Look(way, float(given[way.place]), ladder, noise, step))
    return found


def _in_structure(problem: Problem, rows: tuple[Coordinate, ...]) -> Any:
    """The digits, in the structure of x; NaN for coordinates that were not compared."""
    known = {row.name: row.digits for row in rows}
    flat = np.array([known.get(name, math.nan) for name in problem.names])
    leaves, start = [], 0
    for leaf in problem.structure.leaves():
        stop = start + int(np.prod(leaf.shape, dtype=int))
        part = flat[start:stop].reshape(leaf.shape)
        leaves.append(part if leaf.shape else float(part))
        start = stop
    parts = problem.structure.unflatten(leaves)
    return parts[0] if len(problem.places) == 1 else parts
