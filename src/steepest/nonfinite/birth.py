"""Where a NaN or an infinity is born, as a clause for a sentence about a slope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.expression import Expression

__all__ = ["birthplace"]


def birthplace(expression: Expression, values: Sequence[Any]) -> str | None:
    """The operation with its operands, as a clause; None when every value is finite.

    >>> import steepest as st
    >>> f = st.Function("ln(x - 2)/x")
    >>> birthplace(f.expression, [1.0])
    'log(-1) is nan'
    """
    captured = (read() for _, read in expression.captured)
    found = expression.program.every_value(*values, *captured)
    for node, value in found.items():
        if not node.args or not node.real or np.all(np.isfinite(value)):
            continue
        operands = [found[a] for a in node.args]
        if all(np.all(np.isfinite(v)) for v in operands):
            shown = ", ".join(f"{v:.6g}" if np.ndim(v) == 0 else "..." for v in operands)
            said = f"{value:.6g}" if np.ndim(value) == 0 else "not finite"
            file = node.origin is not None and node.origin.file != "formula"
            return f"{node.op.name}({shown}) is {said}" + (f" ({node.origin})" if file else "")
    return None
