"""What every test gets: no window ever opens, and random examples that CI can repeat exactly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

os.environ["MPLBACKEND"] = "Agg"  # before anything can import matplotlib

# "local" looks at other examples every time, and remembers the ones that failed; "ci" looks at the
# same ones every time, so that a change fails for its own sake; "deep" is for a night:
# HYPOTHESIS_PROFILE=deep sh scripts/test tests/calculus
hypothesis.settings.register_profile("local", max_examples=50, deadline=None)
hypothesis.settings.register_profile(
    "ci", max_examples=50, deadline=None, derandomize=True, print_blob=True, database=None
)
hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local")
)


@pytest.fixture(autouse=True)
def _no_figure_left_open() -> Iterator[None]:
    """Close what a test drew; a test that never draws never loads matplotlib."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
