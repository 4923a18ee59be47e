"""What the user's own code calls the values that it computes, watched while the code is followed.

A followed function runs on handles, so its local variables hold nodes: `a1 = sigmoid(z1)` shows
as soon as the next line begins. The names are read as a debugger reads them, by Python's line
events, and only while somebody asks for an explanation. A debugger or a coverage tool that is
watching already goes on watching.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, cast

from steepest.graph.node import Node
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.trace import is_library
from steepest.sources.capture.twin import is_twin

__all__ = ["Watch"]

Tracer = Callable[[FrameType, str, Any], Any]
FEW = 50  # a list or dict with more entries is not looked into


class Watch:
    """Names of nodes, gathered inside a `with` block: the outermost name wins, then the first."""

    def __init__(self) -> None:
        self._found: dict[Node, tuple[int, str]] = {}
        self._before: Tracer | None = None

    @property
    def names(self) -> dict[Node, str]:
        """What each node was called."""
        return {node: name for node, (_, name) in self._found.items()}

    def __enter__(self) -> Watch:
        self._before = cast(Tracer | None, sys.gettrace())
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def _enter_frame(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Python calls this for every frame that begins; what it returns is called for its
        lines.
        """
        other = None if self._before is None else self._before(frame, event, arg)
        if not is_twin(frame.f_code) or is_library(frame.f_globals.get("__name__", "")):
            return other
        depth = _depth(frame)

        def line(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal other
            if other is not None:
                other = other(frame, event, arg)
            for name, value in list(frame.f_locals.items()):
                self._look(name, value, depth)
            return line

        return line

    def _look(self, name: str, value: Any, depth: int) -> None:
        if not name.isidentifier() or name.startswith("__"):
            return
        for called, held in _handles(name, value):
            node = _node_of(held)
            if node is None or not (
                node.args or node.shape
            ):  # inputs have names; numbers need none
                continue
            if node not in self._found or depth < self._found[node][0]:
                self._found[node] = (depth, called)


def _depth(frame: FrameType | None) -> int:
    count = 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def _handles(name: str, value: Any) -> Iterator[tuple[str, Handle]]:
    """A handle by its name; those in a small list, tuple or dict by the names that reach them."""
    if isinstance(value, Handle):
        yield name, value
    elif type(value) in (list, tuple) and len(value) <= FEW:
        yield from ((f"{name}[{i}]", v) for i, v in enumerate(value) if isinstance(v, Handle))
    elif type(value) is dict and len(value) <= FEW:
        yield from ((f"{name}[{k!r}]", v) for k, v in value.items() if isinstance(v, Handle))


def _node_of(handle: Handle) -> Node | None:
    """The node that a handle stands for; None where asking would change what is recorded.

    Elements written one by one wait to become one node together; an array that does not vary has
    a node once it was used.
    """
    if type(handle) is ArrayHandle:
        buffer = handle._buffer
        if buffer.pending:
            return None
        if not buffer.varies:
            return buffer._node if handle._held.shape == buffer.block.shape else None
    return handle.node
