"""The row: everything `steepest` knows about one operation, and the registry of all rows.

Tracing, both modes of differentiation, formulas, derivation steps, tests and the documentation's
table read these rows; nothing else in the project lists operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from steepest.errors import ShapeError
from steepest.graph.registry import Registry
from steepest.record import record

if TYPE_CHECKING:
    from steepest.graph.node import Node

__all__ = [
    "ADDITION",
    "ATOM",
    "BINDINGS",
    "COMPARISON",
    "EACH",
    "FLOAT",
    "JOINTLY",
    "LOGICAL",
    "MULTIPLICATION",
    "NEGATION",
    "POWER",
    "REDUCTIONS",
    "ROWS",
    "SPELLINGS",
    "STRUCTURE",
    "ZERO",
    "Operation",
    "Traceable",
    "Zero",
    "binds",
    "broadcast_shape",
    "common_dtype",
    "real_dtype",
    "register",
    "ufunc_dtype",
]

Rule = Callable[..., Any]
Shape = tuple[int, ...]

# Precedence, lowest first: the whole table. A printer brackets an argument that binds less tightly
# than its place.
LOGICAL, COMPARISON, ADDITION, MULTIPLICATION, NEGATION, POWER, ATOM = 5, 8, 10, 20, 30, 40, 100


class Zero:
    """The word for "this derivative is zero, and that is meant"; a missing rule is an error
    instead.
    """

    def __repr__(self) -> str:
        return "ZERO"


ZERO: Final = Zero()
JOINTLY: Final = "jointly"  # f(a + da, b + db) - f(a, b) = f(da, db), as for a + b or concatenate
STRUCTURE: Final = "structure"  # moves and combines numbers, whatever these are
EACH: Final = "each"  # linear in one argument while the others stay, as for a * b or a @ b


class Traceable:
    """What user code and derivative rules hold instead of numbers; `graph.traced` and
    `sources.capture` fill it in.
    """

    __slots__ = ()

    def apply(self, row: Operation, args: Sequence[Any], params: dict[str, Any]) -> Any:
        """Apply `row`, in whatever way this kind of handle keeps track."""
        raise TypeError(f"{type(self).__name__} does not say how an operation is applied to it")


def broadcast_shape(*shapes: Shape, **params: Any) -> Shape:
    """The shape rule of every elementwise row: NumPy's broadcasting."""
    wide: Shape = ()
    for s in shapes:
        if s != wide and s != ():
            if wide != ():
                break
            wide = s
    else:
        return wide
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(s) for s in shapes)
        raise ShapeError(
            f"shapes {listed} do not broadcast together: compared from the last axis backwards, "
            "each pair of "
            "lengths must be equal or contain a 1; reshape one of them or add an axis with [:, "
            "None]"
        ) from None


FLOAT = np.dtype(np.float64)
_resolved: dict[Any, np.dtype[Any]] = {}


def ufunc_dtype(ufunc: Any, args: Sequence[Node]) -> np.dtype[Any]:
    """The dtype that a NumPy function gives; weak numbers count as Python's `int` and `float`."""
    kinds = tuple([_kind(a) for a in args])
    key = (ufunc, kinds)
    found = _resolved.get(key)
    if found is None:
        if all(isinstance(k, type) for k in kinds):
            # Python numbers only: they come out as NumPy's own default.
            kinds = tuple(np.dtype(k) for k in kinds)
        found = _resolved[key] = ufunc.resolve_dtypes((*kinds, None))[-1]
    return found


def _kind(node: Node) -> Any:
    if node.weak and node.dtype.kind in "if":
        return int if node.dtype.kind == "i" else float
    return node.dtype


def real_dtype(*args: Node, **params: Any) -> np.dtype[Any]:
    """The dtype rule of rows that always give real numbers: float32 kept, integers promoted to
    float64.
    """
    strong = [a.dtype for a in args if not a.weak]
    found = np.result_type(*strong) if strong else FLOAT
    return found if found.kind == "f" else FLOAT


def common_dtype(*args: Node, **params: Any) -> np.dtype[Any]:
    """The dtype rule of rows that choose or move values: NumPy's promotion of all arguments."""
    kinds = [_kind(a)(0) if a.weak and a.dtype.kind in "if" else a.dtype for a in args]
    return np.result_type(*kinds)


@record(kw_only=True)
class Operation:
    """One operation, whole.

    Meaning: `run(*values, **params)` in NumPy, `shape` and `dtype` rules, `precise(mp, *values,
    **params)` in
    mpmath's terms (for any number of digits), `numpy`: the NumPy callables that mean this row.

    Derivative, in exactly one of five ways:
      `partials`   elementwise rows: one rule a argument, `rule(*args, y, **params) -> dy/darg`, or
                   `ZERO`;
      `linear`     `JOINTLY` or `EACH` (with `transpose`): the rule follows from the row itself;
      `tangent`    `rule(tangents, args, y, **params) -> dy` where neither fits; a tangent may be
                   None (zero);
      `flat`       the derivative is zero wherever there is one, and `convention` says so.
      `inside`     the row holds a graph as its parameter, and the derivative is that of the graph
                   (`call`).

    Only linear rows carry a `transpose(y_bar, args, wanted, **params)`: one cotangent (or None) for
    every argument,
    wanted[i] telling for which; reverse mode is nothing but this, applied backwards to forward
    mode.
    `moves`: its matrix holds zeros and ones (or non-negative weights), so that "nothing arrives
    here" can be
    carried backwards through it as a mask.
    """

    name: str
    run: Rule
    arity: int | None = 1
    numpy: tuple[Any, ...] = ()
    scipy: str = ""  # the name in scipy.special that means this row; loaded when first used
    shape: Rule = broadcast_shape
    dtype: Rule | None = None  # None: what the NumPy function itself gives
    elementwise: bool = True

    partials: tuple[Rule | Zero, ...] | None = None
    linear: str = ""
    transpose: Rule | None = None
    tangent: Rule | None = None
    # (y_bar, arrived, args, wanted): the transpose, where only some of y_bar arrives
    transpose_where: Rule | None = None
    # how many leading arguments are values; the rest are positions, which do not move
    values: int | None = None
    flat: bool = False
    steep: bool = False  # its slope may be infinite: it matters whether an argument stands still
    inside: bool = False
    moves: bool = False
    selects: bool = False  # `where`: its first argument chooses, so its reverse carries a mask

    spellings: tuple[str, ...] = ()  # how it may be typed in a formula
    infix: str = ""  # how it stands between its arguments in text
    precedence: int = ATOM
    text: str = ""  # how it reads in text: another head, such as ln, or a template such as |{0}|
    latex: str = ""  # a head such as \sin, or a template with {0}, {1}
    precise: Rule | None = None
    # an open interval for each argument: where tests take their points
    domain: tuple[tuple[float, float], ...] = ()
    convention: str = ""  # what holds at kinks, edges and poles
    tolerance: tuple[float, str] = (0.0, "")  # further ulp allowed in float64, and the reason
    rule_name: str = ""  # what a calculus text calls its derivative rule
    shown: str = ""  # its derivative as the documentation's table prints it
    family: str = "elementwise"

    # In machine code: the name of the instruction or function that does it (`native.emit`); a rule
    # `(*args, **params)` on single numbers, or on arrays of them where the row is not elementwise;
    # STRUCTURE, what `run` does with any objects. None: it is always interpreted.
    machine: str | Rule | None = None

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.name,)

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Apply the row: traced values get a node, plain ones what the NumPy function gives."""
        for a in args:
            if isinstance(a, Traceable):
                return a.apply(self, args, params)
        return self.run(*args, **params)


ROWS: Registry[str, Operation] = Registry()
BINDINGS: Registry[Any, Rule] = Registry()  # NumPy callable -> what it means in terms of rows
SPELLINGS: Registry[str, Operation] = Registry()  # a word in a formula -> the row it means
REDUCTIONS: Registry[Any, Rule] = Registry()  # ufunc -> what its .reduce means


def register(row: Operation) -> Operation:
    """Enter a row into the registry, by its name and by every NumPy callable that means it."""
    if dict.__contains__(ROWS, row.name):
        raise ValueError(
            f"there is a row named {row.name!r} already; choose another name, or change that row"
        )
    ways = (row.partials, row.linear or None, row.tangent, row.flat or None, row.inside or None)
    if ways.count(None) != len(ways) - 1:
        raise ValueError(
            f"row {row.name!r} gives its derivative in {len(ways) - ways.count(None)} ways; give "
            "exactly one of partials, linear "
            "(with transpose), tangent, flat=True for a derivative that is zero, or inside=True "
            "for that of a graph it holds"
        )
    if row.linear and row.transpose is None:
        raise ValueError(
            f"linear row {row.name!r} needs a transpose: reverse mode is made of transposes"
        )
    if row.partials is not None and row.arity is not None and len(row.partials) != row.arity:
        raise ValueError(
            f"row {row.name!r} has {row.arity} arguments but {len(row.partials)} "
            "partial derivatives"
        )
    ROWS[row.name] = row
    for word in row.spellings:
        SPELLINGS[word] = row
    for function in row.numpy:
        BINDINGS.setdefault(function, row)
    return row


def binds(*functions: Any) -> Callable[[Rule], Rule]:
    """Say what NumPy callables mean in terms of rows, where a call must be normalised first."""

    def enter(rule: Rule) -> Rule:
        for function in functions:
            BINDINGS[function] = rule
        return rule

    return enter


def _find(name: str) -> Operation:
    import steepest.operations  # noqa: F401  (fills the registry)

    return ROWS[name]
