"""What a Python function keeps of how it was followed."""

from __future__ import annotations

import copy
import functools
import gc
import pickle
import weakref
from typing import Any

import numpy as np

import steepest as st
from steepest.descent import descend
from steepest.sources.kept import Kept, kept_with


def bowl(x: Any) -> Any:
    return (x[0] - 3) ** 2 + 2 * x[1] ** 2


def test_walks_at_one_rate_after_another_follow_a_function_once() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return bowl(x)

    counts = []
    for rate in (0.1, 0.05, 0.01):
        calls.clear()
        descend(counted, np.zeros(2), rate=rate, steps=5)
        counts.append(len(calls))
    first = descend(bowl, np.zeros(2), steps=3).objective
    again = descend(bowl, np.zeros(2), steps=3).objective
    assert first is not None and again is not None
    assert first.function is again.function and counts[1] < counts[0]


def test_texts_are_remembered_as_well() -> None:
    walks = [descend("(x - 1)^2", 4.0, steps=n).objective for n in (2, 3)]
    assert walks[0] is not None and walks[1] is not None
    assert walks[0].function is walks[1].function


def test_what_is_kept_goes_with_the_function_and_is_no_part_of_it() -> None:
    data = np.arange(3.0)

    def local(x: Any) -> Any:
        return np.sum((x - data) ** 2)

    st.hvp(local, data, data)
    descend(local, data, steps=2)
    kept = kept_with(local)
    assert kept is not None and set(kept) == {"source", "function"}
    assert pickle.loads(pickle.dumps(kept)) == copy.deepcopy(kept) == {}  # noqa: S301
    wrapped = functools.wraps(local)(lambda x: 2 * x)
    assert kept_with(wrapped) == {} and kept_with(local) is kept
    gone = weakref.ref(local)
    del local, wrapped, kept
    gc.collect()
    assert gone() is None


def test_what_may_change_like_any_object_keeps_nothing() -> None:
    class Model:
        def loss(self, x: Any) -> Any:
            return bowl(x)

    assert kept_with(Model().loss) is None and kept_with(len) is None
    assert isinstance(kept_with(bowl), Kept)
