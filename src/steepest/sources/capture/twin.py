"""A twin of a function: the same code, whose calls, reads and loops go through the seam.

The twin keeps the function's own globals, closure cells and defaults, so `global c; c += 1`,
`nonlocal`, methods and `super()` act on the real thing, and nothing is patched or shared between
threads. Writing needs no rewriting: arrays that enter a twin's frame are handles already, so
`out[i] = v` is theirs to hear.
"""

from __future__ import annotations
import __future__

import ast
import functools
from types import CodeType
from typing import Any

from steepest.record import record
from steepest.sources.capture.bytecode import codes_in, names_in
from steepest.sources.capture.source import find
from steepest.sources.capture.tree import copied, place_of

__all__ = ["FRAME_SENSITIVE", "SEAM", "Twin", "is_twin", "twin_of"]

SEAM = "__seam__"
FRAME_SENSITIVE = {"super", "locals", "globals", "vars", "dir", "eval", "exec", "breakpoint"}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift",
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
ALONE: dict[type[ast.AST], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
FUTURE = functools.reduce(
    int.__or__, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)


LOAD = ast.Load()
FACTORY: Any = ast.parse("def __factory__(): pass").body[0]


@record()
class Twin:
    """A rewritten code, the outer names it reads, those it binds, whether it assigns globals."""

    code: CodeType
    reads: frozenset[str]
    binds: frozenset[str]  # names that stand for something of its own in a part of it
    stores_globals: bool
    covers: frozenset[tuple[str, int, str]]  # (file, line, name) of every code of the original


_twins: dict[tuple[CodeType, str], Twin | None] = {}
_made: dict[int, CodeType] = {}  # by identity: where nothing is rewritten, twins equal originals


def is_twin(code: CodeType) -> bool:
    """Whether a code is a twin, or part of one."""
    return id(code) in _made


def twin_of(function: Any) -> Twin | None:
    """The twin of a function's code; None where its source cannot be had."""
    code: CodeType = function.__code__
    key = (code, code.co_filename)  # equality of codes ignores the file's name
    if key not in _twins:
        _twins[key] = _make(
            code, function.__globals__
        )  # published only when finished: other threads may be asking
    return _twins[key]


def _make(code: CodeType, module_globals: dict[str, Any]) -> Twin | None:
    found = find(code, module_globals)
    if found is None:
        return None
    outer = frozenset(code.co_freevars) | frozenset(names_in(code, ("LOAD_GLOBAL", "LOAD_NAME")))
    names: list[ast.Name] = []
    own_tree = copied(found.node, names)
    loaded = {n.id for n in names if type(n.ctx) is ast.Load}
    rewritten = _Rewrite(outer, found.enclosing).visit(own_tree)
    try:
        made = _compile_inside(rewritten, code)
    except (SyntaxError, ValueError):
        return None
    _made.update((id(c), c) for c in codes_in(made))
    covers = frozenset((c.co_filename, c.co_firstlineno, c.co_name) for c in codes_in(code))
    stores = frozenset(names_in(code, ("STORE_GLOBAL", "DELETE_GLOBAL")))
    own = {n for c in codes_in(code) for n in (*c.co_varnames, *c.co_cellvars)}
    named = names_in(code, ("STORE_DEREF", "DELETE_DEREF", "STORE_NAME", "DELETE_NAME"))
    return Twin(made, outer & loaded, stores.union(own, named), bool(stores), covers)


def _compile_inside(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> CodeType:
    """Compile a function in a factory that owns its free names and the seam; dig its code out."""
    place = place_of(node)
    body: list[ast.stmt]
    if isinstance(node, ast.Lambda):
        body = [ast.Return(node, **place)]
    else:
        node.decorator_list = []
        nothing = ast.Constant(None, **place)
        node.args.defaults = [nothing] * len(node.args.defaults)  # the real ones are set later
        node.args.kw_defaults = [d and nothing for d in node.args.kw_defaults]
        body = [node, ast.Return(ast.Name(node.name, LOAD, **place), **place)]
        if node.name not in code.co_freevars:  # a function that calls itself by its global name
            body.insert(0, ast.Global([node.name], **place))
    factory = copied(FACTORY)
    factory.args.args = [ast.arg(name, **place) for name in (SEAM, *code.co_freevars)]
    factory.body = body
    module = ast.Module([factory], [])
    flags = code.co_flags & FUTURE
    outside = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    inside = next(c for c in outside.co_consts if isinstance(c, CodeType))
    return next(
        c for c in inside.co_consts if isinstance(c, CodeType) and c.co_name == code.co_name
    )


def _is_simple(node: ast.expr) -> bool:
    """Whether an expression may be evaluated once more without anyone noticing."""
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Attribute) and _is_simple(node.value)
    )


class _Rewrite(ast.NodeTransformer):
    """f(a) -> seam.call(f, a);  o.n -> seam.attribute(o, "n");  s[i] -> seam.item(s, i).

    outer name k -> seam.outer("k", k).
    """

    def __init__(self, outer: frozenset[str], enclosing: str | None) -> None:
        self.outer = outer
        self.enclosing = enclosing

    def seam(self, name: str, at: ast.AST, *args: ast.expr | str | None) -> ast.Call:
        """A call of the seam in a node's place; what is no expression is a constant."""
        place = place_of(at)
        method = ast.Attribute(ast.Name(SEAM, LOAD, **place), name, LOAD, **place)
        given = [a if isinstance(a, ast.AST) else ast.Constant(a, **place) for a in args]
        return ast.Call(method, given, [], **place)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        of = [copied(a) for a in node.args] if name in ("globals", "vars") else []
        self.generic_visit(node)
        for keyword in node.keywords:
            if keyword.arg is None:  # **things
                keyword.value = self._used(keyword.value)
        if name in ("globals", "vars") and all(map(_is_simple, of)):
            return self.seam("belonging", node, node, *of)
        if name in FRAME_SENSITIVE:
            return node
        new = self.seam("call", node, node.func, *node.args)
        new.keywords = node.keywords
        return new

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._private(node.attr)
        if isinstance(node.ctx, ast.Load):
            return self.seam("attribute", node, node.value, node.attr)
        if isinstance(node.ctx, ast.Store):
            node.value = self.seam("holder", node, node.value, node.attr)
        return node

    def _private(self, name: str) -> str:
        """A private name as a class mangles it."""
        if self.enclosing and name.startswith("__") and not name.endswith("__"):
            return f"_{self.enclosing.lstrip('_')}{name}"
        return name

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Store):
            node.value = self.seam("keeper", node, node.value)
        if not isinstance(node.ctx, ast.Load):
            return node
        return self.seam("item", node, node.value, self._key(node.slice))

    def _key(self, key: ast.expr) -> ast.expr:
        """A subscript as an argument: slices written out."""
        if isinstance(key, ast.Slice):
            return self.seam("slice", key, key.lower, key.upper, key.step)
        if isinstance(key, ast.Tuple):
            key.elts = [self._key(e) for e in key.elts]
        return key

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if (
            isinstance(node.ctx, ast.Load)
            and node.id in self.outer
            and node.id not in FRAME_SENSITIVE
        ):
            return self.seam("outer", node, node.id, node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`x.n += 1`, `c[k] += 1`: what was there before may be a fact this call rests on."""
        before: list[ast.stmt] = []
        target = node.target
        simple = isinstance(target, ast.Attribute | ast.Subscript) and _is_simple(target.value)
        if simple and isinstance(target, ast.Attribute | ast.Subscript):
            holder = self.visit(copied(target.value))
            name = self._private(target.attr) if isinstance(target, ast.Attribute) else None
            before = [
                ast.copy_location(ast.Expr(self.seam("will_change", node, holder, name)), node)
            ]
        old: ast.expr | None = None
        if isinstance(target, ast.Name):
            old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            holder = self.visit(copied(target.value))
            old = self.seam("held", target, holder, self._private(target.attr))
        self.generic_visit(node)
        operator = OPERATORS.get(type(node.op))
        if old is None or operator is None:
            node.value = self._used(node.value)
            return [*before, node]
        new = self.seam("in_place", node, operator, old, node.value)
        return [*before, ast.copy_location(ast.Assign([node.target], new), node)]

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            return node
        return self.seam("operate", node, OPERATORS[type(node.op)], node.left, node.right)

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = self.seam("spread", node.value, node.value)
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        self.generic_visit(node)
        return self.seam("made", node, node)

    def visit_withitem(self, node: ast.withitem) -> ast.AST:
        self.generic_visit(node)
        node.context_expr = self.seam("context", node.context_expr, node.context_expr)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self._loop(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self._loop(node)
        return node

    def _loop(self, node: ast.For | ast.comprehension) -> None:
        self.generic_visit(node)
        apart = isinstance(node.target, ast.Tuple | ast.List)
        node.iter = self.seam("each_apart" if apart else "each", node.iter, node.iter)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`a, b = value` takes the value apart."""
        self.generic_visit(node)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple | ast.List):
            node.value = self.seam("parts", node.value, node.value)
        return node

    def _used(self, node: ast.expr) -> ast.expr:
        """A container that is asked whether it is empty, or what is in it, is used as a whole."""
        plainly = isinstance(node, ast.Constant | ast.Compare | ast.BinOp | ast.UnaryOp)
        return node if plainly else self.seam("used", node, node)

    def _asked(self, node: ast.expr) -> ast.expr:
        """A condition; of `v and w` only whether they are true is asked."""
        if isinstance(node, ast.BoolOp):
            node.values = [self._asked(v) for v in node.values]
            return node
        plainly = isinstance(node, ast.Constant | ast.Compare)
        return node if plainly else self.seam("truth", node, node)

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        node.test = self._asked(node.test)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = self._asked(node.test)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.test = self._asked(node.test)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        node.values = [self._used(v) for v in node.values]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            node.operand = self._asked(node.operand)
        elif not isinstance(node.operand, ast.Constant):
            return self.seam("alone", node, ALONE[type(node.op)], node.operand)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            return node
        node.left = self._used(node.left)
        node.comparators = [self._used(c) for c in node.comparators]
        if len(node.ops) > 1:
            return node
        (asked,), (other,) = node.ops, node.comparators
        if isinstance(asked, ast.In | ast.NotIn):
            found = self.seam("contains", node, node.left, other)
            inside = isinstance(asked, ast.In)
            return found if inside else ast.copy_location(ast.UnaryOp(ast.Not(), found), node)
        return self.seam("compare", node, OPERATORS[type(asked)], node.left, other)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        """`{**things}`."""
        self.generic_visit(node)
        pairs = zip(node.keys, node.values, strict=True)
        node.values = [v if k is not None else self._used(v) for k, v in pairs]
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        node.value = self._used(node.value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        node.value = self._used(node.value)
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        self.generic_visit(node)
        node.subject = self.seam("matched", node.subject, node.subject)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """Private names inside a nested class are that class's."""
        before, self.enclosing = self.enclosing, node.name
        try:
            return self.generic_visit(node)
        finally:
            self.enclosing = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Annotations are not run again."""
        node.returns = None
        decorators, node.decorator_list = node.decorator_list, []
        every = (
            *node.args.posonlyargs,
            *node.args.args,
            *node.args.kwonlyargs,
            node.args.vararg,
            node.args.kwarg,
        )
        for argument in every:
            if argument is not None:
                argument.annotation = None
        self.generic_visit(node)
        node.decorator_list = [self.seam("decorator", d, self.visit(d)) for d in decorators]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)
        node.value = self.visit(node.value) if node.value is not None else None
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Patterns are names, not expressions."""
        node.guard = self.visit(node.guard) if node.guard is not None else None
        shell = ast.Module(node.body, [])
        self.generic_visit(shell)
        node.body = shell.body
        return node
