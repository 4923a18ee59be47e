"""How the documentation is built: Markdown pages, and pages written from the code itself."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
os.environ["MPLBACKEND"] = "Agg"  # examples that draw never open a window

project = "steepest"
author = "The steepest developers"
project_copyright = "2026, the steepest developers"
version = release = installed("steepest")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.doctest",
    "mathml",
    "written_from_code",
    "plain_docstrings",
    "fenced_doctests",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["amsmath", "attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
add_module_names = False
maximum_signature_line_length = 88

# Docstrings are tested by pytest, where the code is; this tests the pages.
doctest_test_doctest_blocks = ""
doctest_global_setup = "import numpy as np\nimport steepest as st"
fenced_doctests_elsewhere = {"contributing": "tests/operations/test_contributing.py"}

html_theme = "furo"
html_title = "steepest"
html_copy_source = False
html_show_sphinx = False
