"""Rows that compare and choose: comparisons, logic, `where`, minimum and maximum, clip.

What is chosen between is kept apart to the end: the branch not taken contributes exactly zero to
value, tangent and adjoint, whatever it holds. `where` does that once; everything else here is
written with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.node import CONSTANT, Node
from steepest.graph.operation import (
    COMPARISON,
    JOINTLY,
    LOGICAL,
    ROWS,
    Operation,
    binds,
    common_dtype,
    register,
)
from steepest.operations import machine

__all__ = ["WHERE", "choose"]

ANY = (-20.0, 20.0)


def _truth(name: str, run: Any, infix: str, latex: str, precise: Any, machine: Any, *,
           arity: int = 2, precedence: int = COMPARISON, spelled: str = "") -> None:  # fmt: skip
    register(Operation(name=name, run=run, arity=arity, numpy=(run,), flat=True, infix=infix,
        latex=latex, precise=precise, precedence=precedence, domain=(ANY,) * arity,
        spellings=tuple(spelled.split()), shown="0", family="comparison", machine=machine,
        convention="true or false: the derivative is zero"))  # fmt: skip


_truth("less", np.less, " < ", "{0} < {1}", lambda mp, a, b: a < b, "olt")
_truth("less_equal", np.less_equal, " ≤ ", r"{0} \leq {1}", lambda mp, a, b: a <= b, "ole")
_truth("greater", np.greater, " > ", "{0} > {1}", lambda mp, a, b: a > b, "ogt")
_truth("greater_equal", np.greater_equal, " ≥ ", r"{0} \geq {1}", lambda mp, a, b: a >= b,
    "oge")  # fmt: skip
_truth("equal", np.equal, " = ", "{0} = {1}", lambda mp, a, b: a == b, "oeq")
_truth("not_equal", np.not_equal, " ≠ ", r"{0} \ne {1}", lambda mp, a, b: a != b, "une")
_truth("logical_and", np.logical_and, " and ", r"{0} \wedge {1}",
    lambda mp, a, b: bool(a) and bool(b), "and", precedence=LOGICAL + 1)  # fmt: skip
_truth("logical_or", np.logical_or, " or ", r"{0} \vee {1}", lambda mp, a, b: bool(a) or bool(b),
    "or", precedence=LOGICAL)  # fmt: skip
_truth("logical_xor", np.logical_xor, "", r"{0} \oplus {1}", lambda mp, a, b: bool(a) != bool(b),
    "xor", spelled="xor")  # fmt: skip
_truth("logical_not", np.logical_not, "", r"\neg {0}", lambda mp, a: not a, "not", arity=1,
    spelled="not")  # fmt: skip
_ASKED: tuple[tuple[str, Any, Any], ...] = (
    ("isnan", np.isnan, lambda a: a.isnan()),
    ("isinf", np.isinf, lambda a: abs(a).equals(np.inf)),
    ("isfinite", np.isfinite, lambda a: abs(a) < np.inf),
)
for _name, _asks, _rule in _ASKED:
    _truth(_name, _asks, "", "", lambda mp, a, f=_name: getattr(mp, f)(a), _rule, arity=1)


def _bitwise(name: str) -> Any:
    """Between truth values `&` means `and`; between whole numbers, where it does not, is no row."""

    def logical(*args: Any) -> Any:
        if any(np.dtype(getattr(a, "dtype", type(a))) != np.bool_ for a in args):
            raise NotDifferentiableError(
                f"{name.replace('logical', 'bitwise')} of numbers that are not truth values "
                "has no row"
            )
        return ROWS[name](*args)

    return logical


binds(np.bitwise_and, "bitwise_and")(_bitwise("logical_and"))
binds(np.bitwise_or, "bitwise_or")(_bitwise("logical_or"))
binds(np.bitwise_xor)(_bitwise("logical_xor"))
binds(np.invert)(_bitwise("logical_not"))


@binds(np.fmax)
def fmax(a: Any, b: Any) -> Any:
    """The larger one, where a NaN counts as missing."""
    return np.where(np.isnan(a), b, np.where(np.isnan(b), a, np.maximum(a, b)))


@binds(np.fmin)
def fmin(a: Any, b: Any) -> Any:
    """The smaller one, where a NaN counts as missing."""
    return np.where(np.isnan(a), b, np.where(np.isnan(b), a, np.minimum(a, b)))


def _where_dtype(condition: Any, a: Any, b: Any) -> Any:
    return common_dtype(a, b)


def _where_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    """The cotangent goes whole to both sides; the reverse pass carries the condition as a mask."""
    return None, y_bar if wanted[1] else None, y_bar if wanted[2] else None


WHERE = register(Operation(name="where", arity=3,
    run=lambda c, a, b: np.asarray(np.where(c, a, b))[()],
    linear=JOINTLY, transpose=_where_back, selects=True, dtype=_where_dtype, spellings=("where",),
    precise=lambda mp, c, a, b: a if c else b, domain=(ANY, ANY, ANY),
    latex=r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
    shown="where(c, da, db)", family="choice", machine="select",
    convention="the branch not taken contributes exactly zero, whatever it holds"))  # fmt: skip


def _kept_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    return None, y_bar if wanted[1] else None


register(Operation(name="where_moving", arity=2,
    run=lambda moves, dx: np.asarray(np.where(moves, dx, np.zeros((), np.result_type(dx))))[()],
    linear=JOINTLY, transpose=_kept_back, selects=True, dtype=lambda moves, dx: dx.dtype,
    precise=lambda mp, moves, dx: dx if moves else mp.mpf(0), domain=(ANY, ANY), family="choice",
    latex=r"\operatorname{{where\,moving}}\left({0}, {1}\right)", shown="where_moving(c, dx)",
    machine=lambda moves, dx: moves.select(dx, 0.0),
    convention="stands only in derivatives: zero where an argument stands still by structure, "
    "however steep the operation is there"))  # fmt: skip


@binds(np.where)
def choose(condition: Any, *branches: Any) -> Any:
    """`np.where` with its three arguments."""
    if len(branches) != 2:
        raise TypeError(
            "np.where with one argument asks for positions, "
            "which a traced value without numbers has not"
        )
    return WHERE(condition, *branches)


def _greater_tangent(tangents: Any, args: Any, y: Any) -> Any:
    a, b = args
    return by_order(np.greater(a, b), np.greater(b, a), *tangents)


def _less_tangent(tangents: Any, args: Any, y: Any) -> Any:
    a, b = args
    return by_order(np.less(a, b), np.less(b, a), *tangents)


def by_order(first: Any, second: Any, da: Any, db: Any) -> Any:
    """The tangent of the chosen one; on a tie the mean of both, the middle of all slopes there."""
    da, db = 0.0 if da is None else da, 0.0 if db is None else db
    return np.where(first, da, np.where(second, db, 0.5 * da + 0.5 * db))


_TIES = "on a tie each argument gets half"
for _name, _run, _tangent, _mp, _machine in (
    ("maximum", np.maximum, _greater_tangent, lambda mp, a, b: max(a, b), machine.maximum),
    ("minimum", np.minimum, _less_tangent, lambda mp, a, b: min(a, b), machine.minimum),
):
    register(Operation(name=_name, run=_run, arity=2,
        numpy=(_run,), tangent=_tangent,
        spellings=(_name[:3], _name), precise=_mp, domain=(ANY, ANY), latex=rf"\{_name[:3]}",
        family="choice", machine=_machine,
        shown=f"the tangent of the {'larger' if _name == 'maximum' else 'smaller'} one",
        convention=_TIES))  # fmt: skip


def _clip_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """The chain rule of min(max(x, low), high), also where the bounds stand the wrong way round."""
    x, low, high = args
    if tangents[1] is None and tangents[2] is None and _in_order(low, high):
        on_edge_or_outside = np.logical_or(np.less_equal(x, low), np.greater_equal(x, high))
        on_edge = np.where(np.equal(y, x), 0.5 * tangents[0], 0.0)
        return np.where(on_edge_or_outside, on_edge, tangents[0])
    dx, dlow, dhigh = (0.0 if t is None else t for t in tangents)
    raised, draised = np.maximum(x, low), by_order(np.greater(x, low), np.less(x, low), dx, dlow)
    return by_order(np.less(raised, high), np.greater(raised, high), draised, dhigh)


def _in_order(low: Any, high: Any) -> bool:
    """Whether bounds are known, and stand the right way round."""
    low, high = _known(low.node), _known(high.node)
    return low is not None and high is not None and bool(np.all(np.less(low, high)))


def _known(bound: Node) -> Any:
    """The value of a constant, or of one with a minus before it."""
    if bound.op.name == "negative" and bound.args[0].op is CONSTANT:
        return -bound.args[0].value
    return bound.value if bound.op is CONSTANT else None


def _clip_dtype(x: Any, low: Any, high: Any) -> Any:
    """NumPy makes an array of the first argument: a Python float there counts as float64."""
    return np.promote_types(x.dtype, common_dtype(x, low, high))


CLIP = register(Operation(name="clip", run=lambda x, low, high: np.clip(x, low, high), arity=3,
    tangent=_clip_tangent, dtype=_clip_dtype, spellings=("clip",),
    precise=lambda mp, x, low, high: min(max(x, low), high),
    domain=(ANY, (-10.0, -1.0), (1.0, 10.0)), family="choice", machine=machine.clip,
    shown="dx inside, the edge's tangent outside",
    convention="exactly on an edge the derivative is one half, as for maximum and minimum",
))  # fmt: skip


@binds(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, **named: Any) -> Any:
    """`np.clip`, whose bounds may be left out."""
    low, high = named.pop("min", a_min), named.pop("max", a_max)
    if asked := [k for k, v in named.items() if v is not None and k != "casting"]:
        raise NotDifferentiableError(f"np.clip with {', '.join(asked)} has no row; leave it out")
    if low is None and high is None:
        return x
    if low is None:
        return np.minimum(x, high)
    if high is None:
        return np.maximum(x, low)
    return CLIP(x, low, high)
