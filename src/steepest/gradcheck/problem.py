"""A function and a point, as a function of one flat vector whose components have names."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ShapeError, VariableError
from steepest.sources.pieces import Argnums, Source
from steepest.sources.structure import Structure, flatten, promoted

__all__ = ["Problem", "Vector"]

Vector = NDArray[np.float64]


class Problem:
    """f at a point, by the chosen arguments: f(x), or Σ wᵢ·fᵢ(x) where it gives several numbers."""

    def __init__(
        self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: Argnums
    ) -> None:
        self.f, self.args, self.kwargs = f, args, kwargs
        several = (argnums,) if isinstance(argnums, (int, str)) else tuple(argnums)
        self.places = tuple(self._place(a) for a in several)
        leaves, nest = flatten(tuple(self._argument(p) for p in self.places))
        values = [promoted(v) for v in leaves]
        self.structure: Structure = flatten(nest.unflatten(values))[1]
        self.x: Vector = np.asarray(self.structure.to_vector(values), dtype=np.float64)
        self.names = tuple(self._names())
        if not self.names:
            raise ShapeError(f"{self.title} holds no numbers, so there is no slope by it")
        first = flatten(self._call(self.x))[0]
        self.shapes = tuple(np.shape(v) for v in first)
        self.low = any(np.result_type(v) == np.float32 for v in (*values, *first))
        self.one_number = self.shapes == ((),)
        generator = np.random.default_rng(20260301)
        self.weights = [
            np.asarray(1.0)
            if self.one_number
            else generator.uniform(0.5, 1.5, s) * generator.choice([-1.0, 1.0], s)
            for s in self.shapes
        ]

    # ---- arguments and their names
    def _place(self, argument: int | str) -> int | str:
        if isinstance(argument, int):
            return argument % len(self.args) if -len(self.args) <= argument < 0 else argument
        names = self._parameters()
        return names.index(argument) if argument in names[: len(self.args)] else argument

    def _argument(self, place: int | str) -> Any:
        try:
            return self.kwargs[place] if isinstance(place, str) else self.args[place]
        except (KeyError, IndexError):
            given = [*map(str, range(len(self.args))), *self.kwargs]
            raise VariableError(
                f"the slope by argument {place!r} was to be checked, but the call has the "
                f"arguments {', '.join(given) or 'none'}"
            ) from None

    def _parameters(self) -> list[str]:
        target = self.f
        while isinstance(target, Source):
            target = getattr(target, "source", None) or getattr(target, "function", None)
        if hasattr(target, "variables"):
            return list(target.variables)
        try:
            parameters = inspect.signature(target).parameters.values()
        except (TypeError, ValueError):  # functions written in C do not all tell
            return []
        plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return [p.name for p in parameters if p.kind in plain]

    def _title(self, place: int | str) -> str:
        if isinstance(place, str):
            return place
        names = self._parameters()
        if place < len(names):
            return names[place]
        return "x" if len(self.args) == 1 else f"x[{place}]"

    @property
    def title(self) -> str:
        """The chosen arguments, by name."""
        return " and ".join(map(self._title, self.places))

    def _names(self) -> Iterator[str]:
        """What one would write to reach each number: w, w[0, 1], params["a"][2]."""
        for place, part in zip(self.places, self.structure.children, strict=True):
            for name, leaf in zip(part.names(self._title(place)), part.leaves(), strict=True):
                for at in np.ndindex(leaf.shape):
                    yield f"{name}[{', '.join(map(str, at))}]" if at else name

    # ---- values
    def call_at(self, leaves: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """(args, kwargs) with these leaves in the chosen arguments."""
        args, kwargs = list(self.args), dict(self.kwargs)
        parts = self.structure.unflatten(list(leaves))
        for place, part in zip(self.places, parts, strict=True):
            if isinstance(place, str):
                kwargs[place] = part
            else:
                args[place] = part
        return tuple(args), kwargs

    def at(self, vector: Vector) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """(args, kwargs) at a point."""
        leaves = self.structure.from_vector(vector)
        return self.call_at(
            [float(v) if np.ndim(v) == 0 and v.dtype == np.float64 else v for v in leaves]
        )

    def _call(self, vector: Vector) -> Any:
        args, kwargs = self.at(vector)
        with np.errstate(all="ignore"):
            return self.f(*args, **kwargs)

    def value(self, vector: Vector) -> float:
        """The one number at a point."""
        return self.projected(flatten(self._call(vector))[0])

    def projected(self, results: Sequence[Any]) -> float:
        """Σ wᵢ·yᵢ."""
        pairs = zip(self.weights, results, strict=True)
        return float(sum(np.sum(w * np.asarray(y, float)) for w, y in pairs))

    def along(self, direction: Vector) -> Callable[[float], float]:
        """The one number as a function of a step t in a direction."""
        return lambda t: self.value(self.x + t * direction)

    def by_complex_step(self, index: int) -> float | None:
        """Im f(x + ih)/h, which cancels nothing, where f takes complex numbers; None elsewhere.

        W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions",
        SIAM Review 40 (1998) 110-112.
        """
        if self.low or isinstance(self.f, Source) or hasattr(self.f, "variables"):
            return None
        h = 1e-100
        moved = self.x.astype(complex)
        moved[index] += 1j * h
        leaves, start = [], 0
        for leaf in self.structure.leaves():
            stop = start + int(np.prod(leaf.shape, dtype=int))
            leaves.append(moved[start:stop].reshape(leaf.shape)[()])
            start = stop
        args, kwargs = self.call_at(leaves)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error")  # an imaginary part thrown away is a warning
                result = self.f(*args, **kwargs)
            parts = list(result) if isinstance(result, (tuple, list)) else [result]
            pairs = zip(self.weights, parts, strict=True)
            slope = float(sum(np.sum(w * np.imag(y)) for w, y in pairs)) / h
        except Exception:  # noqa: BLE001  (the function need not take complex numbers)
            return None
        return slope if math.isfinite(slope) else None
