"""The leaves that the graphs of all paths share: inputs, arrays outside, facts that became inputs.

Equal nodes are one object, so where the leaves are the same, so are the conditions that two runs
have in common, and the paths have one beginning.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from steepest.graph.node import Node, fresh

__all__ = ["Leaves"]

Array = np.ndarray[Any, Any]


class Leaves:
    """The leaves of all graphs for arguments of one kind."""

    def __init__(self, inputs: tuple[Node, ...]) -> None:
        self.inputs = inputs
        self._blocks: dict[int, tuple[weakref.ref[Array], weakref.ref[Node]]] = {}
        self._facts: WeakValueDictionary[Hashable, Node] = WeakValueDictionary()

    def block(self, block: Array, name: str) -> Node:
        """The input that stands for an array outside; it does not keep the array alive."""
        found = self._blocks.get(id(block))
        if found is not None and found[0]() is block:
            node = found[1]()
            if node is not None and node.shape == block.shape and node.dtype == block.dtype:
                return node
        node = fresh(name, block.shape, block.dtype)
        if len(self._blocks) > 1000:
            alive = {k: v for k, v in list(self._blocks.items()) if v[0]() is not None}
            self._blocks = {k: v for k, v in alive.items() if v[1]() is not None}
        self._blocks[id(block)] = weakref.ref(block), weakref.ref(node)
        return node

    def fact(self, key: Hashable, value: Any, name: str) -> Node:
        """The input that stands for a number outside: Python's own are weak, as in NumPy."""
        kind = type(value)
        node = self._facts.get((key, kind))
        if node is None:
            node = self._facts[key, kind] = fresh(name, (), np.float64, weak=kind is float)
        return node
