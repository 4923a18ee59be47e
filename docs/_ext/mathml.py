"""Formulas as MathML, which browsers draw by themselves: pages need no script and no network.

The usual way, MathJax, is fetched from another host each time a page is read; without a network
the reader sees LaTeX.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


def _drawn(latex: str, display: str) -> str:
    try:
        element = convert(latex, display=display)
    except Exception as error:
        raise ExtensionError(f"this formula cannot be read: {latex}") from error
    # The LaTeX goes along for those who copy it or listen to it.
    return element.replace("<math ", f'<math alttext="{escape(latex, quote=True)}" ', 1)


def visit_inline(self: Any, node: nodes.math) -> None:
    """A formula in a line of text."""
    self.body.append(_drawn(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(self: Any, node: nodes.math_block) -> None:
    """A formula on lines of its own, which scrolls where it is wider than the page."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(_drawn(node.astext(), "block") + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make this the way in which pages show mathematics."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
