"""Following a function runs it once under a watch of ours; whoever was profiling goes on."""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys

import steepest as st


def cube(x):
    return x**3


def after(x):
    return x + 1


def test_cprofile_goes_on_after_a_function_was_followed():
    profile = cProfile.Profile()
    profile.enable()
    st.grad(cube)(2.0)
    after(1.0)
    profile.disable()
    names = {name for _, _, name in pstats.Stats(profile).stats}
    assert "after" in names
    assert sys.getprofile() is None


def test_a_profiling_function_stays():
    seen = []

    def watch(frame, event, argument):
        if event == "call":
            seen.append(frame.f_code.co_name)

    sys.setprofile(watch)
    try:
        st.grad(cube)(2.0)
        after(1.0)
        still = sys.getprofile()
    finally:
        sys.setprofile(None)
    assert still is watch
    assert "after" in seen


def test_what_the_garbage_collector_calls_is_not_the_functions_doing():
    seen = []

    def counts(phase, info):
        seen.append(after(0))

    def rows(x):
        return sum([[v**2] for v in (x, x + 1, x + 2)][1])

    threshold = gc.get_threshold()
    gc.callbacks.append(counts)
    gc.set_threshold(1)
    try:
        slope = st.grad(rows)
        assert slope(2.0) == slope(2.0) == 6.0
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(counts)
    assert seen and slope.tracing.traced == 1
    assert slope.tracing.exact and not slope.tracing.notes
