"""Why a formula cannot be read further at a token, and what to write instead."""

from __future__ import annotations

from steepest.errors import FormulaError
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.cursor import CLOSING, INFIX, Cursor
from steepest.sources.formula.syntax import Syntax
from steepest.sources.formula.tokens import END, LOWER, NUMBER, SIGN, Token

__all__ = ["decimal_comma", "left_over", "missing", "number_after", "unclosed"]

_QUOTED = 20  # characters of the formula repeated inside a sentence
_CLOSERS = frozenset(CLOSING.values())


def missing(cursor: Cursor) -> FormulaError:
    """Why no number, name or bracket can be read at this token."""
    token = cursor.token
    previous = cursor.tokens[cursor.at - 1] if cursor.at else None
    if previous is None:
        return _nothing_before(cursor, token)
    after = f" after {cursor.text[previous.start : previous.end]}" if previous.end else ""
    if token.kind in (END, LOWER):
        if cursor.opened and previous is cursor.opened[-1] and previous.kind == SIGN:
            return unclosed(cursor, previous, CLOSING[previous.text])
        why = f"The formula ends where a number or a name should follow{after}."
        return cursor.wrong(previous, why, "Complete it, or delete the sign at the end.")
    if token.text in _CLOSERS and cursor.opened:
        why = f"A number or a name is missing{after}, before {token.text}."
        return cursor.wrong(token, why, "Complete it, or delete the sign.")
    if previous.kind == SIGN and previous.text in INFIX and token.text in INFIX:
        shown = cursor.text[token.start : token.end]
        why = f"{shown} stands directly behind {cursor.text[previous.start : previous.end]}."
        return cursor.wrong(token, why, "Keep one of the two signs.")
    return _nothing_before(cursor, token)


def _nothing_before(cursor: Cursor, token: Token) -> FormulaError:
    if token.text in _CLOSERS:
        return _stray(cursor, token)
    if token.kind in (END, LOWER):
        return cursor.wrong(token, "There is no formula here.", "Write one such as n^2 + 3e^2.")
    why = f"{cursor.text[token.start : token.end]} needs something before it."
    return cursor.wrong(token, why, "Write what it is applied to, or delete it.")


def number_after(cursor: Cursor, left: Syntax, previous: Token, token: Token) -> FormulaError:
    """Why a number cannot stand behind `left` as its factor: x 2 could be 2x, x^2 or x_2."""
    text = cursor.text
    if previous.kind == NUMBER:
        why = "Two numbers stand next to each other."
        remedy = "Write one number, without spaces and with one decimal point; or a sign between."
        return complaint(text, previous.start, token.end, why, remedy)
    shown = text[left.start : left.end] if left.end - left.start <= _QUOTED else "…"
    why = f"The number {token.text} stands directly behind {shown}."
    remedy = f"For the product write {token.text}*{shown}, for the power {shown}^{token.text}."
    return cursor.wrong(token, why, remedy)


def unclosed(cursor: Cursor, opening: Token, wanted: str) -> FormulaError:
    """Why the bracket opened at `opening` is not closed by this token."""
    token = cursor.token
    name = "bar" if opening.text == "|" else "bracket"
    here = f"The {name} {opening.text} opened at character {opening.start + 1}"
    if token.kind in (END, LOWER) or opening.text == "|":
        return cursor.wrong(opening, f"{here} is never closed.", f"Write {wanted} where it ends.")
    if token.text in _CLOSERS:
        why = f"{here} is closed by {token.text} instead of {wanted}."
        return cursor.wrong(token, why, f"Write {wanted} here, or open with the other kind.")
    return left_over(cursor)


def left_over(cursor: Cursor) -> FormulaError:
    """Why a formula, or what stands in brackets, does not end before this token."""
    token = cursor.token
    if token.text in _CLOSERS:
        return _stray(cursor, token)
    if token.text == ",":
        return _comma(cursor, token)
    shown = cursor.text[token.start : token.end]
    return cursor.wrong(
        token, f"{shown} cannot stand here.", "Join the parts with a sign such as + or *."
    )


def _stray(cursor: Cursor, token: Token) -> FormulaError:
    why = f"This {token.text} closes nothing: no bracket is open before it."
    return cursor.wrong(token, why, "Delete it, or open one.")


def _comma(cursor: Cursor, token: Token) -> FormulaError:
    if decimal_comma(cursor, token.start, token.end):
        why = "Decimals are written with a point, not with a comma."
        return cursor.wrong(token, why, "Write 1.5 instead of 1,5.")
    why = "A comma separates the arguments of a function and the parts of a vector."
    return cursor.wrong(token, why, "For a vector put brackets around the whole: [x^2, 2y].")


def decimal_comma(cursor: Cursor, start: int, end: int) -> bool:
    """Whether a comma between two digits, without spaces, stands from `start` up to `end`."""
    text = cursor.text
    return any(
        text[i] == "," and text[i - 1].isdigit() and text[i + 1 : i + 2].isdigit()
        for i in range(max(start, 1), min(end, len(text)))
    )
