"""Progress on long walks: a line on the error stream of a terminal, silence elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.progress

    from steepest.descent.walk import Carry

__all__ = ["Progress"]

PATIENT = 1.0  # seconds before a walk counts as long


class Progress:
    """A bar that appears when a walk takes longer than a second on a terminal, or when asked for.

    wanted: True shows it at once and anywhere, False never, None as the terminal allows.
    """

    def __init__(self, wanted: bool | None, steps: int | None, taken: int) -> None:
        self._wanted = sys.stderr.isatty() if wanted is None else wanted
        self._wait = 0.0 if wanted else PATIENT
        self._steps = steps
        self._bar: rich.progress.Progress | None = None

    def show(self, carry: Carry, seconds: float) -> None:
        """Bring the line up to date."""
        if not self._wanted or (self._bar is None and seconds < self._wait):
            return
        import numpy as np

        bar = self._bar or self._opened()
        slope = float(np.max(np.abs(carry.last_g)))
        bar.update(
            bar.task_ids[0],
            completed=max(0, carry.taken - 1),
            description=f"f = {carry.last_f:.6g}   largest slope = {slope:.3g}",
        )

    def _opened(self) -> rich.progress.Progress:
        import rich.console
        import rich.progress as columns

        self._bar = columns.Progress(
            columns.TextColumn("walking"),
            columns.BarColumn(),
            columns.MofNCompleteColumn(),
            columns.TextColumn("{task.description}"),
            columns.TimeElapsedColumn(),
            console=rich.console.Console(stderr=True),
        )
        self._bar.add_task("", total=self._steps)
        self._bar.start()
        return self._bar

    def close(self) -> None:
        """Leave the last line where it is."""
        if self._bar is not None:
            self._bar.stop()
