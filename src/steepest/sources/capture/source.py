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
    codes: frozenset[CodeType]
    functions: dict[tuple[str, int], list[Found]]  # by name and first line


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
    found = file.functions.get((code.co_name, code.co_firstlineno), ())
    for f in reversed(found):  # of lambdas in one another, the innermost
        if isinstance(f.node, ast.FunctionDef) or _spans(f.node.body, code):
            return f
    return None


def _read(text: str, name: str, future: int) -> _File | None:
    try:
        tree = ast.parse(text)
        whole = compile(tree, name, "exec", flags=future, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    functions: dict[tuple[str, int], list[Found]] = {}
    _list(tree, None, functions, "lambda" in text)
    return _File(frozenset(codes_in(whole)), functions)


def _list(
    node: ast.AST,
    enclosing: str | None,
    functions: dict[tuple[str, int], list[Found]],
    lambdas: bool,
) -> None:
    """List the functions below a node, from the outside to the inside; in expressions there are
    `lambdas` only.
    """
    held = node.__dict__
    for field in node._fields:
        part = held.get(field)
        for child in part if type(part) is list else (part,):
            if not isinstance(child, ast.AST) or (isinstance(child, ast.expr) and not lambdas):
                continue
            if isinstance(child, ast.FunctionDef):
                first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                functions.setdefault((child.name, first), []).append(Found(child, enclosing))
            elif isinstance(child, ast.Lambda):
                key = ("<lambda>", child.lineno)
                functions.setdefault(key, []).append(Found(child, enclosing))
            inside = child.name if isinstance(child, ast.ClassDef) else enclosing
            _list(child, inside, functions, lambdas)


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
    return placed or _is_constant(body, code)


def _is_constant(body: ast.expr, code: CodeType) -> bool:
    """Whether all that an expression says is a constant of the code, which from Python 3.12 on has
    no place in the text.
    """
    return isinstance(body, ast.Constant) and any(
        type(c) is type(body.value) and repr(c) == repr(body.value) for c in code.co_consts
    )
