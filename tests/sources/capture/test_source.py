"""Every function of a file leads back to its own syntax tree, however it is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import steepest as st
from steepest.sources.capture.bytecode import codes_in
from steepest.sources.capture.source import find

WRITTEN = """
conditional = lambda x: x**2 if x > 0 else -x
pair = (lambda x: x + 1, lambda x: x + 2)
inner = lambda x: (lambda y: y * x)(x)
short = lambda x: x and 2 * x or 1.0
compare = lambda x: 1 < x < 2
constant = lambda x: 7.0
spread = lambda x: [
    v if v > 0 else -v
    for v in (x, x)
]
walrus = lambda x: (y := x) * y
default = lambda x, k=lambda v: v if v > 1 else 1: k(x)
text = lambda ß: ß if ß != "äöü" else (lambda y: y if y else ß)
yielding = lambda x: (yield x)

@staticmethod
def decorated(x):
    return x if x > 0 else -x

def outer(x):
    def outer(y):
        return lambda z: y if z else x
    return outer
"""


def test_every_code_is_found_and_is_its_own(tmp_path: Path) -> None:
    name = tmp_path / "written.py"
    name.write_text(WRITTEN, encoding="utf-8")
    tree = ast.parse(WRITTEN)
    whole = compile(tree, name, "exec", dont_inherit=True)
    codes = [c for c in codes_in(whole) if c.co_name in ("<lambda>", "decorated", "outer")]
    places = set()
    for code in codes:
        found = find(code, {})
        assert found is not None, (code.co_name, code.co_firstlineno)
        places.add((found.node.lineno, found.node.col_offset))
        if not code.co_freevars:  # alone it is compiled to the same code, places and all
            alone: ast.mod = (
                ast.Expression(found.node)
                if isinstance(found.node, ast.Lambda)
                else ast.Module([found.node], [])
            )
            mode = "eval" if isinstance(alone, ast.Expression) else "exec"
            assert code in codes_in(compile(alone, name, mode, dont_inherit=True))
    written = [n for n in ast.walk(tree) if isinstance(n, (ast.Lambda, ast.FunctionDef))]
    assert len(places) == len(codes) == len(written) > 15


@pytest.mark.parametrize(("at", "slope"), [(2.0, 4.0), (-2.0, -1.0)])
def test_a_lambda_that_is_one_condition_is_followed_by_its_source(at: float, slope: float) -> None:
    bent = st.grad(lambda x: x**2 if x > 0 else -x)
    assert bent(at) == slope
    assert bent.tracing.exact and not bent.tracing.notes
