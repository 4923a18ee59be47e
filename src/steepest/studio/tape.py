"""A function as a tape: straight-line code as data, which the page runs between two frames.

The tape is the plan that machine code is written from (`native.plan`), and so its operations are
the ones that the rows name: there is no second list of what an operation means. What the page
cannot run (a row without machine code, a path that depends on the point, too long a tape) has no
tape, and the page asks the engine for every point instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from steepest.errors import CompilationError, SteepestError
from steepest.expression import Expression
from steepest.function import Function
from steepest.native.plan import plan
from steepest.native.vectormath import NAMES

__all__ = ["LONGEST", "OPERATIONS", "tape_of", "taped"]

LONGEST: Final = 5_000  # instructions: at some nanoseconds each, a frame still has time to spare

# What the page's interpreter (pages/tape.js) can do: the instructions of `native.emit`, and the
# functions that rows call, under the same names.
OPERATIONS: Final = frozenset((
    "input", "constant", "fadd", "fsub", "fmul", "fdiv", "fneg", "sqrt", "fabs", "floor", "ceil",
    "trunc", "rint", "copysign", "olt", "ole", "ogt", "oge", "oeq", "une", "uno", "and", "or",
    "xor", "not", "select", "number", *NAMES,
)) - {"sincos"}  # fmt: skip


def tape_of(function: Function) -> dict[str, Any] | None:
    """Value and gradient of a function as a tape; None where the page cannot run them.

    A dict with `inputs`, the names in order; `code`, a list of [operation, *operands], where an
    operand counts earlier lines of the code, but is the number of the input or the constant in
    lines of these kinds; and `outputs`, the lines that hold the value and the partials.
    """
    try:
        if function.by_path:
            return None
        return taped([function.expression, function.gradient.expression])
    except SteepestError:
        return None


def taped(expressions: Sequence[Expression]) -> dict[str, Any]:
    """The outputs of expressions that share their inputs, as one tape.

    Raises CompilationError where the page cannot run it.
    """
    inputs = expressions[0].inputs
    if any(x.captured or x.guards for x in expressions) or any(n.shape for n in inputs):
        raise CompilationError("the page runs formulas of numbers, not code that reads arrays")
    made = plan(inputs, [node for x in expressions for node in x.outputs])
    unknown = {i[0] for i in made.code.instructions} - OPERATIONS
    if unknown:
        raise CompilationError(f"the page has no {', '.join(sorted(unknown))}")
    if len(made.code) > LONGEST:
        raise CompilationError(f"a tape of {len(made.code):,} instructions is too long for a page")
    return {
        "inputs": [node.name for node in inputs],
        "code": [[op, *(map(_written, args))] for op, *args in made.code.instructions],
        "outputs": [lane.at for lane in made.outputs],
    }


def _written(operand: Any) -> Any:
    """JSON has no word for what is not finite; truth values are 1 and 0 on the page."""
    if isinstance(operand, bool):
        return int(operand)
    return repr(operand) if isinstance(operand, float) and not math.isfinite(operand) else operand
