"""Copies of syntax trees, to be rewritten while the original stays."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

__all__ = ["copied", "place_of"]

T = TypeVar("T", bound=ast.AST)
PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def copied(node: T, names: list[ast.Name] | None = None) -> T:
    """A tree of its own; its names are added to `names`.

    Nodes without fields (`Load`, `Add`) say but their kind: shared.
    """
    if not node._fields:
        return node
    held: dict[str, Any] = node.__dict__.copy()
    for name in node._fields:
        part = held.get(name)
        if type(part) is list:
            held[name] = [copied(p, names) if isinstance(p, ast.AST) else p for p in part]
        elif isinstance(part, ast.AST):
            held[name] = copied(part, names)
    made = type(node).__new__(type(node))  # __init__ would ask for the fields, one by one
    made.__dict__.update(held)
    if names is not None and isinstance(made, ast.Name):
        names.append(made)
    return made


def place_of(node: ast.AST) -> dict[str, Any]:
    """Where a node stands in the text, for nodes that are made in its place."""
    held = node.__dict__
    return {name: held[name] for name in PLACE}
