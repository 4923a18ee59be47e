"""A function at one call, opened: its nodes, their names and lines, their values and adjoints."""

from __future__ import annotations

import linecache
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from steepest.calculus import derive
from steepest.explanation.step import operation_text, shown
from steepest.graph.node import CONSTANT, INPUT, Node, Origin
from steepest.graph.traverse import topological
from steepest.printing.text import text
from steepest.sources.piece import Piece
from steepest.sources.pieces import Argnums, Formula, Source, as_source
from steepest.sources.watching import Watch

__all__ = ["Opened", "opened"]

LONG = 28  # a sub-formula with more characters is cut


def opened(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: Argnums) -> Opened:
    """Follow a function at one call, and watch what it calls its values."""
    source = as_source(f)
    chosen = (argnums,) if isinstance(argnums, (int, str)) else tuple(argnums)
    with Watch() as watch, np.errstate(all="ignore"):
        piece = source.piece(args, kwargs, chosen)
    by, _ = piece.chosen(chosen, single=False)
    return Opened(source, piece, tuple(piece.inputs[i] for i in by), watch.names)


class Opened:
    """A function at one call.

    `order` lists all nodes, arguments first; `steps` are those a person wants to see, with their
    numbers: inputs, then data, then what is computed. A constant number, and an array of places,
    is written where it is used and is no step. `by` are the inputs that are differentiated by.
    """

    def __init__(
        self, source: Source, piece: Piece, by: tuple[Node, ...], watched: Mapping[Node, str]
    ) -> None:
        self.source, self.piece, self.by = source, piece, by
        self.name, self.outputs = source.__name__, piece.outputs
        self.order = topological(piece.outputs)
        used = [n for n in self.order if n.op is INPUT]
        inputs = [n for n in piece.inputs if n in used] + [n for n in used if n not in piece.inputs]
        data = [n for n in self.order if n.op is CONSTANT and n.shape != () and n.real]
        computed = [n for n in self.order if n.args]
        self.steps = {n: i for i, n in enumerate((*inputs, *data, *computed), start=1)}
        self.names = _names(list(self.steps), watched)

    @property
    def function(self) -> Any:
        """What the user gave."""
        return getattr(self.source, "function", self.source)

    # ---- numbers
    def values(self) -> dict[Node, Any]:
        """Forward: what every node comes to."""
        found = self.piece.run("every value", lambda: self.order)()
        return dict(zip(self.order, found, strict=True))

    def adjoints(self) -> dict[Node, Any]:
        """Backward: how much the output answers to every node that holds floating-point numbers."""
        real = [n for n in self.order if n.real]
        run = self.piece.run("every adjoint", lambda: derive.adjoints(self.outputs[0], real))
        return dict(zip(real, run(), strict=True))

    # ---- words
    def argument(self, node: Node) -> int | str:
        """A step by its number; a constant, which is no step, as text."""
        if node in self.steps:
            return self.steps[node]
        return shown(node.value) if node.op is CONSTANT else node.op.name

    def reference(self, node: Node) -> str:
        """How the table refers to a node: by its name, or as #7."""
        found = self.names.get(node) or self.argument(node)
        return found if isinstance(found, str) else f"#{found}"

    def written(self, node: Node, depth: int = 3) -> str:
        """The operation with its arguments, those without a name written out too, to some depth."""
        return operation_text(node, [self.called(a, depth - 1) for a in node.args])

    def called(self, node: Node, depth: int = 2) -> str:
        """What a reader would call a node: its name, its formula, or the operation that made it."""
        if node in self.names or not node.args:
            return self.reference(node)
        if isinstance(self.source, Formula):
            return self.formula(node)
        return self.written(node, depth) if depth else "…"

    def formula(self, node: Node) -> str:
        """A node of a typed formula, as a formula; nothing for code, which has names of its own."""
        return text(node, limit=LONG) if isinstance(self.source, Formula) else ""

    @cached_property
    def _origins(self) -> dict[Node, Origin | None]:
        found = {n: n.origin for n in self.order}
        for node in reversed(self.order):
            for a in node.args:
                if found[a] is None and a.args:  # an element that is read is where it is used
                    found[a] = found[node]
        return found

    def origin(self, node: Node) -> Origin | None:
        """The line of the user's code; None for inputs, data and formulas."""
        found = self._origins[node] if node.args else None
        return found if found is not None and found.file != "formula" else None

    def line(self, node: Node) -> str:
        """The text of that line; empty where there is none to show."""
        origin = self.origin(node)
        return "" if origin is None else linecache.getline(origin.file, origin.line).strip()


def _names(steps: Sequence[Node], watched: Mapping[Node, str]) -> dict[Node, str]:
    """What the user calls each step; the second value of the same name, as in a loop, is h:2."""
    seen: dict[str, int] = {}
    found = {}
    for node in steps:
        name = node.name if node.op is INPUT else watched.get(node, "")
        if name:
            seen[name] = seen.get(name, 0) + 1
            found[node] = name if seen[name] == 1 else f"{name}:{seen[name]}"
    return found
