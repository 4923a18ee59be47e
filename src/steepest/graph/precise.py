"""A graph in as many digits as one asks for, by the rows' own meaning in mpmath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from steepest.errors import SteepestError
from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.traverse import topological

__all__ = ["evaluate_precisely"]


def evaluate_precisely(
    outputs: Sequence[Node], values: Mapping[Node, Any], digits: int = 50
) -> list[Any]:
    """The outputs as mpmath numbers, for scalar graphs; `values` are numbers, fractions or strings
    of digits.

    Constants have their decimal meaning: 0.1 is one tenth. A row without a `precise` rule uses the
    mpmath function of its
    name. Raises SteepestError where mpmath is not installed, or a row has no such meaning (rows
    over arrays).
    """
    mp = _mpmath(digits)
    known: dict[Node, Any] = {}
    for node in topological(outputs, stop=values):
        if node in values:
            known[node] = number(mp, values[node])
        elif node.op is CONSTANT:
            known[node] = number(mp, node.exact if node.exact is not None else node.value)
        elif node.op is INPUT:
            raise SteepestError(f"the function depends on {node.name!r}, which was given no value")
        else:
            known[node] = _apply(mp, node, [known[a] for a in node.args])
    return [known[n] for n in outputs]


def _mpmath(digits: int) -> Any:
    try:
        from mpmath import MPContext  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise SteepestError(
            "more digits than a double holds need mpmath; install it: pip install mpmath"
        ) from None
    mp = MPContext()
    mp.dps = digits
    return mp


def number(mp: Any, value: Any) -> Any:
    """A value as mpmath holds it, fractions divided in full precision."""
    if isinstance(value, Fraction):
        return mp.mpf(value.numerator) / value.denominator
    if hasattr(value, "dtype"):
        if value.shape != ():
            raise SteepestError(
                f"only numbers can be evaluated in more digits, not an array of shape {value.shape}"
            )
        value = value.item()
    return value if isinstance(value, bool) else mp.mpf(value)


def _apply(mp: Any, node: Node, args: list[Any]) -> Any:
    row = node.op
    rule = row.precise
    if rule is not None:
        return rule(mp, *args, **dict(node.params))
    if row.name in ("broadcast_to", "positive", "cast") and node.shape == ():
        return args[0]
    function = getattr(mp, row.name, None) if row.elementwise and not node.params else None
    if function is None:
        raise SteepestError(
            f"operation {row.name!r} says nothing of more digits: its row has no `precise` rule"
        )
    return function(*args)
