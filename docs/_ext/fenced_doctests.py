"""Run the examples of Markdown pages: a ```python fence that holds `>>>` is a doctest.

An author writes an ordinary fence, which every viewer of Markdown colours; `sphinx -b doctest`
runs what stands after the prompts and compares what is printed. All of a page's fences share one
session, as a reader's would. Pages listed in `fenced_doctests_elsewhere` are run by the test named
there.
"""

from __future__ import annotations

import doctest
import re

from docutils import nodes
from sphinx.application import Sphinx

LANGUAGES = {"python", "pycon"}
HIDDEN = re.compile(r"\s*#\s*doctest:.*$", re.MULTILINE)  # options are for the machine only


def mark_doctests(app: Sphinx, tree: nodes.document) -> None:
    if app.env.docname in app.config.fenced_doctests_elsewhere:
        return
    for block in tree.findall(nodes.literal_block):
        if block.get("language") not in LANGUAGES or not block.astext().startswith(">>> "):
            continue
        block["testnodetype"] = "doctest"
        block["groups"] = [app.env.docname]
        block["test"] = block.astext()
        # Long arrays and small differences in spacing are not what a page is about.
        block["options"] = {doctest.ELLIPSIS: True, doctest.NORMALIZE_WHITESPACE: True}
        shown = HIDDEN.sub("", block.astext())
        block["language"] = "pycon"
        block.rawsource = shown
        block.children = [nodes.Text(shown)]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("fenced_doctests_elsewhere", {}, "env", dict)
    app.connect("doctree-read", mark_doctests)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
