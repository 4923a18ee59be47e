"""Following a function runs it once under a watch of ours; whoever was profiling goes on."""

from __future__ import annotations

import cProfile
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
