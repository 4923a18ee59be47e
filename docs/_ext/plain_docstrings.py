"""Let docstrings be plain text, laid out as a person reads them in an editor or from help().

Napoleon already knows sections such as `Raises:`. Beyond that, reStructuredText would read `|x|` as
a substitution, `**kwargs` as the start of bold text, and two columns as an error. Here each
docstring is taken paragraph by paragraph, before it is parsed:

    prose               `code` in single backticks; *, | and _ stand for themselves
    two columns         a name, two or more spaces, what it is: a list of definitions (like this)
    indented lines      a formula or a file, shown as typed
    >>> ...             an example, as it is
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.napoleon import GoogleDocstring

CODE = re.compile(r"(:\w+:`[^`]+`|``.+?``|`[^`]+`)")
SPECIAL = re.compile(r"([*|\\]|_(?=\W|$))")
COLUMNS = re.compile(r"(\S.*?)\s{2,}(\S.*)")
BULLET = re.compile(r"(?:- |\d+\. )")


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def dedent(lines: list[str]) -> list[str]:
    margin = min(map(indent, lines))
    return [line[margin:] for line in lines]


def quote(line: str) -> str:
    """One line of prose as reStructuredText that means just these characters."""
    parts = CODE.split(line)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = SPECIAL.sub(r"\\\1", part)
        elif not part.startswith((":", "``")):
            parts[i] = f"`{part}`"
    return "".join(parts)


def definitions(lines: list[str]) -> list[str] | None:
    """Two columns as a list of definitions; None where the lines are not two columns."""
    starts = [COLUMNS.fullmatch(line) for line in lines if not indent(line)]
    if len(starts) < 2 or not all(starts):
        return None
    result: list[str] = []
    for line in lines:
        if indent(line):
            result.append(f"   {quote(line.strip())}")
        elif found := COLUMNS.fullmatch(line):
            name, meaning = found.groups()
            result += ["", f"``{name}``", f"   {quote(meaning)}"]
    return [*result, ""]


def shown(lines: list[str]) -> list[str]:
    """Indented lines: two columns, or a block that is shown as typed."""
    lines = dedent(lines)
    return definitions(lines) or ["", "::", "", *(f"   {line}" for line in lines), ""]


def paragraph(lines: list[str], under_section: bool) -> Iterator[str]:
    """One paragraph, in whichever of the ways above it is laid out."""
    if lines[0].lstrip().startswith(">>>"):
        yield from lines
    elif under_section or BULLET.match(lines[0]):
        yield from map(quote, lines)
    elif indent(lines[0]):
        yield from shown(lines)
    elif columns := definitions(lines):
        yield from columns
    else:
        for indented, run in groupby(lines, lambda line: indent(line) > 0):
            block = list(run)
            yield from shown(block) if indented else map(quote, block)


def plain(lines: list[str], sections: set[str]) -> list[str]:
    result: list[str] = []
    under_section = False  # below a heading that napoleon knows, up to the next line at the margin
    for blank, run in groupby(lines, lambda line: not line.strip()):
        block = list(run)
        if not blank:
            if not indent(block[0]):
                under_section = block[0].rstrip(": ").lower() in sections
            block = list(paragraph(block, under_section))
        result += block
    return result


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = plain(lines, set(GoogleDocstring([], app.config)._sections))
    if what in ("attribute", "data", "property"):
        # Napoleon takes what stands before the first colon for a type; a comment has none.
        lines[:0] = ["..", ""]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", process, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
