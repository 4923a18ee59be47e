"""The rows that most functions do without: importing this module enters them."""

from __future__ import annotations

import steepest.operations.usual  # noqa: F401  (its rows come before these)
from steepest.operations import (
    bessel,
    call,
    compositions,
    custom,
    determinant,
    einsum,
    expm,
    faddeeva,
    gamma,
    lu,
    parts,
    scaled,
    solve,
    special,
    spectrum,
    spline,
    sums,
    symmetric,
    tables,
    whole,
)

__all__ = [
    "bessel",
    "call",
    "compositions",
    "custom",
    "determinant",
    "einsum",
    "expm",
    "faddeeva",
    "gamma",
    "lu",
    "parts",
    "scaled",
    "solve",
    "special",
    "spectrum",
    "spline",
    "sums",
    "symmetric",
    "tables",
    "whole",
]
