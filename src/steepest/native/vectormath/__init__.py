"""Elementary functions of float64 as LLVM IR: for one number, and for vectors of them.

`definitions(["sin", "exp"], lanes=4)` is IR text that defines `@steepest_sin_v4` and
`@steepest_exp_v4` of `<4 x double>`; with `lanes=1` it is `@steepest_sin` of `double`. Each is
written once, for any number of lanes, out of operations that round as IEEE 754 says: the bits of
a result depend neither on the lanes nor on the optimiser. docs/vectormath.md has the errors.

All is built on the fused multiply-add. Where a processor has none (`has_fma`), the same names are
defined on top of the C library's functions, whose addresses `library_symbols` finds.
"""

from __future__ import annotations

from steepest.native.vectormath.assembly import FORMULAS, alone, declaration, definitions
from steepest.native.vectormath.library import PREFIX, has_fma, library_symbols
from steepest.native.vectormath.reduction import FAR_TEXT

NAMES: tuple[str, ...] = tuple(FORMULAS)
ARITY: dict[str, int] = {name: formula.arity for name, formula in FORMULAS.items()}

__all__ = [
    "ARITY", "FAR_TEXT", "NAMES", "PREFIX", "alone", "declaration", "definitions", "has_fma",
    "library_symbols",
]  # fmt: skip
