"""The leaves that the graphs of all paths share: inputs, arrays outside, facts that became inputs.

Equal nodes are one object, so where the leaves are the same, so are the conditions that two runs
have in common, and the paths have one beginning.
"""

from __future__ import annotations

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
        self._blocks: WeakValueDictionary[int, Node] = WeakValueDictionary()
        self._facts: WeakValueDictionary[Hashable, Node] = WeakValueDictionary()

    def block(self, block: Array, name: str) -> Node:
        """The input that stands for an array outside; it does not keep the array alive.

        Nor does it hold on to it weakly, which NumPy would not let be resized. A node lives no
        longer than the tapes it is in, and these keep the array: no other has its identity.
        """
        node = self._blocks.get(id(block))
        if node is None or node.shape != block.shape or node.dtype != block.dtype:
            node = self._blocks[id(block)] = fresh(name, block.shape, block.dtype)
        return node

    def fact(self, key: Hashable, value: Any, name: str) -> Node:
        """The input that stands for a number outside: Python's own are weak, as in NumPy."""
        kind = type(value)
        node = self._facts.get((key, kind))
        if node is None:
            node = self._facts[key, kind] = fresh(name, (), np.float64, weak=kind is float)
        return node
