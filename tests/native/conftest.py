"""Both doors into machine code, for every test that asks for one."""

from __future__ import annotations

import pytest

from steepest.native import abi, leaf


@pytest.fixture(params=["builtin", "python"])
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both doors: calls that Python makes directly, and calls through `__call__`."""
    if request.param == "python":
        monkeypatch.setattr(abi, "unsupported", lambda: "not on this interpreter")
        monkeypatch.setattr(leaf, "unsupported", lambda: "not on this interpreter")
    elif abi.unsupported():
        pytest.skip(abi.unsupported())
    return str(request.param)
