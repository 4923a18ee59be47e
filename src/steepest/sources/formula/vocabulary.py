"""What a name in a formula means: a function, a named number, a variable, a parameter, or several
of them multiplied."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import steepest.operations  # noqa: F401  (fills the registry)
from steepest.errors import FormulaError
from steepest.graph.operation import ROWS
from steepest.sources.formula.characters import GREEK_WORDS, greek
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.tokens import NAME, SIGN, Token

__all__ = ["CONSTANT", "FUNCTION", "VARIABLE", "Declared", "Vocabulary", "functions", "spelling"]

CONSTANT, FUNCTION, VARIABLE = "constant", "function", "variable"
_MAP_WORDS = {
    "north",
    "east",
}  # the two directions of a map, see "Conventions decided" in docs/architecture.md
_PIECE = re.compile(r"([^\W\d_][\u0300-\u036f]*[0-9]*(?:_(?:[0-9]+|[^\W\d_]))?)")
_DIFFERENTIAL = re.compile(r"d[a-zA-Zα-ω]\d*")
_OPENING = {"(", "[", "{"}

# Words of programming and of the blackboard, with what to write instead.
WORDS = {
    "if": "Cases are written where(x > 0, a, b): a where the condition holds, b elsewhere.",
    "else": "Cases are written where(x > 0, a, b): a where the condition holds, b elsewhere.",
    "lambda": "Write f(x) = x^2, or x^2 alone.",
    "def": "Write f(x) = x^2, or x^2 alone.",
    "return": "Write f(x) = x^2, or x^2 alone.",
    "import": "A formula is never run as a program; sin, exp, pi and their like need no import.",
    "lim": "A limit is not a formula here; write the function whose limit is meant.",
    "int": "An integral is not a formula here; rounding down is floor(x), towards zero trunc(x).",
    "sum": "Write the terms out: x_1 + x_2 + x_3.",
    "lg": "The logarithm to base 10 is log10(x), to base 2 log2(x), the natural one ln(x).",
    "ld": "The logarithm to base 2 is log2(x).",
    "sgn": "Write sign(x).",
    "root": "Write x^(1/n) for the n-th root, sqrt(x) or cbrt(x).",
    "arctg": "Write arctan(x).",
    "arcctg": "Write pi/2 - arctan(x).",
    "sen": "Write sin(x).",
    "sh": "Write sinh(x).",
    "ch": "Write cosh(x).",
    "th": "Write tanh(x).",
    "True": "Write a condition such as x > 0.",
    "False": "Write a condition such as x > 0.",
    "None": "Leave it out.",
    "inf": "Infinity is not a number one can calculate with; leave the term out, or write a large "
    "number.",
    "nan": "Leave it out.",
    "deg": "Write 90° or radians(90).",
}


def functions() -> dict[str, str]:
    """Every spelling of a function and the row it means, read from the rows at each call: rows can
    be added."""
    return {
        s: row.name
        for row in ROWS.values()
        if row.arity
        for s in row.spellings
        if s not in ("not", "√", "∛")
    }


def constants() -> dict[str, str]:
    """Every spelling of a named number, and its row. The letter ℯ is always Euler's number."""
    return {s: row.name for row in ROWS.values() if row.arity == 0 for s in row.spellings} | {
        "ℯ": "euler"
    }


def spelling(row: str) -> str:
    """The name under which the function of a row is typed: the row's own where it can be."""
    spellings = ROWS[row].spellings
    return row if row in spellings or not spellings else spellings[0]


class Declared(NamedTuple):
    """What the user has said of names: the variables in order (None: nothing), the parameters, the
    function's own name."""

    variables: tuple[str, ...] | None
    parameters: Collection[str]
    own: str | None = None

    def header(self, *more: str) -> str:
        """The definition that would declare `more` names as well."""
        return f"{self.own or 'f'}({', '.join([*(self.variables or ()), *more])})"


class Vocabulary:
    """Gives each name token of one formula its meaning."""

    def __init__(self, text: str, tokens: Sequence[Token], declared: Declared) -> None:
        self.text = text
        self.declared = declared
        self.functions = functions()
        self.constants = constants()
        self.notes: list[tuple[int, str]] = []
        self.known = {*(declared.variables or ()), *declared.parameters}
        # In x^2 + xy + y^2 the letters x and y stand alone somewhere, which makes xy their product.
        alone = {t.text for t in tokens if t.kind == NAME and _PIECE.fullmatch(t.text)}
        self.letters = self.known if declared.variables is not None else self.known | alone | {"e"}

    def resolve(self, tokens: Sequence[Token]) -> list[Token]:
        """The same tokens, every name replaced by what it means."""
        out: list[Token] = []
        for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
            if token.kind == NAME:
                out += self.meaning(token, following)
            else:
                out.append(token)
        return out

    def meaning(self, token: Token, following: Token) -> list[Token]:
        """The function, constant or variable that a name is, or the variables whose product it
        is."""
        name, called = token.text, following.kind == SIGN and following.text in _OPENING
        if name in self.known:
            return [token._replace(kind=VARIABLE)]
        if name in self.constants:
            return [token._replace(kind=CONSTANT, text=self.constants[name])]
        row = self.functions.get(name) or self.functions.get(_joined(name))
        if row is not None and (called or not _greek_name(name)):
            if _greek_name(name):
                self.notes.append((token.start, f"{name}(…) is read as the function {row}"))
            return [token._replace(kind=FUNCTION, text=row)]
        if self.declared.variables is None and _plainly_a_variable(name):
            return [self.letter(token, called)]
        if name == "e":  # the variables are declared, and e is none of them
            return [token._replace(kind=CONSTANT, text="euler")]
        pieces = self.product(name)
        if pieces and not self.starts_with_function(name) and not self.derivative(token):
            self.notes.append((token.start, f"{name} is read as {'*'.join(pieces)}"))
            return _split(token, pieces)
        raise self.unknown(token, following)

    def letter(self, token: Token, called: bool) -> Token:
        if called and (token.text in ("f", "g", "h") or token.text == self.declared.own):
            raise complaint(
                self.text,
                token.start,
                token.end,
                f"{token.text}(…) looks like a function, but no {token.text} is known.",
                f"If {token.text} is a number to multiply by, write {token.text}*(…).",
            )
        if token.text == self.declared.own:
            raise complaint(
                self.text,
                token.start,
                token.end,
                f"{token.text} is defined here, so it cannot be part of its own formula.",
                "Give the result another name, or leave the name out.",
            )
        return token._replace(kind=VARIABLE)

    def product(self, name: str) -> list[str]:
        """The known letters that a name is made of, or nothing."""
        pieces = _PIECE.findall(name)
        if len(pieces) < 2 or "".join(pieces) != name:
            return []
        if all(p in self.letters for p in pieces):
            return pieces
        free = self.declared.variables is None and all(
            p in self.letters or p.isalpha() for p in pieces
        )
        return pieces if free and any(p in self.declared.parameters for p in pieces) else []

    def derivative(self, token: Token) -> bool:
        """Whether dx stands below a fraction bar, as in d/dx, and nobody has declared d."""
        below = (
            self.text[max(0, token.start - 10) : token.start]
            .rstrip()
            .endswith(("/", "÷", "∕", "⁄"))
        )
        return below and "d" not in self.known and bool(_DIFFERENTIAL.fullmatch(token.text))

    def starts_with_function(self, name: str) -> list[str]:
        """What could have been meant by sin3n or lnx: the function, then its argument in
        brackets."""
        prefixes = [
            s
            for s in (*self.functions, "pi")
            if len(s) > 1 and name.startswith(s) and len(name) > len(s)
        ]
        found = []
        for head in sorted(prefixes, key=len, reverse=True):
            rest = name[len(head) :]
            if head == "pi":
                found.append(f"pi*{rest}")
            elif re.fullmatch(r"\d*[^\W\d_]?\d*", rest):
                found.append(f"{head}({rest})")
        return found

    def unknown(self, token: Token, following: Token) -> FormulaError:
        """Why a name means nothing, and the most likely thing that was meant."""
        name = token.text
        why, remedy = f"{name} is not a name that this formula knows.", self.guess(token, following)
        if name == self.declared.own:
            why = f"{name} is defined here, so it cannot be part of its own formula."
            remedy = "Write out what is meant; a definition does not call itself."
        elif name in WORDS:
            remedy = WORDS[name]
        elif name.startswith("log_"):
            remedy = f"To another base write log(x)/log({name[4:]}); log2 and log10 are known."
        elif _DIFFERENTIAL.fullmatch(name):
            why = f"{name} looks like part of a derivative."
            remedy = (
                "A formula is the function itself; ask for its derivative afterwards, with "
                'derivative("x") or '
                f"--by x. {self.declaration(name)}"
            )
        return complaint(self.text, token.start, token.end, why, remedy)

    def guess(self, token: Token, following: Token) -> str:
        name, called = token.text, following.kind == SIGN and following.text in _OPENING
        if name.lower() in self.functions:
            return f"Write {name.lower()}: functions have small letters here."
        tails = [s for s in self.functions if len(s) > 2 and name.endswith(s)]
        if tails and len(head := name[: -len(max(tails, key=len))]) == 1:
            return f"Write {head}*{name[len(head) :]}, with a sign or a space between them."
        near = difflib.get_close_matches(name, [*self.functions, *self.known], n=3, cutoff=0.7)
        if called and len(name) > 1:
            hint = f"Did you mean {' or '.join(near)}? " if near else ""
            return (
                f"{hint}The functions are: "
                f"{', '.join(sorted(s for s in self.functions if s.isascii()))}."
            )
        if meant := self.starts_with_function(name):
            return f"Write {' or '.join(meant)}."
        if near and len(name) > 2:
            return f"Did you mean {' or '.join(near)}? {self.declaration(name)}"
        return self.declaration(name)

    def declaration(self, name: str) -> str:
        """How to say that `name` is a variable, or a product of variables."""
        if self.declared.variables is not None:
            listed = ", ".join(self.declared.variables) or "none"
            given = (
                f"; parameters: {', '.join(self.declared.parameters)}"
                if self.declared.parameters
                else ""
            )
            return (
                f"The declared variables are {listed}{given}. To add {name}: "
                f"{self.declared.header(name)} = …"
            )
        pieces = _PIECE.findall(name)
        product = f"For a product write {'*'.join(pieces)}. " if 1 < len(pieces) <= 3 else ""
        return (
            f"{product}For one variable of that name, declare it: f({name}) = …, or "
            f'variables=("{name}",).'
        )


def reserved(name: str) -> bool:
    """Whether a name has a meaning of its own, so that no variable can have it."""
    taken = name in functions() or name in constants() or name in ("and", "or", "not")
    return taken and not _greek_name(name)


def clash(variables: Mapping[str, int]) -> tuple[str, str] | None:
    """A Greek letter that occurs both as a letter and as a word, which look like two variables: α
    and alpha."""
    import unicodedata

    for name in variables:
        if len(name) == 1 and greek(name):
            word = unicodedata.name(name).rpartition(" ")[2].lower().replace("lamda", "lambda")
            if word in variables and name.islower():
                return name, word
    return None


def _joined(name: str) -> str:
    """log_2 and log₂ are log2."""
    return name.replace("_", "") if name.startswith("log_") else ""


def _greek_name(name: str) -> bool:
    return greek(name[0]) or name in GREEK_WORDS


def _plainly_a_variable(name: str) -> bool:
    """A name that needs no declaration: one letter, with digits or an index; a Greek word; north
    and east."""
    if "_" in name:
        return not name.startswith("log_")
    word = name.rstrip("0123456789")
    letters = re.sub(r"[\u0300-\u036f]", "", word)
    return len(letters) == 1 or letters in GREEK_WORDS or letters in _MAP_WORDS or name[0] == "Δ"


def _split(token: Token, pieces: Sequence[str]) -> list[Token]:
    """One token a variable; a product written together stands as it was written."""
    out, start = [], token.start
    for i, piece in enumerate(pieces):
        end = token.end if i == len(pieces) - 1 else start + len(piece)
        out.append(Token(VARIABLE, piece, start, end, token.spaced and i == 0))
        start = end
    return out
