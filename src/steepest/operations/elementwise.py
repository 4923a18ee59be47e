"""Elementwise rows: each says what it computes and what its derivative is; the rest follows.

In a rule, `x` (or `a, b`) are the arguments and `y` is the output; a rule uses `y` only where
nothing cancels: `exp`, `sqrt` and `tan` may, but `tanh` is `sech(x)**2`, since `1 - y*y` has lost
145 ulp by tanh(4).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from steepest.graph.node import CONSTANT, Node, constant, make
from steepest.graph.operation import (
    ADDITION,
    EACH,
    JOINTLY,
    MULTIPLICATION,
    NEGATION,
    POWER,
    ZERO,
    Operation,
    Rule,
    Zero,
    real_dtype,
    register,
)
from steepest.graph.traced import Traced
from steepest.operations import machine

__all__ = ["binary", "named_constant", "unary"]

INF = math.inf
ANY: Final = (-20.0, 20.0)  # where tests take their points when a function is defined everywhere
Interval = tuple[float, float]


def unary(name: str, run: Any, derivative: Rule | Zero, domain: Interval = ANY, *,
          spelled: str | None = None, **more: Any) -> Operation:  # fmt: skip
    """Enter a row of one argument; `spelled` lists its names in formulas (its own by default)."""
    return register(Operation(
        name=name, run=run, arity=1, partials=(derivative,), domain=(domain,),
        numpy=more.pop("numpy", (run,) if isinstance(run, np.ufunc) else ()),
        dtype=more.pop("dtype", None if isinstance(run, np.ufunc) else real_dtype),
        precise=more.pop("precise", lambda mp, x: getattr(mp, name)(x)),  # mpmath's own
        spellings=tuple((name if spelled is None else spelled).split()), **more,
    ))  # fmt: skip


def binary(name: str, run: Any, first: Rule | Zero, second: Rule | Zero,
           domain: tuple[Interval, Interval] = (ANY, ANY), *, spelled: str | None = None,
           **more: Any) -> Operation:  # fmt: skip
    """Enter a row of two arguments, with the partial derivative for each."""
    return register(Operation(
        name=name, run=run, arity=2, partials=(first, second), domain=domain,
        numpy=more.pop("numpy", (run,) if isinstance(run, np.ufunc) else ()),
        dtype=more.pop("dtype", None if isinstance(run, np.ufunc) else real_dtype),
        spellings=tuple((name if spelled is None else spelled).split()), **more,
    ))  # fmt: skip


def named_constant(name: str, value: float, spelled: str, latex: str) -> Operation:
    """Enter a number that has a name; it stays exact when more digits are asked for."""
    return register(Operation(name=name, run=lambda: value, arity=0, flat=True,
        spellings=tuple(spelled.split()), latex=latex, dtype=lambda: np.float64,
        precise=lambda mp: getattr(mp, {"pi": "pi", "euler": "e"}[name]), family="constant",
    ))  # fmt: skip


PI = named_constant("pi", math.pi, "pi π", r"\pi")
EULER = named_constant("euler", math.e, "", r"\mathrm{e}")


def exactly(like: Any, number: float) -> Any:
    """A plain number as a rule sees it: traced where the rule is, so that `log 2` stays exact."""
    return Traced(constant(float(number))) if isinstance(like, Traced) else float(number)


def named(like: Any, row: Operation) -> Any:
    """A named constant as a rule sees it: traced where the rule is, a float among numbers."""
    return Traced(make(row, ())) if isinstance(like, Traced) else row.run()


def varies(x: Any) -> bool:
    """Whether a rule must be ready for any `x`: not so where it is a constant other than zero."""
    if not isinstance(x, Traced) or _number(x.node) != 0:
        return False
    array = x.node.op is CONSTANT and x.node.shape != ()
    return not (array and bool(np.all(x.node.value != 0)))


def _number(node: Node) -> float:
    """An exponent that is a number, or a quotient of two as in x^(1/2); else 0."""
    if node.op is CONSTANT and node.shape == ():
        return float(node.value)
    if node.op.name == "divide" and all(a.op is CONSTANT and a.shape == () for a in node.args):
        return float(node.args[0].value) / (float(node.args[1].value) or np.nan)
    return 0.0


# ---- arithmetic ----------------------------------------------------------------------------------

register(Operation(name="add", run=np.add, arity=2, numpy=(np.add,), linear=JOINTLY,
    transpose=lambda g, args, wanted: (g, g), infix=" + ", precedence=ADDITION, latex="{0} + {1}",
    domain=(ANY, ANY), moves=True, precise=lambda mp, a, b: a + b, rule_name="sum rule",
    machine="fadd",
    shown="da + db"))  # fmt: skip
register(Operation(
    name="subtract", run=np.subtract, arity=2, numpy=(np.subtract,), linear=JOINTLY,
    transpose=lambda g, args, wanted: (g, -g if wanted[1] else None),
    infix=" − ", precedence=ADDITION, latex="{0} - {1}", domain=(ANY, ANY),
    precise=lambda mp, a, b: a - b, rule_name="difference rule", shown="da − db", machine="fsub",
))  # fmt: skip
register(Operation(name="multiply", run=np.multiply, arity=2, numpy=(np.multiply,), linear=EACH,
    transpose=lambda g, args, wanted: (g * args[1] if wanted[0] else None,
    g * args[0] if wanted[1] else None), infix="·", precedence=MULTIPLICATION,
    latex=r"{0} \cdot {1}", domain=(ANY, ANY), precise=lambda mp, a, b: a * b,
    rule_name="product rule", shown="b·da + a·db", machine="fmul"))  # fmt: skip
binary("divide", np.divide, lambda a, b, y: 1 / b, lambda a, b, y: -(y / b), (ANY, (0.05, 20.0)),
    spelled="", numpy=(np.divide,), infix="/", precedence=MULTIPLICATION,
    latex=r"\frac{{{0}}}{{{1}}}", precise=lambda mp, a, b: a / b, rule_name="quotient rule",
    shown="da/b − a·db/b²", transpose=lambda g, args, wanted: (g / args[1], None),
    steep=True, machine="fdiv")  # fmt: skip
register(Operation(name="negative", run=np.negative, arity=1, numpy=(np.negative,), linear=JOINTLY,
    transpose=lambda g, args, wanted: (-g,), infix="−", precedence=NEGATION, text="−{0}",
    latex="-{0}", domain=(ANY,), precise=lambda mp, x: -x, rule_name="constant-multiple rule",
    shown="−dx", machine="fneg"))  # fmt: skip
register(Operation(name="positive", run=np.positive, arity=1, numpy=(np.positive,), linear=JOINTLY,
    moves=True, transpose=lambda g, args, wanted: (g,), text="{0}", latex="{0}", domain=(ANY,),
    precise=lambda mp, x: x, shown="dx", machine=lambda x: x))  # fmt: skip


def _is_norm(a: Any, b: Any = 0.5) -> bool:
    """Whether a**b is the length of a vector, or a power of it from the first on."""
    if isinstance(b, Traced):
        b = _number(b.node)
    if not (isinstance(a, Traced) and np.ndim(b) == 0 and 0.5 <= b < 1):
        return False
    from steepest.operations.squares import is_sum_of_squares

    return is_sum_of_squares(a.node)


def _is_two(b: Any) -> bool:
    """Whether an exponent is the number 2, as a person writes it: a¹ is a."""
    return isinstance(b, Traced) and b.node.op is CONSTANT and b.node.weak and b.node.value == 2


def _power_base(a: Any, b: Any, y: Any) -> Any:
    """By a: b·a**(b-1), written so that an exponent of 0 gives 0 even where a is 0 or infinite."""
    if _is_two(b):
        return b * a
    if not varies(b):
        slope = b * a ** (b - 1)
        return np.where(np.equal(y, 0), 0.0, slope) if _is_norm(a, b) else slope
    return np.where(np.equal(b, 0), 0.0, b * a ** np.where(np.equal(b, 0), 1.0, b - 1))


def _power_exponent(a: Any, b: Any, y: Any) -> Any:
    """By b: a**b·log(a); zero where a is 0 and b is positive, since 0**b is 0 all around."""
    if not varies(a):
        return y * np.log(a)
    return np.where(np.logical_and(np.equal(a, 0), b > 0), 0.0, y * np.log(a))


binary(
    "power", np.power, _power_base, _power_exponent, ((0.05, 20.0), (-4.0, 4.0)), spelled="pow",
    numpy=(np.power, np.float_power), infix="^", precedence=POWER, latex="{{{0}}}^{{{1}}}",
    precise=lambda mp, a, b: a**b, rule_name="power rule", shown="b·aᵇ⁻¹·da + aᵇ·log a·db",
    convention="x⁰ has derivative 0 everywhere; 0ᵇ has derivative 0 in b for b > 0; "
    "negative bases need constant exponents", steep=True, machine=machine.power,
)  # fmt: skip
binary(
    "floor_divide", np.floor_divide, ZERO, ZERO, (ANY, (0.5, 20.0)), spelled="",
    precise=lambda mp, a, b: mp.floor(a / b), latex=r"\left\lfloor {0} / {1} \right\rfloor",
    shown="0",
    convention="a staircase: its derivative is zero on every step, and at the edges too",
)  # fmt: skip
binary("remainder", np.remainder, lambda a, b, y: 1.0, lambda a, b, y: -np.floor(a / b),
    (ANY, (0.5, 20.0)), spelled="mod", latex=r"\operatorname{{mod}}\left({0}, {1}\right)",
    precise=lambda mp, a, b: a - b * mp.floor(a / b), shown="da − ⌊a/b⌋·db",
    convention="at a jump the derivative from the right is taken")  # fmt: skip

# ---- size, sign and rounding ---------------------------------------------------------------------

unary("absolute", np.absolute, lambda x, y: np.sign(x), numpy=(np.absolute, np.fabs), spelled="abs",
      text="|{0}|", latex=r"\left|{0}\right|", precise=lambda mp, x: mp.fabs(x), shown="sign x",
      machine="fabs", convention="at 0 the derivative is 0, the middle of −1 and 1")  # fmt: skip
for _name, _run, _mp in (
    ("sign", np.sign, lambda mp, x: mp.sign(x)),
    ("floor", np.floor, lambda mp, x: mp.floor(x)),
    ("ceil", np.ceil, lambda mp, x: mp.ceil(x)),
    ("rint", np.rint, lambda mp, x: mp.nint(x)),
    ("trunc", np.trunc, lambda mp, x: mp.floor(x) if x >= 0 else mp.ceil(x)),
):
    unary(_name, _run, ZERO, precise=_mp, shown="0", spelled={"rint": "round rint"}.get(_name),
          latex={"floor": r"\left\lfloor {0} \right\rfloor",
                 "ceil": r"\left\lceil {0} \right\rceil"}.get(_name, ""),
          convention="flat between its jumps: derivative zero, at the jumps too",
          machine=machine.sign if _name == "sign" else _name)  # fmt: skip

# ---- exponentials and logarithms, roots and powers -----------------------------------------------

LOG2, LOG10 = math.log(2.0), math.log(10.0)
POSITIVE: Final = (0.01, 50.0)

unary("exp", np.exp, lambda x, y: y, latex=r"\exp", shown="exp x", machine="exp")
unary("exp2", np.exp2, lambda x, y: y * np.log(exactly(x, 2)), precise=lambda mp, x: mp.mpf(2) ** x,
    shown="2ˣ·log 2", machine="exp2")  # fmt: skip
unary("expm1", np.expm1, lambda x, y: np.exp(x), shown="exp x", precise=lambda mp, x: mp.expm1(x),
    machine="expm1")  # fmt: skip
unary("log", np.log, lambda x, y: 1 / x, POSITIVE, spelled="log ln", text="ln", latex=r"\ln",
    shown="1/x", convention="natural, as in NumPy; ln is the same; for x < 0 the value is NaN, and "
    "1/x says nothing", steep=True, machine="log")  # fmt: skip
unary("log2", np.log2, lambda x, y: 1 / (x * np.log(exactly(x, 2))), POSITIVE, latex=r"\log_{2}",
      precise=lambda mp, x: mp.log(x) / mp.log(2), shown="1/(x·log 2)", steep=True,
      machine="log2")  # fmt: skip
unary("log10", np.log10, lambda x, y: 1 / (x * np.log(exactly(x, 10))), POSITIVE,
    latex=r"\log_{10}", shown="1/(x·log 10)", steep=True, machine="log10")  # fmt: skip
unary("log1p", np.log1p, lambda x, y: 1 / (1 + x), (-0.95, 20.0), precise=lambda mp, x: mp.log1p(x),
    shown="1/(1 + x)", steep=True, machine="log1p")  # fmt: skip


def _sqrt_slope(x: Any, y: Any) -> Any:
    slope = 1 / (2 * y)
    return np.where(np.equal(y, 0), 0.0, slope) if _is_norm(x) else slope


unary("sqrt", np.sqrt, _sqrt_slope, POSITIVE, spelled="sqrt √", text="√{0}", precedence=NEGATION,
    latex=r"\sqrt{{{0}}}", shown="1/(2·√x)",
    convention="at 0 the slope is infinite, and is given as infinite; but the root of a sum of "
    "squares is a norm, with derivative 0 at 0", steep=True, machine="sqrt")  # fmt: skip
unary("cbrt", np.cbrt, lambda x, y: 1 / (3 * np.square(y)), text="∛{0}", precedence=NEGATION,
    machine="cbrt",
    latex=r"\sqrt[3]{{{0}}}", spelled="cbrt ∛",
    precise=lambda mp, x: mp.sign(x) * mp.cbrt(mp.fabs(x)), shown="1/(3·∛x²)",
    tolerance=(2.0, "NumPy's cbrt is itself wrong by up to 2.4 ulp, and the rule squares it"),
    convention="at 0 the slope is infinite, and is given as infinite", steep=True)  # fmt: skip
unary("square", np.square, lambda x, y: 2 * x, spelled="square", text="{0}²", latex="{{{0}}}^{{2}}",
    precedence=POWER, precise=lambda mp, x: x * x, shown="2·x",
    machine=lambda x: x * x)  # fmt: skip
unary("reciprocal", np.reciprocal, lambda x, y: -np.square(y), (0.05, 20.0), text="1/{0}",
    precedence=MULTIPLICATION, latex=r"\frac{{1}}{{{0}}}", precise=lambda mp, x: 1 / x,
    shown="−1/x²", steep=True, machine=lambda x: 1.0 / x)  # fmt: skip


# ---- trigonometry --------------------------------------------------------------------------------

INSIDE: Final = (-0.999, 0.999)
unary("sin", np.sin, lambda x, y: np.cos(x), latex=r"\sin", shown="cos x", machine="sin")
unary("cos", np.cos, lambda x, y: -np.sin(x), latex=r"\cos", shown="−sin x", machine="cos")
unary("tan", np.tan, lambda x, y: 1 + np.square(y), (-1.5, 1.5), latex=r"\tan", spelled="tan tg",
    shown="1 + tan²x", machine="tan")  # fmt: skip


def real(x: Any) -> Any:
    """Truth values and whole numbers as float64, float32 as it is: where NumPy has no function."""
    return np.multiply(x, 1.0)


unary("sec", lambda x: 1 / np.cos(real(x)), lambda x, y: y * np.tan(x), (-1.5, 1.5), latex=r"\sec",
      shown="sec x·tan x", machine=lambda x: 1.0 / x.do("cos"))  # fmt: skip
unary("csc", lambda x: 1 / np.sin(real(x)), lambda x, y: -(y / np.tan(x)), (0.1, 3.0),
    latex=r"\csc",
    spelled="csc cosec", shown="−csc x·cot x", machine=lambda x: 1.0 / x.do("sin"))  # fmt: skip
unary("cot", lambda x: 1 / np.tan(real(x)), lambda x, y: -(1 / np.square(np.sin(x))), (0.1, 3.0),
    latex=r"\cot", spelled="cot ctg", shown="−csc²x",
    machine=lambda x: 1.0 / x.do("tan"))  # fmt: skip
