"""The way to a derivative, rule by rule: each rule with what it is applied to and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steepest.calculus.derive import partial
from steepest.calculus.lesson import Lesson
from steepest.calculus.reading import reading
from steepest.calculus.steps import LONGEST, Step, words
from steepest.errors import ShapeError, VariableError
from steepest.graph.node import INPUT, Node, make
from steepest.graph.operation import ROWS
from steepest.graph.traverse import inputs_of, replace
from steepest.printing.latex import LaTeX
from steepest.printing.layout import line
from steepest.printing.text import Text

__all__ = ["Derivation", "Step", "derivation"]


@dataclass(frozen=True, eq=False)
class Derivation:
    """All steps from `function` to `answer`, its derivative by `by` in the form that texts give.

    `assembled` is what the rules give before anything is simplified; both have the same value
    wherever there is one.
    """

    function: Node
    by: Node
    steps: tuple[Step, ...]
    assembled: Node
    answer: Node
    variables: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole lesson as numbered lines, indented as the rules nest."""
        top = self.steps[0]._operator_text(self.function)
        lines = [f"{'   ' * min(s.depth, 8)}{i}. {s.sentence}" for i, s in enumerate(self.steps, 1)]
        assembled, answer = (
            line(n, Text(self.variables), LONGEST) for n in (self.assembled, self.answer)
        )
        if assembled != answer:
            lines.append(f"Put together: {top} = {assembled}")
            lines.append(f"Simplified:   {top} = {answer}")
        elif len(self.steps) > 1:
            lines.append(f"Put together: {top} = {answer}")
        return "\n".join(lines)

    @property
    def latex(self) -> str:
        r"""The steps below one another, aligned at the equals signs, each with its rule: for KaTeX
        or LaTeX with amsmath.
        """
        rows = []
        for s in self.steps:
            left, right = s.latex_sides
            rows.append(rf"{left} &= {right} && \text{{{words(s.rule)}}}")
        top = self.steps[0].latex_sides[0]
        assembled, answer = (line(n, LaTeX(), LONGEST) for n in (self.assembled, self.answer))
        if assembled != answer:
            rows += [
                rf"{top} &= {assembled} && \text{{put "
                rf"together}}",
                rf"&= {answer} && \text{{simplified}}",
            ]
        elif len(self.steps) > 1:
            rows.append(rf"{top} &= {answer} && \text{{put together}}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def as_data(self) -> dict[str, Any]:
        """The lesson as plain data, fit for JSON."""
        style = Text(self.variables)
        return {
            "function": line(self.function, style, LONGEST),
            "by": self.by.name,
            "steps": [s.as_data() for s in self.steps],
            "assembled": line(self.assembled, style, LONGEST),
            "answer": line(self.answer, style, LONGEST),
            "answer_latex": line(self.answer, LaTeX(), LONGEST),
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<derivation by {self.by.name} in {len(self.steps)} steps>"

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"


def derivation(output: Node, by: Node) -> Derivation:
    """The derivative of a scalar by one scalar input, with every rule that leads to it.

    Raises VariableError when `by` is no input, ShapeError when either is an array.

    >>> from steepest.sources.formula import parse
    >>> f = parse("x^2 + sin(3x)")
    >>> print(derivation(f.outputs[0], f.inputs[0]))
    1. Sum rule: d/dx (x² + sin(3x)) = d/dx x² + d/dx sin(3x)
       2. Power rule: d/dx x² = 2x
       3. Chain rule, sin(u) with u = 3x: d/dx sin(3x) = cos(3x)·(d/dx 3x)
          4. Constant-multiple rule: d/dx 3x = 3
    Put together: d/dx (x² + sin(3x)) = 2x + cos(3x)·3
    Simplified:   d/dx (x² + sin(3x)) = 2x + 3·cos(3x)
    """
    if by.op is not INPUT:
        raise VariableError(f"a derivation is by an input of the function, and {by!r} is not one")
    if output.shape != () or by.shape != ():
        raise ShapeError(
            "a derivation follows one number by one number; take one element of the array first"
        )
    (output,) = replace([output], {}, rebuild=_powers_of_e)
    lesson = Lesson(output, by)
    assembled = lesson.derive()
    (answer,) = reading([partial(output, by)], inputs_of([output]))
    return Derivation(output, by, tuple(lesson.steps), assembled, answer, lesson.variables)


def _powers_of_e(node: Node, args: tuple[Node, ...]) -> Node:
    """ℯ^u is exp(u): one function, however it was typed."""
    if node.op.name == "power" and args[0].op.name == "euler":
        return make(ROWS["exp"], (args[1],))
    unchanged = all(a is b for a, b in zip(args, node.args, strict=True))
    return node if unchanged else make(node.op, args, node.origin, **dict(node.params))
