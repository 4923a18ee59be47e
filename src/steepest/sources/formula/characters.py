"""What single characters mean in a formula: the many ways to write one sign, and what to say of
signs with no meaning.

Unicode's compatibility form (NFKC) turns x² into x2 and x₁ into x1, so it is never applied to a
whole formula: raised and lowered characters are recognised first, then each letter is normalised by
itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

__all__ = [
    "GREEK_WORDS", "INVISIBLE", "REMEDIES", "SIGNS", "accent", "composed", "fraction", "greek",
    "letter", "lowered", "raised",
]  # fmt: skip

# Every character that stands for a sign of the grammar; signs of two characters are put together by
# the scanner.
SIGNS: dict[str, str] = {c: c for c in "+-*/^()[]{},|<>=√∛⌊⌋⌈⌉°"} | {
    **dict.fromkeys("−–‐‑‒﹣－", "-"),
    **dict.fromkeys("＋﬩﹢", "+"),
    **dict.fromkeys("·⋅∙×∗✕✖⨯＊\u2062", "*"),
    **dict.fromkeys("÷∕⁄／", "/"),
    **dict.fromkeys("ˆ＾", "^"),
    **dict.fromkeys("∣｜", "|"),
    **dict.fromkeys("º˚", "°"),
    "（": "(",
    "）": ")",
    "，": ",",
    "＝": "=",
    "＜": "<",
    "＞": ">",
    "≤": "<=",
    "≦": "<=",
    "⩽": "<=",
    "≥": ">=",
    "≧": ">=",
    "⩾": ">=",
    "≠": "!=",
    "≔": ":=",
    "∧": "and",
    "∨": "or",
    "¬": "not",
}

# function application, invisible comma and plus: what formula editors leave behind
INVISIBLE = "\u2061\u2063\u2064"

_DERIVATIVE = (
    "A formula is the function itself; ask for its derivative afterwards: "
    'Function(...).derivative("x"), or on the '
    'command line: steepest derive "..." --by x.'
)
_QUOTE = "Leave out quotation marks; a formula is made of numbers, names and signs only."
_VECTOR = "Write the partial derivatives out, or ask for Function(...).gradient."

# Characters that people do type into formulas, with what to write instead.
REMEDIES: dict[str, str] = {
    "!": "For the factorial of n write exp(gammaln(n + 1)), which is smooth between the whole "
    "numbers; for 5! write 120. "
    "Not equal is !=.",
    "%": "For 5 percent write 5/100 or 0.05; for the remainder of a division write mod(a, b).",
    "'": _DERIVATIVE,
    "′": _DERIVATIVE,
    "’": _DERIVATIVE,
    "∂": _DERIVATIVE,
    "∇": _VECTOR,
    "∆": "For a name such as Δx use the Greek capital letter Δ.",
    "∫": "An integral is not a formula here; write its antiderivative, if you know it.",
    "∑": "Write the terms out: x_1^2 + x_2^2 + x_3^2. A long sum is easier as a Python function "
    "with a loop.",
    "∏": "Write the factors out: x_1*x_2*x_3. A long product is easier as a Python function with "
    "a loop.",
    "∞": "Infinity is not a number one can calculate with; leave the term out, or write a large "
    "number.",
    "±": "Write two formulas, one with + and one with -.",
    ".": "A decimal point needs a digit beside it: 0.5. Multiplication is * or ·. Names have no "
    "dots: sin(x), not np.sin(x).",
    ";": "Separate arguments, and the parts of a vector, with commas: max(a, b).",
    ":": "Division is /. A definition is written f(x) = x^2 or f(x) := x^2; cases are written "
    "where(x > 0, a, b).",
    "&": "Both conditions: (x > 0) and (x < 1).",
    "~": "The opposite of a condition: not (x > 0).",
    "@": "Multiplication is *.",
    "#": "Formulas have no comments.",
    "$": "Leave out the dollar signs of LaTeX.",
    "\\": "LaTeX commands are not read; write sin(x), a/b and sqrt(x) for \\sin x, \\frac{a}{b} "
    "and \\sqrt{x}.",
    '"': _QUOTE,
    "`": _QUOTE,
    "“": _QUOTE,
    "”": _QUOTE,
    "?": "Leave it out.",
    "‖": "For the length of (x, y) write sqrt(x^2 + y^2) or hypot(x, y).",
    "∥": "For the length of (x, y) write sqrt(x^2 + y^2) or hypot(x, y).",
    "—": "A minus sign is - or −.",
    "…": "Write all terms out.",
    "→": "A definition is written f(x) = x^2.",
    "↦": "A definition is written f(x) = x^2.",
    "≈": "Conditions are made with <, <=, >, >=, == and !=.",
    "∈": "For a condition on a range write (0 < x) and (x < 1).",
    "_": "An underscore joins a name to its index: x_1.",
}

GREEK_WORDS = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
        *("lambda", "mu", "nu", "xi", "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi"),
        *("psi", "omega"),
    )
)  # without pi, which is a number


def raised(character: str) -> str:
    """What a superscript character stands for (² -> 2, ⁻ -> -, ⁿ -> n), or '' if it is none."""
    return _shifted(character, "<super>") if character > "\x7f" and character not in "ªº™℠" else ""


def lowered(character: str) -> str:
    """What a subscript character stands for (₁ -> 1, ₓ -> x), or '' if it is none."""
    plain = _shifted(character, "<sub>") if character > "\x7f" else ""
    return plain if plain.isalnum() else ""


@lru_cache(maxsize=4096)
def _shifted(character: str, tag: str) -> str:
    import unicodedata  # loaded with the first character that is not ASCII

    if not unicodedata.decomposition(character).startswith(tag):
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return SIGNS.get(plain, plain) if len(plain) == 1 else ""


@lru_cache(maxsize=4096)
def letter(character: str) -> str:
    """The Latin or Greek letter that a character is (𝑥 -> x, µ -> μ, é -> é), or '' if it is none.

    Letters of other scripts are refused: the Cyrillic х looks like the Latin x and would be another
    variable.
    """
    if character.isascii():
        return character if character.isalpha() else ""
    if not character.isalpha() or character in "ªº™℠" or raised(character) or lowered(character):
        return ""
    import unicodedata

    plain = unicodedata.normalize("NFKC", character)
    known = all(unicodedata.name(c, "").startswith(("LATIN ", "GREEK ")) for c in plain)
    return plain if known and plain.isalpha() else ""


def greek(character: str) -> bool:
    """Whether a letter is Greek: a name of its own, so that 2πr and ωt are products."""
    if character <= "\x7f":
        return False
    import unicodedata

    return unicodedata.name(character, "").startswith("GREEK ")


def accent(character: str) -> bool:
    """Whether it is a mark on the letter before it."""
    if character <= "\u02ff":
        return False
    import unicodedata

    return unicodedata.category(character) == "Mn"


def composed(name: str) -> str:
    """The name with each letter and its accents as one character, where there is such a one."""
    if name.isascii():
        return name
    import unicodedata

    return unicodedata.normalize("NFC", name)


def fraction(character: str) -> tuple[int, int] | None:
    """The two numbers of a fraction in one character (½), or None for any other."""
    if character <= "\x7f":
        return None
    import unicodedata

    if not unicodedata.decomposition(character).startswith("<fraction>"):
        return None
    top, _, bottom = unicodedata.normalize("NFKC", character).partition("⁄")
    return (int(top), int(bottom)) if top.isdecimal() and bottom.isdecimal() else None


def look_alikes(names: Collection[str]) -> tuple[str, str] | None:
    """A Greek letter that occurs as a letter and as a word, like two variables: α and alpha."""
    for name in names:
        if len(name) == 1 and greek(name) and name.islower():
            import unicodedata

            word = unicodedata.name(name).rpartition(" ")[2].lower().replace("lamda", "lambda")
            if word in names:
                return name, word
    return None


def letters_in(name: str) -> list[str]:
    """The single letters, with their accents, digits and indices, that a product written together
    is made of.
    """
    return re.findall(r"[^\W\d_][\u0300-\u036f]*[0-9]*(?:_(?:[0-9]+|[^\W\d_]))?", name)


def is_differential(name: str) -> bool:
    """Whether a name looks like dx."""
    return re.fullmatch(r"d[a-zA-Zα-ω]\d*", name) is not None
