"""How a function is written: its name left of the equals sign, f(n, e), ∂f/∂n or ∇f; its nodes for
running and for reading, as text, as LaTeX.
"""

from __future__ import annotations

from typing import Any

import steepest.operations  # noqa: F401  (fills the registry of rows)
from steepest.errors import NotDifferentiableError
from steepest.expression import Expression
from steepest.graph.node import Node
from steepest.graph.traverse import count, topological
from steepest.record import record
from steepest.sources.entrance import Entered

__all__ = ["Label", "Step", "Written"]

LONGEST = 400  # characters of a formula that stands for code; a longer one is not shown unasked
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@record(eq=True)
class Label:
    """A function's name, and what was done to it: differentiated `by` variables, or made a vector
    (∇, J) or matrix (∇²).
    """

    name: str
    by: tuple[str, ...] = ()
    vector: str = ""
    single: bool = False  # a function of one variable, whose derivative is written with d

    def __str__(self) -> str:
        if self.vector:
            return (
                f"{self.vector}{self.name}" if "∇" in self.vector else f"{self.vector}({self.name})"
            )
        if not self.by:
            return self.name
        d = "d" if self.single else "∂"
        times = {v: self.by.count(v) for v in self.by}
        below = "".join(f"{d}{v}{_power(k)}" for v, k in times.items())
        return f"{d}{_power(len(self.by))}{self.name}/{below}"

    @property
    def latex(self) -> str:
        """The same for LaTeX."""
        name = self.name if len(self.name) == 1 else rf"\mathrm{{{self.name}}}"
        if self.vector:
            known = {"∇": rf"\nabla {name}", "∇²": rf"\nabla^{{2}} {name}"}
            return known.get(self.vector, rf"{self.vector}_{{{name}}}")
        if not self.by:
            return name
        d = "d" if self.single else r"\partial"
        below = " ".join(
            rf"{d} {v}{_latex_power(self.by.count(v))}" for v in dict.fromkeys(self.by)
        )
        return rf"\frac{{{d}{_latex_power(len(self.by))} {name}}}{{{below}}}"


def _power(times: int) -> str:
    return "" if times == 1 else str(times).translate(_SUPERSCRIPTS)


def _latex_power(times: int) -> str:
    return "" if times == 1 else f"^{{{times}}}"


@record(eq=True)
class Step:
    """A step of calculus: what is done with an expression, and by what."""

    done: str
    by: tuple[Any, ...] = ()

    def __call__(self, expression: Expression) -> Expression:
        """The expression after the step."""
        after: Expression = getattr(expression, self.done)(*self.by)
        return after


class Written:
    """What rests on a source and on steps of calculus, and can be shown as a formula where it has
    one.
    """

    variables: tuple[str, ...]
    label: Label
    _entered: Entered
    _steps: tuple[tuple[Step, Step], ...]  # each for running, and for reading
    _known: dict[Expression, Expression]

    def _through(self, base: Expression) -> Expression:
        """The steps of calculus, applied to the source's nodes once."""
        if base not in self._known:
            found = base
            for step, _ in self._steps:
                found = step(found)
            self._known[base] = found
        return self._known[base]

    def _always(self) -> Expression | None:
        base = self._entered.root.always
        return None if base is None else self._through(base)

    @property
    def expression(self) -> Expression:
        """The nodes, where they are the same everywhere.

        Raises NotDifferentiableError for code that takes different paths: that has nodes only
            at a point.
        """
        found = self._always()
        if found is None:
            raise NotDifferentiableError(
                f"{self.signature} is code whose path depends on the point, so no one formula "
                "shows it; call it at a point"
            )
        return found

    @property
    def by_path(self) -> bool:
        """Whether it is code that may take another path at another point."""
        return self._entered.root.by_path

    @property
    def signature(self) -> str:
        """The function's name with its variables: f(n, e)."""
        return f"{self.label}({', '.join(self.variables)})"

    def _shown(self) -> list[Node]:
        """The formula as typed; a derivative in the form that a calculus text gives it."""
        from steepest.calculus.reading import reading
        from steepest.calculus.reading.elements import written_out

        if not self._steps and not self.by_path:
            return list(self.expression.outputs)

        base = found = self._entered.root.always
        assert base is not None and found is not None
        for _, step in self._steps:
            found = step(found)
        typed = topological(written_out(base.outputs))
        return reading(written_out(found.outputs), found.inputs, given=typed)

    @property
    def _measured(self) -> bool:
        """Whether it rests on measured numbers, as a terrain does, so that no formula shows it."""
        return any(n.op.family == "terrain" for n in topological(self.expression.outputs))

    @property
    def text(self) -> str:
        """The formula as a reader writes it; typed into `Function` again it gives the same
        function.
        """
        if self._measured:
            return self.signature
        from steepest.printing.text import text

        return text(self._shown(), variables=self.variables, shape=self.expression.shape)

    @property
    def latex(self) -> str:
        """The formula in LaTeX."""
        from steepest.printing.latex import latex

        return latex(self._shown(), shape=self.expression.shape)

    def __str__(self) -> str:
        return self._brief() if self._always() is not None else self.signature

    def _brief(self) -> str:
        """The formula; of code that has a very long one, how many operations it is."""
        shown = self.text
        many = self.by_path and len(shown) > LONGEST
        return f"({count(self.expression.outputs):,} operations)" if many else shown

    def __repr__(self) -> str:
        left = str(self.label) if self._steps else self.signature
        if self._always() is None:
            return f"{left}, followed at each point it is called at"
        return f"{left}, through measured points" if self._measured else f"{left} = {self._brief()}"

    def _repr_latex_(self) -> str | None:
        if self._always() is None or self._measured:
            return None
        inside = "" if self._steps else rf"\left({', '.join(self.variables)}\right)"
        return f"${self.label.latex}{inside} = {self.latex}$"
