"""What a function reads outside may change between calls.

The slopes are those of a fresh process, every time.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable

import numpy as np
import pytest

from steepest.sources import numerical
from steepest.sources.capture import Followed
from tests.sources.capture import elsewhere
from tests.sources.capture.test_programs import slopes

X = np.array([0.7, -1.3, 2.1])
gain = 2.0
data = np.array([1.0, 2.0, 3.0])
settings = {"k": [1.0, 2.0]}
numbers = [1.0, 2.0, 3.0]
terms = 2
counter = 0
state = [0]


tables = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])]
named_tables = {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([4.0, 5.0, 6.0])}


pairs = [[1.0, 2.0], [3.0, 4.0]]


class Layer:
    def __init__(self, k):
        self.k = k
        self.options = {"power": 2}


layers = [Layer(2.0), Layer(3.0)]


def a_key_that_may_be_there(x):
    return x[0] ** 2 if "sharp" in settings else x[0] ** 3


def a_list_that_may_be_empty(x):
    return x[0] ** 2 if not extras else x[0] ** 3


extras: list = []


def numbers_in_pairs(x):
    return sum((a + b) * v for (a, b), v in zip(pairs, x, strict=False))


def numbers_in_a_table(x):
    return (np.array(pairs) @ x[:2] ** 2).sum()


def objects_in_a_list(x):
    h = x[0]
    for layer in layers:
        h = h * layer.k ** layer.options["power"]
    return h + layers[0].k * x[1]


def a_list_unpacked(x):
    first, second = tables
    return (first @ second) * x[0] ** 2


def arrays_in_pairs(x):
    total = 0.0
    for i, (a, b) in enumerate(zip(tables, tables[::-1], strict=True)):
        total += (a @ b) * x[i] ** 2
    return total


def lists_of_lists_in_a_loop(x):
    return sum((a @ b) * x[0] for a, b in [tables, [tables[1], tables[0]]])


def arrays_joined(x):
    return np.concatenate(tables) @ np.concatenate([x**2, x])


def arrays_stacked(x):
    return (np.array(tables) @ x**2).sum()


def arrays_reduced(x):
    return functools.reduce(np.dot, tables) * x[0] ** 2


def arrays_as_arguments(x):
    return np.dot(*tables) * x[0] ** 2 + helper_of_two(*tables) * x[1]


def helper_of_two(a, b):
    return a @ b


def values_of_a_dictionary(x):
    return (
        sum(np.sum(v) for v in named_tables.values()) * x[0]
        + np.sum(list(named_tables.values())) * x[1]
    )


class Thing:
    k = 1.0

    def __init__(self) -> None:
        self.d = np.ones(3)
        self.inner = type("Inner", (), {})()
        self.inner.z = 4.0
        self.calls = 0

    @property
    def doubled(self) -> float:
        return self.k * 2


thing = Thing()
model = elsewhere.Model(1.5)


def a_global(x):
    return gain * np.sum(x * x)


def data_squared(x):
    w = data**2
    return np.sum(w * x * x)


def attributes(x):
    return thing.k * np.sum(x * thing.d) * thing.inner.z * x[0]


def a_property(x):
    return thing.doubled * x[0] ** 2


def a_dictionary(x):
    return settings["k"][0] * x[0] ** 2 + settings["k"][1]


def a_list_in_a_loop(x):
    return sum(a * v * v for a, v in zip(numbers, x, strict=False))


def a_list_made_an_array(x):
    return np.asarray(numbers) @ x**2


def a_list_length(x):
    return x[0] ** 2 * len(numbers)


def a_sorted_list(x):
    return sorted(numbers)[0] * x[0] ** 2


def a_loop_length(x):
    return sum(x[i] ** 2 for i in range(terms))


def another_module(x):
    return elsewhere.helper(x[0]).sum()


def another_modules_attribute(x):
    return elsewhere.K * x[0] ** 2


def a_default(x, weights=data):
    return np.sum(weights * x * x)


def a_mask_of_data(x):
    return np.sum((x * x)[data > 1.5])


def a_table_index(x):
    return x[1] ** 2 * data[int(data[0])]


def a_method(x):
    return model.residual(x).sum() ** 2


def a_keyword_only_default(x, *, weights=data):
    return np.sum(weights * x**2)


def set_global(name: str, value: object) -> None:
    globals()[name] = value


CHANGES: list[tuple[Callable, Callable]] = [
    (a_global, lambda: set_global("gain", 5.0)),
    (data_squared, lambda: data.__setitem__(0, 7.0)),
    (data_squared, lambda: set_global("data", np.array([4.0, 5.0, 6.0]))),
    (attributes, lambda: setattr(thing, "k", 9.0)),
    (attributes, lambda: setattr(thing.inner, "z", 1.0)),
    (attributes, lambda: thing.d.__setitem__(0, 5.0)),
    (attributes, lambda: setattr(Thing, "k", 3.0)),
    (a_property, lambda: setattr(thing, "k", 9.0)),
    (a_dictionary, lambda: settings["k"].__setitem__(0, 8.0)),
    (a_dictionary, lambda: settings.__setitem__("k", [3.0, 3.0])),
    (a_list_in_a_loop, lambda: numbers.__setitem__(0, 6.0)),
    (a_list_made_an_array, lambda: numbers.__setitem__(1, 16.0)),
    (a_list_length, lambda: numbers.append(1.0)),
    (a_sorted_list, lambda: numbers.__setitem__(0, -6.0)),
    (a_loop_length, lambda: set_global("terms", 3)),
    (another_module, lambda: setattr(elsewhere, "K", 5.0)),
    (another_module, lambda: elsewhere.TABLE.__setitem__(0, 0.5)),
    (another_modules_attribute, lambda: setattr(elsewhere, "K", 7.0)),
    (a_default, lambda: data.__setitem__(1, 5.0)),
    (a_keyword_only_default, lambda: data.__setitem__(1, 5.0)),
    (a_mask_of_data, lambda: data.__setitem__(0, 9.0)),
    (a_table_index, lambda: data.__setitem__(0, 2.0)),
    (a_key_that_may_be_there, lambda: settings.__setitem__("sharp", True)),
    (a_list_that_may_be_empty, lambda: extras.append(1)),
    (numbers_in_pairs, lambda: pairs[0].__setitem__(1, 9.0)),
    (numbers_in_a_table, lambda: pairs[1].__setitem__(1, 9.0)),
    (objects_in_a_list, lambda: setattr(layers[1], "k", 5.0)),
    (objects_in_a_list, lambda: layers[1].options.__setitem__("power", 3)),
    (objects_in_a_list, lambda: layers.append(Layer(7.0))),
    (a_list_unpacked, lambda: tables[0].__setitem__(0, 9.0)),
    (arrays_in_pairs, lambda: tables[0].__setitem__(0, 9.0)),
    (lists_of_lists_in_a_loop, lambda: tables[0].__setitem__(0, 9.0)),
    (arrays_joined, lambda: tables[0].__setitem__(0, 9.0)),
    (arrays_stacked, lambda: tables[0].__setitem__(0, 9.0)),
    (arrays_reduced, lambda: tables[0].__setitem__(0, 9.0)),
    (arrays_as_arguments, lambda: tables[0].__setitem__(0, 9.0)),
    (values_of_a_dictionary, lambda: named_tables["a"].__setitem__(0, 9.0)),
    (values_of_a_dictionary, lambda: named_tables.__setitem__("a", np.ones(3))),
    (a_method, lambda: setattr(model, "k", 3.0)),
    (a_method, lambda: model.offsets.__setitem__(2, 9.0)),
]


@pytest.fixture(autouse=True)
def _as_it_was():
    """Every test begins with the same world."""
    here, there = globals(), vars(elsewhere)
    kept = {
        k: copy.deepcopy(here[k])
        for k in (
            "gain",
            "tables",
            "pairs",
            "extras",
            "layers",
            "named_tables",
            "data",
            "settings",
            "numbers",
            "terms",
            "counter",
            "state",
            "thing",
            "model",
        )
    }
    outside = {k: copy.deepcopy(there[k]) for k in ("K", "TABLE")}
    defaults = a_default.__defaults__[0].copy()
    yield
    here.update(kept)
    there.update(outside)
    Thing.k = 1.0
    a_default.__defaults__[0][...] = defaults


def truth(function: Callable) -> np.ndarray:
    return numerical.jacobian(lambda v: function(v), X).value


@pytest.mark.parametrize(
    ("function", "change"), CHANGES, ids=lambda c: getattr(c, "__name__", "").strip("<>")
)
def test_a_change_outside_is_seen(function: Callable, change: Callable) -> None:
    followed = Followed(function)
    np.testing.assert_allclose(
        slopes(followed.path((X,)))[0], truth(function), rtol=1e-6, atol=1e-8
    )
    followed.path((X + 0.01,))
    assert followed.tracing.traced == 1, followed.tracing
    change()
    np.testing.assert_allclose(
        slopes(followed.path((X,)))[0], truth(function), rtol=1e-6, atol=1e-8
    )
    assert followed.tracing.exact is True


def test_the_changes_do_change_something() -> None:
    """A planted fault.

    A path used again without looking at its facts gives other slopes, so these tests can fail.
    """
    followed = Followed(a_global)
    path = followed.path((X,))
    set_global("gain", 5.0)
    assert not np.allclose(slopes(path)[0], truth(a_global))


def test_data_changed_in_place_is_read_again_without_tracing() -> None:
    followed = Followed(data_squared)
    followed.path((X,))
    data[0] = 7.0
    path = followed.path((X,))
    assert followed.tracing.traced == 1
    np.testing.assert_allclose(slopes(path)[0], 2 * data**2 * X, rtol=1e-15)


class Gain:
    k = 2.0

    def __init__(self, w):
        self.w = w

    def times(self, x):
        return self.k * self.w * x

    @property
    def twice(self):
        return 2 * self.w


def an_object_made_inside(x):
    gain = Gain(x[0])
    return gain.times(x[0]) + gain.twice


def test_what_an_object_made_inside_has_from_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    followed = Followed(an_object_made_inside)
    assert slopes(followed.path((X,)))[0][0] == pytest.approx(4 * X[0] + 2)
    monkeypatch.setattr(Gain, "k", 5.0)
    assert slopes(followed.path((X,)))[0][0] == pytest.approx(10 * X[0] + 2)
    monkeypatch.setattr(Gain, "times", lambda self, x: x**3)
    assert slopes(followed.path((X,)))[0][0] == pytest.approx(3 * X[0] ** 2 + 2)
    monkeypatch.setattr(Gain, "twice", property(lambda self: 7 * self.w))
    assert slopes(followed.path((X,)))[0][0] == pytest.approx(3 * X[0] ** 2 + 7)
    followed.path((X,))
    assert followed.tracing.traced == 4
