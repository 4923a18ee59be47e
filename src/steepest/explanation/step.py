"""One value of a function on the way forward, and its adjoint on the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.graph.node import Node, Origin
from steepest.operations.keys import Fancy, Piece

__all__ = ["Step", "operation_text", "plain_data", "shown"]

# How an operation reads in Python; what is not here is called by its name.
INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "power": "**",
    "matmul": "@",
    "remainder": "%",
    "floor_divide": "//",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
    "logical_and": "&",
    "logical_or": "|",
}
FULL = 1000  # an array with more elements is not written out in data


@dataclass(frozen=True, eq=False)
class Step:
    """One value: what made it, what it came to, and how much the output answers to it.

    number      its place in the order of computation, from 1; arguments have smaller numbers
    name        what the user's code calls it, or its formula; empty where it has no name
    role        "input", "data" (an array from outside, or a constant one), "operation" or "output"
    operation   the name of the row that made it; empty for inputs and data
    arguments   the numbers of the steps it was made from; a constant stands as a number or text
    text        the operation with its arguments, as Python writes it: "tanh(z1)"
    value       forward: what it came to at this point
    adjoint     backward: ∂output/∂value, in the shape of the value; None for whole numbers and
                truth values, which no slope passes
    origin      the file and line of the user's code; None for inputs, data and formulas
    line        the text of that line
    """

    number: int
    name: str
    role: str
    operation: str
    arguments: tuple[int | str, ...]
    text: str
    value: Any
    adjoint: Any
    origin: Origin | None
    line: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value: () for a number."""
        return tuple(np.shape(self.value))

    def as_data(self) -> dict[str, Any]:
        """The step as JSON has it: numbers, texts, lists."""
        return {
            "number": self.number,
            "name": self.name,
            "role": self.role,
            "operation": self.operation,
            "arguments": list(self.arguments),
            "text": self.text,
            "shape": list(self.shape),
            "dtype": str(np.asarray(self.value).dtype),
            "value": plain_data(self.value),
            "adjoint": None if self.adjoint is None else plain_data(self.adjoint),
            "file": self.origin.file if self.origin else None,
            "line": self.origin.line if self.origin else None,
            "source": self.line or None,
        }


def operation_text(node: Node, arguments: Sequence[str]) -> str:
    """An operation with its arguments, as Python writes it.

    >>> from steepest.graph.node import make, variable
    >>> from steepest.graph.operation import ROWS
    >>> import steepest.operations
    >>> operation_text(make(ROWS["power"], (variable("x"), variable("n"))), ["x", "n"])
    'x ** n'
    """
    name, params = node.op.name, dict(node.params)
    if not node.args:
        return ""
    if name in INFIX and len(arguments) == 2:
        return f"{arguments[0]} {INFIX[name]} {arguments[1]}"
    if name == "negative":
        return f"-{arguments[0]}"
    if name in ("index", "put", "scatter_add") and "key" in params:
        values, others = (2, arguments[2:]) if name == "put" else (1, arguments[1:])
        key = _key(params["key"], others)
        if name == "index":
            return f"{arguments[0]}[{key}]"
        return f"{', '.join(arguments[:values])} at [{key}]"
    if name == "cast":
        return f"{arguments[0]}.astype({np.dtype(params['dtype']).name})"
    named = [f"{k}={v}" for k, v in params.items() if _worth_telling(node, k, v)]
    return f"{name}({', '.join([*arguments, *named])})"


def _worth_telling(node: Node, name: str, value: Any) -> bool:
    if name == "axis" and (node.op.name in ("stack", "concatenate") or isinstance(value, tuple)):
        return len(value) < len(node.args[0].shape) if isinstance(value, tuple) else value != 0
    return name not in ("keepdims", "graph", "which", "opaque", "order") or (
        name == "order" and bool(value)
    )


def _key(key: Sequence[Any], arrays: Sequence[str]) -> str:
    parts = []
    for k in key:
        if type(k) is Piece:
            stop = "" if k.stop is None else k.stop
            parts.append(f"{k.start}:{stop}" + (f":{k.step}" if k.step != 1 else ""))
        elif type(k) is Fancy:
            parts.append(arrays[k.number])
        else:
            parts.append(str(k))
    return ", ".join(parts)


def plain_data(value: Any) -> Any:
    """A value as JSON has it: nested lists; NaN and infinities as texts; a long array as its
    beginning and its length.
    """
    array = np.asarray(value)
    if array.size > FULL:
        return {
            "first": plain_data(array.ravel()[:8]),
            "norm": plain_data(_norm(array)),
            "size": int(array.size),
        }
    return _finite(array.tolist())


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def _norm(array: np.ndarray[Any, Any]) -> float:
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(array.astype(np.float64)))


def shown(value: Any, digits: int = 5) -> str:
    """A value in a few characters: a number, a short array, or the shape, the first elements and
    the norm of a long one.

    >>> shown(0.1), shown([1.0, 2.0]), shown([[1.0] * 4] * 3)
    ('0.1', '[1, 2]', '(3, 4): 1, 1, … |3.4641|')
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return _number(array[()], digits)
    if array.ndim <= 2 and array.size <= 4:
        return str(
            _nested(
                [_nested(r, digits) if np.ndim(r) else _number(r, digits) for r in array], digits
            )
        )
    first = ", ".join(_number(v, digits) for v in array.ravel()[:2])
    tail = f" |{_number(_norm(array), digits)}|" if array.dtype.kind in "fiu" else ""
    return f"{tuple(array.shape)}: {first}{', …' if array.size > 2 else ''}{tail}"


def _nested(items: Any, digits: int) -> str:
    return f"[{', '.join(v if isinstance(v, str) else _number(v, digits) for v in items)}]"


def _number(value: Any, digits: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    text = f"{float(value) + 0.0:.{digits}g}"
    return text.replace("-", "−")
