"""Specimens: arguments and parameters for every row that works on whole arrays, odd ones among
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from steepest.operations.keys import normal_key

__all__ = ["KEYS", "specimens"]

RNG = np.random.default_rng(11)


def draw(*shape: int) -> np.ndarray:
    return RNG.uniform(-2.0, 2.0, shape)


X = draw(3, 4, 2)
MASK = np.array([[True, False, True, True], [False, False, True, False], [True, True, False, True]])

# Every kind of key that NumPy takes, for an array of shape (3, 4, 2).
KEYS: dict[str, Any] = {
    "number": 1,
    "negative number": -1,
    "slice": slice(1, None),
    "step": (slice(None), slice(None, None, 2)),
    "backwards": (slice(None, None, -1), slice(3, 0, -2)),
    "backwards to the start": (slice(None), slice(2, None, -1)),
    "empty": slice(2, 2),
    "beyond the end": slice(1, 100),
    "ellipsis": (Ellipsis, 0),
    "ellipsis inside": (0, Ellipsis, 1),
    "new axis": (None, 2, None),
    "whole": Ellipsis,
    "a single number": (2, 3, 1),
    "list": [2, 0],
    "negative list": [-1, 0, -3],
    "repeats": [1, 1, 1, 2],
    "two lists": ([0, 2, 2], [1, 3, 3]),
    "lists apart": ([0, 2], slice(None), [1, 0]),
    "lists that broadcast": (np.array([[0], [2]]), np.array([1, 3])),
    "number and list": (0, slice(None), [1, 1]),
    "list, new axis": ([0, 1], None, slice(1, 3)),
    "mask": MASK,
    "mask and list": (MASK[:, 0], [1, 2]),
    "mask of one axis": np.array([True, False, True]),
    "mask of another axis": (slice(None), np.array([True, False, True, False])),
    "whole mask": X > 0,
    "empty mask": np.zeros(3, dtype=bool),
    "empty list": np.array([], dtype=int),
    "scalar index": np.int64(2),
    "0-d index": np.array(1),
}


def axes(ndim: int) -> list[tuple[int, ...]]:
    return [tuple(range(ndim)), (0,), (ndim - 1,), (0, ndim - 1), ()]


def specimens(name: str) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """(arguments, parameters) for the row called `name`."""
    if name in ("sum", "mean", "var", "prod", "max", "min", "norm"):
        yield from reductions(name)
    elif name == "matmul":
        yield from products()
    elif name in MOVEMENTS:
        yield from MOVEMENTS[name]()


def reductions(name: str) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for keep in (False, True):
        for axis in axes(3):
            yield [X], {"axis": axis, "keepdims": keep}
    yield [draw(5)], {"axis": (0,), "keepdims": False}
    yield [draw(1, 1)], {"axis": (1,), "keepdims": False}
    yield [np.float64(0.7)], {"axis": (), "keepdims": False}
    if name == "prod":
        for zeros in ([1], [1, 3], [0, 2, 4]):
            x = draw(5)
            x[zeros] = 0.0
            yield [x], {"axis": (0,), "keepdims": False}
    if name in ("sum", "prod"):
        yield [np.zeros((0, 3))], {"axis": (0,), "keepdims": False}


def products() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for a, b in (
        [(3,), (3,)],
        [(2, 3), (3,)],
        [(3,), (3, 2)],
        [(2, 3), (3, 4)],
        [(5, 2, 3), (3, 4)],
        [(2, 3), (5, 3, 4)],
        [(5, 2, 3), (5, 3, 4)],
        [(1, 2, 3), (5, 3, 4)],
        [(4, 1, 2, 3), (5, 3, 2)],
        [(3,), (5, 3, 2)],
        [(5, 2, 3), (3,)],
        [(1, 1), (1, 1)],
        [(2, 0), (0, 3)],
        [(0, 2), (2, 3)],
    ):
        yield [draw(*a), draw(*b)], {}


def reshapes() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for shape in ((24,), (4, 6), (2, 3, 4), (1, 24, 1)):
        yield [X], {"shape": shape}
    yield [np.float64(2.5)], {"shape": (1, 1)}
    yield [draw(1)], {"shape": ()}


def transposes() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for order in ((2, 1, 0), (1, 2, 0), (0, 2, 1)):
        yield [X], {"axes": order}


def broadcasts() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    yield [draw(3, 1)], {"shape": (3, 4)}
    yield [draw(4)], {"shape": (2, 3, 4)}
    yield [draw(1, 3, 1)], {"shape": (2, 3, 4)}
    yield [np.float64(1.5)], {"shape": (2, 2)}
    yield [draw(1)], {"shape": (0,)}


def indices() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for key in KEYS.values():
        normal, arrays = normal_key(key, X.shape)
        yield [X, *arrays], {"key": normal}


def scatters() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for key in KEYS.values():
        normal, arrays = normal_key(key, X.shape)
        yield [draw(*X[key].shape), *arrays], {"key": normal, "shape": X.shape}


def puts() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for key in KEYS.values():
        normal, arrays = normal_key(key, X.shape)
        yield [X, draw(*X[key].shape), *arrays], {"key": normal}
        yield [X, np.float64(0.5), *arrays], {"key": normal}  # one number for all places
    normal, arrays = normal_key(KEYS["slice"], X.shape)
    yield [X, draw(2), *arrays], {"key": normal}
    yield [X, draw(4, 1), *arrays], {"key": normal}


def scans() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for axis in (0, 1, 2):
        yield [X], {"axis": axis}
    for zeros in ([], [1], [0, 3], [5, 6]):
        x = draw(7)
        x[zeros] = 0.0
        yield [x], {"axis": 0}


def factors() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for number in (1, 2, 3, 8):
        yield [draw(2, number)], {}
    for x, _ in scans():
        yield x, {}


def selected_products() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for a, b in ([(2, 3), (3, 4)], [(5, 2, 3), (3, 4)], [(2, 3), (5, 3, 4)]):
        yield [draw(*a), draw(*a) > 0, draw(*b), draw(*b) > -1], {}
        yield [draw(*a), np.array(True), draw(*b), draw(*b) > 0], {}


def stretches() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Where stretches overlap, or a place comes after the next one, elements count as NumPy has
    it.
    """
    yield [draw(7)], {"places": (0, 2, 5), "axis": 0}
    yield [draw(7)], {"places": (0, 4, 1, 5, 2, 2), "axis": 0}
    yield [X], {"places": (1, 3, 0), "axis": 1}


def rows_of_numbers() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for n in (1, 2, 5):
        yield [draw(n)], {}


def two_rows_of_numbers() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for n in (1, 2, 5):
        yield [draw(n), draw(n)], {}


def joins() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    yield [draw(3), draw(2), draw(0), draw(4)], {"axis": 0}
    yield [draw(3, 2), draw(3, 1)], {"axis": 1}
    yield [draw(2, 2, 2)], {"axis": 1}


def stacks() -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for axis in (0, 1, 2):
        yield [draw(3, 2), draw(3, 2), draw(3, 2)], {"axis": axis}
    yield [np.float64(1.0), np.float64(2.0)], {"axis": 0}


MOVEMENTS = {
    "reshape": reshapes,
    "transpose": transposes,
    "broadcast_to": broadcasts,
    "index": indices,
    "scatter_add": scatters,
    "put": puts,
    "concatenate": joins,
    "stack": stacks,
    "cumsum": scans,
    "cumprod": scans,
    "prod_of_others": factors,
    "add_reduceat": stretches,
    "fsum": rows_of_numbers,
    "length": rows_of_numbers,
    "sumprod": two_rows_of_numbers,
    "matmul_where": selected_products,
}
