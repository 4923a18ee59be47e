"""Every way of reading what is outside: when it changes, the slope changes with it.

All functions here are quadratic, so that a central difference of the plain function is exact.
"""

from __future__ import annotations

import array
import collections
import contextvars
import dataclasses
import functools
import types
import warnings

import numpy as np
import pytest

import steepest as st

X = np.array([1.5, -0.5, 0.75])
numbers = [1.0, 2.0, 3.0]
table = {"a": 1.0}
flags = {1, 2}
queue = collections.deque([1.0, 2.0])
made_up = collections.defaultdict(lambda: 2.0)
ordered = collections.OrderedDict(a=1.0, b=2.0)
tally = collections.Counter("aab")
seen_only = types.MappingProxyType(table)
raw = array.array("d", [1.0, 2.0])
small = bytearray(b"\x01\x02")
things = np.array([1.0, 2.0], dtype=object)
names = np.array(["a", "b"])
hidden = np.ma.array([1.0, 2.0], mask=[False, False])
laid_out = np.arange(4.0)
window = np.arange(4.0)[1:]
scale = contextvars.ContextVar("scale", default=1.0)


@dataclasses.dataclass
class Settings:
    gain: float = 2.0


settings = Settings()


class Parent:
    def slope(self, x):
        return x[0] ** 2


class Child(Parent):
    def slope(self, x):
        return 2 * super().slope(x)


class Other:
    def slope(self, x):
        return 3 * x[1] ** 2


child, turned = Child(), Child()


class Bare:
    """Nothing is known of it yet."""


bare = Bare()


def three(a, b, c):
    return a + 2 * b + 3 * c


def with_options(a=1.0, b=1.0):
    return a * b


bound = functools.partial(lambda kept, x: kept[0] * x[0] ** 2, [2.0])


@functools.lru_cache
def remembered(n):
    return numbers[0] * n


def a_list_as_arguments(x):
    return three(*numbers) * x[0] ** 2


def a_list_in_a_list(x):
    return [0.0, *numbers][1] * x[0] ** 2


def lists_added(x):
    return (numbers + [4.0])[0] * x[0] ** 2  # noqa: RUF005  (people do)


def a_list_repeated(x):
    return (2 * numbers)[3] * x[0] ** 2


def a_list_that_grows(x):
    grown = [0.0]
    grown += numbers
    return grown[1] * x[0] ** 2


def a_list_as_text(x):
    return x[0] ** 2 if "2.0" in f"{numbers}" else x[1] ** 2


def a_list_matched(x):
    match numbers:
        case [1.0, *_]:
            return x[0] ** 2
        case _:
            return x[1] ** 2


def a_list_yielded(x):
    def each():
        yield from numbers

    return sum(k * x[0] ** 2 for k in each())


def a_place_that_is_not_there(x):
    try:
        return numbers[3] * x[0] ** 2
    except IndexError:
        return x[1] ** 2


def options_as_arguments(x):
    return with_options(**table) * x[0] ** 2


def options_in_a_dictionary(x):
    return {**table, "c": 1.0}.get("b", 4.0) * x[0] ** 2


def dictionaries_joined(x):
    return (table | {"c": 1.0}).get("b", 4.0) * x[0] ** 2


def a_key_that_is_not_there(x):
    try:
        return table["b"] * x[0] ** 2
    except KeyError:
        return x[1] ** 2


def a_dictionary_seen_through_a_proxy(x):
    return seen_only["a"] * x[0] ** 2 + len(seen_only) * x[1] ** 2


def sets_joined(x):
    return len(flags & {1, 5}) * x[0] ** 2


def a_queue(x):
    return queue[0] * x[0] ** 2 + sum(queue) * x[1] ** 2


def a_dictionary_with_defaults(x):
    return made_up["z"] * x[0] ** 2


def an_order(x):
    return next(k for k in list(ordered.values())) * x[0] ** 2


def a_tally(x):
    return tally["a"] * x[0] ** 2 + tally.most_common(1)[0][1] * x[1] ** 2


def an_array_of_python(x):
    return raw[0] * x[0] ** 2 + (np.asarray(raw) * x[:2] ** 2).sum()


def bytes_that_change(x):
    return small[0] * x[0] ** 2


def an_array_of_objects(x):
    return things[0] * x[0] ** 2


def an_array_of_texts(x):
    return x[0] ** 2 if names[0] == "a" else x[1] ** 2


def an_array_with_a_mask(x):
    return float(hidden.sum()) * x[0] ** 2


def a_shape(x):
    return laid_out.shape[0] * x[0] ** 2


def the_shape_of_a_window(x):
    return (window * x**2).sum()


def lay_out(array, shape) -> None:
    """Give an array another shape in place; NumPy 2.5 would have it otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        array.shape = shape


def a_variable_of_a_context(x):
    return scale.get() * x[0] ** 2


def globals_by_name(x):
    return globals()["GAIN"] * x[0] ** 2 + globals().get("LATER", 1.0) * x[1] ** 2


def attributes_by_name(x):
    return vars(settings)["gain"] * x[0] ** 2


def an_attribute_that_is_not_there(x):
    return getattr(bare, "gain", 1.0) * x[0] ** 2 if not hasattr(bare, "off") else x[1] ** 2


def an_attribute_that_is_missed(x):
    try:
        return bare.late * x[0] ** 2
    except AttributeError:
        return x[1] ** 2


def an_object_matched(x):
    match settings:
        case Settings(gain=gain):
            return gain * x[0] ** 2


def a_method_of_a_parent(x):
    return child.slope(x)


def an_object_of_another_class(x):
    return turned.slope(x)


def a_list_kept_in_a_partial(x):
    return bound(x)


def a_result_remembered(x):
    return remembered(2) * x[0] ** 2


GAIN = 1.0


def forget():
    numbers[0] = 7.0
    remembered.cache_clear()


def read_from_a_file(path):
    def from_a_file(x):
        with open(path) as file:
            return float(file.read()) * x[0] ** 2

    return from_a_file


CHANGES = [
    *(
        (f, lambda: numbers.__setitem__(0, 7.0))
        for f in (
            a_list_as_arguments, a_list_in_a_list, lists_added, a_list_repeated, a_list_that_grows,
            a_list_matched, a_list_yielded,
        )
    ),
    (a_list_as_text, lambda: numbers.remove(2.0)),
    (a_place_that_is_not_there, lambda: numbers.append(5.0)),
    (options_as_arguments, lambda: table.update(a=3.0)),
    *(
        (f, lambda: table.update(b=3.0))
        for f in (
            options_in_a_dictionary, dictionaries_joined, a_key_that_is_not_there,
            a_dictionary_seen_through_a_proxy,
        )
    ),
    (sets_joined, lambda: flags.add(5)),
    (a_queue, lambda: queue.appendleft(5.0)),
    (a_dictionary_with_defaults, lambda: made_up.update(z=5.0)),
    (an_order, lambda: ordered.move_to_end("a")),
    (a_tally, lambda: tally.update("aaa")),
    (an_array_of_python, lambda: raw.__setitem__(0, 5.0)),
    (bytes_that_change, lambda: small.__setitem__(0, 9)),
    (an_array_of_objects, lambda: things.__setitem__(0, 5.0)),
    (an_array_of_texts, lambda: names.__setitem__(0, "z")),
    (an_array_with_a_mask, lambda: hidden.__setitem__(0, np.ma.masked)),
    (a_shape, lambda: lay_out(laid_out, (2, 2))),
    (the_shape_of_a_window, lambda: lay_out(window, (3, 1))),
    (a_variable_of_a_context, lambda: scale.set(5.0)),
    (globals_by_name, lambda: globals().update(GAIN=2.0, LATER=3.0)),
    (attributes_by_name, lambda: setattr(settings, "gain", 5.0)),
    (an_attribute_that_is_not_there, lambda: setattr(bare, "gain", 5.0)),
    (an_attribute_that_is_missed, lambda: setattr(bare, "late", 5.0)),
    (an_object_matched, lambda: setattr(settings, "gain", 6.0)),
    (a_method_of_a_parent, lambda: setattr(Parent, "slope", Other.slope)),
    (an_object_of_another_class, lambda: setattr(turned, "__class__", Other)),
    (a_list_kept_in_a_partial, lambda: bound.args[0].__setitem__(0, 5.0)),
    (a_result_remembered, forget),
]  # fmt: skip


def truth(f) -> np.ndarray:
    """The gradient of a quadratic, by plain central differences, exact but for rounding."""
    return np.array([f(X + e) - f(X - e) for e in np.eye(3)]) / 2


@pytest.fixture(autouse=True)
def _as_it_was():
    """Lists and dictionaries begin each test as they are written above."""
    numbers[:] = [1.0, 2.0, 3.0]
    table.clear()
    table["a"] = 1.0


@pytest.mark.parametrize(("function", "change"), CHANGES, ids=lambda p: p.__name__)
def test_a_change_is_seen(function, change) -> None:
    slope = st.grad(function)
    before = truth(function)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(slope(X), before, rtol=1e-13)
        np.testing.assert_allclose(slope(X), before, rtol=1e-13)
        change()
        after = truth(function)
        assert not np.allclose(before, after), "the change does not matter"
        np.testing.assert_allclose(slope(X), after, rtol=1e-13)
    assert slope.tracing.exact is True


@pytest.mark.parametrize(
    "function",
    [a_list_as_arguments, lists_added, options_as_arguments, a_queue, a_tally, an_array_of_objects,
     a_result_remembered, an_attribute_that_is_not_there],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_nothing_is_traced_twice_while_nothing_changes(function) -> None:
    slope = st.grad(function)
    slope(X)
    slope(X + 1)
    assert (slope.tracing.traced, slope.tracing.paths) == (1, 1)


def test_a_file_is_read_at_every_call(tmp_path) -> None:
    path = tmp_path / "gain"
    path.write_text("2.0")
    function = read_from_a_file(path)
    slope = st.grad(function)
    np.testing.assert_allclose(slope(X), truth(function), rtol=1e-13)
    path.write_text("5.0")
    np.testing.assert_allclose(slope(X), truth(function), rtol=1e-13)
    assert any("open" in note for note in slope.tracing.notes)


def test_a_matrix_is_not_taken_for_an_array() -> None:
    """`np.matrix` keeps its two dimensions whatever is asked; followed as an array it would not."""
    turn = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]).view(np.matrix)

    def turned_round(x):
        return (turn @ x**2)[0, 0]

    slope = st.grad(turned_round)
    with pytest.warns(UserWarning, match="matrix has operators of its own"):
        np.testing.assert_allclose(slope(X), truth(turned_round), rtol=1e-8, atol=1e-12)
