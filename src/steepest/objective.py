"""What a walk sees of a function: value and gradient on one flat float64 vector, and a loop.

Everything upstream (formula, NumPy code, terrain) ends here, and everything downstream (methods,
records, verdicts) starts here. A walk hands its one-step function to `Objective.loop`, which
interprets it; the same step can be compiled together with the function, because the walk never
looks inside the objective and the objective never looks inside the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from steepest.errors import DescentError, ShapeError

__all__ = [
    "INTERRUPTED",
    "NATIVE",
    "PYTHON",
    "Evaluation",
    "Flat",
    "Objective",
    "Structure",
    "Vector",
]

Vector = NDArray[np.float64]
C = TypeVar("C")
R = TypeVar("R")

GOING = 0  # the loop's code for "the chunk is over and the walk is not"
INTERRUPTED = -1  # Ctrl-C; every positive code is the walk's own
PYTHON, NATIVE = "python", "native"  # the tiers: interpreted, or in machine code


class Structure(Protocol):
    """How the user's starts (a number, an array, a dict ...) and one flat vector correspond."""

    def flatten(self, x: Any) -> Vector:
        """The vector (n,) of a start."""
        ...

    def unflatten(self, vector: Vector) -> Any:
        """The same shape of thing as the start, from a vector (n,)."""
        ...


class Flat:
    """The plainest structure: an array-like in, a vector out."""

    def flatten(self, x: Any) -> Vector:
        """The numbers of an array-like, in order."""
        try:
            array = np.asarray(x)
        except ValueError as error:
            raise DescentError(f"the start {x!r} is ragged: give numbers of one shape") from error
        if array.dtype.kind not in "biuf":
            raise DescentError(
                f"the start {x!r} is not made of real numbers: give numbers, like 2.0 or [2.0, 1.0]"
            )
        return np.array(array, dtype=np.float64).ravel()

    def unflatten(self, vector: Vector) -> Vector:
        """The vector itself, as a copy of its own."""
        return vector.copy()


class Evaluation(NamedTuple):
    """One evaluation: the value, the gradient (n,), and whether the point lies on the map."""

    f: float
    g: Vector
    inside: bool


@dataclass(eq=False)
class Objective:
    """A function of a flat vector x of shape (n,), with its gradient.

    value_and_gradient(x) -> (f, g): a number and an array of shape (n,).
    value(x) -> f: the value alone, where that is cheaper.
    hessian_vector(x, v) -> H v: exact curvature, where it is known.
    inside(x) -> bool: whether x lies on the map; outside it, the function is never called.
    names: one per component, for tables and sentences; `label` is how the function is written.
    parameters: fixed numbers in the function, kept with a saved walk.

    >>> import numpy as np
    >>> bowl = Objective(lambda x: (float(x @ x), 2 * x), names=("n", "e"))
    >>> bowl.evaluate(np.array([2.0, 1.0]))
    Evaluation(f=5.0, g=array([4., 2.]), inside=True)
    """

    value_and_gradient: Callable[[Vector], tuple[Any, Any]]
    value: Callable[[Vector], Any] | None = None
    hessian_vector: Callable[[Vector, Vector], Any] | None = None
    inside: Callable[[Vector], bool] | None = None
    names: tuple[str, ...] = ()
    structure: Structure = field(default_factory=Flat)
    label: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    tier: str = PYTHON
    evaluations: int = 0
    function: Any = None  # what it was made from, for pictures
    machine: Any = None  # runs whole steps in machine code; None: there is none for this function

    def evaluate(self, x: Vector) -> Evaluation:
        """Value and gradient at x, counted; outside the map, (inf, NaN, False) without a call."""
        if self.inside is not None and not self.inside(x):
            return Evaluation(float("inf"), np.full(x.shape, np.nan), False)
        self.evaluations += 1
        # A function that writes into its argument must not move the walk: it gets its own copy,
        # and what it returns is copied, because it may be a buffer that it uses again.
        f, g = self.value_and_gradient(x.copy())
        gradient = np.array(g, dtype=np.float64)
        if gradient.shape != x.shape:
            raise ShapeError(
                f"the gradient has shape {gradient.shape} where the point has shape {x.shape}: "
                "one component for each variable is needed"
            )
        return Evaluation(_number(f), gradient, True)

    def value_at(self, x: Vector) -> float:
        """The value alone at x (NaN outside the map); used by probes, counted like any call."""
        if self.value is None:
            at = self.evaluate(x)
            return at.f if at.inside else float("nan")
        if self.inside is not None and not self.inside(x):
            return float("nan")
        self.evaluations += 1
        return _number(self.value(x.copy()))

    def negated(self) -> Objective:
        """The same ground upside down, which is how a walk goes up."""
        value, curve = self.value, self.hessian_vector

        def value_and_gradient(x: Vector) -> tuple[Any, Any]:
            f, g = self.value_and_gradient(x)
            return -f, -np.asarray(g)

        return Objective(
            value_and_gradient,
            None if value is None else lambda x: -value(x),
            None if curve is None else lambda x, v: -np.asarray(curve(x, v)),
            self.inside,
            self.names,
            self.structure,
            self.label,
            self.parameters,
            self.tier,
            function=self.function,
            machine=None if self.machine is None else self.machine.negated(),
        )

    def refusal(self, walk: Any, carry: Any) -> str:
        """Why the steps of this walk cannot run in machine code; an empty text when they can."""
        if self.machine is None:
            return "there is no machine code for this kind of function"
        return str(self.machine.refusal(walk, carry))

    def flock_refusal(self, herd: Any, x: Vector, state: Any) -> str:
        """The same for many walks at once."""
        if self.machine is None:
            return "there is no machine code for this kind of function"
        return str(self.machine.flock_refusal(herd, x, state))

    def loop(
        self,
        advance: Callable[[Callable[[Vector], Evaluation], C], tuple[C, R | None, int]],
        carry: C,
        keep: Callable[[R, C], None],
        count: int,
    ) -> tuple[C, int]:
        """Run `advance` up to `count` times: one chunk of a walk.

        `advance(evaluate, carry) -> (carry, row, code)` is the walk's whole step; `keep(row,
        carry)` files what it did. The loop ends early at a code other than 0, which it returns, and
        on Ctrl-C, with the last whole step intact: the carry is replaced after its row was kept.
        """
        code = GOING
        try:
            # Overflow and NaN are findings here, reported by the walk, not warnings.
            with np.errstate(all="ignore"):
                for _ in range(count):
                    following, row, code = advance(self.evaluate, carry)
                    if row is not None:
                        keep(row, following)
                    carry = following
                    if code != GOING:
                        break
        except KeyboardInterrupt:
            code = INTERRUPTED
        return carry, code


def _number(f: Any) -> float:
    if isinstance(f, float):
        return float(f)
    array = np.asarray(f)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise ShapeError(
            f"the function gave {f!r}, and only one real number can be walked down: "
            "sum it, or take its norm"
        )
    return float(array.reshape(())[()])
