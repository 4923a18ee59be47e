"""Objects, draws and iterators: what changes outside is seen, and what is lost is told."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable

import numpy as np
import pytest

from steepest.errors import CaptureError
from steepest.sources import numerical
from steepest.sources.capture import Followed, NumericalWarning
from tests.sources.capture.test_programs import slopes

X = np.array([0.7, -1.3, 2.1])
seed = 3
factors = [2.0, 3.0]
held = np.array([1.0, 2.0, 3.0])
bins = np.array([0, 2, 0])
levels = np.array([0.0, 1.0, 2.0])


class Scale:
    unit = 2.0

    def __init__(self, k):
        self.k = k
        self.parts = [1.0, 2.0, 3.0]

    def __mul__(self, other):
        return self.k * self.unit * other

    def __iter__(self):
        return iter(self.parts)

    def __contains__(self, v):
        return v in self.parts

    def __bool__(self):
        return self.k > 0


scale = Scale(3.0)


def weighed(weights, x, power=2):
    return weights @ x**power


part = functools.partial(weighed, held, power=2)


def an_operator(x):
    return (scale * x[0]) * x[1]


def iterated(x):
    return sum(k * v**2 for k, v in zip(scale, x, strict=True))


def a_condition(x):
    return x[0] ** 2 if scale and 2.0 in scale else x[0] ** 3


def a_partial(x):
    return part(x)


def spread_out(x):
    return np.hypot(*factors) * x[0] ** 2


def seeded(x):
    return (x @ np.random.default_rng(seed).normal(size=3)) ** 2


def drawn_from_data(x):
    return x[:2] @ np.random.default_rng(0).choice(held, 2)


def counted(x):
    return (np.bincount(bins, weights=x) ** 2).sum()


def in_levels(x):
    return (np.digitize(x, levels) * x).sum()


def change(name: str, value: object) -> None:
    globals()[name] = value


CHANGES: list[tuple[Callable, Callable]] = [
    (an_operator, lambda: setattr(scale, "k", 5.0)),
    (an_operator, lambda: setattr(Scale, "unit", 5.0)),
    (an_operator, lambda: setattr(Scale, "__mul__", lambda self, other: 7.0 * other)),
    (iterated, lambda: scale.parts.__setitem__(1, 9.0)),
    (a_condition, lambda: setattr(scale, "k", -1.0)),
    (a_condition, lambda: scale.parts.__setitem__(1, 9.0)),
    (a_partial, lambda: held.__setitem__(0, 9.0)),
    (a_partial, lambda: part.keywords.__setitem__("power", 3)),
    (spread_out, lambda: factors.__setitem__(0, 5.0)),
    (seeded, lambda: change("seed", 4)),
    (drawn_from_data, lambda: held.__imul__(3.0)),
    (counted, lambda: bins.__setitem__(2, 1)),
    (counted, lambda: bins.__setitem__(2, 5)),
    (in_levels, lambda: levels.__setitem__(2, 2.5)),
    (in_levels, lambda: levels.__imul__(-1.0)),
]


@pytest.fixture(autouse=True)
def _as_before():
    kept = {k: copy.deepcopy(globals()[k]) for k in ("seed", "factors")}
    arrays = {k: globals()[k].copy() for k in ("held", "bins", "levels")}
    inside, unit, times = copy.deepcopy(vars(scale)), Scale.unit, Scale.__mul__
    yield
    globals().update(kept)
    for name, values in arrays.items():
        globals()[name][...] = values
    vars(scale).update(inside)
    part.keywords["power"] = 2
    Scale.unit, Scale.__mul__ = unit, times


def truth(function: Callable) -> np.ndarray:
    return numerical.jacobian(lambda v: function(v), X).value


@pytest.mark.parametrize(("function", "change"), CHANGES)
def test_a_change_outside_is_seen(function: Callable, change: Callable) -> None:
    followed = Followed(function)
    np.testing.assert_allclose(slopes(followed.path((X,)))[0], truth(function), rtol=1e-6)
    followed.path((X + 0.01,))
    assert followed.tracing.traced == 1, followed.tracing
    change()
    after = slopes(followed.path((X,)))[0]
    np.testing.assert_allclose(after, truth(function), rtol=1e-6)
    assert followed.tracing.exact is True


class Counter:
    def __init__(self):
        self.__n = 0

    def next(self, x):
        self.__n += 1
        return self.__n * x[0] ** 2


def test_a_private_counter_is_never_stale() -> None:
    """The third trace goes on from two runs of the function each: the trace and its check."""
    counter, plain = Counter(), Counter()
    followed = Followed(counter.next)
    first, second = (slopes(followed.path((X,)))[0][0] for _ in (1, 2))
    assert first == plain.next(X) / X[0] * 2
    assert second > first and followed.tracing.traced == 2


def test_a_draw_that_depends_on_the_input_is_told() -> None:
    def shaped(x):
        return np.random.default_rng(0).gamma(x[0] ** 2)

    with pytest.warns(NumericalWarning, match=r"\.gamma\(\) depends on a value that varies"):
        assert Followed(shaped).path((X,)).numerical
    with pytest.raises(CaptureError):
        Followed(shaped, strict=True).path((X,))


def test_location_and_scale_of_a_draw_are_followed_without_a_seed() -> None:
    """The slope belongs to that call's draw z: of a + b·z it is (1, z)."""
    generator = np.random.default_rng(11)
    followed = Followed(lambda x: generator.normal(x[0], x[2]))
    path = followed.path((X,))
    z = np.random.default_rng(11).standard_normal()
    assert followed.tracing.exact is None
    np.testing.assert_allclose(slopes(path)[0], [1.0, 0.0, z], rtol=1e-15)


def test_a_global_generator_that_is_seeded_inside_is_told_of() -> None:
    def legacy(x):
        np.random.seed(3)  # noqa: NPY002  (people do)
        return x @ np.random.normal(size=3)  # noqa: NPY002

    followed = Followed(legacy)
    path = followed.path((X,))
    np.testing.assert_array_equal(slopes(path)[0], np.random.RandomState(3).normal(size=3))
    followed.path((X + 1,))
    assert followed.tracing.exact is True and followed.tracing.traced == 1
    assert any("is seeded" in note for note in followed.tracing.notes)


def test_a_generator_kept_outside_is_still_random() -> None:
    kept = np.random.default_rng(2)
    followed = Followed(lambda x: x @ kept.normal(size=3))
    followed.path((X,))
    followed.path((X,))
    assert followed.tracing.exact is None and followed.tracing.traced == 2


def test_next_of_an_iterator_from_outside_is_traced_at_every_call() -> None:
    numbers = iter(np.arange(100.0).tolist())
    kept = {"numbers": numbers}
    for function in (
        lambda x: next(numbers) * x[0] ** 2,
        lambda x: next(kept["numbers"]) * x[0],
        lambda x: next(kept.get("numbers")) * x[0],
        lambda x: next(iter(numbers)) * x[0],
        lambda x: next(map(float, numbers)) * x[0],
    ):
        followed = Followed(function)
        followed.path((X,))
        followed.path((X,))
        assert followed.tracing.traced == 2


class Quantity:
    """An object that takes NumPy's functions over itself."""

    def __init__(self, value):
        self.value = value

    def __array_ufunc__(self, ufunc, method, *inputs, **named):
        plain = [i.value if isinstance(i, Quantity) else i for i in inputs]
        return getattr(ufunc, method)(*plain, **named)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x * Quantity(2.0)).sum(),
        lambda x: np.add(Quantity(2.0), x).sum(),
        lambda x: (x * np.array([2, 3, 4], object)).astype(float).sum(),
    ],
)
def test_objects_that_no_row_takes_are_told(function: Callable) -> None:
    followed = Followed(function)
    with pytest.warns(NumericalWarning, match="met an object of class"):
        assert followed.path((X,)).numerical
