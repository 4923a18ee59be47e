"""Where something arrives: masks are shortened by laws that hold for all truth values, and what
places alone tell leaves no node behind.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest.operations  # noqa: F401
from steepest.calculus.derive import gradient
from steepest.calculus.masks import Mask, both, either, negated, parted, truth, within
from steepest.graph.node import CONSTANT, Node, constant, variable
from steepest.graph.traced import Traced
from steepest.graph.traverse import evaluate, topological

TRUTHS = np.array(list(itertools.product([True, False], repeat=3)))  # (8, 3)
LEAVES = [variable(name, (8,), bool) for name in "pqr"]
AT = dict(zip(LEAVES, TRUTHS.T, strict=True))


def tables(masks: list[Mask]) -> list[Any]:
    """The truth table of each mask over three conditions."""
    nodes = [m if isinstance(m, Node) else constant(np.full(8, m)) for m in masks]
    return evaluate(nodes, AT)


def every_mask(depth: int) -> list[Mask]:
    """All masks of this depth over three conditions, True and False among them."""
    if depth == 0:
        return [True, False, *LEAVES]
    smaller = every_mask(depth - 1)
    found = [*smaller, *map(negated, smaller)]
    found += [f(a, b) for a, b in itertools.combinations(smaller, 2) for f in (both, either)]
    return list(dict.fromkeys(found))


MASKS = every_mask(2)[::2]
PAIRS = list(itertools.product(MASKS, repeat=2))


def test_logic_agrees_with_logic() -> None:
    assert len(MASKS) > 50
    known = dict(zip(map(id, MASKS), tables(MASKS), strict=True))
    for law, meaning in ((either, np.logical_or), (both, np.logical_and)):
        for (a, b), found in zip(PAIRS, tables([law(a, b) for a, b in PAIRS]), strict=True):
            np.testing.assert_array_equal(found, meaning(known[id(a)], known[id(b)]))
    for m, found in zip(MASKS, tables([negated(m) for m in MASKS]), strict=True):
        np.testing.assert_array_equal(found, ~known[id(m)])


def test_parted_masks_are_told_by_their_condition() -> None:
    known = dict(zip(map(id, MASKS), tables(MASKS), strict=True))
    apart = [(a, b, *found) for a, b in PAIRS if (found := parted(a, b)) is not None]
    assert len(apart) > 100
    conditions, unions = tables([x[2] for x in apart]), tables([x[3] for x in apart])
    for (a, b, *_), asked, union in zip(apart, conditions, unions, strict=True):
        first, second = known[id(a)], known[id(b)]
        assert np.all(asked[first]) and not np.any(asked[second])
        np.testing.assert_array_equal(union, first | second)


P, Q, R = LEAVES


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (either(P, negated(P)), True),
        (both(P, negated(P)), False),
        (either(both(P, Q), both(P, negated(Q))), P),
        (either(both(P, Q), P), P),
        (both(either(P, Q), P), P),
        (negated(negated(P)), P),
        (either(P, both(negated(P), Q)), either(P, Q)),
        (truth([True, True]), True),
        (truth([0.0, 0.0]), False),
    ],
)
def test_what_is_shortened(found: Mask, expected: Mask) -> None:
    assert found is expected


@pytest.mark.parametrize(
    ("full", "shape"), [((2, 3), (3,)), ((2, 3), (2, 1)), ((4, 2, 3), (1, 3)), ((2, 3), ())]
)
def test_within_is_any_copy(full: tuple[int, ...], shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(3)
    for lengths in (full, full[1:], (*full[:-1], 1), ()):
        values = generator.random(lengths) < 0.4
        node = variable("mask", lengths, bool)
        # the truth: what NumPy's own broadcasting sums up
        back = np.zeros(shape, int)
        for at in np.ndindex(full):
            last = at[len(full) - len(shape) :]
            there = [i if n > 1 else 0 for i, n in zip(last, shape, strict=True)]
            back[tuple(there)] += np.broadcast_to(values, full)[at]
        for mask in (node, constant(values)):
            found = within(mask, full, shape)
            got = found if isinstance(found, bool) else evaluate([found], {node: values})[0]
            np.testing.assert_array_equal(np.broadcast_to(got, shape), back > 0)


def whole(x: Any) -> Any:
    """Every element is written before anything is read."""
    out = np.zeros(4) * x[0]
    for i in range(4):
        out = np.concatenate([out[:i], np.sqrt(x[i : i + 1]), out[i + 1 :]])
    return np.sum(out[::-1] ** 3)


SHORT: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "slices that are put together again": (whole, lambda x: 1.5 * np.sqrt(x)),
    "every other element": (
        lambda x: np.sum(np.sqrt(x)[::2] * 2),
        lambda x: np.array([1, 0, 1, 0]) / np.sqrt(np.where([1, 0, 1, 0], x, 1.0)),
    ),
    "places in an array": (
        lambda x: np.sum(np.exp(x)[[3, 0, 0]]),
        lambda x: np.exp(x) * [2, 0, 0, 1],
    ),
    "both branches": (
        lambda x: np.sum(np.where(x > 1, np.log(x), np.where(x > 0.5, x**2, 3 * x))),
        lambda x: np.where(x > 1, 1 / x, np.where(x > 0.5, 2 * x, 3.0)),
    ),
}


@pytest.mark.parametrize("name", SHORT)
def test_masks_known_beforehand_leave_no_node(name: str) -> None:
    f, by_hand = SHORT[name]
    x = variable("x", (4,))
    (slope,) = gradient(f(Traced(x)).node, [x])
    point = np.array([0.25, 0.75, 4.0, 2.25])
    np.testing.assert_allclose(evaluate([slope], {x: point})[0], by_hand(point), rtol=1e-14)
    unsaid = {"any", "logical_or", "logical_and", "logical_not", "winners"}
    for n in topological([slope]):
        assert n.op.name not in unsaid, n
        assert n.dtype != bool or n.op is CONSTANT or n.op.name == "greater"


def test_what_a_choice_leaves_out_is_plus_zero() -> None:
    """Signs are taken along past subtractions, but no zero of structure shows as -0."""
    x = variable("x", (3,))
    t = Traced(x)
    for y in (
        5.0 - t[1],
        np.sum(5.0 - t[::2]),
        np.sum(1.0 - np.where(np.array([True, False, True]), np.sqrt(t), 2.0)),
        np.sum(5.0 - np.where(np.greater(t, 10.0), t[1] * t[0], 1.0)),
        np.sum(5.0 - np.where(np.greater(t, 4.5), np.ones((3, 3)) @ t, 1.0)) + t[2],
        np.sum(5.0 - np.where(np.greater(t[0], 5.0), np.exp(t), t[2])),
        np.sum(0.0 - np.maximum(t, 0.0)) - np.sum(np.where(np.greater(t, 0.0), t, 1.0)),
    ):
        (slope,) = gradient(y.node, [x])
        found = evaluate([slope], {x: np.array([4.0, -1.0, 9.0])})[0]
        zeros = [v for v in np.ravel(found) if v == 0]
        assert zeros and all(math.copysign(1.0, z) == 1.0 for z in zeros), found
