"""What an error about a formula looks like: why, the line and the place, what to write instead."""

from __future__ import annotations

from steepest.errors import FormulaError

__all__ = ["complaint", "described"]

WIDTH = 72  # columns of the formula shown around the place


def complaint(text: str, start: int, end: int, why: str, remedy: str = "") -> FormulaError:
    """The error for the characters from `start` up to `end` of `text`; raise it.

    >>> print(complaint("2 +* n", 3, 4, "* needs something before it.", "Write 2 + n or 2*n."))
    * needs something before it.
    <BLANKLINE>
        2 +* n
           ^
    <BLANKLINE>
    Write 2 + n or 2*n.
    """
    start = max(0, min(start, len(text)))
    end = max(start + 1, end)
    why, remedy = _one_line(why), _one_line(remedy)
    parts = [why]
    if text.strip():
        parts.append(_pointed(text, start, end))
    if remedy:
        parts.append(remedy)
    return FormulaError("\n\n".join(parts), text, start, end - start)


def described(character: str) -> str:
    """A character and its Unicode name, safe to print: ; (SEMICOLON)."""
    import unicodedata

    name = unicodedata.name(character, f"U+{ord(character):04X}")
    return f"{character} ({name})" if character.isprintable() and character.strip() else name


def _pointed(text: str, start: int, end: int) -> str:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    left = max(first, min(start - WIDTH // 2, last - WIDTH))
    right = min(last, left + WIDTH)
    before = "…" if left > first else ""
    after = "…" if right < last else ""
    shown = "".join(_printable(c) for c in text[left:right])
    indent = len(before) + sum(map(_columns, text[left:start]))
    carets = max(1, sum(map(_columns, text[start : min(end, right)])))
    return f"    {before}{shown}{after}\n    {' ' * indent}{'^' * carets}"


def _one_line(sentence: str) -> str:
    """The sentence; what it quotes may hold line ends and tabs."""
    return "".join(map(_printable, sentence))


def _printable(character: str) -> str:
    """The character, or a stand-in for what could move the cursor or colour the terminal."""
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _columns(character: str) -> int:
    """How many columns of a terminal a character takes (Unicode Standard Annex 11)."""
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
