"""Syntax trees, copied and rewritten while the original stays."""

from __future__ import annotations

import ast
from typing import Any, ClassVar, TypeVar

__all__ = ["Transformer", "copied", "place_of"]

T = TypeVar("T", bound=ast.AST)
PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def copied(node: T, names: list[ast.Name] | None = None) -> T:
    """A tree of its own; its names are added to `names`.

    Nodes without fields (`Load`, `Add`) say but their kind: shared.
    """
    kind = type(node)
    held: dict[str, Any] = node.__dict__.copy()
    for name in node._fields:
        part = held.get(name)
        if type(part) is list:
            held[name] = [copied(p, names) if isinstance(p, ast.AST) else p for p in part]
        elif isinstance(part, ast.AST) and part._fields:
            held[name] = copied(part, names)
    made = kind.__new__(kind)  # __init__ would ask for the fields, one by one
    made.__dict__.update(held)
    if names is not None and isinstance(made, ast.Name):
        names.append(made)
    return made


def place_of(node: ast.AST) -> dict[str, Any]:
    """Where a node stands in the text, for nodes that are made in its place."""
    held = node.__dict__
    return {name: held[name] for name in PLACE}


class Transformer:
    """What `ast.NodeTransformer` is, in fewer calls: subclasses have `visit_Name` and its like."""

    _methods: ClassVar[dict[type, Any]]

    def __init_subclass__(cls) -> None:
        cls._methods = {}  # by the kind of node, as they are met

    def visit(self, node: Any) -> Any:
        """A node rewritten; several statements for one."""
        kind = type(node)
        method: Any = self._methods.get(kind)
        if method is None:
            method = getattr(type(self), f"visit_{kind.__name__}", Transformer.generic_visit)
            self._methods[kind] = method
        return method(self, node)

    def generic_visit(self, node: Any) -> Any:
        """A node whose parts are rewritten."""
        held = node.__dict__
        for name in node._fields:
            part = held.get(name)
            if type(part) is list:
                made: list[Any] = []
                for p in part:
                    new = self.visit(p) if isinstance(p, ast.AST) else p
                    made += new if type(new) is list else (new,)
                part[:] = made
            elif isinstance(part, ast.AST) and part._fields:
                held[name] = self.visit(part)
        return node
