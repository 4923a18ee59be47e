"""Derivatives as compositions of forward mode and its transpose: graph to graph, to any order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.calculus.forward import push_forward
from steepest.calculus.rewrite import beside, running
from steepest.calculus.transpose import pull_back
from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.node import Node, constant, fresh, make
from steepest.graph.operation import FLOAT, ROWS
from steepest.graph.traverse import topological

__all__ = [
    "adjoints",
    "derivative",
    "gradient",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "partial",
    "vjp",
]


def jvp(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    tangents: Sequence[Node],
    *,
    apart: bool = False,
) -> list[Node]:
    """Forward mode: J(x)·dx for each output. A tangent has its input's shape and dtype; so has each
    result its output's.

    `apart`: elements of dx that are 0 contribute nothing, not even NaN beside an infinite slope.
    """
    _matching(inputs, tangents, "tangent", "input")
    pushed = push_forward(outputs, dict(zip(inputs, tangents, strict=True)), apart=apart)
    whole = [zero_like(o) if t is None else t for o, t in zip(outputs, pushed, strict=True)]
    return running(whole, of=outputs)


def vjp(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    cotangents: Sequence[Node],
    *,
    apart: bool = False,
) -> list[Node]:
    """Reverse mode: Jᵀ(x)·y_bar for each input: forward mode, transposed. `apart`: see `jvp`."""
    _matching(outputs, cotangents, "cotangent", "output")
    tangents = {n: fresh(f"d{n.name}", n.shape, n.dtype) for n in inputs if n.real}
    order = topological(outputs)
    pushed = push_forward(outputs, tangents, order=order)
    pulled = pull_back(pushed, list(tangents.values()), cotangents, apart, still=order)
    found = dict(zip(tangents, pulled, strict=True))
    return beside([found.get(n) or zero_like(n) for n in inputs], order)


def gradient(output: Node, inputs: Sequence[Node]) -> list[Node]:
    """The gradient of a scalar: its partial derivative by every input, of that input's shape."""
    _scalar(output)
    return vjp([output], inputs, [one_like(output)])


def _scalar(output: Node) -> None:
    if output.shape != ():
        raise ShapeError(
            "a gradient belongs to a function with one number as its value, but this one has shape "
            f"{output.shape}; "
            "use a jacobian, or sum the output first"
        )
    if not output.real:
        raise NotDifferentiableError(
            f"the value has dtype {output.dtype}: a function into "
            f"{'truth values' if output.dtype == bool else 'integers'} "
            "has no slope; return floating-point numbers"
        )


def adjoints(output: Node, nodes: Sequence[Node]) -> list[Node]:
    """How much a scalar output answers to each node on the way to it: ∂output/∂node, in that node's
    shape.

    Every node gets a small disturbance of its own, forward mode carries them all to the output, and
    the transpose tells what each is worth there. For an input this is its part of the gradient.
    Nodes that hold no floating-point numbers, or that the output does not depend on, get zero.
    """
    _scalar(output)
    own = {n: fresh("nudge", n.shape, n.dtype) for n in nodes if n.real}
    leaves = {n: t for n, t in own.items() if not n.args}
    pushed = push_forward([output], leaves, own)
    pulled = pull_back(pushed, list(own.values()), [one_like(output)])
    found = dict(zip(own, pulled, strict=True))
    return running([found.get(n) or zero_like(n) for n in nodes], of=[output])


def partial(output: Node, by: Node) -> Node:
    """The partial derivative of a scalar by one scalar input, in forward mode with dx = 1."""
    return jvp([output], [by], [one_like(by)])[0]


derivative = partial


def jacobian(outputs: Sequence[Node], inputs: Sequence[Node]) -> list[list[Node]]:
    """All partial derivatives of scalar outputs by scalar inputs, a row an output; reverse mode
    where that is shorter.
    """
    if len(outputs) <= len(inputs):
        return [gradient(o, inputs) for o in outputs]
    columns = [jvp(outputs, [n], [constant(1.0)]) for n in inputs]
    return [list(row) for row in zip(*columns, strict=True)]


def hessian(output: Node, inputs: Sequence[Node]) -> list[list[Node]]:
    """The matrix of second partial derivatives of a scalar by scalar inputs: the Jacobian of the
    gradient.
    """
    return jacobian(gradient(output, inputs), inputs)


def hvp(output: Node, inputs: Sequence[Node], direction: Sequence[Node]) -> list[Node]:
    """Hessian times a vector, without the Hessian: forward mode over reverse mode."""
    return jvp(gradient(output, inputs), inputs, direction)


def one_like(node: Node) -> Node:
    """One, in the dtype of a scalar node."""
    return constant(1.0 if node.dtype == FLOAT else np.ones((), node.dtype))


def zero_like(node: Node) -> Node:
    """Zero, in a node's shape and dtype."""
    if node.shape == () and node.dtype == FLOAT:
        return constant(0.0)
    zero = constant(np.zeros((), node.dtype if node.real else np.float64))
    return zero if node.shape == () else make(ROWS["broadcast_to"], (zero,), shape=node.shape)


def _matching(nodes: Sequence[Node], others: Sequence[Node], what: str, of: str) -> None:
    if len(nodes) != len(others):
        raise ShapeError(
            f"{len(nodes)} {of}s need {len(nodes)} {what}s, but {len(others)} were given"
        )
    for n, o in zip(nodes, others, strict=True):
        if n.shape != o.shape:
            raise ShapeError(
                f"the {what} for {n!r} must have the {of}'s shape {n.shape}, but has {o.shape}"
            )
