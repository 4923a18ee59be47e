"""Where the values lie that a walk through the questions has worked out."""

from __future__ import annotations

import numpy as np

from steepest.graph.node import CONSTANT, Node
from steepest.graph.traverse import replace

__all__ = ["Places"]


class Places(dict[Node, int]):
    """The place of each node's value in one growing list.

    A node can mean the same as another without being it: long constant arrays made in the function
    are new nodes in every run, and so is all that depends on them. Of such the first one has the
    place, and `same` leads to it.
    """

    def __init__(self, inputs: tuple[Node, ...]) -> None:
        super().__init__((n, i) for i, n in enumerate(inputs))
        self.same: dict[Node, Node] = {}
        self.size = len(inputs)

    def add(self, node: Node) -> None:
        """The next value is that of this node."""
        self[node] = self.size
        self.size += 1

    def first(self, node: Node) -> Node:
        """A node in terms of those that have a place."""
        if not self.same:
            return node
        (found,) = replace([node], self.same)
        self.alike(found, node)
        return found

    def alike(self, known: Node, asked: Node) -> bool:
        """Whether a node means the same as another; then what is below them does so, too."""
        found: dict[Node, Node] = {}
        pairs = [(known, asked)]
        while pairs:
            a, b = pairs.pop()
            if a is b or found.get(b, self.same.get(b)) is a:
                continue
            if b in found or a.op is not b.op or a.shape != b.shape or a.dtype != b.dtype:
                return False
            if a.op is CONSTANT:
                if np.asarray(a.value).tobytes() != np.asarray(b.value).tobytes():
                    return False
            elif a.params != b.params or len(a.args) != len(b.args) or not a.args:
                return False
            found[b] = a
            pairs += zip(a.args, b.args, strict=True)
        self.same.update(found)
        return True
