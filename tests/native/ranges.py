"""Where each function is tried: everywhere, and where it is hard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[Any]
Points = tuple[Reals, ...]
Sampler = Callable[[np.random.Generator, int], Points]

LEAST, NORMAL, LARGEST = 5e-324, 2.0**-1022, np.finfo(float).max


def even(low: float, high: float) -> Sampler:
    """Evenly between the two."""
    return lambda rng, n: (low + (high - low) * rng.random(n),)


def positive(low: float, high: float) -> Sampler:
    """Evenly in the exponent."""

    def sample(rng: np.random.Generator, n: int) -> Points:
        ends = np.log2(low), np.log2(high)
        return (np.clip(np.exp2(rng.uniform(*ends, n)), low, high),)

    return sample


def spread(low: float, high: float) -> Sampler:
    """Of either sign, and evenly in the exponent."""
    return lambda rng, n: (positive(low, high)(rng, n)[0] * rng.choice([-1.0, 1.0], n),)


def near(center: float, low: float = 1e-16, high: float = 1e-2) -> Sampler:
    """On both sides of a point, at every distance."""
    return lambda rng, n: (center + spread(low, high)(rng, n)[0],)


def below(center: float) -> Sampler:
    return lambda rng, n: (center - positive(1e-16, 1e-2)(rng, n)[0],)


def above(center: float) -> Sampler:
    return lambda rng, n: (center + positive(1e-16, 1e-2)(rng, n)[0],)


def pair(first: Sampler, second: Sampler) -> Sampler:
    return lambda rng, n: (*first(rng, n), *second(rng, n))


def whole(sampler: Sampler) -> Sampler:
    """Rounded to integers."""
    return lambda rng, n: tuple(np.round(p) for p in sampler(rng, n))


def multiples(step: float, most: float) -> Sampler:
    """As close to multiples of a number as doubles are."""
    return lambda rng, n: (np.round(rng.uniform(-most, most, n)) * step,)


TINY = {"subnormal": spread(LEAST, NORMAL), "tiny": spread(NORMAL, 1e-3)}
LOGARITHM = {
    "subnormal": positive(LEAST, NORMAL),
    "all": positive(NORMAL, LARGEST),
    "½ to 2": even(0.5, 2),
    "near 1": near(1.0),
}
ANGLE = {
    **TINY,
    "to 1": even(-1, 1),
    "to 100": even(-100, 100),
    "to 2^30": spread(1, 2**30),
    "near 2^30": near(2.0**30, 1e-7, 1e6),
    "beyond": spread(2**30, LARGEST),
    "near k·π/2": multiples(np.pi / 2, 2**30),
    "near k·π/2, far": multiples(np.pi / 2, 2**52),
}
HYPERBOLIC = {
    **TINY,
    "to 1": even(-1, 1),
    "to 5": even(-5, 5),
    "all": even(-710.4, 710.4),
    "overflow": even(710.4, 710.5),
}
INVERSE = {
    **TINY,
    "to 1": even(-1, 1),
    "near ½": near(0.5),
    "near 1": below(1.0),
    "near -1": above(-1.0),
}

RANGES: dict[str, dict[str, Sampler]] = {
    "exp": {
        **TINY,
        "to 1": even(-1, 1),
        "all": even(-708, 709.7),
        "underflow": even(-746, -708),
        "overflow": even(709.7, 709.8),
    },
    "exp2": {
        **TINY,
        "to 1": even(-1, 1),
        "all": even(-1022, 1024),
        "underflow": even(-1076, -1022),
    },
    "expm1": {
        **TINY,
        "to 1": even(-1, 1),
        "near 0": spread(1e-17, 0.1),
        "all": even(-40, 709.7),
        "overflow": even(709.7, 709.8),
    },
    "sigmoid": {
        **TINY,
        "to 10": even(-10, 10),
        "all": even(-708, 40),
        "underflow": even(-746, -708),
    },
    "softplus": {
        **TINY,
        "to 1": even(-1, 1),
        "to 10": even(-10, 10),
        "all": even(-708, 708),
        "underflow": even(-746, -708),
    },
    "log": LOGARITHM,
    "log2": LOGARITHM,
    "log10": LOGARITHM,
    "log1p": {
        **TINY,
        "to 1": even(-1, 1),
        "near 0": spread(1e-17, 0.1),
        "near -1": above(-1.0),
        "all": positive(1e-3, LARGEST),
    },
    "sin": ANGLE,
    "cos": ANGLE,
    "tan": ANGLE,
    "asin": INVERSE,
    "acos": INVERSE,
    "atan": {
        **TINY,
        "to 1": even(-1, 1),
        "to 5": even(-5, 5),
        "near ½": near(0.5),
        "near 2": near(2.0),
        "all": spread(1e-3, LARGEST),
    },
    "atan2": {
        "to 1": pair(even(-1, 1), even(-1, 1)),
        "all": pair(spread(NORMAL, LARGEST), spread(NORMAL, LARGEST)),
        "alike": pair(spread(1e-5, 1e5), spread(1e-5, 1e5)),
        "subnormal": pair(spread(LEAST, NORMAL), spread(LEAST, NORMAL)),
        "huge": pair(spread(1e300, LARGEST), spread(1e300, LARGEST)),
    },
    "sinh": HYPERBOLIC,
    "cosh": HYPERBOLIC,
    "tanh": {
        **TINY,
        "to 1": even(-1, 1),
        "near 0.55": near(0.55),
        "to 20": even(-20, 20),
        "all": spread(1, LARGEST),
    },
    "asinh": {
        **TINY,
        "to 1": even(-1, 1),
        "to 5": even(-5, 5),
        "all": spread(1e-3, LARGEST),
    },
    "acosh": {
        "to 2": even(1, 2),
        "to 10": even(1, 10),
        "near 1": above(1.0),
        "all": positive(1, LARGEST),
    },
    "atanh": {
        **TINY,
        "to 1": even(-1, 1),
        "near 1": below(1.0),
        "near -1": above(-1.0),
    },
    "sqrt": {"subnormal": positive(LEAST, NORMAL), "all": positive(NORMAL, LARGEST)},
    "cbrt": {**TINY, "to 8": even(-8, 8), "all": spread(1e-300, LARGEST)},
    "pow": {
        "to 10": pair(even(0, 10), even(-5, 5)),
        "moderate": pair(positive(1e-5, 1e5), even(-50, 50)),
        "near 1": pair(even(0.99, 1.01), even(-70_000, 70_000)),
        "to the limits": pair(even(0.5, 2), even(-1_000, 1_000)),
        "all": pair(positive(NORMAL, LARGEST), even(-2, 2)),
        "subnormal": pair(positive(LEAST, NORMAL), even(-1, 1)),
        "integers": pair(even(-10, 10), whole(even(-30, 30))),
        "overflow": pair(even(1, 3), even(300, 1_100)),
    },
    "erf": {**TINY, "to 1": even(-1, 1), "near 1": near(1.0), "to 6": even(-6, 6)},
    "erfc": {
        **TINY,
        "to 1": even(-1, 1),
        "near ½": near(0.5),
        "to 6": even(-6, 6),
        "to 26": even(1, 26),
        "underflow": even(26, 27.3),
    },
}
