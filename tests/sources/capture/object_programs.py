"""Small functions that use classes, iterators, decorators and draws, said again for mpmath."""

from __future__ import annotations

import abc
import dataclasses
import functools
import itertools
import math
import operator
import random
from collections.abc import Iterator

import numpy as np

from tests.sources.capture.corpus import program


class Vector:
    """A vector with every operator that people write."""

    def __init__(self, *parts):
        self.parts = list(parts)

    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __sub__(self, other):
        return self + -1 * other

    def __mul__(self, k):
        return Vector(*(a * k for a in self.parts))

    __rmul__ = __mul__

    def __truediv__(self, k):
        return self * (1 / k)

    def __pow__(self, n):
        return Vector(*(a**n for a in self.parts))

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self, other, strict=True))

    def __neg__(self):
        return -1 * self

    def __abs__(self):
        return math.sqrt(self @ self)

    def __iadd__(self, other):
        for i, v in enumerate(other):
            self.parts[i] = self.parts[i] + v
        return self

    def __getitem__(self, i):
        return self.parts[i]

    def __setitem__(self, i, v):
        self.parts[i] = math.sin(v)

    def __len__(self):
        return len(self.parts)

    def __iter__(self):
        return iter(self.parts)

    def __eq__(self, other):
        return all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self):
        return 7

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __bool__(self):
        return any(a != 0 for a in self.parts)

    def __contains__(self, v):
        return any(a == v for a in self.parts)

    def __call__(self, t):
        return sum(a * math.pow(t, i) for i, a in enumerate(self.parts))


FIXED = Vector(1.0, 2.0, 3.0)


@program(lambda mp, a, b, c: mp.sqrt((a - 2) ** 2 + (b - 4) ** 2 + (c - 6) ** 2) + a * b + 4 * c)
def operators_of_a_class(x):
    v = Vector(*x)
    w = v - 2.0 * FIXED
    return abs(-w) + (v * x[0])[1] + FIXED[1] * (v / 0.5)[2]


@program(lambda mp, a, b, c: a * a + b * b + c * c + (a**3 + 2 * b + 3 * c) + (a**2 + b + c))
def operators_with_numpy_on_the_left(x):
    v = Vector(*x)
    cubes = v**3
    return (
        v @ v + (cubes[0] + np.float64(2.0) * v[1] + 3 * v[2]) + np.sum(v * 1.0) + x[0] ** 2 - x[0]
    )


@program(lambda mp, a, b, c: mp.sin(b) * 3 + 2 + b + 3 + c)
def items_and_parts_in_place(x):
    v = Vector(*x)
    v[0] = x[1]
    v += Vector(0.0, 2.0, 3.0)
    first, *rest = v
    return first * len(v) + sum(rest)


@program(lambda mp, a, b, c: a + 2 * c + mp.mpf(5) * a)
def conditions_asked_of_a_class(x):
    v, w = Vector(*x), Vector(9.0, 9.0, 9.0)
    total = x[0] if v < w else x[1]
    total += 2 * x[2] if v and v != w and 1.5 not in v else 0.0
    return total + 5 * (x[0] if min(w, v) == v and sorted([w, v])[0] == v else x[1])


@program(lambda mp, a, b, c: mp.sqrt((a + b) ** 2 + (b + c) ** 2) + mp.sqrt((2 * a) ** 2 + b**2))
def sums_of_objects(x):
    both = [Vector(x[0], x[1]), Vector(x[1], x[2])]
    folded = functools.reduce(operator.add, [Vector(x[0], x[1]), Vector(x[0], 0.0)])
    return abs(sum(both)) + abs(folded)


@program(lambda mp, a, b, c: a + 2 * b + 4 * c + a * a + b * b + c * c + c + abs(b))
def objects_given_to_numpy_and_python(x):
    v = Vector(*x)
    return v(2.0) + np.dot(v, v) + max(v) + max(map(abs, list(v)[:2]))


class Shape(abc.ABC):
    def __init__(self, size):
        self._size = size
        self.__calls = 0

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self.__calls += 1
        self._size = math.sqrt(value) * self.__calls

    @abc.abstractmethod
    def area(self): ...

    def __enter__(self):
        self._size = self._size * 2
        return self

    def __exit__(self, *error):
        self._size = self._size + 1


class Disc(Shape):
    def area(self):
        return self.size**2 * self.unit

    @functools.cached_property
    def unit(self):
        return math.exp(self._size)

    def __getattr__(self, name):
        if name == "half":
            return self._size / 2
        raise AttributeError(name)


@program(lambda mp, a, b, c: (2 * mp.sqrt(c)) ** 2 * mp.exp(2 * mp.sqrt(c)) + mp.sqrt(c) + 1 + a)
def abstract_classes_setters_and_contexts(x):
    disc = Disc(x[0])
    disc.size = x[2]
    with disc as doubled:
        found = doubled.area()
    return found + disc.half * 1.0 + 0.5 + x[0]


class Squared:
    """A descriptor."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, thing, kind=None):
        return math.exp(getattr(thing, self.name))

    def __set__(self, thing, value):
        setattr(thing, self.name, value**2)


@dataclasses.dataclass(frozen=True)
class Ring:
    inner: float
    outer: float
    width: float = dataclasses.field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "width", math.sqrt(self.outer - self.inner))


class Tuned:
    gain = Squared()

    def __init__(self, gain):
        self.gain = gain


@program(lambda mp, a, b, c: mp.exp(a * a) * mp.sqrt(c - b))
def descriptors_and_dataclasses(x):
    return Tuned(x[0]).gain * Ring(x[1], x[2]).width


def scaled(factor):
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, **named):
            return factor * math.sin(function(*args, **named))

        return inner

    return decorate


@program(lambda mp, a, b, c: a * mp.sin(b**2) + mp.sin(c))
def decorators_inside(x):
    @scaled(x[0])
    def squared(v):
        return v**2

    @scaled(1.0)
    def same(v):
        return v

    return squared(x[1]) + same(x[2])


class Countdown:
    """An iterator by its own `__next__`."""

    def __init__(self, values):
        self.values, self.at = values, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at == len(self.values):
            raise StopIteration
        self.at += 1
        return math.sin(self.values[-self.at])


class Pairs:
    """Iterated over by numbers, as before there were iterators."""

    def __init__(self, values):
        self.values = values

    def __getitem__(self, i):
        return self.values[i] * self.values[i + 1]


def squares(values) -> Iterator:
    for v in values:
        yield v**2


@program(
    lambda mp, a, b, c: (
        a**2 * b**2
        + c**2
        + mp.sin(c)
        + mp.sin(b) * mp.sin(a)
        + a * b
        + b * c
        + 1 * a
        + 2 * b
        + c**3
    )
)
def iterators_begun_inside(x):
    some, down, numbers = squares(x), Countdown(x), itertools.count(1)
    total = next(some) * next(some) + sum(some) + next(down)
    product = 1.0
    for v in down:
        product = product * v
    cubes = (v**3 for v in x[::-1])
    pairs = Pairs([*x, 0.0])
    total += product + pairs[0] + pairs[1] + sum(v * next(numbers) for v in x[:2])
    return total + next(cubes)


@program(
    lambda mp, a, b, c: mp.sqrt(a) + a + mp.sin(a) + mp.sin(b) + mp.sin(c) + a * a + b * b + c * c
)
def functions_of_python_mapped(x):
    return (
        next(map(math.sqrt, x[:1]))
        + next(map(float, x))
        + np.array(list(map(math.sin, x))).sum()
        + sum(map(operator.mul, x, x))
    )


def weighed(weights, x, power=1):
    return weights @ x**power


HALF = functools.partial(weighed, np.array([0.5, 1.5, 2.5]), power=2)


@program(lambda mp, a, b, c: (a**2 + 3 * b**2 + 5 * c**2) / 2)
def a_partial_from_outside(x):
    return HALF(x)


Z = np.random.default_rng(4).standard_normal(3).tolist()
U = np.random.RandomState(5).rand(2).tolist()


@program(
    lambda mp, a, b, c: (
        a * Z[0] + b * Z[1] + c * Z[2] + U[0] * a + mp.mpf(random.Random(6).random()) * b
        + (a + mp.mpf(np.random.default_rng(7).standard_normal()) * c)
        + mp.mpf(np.random.default_rng(8).standard_exponential()) * c
    )
)  # fmt: skip
def generators_seeded_inside(x):
    z = np.random.default_rng(4).normal(size=3)
    total = x @ z + np.random.RandomState(5).rand() * x[0] + random.Random(6).random() * x[1]
    return (
        total
        + np.random.default_rng(7).normal(x[0], x[2])
        + np.random.default_rng(8).exponential(x[2])
    )


ORDER = np.random.default_rng(9).permutation(3).tolist()


@program(lambda mp, a, b, c: sum((k + 1) * (a, b, c)[i] ** 2 for k, i in enumerate(ORDER)))
def a_seeded_shuffle(x):
    y = x**2
    return np.random.default_rng(9).permutation(y) @ np.arange(1.0, 4.0)
