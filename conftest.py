"""The examples in docstrings run as they would in a user's own session."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _in_a_session(doctest_namespace: dict[str, Any]) -> None:
    """Functions defined in an example are a user's, not a part of the module it documents."""
    doctest_namespace["__name__"] = "__main__"
