"""From a compiled function back to its syntax tree, or None where that cannot be proved.

A file may have been edited since it was imported, and two lambdas may stand on one line. So the
file is compiled again and the function's code must equal one of the codes found there: equality
covers names, constants, lines and columns.
"""

from __future__ import annotations
import __future__

import ast
import functools
import linecache
import operator
from _thread import allocate_lock
from collections.abc import Iterator
from types import CodeType
from typing import Any

from steepest.record import record
from steepest.sources.capture.bytecode import codes_in

__all__ = ["Found", "find"]


@record()
class Found:
    """A function's own syntax tree, and the class it stands in (for names such as `self.__k`)."""

    node: ast.FunctionDef | ast.Lambda
    enclosing: str | None


@record()
class _File:
    tree: ast.Module
    codes: frozenset[CodeType]


_files: dict[tuple[str, int, int], _File | None] = {}
_lock = allocate_lock()
FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)
# pytest compiles asserts in its own way, so codes that hold one cannot be compared
PYTEST = "@pytest_ar"


def find(code: CodeType, module_globals: dict[str, Any]) -> Found | None:
    """The syntax tree of the function with this code.

    None where there is no source or it is no longer this one.
    """
    lines = linecache.getlines(code.co_filename, module_globals)
    if not lines:
        return None
    text = "".join(lines)
    future = code.co_flags & FUTURE  # a file says so itself; what is typed may have it from around
    key = (code.co_filename, hash(text), future)
    with _lock:
        if key not in _files:
            _files[key] = _read(text, code.co_filename, future)
        file = _files[key]
    if file is None or (code not in file.codes and PYTEST not in code.co_names):
        return None
    found = [Found(*f) for f in _functions(file.tree, None) if _is(f[0], code)]
    return found[-1] if found else None  # of lambdas in one another, the innermost


def _read(text: str, name: str, future: int) -> _File | None:
    try:
        tree = ast.parse(text)
        whole = compile(text, name, "exec", flags=future, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return _File(tree, frozenset(codes_in(whole)))


def _functions(
    node: ast.AST, enclosing: str | None
) -> Iterator[tuple[ast.FunctionDef | ast.Lambda, str | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child, enclosing
        yield from _functions(child, child.name if isinstance(child, ast.ClassDef) else enclosing)


def _is(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return (
            code.co_name == "<lambda>"
            and node.lineno == code.co_firstlineno
            and _spans(node.body, code)
        )
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _spans(body: ast.expr, code: CodeType) -> bool:
    """Whether all instructions that belong to a place in the text lie within an expression."""
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    placed = False
    for first, last, left, right in code.co_positions():
        if None in (first, last, left, right) or (first, left) == (last, right):
            continue  # it starts or ends the function
        placed = True
        if (first, left) < start or (last, right) > end:
            return False
    return placed
