"""One rule applied once: how a step of a derivation reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steepest.graph.node import CONSTANT, Node
from steepest.graph.operation import ADDITION, MULTIPLICATION
from steepest.printing.latex import LaTeX, name_latex
from steepest.printing.layout import line
from steepest.printing.text import Text, subscripted

__all__ = ["LONGEST", "Step", "words"]

LONGEST = 2000  # characters of one formula in a lesson


@dataclass(frozen=True, eq=False)
class Step:
    """One rule applied once: the derivative of `expression` is `result`.

    `shown` is the result as the rule leaves it, with derivatives still to be found; these are the
    keys of `pending`, and
    the sub-expressions they belong to its values. `depth` counts the rules that led here.
    """

    rule: str
    expression: Node
    result: Node
    shown: Node
    pending: Mapping[Node, Node]
    depth: int
    note: str
    by: Node
    variables: tuple[str, ...]

    @property
    def text(self) -> str:
        """The equation: d/dx sin(3x) = cos(3x)·(d/dx 3x)."""
        left = self._operator_text(self.expression)
        names = {p: self._operator_text(e) for p, e in self.pending.items()}
        return f"{left} = {line(self.shown, Text(self.variables, names), LONGEST)}"

    @property
    def latex(self) -> str:
        """The equation in LaTeX."""
        left, right = self.latex_sides
        return f"{left} = {right}"

    @property
    def latex_sides(self) -> tuple[str, str]:
        """Both sides of the equation in LaTeX."""
        names = {p: self._operator_latex(e) for p, e in self.pending.items()}
        return self._operator_latex(self.expression), line(self.shown, LaTeX(names), LONGEST)

    @property
    def sentence(self) -> str:
        """The step as a sentence: Chain rule, u = 3x: d/dx sin(3x) = cos(3x)·(d/dx 3x)."""
        return f"{self.rule[0].upper()}{self.rule[1:]}{self.note}: {self.text}"

    def _operator_text(self, e: Node) -> str:
        d = "∂" if len(self.variables) > 1 else "d"
        shown = line(e, Text(self.variables), LONGEST)
        style = Text(self.variables)
        joined = style.precedence(e) <= MULTIPLICATION and any(c in shown for c in "· /")
        bracket = joined or style.signed(e)
        return f"{d}/{d}{subscripted(self.by.name)} " + (f"({shown})" if bracket else shown)

    def _operator_latex(self, e: Node) -> str:
        d = r"\partial" if len(self.variables) > 1 else r"\mathrm{d}"
        shown = line(e, LaTeX(), LONGEST)
        style = LaTeX()
        joined = e.op.name == "multiply" and CONSTANT not in (e.args[0].op, e.args[1].op)
        if style.precedence(e) <= ADDITION or style.signed(e) or joined:
            shown = rf"\left({shown}\right)"
        return rf"\frac{{{d}}}{{{d} {name_latex(self.by.name)}}} {shown}"

    def as_data(self) -> dict[str, Any]:
        """The step as plain data, fit for JSON."""
        style = Text(self.variables)
        return {
            "rule": self.rule,
            "depth": self.depth,
            "expression": line(self.expression, style, LONGEST),
            "result": line(self.result, style, LONGEST),
            "text": self.text,
            "latex": self.latex,
            "sentence": self.sentence,
        }


def words(shown: str) -> str:
    """Words within LaTeX."""
    return shown.replace("_", r"\_").replace("^", r"\^{}").replace("·", " ")
