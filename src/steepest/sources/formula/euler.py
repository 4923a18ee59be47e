"""What a bare e means: a variable, or Euler's number. One meaning in a formula, and a note says it.

The rule, as docs/formulas.md tells it: e is a variable, except as the base of a
power whose exponent contains a variable; a declaration settles it; a mixture is an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from steepest.errors import FormulaError
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.declared import Declared
from steepest.sources.formula.notes import Notes
from steepest.sources.formula.syntax import Name, Syntax
from steepest.sources.formula.tokens import Token

__all__ = ["settle_euler", "settle_scientific"]


def settle_euler(
    text: str, letters: Sequence[Name], numbers: Sequence[Syntax], declared: Declared, notes: Notes
) -> None:
    """Note what e was taken for: a variable in `letters`, Euler's number in `numbers`.

    Raises FormulaError where it was taken for both.
    """
    if declared.has("e"):
        return
    if letters and numbers:
        later = max(numbers[0], letters[0], key=lambda piece: piece.start)
        why = (
            f"e is Euler's number at character {numbers[0].start + 1} and a variable at "
            f"character {letters[0].start + 1}."
        )
        remedy = (
            "Write exp(x) or ℯ^x where the number is meant, or declare the variables: "
            "f(x) = … without e, f(x, e) = … with a variable e."
        )
        raise complaint(text, later.start, later.end, why, remedy)
    if letters:
        notes.add(letters[0].start, "e is read as a variable; for Euler's number write exp(1) or ℯ")
    elif numbers:
        told = declared.variables is not None
        why = f", since {declared.header()} does not declare it" if told else ""
        notes.add(numbers[0].start, f"e is read as Euler's number 2.718…{why}")


def settle_scientific(
    text: str, numbers: Sequence[Token], variables: Sequence[str], declared: Declared, notes: Notes
) -> None:
    """3e2 is 300; where e is a variable of the formula it could be either, and is refused."""
    for token in numbers:
        if token.mark in variables or declared.has(token.mark):
            raise _ambiguous(text, token)
        if token.mark == "e" and declared.variables is None:
            notes.scientific_number(token)


def _ambiguous(text: str, token: Token) -> FormulaError:
    mark, other = token.mark, "E" if token.mark == "e" else "e"
    number, power = token.text.split(mark)
    if power[0] in "+-−":
        product = f"{number}*{mark} {power[0].replace('−', '-')} {power[1:]}"
    else:
        product = f"{number}*{mark}^{power} or {number}*{mark}*{power}"
    why = f"{token.text} could be a number or a product: {mark} is a variable here."
    remedy = f"For the number write {number}{other}{power}, for the product {product}."
    return complaint(text, token.start, token.end, why, remedy)
