"""`why_not_finite`: from a function and a point to the line where a NaN or an infinity is born."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.explanation.opening import Opened, opened
from steepest.graph.node import INPUT, Node, Origin
from steepest.nonfinite.finding import Finding
from steepest.nonfinite.reasons import why_slope, why_value
from steepest.nonfinite.search import Birth, birth_of_slope, birth_of_value, odd
from steepest.sources.capture.trace import line_of
from steepest.sources.pieces import Argnums

__all__ = ["why_not_finite"]

FIRST = 3  # so many elements are told of one array


def why_not_finite(f: Any, *args: Any, argnums: Argnums = 0, **kwargs: Any) -> Finding:
    """Where a NaN or an infinity is born in a function's value, or else in its gradient, and why.

    The way forward is searched first: of all that the value depends on, the first operation that
    makes something not finite out of finite operands. If the value is finite, the way back is
    searched: the first operation whose slope turns a finite adjoint into something that is not. A
    NaN in a branch that `np.where` did not take does not count, since nothing of it arrives.

    Args:
        f: plain NumPy code as it stands, a Function, or the result of an operator.
        args, kwargs: the call, as in `f(*args, **kwargs)`.
        argnums: by which arguments the gradient is taken, as in `grad`.

    >>> import steepest as st
    >>> st.why_not_finite(st.Function("ln(x - 2)/x"), 1.0)
    f is not finite: a negative number has no real logarithm.
      log(x − 2)
        x − 2 = −1; the result is nan
    >>> st.why_not_finite(st.Function("sqrt(x) + x"), 0.0)
    f = 0, but its gradient is inf: sqrt is infinitely steep there (the rule is 1/(2·√x)).
      sqrt(x)
        x = 0; the slope by x is inf
    >>> st.why_not_finite(st.Function("sqrt(x) + x"), 4.0)
    everything is finite here: f = 6, and so is its gradient
    """
    with np.errstate(all="ignore"):
        open_ = opened(f, args, kwargs, argnums)
        values = open_.values()
        birth = birth_of_value(open_.outputs, values)
        if birth is not None:
            return _in_value(open_, birth, values, args, kwargs)
        whole = [values[o] for o in open_.outputs]
        value = whole[0] if len(whole) == 1 else np.concatenate([np.ravel(v) for v in whole])
        if len(open_.outputs) != 1 or open_.outputs[0].shape != ():
            raise ShapeError(
                f"all values of {open_.name} are finite, but they are several, so there is no one "
                "gradient to look at; take one element, or the sum: "
                "st.why_not_finite(lambda x: f(x).sum(), x)"
            )
        adjoints = open_.adjoints()
        bad = [n for n in open_.by if np.any(odd(adjoints[n]))]
        if not bad:
            return Finding(True, open_.name, value)
        slope_birth = birth_of_slope(list(values), values, adjoints, bad)
        if slope_birth is None:
            names = " and ".join(n.name for n in bad)
            return Finding(
                False,
                open_.name,
                value,
                "gradient",
                argument=names,
                reason=f"the finite parts of the slope by {names} add up too much for a float",
                gradient=adjoints[bad[0]],
            )
        return _in_slope(open_, slope_birth, values, adjoints, adjoints[bad[0]])


def _in_value(open_: Opened, birth: Birth, values: Any, args: Any, kwargs: Any) -> Finding:
    node = birth.node
    value = values[open_.outputs[0]]
    if node.op.name == "differences":
        return _numerical(open_, value, args, kwargs)
    places = _first(birth.places)
    results = tuple(np.asarray(values[node])[p] for p in places)
    if not node.args:
        came = "is an input" if node.op is INPUT else "stands in the code as a constant"
        name = open_.called(node)
        return Finding(
            False,
            open_.name,
            value,
            "value",
            "input",
            name,
            (),
            places,
            ((),) * len(places),
            results,
            count=_count(birth.places),
            reason=f"{name} {came}, and is not finite itself",
        )
    operands = _operands(node, values, places)
    origin = open_.origin(node)
    return Finding(
        False,
        open_.name,
        value,
        "value",
        node.op.name,
        open_.written(node),
        tuple(map(open_.called, node.args)),
        places,
        operands,
        results,
        "",
        _count(birth.places),
        origin,
        _line(origin),
        why_value(node.op, operands[0], results[0], node.dtype),
    )


def _in_slope(open_: Opened, birth: Birth, values: Any, adjoints: Any, gradient: Any) -> Finding:
    value = values[open_.outputs[0]]
    node, argument = birth.node, birth.node.args[birth.argument]
    places = _first(birth.places) if node.op.elementwise else ((),)
    spread = np.broadcast_to(birth.slope, node.shape) if node.op.elementwise else birth.slope
    results = tuple(np.asarray(spread)[p] for p in places)
    operands = _operands(node, values, places)
    arriving = np.asarray(adjoints[node])[places[0]] if node.op.elementwise else adjoints[node]
    origin = open_.origin(node)
    return Finding(
        False,
        open_.name,
        value,
        "gradient",
        node.op.name,
        open_.written(node),
        tuple(map(open_.called, node.args)),
        places,
        operands,
        results,
        open_.called(argument),
        _count(birth.places) if node.op.elementwise else (1, 1),
        origin,
        _line(origin),
        why_slope(node.op, operands[0], arriving, results[0], gradient),
        gradient,
    )


def _first(places: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(i) for i in p) for p in np.argwhere(places)[:FIRST])


def _count(places: Any) -> tuple[int, int]:
    return int(np.sum(places)), int(np.size(places))


def _operands(
    node: Node, values: Any, places: Sequence[tuple[int, ...]]
) -> tuple[tuple[Any, ...], ...]:
    """What the operation was given at each place; whole arrays where it does not work element by
    element.
    """
    if not node.op.elementwise:
        return (tuple(values[a] for a in node.args),) * len(places)
    spread = [np.broadcast_to(values[a], node.shape) for a in node.args]
    return tuple(tuple(v[p] for v in spread) for p in places)


def _line(origin: Origin | None) -> str:
    import linecache

    return linecache.getline(origin.file, origin.line).strip() if origin is not None else ""


def _numerical(open_: Opened, value: Any, args: Any, kwargs: Any) -> Finding:
    """A function that could not be followed is run once more, stopping at the first
    floating-point error.
    """
    origin, said = None, "it could not be followed, so the operation is not known"
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            open_.function(*args, **kwargs)
    except FloatingPointError as error:
        said = f"NumPy reports: {error}"
        trace = error.__traceback__
        while trace is not None:
            here = line_of(trace.tb_frame)
            if here is not None and here.file == trace.tb_frame.f_code.co_filename:
                origin = Origin(here.file, trace.tb_lineno)
            trace = trace.tb_next
    return Finding(
        False,
        open_.name,
        value,
        "value",
        "differences",
        origin=origin,
        line=_line(origin),
        reason=said,
    )
