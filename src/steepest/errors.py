"""Everything `steepest` raises on purpose: one tree, one sentence a class.

Each message says what was given, why it cannot work, and what to write instead.
"""

from __future__ import annotations

__all__ = [
    "CaptureError",
    "CompilationError",
    "DescentError",
    "FormulaError",
    "NotDifferentiableError",
    "NotFiniteError",
    "RecordError",
    "ShapeError",
    "SteepestError",
    "TerrainError",
    "VariableError",
]


class SteepestError(Exception):
    """The root of the tree: catch this to catch everything that `steepest` raises on purpose."""


class FormulaError(SteepestError, ValueError):
    """A typed formula cannot be read; `position` is the character (from 0) where reading stopped.

    >>> import steepest as st
    >>> st.Function("2 +* n")
    Traceback (most recent call last):
    ...
    steepest.errors.FormulaError: ...
    """

    def __init__(self, message: str, text: str = "", position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.text = text
        self.position = position
        self.length = length


class VariableError(SteepestError, TypeError):
    """A name or a number of variables does not fit the function."""


class ShapeError(SteepestError, ValueError):
    """Shapes do not fit each other, or do not fit the operation."""


class NotDifferentiableError(SteepestError, TypeError):
    """A derivative was asked for where no rule exists; the operation and the argument are named."""


class NotFiniteError(SteepestError, ArithmeticError):
    """A value or slope is infinite or not a number where a finite one is needed; the operation is
    named.
    """


class CaptureError(SteepestError, RuntimeError):
    """A NumPy function could not be followed, and it was asked to be strict (or our capture is at
    fault).
    """


class CompilationError(SteepestError, RuntimeError):
    """A function cannot become machine code; it runs as it did before, only slower."""


class TerrainError(SteepestError, ValueError):
    """An elevation map cannot be read or used as it stands."""


class DescentError(SteepestError, ValueError):
    """A descent cannot start, or was asked for something that cannot be: rate, start, method,
    budget.
    """


class RecordError(SteepestError, ValueError):
    """A saved walk cannot be read, written or resumed."""
