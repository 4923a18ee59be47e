"""The command line: `steepest at | derive | descend | plot | studio`.

Exit codes: 0 done; 1 the input cannot be used, and why was said; 2 the command was not understood;
3 the walk ran, but did not end well (it diverged, or met a value that is not finite); 130 stopped
with Ctrl-C.
"""

from __future__ import annotations

from collections.abc import Sequence

from steepest.cli import commands, page, walk
from steepest.cli.program import program

__all__ = ["commands", "main", "page", "program", "walk"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    try:
        program.main(
            args=None if arguments is None else list(arguments),
            prog_name="steepest",
            standalone_mode=True,
        )
    except KeyboardInterrupt:
        raise SystemExit(130) from None
