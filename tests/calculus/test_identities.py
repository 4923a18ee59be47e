"""Every law of the list is true on its domain, and is one that `reading` really applies."""

from __future__ import annotations

import random

import pytest

from steepest.calculus.identities import IDENTITIES, Identity, reading
from steepest.printing.text import text
from steepest.sources.formula import parse

from .compositions import same, value

NAMES = [law.name for law in IDENTITIES]


def sides(law: Identity):
    left = parse(law.left)
    return left, parse(law.right, variables=tuple(n.name for n in left.inputs))


@pytest.mark.parametrize("law", IDENTITIES, ids=NAMES)
def test_the_law_holds_to_fifty_digits(law: Identity) -> None:
    left, right = sides(law)
    assert len(law.domain) == len(left.inputs)
    points = random.Random(law.name)
    for _ in range(12):
        at = [str(points.uniform(*interval)) for interval in law.domain]
        a = value(left.outputs[0], dict(zip(left.inputs, at, strict=True)))
        b = value(right.outputs[0], dict(zip(right.inputs, at, strict=True)))
        assert a is not None, at
        assert same(a, b, 50), (at, a, b)


@pytest.mark.parametrize("law", IDENTITIES, ids=NAMES)
def test_reading_applies_the_law(law: Identity) -> None:
    left, right = sides(law)
    assert text(reading(left.outputs, left.inputs)) == text(reading(right.outputs, right.inputs))


def test_names_are_given_once() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_a_false_law_is_found_out() -> None:
    wrong = Identity("wrong", "sin(2x)", "2*sin(x)", ((-3.0, 3.0),))
    with pytest.raises(AssertionError):
        test_the_law_holds_to_fifty_digits(wrong)
