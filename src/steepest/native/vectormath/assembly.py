"""Which functions there are, and their definitions as one text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from steepest.native.vectormath import (
    error,
    exponential,
    hyperbolic,
    inverse,
    library,
    logarithmic,
    power,
    reduction,
    trigonometric,
)
from steepest.native.vectormath.sheet import Sheet, Value

Writer: TypeAlias = Callable[..., Value | tuple[Value, ...]]
INTERNAL_FAR = reduction.FAR_TEXT.replace("define {", "define internal {")
OFFSET = 2048  # where a function begins in its page, apart from what calls it (`native.kernel`)
PURE = "nounwind willreturn memory(none)"


@dataclass(frozen=True, slots=True)
class Formula:
    """How a function is written; and how without fused multiply-adds, if C's does not do."""

    write: Writer
    write_plain: Writer | None = None
    arity: int = 1


FORMULAS: dict[str, Formula] = {
    "exp": Formula(exponential.exp),
    "exp2": Formula(exponential.exp2),
    "expm1": Formula(exponential.expm1),
    "sigmoid": Formula(exponential.sigmoid, library.sigmoid),
    "log": Formula(logarithmic.log),
    "log2": Formula(logarithmic.log2),
    "log10": Formula(logarithmic.log10),
    "log1p": Formula(logarithmic.log1p),
    "softplus": Formula(logarithmic.softplus, library.softplus),
    "pow": Formula(power.power, arity=2),
    "sqrt": Formula(power.sqrt, power.sqrt),
    "cbrt": Formula(power.cbrt),
    "sin": Formula(trigonometric.sin),
    "cos": Formula(trigonometric.cos),
    "sincos": Formula(trigonometric.sincos, library.sincos),
    "tan": Formula(trigonometric.tan),
    "asin": Formula(inverse.asin),
    "acos": Formula(inverse.acos),
    "atan": Formula(inverse.atan),
    "atan2": Formula(inverse.atan2, arity=2),
    "sinh": Formula(hyperbolic.sinh),
    "cosh": Formula(hyperbolic.cosh),
    "tanh": Formula(hyperbolic.tanh),
    "asinh": Formula(hyperbolic.asinh),
    "acosh": Formula(hyperbolic.acosh),
    "atanh": Formula(hyperbolic.atanh),
    "erf": Formula(error.erf),
    "erfc": Formula(error.erfc),
}


def definitions(
    names: Iterable[str], lanes: int | Iterable[int] = 1, *, fused: bool = True, whole: bool = True
) -> str:
    """IR that defines `@steepest_<name>`, with `_v<lanes>` at its end for more than one lane.

    Names are C's; `sincos` returns a struct of both. A module may hold the text of one call: what
    functions have in common is in it once, so ask for all lanes together. Functions are `internal`
    and `alwaysinline`. Intrinsics are not declared, which LLVM 19 and later do not ask for.

    Args:
        names: Of `NAMES`; each may be named more than once.
        lanes: How many numbers at a time: 1, 2, 4, 8, or several of these.
        fused: Whether the processor has a fused multiply-add; if not, the text declares functions
            of the C library, see `library_symbols`.
        whole: Whether to define the rare path of far angles, half of what there is to compile in a
            sine. If not, it is declared, and `FAR_TEXT` defines it, `@steepest_reduce_far`, once
            for all modules.
    """
    parts: dict[str, None] = {}  # each text once, and in order
    wanted = dict.fromkeys(names)
    for width in [lanes] if isinstance(lanes, int) else lanes:
        for name in wanted:
            found = definition(name, width, fused)
            parts |= dict.fromkeys(found.before(whole))
            parts[f"define internal {found.head} alwaysinline {PURE} {found.body}"] = None
    return "\n".join(parts)


def alone(name: str, *, fused: bool = True) -> str:
    """A module that defines one function, of one number, for others to call by its address."""
    found = definition(name, 1, fused)
    head = f"define {found.head} {PURE} prefix [{OFFSET} x i8] zeroinitializer"
    return "\n".join([*found.before(whole=False), f"{head} {found.body}"])


def declaration(name: str, *, fused: bool = True) -> str:
    """The line that lets a module call what `alone` defines."""
    return f"declare {definition(name, 1, fused).head} {PURE}\n"


@dataclass(frozen=True, slots=True)
class Definition:
    """The text of one function, and the functions that it calls."""

    head: str  # what it returns, its name and its arguments
    body: str
    needs: frozenset[str]
    lanes: int

    def before(self, whole: bool) -> list[str]:
        """What a module has to hold before it."""
        found = []
        if reduction.REDUCE in self.needs:
            found.append(INTERNAL_FAR if whole else reduction.FAR_DECLARED)
            if self.lanes > 1:
                found.append(reduction.reduction(self.lanes))
        return [*found, *map(library.declare, sorted(self.needs - {reduction.REDUCE}))]


@functools.cache
def definition(name: str, lanes: int, fused: bool) -> Definition:
    """One function of so many numbers at a time. Raises ValueError for one that is not known."""
    if name not in FORMULAS:
        raise ValueError(f"there is no machine code for {name}; there is for {', '.join(FORMULAS)}")
    formula = FORMULAS[name]
    m = Sheet(lanes)
    arguments = [Value(m, f"%{letter}", "double") for letter in "xy"[: formula.arity]]
    write = formula.write
    if not fused:
        write = formula.write_plain or functools.partial(library.call, name)
    results = write(m, *arguments)
    double = m.type_of("double")
    if isinstance(results, Value):
        returned, result = double, results.name
    else:
        returned, result = f"{{{', '.join([double] * len(results))}}}", "poison"
        for i, value in enumerate(results):
            longer = m.fresh()
            m.lines.append(
                f"{longer} = insertvalue {returned} {result}, {double} {value.name}, {i}"
            )
            result = longer
    listed = ", ".join(m.typed(a) for a in arguments)
    body = "\n".join(f"  {line}" for line in [*m.lines, f"ret {returned} {result}"])
    head = f"{returned} @steepest_{name}{m.called}({listed})"
    return Definition(head, f"{{\nstart:\n{body}\n}}\n", frozenset(m.needs), lanes)
