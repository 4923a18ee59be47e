"""What the rows of linear algebra share: shapes, triangles, and the library that runs them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.operation import Operation, real_dtype, register

__all__ = [
    "library",
    "matrix_row",
    "mirrored",
    "one_each",
    "square",
    "triangle",
    "turned",
    "vector",
]

Shape = tuple[int, ...]


def library(by: str) -> Any:
    """`numpy.linalg` or `scipy.linalg`: the two do not agree to the last bit. SciPy's is loaded
    when it is first used.
    """
    return np.linalg if by == "numpy" else importlib.import_module("scipy.linalg")


def square(a: Shape, **params: Any) -> Shape:
    """The shape rule from a square matrix, or a batch of them, to one of the same size."""
    if len(a) < 2 or a[-1] != a[-2]:
        raise ShapeError(f"a square matrix is needed, but this one has shape {a}")
    return a


def one_each(a: Shape, **params: Any) -> Shape:
    """The shape rule from a square matrix to a number."""
    return square(a)[:-2]


def vector(a: Shape, **params: Any) -> Shape:
    """The shape rule from a square matrix to one number for each of its rows."""
    return square(a)[:-1]


def matrix_row(
    name: str, run: Any, tangent: Any, shape: Callable[..., Shape] = square, **more: Any
) -> Operation:
    """Enter a row that works on the last two axes of its arguments."""
    return register(
        Operation(
            name=name,
            run=run,
            arity=more.pop("arity", 1),
            shape=shape,
            elementwise=False,
            tangent=tangent,
            dtype=real_dtype,
            family="linear algebra",
            **more,
        )
    )


def turned(a: Any) -> Any:
    """Each matrix transposed."""
    return np.swapaxes(a, -1, -2)


def _kept(a: Any, lower: bool, diagonal: int = 0) -> Any:
    rows, columns = a.shape[-2:]
    places = np.arange(rows)[:, None] - np.arange(columns)
    return places >= -diagonal if lower else places <= diagonal


def triangle(a: Any, lower: bool, diagonal: int = 0) -> Any:
    """The lower or the upper triangle; what lies outside contributes exactly nothing."""
    return np.where(_kept(a, lower, diagonal), a, np.zeros((), a.dtype))


def mirrored(a: Any, lower: bool = True) -> Any:
    """The symmetric matrix that LAPACK sees when it reads one triangle only."""
    return np.where(_kept(a, lower), a, turned(a))
