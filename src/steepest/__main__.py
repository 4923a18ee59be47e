"""`python -m steepest` is the command `steepest`."""

from __future__ import annotations

from steepest.cli import main

main()
