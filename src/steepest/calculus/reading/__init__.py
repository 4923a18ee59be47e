"""What a person reads: a graph rewritten by laws of real numbers into the form that calculus texts
give.

    entry     nodes -> sums of products, by the laws of arithmetic and of the functions
    terms     sums of products; algebra collects like terms, powers and numbers in them
    forms     other forms of a sum: multiplied out, factored, over one denominator
    compose   the shortest form -> nodes, in the order of texts

The graph that runs is never touched by this (see `calculus.rewrite`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.compose import Composer, shaped
from steepest.calculus.reading.entry import Entry
from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.traverse import topological

__all__ = ["LARGE", "reading"]

# operations; a larger graph gets its like terms collected, but no search for the shortest form
LARGE = 3000


def reading(
    outputs: Sequence[Node], variables: Sequence[Node] = (), given: Collection[Node] = ()
) -> list[Node]:
    """The outputs as a text would write them: equal wherever the outputs have a value and a law's
    domain allows.

    `variables` gives their order (by default, as they appear). Conditions in `given`, the nodes of
    what a person typed,
    are left as they are; a rule's own conventions at single points are not shown. The laws are
    listed in
    `calculus.identities`, each with its domain.

    The time is near linear: like terms are always collected; the search for the shortest form ends
    for sums of more than
    48 terms or 400 nodes, when `algebra.EFFORT` is used up, and altogether from 3,000 operations
    on.
    """
    order = topological(outputs)
    names = [n.name for n in [*variables, *order] if n.op is INPUT]
    rank = {name: i for i, name in enumerate(dict.fromkeys(names))}
    decimals = any(
        n.exact is not None and n.exact.denominator != 1 for n in order if n.op is CONSTANT
    )
    algebra = Algebra()
    sums = Entry(algebra, given).read(outputs)
    composer = Composer(algebra, rank, decimals, search=len(order) <= LARGE)
    return [shaped(composer.node(s), o.shape) for s, o in zip(sums, outputs, strict=True)]
