"""A function with its author's derivative: what the rule is, however it was given."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.errors import ShapeError, VariableError
from steepest.sources.structure import flatten

__all__ = ["Call", "Rule", "as_python", "rule_of", "unseen"]

Call = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Rule:
    """A function and its derivative: `forward(call, primals, out, tangents, more)` or
    `backward(call, primals, out, cotangent, more)`, calling the author's rule through `call`.
    """

    name: str
    function: Call
    signature: inspect.Signature | None
    forward: Call | None
    backward: Call | None

    def bound(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call with everything by position that can be; `more` is what cannot."""
        if self.signature is None or not (kwargs or self.signature.parameters):
            return args, kwargs
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args, bound.kwargs


def rule_of(function: Call, partials: Any, jvp: Call | None, vjp: Call | None) -> Rule:
    """The rule that was given, the two others being None."""
    name = getattr(function, "__name__", type(function).__name__)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # functions written in C do not all tell
        signature = None
    if partials is not None:
        rules = (partials,) if callable(partials) else tuple(partials)
        return _by_partials(name, function, signature, rules)

    def push(call: Call, primals: Any, out: Any, tangents: Any, more: Any) -> Any:
        _fits(jvp, "jvp", (primals, tangents), more, name)
        return call(jvp, primals, tangents, **more)

    def pull(call: Call, primals: Any, out: Any, y_bar: Any, more: Any) -> Any:
        _fits(vjp, "vjp", (primals, out, y_bar), more, name)
        return _one_each(call(vjp, primals, out, y_bar, **more), primals, name)

    return Rule(name, function, signature, push if jvp else None, pull if vjp else None)


def _by_partials(
    name: str,
    function: Call,
    signature: inspect.Signature | None,
    rules: tuple[Call | None, ...],
) -> Rule:
    def push(call: Call, primals: Any, out: Any, tangents: Any, more: Any) -> Any:
        _as_many(rules, primals, name)
        total: Any = 0.0
        for rule, dx in zip(rules, tangents, strict=True):
            if rule is not None and dx is not None:
                _fits(rule, "partials", (*primals, out), more, name)
                total = total + call(rule, *primals, out, **more) * dx
        return total

    def pull(call: Call, primals: Any, out: Any, y_bar: Any, more: Any) -> Any:
        _as_many(rules, primals, name)
        for rule in rules:
            _fits(rule, "partials", (*primals, out), more, name)
        return tuple(
            None
            if rule is None or not _is_number(x)
            else _summed(call(rule, *primals, out, **more) * y_bar, np.shape(x))
            for rule, x in zip(rules, primals, strict=True)
        )

    return Rule(name, function, signature, push, pull)


WRITTEN = {
    "partials": "a partial takes the function's own arguments and then its value: "
    "lambda x, out: ...",
    "jvp": "a jvp rule takes the arguments and their tangents, each as a tuple: "
    "lambda primals, tangents: ...",
    "vjp": "a vjp rule takes the arguments as a tuple, the value and its cotangent: "
    "lambda primals, out, cotangent: ...",
}


def _fits(rule: Any, kind: str, args: tuple[Any, ...], more: dict[str, Any], name: str) -> None:
    """Whether a rule can be called as its kind is."""
    if rule is None:
        return
    try:
        signature = inspect.signature(rule)
    except (TypeError, ValueError):  # functions written in C do not all tell
        return
    try:
        signature.bind(*args, **more)
    except TypeError as error:
        raise VariableError(
            f"the {kind} rule of {name} cannot be called with {len(args)} arguments "
            f"({error}); {WRITTEN[kind]}"
        ) from None


def _as_many(rules: Sequence[Any], primals: Sequence[Any], name: str) -> None:
    if len(rules) != len(primals):
        raise ShapeError(
            f"{name} was called with {len(primals)} arguments and has {len(rules)} partials: "
            "give one for each, None for an argument it does not depend on"
        )


def _one_each(cotangents: Any, primals: Sequence[Any], name: str) -> tuple[Any, ...]:
    if len(primals) == 1 and not (type(cotangents) is tuple and len(cotangents) == 1):
        return (cotangents,)
    if type(cotangents) not in (tuple, list) or len(cotangents) != len(primals):
        raise ShapeError(
            f"the vjp rule of {name} must return a tuple with a cotangent for each of its "
            f"{len(primals)} arguments (None for zero)"
        )
    return tuple(cotangents)


def _is_number(x: Any) -> bool:
    return flatten(x)[1].is_leaf


def _summed(value: Any, shape: tuple[int, ...]) -> Any:
    """Undo broadcasting on plain numbers: a sum over the axes that it added or stretched."""
    value = np.asarray(value)
    value = value.sum(axis=tuple(range(value.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and value.shape[i] != 1)
    return value.sum(axis=stretched, keepdims=True) if stretched else value


def unseen(function: Call, *args: Any, **kwargs: Any) -> Any:
    """Run what is not followed on purpose; the check of a trace must not count it among the code
    it lost.
    """
    watching = sys.getprofile()
    if watching is None or not type(getattr(watching, "__self__", None)).__module__.startswith(
        "steepest."
    ):
        return function(*args, **kwargs)
    sys.setprofile(None)
    try:
        return function(*args, **kwargs)
    finally:
        sys.setprofile(watching)


def as_python(value: Any) -> Any:
    """A value as the author's function gets it from Python code: a number, or an array of its
    own to write into.
    """
    if np.ndim(value):
        return np.array(value)
    scalar = np.asarray(value)[()]
    return scalar.item() if scalar.dtype in (np.float64, np.int64, np.bool_) else scalar
