"""The gradients that are checked: the user's own, and what steepest gives."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.calculus import derive
from steepest.errors import NotDifferentiableError, ShapeError
from steepest.gradcheck.problem import Problem, Vector
from steepest.graph.node import Node
from steepest.sources.capture import NumericalWarning
from steepest.sources.piece import Piece
from steepest.sources.pieces import as_source
from steepest.sources.structure import flatten

__all__ = ["given_by_hand", "given_by_steepest"]


def given_by_hand(problem: Problem, gradient: Callable[..., Any]) -> Vector:
    """What the user's own function gives, as one vector.

    Raises ShapeError when it has not a number for each coordinate.
    """
    args, kwargs = problem.at(problem.x)
    leaves = [np.asarray(v, float).ravel() for v in flatten(gradient(*args, **kwargs))[0]]
    vector = np.concatenate(leaves) if leaves else np.zeros(0)
    if not problem.one_number:
        return _contracted(problem, leaves)
    if vector.shape != problem.x.shape:
        hint = ""
        if len(problem.places) == 1 and len(problem.args) == vector.size > 1:
            everything = ", ".join(map(str, range(len(problem.args))))
            hint = f", or write argnums=({everything}) if it is by all arguments"
        raise ShapeError(
            f"the gradient has {vector.size} numbers, but {problem.title} has {problem.x.size}: "
            f"give one for each{hint}"
        )
    return vector


def _contracted(problem: Problem, leaves: Sequence[Vector]) -> Vector:
    """The weighted sum of the rows of a Jacobian."""
    weights = problem.weights[0]
    if (
        len(leaves) != 1
        or len(problem.shapes) != 1
        or leaves[0].size != weights.size * problem.x.size
    ):
        raise ShapeError(
            f"the function gives results of shapes {list(problem.shapes)}, so its derivative by "
            f"hand must be one array, the Jacobian, of shape (*result, *{problem.title}); for a "
            "nest of results or arguments, check one at a time"
        )
    return np.asarray(weights.ravel() @ leaves[0].reshape(weights.size, problem.x.size))


def given_by_steepest(problem: Problem) -> tuple[Vector, list[str], bool]:
    """What reverse mode gives, as one vector; what there is to say about it; whether it is
    exact.
    """
    args, kwargs = problem.at(problem.x)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        source = as_source(problem.f)
        piece = source.piece(args, kwargs, problem.places)
        by, _ = piece.chosen(problem.places, single=False)
        inputs = [piece.inputs[i] for i in by]
        found = _reverse(piece, inputs, problem.weights)
    losses = []
    for warned in caught:
        if issubclass(warned.category, NumericalWarning):
            losses.append(str(warned.message))
        else:
            warnings.warn_explicit(warned.message, warned.category, warned.filename, warned.lineno)
    exact = source.tracing.exact is not False
    gradient = np.asarray(problem.structure.to_vector(found), float)
    remarks = [f"{loss}." for loss in losses] or _of_both_modes(problem, piece, inputs, gradient)
    return gradient, remarks, exact


def _reverse(piece: Piece, inputs: Sequence[Node], weights: Sequence[Any]) -> list[Any]:
    bars = piece.extra("cotangents", piece.outputs)
    run = piece.run(("check", *inputs), lambda: derive.vjp(piece.outputs, inputs, bars), bars)
    return run(*(w.astype(n.dtype)[()] for w, n in zip(weights, piece.outputs, strict=True)))


def _of_both_modes(
    problem: Problem, piece: Piece, inputs: Sequence[Node], gradient: Vector
) -> list[str]:
    """A sentence where forward mode disagrees with reverse mode: w·(J·v) against (Jᵀ·w)·v."""
    direction = np.random.default_rng(3).uniform(0.5, 1.0, problem.x.shape)
    leaves = problem.structure.from_vector(direction)
    along = piece.extra("tangents", inputs)
    try:
        run = piece.run(
            ("check forward", *inputs), lambda: derive.jvp(piece.outputs, inputs, along), along
        )
        forward = problem.projected(run(*leaves))
    except NotDifferentiableError:  # a rule that works backwards only
        return []
    backward = float(gradient @ direction)
    size = float(np.abs(gradient) @ direction)
    if (
        not np.isfinite(forward - backward)
        or abs(forward - backward) <= (1e-3 if problem.low else 1e-8) * size
    ):
        return []
    return [
        f"Along one direction forward mode gives {forward:.10g} and reverse mode {backward:.10g}: "
        "a rule of steepest, or a custom_derivative, is wrong in one of them."
    ]
