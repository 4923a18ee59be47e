"""`explain`: from a function and a point to all its values and adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import ShapeError
from steepest.explanation.opening import Opened, opened
from steepest.explanation.result import Explanation
from steepest.explanation.step import Step, operation_text
from steepest.graph.node import Node
from steepest.sources.pieces import Argnums

__all__ = ["explain"]


def explain(f: Any, *args: Any, argnums: Argnums = 0, **kwargs: Any) -> Explanation:
    """Every value of f on the way forward and every adjoint on the way back, at one call.

    The adjoint of a value v is ∂f/∂v: how much f answers if that value alone comes out a little
    different. Reverse mode, also called backpropagation, finds them all in one pass from f back to
    the inputs, where they are the gradient. What is shown is that pass, not an imitation of it.

    Args:
        f: plain NumPy code as it stands, a Function, or the result of an operator: anything that
            `grad` takes, with one number as its value.
        args, kwargs: the call, as in `f(*args, **kwargs)`.
        argnums: which arguments to differentiate by, as in `grad`: integers in them become
            floats. Arrays and floats in all other arguments have adjoints too.

    Raises:
        ShapeError: f returns several numbers.

    >>> import steepest as st
    >>> print(st.explain(st.Function("(w*x - 1)^2"), w=3.0, x=0.5))
    f = 0.25, and how it answers to every value on the way
    #  name        operation  value  adjoint
    1  w           input      3      0.5
    2  x           input      0.5    3
    3  w·x         w * x      1.5    1
    4  w·x − 1     #3 - 1     0.5    1
    5  (w·x − 1)²  #4 ** 2    0.25   1
    """
    open_ = opened(f, args, kwargs, argnums)
    output = _one_number(open_)
    values, adjoints = open_.values(), open_.adjoints()
    steps = [
        Step(
            number=number,
            name=open_.names.get(node) or open_.formula(node),
            role=_role(node, open_, output),
            operation=node.op.name if node.args else "",
            arguments=tuple(map(open_.argument, node.args)),
            text=operation_text(node, [open_.reference(a) for a in node.args]),
            value=np.array(values[node])[()],
            adjoint=np.array(adjoints[node])[()] if node.real else None,
            origin=open_.origin(node),
            line=open_.line(node),
        )
        for node, number in open_.steps.items()
    ]
    return Explanation(open_.name, tuple(steps), open_.source.tracing)


def _one_number(open_: Opened) -> Node:
    if len(open_.outputs) != 1 or open_.outputs[0].shape != ():
        shapes = ", ".join(str(n.shape) for n in open_.outputs) or "nothing"
        raise ShapeError(
            f"an adjoint tells how one number answers, but {open_.name} returns {shapes}; explain "
            "one element of it, or the sum: st.explain(lambda x: f(x)[0], x)"
        )
    return open_.outputs[0]


def _role(node: Node, open_: Opened, output: Node) -> str:
    if node is output:
        return "output"
    if node.args:
        return "operation"
    return "input" if node in open_.piece.inputs else "data"
