"""One trial of an entry: what steepest says, and what is true."""

from __future__ import annotations

import importlib
import time
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import steepest as st
from steepest.calculus import derive
from steepest.graph.traverse import count
from steepest.sources.capture.followed import NumericalWarning
from steepest.sources.pieces import as_source
from tests.corpus.extended import derivative, leaves, mapped
from tests.corpus.register import ENTRIES, Entry

__all__ = ["MODULES", "Trial", "attempt", "complex_step", "entries", "fresh", "nearby", "truth"]

MODULES = (
    "physics", "statistics", "learning", "minimisation", "finance", "life", "geometry",
    "engineering", "numerics", "earth", "habits", "trades", "memory",
)  # fmt: skip


@cache
def entries() -> tuple[Entry, ...]:
    """The whole corpus."""
    for module in MODULES:
        importlib.import_module(f"tests.corpus.{module}")
    return tuple(ENTRIES)


@dataclass(frozen=True, eq=False)
class Trial:
    """What happened at one point.

    values      of f itself, of the first call and of the second, as arrays
    slopes      for each leaf of the first argument, of shape (*f.shape, *leaf.shape)
    truth       likewise, with error bars
    operations  in the graph of f, and in that of f with its gradient; None where differences are
                used
    """

    plain: Any
    values: tuple[Any, Any]
    slopes: list[Any]
    again: list[Any]
    exact: bool | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    kept: bool
    traced: int
    retraced: int
    operations: tuple[int, int] | None
    seconds: tuple[float, float]  # a plain run, the first call
    operator: Any


def fresh(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copies, so that no run sees what another one wrote."""
    return tuple(mapped(lambda v: v.copy() if isinstance(v, np.ndarray) else v, a) for a in args)


@cache
def attempt(entry: Entry, k: int) -> Trial:
    """Differentiate an entry at its point `k`, twice."""
    args, named = entry.points[k], entry.named
    began = time.perf_counter()
    plain = entry.function(*fresh(args), **named)
    usual = time.perf_counter() - began
    scalar = np.ndim(plain) == 0
    operator = st.value_and_grad(entry.function) if scalar else st.jacobian(entry.function)
    follower = operator.source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)
        began = time.perf_counter()
        first = operator(*fresh(args), **named)
        took = time.perf_counter() - began
        traced = follower.tracing.traced
        second = operator(*fresh(args), **named)
        retraced = follower.tracing.traced - traced
        value = first[0] if scalar else _value(follower, args, named)
        value_again = second[0] if scalar else _value(follower, args, named)
        operations = None
        if follower.tracing.exact is not False:
            piece = as_source(follower).piece(fresh(args), named, (0,))
            own = count(piece.outputs)
            if scalar:
                adjoints = derive.gradient(piece.outputs[0], _of_first(piece))
            else:
                bars = piece.extra("cotangents", piece.outputs)
                adjoints = derive.vjp(piece.outputs, _of_first(piece), bars)
            operations = (own, count([*piece.outputs, *adjoints]))
    tracing = follower.tracing
    slopes, again = (leaves(found[1] if scalar else found) for found in (first, second))
    return Trial(
        plain, (value, value_again), slopes, again,
        tracing.exact, tracing.reasons, tracing.notes, tracing.paths > 0, traced, retraced,
        operations, (usual, took), operator,
    )  # fmt: skip


def _of_first(piece: Any) -> list[Any]:
    return [n for n, owner in zip(piece.inputs, piece.owners, strict=True) if owner == 0]


def _value(follower: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The value from the operator's own graph, on the path that was kept."""
    piece = follower.piece(fresh(args), named, (0,))
    return piece.result(piece.run("value", lambda: piece.outputs)())


def truth(entry: Entry, args: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """The derivative in extended precision, for each leaf, with its error bar."""
    return derivative(entry, args, entry.named)


def nearby(entry: Entry, k: int) -> tuple[Any, ...]:
    """Another point: every number of the first argument moved by up to a thirtieth."""
    first, *others = fresh(entry.points[k])
    generator = np.random.default_rng([k, *entry.name.encode()])

    def moved(v: Any) -> Any:
        shift = 1 + generator.uniform(-1, 1, np.shape(v)) / 30
        return v * shift if np.ndim(v) else type(v)(v * float(shift))

    return (mapped(moved, first), *others)


def complex_step(entry: Entry, k: int) -> list[Any]:
    """Im f(x + ih)/h with h = 1e-30, for each leaf.

    W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions",
    SIAM Review 40 (1998) 110-112.
    """
    first, *others = fresh(entry.points[k])
    flat = leaves(first)
    found = []
    for j, leaf in enumerate(flat):
        columns = []
        for index in np.ndindex(np.shape(leaf)):
            moved = [np.array(v, complex) for v in flat]
            moved[j][index] += 1e-30j
            turn = iter(m[()] for m in moved)
            value = entry.function(
                mapped(lambda _, turn=turn: next(turn), first), *others, **entry.named
            )
            columns.append(np.imag(value) / 1e-30)
        found.append(np.stack(columns, -1).reshape((*np.shape(columns[0]), *np.shape(leaf))))
    return found
