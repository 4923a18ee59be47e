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
PURE = "alwaysinline nounwind willreturn memory(none)"


@dataclass(frozen=True, slots=True)
class Formula:
    """How a function is written with fused multiply-adds, and how without."""

    write: Writer
    write_plain: Writer
    arity: int = 1


def formula(write: Writer, arity: int = 1, plain: Writer | None = None) -> Formula:
    """A function, by default under its writer's name, and without fused multiply-adds from C."""
    symbol = library.SYMBOLS.get(write.__name__)
    if plain is None and symbol is not None:
        plain = functools.partial(library.call, symbol)
    return Formula(write, plain or write, arity)


FORMULAS: dict[str, Formula] = {
    "exp": formula(exponential.exp),
    "exp2": formula(exponential.exp2),
    "expm1": formula(exponential.expm1),
    "sigmoid": formula(exponential.sigmoid, plain=library.sigmoid),
    "log": formula(logarithmic.log),
    "log2": formula(logarithmic.log2),
    "log10": formula(logarithmic.log10),
    "log1p": formula(logarithmic.log1p),
    "softplus": formula(logarithmic.softplus, plain=library.softplus),
    "sin": formula(trigonometric.sin),
    "cos": formula(trigonometric.cos),
    "sincos": formula(trigonometric.sincos, plain=library.sincos),
    "tan": formula(trigonometric.tan),
    "arcsin": formula(inverse.arcsin),
    "arccos": formula(inverse.arccos),
    "arctan": formula(inverse.arctan),
    "arctan2": formula(inverse.arctan2, arity=2),
    "sinh": formula(hyperbolic.sinh),
    "cosh": formula(hyperbolic.cosh),
    "tanh": formula(hyperbolic.tanh),
    "arcsinh": formula(logarithmic.arcsinh),
    "arccosh": formula(logarithmic.arccosh),
    "arctanh": formula(logarithmic.arctanh),
    "sqrt": formula(power.sqrt),
    "cbrt": formula(power.cbrt),
    "power": formula(power.power, arity=2),
    "erf": formula(error.erf),
    "erfc": formula(error.erfc),
}


def definitions(names: Iterable[str], lanes: int | Iterable[int] = 1, *, fused: bool = True) -> str:
    """IR that defines `@steepest_<name>`, with `_v<lanes>` at its end for more than one lane.

    A module may hold the text of one call: what functions have in common is in it once, so ask for
    all lanes together. `sincos` returns a struct of both. Intrinsics need no declaration.

    Args:
        names: Of `NAMES`; each may be named more than once.
        lanes: How many numbers at a time: 1, 2, 4, 8, or several of these.
        fused: Whether the processor has a fused multiply-add; if not, the text declares functions
            of the C library, see `library_symbols`.
    """
    wanted = dict.fromkeys(names)
    unknown = [name for name in wanted if name not in FORMULAS]
    if unknown:
        raise ValueError(
            f"there is no machine code for {', '.join(unknown)}; there is for {', '.join(FORMULAS)}"
        )
    widths = dict.fromkeys([lanes] if isinstance(lanes, int) else lanes)
    texts, declared = [], dict[str, None]()
    for width in widths:
        needs: set[str] = set()
        for name in wanted:
            text, called = definition(name, width, fused)
            texts.append(text)
            needs |= called
        if reduction.REDUCE in needs:
            texts.append(reduction.reduction(width))
            declared[reduction.FAR_TEXT] = None
        declared |= dict.fromkeys(library.declare(name) for name in sorted(needs & library.OURS))
    return "\n".join([*declared, *texts])


@functools.cache
def definition(name: str, lanes: int, fused: bool) -> tuple[str, frozenset[str]]:
    """The text of one function, and the functions that it calls."""
    formula = FORMULAS[name]
    m = Sheet(lanes)
    arguments = [Value(m, f"%{letter}", "double") for letter in "xy"[: formula.arity]]
    results = (formula.write if fused else formula.write_plain)(m, *arguments)
    double = m.type_of("double")
    if isinstance(results, tuple):
        returned = f"{{{', '.join([double] * len(results))}}}"
        last = "poison"
        for i, result in enumerate(results):
            name_of_both = m.fresh()
            m.lines.append(
                f"{name_of_both} = insertvalue {returned} {last}, {double} {result.name}, {i}"
            )
            last = name_of_both
    else:
        returned, last = double, results.name
    listed = ", ".join(f"{double} {a.name}" for a in arguments)
    body = "\n".join(f"  {line}" for line in [*m.lines, f"ret {returned} {last}"])
    head = f"define internal {returned} @steepest_{name}{m.called}({listed}) {PURE}"
    return f"{head} {{\nstart:\n{body}\n}}\n", frozenset(m.needs)
