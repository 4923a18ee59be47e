"""Copies of syntax trees, to be rewritten while the original stays."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

__all__ = ["copied"]

T = TypeVar("T", bound=ast.AST)


def copied(node: T) -> T:
    """A tree of its own. Nodes without fields (`Load`, `Add`) say but their kind: shared."""
    if not node._fields:
        return node
    held: dict[str, Any] = node.__dict__.copy()
    for name in node._fields:
        part = held.get(name)
        if isinstance(part, ast.AST):
            held[name] = copied(part)
        elif type(part) is list:
            held[name] = [copied(p) if isinstance(p, ast.AST) else p for p in part]
    made = type(node).__new__(type(node))  # __init__ would ask for the fields, one by one
    made.__dict__.update(held)
    return made
