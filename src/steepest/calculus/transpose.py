"""Reverse mode: the transpose of forward mode, and nothing else.

A tangent graph is linear in its tangents. Walking it backwards with each linear row's transpose
turns dy = J·dx into x_bar = Jᵀ·y_bar. Cotangents carry a mask of where anything arrives at all: a
branch that `where` did not take, an element that no index reads, get exactly zero at the end,
whatever the coefficients on the way hold (NaN, infinity, overflow). That is a fact of structure; no
product 0·x is ever simplified, so a NaN that is really there stays.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.calculus.elements import Elements
from steepest.calculus.masks import (
    PARTIAL_READERS,
    Mask,
    both,
    carried_back,
    condition,
    either,
    negated,
    parted,
    spread,
    uniform,
    within,
)
from steepest.calculus.rewrite import is_number, running
from steepest.errors import NotDifferentiableError
from steepest.graph.node import CONSTANT, INPUT, Node, Origin, born_at, constant, fresh, make
from steepest.graph.operation import EACH, JOINTLY, ROWS
from steepest.graph.traced import Traced, as_node
from steepest.graph.traverse import topological

if TYPE_CHECKING:
    from steepest.graph.graph import Graph

__all__ = ["pull_back"]


class Arriving:
    """A cotangent on its way: its value, and where anything arrives at all.

    `clean` says that the value is already zero where the mask is False. `minus` says that the
    cotangent is -value: signs are taken along, and mostly end in a difference where sums would need
    a negative first. Rounding is the same on both sides of zero, so no bit depends on it. `origin`
    is where the sign comes from.
    """

    __slots__ = ("clean", "mask", "minus", "origin", "value")

    def __init__(
        self,
        value: Node,
        mask: Mask = True,
        clean: bool = True,
        minus: bool = False,
        origin: Origin | None = None,
    ) -> None:
        self.value, self.mask, self.clean, self.minus = value, mask, clean, minus
        self.origin = origin

    def signed(self) -> Arriving:
        """The same with its sign in the value."""
        if not self.minus:
            return self
        with born_at(self.origin or self.value.origin):
            return Arriving(make(ROWS["negative"], (self.value,)), self.mask, self.clean)

    def sent(self, part: Node, mask: Mask, clean: bool) -> Arriving:
        """What becomes of this on its way through a linear row."""
        if part.op.name != "negative":
            return Arriving(part, mask, clean, self.minus, self.origin)
        return Arriving(part.args[0], mask, clean, not self.minus, part.origin)

    def settled(self) -> Node:
        """The value, but for its sign: zero where nothing arrives."""
        if isinstance(self.mask, bool) or self.clean:
            return self.value
        zero = constant(np.zeros((), self.value.dtype))
        return make(ROWS["where"], (self.mask, self.value, zero))


def pull_back(
    tangents: Sequence[Node | None],
    sources: Sequence[Node],
    cotangents: Sequence[Node],
    apart: bool = False,
    still: Collection[Node] = (),
) -> list[Node | None]:
    """Transpose: given `tangents` as linear functions of `sources`, and one cotangent for each
    tangent, the cotangent that reaches each source; None stands for zero.

    `apart`: of the cotangents only what is not 0 arrives. `still` are nodes known not to depend on
    any source; nothing is looked for below them.
    """
    seeds = [
        (t, Arriving(c, condition(c) if apart else True))
        for t, c in zip(tangents, cotangents, strict=True)
        if t is not None
    ]
    return [
        None if found is None else found.signed().settled()
        for found in _pull(seeds, sources, still)
    ]


def _pull(
    seeds: Sequence[tuple[Node, Arriving]], sources: Sequence[Node], still: Collection[Node] = ()
) -> list[Arriving | None]:
    """What reaches each source, masks included."""
    ends = frozenset(sources)
    order = topological([t for t, _ in seeds], stop=ends.union(still))
    linear = _depending_on(order, ends)
    arriving: dict[Node, Arriving] = {}
    for t, c in seeds:
        _arrive(arriving, t, c)
    elements = Elements()
    for node in reversed(order):
        if node not in linear or node in ends:
            continue
        if node.shape:
            _settle(node, elements, arriving, masked=True)
        here = arriving.pop(node, None)
        if here is None:
            continue
        if not node.op.elementwise and Elements.takes(node):
            elements.add(node, Traced(here.signed().settled()), here.mask)
        else:
            _spread(node, here, linear, arriving, ends)
    for s in ends:
        _settle(s, elements, arriving, masked=False)
    return [arriving.get(s) for s in sources]


def _settle(node: Node, elements: Elements, arriving: dict[Node, Arriving], masked: bool) -> None:
    """Let what arrived at a node's elements arrive at the node, without a mask at the end."""
    if node in elements:
        for value, mask in elements.collect(node, masked):
            _arrive(arriving, node, Arriving(value.node, mask))


def _depending_on(order: Sequence[Node], sources: frozenset[Node]) -> set[Node]:
    found: set[Node] = set()
    for node in order:
        if node in sources or not found.isdisjoint(node.args):
            found.add(node)
    return found


def _spread(
    node: Node,
    here: Arriving,
    linear: set[Node],
    arriving: dict[Node, Arriving],
    ends: frozenset[Node],
) -> None:
    """Send the cotangent of one linear node on to those of its arguments that are linear too."""
    row, args = node.op, node.args
    wanted = [a in linear for a in args]
    if row.inside:
        return _inside(node, here, wanted, arriving)
    if row.transpose is None or row is INPUT:
        raise NotDifferentiableError(
            f"operation {row.name!r} stands on a tangent but has no transpose, so reverse mode "
            "cannot pass it; write the rule with linear rows (+, −, *, where, sum, indexing, @), "
            "or give the row a transpose"
        )
    if row.linear != JOINTLY and (
        wanted.count(True) > 1 if row.linear == EACH else any(wanted[1:])
    ):
        raise NotDifferentiableError(
            f"a derivative rule joined tangents with {row.name!r}: that is not linear"
        )
    if row.elementwise:
        parts = _elementwise(node, here, wanted)
    else:
        # A mask is of no use where the way ends.
        goes_on = any(w and a not in ends for w, a in zip(wanted, args, strict=True))
        parts = _whole(node, here, wanted, goes_on)
    for a, part in zip(args, parts, strict=True):
        if part is not None:
            _arrive(arriving, a, part)


def _elementwise(node: Node, here: Arriving, wanted: list[bool]) -> list[Arriving | None]:
    """What one elementwise row sends to each argument, broadcasting undone."""
    sent: list[Arriving | None] = []
    for i, part in enumerate(_through(node, here.value, wanted)):
        if part is None or not wanted[i]:
            sent.append(None)
            continue
        if node.op.selects:
            found = _selected(node, i, here, part)
        else:  # every other row keeps the mask it found
            clean = here.mask is True or (here.clean and _keeps_zeros(node, i))
            found = here.sent(part, here.mask, clean)
        shape = node.args[i].shape
        sent.append(found if part.shape == shape else _fitted(found, shape))
    return sent


def _through(node: Node, y_bar: Node, wanted: Sequence[bool]) -> Sequence[Node | None]:
    """What the transpose of a node's row makes of y_bar for each argument."""
    row = node.op
    if row.name == "multiply" and is_number(y_bar, 1.0) and _alike(node):
        return node.args[::-1]  # once what it is multiplied with
    assert row.transpose is not None
    handles = [Traced(a) for a in node.args]
    parts = row.transpose(Traced(y_bar), handles, wanted, **dict(node.params))
    return [None if part is None else part.node for part in parts]


def _whole(node: Node, here: Arriving, wanted: list[bool], goes_on: bool) -> list[Arriving | None]:
    """What a row on whole arrays sends to each argument, and where anything arrives there."""
    row, params = node.op, dict(node.params)
    assert row.transpose is not None
    if row.name in PARTIAL_READERS or not uniform(here.mask):
        here = here.signed()  # the zeros around it have no sign
    args = [Traced(a) for a in node.args]
    alike, clean = here.mask is not True and uniform(here.mask), True
    if alike:  # all of it has arrived, or nothing: whatever the row mixes
        parts, clean = (
            row.transpose(Traced(here.value), args, wanted, **params),
            (here.clean and row.moves),
        )
    elif row.transpose_where is not None and not isinstance(here.mask, bool):
        arrived = Traced(spread(here.mask, here.value.shape))
        parts = row.transpose_where(Traced(here.value), arrived, args, wanted, **params)
    else:
        parts = row.transpose(Traced(here.settled()), args, wanted, **params)
    masks: Sequence[Mask | None] = [True] * len(parts)
    if alike or (goes_on and (row.moves or row.linear == EACH)):
        masks = carried_back(node, here.mask, wanted)
    return [
        here.sent(part.node, mask, clean) if w and part is not None and mask is not None else None
        for w, part, mask in zip(wanted, parts, masks, strict=True)
    ]


def _inside(node: Node, here: Arriving, wanted: list[bool], arriving: dict[Node, Arriving]) -> None:
    """The transpose of a call: calls of the transposed graph, of what its linear part is multiplied
    with and y_bar.
    """
    graph, which = node.param("graph"), node.param("which")
    masked = not isinstance(here.mask, bool)
    key = ("transpose", which, tuple(wanted), masked)
    if key not in graph.made:
        graph.made.setdefault(key, _transposed(graph, which, wanted, masked))
    turned, masks = graph.made[key]
    given = [a for a, w in zip(node.args, wanted, strict=True) if not w]
    given += [here.value, *([spread(here.mask, here.value.shape)] if masked else [])]
    outputs = iter(range(len(turned.outputs)))
    reached = [
        None if m is None else make(node.op, given, graph=turned, which=next(outputs))
        for m in masks
    ]
    arrived = [
        make(node.op, given, graph=turned, which=next(outputs)) if m else True for m in masks
    ]
    linear = [a for a, w in zip(node.args, wanted, strict=True) if w]
    for a, value, mask in zip(linear, reached, arrived, strict=True):
        if value is not None:
            _arrive(arriving, a, here.sent(value, mask, clean=True))


def _transposed(
    graph: Graph, which: int, wanted: Sequence[bool], masked: bool
) -> tuple[Graph, list[bool | None]]:
    """A graph turned round, from its output to the inputs wanted; and for each of those None where
    nothing arrives, else whether there is a mask: the outputs are all values first, then all masks.
    """
    from steepest.graph.graph import Graph

    output = graph.outputs[which]
    y_bar, mask = fresh("ȳ", output.shape, output.dtype), fresh("arrived", output.shape, bool)
    seed = Arriving(y_bar, mask, clean=False) if masked else Arriving(y_bar)
    found = _pull([(output, seed)], [n for n, w in zip(graph.inputs, wanted, strict=True) if w])
    values = [f.signed().settled() for f in found if f is not None]
    masks = [f.mask for f in found if f is not None and not isinstance(f.mask, bool)]
    given = [n for n, w in zip(graph.inputs, wanted, strict=True) if not w]
    turned = Graph((*given, y_bar, *([mask] if masked else [])), tuple(running([*values, *masks])))
    return turned, [None if f is None else not isinstance(f.mask, bool) for f in found]


def _selected(node: Node, i: int, here: Arriving, part: Node) -> Arriving:
    """What `where` lets through to its i-th argument: only where it chooses that."""
    side: Mask = condition(node.args[0])
    return here.sent(part, both(here.mask, side if i == 1 else negated(side)), clean=False)


def _alike(node: Node) -> bool:
    """Whether a node and its arguments have one shape and dtype, and none takes that of another."""
    like = node.shape, node.dtype
    return not any(a.weak or (a.shape, a.dtype) != like for a in node.args)


def _keeps_zeros(node: Node, i: int) -> bool:
    """Whether zero goes to zero, whatever the numbers are: nothing is multiplied, or by something
    finite that is known.
    """
    if node.op.linear == JOINTLY:
        return True
    others = (*node.args[:i], *node.args[i + 1 :])
    return all(a.op is CONSTANT and _finite(a.value) for a in others)


def _finite(value: Any) -> bool:
    """Whether what a constant holds is finite, all of it."""
    return bool(np.isfinite(value).all()) if np.ndim(value) else math.isfinite(value)


def _fitted(found: Arriving, shape: tuple[int, ...]) -> Arriving:
    """Undo the broadcasting of one argument: sum what arrives; something arrives if it does
    anywhere.
    """
    from steepest.operations.shape import unbroadcast

    alike = uniform(found.mask)
    found = found if alike else found.signed()
    value = found.value if alike else found.settled()
    total = as_node(unbroadcast(Traced(value), shape))
    mask = within(found.mask, value.shape, shape)
    return Arriving(total, mask, found.clean or not alike, found.minus)


def _arrive(arriving: dict[Node, Arriving], node: Node, new: Arriving) -> None:
    """Add a cotangent to what has reached this node before."""
    if new.mask is False:
        return
    # A float64 cotangent can reach a float32 argument.
    if new.value.dtype != node.dtype and not new.value.weak:
        from steepest.operations.shape import cast

        value = as_node(cast(Traced(new.value), node.dtype))
        new = Arriving(value, new.mask, new.clean, new.minus)
    old = arriving.get(node)
    arriving[node] = new if old is None else _sum(old, new)


def _sum(old: Arriving, new: Arriving) -> Arriving:
    """Two cotangents together; where only one of them can be anything, it is that one."""
    if old.minus and new.minus and not (old.mask is True and new.mask is True):
        old = old.signed()  # what is nowhere stays 0 and not -0
    if old.mask is new.mask:
        value, minus = _added(old.value, old, new.value, new)
        return Arriving(value, old.mask, old.clean and new.clean, minus)
    apart = None if old.clean and new.clean else parted(old.mask, new.mask)
    if apart is None:
        value, minus = _added(old.settled(), old, new.settled(), new)
        return Arriving(value, either(old.mask, new.mask), minus=minus)
    asked, mask = apart
    if old.minus != new.minus:
        old, new = old.signed(), new.signed()
    if asked.op.name == "logical_not":
        asked, old, new = asked.args[0], new, old
    chosen = make(ROWS["where"], (asked, old.value, new.value))
    return Arriving(chosen, mask, old.clean and new.clean, old.minus)


def _added(a: Node, first: Arriving, b: Node, second: Arriving) -> tuple[Node, bool]:
    """The sum of two values with the signs of their cotangents, and whether its sign is minus."""
    if first.minus == second.minus:
        return make(ROWS["add"], (a, b)), first.minus
    positive, other = (b, a) if first.minus else (a, b)
    return make(ROWS["subtract"], (positive, other)), False
