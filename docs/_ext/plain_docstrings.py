"""Let docstrings be plain text: `code` in single backticks; *, | and _ as mathematics has them.

reStructuredText would read `|x|` as a substitution and `**kwargs` as the start of bold text. Here
each docstring's prose is quoted before it is parsed; examples and indented formulas stay as typed.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"(:\w+:`[^`]+`|``.+?``|`[^`]+`)")
SPECIAL = re.compile(r"([*|\\]|_(?=\W|$))")


def quote(line: str) -> str:
    """One line of prose as reStructuredText that means just these characters."""
    parts = CODE.split(line)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = SPECIAL.sub(r"\\\1", part)
        elif not part.startswith((":", "``")):
            parts[i] = f"`{part}`"
    return "".join(parts)


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def plain(lines: list[str]) -> list[str]:
    """The lines of a docstring, with prose quoted and indented blocks shown as they are typed."""
    result: list[str] = []
    example = False  # inside a doctest, up to the next blank line
    literal = False  # inside an indented block
    for line in lines:
        after_blank = not result or not result[-1].strip()
        section = next((x for x in reversed(result) if x.strip() and indent(x) == 0), "")
        if not line.strip():
            example = False
        elif line.lstrip().startswith(">>>"):
            example, literal = True, False
        elif not indent(line):
            literal = False
        elif after_blank and not example and not section.rstrip().endswith(":") and not literal:
            literal = True
            result += ["::", ""]
        result.append(line if example or literal else quote(line))
    return result


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = plain(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", process, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
