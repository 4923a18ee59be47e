"""From numbers to a verdict: one coordinate at a time, and then in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from steepest.descent.numerals import number
from steepest.gradcheck.result import RIGHT, UNJUDGED, WRONG, Coordinate
from steepest.sources.ladder import EDGE, JUMP, KINK, STEEP, Ladder

__all__ = ["Circumstances", "judge", "remarks", "summary"]

EPSILON = 2.0**-52
FULL = 15.95  # digits of a double
ROUGH = 50.0  # noise of so many times rounding is more than rounding


@dataclass(frozen=True)
class Circumstances:
    """What all coordinates share: the value, its noise, the precision, the largest slope.

    repeats: whether a second call at the same point gives the same value.
    """

    value: float
    noise: float
    low: bool  # float32
    repeats: bool
    largest: float

    @property
    def tolerance(self) -> float:
        """The relative difference that a gradient may show by its own rounding."""
        return 1e-3 if self.low else 1e-6

    @property
    def rough(self) -> bool:
        """Whether the values are noisier than rounding in float64 makes them."""
        return not self.repeats or self.noise > ROUGH * EPSILON * max(abs(self.value), 1e-300)


def judge(
    name: str, given: float, ladder: Ladder, exact: float | None, here: Circumstances
) -> Coordinate:
    """One coordinate's verdict, and the reason for it."""
    off, size = abs(given - ladder.slope), max(abs(given), abs(ladder.slope))
    allowed = (10 if here.rough else 5) * ladder.error + here.tolerance * size
    if exact is not None and not abs(exact - ladder.slope) <= allowed:
        exact = None  # a function that only seems to take complex numbers
    verdict, reason = _verdict(given, ladder, here, off <= allowed)
    digits = math.nan if verdict == UNJUDGED else _digits(given, ladder, exact, verdict)
    return Coordinate(name, given, ladder, digits, verdict, reason, exact)


def _verdict(given: float, ladder: Ladder, here: Circumstances, agrees: bool) -> tuple[str, str]:
    if not math.isfinite(here.value):
        return UNJUDGED, f"the function itself gives {number(here.value)} here"
    if ladder.kind in (EDGE, JUMP, STEEP, KINK):
        return _no_slope(given, ladder, here)
    if not math.isfinite(ladder.error):
        return UNJUDGED, (
            "differences do not settle: at no step length do the values nearby give a finite slope"
        )
    if not math.isfinite(given):
        return WRONG, f"it gives {number(given)}, but {_differences(ladder)}"
    if not agrees:
        return (
            WRONG,
            f"it gives {number(given, 10)}, but {_differences(ladder)}{_hint(given, ladder)}",
        )
    size = max(abs(given), abs(ladder.slope), 1e-2 * here.largest)
    if ladder.error > 1e-2 * size and (given != 0 or here.rough):
        return (
            UNJUDGED,
            f"it gives {number(given, 4)}, and differences tell no more than {_about(ladder)}, "
            f"because {_why_coarse(here)}",
        )
    return RIGHT, ""


def _no_slope(given: float, ladder: Ladder, here: Circumstances) -> tuple[str, str]:
    """What is said where there is no slope to compare with."""
    left, right = ladder.left, ladder.right
    if ladder.kind == EDGE:
        sides = [s for s, v in (("left", left), ("right", right)) if not math.isfinite(v)]
        return UNJUDGED, f"the function is not finite to the {' or the '.join(sides)} of this point"
    if ladder.kind == JUMP:
        return UNJUDGED, "the function jumps here, so it has no slope"
    if ladder.kind == STEEP:
        return UNJUDGED, (
            "the function is infinitely steep here: its differences grow as the step shrinks, to "
            f"{number(left, 3)} on the left and {number(right, 3)} on the right"
        )
    low, high = min(left, right), max(left, right)
    slack = here.tolerance * max(abs(low), abs(high)) + 5 * ladder.error
    kink = (
        f"the function has a kink here, with slope {number(left, 4)} to the left and "
        f"{number(right, 4)} to the right"
    )
    if low - slack <= given <= high + slack:
        return UNJUDGED, f"{kink}; the gradient gives {number(given, 4)}, which is allowed"
    return WRONG, f"it gives {number(given, 10)}, but {kink}, and nothing between them fits"


def _differences(ladder: Ladder) -> str:
    return f"differences give {_about(ladder)}"


def _about(ladder: Ladder) -> str:
    digits = 2
    if 0 < ladder.error < abs(ladder.slope):
        digits = min(10, 2 + math.floor(math.log10(abs(ladder.slope) / ladder.error)))
    return f"{number(ladder.slope, digits)} ± {number(ladder.error, 1)}"


def _why_coarse(here: Circumstances) -> str:
    if not here.repeats:
        return f"the function gives another value every time (± {number(here.noise, 1)})"
    if here.low:
        return f"the function computes in float32 (± {number(here.noise, 1)})"
    if here.rough:
        return f"the function's values are rough, by ± {number(here.noise, 1)}"
    return (
        f"the function's value, {number(here.value, 3)}, is so large that its rounding "
        f"(± {number(here.noise, 1)}) hides so small a slope"
    )


def _hint(given: float, ladder: Ladder) -> str:
    """What kind of slip would explain the difference."""
    slope, slack = ladder.slope, 5 * ladder.error
    if abs(slope) <= 2 * slack:
        return ""
    if given == 0:
        return ": a term is missing"
    if abs(given + slope) <= 1e-4 * abs(slope) + slack:
        return ": the sign is the other way round"
    for factor, words in FACTORS.items():
        if abs(given - factor * slope) <= 1e-4 * abs(given) + abs(factor) * slack:
            return f": it is {words} what it should be"
    return ""


FACTORS = {
    2.0: "twice",
    0.5: "half",
    3.0: "three times",
    1 / 3: "a third of",
    4.0: "four times",
    0.25: "a quarter of",
    math.pi / 180: "π/180 times (degrees for radians)",
    180 / math.pi: "180/π times (radians for degrees)",
    math.log(10): "ln 10 times",
    1 / math.log(10): "1/ln 10 times",
}


def _digits(given: float, ladder: Ladder, exact: float | None, verdict: str) -> float:
    """How many leading digits agree, no more than can be told."""
    if not math.isfinite(given):
        return 0.0
    truth, error = (exact, 0.0) if exact is not None else (ladder.slope, ladder.error)
    size = max(abs(given), abs(truth))
    if size == 0:
        return FULL
    off = max(abs(given - truth), error if verdict == RIGHT else 0.0)
    return FULL if off == 0 else min(FULL, max(0.0, -math.log10(off / size)))


def summary(
    coordinates: Sequence[Coordinate], exact: bool, drawn: str = ""
) -> tuple[bool | None, str]:
    """Right, wrong or neither, and the sentence that says so; `drawn` names what was compared,
    where it was not everything.
    """
    worst = min(coordinates, key=lambda c: c.urgency)
    wrong = [c for c in coordinates if c.verdict == WRONG]
    unjudged = [c for c in coordinates if c.verdict == UNJUDGED]
    right = [c for c in coordinates if c.verdict == RIGHT]
    count = len(coordinates)
    if wrong:
        more = f" {len(wrong)} of {count:,} coordinates are wrong." if len(wrong) > 1 else ""
        return False, f"The gradient is wrong at {worst.name}: {worst.reason}.{more}"
    if not exact:
        return None, (
            "There is nothing to judge: the function could not be followed, so the gradient that "
            "steepest gives is found by differences itself."
        )
    if unjudged:
        others = (
            f" So it is at {len(unjudged)} of {count:,} coordinates." if len(unjudged) > 1 else ""
        )
        rest = f" The others are right, {_to_digits(right)}." if right else ""
        return None, f"The gradient cannot be judged at {worst.name}: {worst.reason}.{others}{rest}"
    if count == 1:
        return True, f"The gradient is right: it agrees with differences {_to_digits(right)}."
    every = drawn or ("both coordinates" if count == 2 else f"all {count:,} coordinates")
    return True, f"The gradient is right: {every} agree with differences, {_to_digits(right)}."


def _to_digits(right: Sequence[Coordinate]) -> str:
    digits = math.floor(min((c.digits for c in right if c.given != 0), default=FULL))
    return f"to {digits} digit{'s' * (digits != 1)}{' or more' * (len(right) > 1)}"


def remarks(coordinates: Sequence[Coordinate], here: Circumstances) -> list[str]:
    """What limits the comparison, where something does."""
    found = _limits(coordinates, here)
    if found and any(c.exact is not None and c.verdict == RIGHT for c in coordinates):
        found.append("Digits beyond the error bars are those of a complex step.")
    return found


def _limits(coordinates: Sequence[Coordinate], here: Circumstances) -> list[str]:
    noise = number(here.noise, 1)
    if not math.isfinite(here.value):
        return []
    if not here.repeats:
        return [
            "The function is random: called again at the same point it gives another value "
            f"(± {noise}), which limits what differences can tell."
        ]
    if here.low:
        return [
            f"The function computes in float32: rounding its value (± {noise}) limits what "
            "differences can tell."
        ]
    if here.rough and not any(c.ladder.kind in (EDGE, STEEP) for c in coordinates):
        return [
            f"The function's values are rough: close together they differ by ± {noise}, far more "
            "than rounding, which limits what differences can tell."
        ]
    if EPSILON * abs(here.value) > 1e-9 * here.largest > 0:
        return [
            f"The function's value, {number(here.value, 3)}, is large beside its slopes: rounding "
            f"it (± {noise}) limits what differences can tell."
        ]
    return []
