"""Names that mean nothing: why, and the most likely thing that was meant."""

from __future__ import annotations

import re
from collections.abc import Collection

from steepest.errors import FormulaError
from steepest.sources.formula.characters import is_differential, letters_in
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.declared import Declared
from steepest.sources.formula.tokens import Token

__all__ = [
    "calls_itself",
    "no_such_function",
    "run_together",
    "unknown_name",
]

_CASES = "Cases are written where(x > 0, a, b): a where the condition holds, b elsewhere."
_PROGRAM = "A formula is never run as a program; write f(x) = x^2, or x^2 alone."

# Words of programming and of the blackboard, with what to write instead.
WORDS = {
    **dict.fromkeys(("if", "else", "then", "otherwise"), _CASES),
    **dict.fromkeys(("lambda", "def", "return", "import", "print", "exec", "eval"), _PROGRAM),
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
    "inf": "Infinity is not a number one can calculate with; leave the term out.",
    "nan": "Leave it out: a formula has a value everywhere it is asked for one.",
    "deg": "Write 90° or radians(90).",
}


def unknown_name(
    text: str, token: Token, called: bool, functions: Collection[str], declared: Declared
) -> FormulaError:
    """The error for a name without a meaning; `called` when a bracket follows it."""
    name = token.text
    why = f"{name} is not a name that this formula knows."
    if name in WORDS:
        remedy = WORDS[name]
    elif name.startswith("log_"):
        remedy = f"To another base write log(x)/log({name[4:]}); log2 and log10 are known."
    elif is_differential(name):
        why = f"{name} looks like part of a derivative."
        remedy = (
            "A formula is the function itself; ask for its derivative afterwards, with "
            f'derivative("x") or --by x. {_declaration(name, declared)}'
        )
    else:
        remedy = _guess(name, called, functions, declared)
    return complaint(text, token.start, token.end, why, remedy)


def no_such_function(text: str, token: Token) -> FormulaError:
    """The error for f(x), where nobody has said what f is."""
    name = token.text
    why = f"{name}(…) looks like a function, but no function {name} is known."
    remedy = f"If {name} is a number to multiply by, write {name}*(…)."
    return complaint(text, token.start, token.end, why, remedy)


def calls_itself(text: str, token: Token) -> FormulaError:
    """The error for y = y^2."""
    why = f"{token.text} is defined here, so it cannot be part of its own formula."
    remedy = "Give the function another name, or leave its name out."
    return complaint(text, token.start, token.end, why, remedy)


def run_together(name: str, functions: Collection[str]) -> list[str]:
    """What could have been meant by sin3n or lnx: the function, with its argument in brackets."""
    heads = [s for s in (*functions, "pi") if len(s) > 1 and name.startswith(s) and name != s]
    found = []
    for head in sorted(heads, key=len, reverse=True):
        rest = name[len(head) :]
        if head == "pi":
            found.append(f"pi*{rest}")
        elif re.fullmatch(r"\d*[^\W\d_]?\d*", rest):
            found.append(f"{head}({rest})")
    return found


def _guess(name: str, called: bool, functions: Collection[str], declared: Declared) -> str:
    if name.lower() in functions:
        return f"Write {name.lower()}: functions have small letters here."
    tails = [s for s in functions if len(s) > 2 and name.endswith(s) and len(name) == len(s) + 1]
    if tails:
        return f"Write {name[0]}*{name[1:]}, with a sign or a space between them."
    known = [*functions, *(declared.variables or ()), *declared.parameters]
    import difflib

    near = difflib.get_close_matches(name, known, n=3, cutoff=0.7) if len(name) > 1 else []
    if called and len(name) > 1:
        listed = ", ".join(sorted(s for s in functions if s.isascii()))
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        return f"{hint}The functions are: {listed}."
    if meant := run_together(name, functions):
        return f"Write {' or '.join(meant)}."
    hint = f"Did you mean {' or '.join(near)}? " if near and len(name) > 2 else ""
    return hint + _declaration(name, declared)


def _declaration(name: str, declared: Declared) -> str:
    """How to say that `name` is a variable, or a product of variables."""
    if declared.variables is not None:
        listed = ", ".join(declared.variables) or "none"
        given = ", ".join(declared.parameters)
        more = f", the parameters {given}" if given else ""
        return (
            f"The declared variables are {listed}{more}. To declare {name} as well: "
            f"{declared.header(name)} = …"
        )
    pieces = letters_in(name)
    product = f"For a product write {'*'.join(pieces)}. " if 1 < len(pieces) <= 3 else ""
    return (
        f"{product}For one variable of that name, declare it: f({name}) = …, or "
        f'variables=("{name}",).'
    )
