"""The picture: for each work a line, on it everybody who did it, in multiples of steepest's time."""

from __future__ import annotations

from pathlib import Path

from steepest.pictures import save

from benchmarks.results import Run

__all__ = ["draw"]


def draw(run: Run, path: Path) -> None:
    from matplotlib.figure import Figure

    save(Figure(), path)
