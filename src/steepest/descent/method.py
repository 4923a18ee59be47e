"""What a method of descent is, and the table of those that have a name.

A method is a small object with two functions in plain NumPy:

    init(x) -> state                            named arrays of fixed shape, {} if there are none
    update(state, x, f, g, t) -> (next_x, state, accepted)

`update` is called once for each evaluation: at the point x (n,), where the value is f and the
gradient g (n,); t = 0, 1, 2, ... counts the evaluations. It says where to evaluate next, and
whether x itself is a point of the walk (True) or a trial that it refuses (False, as a line search
does; values that are infinite or outside the map can be refused in the same way). It returns new
arrays and changes none that it was given; it chooses by `np.where`, not by `if`, so that the same
lines can be compiled. A method of your own:

>>> import numpy as np
>>> class SignDescent:
...     def init(self, x):
...         return {}
...
...     def update(self, state, x, f, g, t):
...         return x - 0.1 * np.sign(g), state, True

and then `steepest.descend(f, start, method=SignDescent())`. Three attributes are optional: `rate`
(a number or a schedule) lets tables and verdicts speak of it, `monotone = True` says that every
step is meant to go down, so that one that does not is reported as a fault, and a frozen dataclass
can be saved with its settings.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.descent.first_order import Adam, GradientDescent, Momentum, Nesterov
from steepest.descent.step import Rate, checked_rate, described_rate, rebuilt_rate
from steepest.errors import DescentError
from steepest.objective import Vector

__all__ = ["METHODS", "Method", "chosen_method", "described_method", "rebuilt_method"]

State = Mapping[str, NDArray[Any]]
DEFAULT_RATE = 0.1

METHODS: Mapping[str, type] = {
    "gradient-descent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
}


class Method(Protocol):
    """The contract; see the module's text."""

    def init(self, x: Vector) -> State:
        """The state before the first evaluation."""
        ...

    def update(
        self, state: State, x: Vector, f: float, g: Vector, t: int
    ) -> tuple[Vector, State, Any]:
        """(next_x, state, accepted) after the evaluation number t at x."""
        ...


def chosen_method(method: str | Method, rate: Rate | None) -> Method:
    """The method object for a name and a rate, or the user's own object as it is."""
    if isinstance(method, str):
        kind = METHODS.get(method.strip().lower().replace("_", "-").replace(" ", "-"))
        if kind is None:
            raise DescentError(f"there is no method {method!r}: {_suggestion(method)}")
        return kind(checked_rate(DEFAULT_RATE if rate is None else rate))  # type: ignore[no-any-return]
    if isinstance(method, type):
        raise DescentError(
            f"method={method.__name__} is a class: write method={method.__name__}(...), an object"
        )
    if not (callable(getattr(method, "init", None)) and callable(getattr(method, "update", None))):
        raise DescentError(
            f"method={method!r} is neither a name nor an object with init(x) and "
            f"update(state, x, f, g, t): {_suggestion('')}"
        )
    if rate is not None:
        raise DescentError(
            f"rate={rate!r} was given beside {method!r}, which brings its own: "
            "set the rate in the method, or name the method by a string"
        )
    return method


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), [*METHODS], n=1, cutoff=0.5)
    known = ", ".join(f'"{known}"' for known in METHODS)
    return (f'did you mean "{near[0]}"? ' if near else "") + f"the named methods are {known}"


def described_method(method: Any) -> dict[str, Any]:
    """A method as JSON: its name and settings if it is one of ours, its repr if it is not."""
    for name, kind in METHODS.items():
        if type(method) is kind and is_dataclass(method):
            settings = {f.name: getattr(method, f.name) for f in fields(method)}
            return {"name": name, **settings, "rate": described_rate(settings["rate"])}
    return {"own": repr(method)}


def rebuilt_method(described: Mapping[str, Any]) -> Method | None:
    """The method that `described_method` described; None where only the user can bring it."""
    kind = METHODS.get(str(described.get("name")))
    rate = rebuilt_rate(described.get("rate")) if kind is not None else None
    if kind is None or rate is None:
        return None
    settings = {name: value for name, value in described.items() if name not in ("name", "rate")}
    return kind(rate=rate, **settings)  # type: ignore[no-any-return]


def checked_state(state: Any, method: Any) -> dict[str, NDArray[Any]]:
    """The state as a dict of arrays; an error that shows the contract if it is something else."""
    if not isinstance(state, Mapping) or not all(isinstance(name, str) for name in state):
        raise DescentError(
            f"init of {method!r} gave {state!r}: a state is a dict of named arrays, "
            'like {"velocity": np.zeros_like(x)}, or {} for none'
        )
    return {name: np.array(value) for name, value in state.items()}
