"""A function whose derivative its author gives, as one node: its value is the function itself, its
slope the given rule.

Three rows. `custom` is the function. `custom_forward` and `custom_backward` are its derivative as a
linear map and that map turned round, for rules that only run; a rule that could be followed stands
in the graph as ordinary nodes instead, and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

import steepest.operations.usual  # noqa: F401  (its rows come before these)
from steepest.errors import NotDifferentiableError, SteepestError
from steepest.graph.graph import Graph
from steepest.graph.node import Node, constant, make
from steepest.graph.operation import ROWS, Operation, register
from steepest.graph.traced import Traced
from steepest.graph.traverse import replace
from steepest.record import record

__all__ = ["BACKWARD", "CUSTOM", "FORWARD", "Given", "Layout"]


@record(eq=True)
class Layout:
    """Several numbers and arrays in one vector, one after the other in C order; a single one
    stays as it is.
    """

    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[np.dtype[Any], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the whole."""
        return self.shapes[0] if len(self.shapes) == 1 else (sum(map(_size, self.shapes)),)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the whole."""
        return np.result_type(*self.dtypes) if self.dtypes else np.dtype(float)

    def pack(self, parts: Sequence[Any]) -> Any:
        """The whole, from parts that broadcast to their shapes; of numbers as of traced values."""
        if not parts:
            return np.zeros(0)
        full = [_shaped(p, s, self.dtype) for p, s in zip(parts, self.shapes, strict=True)]
        if len(full) == 1:
            return full[0]
        return np.concatenate(
            [np.reshape(p, (_size(s),)) for p, s in zip(full, self.shapes, strict=True)]
        )

    def split(self, whole: Any) -> list[Any]:
        """The parts again."""
        if len(self.shapes) == 1:
            return [whole]
        parts, start = [], 0
        for shape, dtype in zip(self.shapes, self.dtypes, strict=True):
            part: Any = np.reshape(whole[start : start + _size(shape)], shape)
            start += _size(shape)
            if part.dtype != dtype:
                part = part.astype(dtype)
            parts.append(part if isinstance(part, Traced) else part[()])
        return parts


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=int))


def _shaped(part: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    if not isinstance(part, Traced):
        return np.broadcast_to(np.asarray(part, dtype), shape).copy()[()]
    node: Node = part.node
    if node.dtype != dtype or node.weak:
        node = make(ROWS["cast"], (node,), dtype=dtype.str)
    if node.shape != shape:
        node = make(ROWS["broadcast_to"], (node,), shape=shape)
    return Traced(node)


@record()
class Given:
    """One call of a function with a derivative of its author's.

    `run(values)` is the function. `moving` says which arguments have tangents, and `tangents` how
    these lie in one vector, `out` how the results do. `forward(dx, values, y)` and `backward(y_bar,
    values, y)` run the rule on plain numbers; None where the author gave none. The graphs are the
    same maps, followed: their inputs are the arguments, the result, and then dx or y_bar. `fault`
    is what is wrong with the rule, told to whoever asks for the derivative; `unfollowed` why there
    is no graph.
    """

    name: str
    run: Callable[[Sequence[Any]], Any]
    moving: tuple[int, ...]
    tangents: Layout
    out: Layout
    forward: Callable[[Any, Sequence[Any], Any], Any] | None
    backward: Callable[[Any, Sequence[Any], Any], Any] | None
    forward_graph: Graph | None = None
    backward_graph: Graph | None = None
    fault: SteepestError | None = None
    unfollowed: str = ""

    def placed(self, graph: Graph, args: Sequence[Any], y: Any, seed: Any) -> Any:
        """A followed rule, at these arguments."""
        given = [_node(v, n) for v, n in zip((*args, y, seed), graph.inputs, strict=True)]
        return Traced(replace(graph.outputs, dict(zip(graph.inputs, given, strict=True)))[0])


def _node(value: Traced, like: Node) -> Node:
    """An argument in the dtype that the rule was followed with."""
    node = value.node
    return node if node.dtype == like.dtype else make(ROWS["cast"], (node,), dtype=like.dtype.str)


def _tangent(tangents: Any, args: Any, y: Any, given: Given) -> Any:
    """Dy = J(x)·dx, by the author's rule."""
    if given.fault is not None:
        raise given.fault
    parts = [tangents[i] for i in given.moving]
    if all(t is None for t in parts):
        return None
    zero = Traced(constant(np.zeros((), given.tangents.dtype)))
    dx = given.tangents.pack([zero if t is None else t for t in parts])
    if given.forward_graph is not None:
        return given.placed(given.forward_graph, args, y, dx)
    return FORWARD(dx, *args, y, given=given)


def _run_forward(dx: Any, *values: Any, given: Given) -> Any:
    if given.forward is None:
        raise NotDifferentiableError(
            f"{given.name} has a vjp rule alone, which works in reverse mode only (st.grad, "
            "st.vjp); forward mode (st.jvp, st.hvp) needs a jvp rule or partials: "
            "custom_derivative(f, jvp=...)"
        )
    return given.forward(dx, values[:-1], values[-1])


def _run_backward(y_bar: Any, *values: Any, given: Given) -> Any:
    if given.backward is None:
        raise NotDifferentiableError(f"the rule of {given.name} does not work backwards")
    return given.backward(y_bar, values[:-1], values[-1])


def _turned(y_bar: Any, args: Any, wanted: Any, given: Given) -> Any:
    """x_bar = Jᵀ·y_bar, by the author's rule."""
    _, *values, y = args
    if given.backward_graph is not None:
        found = given.placed(given.backward_graph, values, y, y_bar)
    else:
        found = BACKWARD(y_bar, *values, y, given=given)
    return [found, *(None for _ in args[1:])]


def _turned_back(y_bar: Any, args: Any, wanted: Any, given: Given) -> Any:
    _, *values, y = args
    return [FORWARD(y_bar, *values, y, given=given), *(None for _ in args[1:])]


def _linear_in_first(row: Callable[..., Any]) -> Callable[..., Any]:
    def tangent(tangents: Any, args: Any, y: Any, given: Given) -> Any:
        if any(t is not None for t in tangents[1:]):
            why = (
                given.unfollowed
                or "a vjp rule works in reverse mode only, and forward mode came first"
            )
            raise NotDifferentiableError(
                f"the derivative of {given.name} was to be differentiated again, and its rule "
                f"cannot be: {why}. Write the rule in plain NumPy, or give the derivative a "
                "custom_derivative of its own"
            )
        return row(tangents[0], *args[1:], given=given)

    return tangent


CUSTOM: Final = register(
    Operation(
        name="custom",
        run=lambda *values, given: given.run(values),
        arity=None,
        tangent=_tangent,
        elementwise=False,
        family="custom",
        shape=lambda *shapes, given: given.out.shape,
        dtype=lambda *args, given: given.out.dtype,
        shown="the rule its author gave",
        convention="the author's own",
    )
)
FORWARD: Final[Operation] = register(
    Operation(
        name="custom_forward",
        run=_run_forward,
        arity=None,
        tangent=_linear_in_first(lambda *a, **k: FORWARD(*a, **k)),
        transpose=_turned,
        elementwise=False,
        family="custom",
        shape=lambda *shapes, given: given.out.shape,
        dtype=lambda *args, given: given.out.dtype,
        shown="the rule its author gave, again; linear in dx",
    )
)
BACKWARD: Final[Operation] = register(
    Operation(
        name="custom_backward",
        run=_run_backward,
        arity=None,
        tangent=_linear_in_first(lambda *a, **k: BACKWARD(*a, **k)),
        transpose=_turned_back,
        elementwise=False,
        family="custom",
        shape=lambda *shapes, given: given.tangents.shape,
        dtype=lambda *args, given: given.tangents.dtype,
        shown="the rule its author gave, turned round; linear in ȳ",
    )
)
