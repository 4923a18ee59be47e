"""Tokens: the text cut into numbers, names and signs, each knowing where it stands."""

from __future__ import annotations

import re
from functools import lru_cache

from steepest.errors import FormulaError
from steepest.sources.formula.characters import (
    INVISIBLE,
    REMEDIES,
    SIGNS,
    accent,
    composed,
    fraction,
    greek,
    letter,
    lowered,
    raised,
)
from steepest.sources.formula.complaint import complaint, described
from steepest.sources.formula.limits import Limits
from steepest.sources.formula.syntax import Exact, ratio

__all__ = ["END", "LOWER", "NAME", "NUMBER", "RAISE", "SIGN", "Token", "tokenise"]

NUMBER, NAME, SIGN, END, SPACE = "number", "name", "sign", "end", "space"
RAISE, LOWER = "raise", "lower"  # around the tokens of a superscript: x²ⁿ is x, raise, 2, n, lower

_OTHER_BASE = r"0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)"
TWO = {"**": "^"} | {sign: sign for sign in ("<=", ">=", "==", "!=", ":=")}  # of two characters
_WORDS = {"and", "or", "not"}
_LARGEST = 2**1024 - 2**970  # the largest double
_SMALLEST = 2**1074  # one divided by it is the smallest


class Token:
    """One piece of the text.

    `spaced`: white space stands before it. `mark`: the e or E of scientific notation.
    """

    __slots__ = ("end", "kind", "mark", "spaced", "start", "text", "value")

    def __init__(
        self,
        kind: str,
        text: str,
        start: int,
        end: int,
        spaced: bool = False,
        value: Exact = 0,
        mark: str = "",
    ) -> None:
        self.kind, self.text, self.start, self.end = kind, text, start, end
        self.spaced, self.value, self.mark = spaced, value, mark

    def meaning(self, kind: str, text: str | None = None) -> Token:
        """The same piece, once it is known what it is."""
        text = self.text if text is None else text
        return Token(kind, text, self.start, self.end, self.spaced, self.value, self.mark)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text!r} at {self.start}:{self.end}>"


def tokenise(text: str, limits: Limits) -> list[Token]:
    """Cut `text` into tokens, the last one of kind END.

    Raises FormulaError for text that is empty or too long, and for characters without a meaning.
    """
    if len(text) > limits.length:
        raise FormulaError(
            f"This formula has {len(text):,} characters; at most {limits.length:,} are read. For "
            "something that "
            "long write a Python function.",
            text,
        )
    if not text.strip():
        raise FormulaError(
            "There is no formula here: the text is empty. Write one such as n^2 + 3e^2.", text
        )
    tokens = _Scanner(text, text, 0, limits).scan()
    tokens.append(Token(END, "", len(text), len(text)))
    return tokens


@lru_cache(maxsize=4096)
def _begins(character: str) -> str:
    """What begins with a character, as far as it alone tells."""
    if character.isspace():
        return SPACE
    if character in SIGNS:
        return SIGN
    if "0" <= character <= "9":
        return NUMBER
    if raised(character):
        return RAISE
    return NAME if character != "ℯ" and letter(character) else ""


class _Scanner:
    """Walks over `plain`; its character i stands at `offset + i` of the whole text."""

    def __init__(self, whole: str, plain: str, offset: int, limits: Limits) -> None:
        self.whole, self.plain, self.offset, self.limits = whole, plain, offset, limits
        self.tokens: list[Token] = []
        self.spaced = False
        self.at = 0

    def scan(self) -> list[Token]:
        plain, end = self.plain, len(self.plain)
        while self.at < end:
            c = plain[self.at]
            begins = _begins(c)
            if begins == SPACE:
                self.at, self.spaced = self.at + 1, True
            elif begins == SIGN or plain[self.at : self.at + 2] in ("!=", ":="):
                self.sign()
            elif begins == NUMBER or (c == "." and "0" <= plain[self.at + 1 : self.at + 2] <= "9"):
                self.number()
            elif begins == NAME:
                self.name()
            elif begins == RAISE:
                self.superscript()
            elif c == "ℯ":  # U+212F, the letter for Euler's number
                self.put(NAME, "ℯ", 1)
            elif (parts := fraction(c)) is not None:
                self.put(NUMBER, c, 1, ratio(*parts))
            elif c in INVISIBLE:
                self.at += 1
            else:
                raise self.strange(c)
        return self.tokens

    def put(self, kind: str, text: str, length: int, value: Exact = 0, mark: str = "") -> None:
        start = self.offset + self.at
        self.tokens.append(Token(kind, text, start, start + length, self.spaced, value, mark))
        self.at, self.spaced = self.at + length, False

    def number(self) -> None:
        text, at = self.plain, self.at
        if text[at] == "0" and text[at + 1 : at + 2].isalpha():
            self.refuse_other_base()
        end = _after_digits(text, at)
        if text[end : end + 1] == ".":
            end = _after_digits(text, end + 1)
        mantissa, mark, power = text[at:end].replace("_", ""), "", "0"
        if text[end : end + 1] in ("e", "E"):
            first = end + 1 + (text[end + 1 : end + 2] in ("+", "-", "−"))
            after = _after_digits(text, first, joined="")
            if after > first:
                mark, power, end = text[end], text[end + 1 : after].replace("−", "-"), after
        self.put(NUMBER, text[at:end], end - at, self.valued(mantissa, power, end - at), mark)

    def refuse_other_base(self) -> None:
        found = re.compile(_OTHER_BASE).match(self.plain, self.at)
        if found and letter(self.plain[found.end() : found.end() + 1]) == "":
            raise self.wrong(
                len(found[0]),
                f"{found[0]} looks like a number in another base.",
                "Write it with decimal digits.",
            )

    def valued(self, plain: str, power: str, length: int) -> Exact:
        """The exact value; no power of ten is computed before its size is known."""
        if len(plain) < 10 and power == "0" and "." not in plain:
            return int(plain)
        if len(plain) > self.limits.digits or len(power) > 10:
            raise self.wrong(
                length,
                f"This number has more than {self.limits.digits:,} digits.",
                "A double holds 17 of them.",
            )
        whole, _, decimals = plain.partition(".")
        digits = (whole + decimals).lstrip("0") or "0"
        shift = int(power) - len(decimals)
        size = len(digits) + shift  # the value lies between 10^(size - 1) and 10^size
        if digits == "0":
            return 0
        value: Exact = 0
        if abs(size) < 400:
            value = ratio(int(digits) * 10 ** max(shift, 0), 10 ** max(-shift, 0))
        if size >= 400 or value > _LARGEST:
            raise self.wrong(length, "This number is too large: a double ends at about 1.8E308.")
        if value.numerator * _SMALLEST < value.denominator:
            raise self.wrong(
                length,
                "This number is too small: a double ends at about 4.9E-324.",
                "Write 0.",
            )
        return value

    def superscript(self) -> None:
        """A run of raised characters: its own small formula, the exponent."""
        end = self.at
        while end < len(self.plain) and raised(self.plain[end]):
            end += 1
        start, stop = self.offset + self.at, self.offset + end
        inside = _Scanner(
            self.whole, "".join(raised(c) for c in self.plain[self.at : end]), start, self.limits
        ).scan()
        if any(t.kind == NAME and t.text[-1].isdigit() for t in inside):  # eˣ² is no e to the x_2
            raise self.wrong(
                end - self.at,
                "An exponent of an exponent cannot be written with raised characters.",
                "Write it with brackets, such as e^(x^2).",
            )
        self.tokens.append(Token(RAISE, self.plain[self.at : end], start, stop, self.spaced))
        self.tokens += inside
        self.tokens.append(Token(LOWER, "", stop, stop))
        self.at, self.spaced = end, False

    def name(self) -> None:
        name, end = spelled_name(self.plain, self.at, self.limits.letters + 1)
        if end - self.at > self.limits.letters:
            raise self.wrong(
                end - self.at,
                f"This name has more than {self.limits.letters} letters.",
                "Write a sign between the factors of a product: x*y.",
            )
        self.put(SIGN if name in _WORDS else NAME, name, end - self.at)

    def sign(self) -> None:
        two = TWO.get(self.plain[self.at : self.at + 2])
        if two is not None:
            self.put(SIGN, two, 2)
        else:
            self.put(SIGN, SIGNS[self.plain[self.at]], 1)

    def strange(self, c: str) -> FormulaError:
        if c == "." and self.tokens and self.tokens[-1].kind == NAME and not self.spaced:
            return self.attribute()
        if c in REMEDIES:
            return self.wrong(1, f"{described(c)} has no meaning in a formula.", REMEDIES[c])
        if c.isalpha():
            remedy = (
                "Names are made of Latin and Greek letters; other letters can look the same and "
                "be different."
            )
        elif c.isdigit():
            remedy = "Write numbers with the digits 0 to 9."
        else:
            remedy = "Delete it."
        return self.wrong(1, f"The character {described(c)} has no meaning in a formula.", remedy)

    def attribute(self) -> FormulaError:
        """np.sin(x), math.pi: written as Python code."""
        head = self.tokens[-1]
        rest = re.match(r"\.(\w*)", self.plain[self.at :])
        name = rest[1] if rest else ""
        length = 1 + len(name)
        end = self.offset + self.at + length
        return complaint(
            self.whole,
            head.start,
            end,
            f"Names in a formula have no dots: {head.text}.{name}.",
            f"Write {name} alone: functions and constants need no module before them."
            if name
            else "Leave out the dot.",
        )

    def wrong(self, length: int, why: str, remedy: str = "") -> FormulaError:
        start = self.offset + self.at
        return complaint(self.whole, start, start + length, why, remedy)


def spelled_name(text: str, start: int, most: int) -> tuple[str, int]:
    """The name that begins at `start`, normalised, and where it ends: x, x_1, x₁ (also x_1), θ, Δx,
    w12, learning_rate.

    A Greek letter is a name of its own, but Δ stays with the letter after it. After an index that
    is a number the name is complete: x₁y and x_1y are products.
    """
    most = min(len(text), start + most)
    at = start + 1
    while at < most and "a" <= text[at] <= "z":
        at += 1
    if "a" <= text[start] <= "z" and (at == len(text) or _begins(text[at]) in (SIGN, SPACE)):
        return text[start:at], at  # as most names are
    name, at = letter(text[start]), start + 1
    alone = greek(name)
    joined = name == "Δ"  # the next letter belongs to it
    index = ""  # what follows the underscore
    while at < most:
        c = text[at]
        small, plain = lowered(c), letter(c)
        if small:
            index += small
            name += small if name.endswith("_") or lowered(text[at - 1]) else "_" + small
        elif lowered(text[at - 1]):
            break
        elif "0" <= c <= "9":
            name, index = name + c, index + c if "_" in name else ""
        elif c == "_" and (letter(text[at + 1 : at + 2]) or "0" <= text[at + 1 : at + 2] <= "9"):
            name, index = name + "_", ""
        elif accent(c):
            name += c
        elif plain and not _complete(name, index, alone and not joined, plain):
            name, index, joined = name + plain, index + plain if "_" in name else "", False
        else:
            break
        at += 1
    return composed(name), at


def _complete(name: str, index: str, alone: bool, following: str) -> bool:
    """Whether a name ends before the letter `following`."""
    if name.endswith("_"):
        return False
    if "_" in name:
        return index.isdecimal() or (greek(following) and not index)
    return alone or greek(following)


def _after_digits(text: str, at: int, joined: str = "_") -> int:
    """Where a run of digits ends that starts here; single signs of joining may stand between."""
    end = at
    while "0" <= text[end : end + 1] <= "9" or (
        at < end and text[end : end + 1] == joined and "0" <= text[end + 1 : end + 2] <= "9"
    ):
        end += 1
    return end
