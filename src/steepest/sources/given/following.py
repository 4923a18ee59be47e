"""Following a rule of the user's own in the trace around its function."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.graph import Graph, Guard
from steepest.graph.node import Node, constant, fresh
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import Program, inputs_of, topological
from steepest.graph.traverse import replace as exchange
from steepest.operations.custom import CUSTOM, Given, Layout
from steepest.record import replaced
from steepest.sources.capture.handle import Handle, has_handle, plain
from steepest.sources.capture.seam import Seam
from steepest.sources.capture.trace import Trace
from steepest.sources.given.occasion import Occasion
from steepest.sources.given.rule import Call, Rule, as_python, unseen
from steepest.sources.structure import Structure, flatten

__all__ = ["in_trace"]

DEPTH = 3  # rules that call functions with rules are followed so deep, and run as they are beyond

# What a rule that is being followed would come back to: its own function, at its own arguments.
_running: WeakKeyDictionary[Trace, dict[Any, Any]] = WeakKeyDictionary()
_state = threading.local()


def in_trace(trace: Trace, rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The function as one node of the trace."""
    leaves, structure = flatten(rule.bound(args, kwargs))
    if not any(trace.varies(v) for v in leaves):
        return _alone(trace, rule, unseen(rule.function, *plain(args), **plain(kwargs)))
    values = [_value(v) for v in leaves]
    nodes = tuple(_argument(trace, v, w) for v, w in zip(leaves, values, strict=True))
    key = (rule, nodes, structure)
    running = _running.setdefault(trace, {})
    node, y, call = running.get(key) or _made(trace, rule, structure, values, nodes, key)
    return _handed_out(trace, call, y, node)


def _value(leaf: Any) -> Any:
    found = plain(leaf)
    return np.array(found) if isinstance(found, np.ndarray) else np.asarray(found)[()]


def _argument(trace: Trace, leaf: Any, value: Any) -> Node:
    if isinstance(leaf, (Handle, np.ndarray)):
        return as_node(trace.lift(leaf))
    return constant(np.asarray(value))


def _handed_out(trace: Trace, call: Occasion, y: Any, node: Node) -> Any:
    parts = zip(call.out.split(y), call.out.split(Traced(node)), strict=True)
    return call.result.unflatten([trace.result(np.array(v)[()], t) for v, t in parts])


def _made(
    trace: Trace,
    rule: Rule,
    structure: Structure,
    values: list[Any],
    nodes: tuple[Node, ...],
    key: Any,
) -> Any:
    primals, more = structure.unflatten([as_python(v) for v in values])
    result = unseen(rule.function, *primals, **more)
    found, shape = flatten(_alone(trace, rule, result))
    moving = tuple(i for i, n in enumerate(nodes) if n.real)
    layout = Layout(tuple(nodes[i].shape for i in moving), tuple(nodes[i].dtype for i in moving))
    out = Layout(tuple(np.shape(v) for v in found), tuple(np.result_type(v) for v in found))
    call = Occasion(rule, structure, moving, layout, shape, out)
    y = out.pack(found)
    given = Given(
        rule.name,
        call.run,
        moving,
        layout,
        out,
        call.forward if rule.forward else None,
        call.backward,
    )
    followed = Following(trace, call, values, y, key)
    given, extra = followed.rule(given)
    node = CUSTOM(*(Traced(n) for n in (*nodes, *extra)), given=given).node
    followed.place_guards((*nodes, *extra), node)
    return node, y, call


def _alone(trace: Trace, rule: Rule, result: Any) -> Any:
    """A result that came from the arguments alone."""
    if not any(map(has_handle, flatten(result)[0])):
        return result
    trace.lose(
        f"{rule.name} has a derivative of its own and is not followed, but it uses a value of the "
        "function around it; pass that value as an argument, with its part of the derivative"
    )
    return plain(result)


class Following:
    """The author's rule, followed in the trace around it, on inputs of its own."""

    def __init__(
        self, trace: Trace, call: Occasion, values: Sequence[Any], y: Any, key: Any
    ) -> None:
        self.trace, self.call, self.values, self.y, self.key = trace, call, values, y, key
        self.inputs = [fresh("x", np.shape(v), np.result_type(v)) for v in values]
        self.out = fresh("y", call.out.shape, call.out.dtype)
        self.mark = len(trace.guards)

    def rule(self, given: Given) -> tuple[Given, tuple[Node, ...]]:
        """The call with its rule's graph, and what else from around it that graph needs."""
        depth = getattr(_state, "depth", 0)
        if depth >= DEPTH:
            return replaced(given, unfollowed=f"rules within rules are followed {DEPTH} deep"), ()
        layout = self.call.tangents if self.call.rule.forward else self.call.out
        seed = fresh("seed", layout.shape, layout.dtype)
        before = Mark(self.trace)
        _state.depth = depth + 1
        try:
            node = self._run(seed, layout)
        except Exception as error:  # noqa: BLE001  (running the rule plainly will raise it again, where it can be seen)
            before.restore()
            return replaced(
                given,
                unfollowed=f"it raises {type(error).__name__} on values that are followed: {error}",
            ), ()
        finally:
            _state.depth = depth
        if before.lost:
            why = str(before.lost[0])
            before.restore()
            return replaced(given, unfollowed=why), ()
        mine = {*self.inputs, self.out, seed}
        roots = [node, *(g.node for g in self.trace.guards[self.mark :])]
        extra = tuple(n for n in inputs_of(roots) if n not in mine)
        graph = Graph((*self.inputs, *extra, self.out, seed), (node,))
        fault = self._fault(graph, seed, extra)
        if fault is not None:
            before.restore()
            return replaced(given, fault=fault), ()
        if self.call.rule.forward:
            return replaced(given, forward_graph=graph), extra
        return replaced(given, backward_graph=graph), extra

    def _run(self, seed: Node, layout: Layout) -> Node:
        trace, call = self.trace, self.call
        # Inside the rule, the function at the same place is its result: `return f(x) * dx` does not
        # go round in circles.
        inner = (call.rule, tuple(self.inputs), self.key[2])
        known = _running[trace]
        known[inner] = (self.out, self.y, call)
        leaves = [trace.result(v, Traced(n)) for v, n in zip(self.values, self.inputs, strict=True)]
        ones = np.random.default_rng(11).uniform(0.5, 1.0, layout.shape).astype(layout.dtype)[()]
        self.ones = ones
        y = trace.result(self.y, Traced(self.out))
        driven = trace.result(ones, Traced(seed))
        seam = Seam(trace)
        try:
            run = call.changed if call.rule.forward else call.turned
            return self._whole(run, seam, leaves, y, driven)
        finally:
            del known[inner]

    def _whole(self, run: Call, seam: Seam, leaves: list[Any], y: Any, driven: Any) -> Node:
        with np.errstate(all="ignore"):
            found = run(seam.call, leaves, y, driven)
        return as_node(self.trace.lift(found))

    def _fault(
        self, graph: Graph, seed: Node, extra: tuple[Node, ...]
    ) -> NotDifferentiableError | None:
        """What is wrong with the rule as a linear map; None where nothing is."""
        name = self.call.rule.name
        for guard in self.trace.guards[self.mark :]:
            if seed in topological([guard.node]):
                return NotDifferentiableError(
                    f"the rule of {name} branches on a tangent or cotangent ({guard.reason}, "
                    f"{guard.origin}), so it is not linear in it; let it branch on the "
                    "primals, or use np.where"
                )
        known = {**self.trace.inputs, **dict(self.trace.captured)}
        if any(n not in known for n in extra):
            return None
        run = Program(graph.inputs, graph.outputs)
        at = [*self.values, *(known[n] for n in extra), self.y]
        none, once, twice = (
            np.asarray(run(*at, s)[0]) for s in (0 * self.ones, self.ones, 2 * self.ones)
        )
        there = np.isfinite(once) & np.isfinite(twice)
        none, once, twice = none[there], once[there], twice[there]
        rounding = 1e3 * np.finfo(once.dtype).eps * np.max(np.abs(once), initial=0.0)
        if np.any(none != 0) or np.any(np.abs(twice - 2 * once) > rounding):
            what = "tangents" if self.call.rule.forward else "cotangent"
            return NotDifferentiableError(
                f"the rule of {name} is not linear in its {what}: with {what} of zero it must give "
                f"zero, and with {what} twice as long twice as much; check its formula for a power "
                "or a constant"
            )
        return None

    def place_guards(self, args: Sequence[Node], node: Node) -> None:
        """Conditions that the rule met, as conditions on what the function was called with."""
        mine = self.trace.guards[self.mark :]
        if not mine:
            return
        around = {**dict(zip(self.inputs, args, strict=False)), self.out: node}
        moved = exchange([g.node for g in mine], around)
        self.trace.guards[self.mark :] = [
            Guard(n, g.expected, g.origin, g.reason) for n, g in zip(moved, mine, strict=True)
        ]


class Mark:
    """How far a trace has come, to go back to when following a rule led nowhere."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.guards, self.losses, self.faults = (
            len(trace.guards),
            len(trace.losses),
            len(trace.faults),
        )
        self.notes, self.unkept, self.random = dict(trace.notes), dict(trace.unkept), trace.random

    @property
    def lost(self) -> list[Any]:
        """What could not be followed since."""
        return [
            *self.trace.losses[self.losses :],
            *(e for e, _ in self.trace.faults[self.faults :]),
        ]

    def restore(self) -> None:
        """Forget what happened since."""
        trace = self.trace
        del trace.guards[self.guards :], trace.losses[self.losses :], trace.faults[self.faults :]
        trace.notes, trace.unkept, trace.random = self.notes, self.unkept, self.random
